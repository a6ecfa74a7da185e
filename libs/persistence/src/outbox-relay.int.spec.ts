import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, startPostgres, type TestPostgres } from '@holdpoint/test-kit';
import type { DataSource, QueryRunner } from 'typeorm';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { OutboxRelay, type OutboxRelayOptions } from './outbox-relay.ts';
import { OutboxRow, outboxMigrationSql } from './outbox.row.ts';

class Outbox1 {
  up(runner: QueryRunner): Promise<unknown> {
    return runner.query(outboxMigrationSql);
  }
}

describe('the outbox', () => {
  let postgres: TestPostgres;
  let database: DataSource;
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const relays: OutboxRelay[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    await migrate({ adminUrl: postgres.url, database: 'holdpoint_test', services: [{ service: 'approval_workflow', password: 'workflow-password', migrations: [Outbox1] }], log });
    // The test cluster gives up the last commits when it is killed; here they are what is tested.
    const admin = await openDatabase({ url: postgres.url, schema: 'public', applicationName: 'outbox test', entities: [], log });
    await admin.query('ALTER DATABASE holdpoint_test SET synchronous_commit = on');
    await admin.destroy();
    const url = new URL(postgres.url);
    url.username = 'approval_workflow';
    url.password = 'workflow-password';
    url.pathname = '/holdpoint_test';
    database = await openDatabase({ url: url.href, schema: 'approval_workflow', applicationName: 'outbox under test', entities: [OutboxRow], log });
  }, 120_000);
  beforeEach(() => database.query('DELETE FROM outbox'));
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  });
  afterAll(async () => {
    await database.destroy();
    await postgres.stop();
  });

  it('publishes what was committed, in order, and keeps nothing of it', async () => {
    const published: OutboxRow[] = [];
    const relay = started({ publish: async (row) => void published.push(row) });
    await insert('one', 'two', 'three');
    relay.wake();
    await eventually(async () => (await relay.backlog()) === 0);
    expect(published.map(({ msgId }) => msgId)).toEqual(['one', 'two', 'three']);
    expect(published[0]).toMatchObject({ topic: 'EVENTS', subject: 'hp.v1.guard.default.approval.requested', traceparent: null, attempts: 0 });
  });

  it('publishes nothing of a transaction that was rolled back', async () => {
    const published: string[] = [];
    const rolledBack = database.transaction(async (tx) => {
      await tx.insert(OutboxRow, message('never'));
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    await insert('after');
    const relay = started({ publish: async ({ msgId }) => void published.push(msgId) });
    await eventually(async () => (await relay.backlog()) === 0);
    expect(published).toEqual(['after']);
  });

  it('keeps a body to the letter', async () => {
    const body = '{"b":1.0,"a":12345678901234567890,"a":"\\u0000 \\ud83d\\ude00 ü","__proto__":{}}';
    let published: string | undefined;
    await database.manager.insert(OutboxRow, { ...message('exact'), body });
    const relay = started({ publish: async (row) => void (published = row.body) });
    await eventually(async () => (await relay.backlog()) === 0);
    expect(published).toBe(body);
  });

  it('tries a row that failed again, later, and lets the others pass', async () => {
    const published: string[] = [];
    let refusals = 2;
    await insert('one', 'two', 'three');
    const relay = started({
      publish: async ({ msgId }) => {
        if (msgId === 'two' && refusals > 0) {
          refusals -= 1;
          throw new Error('no room\u0000 in the stream');
        }
        published.push(msgId);
      },
    });
    await eventually(async () => (await relay.backlog()) === 0);
    expect(published).toEqual(['one', 'three', 'two']);
  });

  it('is not held up by any number of rows that keep failing', async () => {
    const published: string[] = [];
    await insert('bad 1', 'bad 2', 'bad 3', 'good 1', 'bad 4', 'good 2');
    started({
      publish: async ({ msgId }) => {
        if (msgId.startsWith('bad')) throw new Error('never');
        published.push(msgId);
      },
    });
    await eventually(() => published.length === 2);
    expect(published).toEqual(['good 1', 'good 2']);
  });

  it('says of a row that failed how often, why, and when it is due again', async () => {
    await insert('stuck');
    started({ publish: () => Promise.reject(new Error('no room\u0000 in the stream')) });
    const row = await eventually(() => database.getRepository(OutboxRow).createQueryBuilder('row').where('row.attempts >= 2').getOne().then((found) => found ?? undefined));
    expect(row.lastError).toBe('no room in the stream');
    expect(row.dueAt.getTime()).toBeGreaterThan(row.createdAt.getTime());
  });

  it('takes a publish that is never acknowledged for one that failed', async () => {
    const published: string[] = [];
    await insert('lost', 'next');
    started({ publishTimeoutMs: 30, publish: ({ msgId }) => (msgId === 'lost' ? new Promise(nothing) : Promise.resolve(void published.push(msgId))) });
    await eventually(() => published.includes('next'));
    expect(await database.getRepository(OutboxRow).findOneByOrFail({ msgId: 'lost' })).toMatchObject({ lastError: 'not acknowledged within 30 ms' });
  });

  it('worked by several relays publishes every row once', async () => {
    const names = Array.from({ length: 400 }, (_, at) => `row ${at}`);
    await insert(...names);
    const published: string[] = [];
    const inHand = new Set<string>();
    const atOnce: string[] = [];
    const publish = async ({ msgId }: OutboxRow) => {
      if (inHand.has(msgId)) atOnce.push(msgId);
      inHand.add(msgId);
      await new Promise((resolve) => setImmediate(resolve));
      inHand.delete(msgId);
      published.push(msgId);
    };
    const several = Array.from({ length: 4 }, () => started({ publish, batch: 7 }));
    await eventually(async () => (await several[0]!.backlog()) === 0);
    expect(atOnce).toEqual([]);
    expect([...published].sort()).toEqual([...names].sort());
  });

  it('of one topic does not wait for what another cannot get rid of', async () => {
    const published: string[] = [];
    await database.manager.insert(OutboxRow, { ...message('stuck'), topic: 'FULL' });
    await insert('news');
    started({ topic: 'FULL', publish: () => new Promise(nothing), publishTimeoutMs: 1_000 });
    started({ topic: 'EVENTS', publish: async ({ msgId }) => void published.push(msgId) });
    await eventually(() => published.length > 0);
    expect(published).toEqual(['news']);
    expect(await database.getRepository(OutboxRow).countBy({ msgId: 'stuck' })).toBe(1);
  });

  it('goes out several at a time where that is wanted, in order, and a row that fails keeps none of the others', async () => {
    const begun: string[] = [];
    let most = 0;
    let inHand = 0;
    await insert('one', 'two', 'bad', 'three', 'four');
    started({
      inFlight: 4,
      publish: async ({ msgId }) => {
        begun.push(msgId);
        most = Math.max(most, (inHand += 1));
        await new Promise((resolve) => setImmediate(resolve));
        inHand -= 1;
        if (msgId === 'bad') throw new Error('never');
      },
    });
    await eventually(() => begun.includes('four'));
    expect([begun.slice(0, 4), most]).toEqual([['one', 'two', 'bad', 'three'], 4]);
    await eventually(async () => (await database.getRepository(OutboxRow).find()).map(({ msgId }) => msgId).join() === 'bad');
  });

  it('is looked at when woken, however long an idle relay would wait', async () => {
    const published: string[] = [];
    const relay = started({ idleMs: 3_600_000, publish: async ({ msgId }) => void published.push(msgId) });
    for (const name of ['one', 'two', 'three']) {
      await insert(name);
      relay.wake();
      await eventually(() => published.includes(name));
    }
    expect(published).toEqual(['one', 'two', 'three']);
  });

  it('settles the publish in hand before a relay stops, and leaves the rest', async () => {
    await insert('in hand', 'left');
    const published: string[] = [];
    let acknowledge: (() => void) | undefined;
    const relay = started({
      publish: async ({ msgId }) => {
        await new Promise<void>((resolve) => (acknowledge = resolve));
        published.push(msgId);
      },
    });
    const acknowledged = await eventually(() => acknowledge);
    const stopping = relay.stop();
    acknowledged();
    await stopping;
    expect(published).toEqual(['in hand']);
    expect((await database.getRepository(OutboxRow).find()).map(({ msgId }) => msgId)).toEqual(['left']);
  });

  it('is worked on after Postgres was away, and loses nothing by it', async () => {
    const published = new Set<string>();
    const relay = started({ publish: async ({ msgId }) => void published.add(msgId), idleMs: 20 });
    await insert('before');
    await postgres.kill('SIGKILL');
    await postgres.restart();
    await eventually(() => insert('after').then(() => true));
    await eventually(async () => (await relay.backlog()) === 0, { timeoutMs: 30_000 });
    expect(published).toEqual(new Set(['before', 'after']));
  }, 60_000);

  function started(options: Omit<OutboxRelayOptions, 'dataSource' | 'log'>): OutboxRelay {
    const relay = new OutboxRelay({ dataSource: database, log, ...options });
    relays.push(relay);
    relay.start();
    return relay;
  }

  async function insert(...names: string[]): Promise<void> {
    await database.transaction((tx) => tx.insert(OutboxRow, names.map(message)));
  }
});

function message(msgId: string) {
  return { topic: 'EVENTS', subject: 'hp.v1.guard.default.approval.requested', msgId, body: '{}' };
}
