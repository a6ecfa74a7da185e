import type { Actor, Approval, ApprovalStatus, Choice, LaterVerdict, Requester, Vote, WebhookActor } from '@holdpoint/approval';
import type { OutcomeStatus } from '@holdpoint/contracts';

/** A row of `approvals` as the driver gives it: bigints as text. */
export type ApprovalRow = Readonly<{
  approval_id: string;
  status: ApprovalStatus;
  guard_id: string;
  session_id: string;
  call_id: string;
  tool_name: string;
  tool_type: string | null;
  key_id: string;
  end_user_id: string | null;
  agent_id: string | null;
  arguments_hash: string;
  policy_id: string | null;
  group_id: string | null;
  quorum: number;
  policy_version: string;
  owner_email: string | null;
  sealed_call: Buffer;
  created_at: string;
  expires_at: string;
  release_ms: string;
  settled_at: string | null;
  settled_by: string | null;
  comment: string | null;
  approved_at: string | null;
  lapses_at: string | null;
  released_at: string | null;
  release_id: string | null;
  release_decision_id: string | null;
  replay_until: string | null;
  outcome_reported_at: string | null;
  verdict: LaterVerdict['verdict'] | null;
  verdict_policy_id: string | null;
  verdict_policy_version: string | null;
  verdict_at: string | null;
  replaces: string | null;
  replaced_by: string | null;
  event_key: string | null;
  /** Of a call that came as an event: when its final decision was in the log. */
  finished_at: string | null;
  trace_id: string | null;
  notification_channels: string | null;
  /** Of the call's outcome, where it was read with the row. */
  outcome_status?: OutcomeStatus | null;
  outcome_detail?: string | null;
  outcome_at?: string | null;
}>;

export type VoteRow = Readonly<{ voter: string; owner_email: string | null; choice: Choice; comment: string | null; at: string }>;

/** What an approval is born with, in the order of `parkedValues`, and the types that Postgres needs to be told. */
export const parkedColumns = {
  approval_id: 'text',
  status: 'text',
  guard_id: 'text',
  session_id: 'text',
  call_id: 'text',
  tool_name: 'text',
  tool_type: 'text',
  key_id: 'text',
  end_user_id: 'text',
  agent_id: 'text',
  arguments_hash: 'text',
  policy_id: 'text',
  group_id: 'text',
  quorum: 'integer',
  policy_version: 'bigint',
  owner_email: 'text',
  created_at: 'bigint',
  expires_at: 'bigint',
  release_ms: 'bigint',
  replaces: 'text',
  event_key: 'text',
  trace_id: 'text',
  notification_channels: 'text',
  sealed_call: 'bytea',
} as const;

/** How the call came: `eventKey` if as an event, which is then finished from its row. `channels`: the ids of those that are told; absent: all of the guard. */
export type Origin = Readonly<{ eventKey?: string | undefined; traceId?: string | undefined; channels?: readonly string[] | undefined }>;

/** Behind an approval's id it names the message by which the log learns that an event's call waits: one of each approval. */
export const firstWordSuffix = '.pending';

export function parkedValues(parked: Approval, { eventKey, traceId, channels }: Origin, sealedCall: Buffer): readonly unknown[] {
  return [
    parked.approvalId,
    parked.status,
    parked.guardId,
    parked.sessionId,
    parked.callId,
    parked.toolName,
    parked.toolType ?? null,
    parked.keyId,
    parked.endUserId ?? null,
    parked.agentId ?? null,
    parked.argumentsHash,
    parked.policyId,
    parked.groupId ?? null,
    parked.quorum,
    parked.policyVersion,
    parked.requester.ownerEmail ?? null,
    parked.createdAt,
    parked.expiresAt,
    parked.releaseMs,
    parked.replaces ?? null,
    eventKey ?? null,
    traceId ?? null,
    channels?.join(',') ?? null,
    sealedCall,
  ];
}

/** What may change after that: nothing that the approval is bound to. */
export const movingColumns = [
  'status',
  'settled_at',
  'settled_by',
  'comment',
  'approved_at',
  'lapses_at',
  'released_at',
  'release_id',
  'release_decision_id',
  'replay_until',
  'outcome_reported_at',
  'verdict',
  'verdict_policy_id',
  'verdict_policy_version',
  'verdict_at',
  'replaced_by',
] as const;

export function movingValues(approval: Approval): readonly unknown[] {
  const { lastVerdict } = approval;
  return [
    approval.status,
    approval.settledAt ?? null,
    approval.settledAt === undefined ? null : actorText(approval.settledBy),
    approval.comment ?? null,
    approval.approvedAt ?? null,
    approval.lapsesAt ?? null,
    approval.releasedAt ?? null,
    approval.releaseId ?? null,
    approval.releaseDecisionId ?? null,
    approval.replayUntil ?? null,
    approval.outcomeReportedAt ?? null,
    lastVerdict?.verdict ?? null,
    lastVerdict?.policyId ?? null,
    lastVerdict?.policyVersion ?? null,
    lastVerdict?.at ?? null,
    approval.replacedBy ?? null,
  ];
}

/** Without `votes` the approval can be judged for everything but a vote. */
export function approvalOf(row: ApprovalRow, votes: readonly VoteRow[] = []): Approval {
  return {
    approvalId: row.approval_id,
    status: row.status,
    guardId: row.guard_id,
    sessionId: row.session_id,
    callId: row.call_id,
    toolName: row.tool_name,
    toolType: row.tool_type ?? undefined,
    keyId: row.key_id,
    endUserId: row.end_user_id ?? undefined,
    agentId: row.agent_id ?? undefined,
    argumentsHash: row.arguments_hash,
    policyId: row.policy_id,
    groupId: row.group_id ?? undefined,
    quorum: row.quorum,
    policyVersion: Number(row.policy_version),
    requester: { keyId: row.key_id, ownerEmail: row.owner_email ?? undefined },
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    releaseMs: Number(row.release_ms),
    votes: votes.map(voteOf),
    settledAt: timeOf(row.settled_at),
    settledBy: actorOf(row.settled_by),
    comment: row.comment ?? undefined,
    approvedAt: timeOf(row.approved_at),
    lapsesAt: timeOf(row.lapses_at),
    releasedAt: timeOf(row.released_at),
    releaseId: row.release_id ?? undefined,
    releaseDecisionId: row.release_decision_id ?? undefined,
    replayUntil: timeOf(row.replay_until),
    outcomeReportedAt: timeOf(row.outcome_reported_at),
    lastVerdict: verdictOf(row),
    replaces: row.replaces ?? undefined,
    replacedBy: row.replaced_by ?? undefined,
  };
}

export function originOf({ event_key, trace_id, notification_channels }: Pick<ApprovalRow, 'event_key' | 'trace_id' | 'notification_channels'>): Origin {
  return { eventKey: event_key ?? undefined, traceId: trace_id ?? undefined, channels: notification_channels?.split(',') };
}

/** What the asker says became of the call; `at` in epoch milliseconds. */
export type ShownOutcome = Readonly<{ status: OutcomeStatus; detail?: string | undefined; at: number }>;

export function outcomeOf({ outcome_status, outcome_detail, outcome_at }: ApprovalRow): ShownOutcome | undefined {
  return outcome_status === undefined || outcome_status === null ? undefined : { status: outcome_status, detail: outcome_detail ?? undefined, at: Number(outcome_at) };
}

/** How actors are written: `key:<id>`, `webhook:<channel>`; `system` for what time or a policy settles. */
export function actorText(actor: Requester | WebhookActor | undefined): string {
  if (actor === undefined) return 'system';
  return 'channelId' in actor ? `webhook:${actor.channelId}` : `key:${actor.keyId}`;
}

/** Roles are of the moment of acting and are not kept. */
function actorOf(text: string | null, ownerEmail?: string): Actor | undefined {
  if (text?.startsWith('webhook:') === true) return { kind: 'webhook', channelId: text.slice('webhook:'.length), roles: [] };
  return text?.startsWith('key:') === true ? { kind: 'key', keyId: text.slice('key:'.length), ownerEmail, roles: [] } : undefined;
}

function voteOf({ voter, owner_email, choice, comment, at }: VoteRow): Vote {
  const by = actorOf(voter, owner_email ?? undefined);
  if (by === undefined) throw new Error(`\`${voter}\` is no voter`);
  return { by, choice, comment: comment ?? undefined, at: Number(at) };
}

function verdictOf({ verdict, verdict_policy_id, verdict_policy_version, verdict_at }: ApprovalRow): LaterVerdict | undefined {
  if (verdict === null) return undefined;
  return { verdict, policyId: verdict_policy_id, policyVersion: Number(verdict_policy_version), at: Number(verdict_at) };
}

function timeOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}
