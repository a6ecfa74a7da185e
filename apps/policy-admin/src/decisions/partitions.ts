import { idAt } from '@holdpoint/runtime';

/** What runs SQL: a query runner in a migration, a transaction elsewhere. */
type Runner = Readonly<{ query: (sql: string, parameters?: unknown[]) => Promise<unknown> }>;

/** One calendar month (UTC) of decisions: `from` is its first id, `to` the first one after it. */
export type MonthPartition = Readonly<{ name: string; from: string; to: string }>;

export const decisionPrefix = 'dec';

/** Months that stand ready ahead of time, beside the current one. */
const monthsAhead = 2;

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
 * Expects a transaction. Returns the names of those made.
 */
export async function ensurePartitions(tx: Runner, now: number): Promise<readonly string[]> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('holdpoint.decisions.partitions'))`);
  const made: string[] = [];
  for (const { name, from, to } of monthPartitions(now)) {
    const [{ found }] = (await tx.query('SELECT to_regclass($1) IS NOT NULL AS found', [name])) as [{ found: boolean }];
    if (found) continue;
    // Nobody may add to the default partition between the move and the attachment.
    await tx.query(`
      LOCK TABLE decisions IN SHARE UPDATE EXCLUSIVE MODE;
      LOCK TABLE decisions_default IN ACCESS EXCLUSIVE MODE;
      CREATE TABLE ${name} (LIKE decisions INCLUDING DEFAULTS INCLUDING STORAGE);
      WITH moved AS (DELETE FROM decisions_default WHERE id >= '${from}' AND id < '${to}' RETURNING *) INSERT INTO ${name} SELECT * FROM moved;
      ALTER TABLE decisions ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}');
    `);
    made.push(name);
  }
  return made;
}
