import type { DataSource } from 'typeorm';

/** Rows of one transaction, at most. */
const chunk = 500;

const statements = [
  // Votes, audit trail and deliveries go with their approval. What is open, or came as an event and has no final decision, stays however old it is.
  // INVARIANT: a release is as young as itself, not as its approval: while its row stands, nobody is asked for the same call again.
  `DELETE FROM approvals WHERE approval_id IN (
     SELECT approval_id FROM approvals
     WHERE guard_id = $1 AND settled_at < $2 AND (released_at IS NULL OR released_at < $2) AND status NOT IN ('pending', 'approved') AND (event_key IS NULL OR finished_at IS NOT NULL OR status = 'stale')
     ORDER BY settled_at LIMIT ${chunk} FOR UPDATE SKIP LOCKED
   ) RETURNING 1`,
  `DELETE FROM outcomes WHERE (guard_id, session_id, call_id, key_id) IN (
     SELECT guard_id, session_id, call_id, key_id FROM outcomes WHERE guard_id = $1 AND at < $2 ORDER BY at LIMIT ${chunk} FOR UPDATE SKIP LOCKED
   ) RETURNING 1`,
] as const;

export type Deleted = Readonly<{ approvals: number; outcomes: number }>;

/** Deletes what a guard's calls left behind before a time (epoch milliseconds), in small transactions, one replica at a time: another one's turn ends this one. */
export async function deleteOld(db: DataSource, guardId: string, before: number, goOn: () => boolean): Promise<Deleted> {
  const [approvals, outcomes] = [await inChunks(statements[0]), await inChunks(statements[1])];
  return { approvals, outcomes };

  async function inChunks(statement: string): Promise<number> {
    let deleted = 0;
    while (goOn()) {
      const count = await db.transaction(async (tx) => {
        const [claim] = await tx.query<{ mine: boolean }[]>(`SELECT pg_try_advisory_xact_lock(hashtext('holdpoint.approvals.retention')) AS mine`);
        if (claim?.mine !== true) return 0;
        const [rows] = await tx.query<[unknown[], number]>(statement, [guardId, before]);
        return rows.length;
      });
      deleted += count;
      if (count < chunk) break;
    }
    return deleted;
  }
}
