import { DecisionsLogged, type DecisionRecord, type EvaluateCall, type ResumedState } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import { monotonicMs, newId, type Logger } from '@holdpoint/runtime';
import type { z } from 'zod';
import type { Decide } from '../decisions/decide.ts';
import { hashOfArguments } from '../decisions/judge.ts';
import type { Lease } from '../policies/lease.ts';
import { requestIdOf } from './event-key.ts';

export type Resumed = z.output<typeof ResumedState>;
export type ResumeCallsParts = Readonly<{ messaging: Pick<Messaging, 'publish'>; decide: Pick<Decide, 'all'>; lease: Pick<Lease, 'confirmedAt'>; log: Logger }>;

const logTimeoutMs = 2_000;

/** Finishes event calls whose approval is settled: judged again by the policies of now, released if they still want the person who approved. */
export class ResumeCalls {
  constructor(private readonly parts: ResumeCallsParts) {}

  /** One state per call, in order. Asking again is safe: every attempt bears the same request id, and the log keeps one final decision. */
  async all(calls: readonly EvaluateCall[], remainingMs: () => number): Promise<Resumed[]> {
    const receivedAt = monotonicMs();
    const states: Resumed[] = calls.map(() => 'later');
    const places: number[] = [];
    const asked: EvaluateCall[] = [];
    for (const [place, call] of calls.entries()) {
      if (call.event_key === undefined) {
        this.parts.log.error({ guard_id: call.guard_id, approval_id: call.approval_id }, 'asked to resume a call that came as no event');
        continue;
      }
      places.push(place);
      asked.push({ ...call, request_id: requestIdOf(call.event_key) });
    }
    for await (const answers of this.parts.decide.all(asked, remainingMs)) {
      for (const { index, result, not_judged } of answers) {
        const [place, call] = [places[index], asked[index]];
        if (place === undefined || call === undefined) continue;
        if (result) states[place] = result.action === 'require_approval' ? 'parked' : 'decided';
        else if (not_judged === 'decided_before') states[place] = 'decided';
        else if (not_judged === 'no_policy_set' && this.parts.lease.confirmedAt >= receivedAt && (await this.endForGood(call))) states[place] = 'decided';
      }
    }
    return states;
  }

  /** Its guard was deleted while it waited: nobody can judge it any more, and its sender still hears how it ended. True once that is in the log. */
  private async endForGood(call: EvaluateCall): Promise<boolean> {
    const id = newId('dec');
    const record: DecisionRecord = {
      id,
      guard_id: call.guard_id,
      session_id: call.session_id,
      tool_name: call.tool_call.name,
      end_user_id: call.end_user_id,
      agent_id: call.agent_id,
      key_id: call.key_id,
      request_id: call.request_id,
      arguments_hash: hashOfArguments(call.tool_call.arguments) ?? '',
      created_at: new Date().toISOString(),
      action: 'block',
      tool_call_id: call.tool_call.id,
      risk_score: 0,
      threats_detected: [],
      threats: [],
      policy_matched: null,
      message: 'The guard was deleted while this call waited.',
      code: 'could_not_judge',
      approval_id: call.approval_id,
      metadata: { decision_id: id, scanner: 'none', policy_id: null, policy_version: null, trace_id: call.trace_id },
      event_key: call.event_key,
    };
    try {
      await this.parts.messaging.publish(DecisionsLogged, DecisionsLogged.subjects[0], { decisions: [record] }, { timeoutMs: logTimeoutMs });
      return true;
    } catch (error) {
      this.parts.log.warn({ err: error, approval_id: call.approval_id }, 'the end of a call without a guard was not logged');
      return false;
    }
  }
}
