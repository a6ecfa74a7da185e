import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startPostgres, type TestPostgres } from '@holdpoint/test-kit';
import { Column, Entity, PrimaryColumn, type DataSource } from 'typeorm';
import { isTransientDatabaseError } from './database-errors.ts';
import { databaseNow, openDatabase, type DatabaseOptions } from './database.ts';
import { migrate } from './migrate.ts';

@Entity({ name: 'counters' })
class CounterRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'integer' })
  value!: number;
}

class Counters1 {
  up(runner: { query(sql: string): Promise<unknown> }): Promise<unknown> {
    return runner.query('CREATE TABLE counters (id text PRIMARY KEY, value integer NOT NULL)');
  }
}

describe('a service’s database', () => {
  let postgres: TestPostgres;
  const open: DataSource[] = [];
  const warnings: string[] = [];
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: (_: object, message: string) => void warnings.push(message), error: nothing };

  beforeAll(async () => {
    postgres = await startPostgres();
    await migrate({ adminUrl: postgres.url, database: 'holdpoint_test', services: [{ service: 'evaluator', password: 'evaluator-password', migrations: [Counters1] }], log });
  }, 120_000);
  afterEach(async () => {
    await Promise.all(open.splice(0).map((dataSource) => dataSource.destroy()));
  });
  afterAll(() => postgres.stop());

  it('is opened in its own schema, in UTC, with a statement timeout and the service’s name', async () => {
    const database = await opened({ statementTimeoutMs: 1_234 });
    expect(await database.query('SELECT current_schema() AS schema, current_user AS role')).toEqual([{ schema: 'evaluator', role: 'evaluator' }]);
    expect(await database.query("SELECT name, setting FROM pg_settings WHERE name IN ('TimeZone', 'statement_timeout', 'application_name', 'search_path') ORDER BY lower(name)")).toEqual([
      { name: 'application_name', setting: 'evaluator under test' },
      { name: 'search_path', setting: 'evaluator' },
      { name: 'statement_timeout', setting: '1234' },
      { name: 'TimeZone', setting: 'UTC' },
    ]);
  });

  it('commits what a transaction did, or nothing', async () => {
    const database = await opened();
    await database.transaction((tx) => tx.insert(CounterRow, { id: 'kept', value: 1 }));
    const failed = database.transaction(async (tx) => {
      await tx.insert(CounterRow, { id: 'lost', value: 1 });
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect((await database.getRepository(CounterRow).find()).map(({ id }) => id)).toEqual(['kept']);
  });

  it('tells its own time, which goes on within a transaction', async () => {
    const database = await opened();
    const [before, first, second, after] = await database.transaction(async (tx) => {
      const epoch = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms';
      const [start] = await tx.query<[{ ms: number }]>(epoch);
      const now = await databaseNow(tx);
      await tx.query('SELECT pg_sleep(0.01)');
      const later = await databaseNow(tx);
      const [end] = await tx.query<[{ ms: number }]>(epoch);
      return [start.ms, now, later, end.ms] as const;
    });
    expect(Number.isInteger(first) && Number.isInteger(second)).toBe(true);
    expect(first).toBeGreaterThanOrEqual(Math.floor(before));
    expect(second).toBeGreaterThan(first);
    expect(second).toBeLessThanOrEqual(after);
  });

  it('ends a statement that runs too long, and says that it may be tried again', async () => {
    const database = await opened({ statementTimeoutMs: 50 });
    const error = await failureOf(database.query('SELECT pg_sleep(30)'));
    expect(isTransientDatabaseError(error)).toBe(true);
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('outlives the loss of its idle connections', async () => {
    const database = await opened({ poolSize: 3 });
    await Promise.all([1, 2, 3].map(() => database.query('SELECT pg_sleep(0.02)')));
    warnings.length = 0;
    await terminateAll();
    await eventually(() => warnings.includes('an idle database connection was lost'));
    expect(await eventually(() => database.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  it.each([
    ['while a statement runs', 'SELECT pg_sleep(30)'],
    ['between two statements', undefined],
  ])('fails a transaction whose connection is lost %s, as worth another try, and does the next', async (_, statement) => {
    const database = await opened();
    const failed = database.transaction(async (tx) => {
      await tx.insert(CounterRow, { id: 'half', value: 1 });
      const lost = statement === undefined ? undefined : tx.query(statement);
      // Observed now: it may fail while the termination is under way.
      lost?.catch(nothing);
      await terminateAll();
      await lost;
      // The loss may not have been noticed yet.
      for (;;) await tx.query('SELECT 1');
    });
    expect(isTransientDatabaseError(await failureOf(failed))).toBe(true);
    expect(await database.getRepository(CounterRow).countBy({ id: 'half' })).toBe(0);
  });

  it('is waited for while it starts, and found again after it was away', async () => {
    const before = await opened();
    await postgres.kill('SIGKILL');
    const opening = opened();
    const error = await failureOf(before.query('SELECT 1'));
    expect(isTransientDatabaseError(error)).toBe(true);
    await postgres.restart();
    expect(await (await opening).query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await eventually(() => before.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  it('that cannot be reached is given up in time', async () => {
    const error = await failureOf(opened({ url: 'postgres://evaluator:evaluator-password@127.0.0.1:1/holdpoint_test', firstConnectionMs: 200 }));
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each([
    ['a wrong password', 'postgres://evaluator:wrong-password@HOST/holdpoint_test', { code: '28P01' }],
    ['an unknown database', 'postgres://evaluator:evaluator-password@HOST/no_such_test', { code: '3D000' }],
    ['no address', 'evaluator-password', { message: 'the database address must look like postgres://user:password@host:5432/name' }],
  ])('is not asked again after %s', async (_, url, expected) => {
    const error = await failureOf(opened({ url: url.replace('HOST', new URL(postgres.url).host), firstConnectionMs: 600_000 }));
    expect(error).toMatchObject(expected);
    expect(String((error as Error).stack)).not.toMatch(/wrong-password|evaluator-password/);
  });

  async function opened(options: Partial<DatabaseOptions> = {}): Promise<DataSource> {
    const url = new URL(postgres.url);
    url.username = 'evaluator';
    url.password = 'evaluator-password';
    url.pathname = '/holdpoint_test';
    const dataSource = await openDatabase({ url: url.href, schema: 'evaluator', applicationName: 'evaluator under test', entities: [CounterRow], log, ...options });
    open.push(dataSource);
    return dataSource;
  }

  async function terminateAll(): Promise<void> {
    const admin = await openDatabase({ url: postgres.url, schema: 'public', applicationName: 'terminator', entities: [], log });
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'evaluator under test'");
    await admin.destroy();
  }
});

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('nothing failed');
}
