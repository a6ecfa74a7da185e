import type { Actor, Requester } from './actor.ts';
import type { Binding } from './binding.ts';

export const approvalStatuses = [
  'pending',
  'approved',
  'rejected',
  'expired',
  'cancelled',
  'superseded',
  'stale',
  'released',
  'lapsed',
] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** INVARIANT: a status moves along these lines only; what has none is final. */
const next: Readonly<Record<ApprovalStatus, readonly ApprovalStatus[]>> = {
  pending: ['approved', 'rejected', 'expired', 'cancelled', 'superseded', 'stale'],
  approved: ['released', 'lapsed', 'cancelled', 'superseded', 'stale'],
  rejected: [],
  expired: [],
  cancelled: [],
  superseded: [],
  stale: [],
  released: [],
  lapsed: [],
};

export type Choice = 'approve' | 'reject';
export type Vote = Readonly<{ by: Actor; choice: Choice; at: number; comment?: string | undefined }>;

/** What the policies said when the call was asked again. */
export type LaterVerdict = Readonly<{
  verdict: 'allow' | 'warn' | 'sanitize' | 'block';
  /** `null`: no policy matched, the guard's default action decided. */
  policyId?: string | null | undefined;
  policyVersion: number;
  decisionId?: string | undefined;
  at: number;
}>;

/** One parked call. All times are epoch milliseconds of the database clock; the state survives JSON. */
export type Approval = Binding &
  Readonly<{
    approvalId: string;
    status: ApprovalStatus;
    /** Of the policy set that parked it. */
    policyVersion: number;
    requester: Requester;
    createdAt: number;
    /** Pending ends here: at this very millisecond it has expired. */
    expiresAt: number;
    /** How long an approval may wait for its call to be asked again. */
    releaseMs: number;
    votes: readonly Vote[];
    /** The last move that was no release; after a release still the approval's. */
    settledAt?: number | undefined;
    /** Absent when nobody did it: expired, lapsed, superseded, stale. */
    settledBy?: Actor | undefined;
    comment?: string | undefined;
    approvedAt?: number | undefined;
    /** Approved ends here: at this very millisecond it has lapsed. */
    lapsesAt?: number | undefined;
    releasedAt?: number | undefined;
    /** The id of the one request that got the release. */
    releaseId?: string | undefined;
    releaseDecisionId?: string | undefined;
    /** The replay ends here: at this very millisecond it is over. */
    replayUntil?: number | undefined;
    outcomeReportedAt?: number | undefined;
    lastVerdict?: LaterVerdict | undefined;
    /** The stale approval that this one was parked anew for. */
    replaces?: string | undefined;
    /** The approval parked anew for this stale one. */
    replacedBy?: string | undefined;
  }>;

export type ApprovalParked = Readonly<{
  type: 'approval-parked';
  approvalId: string;
  binding: Binding;
  policyVersion: number;
  requester: Requester;
  at: number;
  expiresAt: number;
  releaseMs: number;
  replaces?: string | undefined;
}>;
export type ApprovalVoted = Readonly<{ type: 'approval-voted'; vote: Vote; at: number }>;
export type ApprovalSettled = Readonly<{ type: 'approval-settled'; at: number }> &
  (
    | Readonly<{ status: 'approved'; by: Actor; comment?: string | undefined; lapsesAt: number }>
    | Readonly<{ status: 'rejected'; by: Actor; comment?: string | undefined }>
    | Readonly<{ status: 'cancelled'; by: Actor; comment?: string | undefined }>
    | Readonly<{ status: 'superseded'; lastVerdict: LaterVerdict }>
    | Readonly<{ status: 'stale'; replacedBy: string }>
    | Readonly<{ status: 'expired' | 'lapsed' }>
  );
export type ApprovalReleased = Readonly<{
  type: 'approval-released';
  releaseId: string;
  releaseDecisionId: string;
  at: number;
  replayUntil: number;
}>;
export type VerdictRecorded = Readonly<{ type: 'approval-verdict-recorded'; lastVerdict: LaterVerdict; at: number }>;
export type OutcomeReported = Readonly<{ type: 'approval-outcome-reported'; at: number }>;
export type ApprovalEvent = ApprovalParked | ApprovalVoted | ApprovalSettled | ApprovalReleased | VerdictRecorded | OutcomeReported;

export type Park = Readonly<{
  approvalId: string;
  binding: Binding;
  policyVersion: number;
  /** The owner of the asking key, `binding.keyId`. */
  ownerEmail?: string | undefined;
  at: number;
  timeoutMs: number;
  /** Default: 60 minutes. */
  releaseMs?: number | undefined;
  replaces?: string | undefined;
}>;

export const defaultReleaseMs = 60 * 60_000;

/** The first event of an approval; `evolve(null, event)` is its row. Throws RangeError when no vote could ever settle it in time. */
export function park({ approvalId, binding, policyVersion, ownerEmail, at, timeoutMs, releaseMs = defaultReleaseMs, replaces }: Park): ApprovalParked {
  if (!Number.isInteger(binding.quorum) || binding.quorum < 1) throw new RangeError('quorum must be a whole number of at least 1');
  if (!(timeoutMs > 0) || !(releaseMs > 0)) throw new RangeError('timeout and release time must be longer than nothing');
  const requester = { keyId: binding.keyId, ownerEmail };
  return { type: 'approval-parked', approvalId, binding, policyVersion, requester, at, expiresAt: at + timeoutMs, releaseMs, replaces };
}

/** The state after an event. Throws on a move that no function here returns: such an event is a defect, not a refusal. */
export function evolve(approval: Approval | null, event: ApprovalEvent): Approval {
  if (event.type === 'approval-parked') {
    if (approval !== null) throw new Error(`approval ${approval.approvalId} is parked already`);
    const { approvalId, binding, policyVersion, requester, at, expiresAt, releaseMs, replaces } = event;
    return { ...binding, approvalId, status: 'pending', policyVersion, requester, createdAt: at, expiresAt, releaseMs, votes: [], replaces };
  }
  if (approval === null) throw new Error(`${event.type} before the call was parked`);
  switch (event.type) {
    case 'approval-voted':
      return { ...approval, votes: [...approval.votes, event.vote] };
    case 'approval-settled':
      return { ...moved(approval, event.status), settledAt: event.at, settledBy: undefined, comment: undefined, ...consequences(event) };
    case 'approval-released': {
      const { releaseId, releaseDecisionId, at, replayUntil } = event;
      return { ...moved(approval, 'released'), releasedAt: at, releaseId, releaseDecisionId, replayUntil };
    }
    case 'approval-verdict-recorded':
      return { ...approval, lastVerdict: event.lastVerdict };
    case 'approval-outcome-reported':
      return { ...approval, outcomeReportedAt: event.at };
  }
}

function moved(approval: Approval, status: ApprovalStatus): Approval {
  if (!next[approval.status].includes(status)) throw new Error(`approval ${approval.approvalId} cannot go from ${approval.status} to ${status}`);
  return { ...approval, status };
}

function consequences(event: ApprovalSettled): Partial<Approval> {
  switch (event.status) {
    case 'approved':
      return { settledBy: event.by, comment: event.comment, approvedAt: event.at, lapsesAt: event.lapsesAt };
    case 'rejected':
    case 'cancelled':
      return { settledBy: event.by, comment: event.comment };
    case 'superseded':
      return { lastVerdict: event.lastVerdict };
    case 'stale':
      return { replacedBy: event.replacedBy };
    case 'expired':
    case 'lapsed':
      return {};
  }
}
