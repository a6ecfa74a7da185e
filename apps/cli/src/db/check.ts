import type { Client } from 'pg';

/** What one check found. No problem: the promise holds. */
export type Finding = Readonly<{ problems: readonly string[]; note?: string }>;
export type Check = Readonly<{ name: string; look: (db: Reader) => Promise<Finding> }>;
export type CheckResult = Readonly<{ name: string; ok: boolean; detail: string }>;

/** Reads rows; whoever checks can do nothing else. */
export type Reader = Readonly<{ rows: <T extends object>(sql: string, values?: readonly unknown[]) => Promise<readonly T[]> }>;

const statementTimeoutMs = 300_000;
const lockTimeoutMs = 5_000;

/**
 * Runs the checks one after the other on one snapshot of the database, read-only. A check that cannot look has failed, and says why;
 * the others go on.
 */
export async function runChecks(client: Client, checks: readonly Check[]): Promise<readonly CheckResult[]> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await client.query(`SET LOCAL statement_timeout = ${statementTimeoutMs}; SET LOCAL lock_timeout = ${lockTimeoutMs}; SET LOCAL timezone = 'UTC'`);
    const db: Reader = { rows: async <T extends object>(sql: string, values: readonly unknown[] = []) => (await client.query<T>(sql, [...values])).rows };
    const results: CheckResult[] = [];
    for (const check of checks) results.push(await resultOf(client, db, check));
    return results;
  } finally {
    await client.query('ROLLBACK');
  }
}

async function resultOf(client: Client, db: Reader, { name, look }: Check): Promise<CheckResult> {
  await client.query('SAVEPOINT before_check');
  try {
    const { problems, note = '' } = await look(db);
    return { name, ok: problems.length === 0, detail: problems.length === 0 ? note : problems.join('; ') };
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT before_check');
    return { name, ok: false, detail: `could not be checked: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const examples = 3;

/** One sentence with the number of the rows and the first ids, or none. `saying` gets `1 approval` or `7 approvals`. */
export function problemOf(ids: readonly string[], noun: string, saying: (counted: string) => string): readonly string[] {
  if (ids.length === 0) return [];
  const shown = ids.slice(0, examples).join(', ');
  return [`${saying(`${ids.length} ${noun}${ids.length === 1 ? '' : 's'}`)}: ${shown}${ids.length > examples ? ', …' : ''}`];
}
