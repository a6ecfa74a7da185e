import { hash } from 'node:crypto';
import { maxWaitSeconds } from '@holdpoint/contracts';
import type { JudgedCall } from '../decisions/results.ts';
import type { Counted } from './counters.ts';

const second = 1_000_000;
/** For so long the gateway may ask again: it holds callers for up to `maxWaitSeconds`. */
const requestMemory = (maxWaitSeconds + 60) * second;

/**
 * By which counters a call is counted, and as what: the same whenever it is delivered again.
 * A call that people are asked about is asked again, by the gateway, by its agent and by the approval service, until it is settled: it is counted once, whoever asks. What came as an event is one call, too.
 */
export function countedBy({ call, limits, verdict, argumentsHash }: JudgedCall): readonly Counted[] {
  const { request_id, guard_id, session_id, key_id, end_user_id, agent_id, tool_call, event_key, first_request_id = request_id } = call;
  const { id, name, type } = tool_call;
  const comesLater = event_key !== undefined || verdict.action === 'require_approval';
  const identity = event_key === undefined && comesLater ? ['call', guard_id, session_id, id, key_id, name, type, end_user_id, agent_id, argumentsHash] : ['request', first_request_id, id];
  return limits.map(({ policy, rate_limit, by, value }): Counted => {
    const window = rate_limit.window_seconds * second;
    const counted = window + window / 64;
    return {
      policyId: policy.id,
      // INVARIANT: arrays of different lengths are different texts: no value of `by` is another counter's key.
      key: digest(by === null ? [policy.id] : [policy.id, by, value]),
      overflow: value === null ? null : digest([policy.id, by]),
      id: digest([policy.id, ...identity]),
      most: rate_limit.max_requests,
      window,
      memory: comesLater ? counted : Math.min(counted, requestMemory),
    };
  });
}

const digest = (parts: readonly unknown[]): Buffer => hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, 16);
