import { randomBytes } from 'node:crypto';
import type { EvaluateCall, ResumeToolCalls } from '@holdpoint/contracts';
import { PeerUnavailable } from '@holdpoint/messaging';
import { isTransientDatabaseError } from '@holdpoint/persistence';
import type { Logger } from '@holdpoint/runtime';
import type { z } from 'zod';
import type { StoredApproval } from '../approvals/approvals.repository.ts';
import { Repeating } from '../repeating.ts';
import { type Seal, SealBroken } from '../approvals/seal.ts';
import { openCall } from '../approvals/sealed-call.ts';
import type { EventCalls } from './event-calls.repository.ts';

type ResumedState = z.output<typeof ResumeToolCalls.reply>['answers'][number];
/** Asks any evaluator; throws when there was no answer. */
export type Resume = (calls: EvaluateCall[], options: Readonly<{ timeoutMs: number; signal: AbortSignal }>) => Promise<readonly ResumedState[]>;

type Resumption = Readonly<{ call: EvaluateCall; bytes: number }>;
type Parts = Readonly<{ rows: EventCalls; seal: Seal; resume: Resume; log: Logger; maxRequestBytes: number; askAgainMs?: number; idleMs?: number }>;

const rowsAtOnce = 64;
/** Calls of one request; several requests share the work among evaluators. */
const callsPerRequest = 16;
/** When the request itself fails, nobody holds these rows: they are due again soon. */
const afterFailureMs = 1_000;
/** A call that cannot be opened waits for a person, who repairs the key. */
const afterBrokenSealMs = 10 * 60_000;

/**
 * Brings every settled call that came as an event to its final decision: an evaluator judges it again, until it says `decided`. The row is the memory,
 * so nothing is lost between settling and deciding; any number of these share the rows, and a lost answer is asked for again.
 */
export class FinishEventCalls {
  private readonly parts: Parts;
  private readonly loop = new Repeating(() => this.round());
  private readonly reported = new Set<string>();
  private readonly stopping = new AbortController();

  /** `maxRequestBytes`: of calls in one request, so that it fits a message. `askAgainMs`: how long an unanswered row is left alone; 10 s unless set. */
  constructor(parts: Parts) {
    this.parts = parts;
  }

  start(): void {
    this.loop.start();
  }

  /** Rows may be due. */
  wake(): void {
    this.loop.wake();
  }

  /** Waits for no answer: whoever runs then asks again. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
  }

  /** One chunk; how long to wait before the next, in milliseconds. */
  private async round(): Promise<number> {
    const { rows, log, askAgainMs = 10_000, idleMs = 1_000 } = this.parts;
    try {
      const due = await rows.claim({ limit: rowsAtOnce, forMs: askAgainMs });
      const resumptions = due.flatMap((stored) => this.resumptionOf(stored));
      const broken = due.length - resumptions.length;
      if (broken > 0) await this.postponeBroken(due, resumptions);
      // An answer that comes after the rows are due again would find them with somebody else.
      const results = await Promise.all(this.requests(resumptions).map((calls) => this.send(calls, askAgainMs * 0.8)));
      return results.every((answered) => answered) && due.length === rowsAtOnce ? 0 : idleMs;
    } catch (error) {
      log[isTransientDatabaseError(error) ? 'warn' : 'error']({ err: error }, 'event calls could not be finished');
      return idleMs;
    }
  }

  private async send(calls: readonly EvaluateCall[], timeoutMs: number): Promise<boolean> {
    const { rows, resume, log } = this.parts;
    const ids = calls.map(idOf);
    let answers: readonly ResumedState[];
    try {
      answers = await resume([...calls], { timeoutMs, signal: this.stopping.signal });
    } catch (error) {
      if (this.stopping.signal.aborted) return false;
      log.warn({ err: error, calls: calls.length }, 'event calls could not be resumed');
      // Only this failure says for certain that nobody is at work on them.
      if (error instanceof PeerUnavailable && error.reason === 'no_responders') await rows.postpone(ids, afterFailureMs);
      return false;
    }
    const answered = (state: ResumedState) => ids.filter((_, at) => answers[at] === state);
    const [decided, parked] = [answered('decided'), answered('parked')];
    if (decided.length > 0) await rows.finish(decided);
    if (parked.length > 0) await rows.handOver(parked);
    return decided.length > 0 || parked.length > 0;
  }

  private resumptionOf({ approval, origin, sealedCall }: StoredApproval): readonly Resumption[] {
    const { approvalId, guardId } = approval;
    try {
      const { toolCall, context } = openCall(this.parts.seal, approvalId, sealedCall);
      const call: EvaluateCall = {
        request_id: `resume-${approvalId}`,
        guard_id: guardId,
        key_id: approval.keyId,
        owner_email: approval.requester.ownerEmail,
        session_id: approval.sessionId,
        end_user_id: approval.endUserId,
        agent_id: approval.agentId,
        context,
        event_key: origin.eventKey,
        tool_call: toolCall,
        approval_id: approvalId,
        trace_id: origin.traceId ?? randomBytes(16).toString('hex'),
      };
      return [{ call, bytes: sealedCall.length }];
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      if (!this.reported.has(approvalId)) this.parts.log.error({ err: error, approval: approvalId, guard: guardId }, 'a settled event call cannot be finished');
      this.reported.add(approvalId);
      return [];
    }
  }

  private async postponeBroken(due: readonly StoredApproval[], resumptions: readonly Resumption[]): Promise<void> {
    const whole = new Set(resumptions.map(({ call }) => idOf(call)));
    await this.parts.rows.postpone(due.map(({ approval }) => approval.approvalId).filter((id) => !whole.has(id)), afterBrokenSealMs);
  }

  /** As few requests as the limits allow, in order; a call larger than the limit goes alone. */
  private requests(resumptions: readonly Resumption[]): readonly (readonly EvaluateCall[])[] {
    const requests: EvaluateCall[][] = [];
    let bytes = Infinity;
    for (const { call, bytes: size } of resumptions) {
      const last = requests.at(-1);
      if (last !== undefined && last.length < callsPerRequest && bytes + size <= this.parts.maxRequestBytes) {
        last.push(call);
        bytes += size;
      } else {
        requests.push([call]);
        bytes = size;
      }
    }
    return requests;
  }
}

function idOf({ approval_id = '' }: EvaluateCall): string {
  return approval_id;
}
