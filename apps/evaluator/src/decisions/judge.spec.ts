import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { guardDefaults, ToolCallResult, type EvaluateCall, type Policy, type PolicySet } from '@holdpoint/contracts';
import { scanCall } from '@holdpoint/detection';
import { compilePolicySet, type Verdict } from '@holdpoint/policy';
import type { HeldSet } from '../policies/policy-sets.ts';
import { scannerName } from '../scans/seen.ts';
import { judge, type JudgeInput, notJudgeable } from './judge.ts';
import { outcomeOfVerdict, resultOf } from './results.ts';

const forLimit = { max_policy_staleness_seconds: 60 };

describe('a call', () => {
  it('is judged by the set of its guard, with the set’s version and the hash of exactly its arguments', () => {
    const judgement = judge(input({ tool_call: { id: 'call_1', name: 'read_file', arguments: { b: 1, a: 2 } } }));
    expect(judgement).toMatchObject({ index: 3, verdict: { action: 'allow', version: 4 }, argumentsHash: sha256('{"a":2,"b":1}'), stale: false, decisionId: expect.stringMatching(/^dec_[0-9a-z]{26}$/) });
    expect(resultFor()).toMatchObject({ action: 'allow', risk_score: 0, threats: [], metadata: { scanner: scannerName, policy_version: 4, policy_hash: 'cafe' } });
  });

  it('of a guard without a set is given back', () => {
    expect(judge({ ...input(), held: undefined })).toEqual({ index: 3, not_judged: 'no_policy_set' });
  });

  it('is blocked when its guard’s set cannot be read, whatever the default action and the failure mode', () => {
    const held = { ...heldSet({ failure_mode: 'open' }), compiled: null };
    expect(resultFor({ held })).toMatchObject({ action: 'block', code: 'could_not_judge', metadata: { policy_version: 4, policy_hash: 'cafe' } });
  });

  it.each([
    ['half a surrogate pair', { text: '\ud800' }],
    ['a number that no double holds', JSON.parse('{"amount":1e400}') as Record<string, unknown>],
    ['nesting without end', Array.from({ length: 10_001 }).reduce<Record<string, unknown>>((inner) => ({ inner }), {})],
  ])('with %s in its arguments is blocked by itself', (_what, args) => {
    const result = resultFor(input({ tool_call: { id: 'call_1', name: 'read_file', arguments: args } }));
    expect(result).toMatchObject({ action: 'block', code: 'could_not_judge', message: expect.stringContaining('arguments'), metadata: { policy_version: 4, policy_hash: 'cafe' } });
  });
});

const climbs = { path: '../../../../etc/passwd' };

describe('what the scanner sees in a call', () => {
  it('stands in its answer, whatever decides', () => {
    for (const name of ['read_file', 'delete_file', 'payment_file', 'odd_file']) {
      expect(resultFor(input({ tool_call: { id: 'call_1', name, arguments: climbs } }))).toMatchObject({
        risk_score: scanCall({ name, arguments: climbs }).risk_score,
        threats_detected: expect.arrayContaining(['path_traversal']),
        threats: expect.arrayContaining([expect.objectContaining({ type: 'path_traversal', severity: 'high', path: '/path', start: 0, end: 22, match: climbs.path })]),
        metadata: { scanner: scannerName },
      });
    }
  });

  it.each<[NonNullable<Policy['conditions']>, string]>([
    [{ risk_score_min: 0.7 }, 'block'],
    [{ risk_score_min: 1 }, 'allow'],
    [{ risk_score_max: 0.7 }, 'allow'],
    [{ threat_types: ['ssrf', 'path_traversal'] }, 'block'],
    [{ threat_types: ['ssrf'] }, 'allow'],
  ])('is what policies ask about: %j: %s', (conditions, action) => {
    expect(resultFor(dangerous([policy({ action: 'block', conditions })])).action).toBe(action);
  });

  it('that cannot be read to its end is a threat that policies may name', () => {
    const nested = Array.from({ length: 300 }).reduce<Record<string, unknown>>((inner) => ({ inner }), {});
    const held = heldSet({}, [policy({ action: 'block', conditions: { threat_types: ['scan_incomplete'] } })]);
    expect(resultFor({ ...input({ tool_call: { id: 'call_1', name: 'read_file', arguments: nested } }), held })).toMatchObject({ action: 'block', risk_score: 0.8, threats_detected: ['scan_incomplete'] });
  });

  it('is said of no call on which the judge failed', () => {
    const judgement = notJudgeable(dangerous([]));
    if ('not_judged' in judgement) throw new Error(judgement.not_judged);
    expect(resultOf(judgement, outcomeOfVerdict(judgement))).toMatchObject({ action: 'block', code: 'could_not_judge', risk_score: 0, threats: [], metadata: { scanner: 'none' } });
  });
});

describe('a call that a policy wants cleaned', () => {
  const clean = policy({ name: 'Clean', action: 'sanitize', priority: 9, conditions: { risk_score_min: 0.7 } });

  it('is answered with what may run instead, and what was changed', () => {
    const result = resultFor(dangerous([clean], { ...climbs, note: 'für März' }));
    expect(result).toMatchObject({
      action: 'sanitize',
      threats_detected: expect.arrayContaining(['path_traversal']),
      policy_matched: 'Clean',
      message: 'Cleaned by policy `Clean`. Run `sanitized_arguments`, not what was asked about.',
      sanitized_arguments: { path: '', note: 'für März' },
      changes: expect.arrayContaining([expect.objectContaining({ path: '/path', type: 'path_traversal', how: 'removed' })]),
    });
    expect(result.code).toBeUndefined();
    expect(ToolCallResult.parse(JSON.parse(JSON.stringify(result)))).toMatchObject({ action: 'sanitize' });
  });

  it('is allowed where there is nothing to clean', () => {
    const result = resultFor(dangerous([{ ...clean, conditions: {} }], { path: 'README.md' }));
    expect(result).toMatchObject({ action: 'allow', policy_matched: 'Clean', risk_score: 0 });
    expect(result.sanitized_arguments).toBeUndefined();
  });

  it('is blocked where something dangerous would be left', () => {
    const nested = Array.from({ length: 300 }).reduce<Record<string, unknown>>((inner) => ({ inner }), climbs);
    expect(resultFor(dangerous([clean], nested))).toMatchObject({ action: 'block', code: 'could_not_sanitize', message: expect.stringContaining('still be dangerous'), policy_matched: 'Clean' });
  });

  it.each<[string, Partial<Policy>, object]>([
    ['block what is left', { action: 'block', name: 'No empty paths' }, { action: 'block', code: undefined, policy_matched: 'No empty paths', message: expect.stringContaining('after cleaning') }],
    ['want a person for what is left', { action: 'require_approval', name: 'Ask' }, { action: 'block', code: 'could_not_sanitize', policy_matched: 'Ask', message: expect.stringContaining('needs a person') }],
    ['warn of what is left', { action: 'warn' }, { action: 'sanitize', code: undefined, policy_matched: 'Clean' }],
  ])('is judged again as it is then: policies that %s', (_what, other, wanted) => {
    const result = resultFor(dangerous([clean, policy({ ...other, priority: 99, conditions: { arguments: { '/path': { eq: '' } } } })]));
    expect({ ...result, code: result.code }).toMatchObject(wanted);
    expect(result.sanitized_arguments !== undefined).toBe(result.action === 'sanitize');
  });

  it('is not let go, cleaned or not, where the guard’s default would not allow what is left', () => {
    expect(resultFor({ ...dangerous([clean]), held: heldSet({ default_action: 'block' }, [clean]) })).toMatchObject({ action: 'block', policy_matched: null });
  });

  it.each(['open', 'closed'] as const)('is blocked by policies past their limit, failure mode %s', (failure_mode) => {
    const given = { ...dangerous([]), held: heldSet({ ...forLimit, failure_mode }, [clean]) };
    expect(resultFor({ ...given, freshness: { fresh: false, forMs: 60_000 } })).toMatchObject({ action: 'block', code: 'could_not_judge' });
    expect(resultFor({ ...given, freshness: { fresh: false, forMs: 59_999 } })).toMatchObject({ action: 'sanitize', metadata: { policy_stale: true } });
  });
});

describe('the policies to start with in docs/policies.md', () => {
  const page = readFileSync(new URL('../../../../docs/policies.md', import.meta.url), 'utf8');
  const start = (JSON.parse(/```json\n(\[[^]*?\])\n```/.exec(page)?.[1] ?? '[]') as Partial<Policy>[]).map(policy);
  const payments = policy({ name: 'Payments', tool_pattern: 'read_*', action: 'require_approval', priority: 50 });

  it.each([
    ['README.md', 'allow', 'require_approval'],
    ['you reach Elena on her mobile, +39 347 123 4567', 'allow', 'require_approval'],
    [`the key is ${['AKIA', 'Z7KQ2MNB5TWX4VRA'].join('')}`, 'sanitize', 'block'],
  ])('let nothing past a policy below them that wants a person: %s', (note, alone, together) => {
    expect(resultFor(dangerous(start, { note })).action).toBe(alone);
    expect(resultFor(dangerous([...start, payments], { note })).action).toBe(together);
  });
});

describe('while policy-admin is out of reach', () => {
  it.each<[string, Verdict['action']]>([
    ['read_file', 'allow'],
    ['odd_file', 'warn'],
    ['payment_create', 'require_approval'],
    ['delete_file', 'block'],
  ])('%s is judged as before within the guard’s limit, and the answer says so', (name, action) => {
    for (const failure_mode of ['open', 'closed'] as const) {
      const result = resultFor({ ...inputFor(name), held: heldSet({ ...forLimit, failure_mode }), freshness: { fresh: false, forMs: 59_999 } });
      expect(result).toMatchObject({ action, metadata: { policy_stale: true } });
      expect(result.code).toBeUndefined();
    }
  });

  it.each<[string, PolicySet['failure_mode'], Verdict['action'], boolean]>([
    ['read_file', 'open', 'warn', true],
    ['odd_file', 'open', 'warn', true],
    ['payment_create', 'open', 'block', false],
    ['delete_file', 'open', 'block', false],
    ['read_file', 'closed', 'block', false],
    ['odd_file', 'closed', 'block', false],
    ['payment_create', 'closed', 'block', false],
    ['delete_file', 'closed', 'block', false],
  ])('past the limit %s is answered by failure mode %s: %s', (name, failure_mode, action, failedOpen) => {
    const result = resultFor({ ...inputFor(name), held: heldSet({ ...forLimit, failure_mode }), freshness: { fresh: false, forMs: 60_000 } });
    expect(result).toMatchObject({ action, metadata: { policy_stale: true, policy_version: 4 } });
    expect(result.code).toBe(action === 'block' ? 'could_not_judge' : undefined);
    expect(result.metadata.failed_open ?? false).toBe(failedOpen);
    expect(result.message).toMatch(/out of date/);
  });

  it('a limit of 0 ends it with the lease', () => {
    const held = heldSet({ max_policy_staleness_seconds: 0 });
    expect(resultFor({ held, freshness: { fresh: false, forMs: 0 } })).toMatchObject({ action: 'block', code: 'could_not_judge' });
    expect(resultFor({ held, freshness: { fresh: true } })).toMatchObject({ action: 'allow' });
  });

  it('an evaluator that never held a lease is past every limit', () => {
    const held = heldSet({ max_policy_staleness_seconds: 86_400 });
    expect(resultFor({ held, freshness: { fresh: false, forMs: Number.POSITIVE_INFINITY } })).toMatchObject({ action: 'block', code: 'could_not_judge' });
  });

  it('a set that cannot be read blocks past the limit as well', () => {
    const held = { ...heldSet({ ...forLimit, failure_mode: 'open' }), compiled: null };
    expect(resultFor({ held, freshness: { fresh: false, forMs: 60_000 } })).toMatchObject({ action: 'block', code: 'could_not_judge' });
  });
});

describe('a call that is cleaned and meets limits', () => {
  const cleans = policy({ name: 'clean', action: 'sanitize', priority: 5, conditions: { risk_score_min: 0.7 } });
  const limit = (name: string, priority: number, on_within: 'allow' | 'continue') => policy({ name, priority, action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 1, on_within } });
  const met = (policies: readonly Policy[]) => {
    const judgement = judge(dangerous(policies));
    if ('not_judged' in judgement) throw new Error(judgement.not_judged);
    return [judgement.verdict.action, judgement.limits.map(({ policy: { name } }) => name)];
  };

  it('is within those that what is left of it meets', () => {
    expect(met([cleans, limit('below', 1, 'allow')])).toEqual(['sanitize', ['below']]);
  });

  it('is counted once by one that it meets before and after', () => {
    expect(met([limit('above', 9, 'continue'), cleans])).toEqual(['sanitize', ['above']]);
    expect(met([limit('above', 9, 'continue'), cleans, limit('below', 1, 'continue')])).toEqual(['sanitize', ['above', 'below']]);
  });

  it('and is allowed by a limit above it is not cleaned', () => {
    expect(met([limit('above', 9, 'allow'), cleans])).toEqual(['allow', ['above']]);
  });
});

function resultFor(given: Partial<JudgeInput> = {}) {
  const judgement = judge({ ...input(), ...given });
  if ('not_judged' in judgement) throw new Error(judgement.not_judged);
  return resultOf(judgement, outcomeOfVerdict(judgement));
}

function input(call: Partial<EvaluateCall> = {}): JudgeInput {
  return {
    index: 3,
    call: { request_id: 'req_1', guard_id: 'default', key_id: 'aaaaaaaaaaaa', session_id: 'session_1', tool_call: { id: 'call_1', name: 'read_file', arguments: {} }, trace_id: 'trace_1', ...call },
    held: heldSet(),
    freshness: { fresh: true },
    at: Date.UTC(2026, 0, 1),
  };
}

const inputFor = (name: string): JudgeInput => input({ tool_call: { id: 'call_1', name, arguments: {} } });

function dangerous(policies: readonly Policy[], toolArguments: Record<string, unknown> = climbs): JudgeInput {
  return { ...input({ tool_call: { id: 'call_1', name: 'read_file', arguments: toolArguments } }), held: heldSet({}, policies) };
}

function policy(given: Partial<Policy>): Policy {
  return { id: `pol_${given.name ?? ''}`, name: 'P', tool_pattern: '*', action: 'block', priority: 0, is_active: true, created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z', ...given };
}

function heldSet(given: Partial<PolicySet> = {}, policies: readonly Policy[] = usualPolicies): HeldSet {
  const source = { guard_id: 'default', version: 4, hash: 'cafe', deleted: false, ...guardDefaults, ...given };
  return { source, compiled: compilePolicySet({ ...source, policies }) };
}

const usualPolicies = (['block delete_*', 'require_approval payment_*', 'warn odd_*'] as const).map((rule) => {
  const [action, tool_pattern] = rule.split(' ') as [Policy['action'], string];
  return policy({ name: rule, tool_pattern, action });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
