import { type Actor, isRequester, isSamePerson, type KeyActor } from './actor.ts';
import type { Approval, ApprovalVoted, Choice } from './approval.ts';
import { accepted, type Outcome, refused, refusedAsSettled, statusAt } from './outcome.ts';

export type CastVote = Readonly<{
  by: Actor;
  choice: Choice;
  comment?: string | undefined;
  /** The hash of what the voter saw; given and different, the vote is refused. */
  argumentsHash?: string | undefined;
  at: number;
}>;

/** One rejection ends it, also by somebody who approved before; as many distinct people as the quorum asks for approve it. */
export function vote(approval: Approval, { by, choice, comment, argumentsHash, at }: CastVote): Outcome {
  if (statusAt(approval, at) !== 'pending') return refusedAsSettled(approval, at);
  if (isRequester(by, approval)) return refused('own-request', approval, at);
  if (!by.roles.includes('approver')) return refused('not-an-approver', approval, at);
  if (argumentsHash !== undefined && argumentsHash !== approval.argumentsHash) return refused('arguments-mismatch', approval, at);

  const voted: ApprovalVoted = { type: 'approval-voted', vote: { by, choice, at, comment }, at };
  if (choice === 'reject') return accepted(voted, { type: 'approval-settled', status: 'rejected', by, comment, at });

  // INVARIANT: one person, one counted approval; a rejection would have ended it, so every vote here is an approval.
  if (approval.votes.some((earlier) => isSamePerson(earlier.by, by))) return refused('already-voted', approval, at);
  const quorumReached = approval.votes.length + 1 >= approval.quorum;
  if (!quorumReached) return accepted(voted);
  return accepted(voted, { type: 'approval-settled', status: 'approved', by, comment, at, lapsesAt: at + approval.releaseMs });
}

/** Takes the call back, pending or approved: the key that asked, or an admin. */
export function cancel(approval: Approval, { by, comment, at }: Readonly<{ by: KeyActor; comment?: string | undefined; at: number }>): Outcome {
  const status = statusAt(approval, at);
  if (status !== 'pending' && status !== 'approved') return refusedAsSettled(approval, at);
  if (by.keyId !== approval.requester.keyId && !by.roles.includes('admin')) return refused('not-allowed-to-cancel', approval, at);
  return accepted({ type: 'approval-settled', status: 'cancelled', by, comment, at });
}
