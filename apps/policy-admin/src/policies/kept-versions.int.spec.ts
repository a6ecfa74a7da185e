import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import type { Actor, Reply } from '@holdpoint/contracts';
import { migrate, openDatabase } from '@holdpoint/persistence';
import { createLogger } from '@holdpoint/runtime';
import { createTestDatabase, type TestDatabase } from '@holdpoint/test-kit';
import type { DataSource } from 'typeorm';
import { policyAdminMigrations } from '../migrations/policy-admin.ts';
import { PoliciesRepository } from './policies.repository.ts';
import { PolicyVersionsRepository } from './policy-versions.repository.ts';

const password = 'policy-admin-test';
const log = createLogger({ service: 'test', level: 'silent' });
const root: Actor = { key_id: 'ROOTROOTROOT', roles: ['admin'], guards: '*' };

jest.setTimeout(30_000);

let database: TestDatabase;
let db: DataSource;

beforeAll(async () => {
  database = await createTestDatabase('kept versions');
}, 60_000);
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

it('an upgrade makes the present version of each guard whole; older ones are shown, and not restored', async () => {
  await migrated(2);
  const url = new URL(database.url);
  url.username = 'policy_admin';
  url.password = password;
  db = await openDatabase({ url: url.href, schema: 'policy_admin', applicationName: 'test', entities: [], poolSize: 2, log });
  await asBefore();

  expect(await migrated(policyAdminMigrations.length)).toEqual(['policy_admin/KeepWholeVersions']);
  const [policies, versions] = [new PoliciesRepository(db), new PolicyVersionsRepository(db)];
  const { data } = ok(await policies.list(root, 'shop', { limit: 10 }));
  expect(data.map(({ id }) => id)).toEqual(['off1', 'on', 'off2']);
  const now = ok(await versions.get(root, 'shop', 2));
  expect(now).toMatchObject({ complete: true, active: 1, inactive: 2, summary: 'Changed a policy.' });
  expect(JSON.stringify(now.policies)).toBe(JSON.stringify(data));
  expect(ok(await versions.get(root, 'shop', 1))).toMatchObject({ complete: false, active: null, policies: [] });
  expect(ok(await versions.get(root, 'empty', 1))).toMatchObject({ complete: true, policies: [], inactive: 0 });

  const writer = { actor: root, guardId: 'shop', ifMatch: undefined };
  ok(await policies.delete(writer, 'off1'));
  expect(ok(await versions.restore(writer, 2)).value.data).toMatchObject(data.map((policy) => ({ ...policy, updated_at: expect.any(String) })));
  expect(await versions.restore(writer, 1)).toMatchObject({ refused: { code: 'version_incomplete' } });
  await expect(db.query('UPDATE policy_sets SET body = body')).rejects.toThrow('written once');
});

async function migrated(count: number): Promise<readonly string[]> {
  const { applied } = await migrate({ adminUrl: database.url, database: database.name, services: [{ service: 'policy_admin', password, migrations: policyAdminMigrations.slice(0, count) }], log });
  return applied;
}

/** Rows as they were written before versions kept inactive policies. */
async function asBefore(): Promise<void> {
  const [at, conditions] = ['2026-01-01T00:00:00.123456Z', '{"arguments":{"/x":{"eq":{"2":"\\u0001\\"","1":"é"}}}}'];
  const on = { id: 'on', name: 'On', tool_pattern: '*', action: 'allow', priority: 0, is_active: true, created_at: at, updated_at: at };
  for (const [guard, version] of [
    ['shop', 2],
    ['empty', 1],
  ] as const) {
    await db.query(`INSERT INTO guards VALUES ($1, $1, 'allow', 'closed', 60, 60, 60, 'redacted', 90, $2, 1, now(), now())`, [guard, version]);
    for (let one = 1; one <= version; one += 1) {
      const revision = one + (guard === 'shop' ? 0 : 10);
      const body = JSON.stringify({ guard_id: guard, version: one, default_action: 'allow', policies: one === 2 ? [on] : [] });
      await db.query(`INSERT INTO policy_sets VALUES ($1, $2, $3, '', $4, 0, 'key:OLD', now())`, [guard, one, revision, body]);
      await db.query(`INSERT INTO audit (actor, action, guard_id, revision, detail) VALUES ('key:OLD', 'policy.updated', $1, $2, '{}')`, [guard, revision]);
    }
  }
  await db.query('UPDATE revision SET value = 100');
  const insert = `INSERT INTO policies (id, guard_id, name, description, tool_pattern, action, priority, is_active, conditions, rate_limit, approval_config, created_at, updated_at)
    VALUES ($1, 'shop', $2, $3, '*', $4, $5, $6, $7, $8, $9, $10, $10)`;
  await db.query(insert, ['on', 'On', null, 'allow', 0, true, null, null, null, at]);
  await db.query(insert, ['off1', 'Off "1"\n', 'why\tnot', 'rate_limit', 5, false, conditions, '{"max_requests":1,"window_seconds":2}', null, at]);
  await db.query(insert, ['off2', 'Off 2', null, 'require_approval', -5, false, null, null, '{"timeout_minutes":0.5}', at]);
}

function ok<T>(reply: Reply<T>): T {
  if ('refused' in reply) throw new Error(`refused: ${JSON.stringify(reply.refused)}`);
  return reply.ok;
}
