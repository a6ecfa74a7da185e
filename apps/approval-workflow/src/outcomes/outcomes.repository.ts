import { databaseNow } from '@holdpoint/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { ShownOutcome } from '../approvals/approval.row.ts';
import type { Place } from '../approvals/approvals.repository.ts';

/** Whose word on which call. */
export type ReportKey = Place & Readonly<{ keyId: string }>;

/** What agents say became of their calls: one row for each call and key, never changed. */
export class Outcomes {
  private readonly db: DataSource;

  constructor(db: DataSource) {
    this.db = db;
  }

  async find({ guardId, sessionId, callId, keyId }: ReportKey, tx: EntityManager = this.db.manager): Promise<ShownOutcome | null> {
    const [row] = await tx.query<{ status: ShownOutcome['status']; detail: string | null; at: string }[]>(
      'SELECT status, detail, at FROM outcomes WHERE guard_id = $1 AND session_id = $2 AND call_id = $3 AND key_id = $4',
      [guardId, sessionId, callId, keyId],
    );
    return row === undefined ? null : { status: row.status, detail: row.detail ?? undefined, at: Number(row.at) };
  }

  /** False: there is one already, and it stays. */
  async add({ guardId, sessionId, callId, keyId }: ReportKey, { status, detail, at }: ShownOutcome, tx: EntityManager = this.db.manager): Promise<boolean> {
    const added = await tx.query<unknown[]>(
      'INSERT INTO outcomes (guard_id, session_id, call_id, key_id, status, detail, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING at',
      [guardId, sessionId, callId, keyId, status, detail ?? null, at],
    );
    return added.length > 0;
  }

  async now(): Promise<number> {
    return await databaseNow(this.db.manager);
  }
}
