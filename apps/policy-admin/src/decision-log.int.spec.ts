import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import type { SyncAccess } from '@holdpoint/contracts';
import { allContracts, DeadLetters, type DecisionRecord, DecisionsLogged, GetDecision, Health, ListDecisions, permissionsOf, type Reply } from '@holdpoint/contracts';
import { type Messaging, openMessaging } from '@holdpoint/messaging';
import { openDatabase } from '@holdpoint/persistence';
import { createLogger, Metrics, newId, type RunningService } from '@holdpoint/runtime';
import { createTestDatabase, eventually, startNats, type TestDatabase, type TestNats } from '@holdpoint/test-kit';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { DecisionsRepository } from './decisions/decisions.repository.ts';
import { monthPartitions } from './decisions/partitions.ts';
import { Retention } from './decisions/retention.ts';
import { migrateAndBootstrap } from './migrate-and-bootstrap.ts';
import { startDecisionLog } from './start-decision-log.ts';

const passwords = { policyAdminPassword: 'policy-admin-test', decisionLogPassword: 'decision-log-test' };
const log = createLogger({ service: 'test', level: 'silent' });
const subject = DecisionsLogged.subjects[0];
const anything = z.unknown();

jest.setTimeout(30_000);

let nats: TestNats;
let database: TestDatabase;
let replicas: RunningService[];
let metrics: Metrics;
let evaluator: Messaging;
let gateway: Messaging;
let letters: Messaging;
let sql: Client;
let db: DataSource;
let decisions: DecisionsRepository;

beforeAll(async () => {
  [nats, database] = await Promise.all([
    startNats({ users: [...(['decision-log', 'gateway', 'evaluator'] as const).map((user) => ({ user, permissions: permissionsOf(user, allContracts) })), { user: 'reader' }] }),
    createTestDatabase('decision log'),
  ]);
  await migrateAndBootstrap({ adminUrl: database.url, database: database.name, ...passwords, adminKey: undefined }, log);
  metrics = new Metrics({ service: 'decision-log' });
  const config = { nats: credentials('decision-log'), databaseUrl: roleUrl(), logLevel: 'silent', operations: { host: '127.0.0.1', port: 0 } } as const;
  replicas = await Promise.all([metrics, new Metrics({ service: 'decision-log' })].map((own) => startDecisionLog(config, { log, metrics: own, shutdown: new AbortController().signal })));
  evaluator = await openMessaging({ ...credentials('evaluator'), name: 'evaluator', log });
  gateway = await openMessaging({ ...credentials('gateway'), name: 'gateway', log });
  letters = await openMessaging({ ...credentials('reader'), name: 'gateway', log });
  sql = new Client({ connectionString: database.url, options: '-c search_path=decision_log' });
  await sql.connect();
  db = await openDatabase({ url: roleUrl(), schema: 'decision_log', entities: [], applicationName: 'test' });
  decisions = new DecisionsRepository(db);
}, 120_000);

afterAll(async () => {
  await sql.end();
  await db.destroy();
  await Promise.all([evaluator, gateway, letters].map((connection) => connection.close()));
  await Promise.all(replicas.map((replica) => replica.stop()));
  await Promise.all([nats.stop(), database.drop()]);
}, 60_000);

describe('decisions on their way to Postgres', () => {
  it('become rows, word for word, once each, also when they come again', async () => {
    const record = { ...decision('once'), arguments: JSON.parse('{"__proto__": "\\u0000", "half": "\\ud800", "n": 1.5}') as unknown, later_field: { a: 1 } };
    const other = decision('once');
    await publish(record, other);
    await publish(other, record);
    await publish(record);
    await settled();
    const { rows } = await sql.query<{ record: string }>(`SELECT record FROM decisions WHERE guard_id = 'once' ORDER BY id`);
    expect(rows.map((row) => row.record)).toEqual([JSON.stringify(record), JSON.stringify(other)]);
    expect(ok(await get('once', record.id))).toEqual(JSON.parse(JSON.stringify(record)));
  });

  it('are all there after a burst: as many rows as decisions', async () => {
    await Promise.all(Array.from({ length: 100 }, () => publish(...Array.from({ length: 20 }, () => decision('burst')))));
    await settled();
    const { rows } = await sql.query<{ n: number }>(`SELECT count(*)::int AS n FROM decisions WHERE guard_id = 'burst'`);
    expect(rows[0]?.n).toBe(2_000);
    expect(await metrics.prometheusText()).toMatch(/decision_log_lag\S* 0\n/);
    const text = await metrics.prometheusText();
    expect(text).toMatch(/^holdpoint_decision_log_lag_seconds 0$/m);
    expect(text).toMatch(/^holdpoint_decision_log_default_rows \d+$/m);
    const { ready, parts } = await gateway.request(Health['decision-log'], {}, { timeoutMs: 5_000 });
    expect([ready, parts.map(({ part, ok }) => [part, ok])]).toEqual([true, [['nats', true], ['postgres', true], ['lag', true]]]);
  });

  it('that cannot be read go to the dead letters with the reason, alone', async () => {
    const good = [decision('poison'), decision('poison')];
    const noTime = { ...decision('poison'), created_at: '2026-13-45' };
    const nul = { ...decision('poison'), session_id: 'a\0b' };
    const noDate = { ...decision('poison'), created_at: '0000-01-01T00:00:00Z' };
    await publish(good[0], 'not a decision', noTime, nul, noDate, good[1]);
    await settled();
    const { rows } = await sql.query<{ id: string }>(`SELECT id FROM decisions WHERE guard_id = 'poison' ORDER BY id`);
    expect(rows.map(({ id }) => id)).toEqual(good.map(({ id }) => id));
    const kept = await eventually(async () => {
      const found = await deadLetters();
      return found.length >= 4 && found;
    });
    const reasons = Object.fromEntries(kept.map(({ body, reason }) => [typeof body === 'string' ? body : (body as DecisionRecord).id, reason]));
    expect(reasons['not a decision']).toContain('not a decision');
    expect(reasons[noTime.id]).toContain('/created_at');
    expect(reasons[nul.id]).toContain('/session_id');
    expect(reasons[noDate.id]).toContain('refused by the database');
    expect(kept.find(({ body }) => (body as DecisionRecord).id === nul.id)).toMatchObject({ stream: 'DECISION_LOG', subject, encoding: 'json', body: nul });
  });

  it('wait out an outage of the database, and are all written afterwards', async () => {
    await sql.query('BEGIN; LOCK TABLE decisions IN ACCESS EXCLUSIVE MODE');
    const records = Array.from({ length: 5 }, () => decision('outage'));
    await publish(...records);
    await eventually(async () => (await sql.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'decision-log' AND wait_event_type = 'Lock'`)).rows.length > 0);
    await sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'decision-log'`);
    await sql.query('COMMIT');
    await settled();
    expect((await sql.query(`SELECT 1 FROM decisions WHERE guard_id = 'outage'`)).rowCount).toBe(5);
    expect((await deadLetters()).filter(({ body }) => (body as DecisionRecord).guard_id === 'outage')).toEqual([]);
  });

  it('are never refused for lack of a partition; a month that comes later takes its rows over', async () => {
    const [farMonth] = monthPartitions(Date.UTC(2031, 4, 17), 0);
    const far = { ...decision('far'), id: newId('dec', Date.UTC(2031, 4, 17)) };
    await publish(far);
    await settled();
    expect(await partitionOf(far.id)).toBe('decisions_default');
    const [one, two] = await Promise.all([decisions.ensurePartitions(Date.UTC(2031, 4, 2)), decisions.ensurePartitions(Date.UTC(2031, 4, 2))]);
    expect([...one, ...two].sort()).toEqual(['decisions_2031_05', 'decisions_2031_06', 'decisions_2031_07']);
    expect(await partitionOf(far.id)).toBe(farMonth?.name);
    expect(await partitionOf((await firstOf('once')).id)).toBe(monthPartitions(Date.now(), 0)[0]?.name);
  });
});

describe('questions', () => {
  const guard = 'asked';
  let records: DecisionRecord[];

  beforeAll(async () => {
    records = Array.from({ length: 9 }, (_, at) => ({
      ...decision(guard, Date.UTC(2026, 0, 1, 0, 0, at)),
      session_id: at % 2 === 0 ? 'even' : 'odd',
      tool_name: at < 5 ? 'read' : 'write',
      action: at === 3 ? ('block' as const) : ('allow' as const),
      ...(at === 4 && { end_user_id: 'ann' }),
    }));
    await publish(...records);
    await publish(decision('somebody-else', Date.UTC(2026, 0, 1)));
    await settled();
  });

  it('are answered newest first, page by page', async () => {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page: { data: DecisionRecord[]; next_cursor: string | null } = ok(await list({ limit: 4, ...(cursor !== undefined && { cursor }) }));
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(records.map(({ id }) => id).reverse());
  });

  it.each([
    ['session', { session_id: 'odd' }, [7, 5, 3, 1]],
    ['tool, by its exact name', { tool: 'write' }, [8, 7, 6, 5]],
    ['action', { action: 'block' }, [3]],
    ['end user', { end_user_id: 'ann' }, [4]],
    ['policy', { policy_id: 'pol_unknown' }, []],
    ['time, from inclusive and to exclusive', { from: Date.UTC(2026, 0, 1, 0, 0, 2), to: Date.UTC(2026, 0, 1, 0, 0, 4) }, [3, 2]],
    ['time that is no whole number, or out of all bounds', { from: -5, to: 1e300 }, [8, 7, 6, 5, 4, 3, 2, 1, 0]],
    ['several at once', { session_id: 'even', tool: 'read', to: Date.UTC(2026, 0, 1, 0, 0, 4) }, [2, 0]],
    ['text that no column can hold', { session_id: '\0' }, []],
  ] as const)('can be narrowed by %s', async (_what, filter, expected) => {
    expect(ok(await list(filter)).data.map(({ id }) => records.findIndex((record) => record.id === id))).toEqual(expected);
  });

  it('are bound to the guard', async () => {
    const { id } = records[0]!;
    expect(ok(await get(guard, id)).id).toBe(id);
    expect(await get('somebody-else', id)).toMatchObject({ refused: { status: 404, code: 'decision_not_found' } });
    expect(await get(guard, 'dec_unknown')).toMatchObject({ refused: { status: 404 } });
  });

  it('with a cursor of another list are refused', async () => {
    expect(await list({ cursor: 'bm9uZQ' })).toMatchObject({ refused: { status: 400, errors: [{ path: '/cursor' }] } });
  });

  it('are answered in pages that fit a message, however large the records are', async () => {
    const large = Array.from({ length: 6 }, () => ({ ...decision('large'), arguments: { text: 'x'.repeat(900_000) } }));
    for (const record of large) await publish(record);
    await settled();
    const page = ok(await list({ guard_id: 'large', limit: 200 }));
    expect(page.data.map(({ id }) => id)).toEqual(large.map(({ id }) => id).reverse().slice(0, 4));
    const rest = ok(await list({ guard_id: 'large', limit: 200, cursor: page.next_cursor ?? '' }));
    expect([rest.data.length, rest.next_cursor]).toEqual([2, null]);
  });
});

describe('retention', () => {
  it('deletes what is older than its guard keeps it, and nothing of guards it does not know', async () => {
    const now = Date.UTC(2026, 10, 1);
    const day = 24 * 3_600_000;
    const made = [decision('kept-7', now - 8 * day), decision('kept-7', now - 6 * day), decision('kept-30', now - 8 * day), decision('unknown', now - 4_000 * day)];
    await publish(...made);
    await settled();
    const replies: z.output<typeof SyncAccess.reply>[] = [
      { revision: 1, more: true, keys: [], guards: [access('kept-7', 90)], live_evaluators: 0 },
      { revision: 2, more: false, keys: [], guards: [access('kept-7', 7), access('kept-30', 30)], live_evaluators: 0 },
    ];
    const messaging = { request: () => Promise.resolve(replies.shift()) } as unknown as Messaging;
    await new Retention({ messaging, decisions, log }).enforce(now, () => true);
    const { rows } = await sql.query<{ id: string }>('SELECT id FROM decisions WHERE id = ANY($1) ORDER BY id', [made.map(({ id }) => id)]);
    expect(rows.map(({ id }) => id).sort()).toEqual([made[1]!, made[2]!, made[3]!].map(({ id }) => id).sort());
  });

  it('is one replica’s work at a time', async () => {
    let release = (): void => undefined;
    let entered = (): void => undefined;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const first = decisions.alone('test', () => {
      entered();
      return new Promise<void>((resolve) => (release = resolve));
    });
    await inside;
    expect(await decisions.alone('test', () => Promise.reject(new Error('entered twice')))).toBe(false);
    release();
    expect(await first).toBe(true);
    expect(await decisions.alone('test', () => Promise.resolve())).toBe(true);
  });
});

it('says how it is', async () => {
  expect(await gateway.request(Health['decision-log'], {}, { timeoutMs: 5_000 })).toMatchObject({ ready: true });
});

function credentials(user: string) {
  return { servers: nats.url, user, password: nats.user(user).password };
}

function roleUrl(): string {
  const url = new URL(database.url);
  url.username = 'decision_log';
  url.password = passwords.decisionLogPassword;
  return url.href;
}

const publish = (...batch: unknown[]) => evaluator.publish(DecisionsLogged, subject, { decisions: batch }, { timeoutMs: 10_000 });
const list = (query: object) => gateway.request(ListDecisions, { guard_id: 'asked', limit: 50, ...query }, { timeoutMs: 10_000 });
const get = (guardId: string, id: string) => gateway.request(GetDecision, { guard_id: guardId, decision_id: id }, { timeoutMs: 5_000 });
const access = (id: string, days: number) => ({ id, failure_mode: 'closed' as const, max_policy_staleness_seconds: 60, retention_days: days, deleted: false });

/** Everything published so far is acknowledged: a work queue without messages. */
async function settled(): Promise<void> {
  await eventually(async () => (await streamMessages('DECISION_LOG')) === 0, { timeoutMs: 20_000, what: 'the stream worked off' });
}

async function streamMessages(stream: string): Promise<number> {
  const info = await jetstream<{ state: { messages: number } }>(`STREAM.INFO.${stream}`, {});
  return info.state.messages;
}

async function deadLetters(): Promise<z.output<typeof DeadLetters.body>[]> {
  const count = await streamMessages(DeadLetters.stream).catch(() => 0);
  const found = await Promise.all(Array.from({ length: count }, (_, at) => jetstream<{ message: { data: string } }>(`STREAM.MSG.GET.${DeadLetters.stream}`, { seq: at + 1 })));
  return found.map(({ message }) => JSON.parse(Buffer.from(message.data, 'base64').toString()) as z.output<typeof DeadLetters.body>);
}

/** The JetStream API, asked as a user who may. */
async function jetstream<T>(what: string, body: object): Promise<T> {
  return (await letters.request({ kind: 'request', subject: `$JS.API.${what}`, server: 'gateway', callers: ['gateway'], replies: 'one', promise: 'read', request: anything, reply: anything }, body, { timeoutMs: 5_000 })) as T;
}

async function partitionOf(id: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ name: string }>('SELECT tableoid::regclass::text AS name FROM decisions WHERE id = $1', [id]);
  return rows[0]?.name;
}

async function firstOf(guardId: string): Promise<{ id: string }> {
  const { rows } = await sql.query<{ id: string }>('SELECT id FROM decisions WHERE guard_id = $1 LIMIT 1', [guardId]);
  return rows[0]!;
}

function ok<T>(reply: Reply<T>): T {
  if ('refused' in reply) throw new Error(`refused: ${JSON.stringify(reply.refused)}`);
  return reply.ok;
}

function decision(guardId: string, at?: number): DecisionRecord {
  const id = newId('dec', at);
  return {
    id,
    guard_id: guardId,
    session_id: 's',
    tool_name: 'read_file',
    key_id: 'KEYKEYKEYKEY',
    request_id: newId('req'),
    arguments_hash: '0'.repeat(64),
    created_at: new Date(at ?? Date.now()).toISOString(),
    action: 'allow',
    tool_call_id: 'call_1',
    risk_score: 0,
    threats_detected: [],
    threats: [],
    policy_matched: null,
    message: 'Allowed.',
    metadata: { decision_id: id, scanner: 'none', policy_id: null, policy_version: 1, trace_id: 't' },
  };
}
