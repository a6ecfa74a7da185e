import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { hash } from 'node:crypto';
import { allContracts, type DecisionRecord, DecisionsLogged, permissionsOf, PublicEvents } from '@holdpoint/contracts';
import { type Messaging, openMessaging, type RequestContext, RequestRefused } from '@holdpoint/messaging';
import { openDatabase } from '@holdpoint/persistence';
import { createLogger, Metrics, newId } from '@holdpoint/runtime';
import { createTestDatabase, eventually, startNats, type TestDatabase, type TestNats } from '@holdpoint/test-kit';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { DataSource } from 'typeorm';
import { migrateAndBootstrap } from '../migrate-and-bootstrap.ts';
import { rowsOf } from '../sql.ts';
import { DecisionsController } from './decisions.controller.ts';
import { DecisionsRepository } from './decisions.repository.ts';
import { LogDecisions } from './log-decisions.ts';

const log = createLogger({ service: 'test', level: 'silent' });

let nats: TestNats;
let database: TestDatabase;
let db: DataSource;
let decisions: DecisionsRepository;
let evaluator: Messaging;
let operator: NatsConnection;
let jsm: JetStreamManager;
const writers: Writer[] = [];

beforeAll(async () => {
  [nats, database] = await Promise.all([
    startNats({ users: [{ user: 'operator' }, ...(['decision-log', 'evaluator'] as const).map((user) => ({ user, permissions: permissionsOf(user, allContracts) }))] }),
    createTestDatabase('event decisions'),
  ]);
  await migrateAndBootstrap({ adminUrl: database.url, database: database.name, policyAdminPassword: 'policy-admin-test', decisionLogPassword: 'decision-log-test', adminKey: undefined }, log);
  const url = new URL(database.url);
  [url.username, url.password] = ['decision_log', 'decision-log-test'];
  db = await openDatabase({ url: url.href, schema: 'decision_log', entities: [], applicationName: 'test' });
  decisions = new DecisionsRepository(db);
  evaluator = await connected('evaluator');
  const { user, password } = nats.user('operator');
  operator = await connect({ servers: nats.url, user, pass: password });
  jsm = await jetstreamManager(operator);
}, 120_000);

afterAll(async () => {
  await Promise.all([evaluator.close(), operator.close(), db.destroy()]);
  await Promise.all([nats.stop(), database.drop()]);
}, 60_000);

beforeEach(() => evaluator.ensureStreams([DecisionsLogged, PublicEvents]));

afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.kill();
  for (const stream of ['DECISION_LOG', 'EVENTS']) await jsm.streams.delete(stream);
  await rowsOf(db, 'DELETE FROM decisions');
  await rowsOf(db, 'DELETE FROM event_decisions');
}, 30_000);

describe('a decision that is logged', () => {
  it('is announced word for word, once, and also when its batch comes again', async () => {
    const records = [{ ...decision(), arguments: JSON.parse('{"__proto__": "\\u0000", "n": 1.5}') as unknown, later_field: { a: 1 } }, decision()];
    await writer();
    await publish(...records);
    await publish(...records);
    await workedOff();
    expect(await announced()).toEqual(records.map((record) => [`hp.v1.guard.${record.guard_id}.decision.made`, JSON.stringify(record)]));
  });

  it('is announced without its arguments where both together are more than a message may hold', async () => {
    const record = { ...decision(), arguments: { text: 'x'.repeat(evaluator.maxPayload - 4_000) } };
    await writer();
    await publish(record);
    await workedOff();
    expect((await announced()).map(([, text]) => JSON.parse(text) as unknown)).toEqual([{ ...record, arguments: undefined }]);
  });
});

describe('the decisions of one event call', () => {
  it('are one `require_approval` and one final one, whoever writes them and however often they come', async () => {
    await Promise.all([writer(), writer(), writer()]);
    const keys = Array.from({ length: 60 }, (_, n) => keyOf(`many ${n}`));
    const competing = keys.flatMap((event_key) => (['require_approval', 'require_approval', 'allow', 'block', 'allow'] as const).map((action) => decision({ event_key, action })));
    const batches = Array.from({ length: 30 }, (_, n) => competing.filter((_one, at) => at % 30 === n));
    await Promise.all([...batches, ...batches].map((batch) => publish(...batch)));
    await workedOff();
    const rows = (await rowsOf<{ record: string }>(db, 'SELECT record FROM decisions')).map(({ record }) => JSON.parse(record) as DecisionRecord);
    const events = (await announced()).map(([, text]) => JSON.parse(text) as DecisionRecord);
    for (const event_key of keys) {
      const kept = rows.filter((row) => row.event_key === event_key);
      expect(kept.filter(({ action }) => action !== 'require_approval')).toHaveLength(1);
      expect(kept.length).toBeLessThanOrEqual(2);
      expect(idsOf(events.filter((event) => event.event_key === event_key))).toEqual(idsOf(kept));
    }
    expect(new Set(idsOf(events)).size).toBe(events.length);
  }, 30_000);

  it('end with the final one: a `require_approval` that comes after it is dropped', async () => {
    await writer();
    const event_key = keyOf('late');
    const final = decision({ event_key });
    await publish(final);
    await publish(decision({ event_key, action: 'require_approval' }));
    await workedOff();
    await publish(decision({ event_key, action: 'require_approval' }));
    await workedOff();
    expect(await announcedIds()).toEqual([final.id]);
  });

  it('are told apart by guard', async () => {
    await writer();
    const event_key = keyOf('same');
    const both = [decision({ event_key, guard_id: 'one' }), decision({ event_key, guard_id: 'two' })];
    await publish(...both);
    await workedOff();
    expect(await announcedIds()).toEqual(idsOf(both));
  });

  it('do not count when Postgres takes no row of them', async () => {
    await writer();
    const event_key = keyOf('odd');
    const [odd, good] = [decision({ event_key, created_at: '0000-01-01T00:00:00Z' }), decision({ event_key })];
    await publish(odd, decision(), good);
    await workedOff();
    expect(await announcedIds()).toContain(good.id);
    expect(await announcedIds()).not.toContain(odd.id);
  });
});

describe('a log writer that dies between commit and acknowledgement', () => {
  it('leaves a batch whose decisions another one announces, the same ones', async () => {
    const event_key = keyOf('killed');
    const records = [decision({ event_key }), decision()];
    const silence = await eventsAreSilent();
    const first = await writer();
    await publish(...records);
    await eventually(async () => (await rowsOf(db, 'SELECT 1 FROM decisions')).length === 2);
    await first.kill();
    await silence.end();
    await handedBack();
    // Another evaluator has judged the same call in the meantime.
    await publish(decision({ event_key, action: 'block' }));
    await writer();
    await workedOff();
    expect(await announcedIds()).toEqual(idsOf(records));
    expect(await rowsOf(db, 'SELECT 1 FROM decisions')).toHaveLength(2);
  }, 30_000);

  it('or that cannot reach EVENTS acknowledges nothing until it can', async () => {
    const silence = await eventsAreSilent('{"error":{"description":"no space left"}}');
    const record = decision();
    await writer();
    await publish(record);
    await eventually(() => silence.heard() > 1);
    expect((await jsm.streams.info('DECISION_LOG')).state.messages).toBe(1);
    await silence.end();
    await workedOff();
    expect(await announcedIds()).toEqual([record.id]);
  }, 30_000);
});

describe('the question which event calls are decided', () => {
  it('is answered from all that was logged before it', async () => {
    await writer();
    const calls = Array.from({ length: 20 }, (_, n) => ({ guard_id: 'default', event_key: keyOf(`asked ${n}`) }));
    for (const [n, { event_key }] of calls.entries()) {
      await publish(decision({ event_key, action: n % 2 === 0 ? 'allow' : 'require_approval' }));
      expect((await ask(calls)).sort()).toEqual(calls.filter((_, at) => at <= n && at % 2 === 0).map((call) => call.event_key).sort());
    }
    expect(await ask([{ guard_id: 'other', event_key: calls[0]?.event_key ?? '' }, { guard_id: '\0', event_key: '\0' }])).toEqual([]);
  });

  it('is not answered while the log is behind', async () => {
    await publish(decision({ event_key: keyOf('behind') }));
    await expect(ask([{ guard_id: 'default', event_key: keyOf('behind') }], 200)).rejects.toBeInstanceOf(RequestRefused);
    await writer();
    expect(await ask([{ guard_id: 'default', event_key: keyOf('behind') }])).toEqual([keyOf('behind')]);
  });
});

type Writer = Readonly<{ messaging: Messaging; kill: () => Promise<void> }>;

async function writer(): Promise<Writer> {
  const messaging = await connected('decision-log');
  const metrics = new Metrics({ service: 'decision-log' });
  new LogDecisions({ messaging, decisions, log, metrics }).start();
  const started: Writer = { messaging, kill: () => messaging.close().then(() => metrics.close()) };
  writers.push(started);
  return started;
}

async function connected(name: 'decision-log' | 'evaluator'): Promise<Messaging> {
  const { user, password } = nats.user(name);
  return await openMessaging({ servers: nats.url, user, password, name, log });
}

const publish = (...batch: DecisionRecord[]) => evaluator.publish(DecisionsLogged, DecisionsLogged.subjects[0], { decisions: batch }, { timeoutMs: 10_000 });

async function workedOff(): Promise<void> {
  await eventually(async () => (await jsm.streams.info('DECISION_LOG')).state.messages === 0, { timeoutMs: 20_000, what: 'the stream worked off' });
}

async function announced(): Promise<readonly (readonly [subject: string, text: string])[]> {
  const { state } = await jsm.streams.info('EVENTS');
  const found: (readonly [string, string])[] = [];
  for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; seq += 1) {
    const event = await jsm.streams.getMessage('EVENTS', { seq });
    if (event) found.push([event.subject, event.string()]);
  }
  return found;
}

const idsOf = (records: readonly DecisionRecord[]): readonly string[] => records.map(({ id }) => id).sort();
const announcedIds = async (): Promise<readonly string[]> => idsOf((await announced()).map(([, text]) => JSON.parse(text) as DecisionRecord));

/** Events go to somebody who does not store them. */
async function eventsAreSilent(answer?: string): Promise<Readonly<{ heard: () => number; end: () => Promise<void> }>> {
  await jsm.streams.delete('EVENTS');
  let heard = 0;
  const listener = operator.subscribe('hp.v1.guard.*.decision.made', {
    callback: (_error, event) => {
      heard += 1;
      if (answer !== undefined) event.respond(answer);
    },
  });
  await operator.flush();
  return {
    heard: () => heard,
    end: async () => {
      await listener.drain();
      await evaluator.ensureStreams([PublicEvents]);
    },
  };
}

/** What the dead writer had in hand is delivered again now, rather than when its time has run out. */
async function handedBack(): Promise<void> {
  const { delivered } = await jsm.consumers.info('DECISION_LOG', 'decision-log-writer');
  operator.publish(`$JS.ACK.DECISION_LOG.decision-log-writer.1.${delivered.stream_seq}.${delivered.consumer_seq}.0.0`, '-NAK');
  await operator.flush();
}

async function ask(calls: { guard_id: string; event_key: string }[], withinMs = 5_000): Promise<string[]> {
  const until = Date.now() + withinMs;
  const context = { deadline: { remainingMs: () => Math.max(0, until - Date.now()) } } as RequestContext;
  const messaging = await connected('decision-log');
  try {
    return (await new DecisionsController(decisions, messaging).findFinal({ calls }, context)).decided;
  } finally {
    await messaging.close();
  }
}

const keyOf = (name: string): string => hash('sha256', name, 'hex');

function decision(given: Partial<DecisionRecord> = {}): DecisionRecord {
  const id = newId('dec');
  return {
    id,
    guard_id: 'default',
    session_id: 's',
    tool_name: 'read_file',
    key_id: 'KEYKEYKEYKEY',
    request_id: newId('req'),
    arguments_hash: '0'.repeat(64),
    created_at: new Date().toISOString(),
    action: 'allow',
    tool_call_id: 'call_1',
    risk_score: 0,
    threats_detected: [],
    threats: [],
    policy_matched: null,
    message: 'Allowed.',
    metadata: { decision_id: id, scanner: 'none', policy_id: null, policy_version: 1, trace_id: 't' },
    ...given,
  };
}
