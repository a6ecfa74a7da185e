import type { Approval, ApprovalEvent, LaterVerdict } from './approval.ts';
import { type CallIdentity, compareIdentities } from './binding.ts';
import { accepted, isOutdated, type Outcome, refused, refusedAsSettled, settleOverdue, statusAt } from './outcome.ts';

/** A call that names its approval and was judged otherwise than `require_approval`. */
export type NamedAsk = LaterVerdict & Readonly<{ identity: CallIdentity }>;

/**
 * What naming an approval does; the events are to be committed in each case.
 * - `superseded`: the policies let the call go without a person; the verdict stands. `noted`: the row stays; the verdict stands.
 * - `wait`: an older policy set than the row's would let go what a newer one parked: `require_approval` with the row's id instead.
 * - `ignored`: another call's approval, or one that is over; the verdict stands.
 */
export type NamedAnswer = Readonly<{ kind: 'superseded' | 'noted' | 'wait' | 'ignored'; events: readonly ApprovalEvent[] }>;

export function answerNamed(approval: Approval | null, { identity, ...later }: NamedAsk): NamedAnswer {
  if (approval === null || compareIdentities(approval, identity) !== 'same') return { kind: 'ignored', events: [] };
  if (!isLive(approval, later.at)) return { kind: 'ignored', events: settleOverdue(approval, later.at) };
  if (later.verdict === 'block') return { kind: 'noted', events: recordVerdict(approval, later).events };
  const outcome = supersede(approval, later);
  return { kind: outcome.accepted ? 'superseded' : 'wait', events: outcome.events };
}

/** Ends an approval that the policies no longer ask for. */
export function supersede(approval: Approval, later: LaterVerdict): Outcome {
  if (!isLive(approval, later.at)) return refusedAsSettled(approval, later.at);
  if (isOutdated(approval, later)) return refused('outdated-policies', approval, later.at);
  return accepted({ type: 'approval-settled', status: 'superseded', lastVerdict: later, at: later.at });
}

/** Keeps, on a live approval, what the policies said of its call since. */
export function recordVerdict(approval: Approval, later: LaterVerdict): Outcome {
  if (!isLive(approval, later.at)) return refusedAsSettled(approval, later.at);
  return accepted({ type: 'approval-verdict-recorded', lastVerdict: later, at: later.at });
}

function isLive(approval: Approval, at: number): boolean {
  const status = statusAt(approval, at);
  return status === 'pending' || status === 'approved';
}
