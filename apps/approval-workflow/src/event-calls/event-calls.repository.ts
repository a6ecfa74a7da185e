import { DecisionsLogged } from '@holdpoint/contracts';
import { databaseNow } from '@holdpoint/persistence';
import type { DataSource } from 'typeorm';
import { type ApprovalRow, firstWordSuffix } from '../approvals/approval.row.ts';
import { type StoredApproval, storedOf } from '../approvals/approvals.repository.ts';

/** Settled, came as an event, and not finished; a stale row is finished by the one that replaced it. The index `approvals_unfinished` holds just these. */
const unfinished = `event_key IS NOT NULL AND finished_at IS NULL AND status NOT IN ('pending', 'stale')`;

/** Its first word, that it waits, has left the outbox: whatever is decided after that comes after it in the log, too. */
const announced = `NOT EXISTS (SELECT 1 FROM outbox WHERE topic = $3 AND msg_id = approval_id || $4)`;

/** The rows of calls that came as events, on their way to the one final decision. */
export class EventCalls {
  private readonly db: DataSource;

  constructor(db: DataSource) {
    this.db = db;
  }

  /** Takes rows that are due and whose first word has left for the log; nobody else gets them for `forMs`. */
  async claim({ limit, forMs }: Readonly<{ limit: number; forMs: number }>): Promise<readonly StoredApproval[]> {
    return await this.db.transaction(async (tx) => {
      const now = await databaseNow(tx);
      const rows = await tx.query<ApprovalRow[]>(`SELECT * FROM approvals WHERE ${unfinished} AND ${announced} AND resume_at <= $1 ORDER BY resume_at LIMIT $2 FOR UPDATE SKIP LOCKED`, [now, limit, DecisionsLogged.stream, firstWordSuffix]);
      if (rows.length === 0) return [];
      await tx.query('UPDATE approvals SET resume_at = $2 WHERE approval_id = ANY($1)', [rows.map((row) => row.approval_id), now + forMs]);
      return rows.map((row) => storedOf(row));
    });
  }

  /** Their final decisions are in the log; which of them were not marked so before. */
  async finish(approvalIds: readonly string[]): Promise<readonly string[]> {
    return await this.mark(approvalIds, `SELECT approval_id FROM approvals WHERE approval_id = ANY($1) AND finished_at IS NULL`);
  }

  /** Those of them that hold their call's place no more, and whose event a later row finishes. */
  async handOver(approvalIds: readonly string[]): Promise<readonly string[]> {
    return await this.mark(
      approvalIds,
      `SELECT approval_id FROM approvals old WHERE approval_id = ANY($1) AND finished_at IS NULL AND status = 'superseded' AND EXISTS (
         SELECT 1 FROM approvals heir
         WHERE (heir.guard_id, heir.session_id, heir.call_id) = (old.guard_id, old.session_id, old.call_id) AND heir.status NOT IN ('stale', 'superseded') AND heir.event_key = old.event_key
       )`,
    );
  }

  async postpone(approvalIds: readonly string[], ms: number): Promise<void> {
    await this.db.query(
      `UPDATE approvals SET resume_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $2::bigint
       WHERE approval_id IN (SELECT approval_id FROM approvals WHERE approval_id = ANY($1) AND finished_at IS NULL ORDER BY approval_id FOR UPDATE)`,
      [approvalIds, ms],
    );
  }

  async unfinished(): Promise<number> {
    const [row] = await this.db.query<{ count: number }[]>(`SELECT count(*)::float8 AS count FROM approvals WHERE ${unfinished}`);
    return row?.count ?? 0;
  }

  // Locked in the order of their ids, as deadlines are settled: neither waits for the other in a circle.
  private async mark(approvalIds: readonly string[], which: string): Promise<readonly string[]> {
    const [rows] = await this.db.query<[{ approval_id: string }[], number]>(
      `UPDATE approvals SET finished_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint
       WHERE approval_id IN (${which} ORDER BY approval_id FOR UPDATE) RETURNING approval_id`,
      [approvalIds],
    );
    return rows.map((row) => row.approval_id);
  }
}
