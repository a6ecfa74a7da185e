import type { Approval, ApprovalEvent } from '@holdpoint/approval';
import { type ApprovalNews, type Findings, guardSubjects, PublicEvents } from '@holdpoint/contracts';
import { currentTraceparent } from '@holdpoint/persistence';
import { actorText } from './approval.row.ts';
import type { Alongside, Change, OutboxMessage } from './approvals.repository.ts';
import { isoTime } from './shown-approval.ts';

/** What the world may follow, in the outbox of the transaction that makes it true: calls that are parked, and what becomes of them. */
export const writeNews: Alongside = async (tx, changes) => {
  const news = changes.flatMap(newsOf);
  if (news.length === 0) return;
  const columns = [news.map(({ topic }) => topic), news.map(({ subject }) => subject), news.map(({ msgId }) => msgId), news.map(({ body }) => body)];
  const insert = 'INSERT INTO outbox (topic, subject, msg_id, body, traceparent) SELECT *, $5::text FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])';
  await tx.query(insert, [...columns, currentTraceparent()]);
};

/** One for each status taken, with the approval as it stands at the end of the transaction. */
export function newsOf({ approval, events, findings }: Change): OutboxMessage[] {
  return events.flatMap((event) => {
    const status = statusTaken(event);
    if (status === null) return [];
    const subject = status === 'pending' ? guardSubjects.approvalRequested(approval.guardId) : guardSubjects.approvalResolved(approval.guardId);
    return [{ topic: PublicEvents.stream, subject, msgId: `${approval.approvalId}.${status}`, body: JSON.stringify(bodyOf({ ...approval, status }, findings)) }];
  });
}

function statusTaken(event: ApprovalEvent): Approval['status'] | null {
  switch (event.type) {
    case 'approval-parked':
      return 'pending';
    case 'approval-settled':
      return event.status;
    case 'approval-released':
      return 'released';
    case 'approval-voted':
    case 'approval-verdict-recorded':
    case 'approval-outcome-reported':
      return null;
  }
}

function bodyOf(approval: Approval, findings: Findings | undefined): ApprovalNews {
  return {
    approval_id: approval.approvalId,
    guard_id: approval.guardId,
    status: approval.status,
    session_id: approval.sessionId,
    tool_call_id: approval.callId,
    tool_name: approval.toolName,
    arguments_hash: approval.argumentsHash,
    ...(findings === undefined ? {} : { risk_score: findings.risk_score, threats_detected: findings.threats_detected }),
    requested_by: actorText(approval.requester),
    expires_at: isoTime(approval.expiresAt),
    ...(approval.settledAt === undefined ? {} : { settled_at: isoTime(approval.settledAt), settled_by: actorText(approval.settledBy) }),
    ...(approval.comment === undefined ? {} : { comment: approval.comment }),
  };
}
