import type { Approval } from '@holdpoint/approval';
import type { Approval as ShownApproval } from '@holdpoint/contracts';
import { actorText, type ShownOutcome } from './approval.row.ts';
import type { ParkedCall } from './sealed-call.ts';

/** An approval as the world sees it. */
export function shownApproval(approval: Approval, { toolCall, context, findings }: ParkedCall, outcome?: ShownOutcome): ShownApproval {
  const { lastVerdict } = approval;
  return {
    id: approval.approvalId,
    status: approval.status,
    guard: approval.guardId,
    session_id: approval.sessionId,
    ...given('end_user_id', approval.endUserId),
    ...given('agent_id', approval.agentId),
    tool_call: toolCall,
    ...given('context', context),
    arguments_hash: approval.argumentsHash,
    ...findings,
    policy_id: approval.policyId,
    policy_version: approval.policyVersion,
    requested_by: actorText(approval.requester),
    created_at: isoTime(approval.createdAt),
    expires_at: isoTime(approval.expiresAt),
    ...(approval.settledAt === undefined ? {} : { settled_at: isoTime(approval.settledAt), settled_by: actorText(approval.settledBy) }),
    ...given('comment', approval.comment),
    ...(approval.releasedAt === undefined ? {} : { released_at: isoTime(approval.releasedAt) }),
    ...(lastVerdict === undefined ? {} : { last_verdict: { action: lastVerdict.verdict, policy_id: lastVerdict.policyId ?? null, policy_version: lastVerdict.policyVersion, at: isoTime(lastVerdict.at) } }),
    ...(outcome === undefined ? {} : { outcome: { status: outcome.status, ...given('detail', outcome.detail), reported_at: isoTime(outcome.at) } }),
    ...given('replaced_by', approval.replacedBy),
  };
}

export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function given<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, T>);
}
