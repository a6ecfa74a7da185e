import type { DecisionRecord, ListDecisions, Reply } from '@holdpoint/contracts';
import { databaseNow, isTransientDatabaseError, sqlStateOf } from '@holdpoint/persistence';
import { idAt } from '@holdpoint/runtime';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { cursorOf, cursorProblem, readCursor } from '../page.ts';
import { invalidInput, refused } from '../refusal.ts';
import { rowsOf } from '../sql.ts';
import { decisionColumns, type DecisionRow } from './decision-row.ts';
import { claimEvents, finalEvents, isOfEvent } from './event-decisions.ts';
import { attachedMonths, decisionPrefix, dropMonth, type Dropping, ensurePartitions } from './partitions.ts';

type Query = z.output<typeof ListDecisions.request>;
/** `kept`: the log's decisions, committed now or before. `refused`: Postgres will never take them. The rest lost to an earlier decision of the same event call. */
export type Inserted = Readonly<{ kept: readonly DecisionRow[]; refused: readonly Readonly<{ row: DecisionRow; reason: string }>[] }>;

const Cursor = z.tuple([z.string().max(512).regex(/^[^\0\p{Cs}]*$/u)]);
const maxPageBytes = 4 * 1024 ** 2;
const retentionChunk = 5_000;
const latestTime = 2 ** 48 - 1;
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
  async list({ guard_id, from, to, action, tool, session_id, end_user_id, policy_id, limit, cursor }: Query): Promise<Reply<{ data: DecisionRecord[]; next_cursor: string | null }>> {
    const before = readCursor(Cursor, cursor);
    if (before === undefined) return invalidInput(cursorProblem);
    const conditions = ['guard_id = $1'];
    const parameters: unknown[] = [guard_id];
    const where = (condition: string, value: string | undefined) => {
      if (value === undefined) return;
      parameters.push(value);
      conditions.push(`${condition} $${parameters.length}`);
    };
    where('id <', before?.[0]);
    where('id >=', from === undefined ? undefined : firstIdAt(from));
    where('id <', to === undefined ? undefined : firstIdAt(to));
    where('action =', action);
    where('tool_name =', tool);
    where('session_id =', session_id);
    where('end_user_id =', end_user_id);
    where('policy_id =', policy_id);
    if (parameters.some((value) => String(value).includes('\0'))) return { ok: { data: [], next_cursor: null } };
    parameters.push(limit, maxPageBytes);
    const rows = await rowsOf<{ id: string; record: string; more: boolean }>(
      this.db,
      `SELECT id, record, found > place AS more
       FROM (
         SELECT id, record, row_number() OVER newer AS place, sum(octet_length(record)) OVER newer AS bytes, count(*) OVER () AS found
         FROM (SELECT id, record FROM decisions WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT $${parameters.length - 1} + 1) page
         WINDOW newer AS (ORDER BY id DESC)
       ) sized
       WHERE place = 1 OR (place <= $${parameters.length - 1} AND bytes <= $${parameters.length})
       ORDER BY id DESC`,
      parameters,
    );
    const last = rows.at(-1);
    return { ok: { data: rows.map(({ record }) => JSON.parse(record) as DecisionRecord), next_cursor: last?.more === true ? cursorOf([last.id]) : null } };
  }

  async get(guardId: string, decisionId: string): Promise<Reply<DecisionRecord>> {
    const storable = !`${guardId}${decisionId}`.includes('\0');
    const [row] = storable ? await rowsOf<{ record: string }>(this.db, 'SELECT record FROM decisions WHERE id = $1 AND guard_id = $2', [decisionId, guardId]) : [];
    return row ? { ok: JSON.parse(row.record) as DecisionRecord } : refused(404, 'decision_not_found', 'the guard has no such decision');
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

/** The first id of that time or later; times are epoch milliseconds, any number. */
const firstIdAt = (time: number): string => idAt(decisionPrefix, Math.min(Math.max(Math.ceil(time), 0), latestTime), 'low');
