import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import type { SyncAccess } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import { openDatabase } from '@holdpoint/persistence';
import { createLogger, newId } from '@holdpoint/runtime';
import { createTestDatabase, eventually, type TestDatabase } from '@holdpoint/test-kit';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { migrateAndBootstrap } from '../migrate-and-bootstrap.ts';
import type { DecisionRow } from './decision-row.ts';
import { DecisionsRepository } from './decisions.repository.ts';
import { attachedMonths, ensurePartitions, monthPartitions } from './partitions.ts';
import { Retention } from './retention.ts';

const passwords = { policyAdminPassword: 'policy-admin-test', decisionLogPassword: 'decision-log-test' };
const log = createLogger({ service: 'test', level: 'silent' });
const dayMs = 24 * 3_600_000;
const always = (): boolean => true;
/** Guards keep 30 days, seen from here: decisions of August and before are forgotten, September's from the 16th on are kept. */
const now = Date.UTC(2025, 9, 16);

jest.setTimeout(30_000);

let database: TestDatabase;
let sql: Client;
let db: DataSource;
let decisions: DecisionsRepository;

beforeAll(async () => {
  database = await createTestDatabase('retention');
  await migrateAndBootstrap({ adminUrl: database.url, database: database.name, ...passwords, adminKey: undefined }, log);
  sql = new Client({ connectionString: database.url, options: '-c search_path=decision_log' });
  await sql.connect();
  const url = new URL(database.url);
  url.username = 'decision_log';
  url.password = passwords.decisionLogPassword;
  db = await openDatabase({ url: url.href, schema: 'decision_log', entities: [], applicationName: 'retention-test' });
  decisions = new DecisionsRepository(db);
}, 120_000);

afterAll(async () => {
  await sql.end();
  await db.destroy();
  await database.drop();
}, 60_000);

beforeEach(async () => {
  await sql.query('DELETE FROM decisions');
  await db.transaction((tx) => ensurePartitions(tx, Date.UTC(2025, 6, 1)));
});

describe('a month of decisions', () => {
  it.each([
    ['in the middle of one', Date.UTC(2026, 10, 24), ['2026_11', '2026_12', '2027_01']],
    ['on the last day of a long one, of which the next has fewer days', Date.UTC(2026, 0, 31, 23, 59, 59, 999), ['2026_01', '2026_02', '2026_03']],
    ['in the leap day', Date.UTC(2028, 1, 29), ['2028_02', '2028_03', '2028_04']],
    ['in the first moment of a year', Date.UTC(2027, 0, 1), ['2027_01', '2027_02', '2027_03']],
  ])('stands ready with the two after it, %s', (_when, at, months) => {
    const made = monthPartitions(at);
    expect(made.map(({ name }) => name)).toEqual(months.map((month) => `decisions_${month}`));
    expect(made.slice(1).map(({ from }) => from)).toEqual(made.slice(0, -1).map(({ to }) => to));
  });

  it('takes the decisions from its first to its last millisecond', async () => {
    const edges = [Date.UTC(2025, 6, 31, 23, 59, 59, 999), Date.UTC(2025, 7, 1)].map((at) => row('edges', at));
    await decisions.insert(edges);
    expect(await Promise.all(edges.map(({ id }) => partitionOf(id)))).toEqual(['decisions_2025_07', 'decisions_2025_08']);
  });

  it('goes whole once no guard keeps a decision of it, deleted guards and guards that kept it longer included', async () => {
    await decisions.insert([row('short', Date.UTC(2025, 6, 3)), row('long', Date.UTC(2025, 6, 31, 23, 59)), row('short', Date.UTC(2025, 7, 5)), row('long', Date.UTC(2025, 7, 6))]);
    await keeping({ short: 30, long: 60 }).enforce(now, always);
    expect(await months()).not.toContain('decisions_2025_07');
    // Half of August is kept by one guard; what the other one does not keep is deleted row by row.
    expect(await months()).toContain('decisions_2025_08');
    expect(await kept()).toEqual([]);
  });

  it('stays whole for the one decision that a guard still keeps', async () => {
    const only = row('long', Date.UTC(2025, 6, 3));
    await decisions.insert([row('short', Date.UTC(2025, 6, 3)), only]);
    await keeping({ short: 30, long: 365 }).enforce(now, always);
    expect(await months()).toContain('decisions_2025_07');
    expect(await kept()).toEqual([only.id]);
  });

  it('stays whole for a decision of a guard that policy-admin does not know', async () => {
    const only = row('unknown', Date.UTC(2025, 6, 3));
    await decisions.insert([row('short', Date.UTC(2025, 6, 3)), only]);
    await keeping({ short: 30 }).enforce(now, always);
    expect(await kept()).toEqual([only.id]);
  });

  it('is not dropped a moment before its last decision is old enough', async () => {
    const last = row('short', Date.UTC(2025, 6, 31, 23, 59, 59, 999));
    await decisions.insert([last]);
    await keeping({ short: 30 }).enforce(Date.UTC(2025, 7, 1) - 1 + 30 * dayMs, always);
    expect(await kept()).toEqual([last.id]);
    await keeping({ short: 30 }).enforce(Date.UTC(2025, 7, 1) + 30 * dayMs, always);
    expect(await months()).not.toContain('decisions_2025_07');
  });

  it('is never dropped while it is the present one or lies ahead, nor while no guard is known', async () => {
    await keeping({}).enforce(now, always);
    expect(await months()).toContain('decisions_2025_07');
    await keeping({ short: 1 }).enforce(now, always);
    const [present] = monthPartitions(Date.now(), 0);
    expect(await months()).toEqual(expect.arrayContaining([present?.name]));
    expect(await months()).not.toContain('decisions_2025_07');
  });

  it('that a reader uses for long is dropped later, and keeps no insert waiting meanwhile', async () => {
    await decisions.insert([row('short', Date.UTC(2025, 6, 3))]);
    const reader = await another('BEGIN; SELECT count(*) FROM decisions');
    const dropping = keeping({ short: 30 }).enforce(now, always);
    const waits: number[] = [];
    let dropped = false;
    void dropping.then(() => (dropped = true));
    await eventually(async () => {
      const startedAt = performance.now();
      await decisions.insert([row('busy', Date.now())]);
      waits.push(performance.now() - startedAt);
      return dropped;
    });
    await dropping;
    expect(Math.max(...waits)).toBeLessThan(2_000);
    expect(await months()).toContain('decisions_2025_07');
    await reader.query('COMMIT');
    await reader.end();
    await keeping({ short: 30 }).enforce(now, always);
    expect(await months()).not.toContain('decisions_2025_07');
  });

  it('takes no decision any more while it is looked through: a late one is not lost with it', async () => {
    await decisions.insert([row('short', Date.UTC(2025, 6, 3))]);
    const late = row('unknown', Date.UTC(2025, 6, 9));
    // Not committed when the look begins.
    const writer = await another(`BEGIN; INSERT INTO decisions SELECT '${late.id}', 'unknown', 's', 't', 'allow', NULL, NULL, NULL, 'k', now(), '{}'`);
    await keeping({ short: 30 }).enforce(now, always);
    await writer.query('COMMIT');
    await writer.end();
    await keeping({ short: 30 }).enforce(now, always);
    expect(await kept()).toEqual([late.id]);
  });
});

describe('decisions without a month', () => {
  it('go by the same rule: years old ones are deleted, years ahead ones wait for their time', async () => {
    const ahead = row('short', Date.UTC(2035, 0, 1));
    await decisions.insert([row('short', Date.UTC(2015, 0, 1)), ahead]);
    expect(await partitionOf(ahead.id)).toBe('decisions_default');
    await keeping({ short: 30 }).enforce(now, always);
    expect(await kept()).toEqual([ahead.id]);
    await keeping({ short: 30 }).enforce(Date.UTC(2035, 1, 1), always);
    expect(await kept()).toEqual([]);
  });

  it('are moved when their month is made, and hold back nobody while a reader looks at them', async () => {
    const ahead = row('short', Date.UTC(2036, 4, 1));
    await decisions.insert([ahead]);
    const reader = await another('BEGIN; SELECT count(*) FROM decisions_default');
    await expect(decisions.ensurePartitions(Date.UTC(2036, 4, 2))).rejects.toMatchObject({ driverError: { code: '55P03' } });
    await reader.query('COMMIT');
    await reader.end();
    await decisions.ensurePartitions(Date.UTC(2036, 4, 2));
    expect(await partitionOf(ahead.id)).toBe('decisions_2036_05');
  });
});

describe('what counted for an event call', () => {
  it('outlives its decision by the 60 days for which an approval of the same call may stand, so that no second one is final', async () => {
    await sql.query(
      `INSERT INTO event_decisions SELECT guard_id, event_key, true, 'dec_x', at::timestamptz FROM (VALUES
         ('short', 'old', '2025-06-01T00:00:00Z'), ('short', 'late', '2025-07-17T23:59:59.999Z'), ('short', 'kept', '2025-07-18T00:00:00Z'), ('unknown', 'old', '2015-01-01T00:00:00Z')
       ) AS made (guard_id, event_key, at)`,
    );
    await keeping({ short: 30 }).enforce(now, always);
    const { rows } = await sql.query<{ event: string }>(`SELECT guard_id || '/' || event_key AS event FROM event_decisions ORDER BY 1`);
    expect(rows.map(({ event }) => event)).toEqual(['short/kept', 'unknown/old']);
    expect(await decisions.finalEvents([{ guard_id: 'short', event_key: 'kept' }])).toEqual(['kept']);
  });
});

describe('retention of two replicas at once', () => {
  it('is done by one of them', async () => {
    await decisions.insert([row('short', Date.UTC(2025, 6, 3)), row('short', Date.UTC(2025, 6, 4))]);
    await Promise.all([keeping({ short: 30 }).enforce(now, always), keeping({ short: 30 }).enforce(now, always)]);
    expect(await kept()).toEqual([]);
    const made = await Promise.all([decisions.ensurePartitions(Date.UTC(2025, 6, 1)), decisions.ensurePartitions(Date.UTC(2025, 6, 1))]);
    expect(made.flat().sort()).toEqual(['decisions_2025_07', 'decisions_2025_08', 'decisions_2025_09'].filter((name) => made.flat().includes(name)));
    expect(new Set(made.flat()).size).toBe(made.flat().length);
  });

  it('follows the database’s clock', async () => {
    expect(Math.abs((await decisions.now()) - Date.now())).toBeLessThan(5_000);
  });
});

function keeping(days: Readonly<Record<string, number>>): Retention {
  const guards = Object.entries(days).map(([id, retention_days], at) => ({ id, failure_mode: 'closed' as const, max_policy_staleness_seconds: 60, retention_days, deleted: at % 2 === 1 }));
  const reply: z.output<typeof SyncAccess.reply> = { revision: 1, more: false, keys: [], guards, live_evaluators: 0 };
  return new Retention({ messaging: { request: () => Promise.resolve(reply) } as unknown as Messaging, decisions, log });
}

function row(guardId: string, at: number): DecisionRow {
  return { id: newId('dec', at), guard_id: guardId, session_id: 's', tool_name: 't', action: 'allow', policy_id: null, end_user_id: null, agent_id: null, key_id: 'k', created_at: new Date(at).toISOString(), event_key: null, record: '{}' };
}

async function months(): Promise<readonly string[]> {
  return (await attachedMonths(db)).map(({ name }) => name);
}

/** Ids of all but the decisions made meanwhile to see whether inserts wait. */
async function kept(): Promise<readonly string[]> {
  return (await sql.query<{ id: string }>(`SELECT id FROM decisions WHERE guard_id <> 'busy' ORDER BY id`)).rows.map(({ id }) => id);
}

async function partitionOf(id: string): Promise<string | undefined> {
  return (await sql.query<{ name: string }>('SELECT tableoid::regclass::text AS name FROM decisions WHERE id = $1', [id])).rows[0]?.name;
}

async function another(statement: string): Promise<Client> {
  const client = new Client({ connectionString: database.url, options: '-c search_path=decision_log' });
  await client.connect();
  await client.query(statement);
  return client;
}
