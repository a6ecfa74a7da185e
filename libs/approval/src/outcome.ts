import type { Actor } from './actor.ts';
import { type Approval, type ApprovalEvent, type ApprovalSettled, type ApprovalStatus, evolve } from './approval.ts';

/**
 * Why an approval did not move.
 * - `already-settled`: somebody or something was first; `winner` says who and what.
 * - `expired`: it was pending, and its time ran out before this; the events settle it.
 * - `arguments-mismatch`: the voter saw other arguments. `already-voted`: this person's approval is counted.
 * - `not-approved`: a release was asked for and nobody has approved. `already-released`: its one release is used.
 * - `conflict`: another call, or another key's. `stale`: another policy, group or quorum decides today. `not-stale`: none does.
 * - `outdated-policies`: the asker judged by an older policy set than the one that parked the call.
 * - `not-released`: there is no release to report an outcome of.
 */
export type RefusalCode =
  | 'already-settled'
  | 'expired'
  | 'own-request'
  | 'not-an-approver'
  | 'already-voted'
  | 'arguments-mismatch'
  | 'not-allowed-to-cancel'
  | 'not-approved'
  | 'already-released'
  | 'conflict'
  | 'stale'
  | 'not-stale'
  | 'outdated-policies'
  | 'not-released'
  | 'not-the-requester';

/** What has become of an approval, and by whom (absent: by nobody). */
export type Winner = Readonly<{ status: Exclude<ApprovalStatus, 'pending'>; by?: Actor | undefined; at?: number | undefined }>;

/** A refusal may carry events too (an overdue row is settled by whoever touches it): commit them either way. */
export type Outcome =
  | Readonly<{ accepted: true; events: readonly ApprovalEvent[] }>
  | Readonly<{ accepted: false; refusal: RefusalCode; winner?: Winner | undefined; events: readonly ApprovalEvent[] }>;

export function accepted(...events: readonly ApprovalEvent[]): Outcome {
  return { accepted: true, events };
}

/** Whatever the reason: an overdue approval is settled, and the winner named whenever there is one. */
export function refused(refusal: RefusalCode, approval: Approval, at: number): Outcome {
  const events = settleOverdue(approval, at);
  return { accepted: false, refusal, winner: winnerOf(events.reduce<Approval>(evolve, approval)), events };
}

/** For a move that comes after the end, be it that only the clock knows of it yet. */
export function refusedAsSettled(approval: Approval, at: number): Outcome {
  return refused(approval.status === 'pending' ? 'expired' : 'already-settled', approval, at);
}

function winnerOf({ status, settledBy, settledAt }: Approval): Winner | undefined {
  return status === 'pending' ? undefined : { status, by: settledBy, at: settledAt };
}

/** The status that holds at a time, whether or not anybody has settled the row yet. */
export function statusAt(approval: Approval, at: number): ApprovalStatus {
  // INVARIANT: what cannot be shown to be in time is overdue, also without a readable deadline.
  if (approval.status === 'pending' && !(at < approval.expiresAt)) return 'expired';
  if (approval.status === 'approved' && !(at < (approval.lapsesAt ?? -Infinity))) return 'lapsed';
  return approval.status;
}

/** Settles what time has settled: pending past its deadline has expired, approved past its own has lapsed; otherwise nothing. */
export function settleOverdue(approval: Approval, at: number): readonly ApprovalSettled[] {
  const status = statusAt(approval, at);
  if (status === approval.status || (status !== 'expired' && status !== 'lapsed')) return [];
  return [{ type: 'approval-settled', status, at }];
}

/** Whether somebody judged by an older policy set than the one that parked the call. */
export function isOutdated(approval: Approval, judged: Readonly<{ policyVersion: number }>): boolean {
  return !(judged.policyVersion >= approval.policyVersion);
}
