import type { Approval } from './approval.ts';
import { type Binding, compareBindings } from './binding.ts';
import { isOutdated, statusAt } from './outcome.ts';

/** A call that was judged `require_approval`, and by which policy set. `requestId` is the asking request's, the same in its retry. */
export type Ask = Readonly<{ binding: Binding; policyVersion: number; requestId: string; at: number }>;

/**
 * What an asker gets. `require_approval`: park, re-park, pending, wait. `allow`: release, released-by-you (`replayed: false`), replay (`true`).
 * `block`: refused (`approval_<status>`), already-released, conflict (`call_id_conflict`).
 */
export type Answer =
  | Readonly<{ kind: 'park' }>
  | Readonly<{ kind: 'pending' }>
  /** The asker's policy set is older than the row's: no release and no new row by it; it answers with the row's id. */
  | Readonly<{ kind: 'wait' }>
  /** Another policy, group or quorum decides today: the row becomes stale, and the call is parked anew. */
  | Readonly<{ kind: 're-park' }>
  | Readonly<{ kind: 'release' }>
  | Readonly<{ kind: 'released-by-you' }>
  | Readonly<{ kind: 'replay' }>
  | Readonly<{ kind: 'already-released' }>
  | Readonly<{ kind: 'refused'; status: 'rejected' | 'expired' | 'cancelled' | 'lapsed'; comment?: string | undefined }>
  | Readonly<{ kind: 'conflict' }>;

/**
 * The answer for a call that needs approval, from the row that holds its call id (`null`: none). The first that applies decides:
 * a stale or superseded row holds nothing; another call, or another key, gets nothing; what is over is over, whatever the policies say now;
 * then a changed policy; then the row. Time is judged here; `settleOverdue` gives the events to commit beside it. A policy set as old as the row's may find it stale: one set judges differently at another hour.
 */
export function answerFor(approval: Approval | null, ask: Ask): Answer {
  if (approval === null) return { kind: 'park' };
  const status = statusAt(approval, ask.at);
  if (status === 'stale' || status === 'superseded') return { kind: 'park' };

  const difference = compareBindings(approval, ask.binding);
  if (difference === 'conflict') return { kind: 'conflict' };
  if (difference === 'other-key') return { kind: status === 'released' ? 'already-released' : 'conflict' };
  const outdated = isOutdated(approval, ask);

  switch (status) {
    case 'rejected':
    case 'expired':
    case 'cancelled':
    case 'lapsed':
      // Only the words of who ended it: an approver's comment does not explain a lapse that nobody has settled yet.
      return { kind: 'refused', status, comment: status === approval.status ? approval.comment : undefined };
    case 'released': {
      const again = answerAgain(approval, ask);
      if (difference === 'same' || again.kind === 'already-released') return again;
      return { kind: outdated ? 'wait' : 'already-released' };
    }
    case 'pending':
      if (difference === 'same') return { kind: 'pending' };
      return { kind: outdated ? 'wait' : 're-park' };
    case 'approved':
      if (outdated) return { kind: 'wait' };
      return { kind: difference === 'same' ? 'release' : 're-park' };
  }
}

/** The releasing request's own retry gets its answer however short the replay is: both end when an outcome is reported. */
function answerAgain(approval: Approval, { requestId, at }: Ask): Answer {
  if (approval.outcomeReportedAt !== undefined) return { kind: 'already-released' };
  if (approval.releaseId === requestId) return { kind: 'released-by-you' };
  return { kind: at < (approval.replayUntil ?? -Infinity) ? 'replay' : 'already-released' };
}
