import { describe, expect, it } from '@jest/globals';
import { guardDefaults, type EvaluateCall } from '@holdpoint/contracts';
import type { MetLimit, Policy } from '@holdpoint/policy';
import { unseen } from '../scans/seen.ts';
import type { JudgedCall } from '../decisions/results.ts';
import { countedBy } from './counted-by.ts';

const second = 1_000_000;

describe('the counter of a call', () => {
  it('is one for each policy, what it is counted by, and value', () => {
    const limits: MetLimit[] = [met({}), met({ policy: policy('pol_2') }), met({ by: 'agent_id', value: 'a' }), met({ by: 'agent_id', value: 'b' }), met({ by: 'agent_id', value: null }), met({ by: 'session_id', value: 'a' })];
    const keys = keysOf(judged({ limits }));
    expect(new Set(keys).size).toBe(limits.length);
    expect(keysOf(judged({ limits, call: call({ request_id: 'other', key_id: 'other', session_id: 'other' }) }))).toEqual(keys);
  });

  it.each(['null', '', 'x","y', 'agent_id', '\ud800', 'x'.repeat(100_000)])('of the value %j is no other’s, and as small as any', (value) => {
    const [own, none, together] = keysOf(judged({ limits: [met({ by: 'agent_id', value }), met({ by: 'agent_id', value: null }), met({})] }));
    expect(new Set([own, none, together]).size).toBe(3);
    expect(own).toHaveLength(32);
  });

  it('can be shared by values past the most keys; calls that say no value, and those counted together, have theirs', () => {
    const [a, b, none, together] = countedBy(judged({ limits: [met({ by: 'agent_id', value: 'a' }), met({ by: 'agent_id', value: 'b' }), met({ by: 'agent_id', value: null }), met({})] }));
    expect(a?.overflow).toEqual(b?.overflow);
    expect(a?.overflow).not.toEqual(none?.key);
    expect([none?.overflow, together?.overflow]).toEqual([null, null]);
  });

  it('has the limit and the window of the policy, in microseconds', () => {
    expect(countedBy(judged({}))).toMatchObject([{ policyId: 'pol_1', most: 5, window: 64 * second }]);
  });
});

describe('what a call is counted as', () => {
  const idOf = (given: Partial<JudgedCall>) => countedBy(judged(given))[0]?.id.toString('hex');

  it('is the same in a retry of its request, and new in every other request', () => {
    expect(idOf({})).toBe(idOf({ decisionId: 'dec_2', at: 7 }));
    expect(idOf({ call: call({ request_id: 'req_2' }) })).not.toBe(idOf({}));
    expect(idOf({ call: call({ request_id: 'req_2', first_request_id: 'req_1' }) })).toBe(idOf({}));
    expect(idOf({ call: call({ tool_call: { id: 'call_2', name: 'pay', arguments: {} } }) })).not.toBe(idOf({}));
    expect(idOf({ limits: [met({ policy: policy('pol_2') })] })).not.toBe(idOf({}));
  });

  it('is the call itself where people are asked, whichever request asks', () => {
    const verdict = { ...judged({}).verdict, action: 'require_approval' as const };
    const asked = idOf({ verdict });
    expect(idOf({ verdict, call: call({ request_id: 'req_2', approval_id: 'apr_1' }) })).toBe(asked);
    const others = [call({ session_id: 's2' }), call({ key_id: 'k2' }), call({ agent_id: 'a' }), call({ end_user_id: 'a' }), call({ guard_id: 'g2' }), call({ tool_call: { id: 'call_1', name: 'pay', type: 'function', arguments: {} } })].map((other) => idOf({ verdict, call: other }));
    expect(new Set([asked, ...others, idOf({ verdict, argumentsHash: 'other' }), idOf({})]).size).toBe(9);
  });

  it('is the event of a call that came as one', () => {
    const event = call({ request_id: 'event-key', event_key: 'key' });
    expect(idOf({ call: event, verdict: { ...judged({}).verdict, action: 'require_approval' } })).toBe(idOf({ call: event }));
  });

  it('is remembered as long as it counts where it may come again late, else as long as the gateway may ask again', () => {
    const limits = [met({ rate_limit: { max_requests: 1, window_seconds: 6_400 } }), met({ rate_limit: { max_requests: 1, window_seconds: 64 } })];
    const memories = (given: Partial<JudgedCall>) => countedBy(judged({ limits, ...given })).map(({ memory }) => memory / second);
    expect(memories({})).toEqual([660, 65]);
    expect(memories({ call: call({ event_key: 'key' }) })).toEqual([6_500, 65]);
    expect(memories({ verdict: { ...judged({}).verdict, action: 'require_approval' } })).toEqual([6_500, 65]);
  });
});

const keysOf = (one: JudgedCall): readonly string[] => countedBy(one).map(({ key }) => key.toString('hex'));

function policy(id: string): Policy {
  return { id, name: id, tool_pattern: '*', action: 'rate_limit', rate_limit: { max_requests: 5, window_seconds: 64 }, priority: 0, is_active: true, created_at: '', updated_at: '' };
}

function met(given: Partial<MetLimit>): MetLimit {
  return { policy: policy('pol_1'), rate_limit: { max_requests: 5, window_seconds: 64 }, by: null, value: null, ...given };
}

function call(given: Partial<EvaluateCall> = {}): EvaluateCall {
  return { request_id: 'req_1', guard_id: 'default', key_id: 'aaaaaaaaaaaa', session_id: 'session_1', tool_call: { id: 'call_1', name: 'pay', arguments: {} }, trace_id: 'trace_1', ...given };
}

function judged(given: Partial<JudgedCall>): JudgedCall {
  return {
    index: 0,
    call: call(),
    held: { source: { guard_id: 'default', version: 1, hash: 'cafe', deleted: false, ...guardDefaults }, compiled: null },
    seen: unseen,
    verdict: { action: 'allow', policy: policy('pol_1'), version: 1, reason: 'Allowed.' },
    limits: [met({})],
    argumentsHash: 'beef',
    decisionId: 'dec_1',
    at: 0,
    stale: false,
    standIn: false,
    failedOpen: false,
    ...given,
  };
}
