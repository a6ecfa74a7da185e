import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type TestPostgres } from '@holdpoint/test-kit';
import { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import { migrate, type MigrationClass, type ServiceMigrations } from './migrate.ts';

const passwords = { admin: 'the-policy-password', workflow: "the 'workflow' \\ password" };

describe('migrate', () => {
  let postgres: TestPostgres;
  let databases = 0;
  const logged: string[] = [];
  const note = (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message }));
  const log = { debug: note, info: note, warn: note, error: note };

  beforeAll(async () => {
    postgres = await startPostgres();
  }, 120_000);
  afterAll(() => postgres.stop());

  it('makes the database, and for every service a role and a schema with its tables', async () => {
    const database = newDatabase();
    const { applied } = await run(database, [policyAdmin(), workflow()]);
    expect(applied).toEqual(['policy_admin/Guards1', 'policy_admin/GuardNames2', 'approval_workflow/Approvals1']);
    expect(await asService(database, 'policy_admin', passwords.admin, "INSERT INTO policy_admin.guards VALUES ('default', 'Default') RETURNING id")).toEqual([{ id: 'default' }]);
    expect(await asAdmin(database, 'SELECT schemaname, tablename, tableowner FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1, 2', [['policy_admin', 'approval_workflow']])).toEqual([
      { schemaname: 'approval_workflow', tablename: 'approvals', tableowner: 'approval_workflow' },
      { schemaname: 'approval_workflow', tablename: 'migrations', tableowner: 'approval_workflow' },
      { schemaname: 'policy_admin', tablename: 'guards', tableowner: 'policy_admin' },
      { schemaname: 'policy_admin', tablename: 'migrations', tableowner: 'policy_admin' },
    ]);
  });

  it('applies nothing a second time, and only what is new a third', async () => {
    const database = newDatabase();
    await run(database, [policyAdmin(Guards1)]);
    expect(await run(database, [policyAdmin(Guards1)])).toEqual({ applied: [] });
    expect(await run(database, [policyAdmin(Guards1, GuardNames2)])).toEqual({ applied: ['policy_admin/GuardNames2'] });
  });

  it('lets no service see another one’s tables, nor use the public schema', async () => {
    const database = newDatabase();
    await run(database, [policyAdmin(), workflow()]);
    const denied = { code: '42501' };
    await expect(asService(database, 'approval_workflow', passwords.workflow, 'SELECT * FROM policy_admin.guards')).rejects.toMatchObject(denied);
    await expect(asService(database, 'policy_admin', passwords.admin, 'SELECT * FROM approval_workflow.approvals')).rejects.toMatchObject(denied);
    await expect(asService(database, 'policy_admin', passwords.admin, 'SET ROLE approval_workflow')).rejects.toMatchObject(denied);
    await expect(asService(database, 'policy_admin', passwords.admin, 'CREATE TABLE public.leak (id int)')).rejects.toMatchObject(denied);
    await expect(asService(database, 'policy_admin', passwords.admin, 'CREATE SCHEMA leak')).rejects.toMatchObject(denied);
  });

  it('lets no other role into the database', async () => {
    const database = newDatabase();
    await run(database, [policyAdmin()]);
    await asAdmin('postgres', "CREATE ROLE stranger LOGIN PASSWORD 'stranger-password'");
    await expect(asService(database, 'stranger', 'stranger-password', 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  });

  it('runs migrations with no more rights than the service has', async () => {
    const database = newDatabase();
    await run(database, [workflow()]);
    const peek = migration('Peek1', (runner) => runner.query('SELECT * FROM approval_workflow.approvals'));
    await expect(run(database, [policyAdmin(peek)])).rejects.toThrow('the migration `policy_admin/Peek1` failed: permission denied for schema approval_workflow');
  });

  it('run twice at once applies everything once', async () => {
    const database = newDatabase();
    const both = await Promise.all([run(database, [policyAdmin(), workflow()]), run(database, [policyAdmin(), workflow()])]);
    expect(both.map(({ applied }) => applied.length).sort()).toEqual([0, 3]);
    expect(await asAdmin(database, 'SELECT count(*)::int AS n FROM policy_admin.migrations')).toEqual([{ n: 2 }]);
  });

  it('leaves nothing of a migration that fails, and goes on from there', async () => {
    const database = newDatabase();
    const broken = migration('GuardNames2', (runner) => runner.query('ALTER TABLE guards ADD name text; SELECT 1/0'));
    await expect(run(database, [policyAdmin(Guards1, broken)])).rejects.toThrow('the migration `policy_admin/GuardNames2` failed: division by zero');
    expect(await run(database, [policyAdmin(Guards1, GuardNames2)])).toEqual({ applied: ['policy_admin/GuardNames2'] });
  });

  it('refuses a database that is ahead of the code, and changes nothing in any schema', async () => {
    const database = newDatabase();
    await run(database, [policyAdmin(Guards1, GuardNames2)]);
    await expect(run(database, [workflow(), policyAdmin(Guards1)])).rejects.toMatchObject({
      code: 'migration_refused',
      message: expect.stringMatching(/^the database is ahead of this version: `policy_admin` has the migration `GuardNames2`/),
    });
    expect(await asAdmin(database, "SELECT to_regclass('approval_workflow.approvals') AS approvals")).toEqual([{ approvals: null }]);
  });

  it('refuses a new migration that is not at the end of its list', async () => {
    const database = newDatabase();
    await run(database, [policyAdmin(GuardsOnly2)]);
    await expect(run(database, [policyAdmin(Guards1, GuardsOnly2)])).rejects.toThrow('lists the migration `Guards1` before `GuardsOnly2`, which has run already');
  });

  it.each([
    ['a migration listed twice', () => [policyAdmin(Guards1, Guards1)], 'lists the migration `Guards1` twice'],
    ['a service listed twice', () => [policyAdmin(), policyAdmin()], 'a service is listed twice'],
    ['a name that is no plain identifier', () => [{ ...policyAdmin(), service: 'policy"; DROP' }], 'cannot be a service’s role'.replace('’', "'")],
    ['a superuser for a service', () => [{ ...policyAdmin(), service: 'postgres' }], 'is a superuser'],
  ])('refuses %s', async (_, services, message) => {
    await expect(run(newDatabase(), services())).rejects.toMatchObject({ name: 'MigrationRefused', message: expect.stringContaining(message) });
  });

  it('refuses a schema that is somebody else’s', async () => {
    const database = newDatabase();
    await run(database, []);
    await asAdmin(database, 'CREATE SCHEMA policy_admin');
    await expect(run(database, [policyAdmin()])).rejects.toThrow('the schema `policy_admin` belongs to another role');
  });

  it('gives a role its new password', async () => {
    const database = newDatabase();
    await run(database, [policyAdmin()]);
    await run(database, [{ ...policyAdmin(), password: 'another-password' }]);
    expect(await asService(database, 'policy_admin', 'another-password', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await expect(asService(database, 'policy_admin', passwords.admin, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('works for an administrator who may only make databases and roles', async () => {
    await asAdmin('postgres', "CREATE ROLE operator LOGIN CREATEDB CREATEROLE PASSWORD 'operator-password'");
    const services = [
      { ...policyAdmin(), service: 'operated_admin' },
      { ...workflow(), service: 'operated_workflow' },
    ];
    const url = urlFor('postgres', 'operator', 'operator-password');
    const database = newDatabase();
    expect((await migrate({ adminUrl: url, database, services, log })).applied).toHaveLength(3);
    expect((await migrate({ adminUrl: url, database, services, log })).applied).toEqual([]);
    await expect(asService(database, 'operated_workflow', passwords.workflow, 'SELECT * FROM operated_admin.guards')).rejects.toMatchObject({ code: '42501' });
  });

  it('makes the very database that the address names', async () => {
    const database = newDatabase();
    expect((await migrate({ adminUrl: urlFor(database), database, services: [policyAdmin()], log })).applied).toHaveLength(2);
  });

  it('shows no password in logs and errors', async () => {
    const failures = await Promise.allSettled([
      migrate({ adminUrl: `postgres://postgres:${passwords.admin}@127.0.0.1:notaport/x`, database: 'x', services: [], log }),
      migrate({ adminUrl: urlFor('postgres', 'postgres', passwords.admin), database: 'x', services: [], log }),
      run(newDatabase(), [{ ...policyAdmin(), password: 'sh\u00f6rt-password' }]),
      run(newDatabase(), [policyAdmin(migration('Broken1', (runner) => runner.query('BROKEN')))]),
    ]);
    expect(failures.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    const shown = [...logged, ...failures.flatMap((failure) => (failure.status === 'rejected' ? everythingIn(failure.reason) : []))].join('\n');
    for (const secret of [passwords.admin, passwords.workflow, 'sh\u00f6rt', new URL(postgres.url).password]) expect(shown).not.toContain(secret);
  });

  function newDatabase(): string {
    databases += 1;
    return `holdpoint-test-${databases}`;
  }

  function run(database: string, services: readonly ServiceMigrations[]) {
    return migrate({ adminUrl: postgres.url, database, services, log });
  }

  function urlFor(database: string, user?: string, password?: string): string {
    const url = new URL(postgres.url);
    url.pathname = `/${database}`;
    if (user !== undefined) url.username = user;
    if (password !== undefined) url.password = encodeURIComponent(password);
    return url.href;
  }

  function asAdmin(database: string, sql: string, values: unknown[] = []) {
    return query(urlFor(database), sql, values);
  }

  function asService(database: string, service: string, password: string, sql: string) {
    return query(urlFor(database, service, password), sql);
  }
});

async function query(url: string, sql: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

function everythingIn(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const fields = Object.getOwnPropertyNames(error).map((name) => String((error as unknown as Record<string, unknown>)[name]));
  return [...fields, ...everythingIn(error.cause ?? '')];
}

function migration(name: string, up: (runner: QueryRunner) => Promise<unknown>): MigrationClass {
  return class {
    readonly name = name;
    up(runner: QueryRunner): Promise<unknown> {
      return up(runner);
    }
  };
}

class Guards1 {
  up(runner: QueryRunner): Promise<unknown> {
    return runner.query('CREATE TABLE guards (id text PRIMARY KEY)');
  }
}

class GuardNames2 {
  up(runner: QueryRunner): Promise<unknown> {
    return runner.query('ALTER TABLE guards ADD name text');
  }
}

class GuardsOnly2 {
  up(runner: QueryRunner): Promise<unknown> {
    return runner.query('CREATE TABLE only_guards (id text PRIMARY KEY)');
  }
}

class Approvals1 {
  up(runner: QueryRunner): Promise<unknown> {
    return runner.query('CREATE TABLE approvals (id text PRIMARY KEY)');
  }
}

function policyAdmin(...migrations: MigrationClass[]): ServiceMigrations {
  return { service: 'policy_admin', password: passwords.admin, migrations: migrations.length > 0 ? migrations : [Guards1, GuardNames2] };
}

function workflow(): ServiceMigrations {
  return { service: 'approval_workflow', password: passwords.workflow, migrations: [Approvals1] };
}
