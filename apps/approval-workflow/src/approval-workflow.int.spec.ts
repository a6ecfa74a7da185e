import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  type Actor,
  allContracts,
  type ApprovalClaim,
  ApprovalResolved,
  CancelApproval,
  ClaimApprovals,
  DecisionsLogged,
  GetApproval,
  Health,
  ListApprovals,
  permissionsOf,
  ReadApprovalStatuses,
  ReportVerdicts,
  serviceNames,
  VoteOnApproval,
  type ServiceName,
} from '@holdpoint/contracts';
import { type Messaging, openMessaging } from '@holdpoint/messaging';
import { migrate, openDatabase, OutboxRow } from '@holdpoint/persistence';
import { createLogger, Metrics, newId, type RunningService } from '@holdpoint/runtime';
import { createTestDatabase, eventually, startNats, startPostgres, type TestDatabase, type TestNats, type TestPostgres } from '@holdpoint/test-kit';
import type { DataSource } from 'typeorm';
import { Approvals } from './approvals/approvals.repository.ts';
import { ClaimApprovals as Claims } from './approvals/claim-approvals.ts';
import { Seal } from './approvals/seal.ts';
import type { ApprovalWorkflowConfig } from './config.ts';
import { migrations, schema } from './migrations/migrations.ts';
import { startApprovalWorkflow } from './service.ts';

jest.setTimeout(60_000);

let nats: TestNats;
let postgres: TestPostgres;
let database: TestDatabase;
let gateway: Messaging;
let evaluator: Messaging;
let decisionLog: Messaging;
const replicas: RunningService[] = [];
const resolved: { approval_id: string; status: string }[] = [];
const logged: { id: string; approval_id: string; arguments: unknown }[] = [];

beforeAll(async () => {
  nats = await startNats({ users: serviceNames.map((user) => ({ user, permissions: permissionsOf(user, allContracts) })) });
  postgres = await startPostgres();
  database = await createTestDatabase('approval workflow', migrated);
  // Test clusters answer before they have written; a kill is to lose nothing here.
  await inDatabase((db) => db.query(`ALTER ROLE ${schema} SET synchronous_commit = on`));
  [gateway, evaluator, decisionLog] = await Promise.all([connected('gateway'), connected('evaluator'), connected('decision-log')]);
  gateway.onBroadcast(ApprovalResolved, (told) => void resolved.push(told));
  await decisionLog.ensureStreams([DecisionsLogged]);
  decisionLog.consume(DecisionsLogged, { maxBatch: 100, maxWaitMs: 0 }, async (batch) => {
    for (const { body } of batch) logged.push(...(body.decisions as typeof logged));
  });
  replicas.push(...(await Promise.all([replica(), replica()])));
}, 180_000);

afterAll(async () => {
  await Promise.all(replicas.map(({ stop }) => stop()));
  await Promise.all([gateway, evaluator, decisionLog].map((messaging) => messaging.drain()));
  await database.drop();
  await Promise.all([nats.stop(), postgres.stop()]);
}, 60_000);

describe('a parked call', () => {
  it('is shown exactly as it was sent', async () => {
    const sent = '{"__proto__":{"admin":true},"constructor":"rm","nul":"a\\u0000b","rtl":"\\u202e","n":-0.5}';
    const asked = claim({ tool_call: { id: newId('call'), name: 'constructor', arguments: JSON.parse(sent) as Record<string, unknown> } });
    const approval_id = await park(asked);
    const reply = await gateway.request(GetApproval, { guard_id: guard, approval_id }, { timeoutMs });
    if ('refused' in reply) throw new Error(reply.refused.code);
    expect(JSON.stringify(reply.ok.tool_call.arguments)).toBe(JSON.stringify(JSON.parse(sent)));
    expect(await gateway.request(ListApprovals, { guard_id: guard, limit: 1, status: 'pending' }, { timeoutMs })).toMatchObject({ ok: { data: [{ id: approval_id }] } });
  });

  it('is released to exactly one of 50 racing askers, and the decision log hears of it once', async () => {
    const asked = claim();
    const approval_id = await park(asked);
    await approve(approval_id);
    const requests = Array.from({ length: 50 }, () => again(asked));
    const replies = await Promise.all(requests.map((request) => evaluator.request(ClaimApprovals, { claims: [request] }, { timeoutMs })));
    const answers = replies.map(({ answers: [answer] }) => answer!);
    const winners = requests.filter((_, n) => answers[n]!.state === 'released');
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ state }) => state === 'replayed')).toHaveLength(49);
    const [record] = await eventually(() => ofApproval(approval_id).length > 0 && ofApproval(approval_id));
    expect(record).toMatchObject({ id: winners[0]!.release_record.id, approval_id, arguments: { amount: 10 } });
    await eventually(async () => (await outboxRows()) === 0);
    expect(ofApproval(approval_id)).toHaveLength(1);
  });

  it('wakes up whoever waits for it, whatever settles it', async () => {
    const [approved, rejected, cancelled, expired, superseded, stale] = await Promise.all([
      park(claim()),
      park(claim()),
      park(claim()),
      park(claim({ timeout_minutes: 0.01 })),
      ...[claim(), claim()].map(async (asked) => {
        const approval_id = await park(asked);
        lastAsked.set(approval_id, asked);
        return approval_id;
      }),
    ]);
    await approve(approved);
    await gateway.request(VoteOnApproval, { guard_id: guard, approval_id: rejected, actor: approver, choice: 'reject' }, { timeoutMs });
    await gateway.request(CancelApproval, { guard_id: guard, approval_id: cancelled, actor: { ...approver, roles: ['admin'] } }, { timeoutMs });
    const { tool_call, ...identity } = lastAsked.get(superseded!)!;
    const verdict = { ...identity, approval_id: superseded!, call_id: tool_call.id, tool_name: tool_call.name, action: 'allow' as const, policy_version: 8 };
    expect(await evaluator.request(ReportVerdicts, { verdicts: [verdict] }, { timeoutMs })).toEqual({ answers: ['superseded'] });
    await park({ ...again(lastAsked.get(stale!)!), policy_id: 'pol_2', policy_version: 8 });
    const statuses = { approved, rejected, cancelled, expired, superseded: superseded!, stale: stale! };
    for (const [status, approval_id] of Object.entries(statuses)) await eventually(() => resolved.some((told) => told.approval_id === approval_id && told.status === status), { what: `word of ${status}` });
    const approvals = Object.values(statuses).map((approval_id) => ({ guard_id: guard, approval_id }));
    const told = await gateway.request(ReadApprovalStatuses, { approvals }, { timeoutMs });
    expect(Object.fromEntries(told.statuses.map(({ approval_id, status }) => [status, approval_id]))).toEqual(statuses);
  });
});

describe('when something is down', () => {
  it('a release committed while NATS is gone reaches the decision log once it is back', async () => {
    const asked = claim();
    const approval_id = await park(asked);
    await approve(approval_id);
    await nats.kill();
    // What a replica does whose connection is lost after it took the request.
    await inDatabase(async (db) => {
      const claims = new Claims({ approvals: new Approvals({ db, onCommitted: () => undefined }), seal: new Seal(config().secretKey), log });
      expect(await claims.all([again(asked)])).toMatchObject([{ state: 'released' }]);
    });
    await nats.restart();
    await eventually(() => ofApproval(approval_id).length > 0, { timeoutMs: 30_000 });
    await eventually(async () => (await outboxRows()) === 0, { timeoutMs: 30_000 });
    expect(new Set(ofApproval(approval_id).map(({ id }) => id)).size).toBe(1);
  });

  it('says so when Postgres is gone, keeps every parked call, and goes on when it is back', async () => {
    await eventually(() => gateway.connected && evaluator.connected);
    const asked = claim();
    const approval_id = await park(asked);
    await postgres.kill();
    expect(await evaluator.request(ClaimApprovals, { claims: [claim(), again(asked)] }, { timeoutMs })).toEqual({ answers: [{ state: 'failed' }, { state: 'failed' }] });
    expect(await gateway.request(Health['approval-workflow'], {}, { timeoutMs })).toMatchObject({ ready: false, parts: expect.arrayContaining([{ part: 'postgres', ok: false, detail: expect.any(String) }, { part: 'nats', ok: true }]) });
    await postgres.restart();
    await eventually(async () => (await gateway.request(Health['approval-workflow'], {}, { timeoutMs })).ready, { timeoutMs: 30_000 });
    expect(await park(again(asked))).toBe(approval_id);
  });

  it('a deadline that passed while nothing ran fires when something runs again', async () => {
    const approval_id = await park(claim({ timeout_minutes: 0.05 }));
    await Promise.all(replicas.splice(0).map(({ stop }) => stop()));
    await eventually(async () => await overdue(approval_id));
    expect(await statusInDatabase(approval_id)).toBe('pending');
    replicas.push(...(await Promise.all([replica(), replica()])));
    await eventually(() => resolved.some((told) => told.approval_id === approval_id && told.status === 'expired'), { timeoutMs: 30_000 });
    expect(await statusInDatabase(approval_id)).toBe('expired');
  });
});

describe('a replica that stops', () => {
  it('answers what it has taken: of 200 requests none is lost', async () => {
    await eventually(() => gateway.connected && evaluator.connected);
    const [leaving] = replicas.splice(0, 1);
    const asking = Array.from({ length: 200 }, () => evaluator.request(ClaimApprovals, { claims: [claim()] }, { timeoutMs: 10_000 }));
    const stopped = leaving!.stop();
    const replies = await Promise.all(asking);
    await stopped;
    expect(replies.every(({ answers: [answer] }) => answer?.state === 'pending')).toBe(true);
  });
});

describe('a replica', () => {
  it('reports how many wait, since when, what moved and what is unsent', async () => {
    await park(claim());
    await eventually(async () => (await outboxRows()) === 0);
    const text = await metrics.prometheusText();
    expect(text).toMatch(/^holdpoint_approvals_pending(?:\{.*\})? [1-9]/m);
    expect(text).toMatch(/^holdpoint_approvals_oldest_pending_seconds(?:\{.*\})? \d/m);
    expect(text).toMatch(/^holdpoint_approval_transitions_total\{.*status="released".*\} [1-9]/m);
    expect(text).toMatch(/^holdpoint_outbox_rows(?:\{.*\})? 0/m);
  });
});

const guard = 'default';
const timeoutMs = 20_000;
const password = 'test-password';
const log = createLogger({ service: 'test', level: 'silent' });
const metrics = new Metrics({ service: 'approval-workflow' });
const approver: Actor = { key_id: 'bob', roles: ['approver'], guards: '*' };
const lastAsked = new Map<string, ApprovalClaim>();

async function migrated(adminUrl: string): Promise<void> {
  await migrate({ adminUrl, database: new URL(adminUrl).pathname.slice(1), services: [{ service: schema, password, migrations }], log });
}

function serviceUrl(): string {
  const url = new URL(database.url);
  url.username = schema;
  url.password = password;
  return url.href;
}

function config(): ApprovalWorkflowConfig {
  const { user, password: natsPassword } = nats.user('approval-workflow');
  return {
    nats: { servers: nats.url, user, password: natsPassword },
    databaseUrl: serviceUrl(),
    secretKey: Buffer.alloc(32, 9),
    logLevel: 'error',
    operations: { host: '127.0.0.1', port: 0 },
    webhooks: { host: '127.0.0.1', port: 0 },
    privateDestinations: [],
  };
}

async function replica(): Promise<RunningService> {
  return await startApprovalWorkflow({ config: config(), log, metrics, shutdown: new AbortController().signal });
}

async function connected(name: ServiceName): Promise<Messaging> {
  const { user, password: natsPassword } = nats.user(name);
  return await openMessaging({ servers: nats.url, user, password: natsPassword, name, log });
}

async function park(asked: ApprovalClaim): Promise<string> {
  const { answers } = await evaluator.request(ClaimApprovals, { claims: [asked] }, { timeoutMs });
  expect(answers).toMatchObject([{ state: 'pending', approval_id: expect.any(String) }]);
  return answers[0]!.approval_id!;
}

async function approve(approval_id: string): Promise<void> {
  expect(await gateway.request(VoteOnApproval, { guard_id: guard, approval_id, actor: approver, choice: 'approve' }, { timeoutMs })).toMatchObject({ ok: { status: 'approved' } });
}

function ofApproval(approval_id: string): typeof logged {
  return logged.filter((record) => record.approval_id === approval_id);
}

async function inDatabase<T>(work: (db: DataSource) => Promise<T>): Promise<T> {
  const db = await openDatabase({ url: serviceUrl(), schema, applicationName: 'test', entities: [OutboxRow], poolSize: 2, log });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

async function fromDatabase<T>(statement: string, values: unknown[] = []): Promise<T> {
  return await inDatabase(async (db) => {
    const [row] = await db.query<{ value: T }[]>(statement, values);
    return row!.value;
  });
}

async function outboxRows(): Promise<number> {
  return await fromDatabase('SELECT count(*)::float8 AS value FROM outbox');
}

async function statusInDatabase(approval_id: string): Promise<string> {
  return await fromDatabase('SELECT status AS value FROM approvals WHERE approval_id = $1', [approval_id]);
}

async function overdue(approval_id: string): Promise<boolean> {
  return await fromDatabase('SELECT expires_at < extract(epoch FROM clock_timestamp()) * 1000 AS value FROM approvals WHERE approval_id = $1', [approval_id]);
}

/** The same call, asked by another request. */
function again(asked: ApprovalClaim): ApprovalClaim {
  return claim({ ...asked, request_id: newId('req') });
}

function claim(change: Partial<Omit<ApprovalClaim, 'release_record'>> = {}): ApprovalClaim {
  const asked = {
    request_id: newId('req'),
    guard_id: guard,
    key_id: 'agent-key',
    session_id: 'session',
    tool_call: { id: newId('call'), name: 'pay', arguments: { amount: 10 } },
    arguments_hash: 'a'.repeat(64),
    policy_id: 'pol_1',
    policy_version: 7,
    quorum: 1,
    timeout_minutes: 60,
    release_minutes: 60,
    replay_seconds: 60,
    ...change,
  };
  const id = newId('dec');
  const { guard_id, session_id, key_id, request_id, arguments_hash, tool_call } = asked;
  return {
    ...asked,
    release_record: {
      id,
      guard_id,
      session_id,
      key_id,
      request_id,
      arguments_hash,
      arguments: tool_call.arguments,
      tool_name: tool_call.name,
      tool_call_id: tool_call.id,
      action: 'allow',
      risk_score: 0,
      threats: [],
      threats_detected: [],
      policy_matched: 'Approve payments',
      message: 'approved',
      metadata: { decision_id: id, scanner: 'none', policy_id: 'pol_1', policy_version: 7, trace_id: 'trace', replayed: false },
      created_at: '2026-01-01T00:00:00.000Z',
    },
  };
}
