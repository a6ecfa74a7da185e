import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { allContracts, DecisionsLogged, DryRunToolCall, EvaluateToolCalls, permissionsOf, serviceNames, type ExplanationLine, type ServiceName } from '@holdpoint/contracts';
import { openMessaging, type Messaging } from '@holdpoint/messaging';
import { createLogger, Metrics, type RunningService } from '@holdpoint/runtime';
import { eventually, startNats, type TestNats } from '@holdpoint/test-kit';
import type { z } from 'zod';
import { startEvaluator } from '../start-evaluator.ts';
import { FakeApprovals, FakePolicyAdmin, policies, policySet } from '../testing/fake-services.ts';
import type { AskedDryRun } from './dry-run.ts';

let nats: TestNats;
let gateway: Messaging;
let policyAdmin: FakePolicyAdmin;
let approvals: FakeApprovals;
let logged = 0;
const stopping: (() => Promise<void>)[] = [];

beforeAll(async () => {
  nats = await startNats({ users: serviceNames.map((user) => ({ user, permissions: permissionsOf(user, allContracts) })) });
  gateway = await connected('gateway');
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await nats.stop();
});
beforeEach(async () => {
  policyAdmin = new FakePolicyAdmin(connected);
  approvals = new FakeApprovals(connected);
  policyAdmin.publish(policySet());
  await Promise.all([policyAdmin.serve(), approvals.serve()]);
  const log = await connected('decision-log');
  const consumption = log.consume(DecisionsLogged, { maxBatch: 10, maxWaitMs: 10 }, (batch) => Promise.resolve(void (logged += batch.length)));
  stopping.push(() => log.close(), () => consumption.stop());
});
afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
  await Promise.all([approvals.leave(), policyAdmin.leave()]);
});

describe('a dry run', () => {
  it('answers and explains, and parks and records nothing', async () => {
    await evaluator();
    logged = 0;
    const { answer, lines } = await dryRun(asking('payment_create', { id: 7 }));
    expect(answer).toMatchObject({ dry_run: true, action: 'require_approval', policy_matched: 'require_approval payment_*', metadata: { policy_version: 1, policy_hash: 'hash_1' } });
    expect(lines.map(({ outcome }) => outcome)).toEqual(['not_matched', 'decided', 'not_reached']);
    expect((await dryRun(asking('odd_file'))).answer).toMatchObject({ action: 'warn' });
    expect(approvals.claims).toEqual([]);
    // A real call comes after them in the stream, and alone.
    for await (const part of gateway.requestParts(EvaluateToolCalls, { calls: [realCall] }, { timeoutMs })) expect(part.answers).toHaveLength(1);
    await eventually(() => logged > 0);
    expect(logged).toBe(1);
  });

  it('needs nobody who counts', async () => {
    policyAdmin.publish(policySet({ version: 2, policies: [{ ...policies[0]!, tool_pattern: '*', action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 60 } }] }));
    await evaluator();
    for (const id of ['s1', 's2', 's3']) expect((await dryRun({ ...asking('search_web'), session_id: id })).answer).toMatchObject({ action: 'rate_limit', within: { action: 'allow' } });
  });

  it('is judged by drafts in place of the guard’s policies', async () => {
    await evaluator();
    const drafts = [{ name: 'Everything', tool_pattern: '*', action: 'block', priority: 1 }, { name: 'Off', tool_pattern: '*', action: 'allow', is_active: false }];
    const { answer, lines } = await dryRun({ ...asking('payment_create'), drafts });
    expect(answer).toMatchObject({ action: 'block', policy_matched: 'Everything', metadata: { policy_id: 'p1', policy_version: null } });
    expect(lines.map(({ policy_id, outcome }) => [policy_id, outcome])).toEqual([['p1', 'decided'], ['p2', 'inactive']]);
    expect((await dryRun({ ...asking('payment_create'), drafts: [] })).answer).toMatchObject({ action: 'allow' });
    expect((await dryRun(asking('payment_create'))).answer).toMatchObject({ action: 'require_approval' });
  });

  it('with drafts that cannot be used is refused with their places', async () => {
    await evaluator();
    expect(await dryRun({ ...asking('x'), drafts: [{ name: 'D', tool_pattern: '[', action: 'block' }] })).toMatchObject({ refused: { status: 400, errors: [{ path: '/policies/0/tool_pattern' }] } });
  });

  it('of a guard that nobody knows is given back', async () => {
    await evaluator();
    expect(await dryRun({ ...asking('x'), guard_id: 'nobody' })).toMatchObject({ not_judged: 'no_policy_set' });
  });

  it('of a guard made a moment ago is answered', async () => {
    await evaluator();
    policyAdmin.publish(policySet({ guard_id: 'young' }));
    expect((await dryRun({ ...asking('delete_file'), guard_id: 'young' })).answer).toMatchObject({ action: 'block' });
  });

  it('explains ten thousand policies in as many messages as they need', async () => {
    const name = 'ü'.repeat(200);
    const many = Array.from({ length: 10_000 }, (_, n) => ({ ...policies[0]!, id: `pol_${String(n).padStart(26, '0')}`, name, tool_pattern: `tool_${n}` }));
    policyAdmin.publish(policySet({ guard_id: 'large', policies: many }));
    await evaluator();
    const { lines } = await dryRun({ ...asking('tool_9999'), guard_id: 'large' });
    expect(lines).toHaveLength(10_000);
    expect(lines.at(-1)).toMatchObject({ outcome: 'decided' });
    expect(Buffer.byteLength(JSON.stringify(lines))).toBeGreaterThan(gateway.maxPayload / 2);
  }, 60_000);

  it('says that the policies could not be confirmed, and past the guard’s limit is given back', async () => {
    policyAdmin.publish(policySet({ guard_id: 'strict', max_policy_staleness_seconds: 0 }));
    await evaluator();
    await policyAdmin.leave();
    await eventually(async () => (await dryRun({ ...asking('x'), guard_id: 'strict' })).not_judged === 'lease_lapsed', { timeoutMs: 20_000 });
    expect((await dryRun(asking('delete_file'))).answer).toMatchObject({ action: 'block', metadata: { policy_stale: true } });
  }, 30_000);
});

const timeoutMs = 10_000;
const realCall = { request_id: 'req_1', guard_id: 'default', key_id: 'aaaaaaaaaaaa', session_id: 's1', tool_call: { id: 'c1', name: 'odd_file', arguments: {} }, trace_id: 't1' };

function asking(name: string, toolArguments: Record<string, unknown> = {}): AskedDryRun {
  return { guard_id: 'default', tool_call: { id: 'c1', name, arguments: toolArguments }, explain: true, trace_id: 't1' };
}

type Part = z.output<typeof DryRunToolCall.reply>;

async function dryRun(asked: AskedDryRun): Promise<Omit<Part, 'lines'> & { lines: ExplanationLine[] }> {
  const all: Omit<Part, 'lines'> & { lines: ExplanationLine[] } = { lines: [] };
  for await (const { lines = [], ...part } of gateway.requestParts(DryRunToolCall, asked, { timeoutMs })) {
    Object.assign(all, part);
    all.lines.push(...lines);
  }
  return all;
}

async function evaluator(): Promise<RunningService> {
  const { user, password } = nats.user('evaluator');
  // Nobody counts: the database of the limits is not there.
  const databaseUrl = 'postgres://evaluator:nobody@127.0.0.1:1/holdpoint';
  const config = { nats: { servers: nats.url, user, password }, databaseUrl, logLevel: 'silent' as const, operations: { host: '127.0.0.1', port: 0 }, concurrency: 32, parkingLimit: 500 };
  const metrics = new Metrics({ service: 'evaluator' });
  const running = await startEvaluator({ config, log: createLogger({ service: 'evaluator', level: 'silent' }), metrics, shutdown: new AbortController().signal });
  stopping.push(() => running.stop().then(() => metrics.close()));
  return running;
}

async function connected(name: ServiceName, as: string = name): Promise<Messaging> {
  const { user, password } = nats.user(as);
  return await openMessaging({ servers: nats.url, user, password, name, log: createLogger({ service: name, level: 'silent' }) });
}
