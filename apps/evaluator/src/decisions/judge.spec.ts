import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { guardDefaults, type EvaluateCall, type PolicySet } from '@holdpoint/contracts';
import { compilePolicySet, type Verdict } from '@holdpoint/policy';
import type { HeldSet } from '../policies/policy-sets.ts';
import { judge, type JudgeInput } from './judge.ts';
import { outcomeOfVerdict, resultOf } from './results.ts';

const forLimit = { max_policy_staleness_seconds: 60 };

describe('a call', () => {
  it('is judged by the set of its guard, with the set’s version and the hash of exactly its arguments', () => {
    const judgement = judge(input({ tool_call: { id: 'call_1', name: 'read_file', arguments: { b: 1, a: 2 } } }));
    expect(judgement).toMatchObject({ index: 3, verdict: { action: 'allow', version: 4 }, argumentsHash: sha256('{"a":2,"b":1}'), stale: false, decisionId: expect.stringMatching(/^dec_[0-9a-z]{26}$/) });
    expect(resultFor()).toMatchObject({ action: 'allow', risk_score: 0, metadata: { scanner: 'none', policy_version: 4, policy_hash: 'cafe' } });
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

function heldSet(given: Partial<PolicySet> = {}): HeldSet {
  const source = { guard_id: 'default', version: 4, hash: 'cafe', deleted: false, ...guardDefaults, ...given };
  const policies = (['block delete_*', 'require_approval payment_*', 'warn odd_*'] as const).map((rule, place) => {
    const [action, tool_pattern] = rule.split(' ') as [PolicySet['policies'][number]['action'], string];
    return { id: `pol_${place}`, name: rule, tool_pattern, action, priority: 0, is_active: true, created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' };
  });
  return { source, compiled: compilePolicySet({ ...source, policies }) };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
