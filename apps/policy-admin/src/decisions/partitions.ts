import { sqlStateOf } from '@holdpoint/persistence';
import { idAt } from '@holdpoint/runtime';
import type { DataSource } from 'typeorm';

/** What runs SQL: a query runner in a migration, a transaction elsewhere. */
type Runner = Readonly<{ query: (sql: string, parameters?: unknown[]) => Promise<unknown> }>;

/** One calendar month (UTC) of decisions: `from` is its first id, `to` the first one after it. */
export type MonthPartition = Readonly<{ name: string; from: string; to: string }>;

export const decisionPrefix = 'dec';

/** Months that stand ready ahead of time, beside the current one. */
const monthsAhead = 2;
/** How long callers may have to wait behind a change of the partitions that waits itself, for a reader say. */
const lockTimeout = '200ms';
/** Rows that a missing month has sent to the default partition are moved in one statement. */
const moveTimeout = '10min';
const lockNotAvailable = '55P03';

export function monthPartitions(now: number, ahead: number = monthsAhead): readonly MonthPartition[] {
  const [year, month] = [new Date(now).getUTCFullYear(), new Date(now).getUTCMonth()];
  return Array.from({ length: ahead + 1 }, (_, at) => {
    const start = new Date(Date.UTC(year, month + at));
    return {
      name: `decisions_${start.toISOString().slice(0, 7).replace('-', '_')}`,
      from: idAt(decisionPrefix, start.getTime(), 'low'),
      to: idAt(decisionPrefix, Date.UTC(year, month + at + 1), 'low'),
    };
  });
}

/**
 * Makes the partitions of this month and the next ones, where they are missing; rows that had gone to the default partition move over.
 * Expects a transaction. Returns the names of those made. Fails (55P03) rather than keep others waiting behind a long reader.
 */
export async function ensurePartitions(tx: Runner, now: number): Promise<readonly string[]> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('holdpoint.decisions.partitions'))`);
  const made: string[] = [];
  for (const { name, from, to } of monthPartitions(now)) {
    const [{ found }] = (await tx.query('SELECT to_regclass($1) IS NOT NULL AS found', [name])) as [{ found: boolean }];
    if (found) continue;
    // Nobody may add to the default partition between the move and the attachment.
    await tx.query(`
      SET LOCAL lock_timeout = '${lockTimeout}';
      LOCK TABLE decisions IN SHARE UPDATE EXCLUSIVE MODE;
      LOCK TABLE decisions_default IN ACCESS EXCLUSIVE MODE;
      SET LOCAL statement_timeout = '${moveTimeout}';
      CREATE TABLE ${name} (LIKE decisions INCLUDING DEFAULTS INCLUDING STORAGE);
    `);
    await tx.query(`WITH moved AS (DELETE FROM decisions_default WHERE id >= '${from}' AND id < '${to}' RETURNING *) INSERT INTO ${name} SELECT * FROM moved`);
    await tx.query(`ALTER TABLE decisions ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
    made.push(name);
  }
  return made;
}

/** The months that stand ready, by name. The default partition is none of them. */
export async function attachedMonths(db: Runner): Promise<readonly MonthPartition[]> {
  const rows = (await db.query(
    `SELECT c.relname AS name, b.bound[1] AS "from", b.bound[2] AS "to"
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid, LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), $1) AS b (bound)
    WHERE i.inhparent = 'decisions'::regclass AND c.relname ~ $2 AND b.bound IS NOT NULL
    ORDER BY c.relname`,
    [`^FOR VALUES FROM \\('([a-z0-9_]+)'\\) TO \\('([a-z0-9_]+)'\\)$`, `^decisions_\\d{4}_\\d{2}$`],
  )) as MonthPartition[];
  return rows;
}

/** What became of a month: `kept` where some guard still keeps a decision of it, `busy` where somebody used the log for too long to be kept waiting. */
export type Dropping = 'dropped' | 'kept' | 'busy';

/**
 * Drops a whole month of decisions if every guard with a row in it is one of `forgetful`: guards that keep nothing of that month any more.
 *
 * INVARIANT: nobody can add a row between the look and the drop. While it looks, readers go on and other months are written; the drop itself needs
 * the log for a moment, and gives up rather than keep inserts waiting. (`DETACH … CONCURRENTLY` is not to be had beside a default partition.)
 */
export async function dropMonth(db: DataSource, name: string, forgetful: readonly string[]): Promise<Dropping> {
  try {
    return await db.transaction(async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = '${lockTimeout}'; LOCK TABLE ${name} IN SHARE MODE`);
      // One look into the index per guard, not per row.
      const [row] = await tx.query<[{ kept: boolean }]>(
        `WITH RECURSIVE found (guard_id) AS (
           (SELECT guard_id FROM ${name} ORDER BY guard_id LIMIT 1)
           UNION ALL
           SELECT (SELECT later.guard_id FROM ${name} later WHERE later.guard_id > found.guard_id ORDER BY later.guard_id LIMIT 1) FROM found WHERE found.guard_id IS NOT NULL
         )
         SELECT EXISTS (SELECT 1 FROM found WHERE guard_id IS NOT NULL AND NOT guard_id = ANY ($1::text[])) AS kept`,
        [forgetful],
      );
      if (row.kept) return 'kept';
      await tx.query(`DROP TABLE ${name}`);
      return 'dropped';
    });
  } catch (error) {
    if (sqlStateOf(error) === lockNotAvailable) return 'busy';
    throw error;
  }
}
