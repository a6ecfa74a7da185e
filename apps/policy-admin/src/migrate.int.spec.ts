import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import { createLogger, readConfig } from '@holdpoint/runtime';
import { createTestDatabase, type TestDatabase } from '@holdpoint/test-kit';
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { MigrateEnvironment } from './config.ts';
import { migrateAndBootstrap } from './migrate-and-bootstrap.ts';

const log = createLogger({ service: 'test', level: 'silent' });
const secret = 's'.repeat(43);
const adminKey = `hp_sk_ABCDEFGHIJKL_${secret}`;
const passwords = { POLICY_ADMIN_DB_PASSWORD: 'policy-admin-test', DECISION_LOG_DB_PASSWORD: 'decision-log-test' };

jest.setTimeout(30_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase('migrate');
}, 60_000);
afterAll(() => database.drop());

describe('migrate', () => {
  it('without an admin key makes tables and nothing else', async () => {
    expect(await run()).toEqual({ applied: ['policy_admin/CreatePolicyAdmin', 'policy_admin/AddRateLimits', 'policy_admin/KeepWholeVersions', 'decision_log/CreateDecisionLog', 'decision_log/CreateEventDecisions', 'decision_log/ReviewDecisions'], admin_key_created: false });
    expect(await rows('SELECT id FROM policy_admin.guards')).toEqual([]);
  });

  it('run twice at once makes one admin key and the guard `default` with its first set', async () => {
    const results = await Promise.all([run(adminKey), run(adminKey)]);
    expect(results.map(({ admin_key_created }) => admin_key_created).sort()).toEqual([false, true]);
    expect(await rows('SELECT id, name, secret_hash, all_guards, guards, roles, created_by FROM policy_admin.keys')).toEqual([
      { id: 'ABCDEFGHIJKL', name: 'first admin key', secret_hash: createHash('sha256').update(secret).digest('hex'), all_guards: true, guards: [], roles: ['agent', 'approver', 'admin', 'auditor'], created_by: 'migrate' },
    ]);
    expect(await rows('SELECT g.id, g.policy_version, s.version FROM policy_admin.guards g JOIN policy_admin.policy_sets s ON s.guard_id = g.id')).toEqual([{ id: 'default', policy_version: 1, version: 1 }]);
  });

  it('on a database that has a key adds none, whatever key it is given', async () => {
    expect(await run(`hp_sk_ZZZZZZZZZZZZ_${secret}`)).toEqual({ applied: [], admin_key_created: false });
    expect(await rows('SELECT id FROM policy_admin.keys')).toHaveLength(1);
  });

  it('stands two months of decisions ready', async () => {
    const [partitions] = await rows<{ n: number }>(`SELECT count(*)::int AS n FROM pg_inherits WHERE inhparent = 'decision_log.decisions'::regclass`);
    expect(partitions?.n).toBeGreaterThanOrEqual(3);
  });
});

describe('a role', () => {
  it.each([
    ['policy_admin', 'SELECT * FROM decision_log.decisions'],
    ['policy_admin', 'CREATE TABLE decision_log.mine ()'],
    ['decision_log', 'SELECT * FROM policy_admin.keys'],
    ['decision_log', 'DELETE FROM policy_admin.guards'],
  ])('%s may not: %s', async (role, statement) => {
    await expect(rows(statement, role)).rejects.toMatchObject({ code: '42501' });
  });
});

function run(key?: string) {
  const environment = { DATABASE_ADMIN_URL: database.url, HOLDPOINT_DATABASE: database.name, ...passwords, ...(key !== undefined && { HOLDPOINT_ADMIN_KEY: key }) };
  return migrateAndBootstrap(readConfig(MigrateEnvironment, environment), log);
}

async function rows<T extends object>(statement: string, role?: string): Promise<T[]> {
  const url = new URL(database.url);
  if (role !== undefined) {
    url.username = role;
    url.password = role === 'policy_admin' ? passwords.POLICY_ADMIN_DB_PASSWORD : passwords.DECISION_LOG_DB_PASSWORD;
  }
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    return (await client.query<T>(statement)).rows;
  } finally {
    await client.end();
  }
}
