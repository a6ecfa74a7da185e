import { describe, expect, it } from '@jest/globals';
import { DryRun, guardDefaults, type Policy, type PolicySet } from '@holdpoint/contracts';
import { compilePolicySet } from '@holdpoint/policy';
import { judge } from '../decisions/judge.ts';
import { outcomeOfVerdict, resultOf } from '../decisions/results.ts';
import type { HeldSet } from '../policies/policy-sets.ts';
import { type AskedDryRun, dryRun } from './dry-run.ts';

const at = Date.UTC(2026, 10, 28, 12);
const climbs = { path: '../../../../etc/passwd', note: 'kept' };

describe('a dry run', () => {
  const policies = [
    policy('Clean', { priority: 9, tool_pattern: 'open_*', action: 'sanitize', conditions: { risk_score_min: 0.7 } }),
    policy('No deletes', { priority: 8, tool_pattern: 'delete_*', action: 'block' }),
    policy('Payments', { priority: 7, tool_pattern: 'payment_*', action: 'require_approval', conditions: { arguments: { '/amount': { gt: 1000 } } } }),
    policy('Risky', { priority: 6, tool_pattern: 'read_*', action: 'warn', conditions: { threat_types: ['path_traversal'] } }),
    policy('Long', { priority: 5, tool_pattern: 'long_*', action: 'allow', conditions: { argument_pattern: 'x' } }),
  ];

  it.each<[string, Record<string, unknown>]>([
    ['open_file', climbs],
    ['open_file', { note: 'nothing to clean' }],
    ['delete_user', { id: 7 }],
    ['payment_create', { amount: 5_000 }],
    ['payment_create', { amount: 250 }],
    ['read_file', climbs],
    ['long_text', { text: 'y'.repeat(70_000) }],
    ['anything', { text: '\ud800' }],
    ['anything', {}],
  ])('says of %s %j what asking about it would say', (name, toolArguments) => {
    const held = heldSet(policies);
    const call = { request_id: 'req_1', guard_id: 'default', key_id: 'k', session_id: 's1', end_user_id: 'u1', tool_call: { id: 'c1', name, arguments: toolArguments }, trace_id: 't' };
    const judged = judge({ index: 0, call, held, freshness: { fresh: true }, at });
    if ('not_judged' in judged) throw new Error(judged.not_judged);
    const { metadata, message, ...result } = JSON.parse(JSON.stringify(resultOf(judged, outcomeOfVerdict(judged)))) as ReturnType<typeof resultOf>;
    for (const explain of [true, false]) {
      const { answer } = dryRun(asking(name, toolArguments, { explain }), by(held));
      expect(DryRun.parse(answer)).toEqual(answer);
      expect(answer).toMatchObject({ ...result, dry_run: true, message: expect.stringContaining(message), metadata: { scanner: metadata.scanner, policy_id: metadata.policy_id, policy_version: 4, policy_hash: 'cafe' } });
      expect(answer.metadata).not.toHaveProperty('decision_id');
      expect(answer).not.toHaveProperty('approval_id');
    }
  });

  it('that would wait for a person says that nobody has been asked', () => {
    expect(dryRun(asking('payment_create', { amount: 5_000 }), by(heldSet(policies))).answer).toMatchObject({ action: 'require_approval', message: expect.stringMatching(/approve `payment_create`.*Nobody has been asked: this is a dry run\.$/) });
  });

  it('explains itself, policy by policy, only where it is asked to', () => {
    const { lines } = dryRun(asking('payment_create', { amount: 250 }), by(heldSet(policies)));
    expect(lines).toEqual(expect.arrayContaining([{ policy_id: 'Payments', name: 'Payments', outcome: 'condition_failed', because: '`/amount` is 250, not greater than 1000' }]));
    expect(lines).toHaveLength(policies.length);
    expect(dryRun(asking('payment_create', { amount: 250 }, { explain: false }), by(heldSet(policies))).lines).toEqual([]);
  });

  it('is judged at the instant asked about', () => {
    const held = heldSet([policy('Office hours', { action: 'block', conditions: { time_window: { hours_start: 9, hours_end: 17 } } })]);
    expect(dryRun(asking('x'), by(held)).answer).toMatchObject({ action: 'block', at: '2026-11-28T12:00:00.000Z' });
    expect(dryRun(asking('x'), { ...by(held), at: Date.UTC(2026, 10, 28, 20) }).answer).toMatchObject({ action: 'allow', at: '2026-11-28T20:00:00.000Z' });
  });

  it('by drafts has no version, and by policies that nobody could confirm says so', () => {
    const { metadata } = dryRun(asking('x'), { ...by(heldSet(policies)), areDrafts: true }).answer;
    expect([metadata.policy_version, metadata.policy_hash]).toEqual([null, undefined]);
    expect(dryRun(asking('x'), { ...by(heldSet(policies)), stale: true }).answer.metadata).toMatchObject({ policy_stale: true });
  });

  it('of a guard whose set cannot be read is a block, like every call', () => {
    const { answer, lines } = dryRun(asking('x'), by({ ...heldSet(policies), compiled: null }));
    expect(answer).toMatchObject({ action: 'block', code: 'could_not_judge' });
    expect(lines).toEqual([]);
  });
});

describe('a dry run of a call that meets a limit', () => {
  const limited = [
    policy('Per user', { priority: 9, action: 'rate_limit', rate_limit: { max_requests: 5, window_seconds: 60, by: 'end_user_id', on_within: 'continue' } }),
    policy('Per session', { priority: 8, action: 'rate_limit', rate_limit: { max_requests: 9, window_seconds: 10, by: 'session_id', on_within: 'continue' } }),
    policy('Clean', { priority: 7, action: 'sanitize', conditions: { risk_score_min: 0.7 } }),
    policy('Payments', { priority: 6, tool_pattern: 'payment_*', action: 'require_approval' }),
  ];

  it('says what would be counted and with whom, and the answer within the limits', () => {
    expect(dryRun(asking('payment_create'), by(heldSet(limited))).answer).toMatchObject({
      action: 'rate_limit',
      policy_matched: 'Per user',
      message: 'Limited by policy `Per user`: within 5 calls in 60 seconds for each `end_user_id` the policies below decide, over it the call is blocked.',
      within: { action: 'require_approval', policy_matched: 'Payments', policy_id: 'Payments', message: expect.stringContaining('Nobody has been asked') },
      limits: [
        { policy_id: 'Per user', name: 'Per user', max_requests: 5, window_seconds: 60, by: 'end_user_id', value: 'u1' },
        { policy_id: 'Per session', name: 'Per session', max_requests: 9, window_seconds: 10, by: 'session_id', value: null },
      ],
      metadata: { policy_id: 'Per user' },
    });
  });

  it('shows what would be left of it where it is cleaned within them', () => {
    const { answer } = dryRun(asking('open_file', climbs), by(heldSet(limited)));
    expect(answer).toMatchObject({ action: 'rate_limit', within: { action: 'sanitize', policy_matched: 'Clean' }, sanitized_arguments: { path: '', note: 'kept' } });
  });

  it('says it as well of a limit that only what is left after cleaning meets', () => {
    const below = [policy('Clean', { priority: 9, action: 'sanitize', conditions: { risk_score_min: 0.7 } }), policy('Rest', { action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 1 } })];
    expect(dryRun(asking('open_file', climbs), by(heldSet(below))).answer).toMatchObject({ action: 'rate_limit', policy_matched: 'Rest', message: expect.stringContaining('Limited by policy `Rest`'), within: { action: 'sanitize', policy_matched: 'Clean' } });
  });

  it('tells an agent of no limits but in the sentence', () => {
    expect(dryRun(asking('x', {}, { explain: false }), by(heldSet(limited))).answer).not.toHaveProperty('limits');
  });
});

function policy(name: string, given: Partial<Policy>): Policy {
  return { id: name, name, tool_pattern: '*', action: 'block', priority: 0, is_active: true, created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z', ...given };
}

function heldSet(policies: readonly Policy[], given: Partial<PolicySet> = {}): HeldSet {
  const source = { guard_id: 'default', version: 4, hash: 'cafe', deleted: false, ...guardDefaults, ...given };
  return { source, compiled: compilePolicySet({ ...source, policies }) };
}

const by = (held: HeldSet) => ({ held, areDrafts: false, stale: false, at });

function asking(name: string, toolArguments: Record<string, unknown> = {}, given: Partial<AskedDryRun> = {}): AskedDryRun {
  return { guard_id: 'default', tool_call: { id: 'c1', name, arguments: toolArguments }, end_user_id: 'u1', explain: true, trace_id: 't', ...given };
}
