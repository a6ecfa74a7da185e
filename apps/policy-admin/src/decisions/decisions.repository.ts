import type { LoggedDecision, Reply, ReviewDecision } from '@holdpoint/contracts';
import { databaseNow, isTransientDatabaseError, sqlStateOf } from '@holdpoint/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { actorName } from '../audit.ts';
import { cursorOf, cursorProblem, readCursor } from '../page.ts';
import { guardNotFound, invalidInput, lacksRole, maySee, refused } from '../refusal.ts';
import { rowsOf } from '../sql.ts';
import { decisionColumns, type DecisionRow } from './decision-row.ts';
import { claimEvents, finalEvents, isOfEvent } from './event-decisions.ts';
import { type DecisionQuery, firstIdAt, flaggedAction, loggedColumns, loggedDecision, type LoggedRow, pageSql } from './logged-decision.ts';
import { attachedMonths, dropMonth, type Dropping, ensurePartitions } from './partitions.ts';

/** `kept`: the log's decisions, committed now or before. `refused`: Postgres will never take them. The rest lost to an earlier decision of the same event call. */
export type Inserted = Readonly<{ kept: readonly DecisionRow[]; refused: readonly Readonly<{ row: DecisionRow; reason: string }>[] }>;

const Cursor = z.tuple([z.string().max(512).regex(/^[^\0\p{Cs}]*$/u)]);
const retentionChunk = 5_000;
/** For how long an approval can stand at most: 43,200 minutes for people to decide, and as many for its release. */
const longestApprovalMs = 2 * 43_200 * 60_000;

const insertSql = `INSERT INTO decisions (${decisionColumns.join(', ')})
  SELECT * FROM unnest(${decisionColumns.map((name, at) => `$${at + 1}::${name === 'created_at' ? 'timestamptz' : 'text'}[]`).join(', ')})
  ON CONFLICT DO NOTHING`;

@Injectable()
export class DecisionsRepository {
  constructor(private readonly db: DataSource) {}

  /** Commits the rows in one transaction; ids that are there already stay as they are. Throws on transient errors. */
  async insert(rows: readonly DecisionRow[]): Promise<Inserted> {
    try {
      return { kept: await this.insertTogether(rows), refused: [] };
    } catch (error) {
      // INVARIANT: an outage, or a defect of ours (a table that is missing, rights that were lost), is no fault of a row and loses none.
      if (isTransientDatabaseError(error) || !isDataError(error)) throw error;
      if (rows.length === 1) return { kept: [], refused: rows.map((row) => ({ row, reason: `refused by the database: ${error instanceof Error ? error.message : ''}` })) };
      const middle = rows.length >> 1;
      const [first, second] = [await this.insert(rows.slice(0, middle)), await this.insert(rows.slice(middle))];
      return { kept: [...first.kept, ...second.kept], refused: [...first.refused, ...second.refused] };
    }
  }

  /** The keys of those event calls that have their final decision. */
  async finalEvents(calls: readonly Readonly<{ guard_id: string; event_key: string }>[]): Promise<string[]> {
    return await finalEvents(this.db, calls);
  }

  /** Newest first. */
  async list(query: DecisionQuery): Promise<Reply<{ data: LoggedDecision[]; next_cursor: string | null }>> {
    const before = readCursor(Cursor, query.cursor);
    if (before === undefined) return invalidInput(cursorProblem);
    const page = pageSql(query, before?.[0]);
    if (page === null) return { ok: { data: [], next_cursor: null } };
    const rows = await rowsOf<LoggedRow & { id: string; more: boolean }>(this.db, page.sql, page.parameters);
    const last = rows.at(-1);
    return { ok: { data: rows.map(loggedDecision), next_cursor: last?.more === true ? cursorOf([last.id]) : null } };
  }

  async get(guardId: string, decisionId: string): Promise<Reply<LoggedDecision>> {
    const decision = await this.find(guardId, decisionId);
    return decision ? { ok: decision } : notFound;
  }

  /** INVARIANT: the first review counts and is never changed; who asks again in the same words gets the same answer. */
  async review({ actor, guard_id, decision_id, review }: z.output<typeof ReviewDecision.request>): Promise<Reply<LoggedDecision>> {
    const denied = lacksRole(actor, 'auditor', 'admin');
    if (denied) return denied;
    if (!maySee(actor, guard_id)) return guardNotFound(guard_id);
    const { verdict = null, comment = null } = review;
    const by = actorName(actor);
    if (isStorable(guard_id + decision_id)) {
      await rowsOf(
        this.db,
        `UPDATE decisions SET reviewed_at = clock_timestamp(), reviewed_by = $3, review_verdict = $4, review_comment = $5
         WHERE id = $1 AND guard_id = $2 AND action = '${flaggedAction}' AND reviewed_at IS NULL`,
        [decision_id, guard_id, by, verdict, comment],
      );
    }
    const decision = await this.find(guard_id, decision_id);
    if (!decision) return notFound;
    const standing = decision.review;
    if (!standing) return refused(409, 'not_flagged', 'only decisions that let a call go with a warning are reviewed');
    if (standing.reviewed_by === by && (standing.verdict ?? null) === verdict && (standing.comment ?? null) === comment) return { ok: decision };
    return refused(409, 'already_reviewed', `\`${standing.reviewed_by}\` reviewed it at ${standing.reviewed_at}`);
  }

  async ensurePartitions(now: number): Promise<readonly string[]> {
    return await this.db.transaction((tx) => ensurePartitions(tx, now));
  }

  /** The database's clock: what months are made and decisions forgotten by. */
  async now(): Promise<number> {
    return await databaseNow(this.db.manager);
  }

  /** Drops the months of which no guard keeps a decision any more, by the time since which each guard keeps them; guards that are not named keep everything. */
  async dropMonthsBefore(keptSince: ReadonlyMap<string, number>, goOn: () => boolean): Promise<readonly Readonly<{ month: string; result: Dropping }>[]> {
    const firstKept = [...keptSince].map(([guardId, since]) => ({ guardId, id: firstIdAt(since) }));
    const results: { month: string; result: Dropping }[] = [];
    for (const { name, to } of await attachedMonths(this.db)) {
      const forgetful = firstKept.filter(({ id }) => id >= to).map(({ guardId }) => guardId);
      // A month that nobody has forgotten may be the present one, or empty because it lies ahead.
      if (forgetful.length > 0 && goOn()) results.push({ month: name, result: await dropMonth(this.db, name, forgetful) });
    }
    return results;
  }

  /**
   * Deletes a guard's decisions made before `before`, a chunk a transaction. Returns how many. Which of them counted for event calls goes later.
   * INVARIANT: a final decision is remembered while an approval of the same call may still be finished; it would be decided a second time.
   */
  async deleteOlder(guardId: string, before: number, goOn: () => boolean): Promise<number> {
    const decisions = 'DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE guard_id = $1 AND id < $2 ORDER BY id LIMIT $3) AND id < $2 RETURNING 1 AS gone';
    const eventDecisions = `DELETE FROM event_decisions WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM event_decisions WHERE guard_id = $1 AND created_at < to_timestamp($2::float8 / 1000) ORDER BY created_at LIMIT $3)) RETURNING 1 AS gone`;
    const deleted = await this.deleteChunks(decisions, [guardId, firstIdAt(before)], goOn);
    await this.deleteChunks(eventDecisions, [guardId, before - longestApprovalMs], goOn);
    return deleted;
  }

  /** Decisions that have no month's partition, up to 10,000. */
  async defaultRows(): Promise<number> {
    const [row] = await rowsOf<{ rows: number }>(this.db, 'SELECT count(*)::float8 AS rows FROM (SELECT FROM decisions_default LIMIT 10000) AS found');
    return row?.rows ?? 0;
  }

  /** Runs `act` unless another replica is at it; false then. */
  async alone(claim: string, act: () => Promise<void>): Promise<boolean> {
    const runner = this.db.createQueryRunner();
    try {
      const [{ claimed }] = (await runner.query('SELECT pg_try_advisory_lock(hashtext($1)) AS claimed', [claim])) as [{ claimed: boolean }];
      if (!claimed) return false;
      try {
        await act();
      } finally {
        await runner.query('SELECT pg_advisory_unlock(hashtext($1))', [claim]);
      }
      return true;
    } finally {
      await runner.release();
    }
  }

  private async find(guardId: string, decisionId: string): Promise<LoggedDecision | null> {
    if (!isStorable(guardId + decisionId)) return null;
    const [row] = await rowsOf<LoggedRow>(this.db, `SELECT ${loggedColumns} FROM decisions WHERE id = $1 AND guard_id = $2`, [decisionId, guardId]);
    return row ? loggedDecision(row) : null;
  }

  /** Repeats a statement that deletes as many rows as its last parameter says, until it finds fewer. Returns how many went. */
  private async deleteChunks(sql: string, parameters: readonly unknown[], goOn: () => boolean): Promise<number> {
    let deleted = 0;
    while (goOn()) {
      const rows = await rowsOf(this.db, sql, [...parameters, retentionChunk]);
      deleted += rows.length;
      if (rows.length < retentionChunk) break;
    }
    return deleted;
  }

  private async insertTogether(rows: readonly DecisionRow[]): Promise<readonly DecisionRow[]> {
    const ofEvents = rows.filter(isOfEvent);
    if (ofEvents.length === 0) return await insertRows(this.db, rows);
    return await this.db.transaction(async (tx) => {
      const winners = await claimEvents(tx, ofEvents);
      return await insertRows(tx, rows.filter((row) => !isOfEvent(row) || winners.has(row.id)));
    });
  }
}

async function insertRows(db: DataSource | EntityManager, rows: readonly DecisionRow[]): Promise<readonly DecisionRow[]> {
  if (rows.length === 0) return rows;
  await rowsOf(
    db,
    insertSql,
    decisionColumns.map((name) => rows.map((row) => row[name])),
  );
  return rows;
}

/** Data exceptions, constraint violations, and values past a limit (SQLSTATE classes 22, 23 and 54). */
function isDataError(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlStateOf(error) ?? '');
}

const isStorable = (text: string): boolean => !text.includes('\0');
const notFound = refused(404, 'decision_not_found', 'the guard has no such decision');
