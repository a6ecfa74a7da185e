import type { KeyActor } from './actor.ts';
import { answerFor, type Answer, type Ask } from './answer-for.ts';
import type { Approval } from './approval.ts';
import { accepted, type Outcome, refused, refusedAsSettled, type RefusalCode } from './outcome.ts';

/** Default of the guard setting `replay_seconds`. */
export const defaultReplayMs = 60_000;

export type Release = Ask & Readonly<{ decisionId: string; replayMs?: number | undefined }>;

/**
 * Uses the one release of an approved call. It judges the ask itself, so an approval is never released to another binding,
 * nor by an older policy set, whoever calls.
 */
export function release(approval: Approval, { decisionId, replayMs = defaultReplayMs, ...ask }: Release): Outcome {
  const answer = answerFor(approval, ask);
  if (answer.kind !== 'release') return refusedAs(answer, approval, ask.at);
  const { requestId, at } = ask;
  return accepted({ type: 'approval-released', releaseId: requestId, releaseDecisionId: decisionId, at, replayUntil: at + replayMs });
}

/** Ends an approval that another policy, group or quorum has overtaken; `replacedBy` is the one parked anew in the same transaction. */
export function markStale(approval: Approval, { replacedBy, ...ask }: Ask & Readonly<{ replacedBy: string }>): Outcome {
  const answer = answerFor(approval, ask);
  if (answer.kind !== 're-park') return refusedAs(answer, approval, ask.at);
  return accepted({ type: 'approval-settled', status: 'stale', replacedBy, at: ask.at });
}

function refusedAs({ kind }: Answer, approval: Approval, at: number): Outcome {
  const refusals = {
    pending: 'not-approved',
    wait: 'outdated-policies',
    're-park': 'stale',
    release: 'not-stale',
    'released-by-you': 'already-released',
    replay: 'already-released',
    'already-released': 'already-released',
    conflict: 'conflict',
  } as const satisfies Partial<Record<Answer['kind'], RefusalCode>>;
  if (kind === 'park' || kind === 'refused') return refusedAsSettled(approval, at);
  return refused(refusals[kind], approval, at);
}

/** The call has been carried out, or tried: its release is not replayed any more. Reporting again changes nothing. */
export function reportOutcome(approval: Approval, { by, at }: Readonly<{ by: KeyActor; at: number }>): Outcome {
  if (by.keyId !== approval.requester.keyId) return refused('not-the-requester', approval, at);
  if (approval.status !== 'released') return refused('not-released', approval, at);
  return approval.outcomeReportedAt === undefined ? accepted({ type: 'approval-outcome-reported', at }) : accepted();
}
