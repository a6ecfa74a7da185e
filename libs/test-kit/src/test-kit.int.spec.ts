import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, eventually, startNats, startPostgres, type Prepare, type TestNats } from './index.ts';

// The first start on a machine makes the cluster that all others are copied from.
jest.setTimeout(60_000);

describe('a test database', () => {
  it('is cloned from a template that is prepared once', async () => {
    let prepared = 0;
    const prepare: Prepare = async (url) => {
      prepared += 1;
      await query(url, 'CREATE TABLE guards (id text)');
    };
    const [one, two] = await Promise.all([createTestDatabase('guards one', prepare), createTestDatabase('guards two', prepare)]);
    await query(one.url, "INSERT INTO guards VALUES ('default')");

    expect(await query(one.url, 'SELECT id FROM guards')).toEqual([{ id: 'default' }]);
    expect(await query(two.url, 'SELECT id FROM guards')).toEqual([]);
    expect(prepared).toBe(1);
    expect([one.name, two.name].every((name) => name.includes('test'))).toBe(true);
    await one.drop();
    await two.drop();
  });

  it('is prepared anew after a preparation that failed', async () => {
    let attempts = 0;
    const prepare: Prepare = async (url) => {
      await query(url, 'CREATE TABLE halfway ()');
      attempts += 1;
      if (attempts === 1) throw new Error('a migration failed');
    };
    const holder = await createTestDatabase('holder');
    await expect(createTestDatabase('fails', prepare)).rejects.toThrow('a migration failed');
    const database = await createTestDatabase('works', prepare);
    expect(attempts).toBe(2);
    await database.drop();
    await holder.drop();
  });

  it('can be dropped while somebody is connected', async () => {
    const database = await createTestDatabase('connected');
    const client = new Client({ connectionString: database.url });
    const ended = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await database.drop();
    await expect(ended).resolves.toBeInstanceOf(Error);
  });
});

describe('a private cluster', () => {
  it('keeps what was committed over a kill, and holds the databases made meanwhile', async () => {
    const postgres = await startPostgres();
    const database = await createTestDatabase('kill');
    await query(database.url, 'CREATE TABLE parked (id int); INSERT INTO parked VALUES (1)');
    const before = postgres.pid;
    await postgres.kill('SIGKILL');
    expect(postgres.isRunning()).toBe(false);
    await postgres.restart();

    expect(postgres.pid).not.toBe(before);
    expect(await eventually(() => query(database.url, 'SELECT id FROM parked'))).toEqual([{ id: 1 }]);
    await database.drop();
    await postgres.stop();
  });
});

describe('eventually', () => {
  it('answers what the probe answers once it neither fails nor is undefined or false', async () => {
    const answers = [undefined, false, new Error('not yet'), 0];
    const probe = (): number | undefined | false => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer as number | undefined | false;
    };
    expect(await eventually(probe, { everyMs: 1 })).toBe(0);
  });

  it('says what did not happen, and why', async () => {
    const never = eventually(() => Promise.reject(new Error('nobody answers')), { timeoutMs: 5, everyMs: 1, what: 'a reply' });
    await expect(never).rejects.toThrow('a reply did not happen within 5 ms: nobody answers');
  });
});

describe('a private nats-server', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startNats({ users: [{ user: 'gateway', permissions: { publish: ['a'], subscribe: [] } }] });
  });
  afterAll(() => nats.stop());

  it('runs, dies and comes back on the same port', async () => {
    const { port } = nats;
    await nats.kill();
    expect(nats.isRunning()).toBe(false);
    await nats.restart();
    expect(nats.isRunning()).toBe(true);
    expect(nats.port).toBe(port);
  });

  it('hands out the generated password of each user', () => {
    expect(nats.user('gateway').password).toHaveLength(43);
    expect(() => nats.user('stranger')).toThrow('startNats was given no user `stranger`');
  });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}
