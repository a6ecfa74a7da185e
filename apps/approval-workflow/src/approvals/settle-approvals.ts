import { type Actor, type Approval, cancel, type Choice, type KeyActor, type Outcome, type RefusalCode, vote, type Winner } from '@holdpoint/approval';
import type { Actor as Credential, Approval as ShownApproval, CancelApproval, Refusal, Reply, VoteOnApproval } from '@holdpoint/contracts';
import type { z } from 'zod';
import { actorText } from './approval.row.ts';
import type { ApprovalKey, Approvals, Judge, Once } from './approvals.repository.ts';
import type { Seal } from './seal.ts';
import { openCall } from './sealed-call.ts';
import { isoTime, shownApproval } from './shown-approval.ts';

export const notFound = { refused: { status: 404, code: 'approval_not_found', detail: 'no such approval' } } as const satisfies { refused: Refusal };

export type ActorsVote = ApprovalKey & Readonly<{ by: Actor; choice: Choice; comment?: string | undefined; argumentsHash?: string | undefined }>;

/** People's moves: votes and cancellations. */
export class SettleApprovals {
  private readonly approvals: Approvals;
  private readonly seal: Seal;

  constructor({ approvals, seal }: Readonly<{ approvals: Approvals; seal: Seal }>) {
    this.approvals = approvals;
    this.seal = seal;
  }

  async vote({ guard_id, approval_id, actor, choice, comment, arguments_hash }: z.output<typeof VoteOnApproval.request>): Promise<Reply<ShownApproval>> {
    const by = actorOn(guard_id, actor);
    return await this.voteAs({ guardId: guard_id, approvalId: approval_id, by, choice, comment, argumentsHash: arguments_hash });
  }

  /** `by` is who the credential says, with the roles that count on this guard. */
  async voteAs({ guardId, approvalId, ...cast }: ActorsVote, once?: Once<Reply<ShownApproval>>): Promise<Reply<ShownApproval>> {
    return await this.move({ guardId, approvalId }, (approval, at) => vote(approval, { ...cast, at }), once);
  }

  async cancel({ guard_id, approval_id, actor, comment }: z.output<typeof CancelApproval.request>): Promise<Reply<ShownApproval>> {
    const by = actorOn(guard_id, actor);
    return await this.move({ guardId: guard_id, approvalId: approval_id }, (approval, at) => cancel(approval, { by, comment, at }));
  }

  // INVARIANT: the reply is made before the commit, so nobody decides on a call that cannot be shown.
  private async move(key: ApprovalKey, act: (approval: Approval, at: number) => Outcome, once?: Once<Reply<ShownApproval>>): Promise<Reply<ShownApproval>> {
    const judge: Judge<Reply<ShownApproval>> = ({ approval, sealedCall }, at) => {
      const outcome = act(approval, at);
      if (!outcome.accepted) return { events: outcome.events, answer: () => ({ refused: refusalOf(outcome.refusal, outcome.winner) }) };
      const call = openCall(this.seal, approval.approvalId, sealedCall);
      return { events: outcome.events, answer: (after) => ({ ok: shownApproval(after, call) }) };
    };
    return (await this.approvals.decideOn(key, judge, once)) ?? notFound;
  }
}

/** Roles count on the key's own guards only. */
function actorOn(guardId: string, { key_id, owner_email, roles, guards }: Credential): KeyActor {
  return { kind: 'key', keyId: key_id, ownerEmail: owner_email, roles: guards === '*' || guards.includes(guardId) ? roles : [] };
}

function refusalOf(refusal: RefusalCode, winner: Winner | undefined): Refusal {
  // Whether time or the sweep was first makes no difference to whom it keeps out.
  if (winner?.status === 'expired') return { status: 409, code: 'approval_expired', detail: `expired${atTime(winner)}: nobody decided in time` };
  if (winner !== undefined) return { status: 409, code: 'already_settled', detail: `already ${described(winner)}` };
  switch (refusal) {
    case 'own-request':
      return { status: 403, code: 'own_request', detail: 'who asked for a call cannot decide on it' };
    case 'not-an-approver':
      return { status: 403, code: 'not_an_approver', detail: 'the key does not have the role approver on this guard' };
    case 'not-allowed-to-cancel':
      return { status: 403, code: 'not_allowed_to_cancel', detail: 'only the key that asked, or an admin, can cancel' };
    case 'arguments-mismatch':
      return { status: 409, code: 'arguments_mismatch', detail: '`arguments_hash` is not that of the parked call: other arguments were looked at' };
    case 'already-voted':
      return { status: 409, code: 'already_voted', detail: "this person's approval is counted already" };
    default:
      throw new Error(`no answer for the refusal ${refusal}`);
  }
}

function described(winner: Winner): string {
  if (winner.status === 'released') return `approved by ${actorText(winner.by)}${atTime(winner)}, and released`;
  return `${winner.status} by ${actorText(winner.by)}${atTime(winner)}`;
}

function atTime({ at }: Winner): string {
  return at === undefined ? '' : ` at ${isoTime(at)}`;
}
