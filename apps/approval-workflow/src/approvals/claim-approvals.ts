import { answerFor, type Approval, type ApprovalEvent, type Ask, type Binding, evolve, markStale, type Outcome, park, release, settleOverdue } from '@holdpoint/approval';
import { type ApprovalClaim, type ClaimAnswer, type DecisionRecord, DecisionsLogged } from '@holdpoint/contracts';
import { isTransientDatabaseError } from '@holdpoint/persistence';
import { type Logger, newId } from '@holdpoint/runtime';
import { actorText, firstWordSuffix, type Origin } from './approval.row.ts';
import type { Approvals, Judgement, OutboxMessage, Parking, Place, StoredApproval } from './approvals.repository.ts';
import { inParallel } from './in-parallel.ts';
import type { Seal } from './seal.ts';
import { sealCall } from './sealed-call.ts';

/** Claims of one request that are judged at the same time; each holds a database connection. */
const claimsAtOnce = 8;
/** Between a look and a lock the row of a call may settle; it cannot do so again and again. */
const maxLooks = 5;
/** Answers that follow from what became of a settled row. */
const bySettledRow: ReadonlySet<ReturnType<typeof answerFor>['kind']> = new Set(['release', 'released-by-you', 'replay', 'already-released', 'refused']);

/** Parks calls, or says what became of them, or releases them: committed before it is answered. */
export class ClaimApprovals {
  private readonly approvals: Approvals;
  private readonly seal: Seal;
  private readonly log: Logger;

  constructor({ approvals, seal, log }: Readonly<{ approvals: Approvals; seal: Seal; log: Logger }>) {
    this.approvals = approvals;
    this.seal = seal;
    this.log = log;
  }

  /** One answer per claim, in order. A claim that fails says so and holds back no other. */
  async all(claims: readonly ApprovalClaim[]): Promise<ClaimAnswer[]> {
    const parked = await this.parkTogether(claims);
    return await inParallel(claims, claimsAtOnce, async (claim, index) => parked[index] ?? (await this.attempt(claim)));
  }

  /** The fast path: those whose place is free, in one statement. Null for all others, and for all when it fails: each is then tried alone. */
  private async parkTogether(claims: readonly ApprovalClaim[]): Promise<readonly (ClaimAnswer | null)[]> {
    try {
      const at = await this.approvals.now();
      const parkings = claims.map((claim) => this.parkingOf(claim, at));
      const parked = await this.approvals.park(parkings);
      return parkings.map(({ event }) => (parked.has(event.approvalId) ? pendingAnswer(event) : null));
    } catch (error) {
      this.log.warn({ err: error, claims: claims.length }, 'calls could not be parked together');
      return claims.map(() => null);
    }
  }

  private async attempt(claim: ApprovalClaim): Promise<ClaimAnswer> {
    try {
      return await this.answer(claim);
    } catch (error) {
      if (!isTransientDatabaseError(error)) return this.failed(claim, error);
    }
    try {
      // The outcome of the first try is unknown; the request id makes asking again safe.
      return await this.answer(claim);
    } catch (error) {
      return this.failed(claim, error);
    }
  }

  private async answer(claim: ApprovalClaim): Promise<ClaimAnswer> {
    const place: Place = { guardId: claim.guard_id, sessionId: claim.session_id, callId: claim.tool_call.id };
    for (let look = 0; look < maxLooks; look += 1) {
      const answered = await this.approvals.decideAt(place, (stored, at) => this.judge(claim, stored, at));
      if (answered !== null) return answered;
      const parking = this.parkingOf(claim, await this.approvals.now());
      if ((await this.approvals.park([parking])).size === 1) return pendingAnswer(parking.event);
      const newer = await this.approvals.supersededBy(place, claim.policy_version);
      // That row is over and finishes no event: a call that came as one is asked again by an evaluator that has caught up.
      if (newer !== null) return claim.event_key === undefined ? { state: 'pending', approval_id: newer } : { state: 'failed' };
    }
    throw new Error(`the row of call ${claim.tool_call.id} changed under each of ${maxLooks} looks`);
  }

  private judge(claim: ApprovalClaim, { approval: stored, origin, unfinished }: StoredApproval, at: number): Judgement<ClaimAnswer> {
    const overdue = settleOverdue(stored, at);
    const approval = overdue.reduce<Approval>(evolve, stored);
    const ask: Ask = { binding: bindingOf(claim), policyVersion: claim.policy_version, requestId: claim.request_id, at };
    const answer = answerFor(approval, ask);
    const stays = (state: ClaimAnswer['state']): Judgement<ClaimAnswer> => ({ events: overdue, answer: (after) => claimAnswer(state, after) });
    // INVARIANT: an event whose row will be finished is finished from there, when its first word is in the log.
    if (claim.submitted === true && unfinished && bySettledRow.has(answer.kind)) return stays('pending');

    switch (answer.kind) {
      case 'pending':
      case 'wait':
        return { ...stays('pending'), messages: origin.eventKey === undefined ? firstWord(claim, approval.approvalId) : [], finishFor: originOf(claim) };
      case 'release': {
        const events = eventsOf(release(approval, { ...ask, decisionId: claim.release_record.id, replayMs: claim.replay_seconds * 1_000 }));
        return { events: [...overdue, ...events], messages: [releaseMessage(claim, approval)], answer: (after) => claimAnswer('released', after) };
      }
      case 're-park': {
        const parking = this.parkingOf(claim, at, { approvalId: approval.approvalId, origin });
        const events = eventsOf(markStale(approval, { ...ask, replacedBy: parking.event.approvalId }));
        return { events: [...overdue, ...events], parking, answer: () => pendingAnswer(parking.event) };
      }
      case 'released-by-you':
        return stays('released');
      case 'replay':
        return stays('replayed');
      case 'already-released':
        return stays('already_released');
      case 'refused':
        return stays(answer.status);
      case 'conflict':
        return { events: overdue, answer: () => ({ state: 'conflict' }) };
      case 'park':
        throw new Error(`${approval.approvalId} is ${approval.status} and was found as an open row`);
    }
  }

  /** A row parked anew finishes the event that its forerunner was parked for, whoever asks now. */
  private parkingOf(claim: ApprovalClaim, at: number, forerunner?: Readonly<{ approvalId: string; origin: Origin }>): Parking {
    const event = park({
      approvalId: newId('apr', at),
      binding: bindingOf(claim),
      policyVersion: claim.policy_version,
      ownerEmail: claim.owner_email,
      at,
      timeoutMs: wholeMs(claim.timeout_minutes),
      releaseMs: wholeMs(claim.release_minutes),
      replaces: forerunner?.approvalId,
    });
    const origin = { traceId: claim.trace_id, channels: claim.notification_channels, eventKey: claim.event_key ?? forerunner?.origin.eventKey };
    const messages = firstWord(claim, event.approvalId);
    const { tool_call: toolCall, context, findings } = claim;
    return { event, origin, messages, findings, sealedCall: sealCall(this.seal, event.approvalId, { toolCall, context, findings }) };
  }

  private failed(claim: ApprovalClaim, error: unknown): ClaimAnswer {
    const level = isTransientDatabaseError(error) ? 'warn' : 'error';
    this.log[level]({ err: error, guard: claim.guard_id, request: claim.request_id, arguments_hash: claim.arguments_hash }, 'a claim could not be answered');
    return { state: 'failed' };
  }
}

function bindingOf({ guard_id, session_id, tool_call, key_id, end_user_id, agent_id, arguments_hash, policy_id, quorum }: ApprovalClaim): Binding {
  return {
    guardId: guard_id,
    sessionId: session_id,
    callId: tool_call.id,
    toolName: tool_call.name,
    toolType: tool_call.type,
    keyId: key_id,
    endUserId: end_user_id,
    agentId: agent_id,
    argumentsHash: arguments_hash,
    policyId: policy_id,
    groupId: undefined,
    quorum,
  };
}

function originOf({ event_key, trace_id }: ApprovalClaim): Origin {
  return { eventKey: event_key, traceId: trace_id };
}

function pendingAnswer({ approvalId, expiresAt }: Parking['event']): ClaimAnswer {
  return { state: 'pending', approval_id: approvalId, expires_at: expiresAt };
}

function claimAnswer(state: ClaimAnswer['state'], approval: Approval): ClaimAnswer {
  const { comment, releaseId, releaseDecisionId } = approval;
  return {
    state,
    approval_id: approval.approvalId,
    expires_at: approval.expiresAt,
    ...(comment === undefined ? {} : { comment }),
    ...(approval.settledAt === undefined ? {} : { settled_by: actorText(approval.settledBy) }),
    ...(releaseId === undefined ? {} : { release_id: releaseId }),
    ...(releaseDecisionId === undefined ? {} : { release_decision_id: releaseDecisionId }),
  };
}

/** INVARIANT: committed with the release, so a release is never without its decision. */
function releaseMessage({ release_record }: ApprovalClaim, { approvalId }: Approval): OutboxMessage {
  return decisionMessage(release_record, approvalId, release_record.id);
}

/** That a call which came as an event waits. INVARIANT: committed with the row that it waits on; that row is not finished before this is in the log's stream. */
function firstWord({ pending_record }: ApprovalClaim, approvalId: string): readonly OutboxMessage[] {
  return pending_record === undefined ? [] : [decisionMessage(pending_record, approvalId, `${approvalId}${firstWordSuffix}`)];
}

function decisionMessage(decision: DecisionRecord, approvalId: string, msgId: string): OutboxMessage {
  const record = { ...decision, approval_id: approvalId };
  return { topic: DecisionsLogged.stream, subject: DecisionsLogged.subjects[0], msgId, body: JSON.stringify({ decisions: [record] }) };
}

/** What the rules have just answered, the rules accept. */
function eventsOf(outcome: Outcome): readonly ApprovalEvent[] {
  if (!outcome.accepted) throw new Error(`the rules refuse what they answered: ${outcome.refusal}`);
  return outcome.events;
}

function wholeMs(minutes: number): number {
  return Math.max(1, Math.round(minutes * 60_000));
}
