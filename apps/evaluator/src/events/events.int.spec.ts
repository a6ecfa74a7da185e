import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  allContracts,
  DeadLetters,
  DecisionsLogged,
  EvaluateToolCalls,
  FindFinalDecisions,
  permissionsOf,
  PublicEvents,
  ResumeToolCalls,
  serviceNames,
  ToolCallRefused,
  ToolCallsSubmitted,
  type ApprovalClaim,
  type ClaimAnswer,
  type DecisionRecord,
  type EvaluateAnswer,
  type EvaluateCall,
  type ServiceName,
  type SubmittedMessage,
} from '@holdpoint/contracts';
import { openMessaging, type Messaging } from '@holdpoint/messaging';
import { createLogger, Metrics, type RunningService } from '@holdpoint/runtime';
import { createTestDatabase, eventually, startNats, type TestNats } from '@holdpoint/test-kit';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { startEvaluator } from '../start-evaluator.ts';
import { FakeApprovals, FakePolicyAdmin, policies, policySet } from '../testing/fake-services.ts';
import { evaluatorUrl, migrated } from '../testing/limits-database.ts';
import { requestIdOf } from './event-key.ts';

let nats: TestNats;
let gateway: Messaging;
let workflow: Messaging;
let operator: NatsConnection;
let jsm: JetStreamManager;
let policyAdmin: FakePolicyAdmin;
let approvals: FakeApprovals;
let rows: Rows;
let log: Messaging | undefined;
let metrics: Metrics[];
const stopping: (() => Promise<void>)[] = [];

beforeAll(async () => {
  nats = await startNats({ users: [{ user: 'operator' }, ...serviceNames.map((user) => ({ user, permissions: permissionsOf(user, allContracts) }))] });
  [gateway, workflow] = await Promise.all([connected('gateway'), connected('approval-workflow')]);
  const { user, password } = nats.user('operator');
  operator = await connect({ servers: nats.url, user, pass: password });
  jsm = await jetstreamManager(operator);
}, 60_000);

afterAll(async () => {
  await Promise.all([gateway.close(), workflow.close(), operator.close()]);
  await nats.stop();
});

beforeEach(async () => {
  metrics = [];
  rows = new Rows();
  policyAdmin = new FakePolicyAdmin(connected);
  approvals = new FakeApprovals(connected);
  approvals.claim = (claim) => rows.claim(claim);
  policyAdmin.publish(policySet());
  await Promise.all([policyAdmin.serve(), approvals.serve(), logAnswers(), gateway.ensureStreams([ToolCallsSubmitted])]);
});

afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
  await Promise.all([approvals.leave(), policyAdmin.leave(), log?.close()]);
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
});

describe('a submitted tool call', () => {
  it('that needs no person has its decision in the log before it is acknowledged', async () => {
    await evaluator();
    for (const name of ['read_file', 'delete_file', 'odd_file']) await submit(call(name));
    await workedOff();
    const records = await logged();
    expect(records.map(({ tool_name, action }) => `${tool_name}: ${action}`).sort()).toEqual(['delete_file: block', 'odd_file: warn', 'read_file: allow']);
    for (const { event_key, request_id, metadata, key_id } of records) {
      expect(event_key).toMatch(/^[0-9a-f]{64}$/);
      expect([request_id, metadata.trace_id, key_id]).toEqual([requestIdOf(event_key ?? ''), 'trace_1', 'aaaaaaaaaaaa']);
    }
    expect(await counted('decided')).toBe(3);
  });

  it('is judged exactly as it was sent', async () => {
    await evaluator();
    const text = '{"session_id":"s","tool_call":{"id":"c","name":"payment_create","arguments":{"constructor":"rm -rf","__proto__":{"admin":true},"nul":"\\u0000"}}}';
    await gateway.publish(ToolCallsSubmitted, ToolCallsSubmitted.subjects[0], message(text), { timeoutMs: 5_000 });
    await workedOff();
    expect(JSON.stringify(approvals.claims[0]?.tool_call.arguments)).toBe('{"constructor":"rm -rf","__proto__":{"admin":true},"nul":"\\u0000"}');
    expect(approvals.claims[0]).toMatchObject({ event_key: expect.stringMatching(/^[0-9a-f]{64}$/), trace_id: 'trace_1' });
  });

  it('that is refused: its guard’s world hears why, a person finds the letter, and nothing is decided', async () => {
    await evaluator();
    const seqs = [
      await publish(message('{"session_id":"s","tool_call":{"id":"c","id":"d","name":"t","arguments":{}}}')),
      await publish(message(JSON.stringify({ ...call('read_file'), surprise: 1 }))),
      await publish(message(JSON.stringify(call('read_file')), { agent_ids: ['one', 'two'] })),
      await publish(message(JSON.stringify({ ...call('read_file'), agent_id: 'three' }), { agent_ids: ['one', 'two'] })),
      await publish({ ...message(''), text: undefined, base64: '//4=' }),
      await publish(message(JSON.stringify(call('read_file', { text: 'x'.repeat(1024 ** 2) })))),
      await publish(message(JSON.stringify(call('read_file')), { guard_id: 'nowhere' })),
    ];
    await workedOff();
    const refusals = new Map((await events('tool_call.refused')).map((event) => ToolCallRefused.parse(event)).map((event) => [event.sequence, event]));
    expect(seqs.map((seq) => [refusals.get(seq)?.problem.status, refusals.get(seq)?.problem.code, refusals.get(seq)?.problem.errors?.map(({ path }) => path)])).toEqual([
      [400, 'invalid_input', ['/tool_call/id']],
      [400, 'invalid_input', ['/surprise']],
      [400, 'invalid_input', ['/agent_id']],
      [403, 'agent_not_allowed', undefined],
      [400, 'invalid_input', ['']],
      [413, 'body_too_large', undefined],
      [404, 'guard_not_found', undefined],
    ]);
    expect(refusals.get(seqs[1] ?? 0)).toMatchObject({ guard_id: 'default', key_id: 'aaaaaaaaaaaa', session_id: 'session_1', tool_call_id: expect.stringMatching(/^call_/), problem: { errors: [{ path: '/surprise', message: 'unknown field' }] } });
    expect((await letters()).map(({ stream, seq }) => `${stream} ${seq}`).sort()).toEqual(seqs.map((seq) => `TOOL_CALLS ${seq}`).sort());
    expect(await logged()).toEqual([]);
    expect([await counted('refused'), await counter('holdpoint_dead_letters_total{stream="TOOL_CALLS"}')]).toEqual([7, 7]);
  });

  it('comes again until the world can hear that it is refused', async () => {
    await evaluator();
    await jsm.streams.delete('EVENTS');
    const full = operator.subscribe('hp.v1.guard.*.tool_call.refused', { callback: (_error, refusal) => void refusal.respond('{"error":{"description":"no space left"}}') });
    await publish(message('garbage'));
    await eventually(async () => (await counted('later')) >= 2);
    expect(await letters()).toEqual([]);
    await full.drain();
    await workedOff();
    expect([(await events('tool_call.refused')).length, (await letters()).length]).toEqual([1, 1]);
  });

  it('that wants a person is parked, and released once after a person has approved', async () => {
    await evaluator();
    const asked = call('payment_create', { amount: 1 });
    await submit(asked);
    await workedOff();
    expect(await logged()).toMatchObject([{ action: 'require_approval', approval_id: 'apr_1', event_key: approvals.claims[0]?.event_key }]);
    rows.settle('apr_1', 'approved');
    expect(await resume(resumed(approvals.claims[0]))).toEqual(['decided']);
    expect(rows.releases).toMatchObject([{ action: 'allow', event_key: approvals.claims[0]?.event_key, metadata: { replayed: false } }]);
    // The release's own record travels with its transaction.
    expect((await logged()).filter(({ action }) => action !== 'require_approval')).toEqual([]);
  });

  it.each(['rejected', 'expired', 'cancelled', 'lapsed'] as const)('whose approval is %s ends in a block', async (state) => {
    await evaluator();
    await submit(call('payment_create'));
    await workedOff();
    rows.settle('apr_1', state);
    expect(await resume(resumed(approvals.claims[0]))).toEqual(['decided']);
    expect((await finals()).map(({ action, code }) => [action, code])).toEqual([['block', `approval_${state}`]]);
  });

  it('with the call id of another parked call ends in a conflict of its own', async () => {
    await evaluator();
    const first = call('payment_create', { amount: 1 });
    await submit(first);
    await workedOff();
    await submit({ ...first, tool_call: { ...first.tool_call, arguments: { amount: 2 } } });
    await workedOff();
    expect(await finals()).toMatchObject([{ action: 'block', code: 'call_id_conflict' }]);
    expect(new Set((await logged()).map(({ event_key }) => event_key)).size).toBe(2);
  });
});

describe('a submitted tool call that comes again', () => {
  it('after its final decision parks nothing, also when today’s policies want a person', async () => {
    await evaluator();
    const asked = call('read_file');
    await submit(asked);
    await workedOff();
    const revision = policyAdmin.publish(policySet({ version: 2, default_action: 'require_approval' }));
    policyAdmin.tell(revision);
    await eventually(() => policyAdmin.confirmed === revision);
    await submit(asked);
    await workedOff();
    expect(approvals.claims).toEqual([]);
    expect(await logged()).toHaveLength(1);
  });

  it('while another evaluator has it in hand is parked once', async () => {
    await Promise.all([evaluator(), evaluator()]);
    const release = approvals.hold();
    await submit(call('payment_create'));
    await eventually(() => approvals.claims.length === 1);
    const { num_ack_pending, delivered } = await jsm.consumers.info('TOOL_CALLS', 'evaluators');
    expect(num_ack_pending).toBe(1);
    operator.publish(`$JS.ACK.TOOL_CALLS.evaluators.1.${delivered.stream_seq}.${delivered.consumer_seq}.0.0`, '-NAK');
    await eventually(() => approvals.claims.length === 2);
    release();
    await workedOff();
    expect(rows.size).toBe(1);
    expect((await logged()).map(({ action, approval_id }) => [action, approval_id])).toEqual([['require_approval', 'apr_1'], ['require_approval', 'apr_1']]);
  });

  it('after a person has approved is released once, whoever is first: its message or the finishing', async () => {
    await Promise.all([evaluator(), evaluator()]);
    const asked = call('payment_create');
    await submit(asked);
    await workedOff();
    rows.settle('apr_1', 'approved');
    const again = resumed(approvals.claims[0]);
    const [states] = await Promise.all([resume(again, again), submit(asked), resume(again)]);
    await workedOff();
    expect(states).toEqual(['decided', 'decided']);
    expect(rows.releases).toHaveLength(1);
    expect(await finals()).toEqual([]);
  });
});

describe('a part that is down', () => {
  it('the approval service: calls wait for it, and nothing of that is logged', async () => {
    await evaluator();
    await approvals.leave();
    await submit(call('payment_create'));
    await submit(call('read_file'));
    await eventually(async () => (await counted('later')) >= 2);
    expect((await logged()).map(({ action }) => action)).toEqual(['allow']);
    await approvals.serve();
    await workedOff();
    expect((await logged()).map(({ action }) => action)).toEqual(['allow', 'require_approval']);
  });

  it('the approval service: thousands of calls that wait for it hold back none that needs no person', async () => {
    await evaluator();
    await approvals.leave();
    await Promise.all(Array.from({ length: 2_100 }, () => submit(call('payment_create'))));
    await eventually(async () => (await jsm.consumers.info('TOOL_CALLS', 'evaluators')).num_ack_pending >= 2_000, { timeoutMs: 20_000, what: 'all of them wait' });
    await submit(call('read_file'));
    await eventually(async () => (await logged()).length === 1, { timeoutMs: 10_000, what: 'the one that needs no person is decided' });
    expect(await logged()).toMatchObject([{ tool_name: 'read_file', action: 'allow' }]);
  }, 60_000);

  it('the approval service hangs: calls that wait for it are not tried instead of those that need no person', async () => {
    await evaluator();
    const release = approvals.hold();
    await Promise.all(Array.from({ length: 1_000 }, () => submit(call('payment_create'))));
    await submit(call('read_file'));
    await eventually(async () => (await logged()).some(({ tool_name }) => tool_name === 'read_file'), { timeoutMs: 15_000, what: 'the one that needs no person is decided' });
    expect(await counted('parked')).toBe(0);
    release();
    await eventually(async () => (await counted('parked')) >= 50, { timeoutMs: 15_000, what: 'calls that waited are parked' });
  }, 60_000);

  it('the log writer: nothing is parked while nobody can tell what is decided', async () => {
    await evaluator();
    await log?.close();
    await submit(call('payment_create'));
    await submit(call('read_file'));
    await eventually(async () => (await counted('later')) >= 2);
    expect(approvals.claims).toEqual([]);
    await logAnswers();
    await workedOff();
    expect((await logged()).map(({ action }) => action)).toEqual(['allow', 'require_approval']);
  });

  it('the log: calls wait until it takes decisions', async () => {
    await evaluator();
    await jsm.streams.update('DECISION_LOG', { max_bytes: 1 });
    await submit(call('read_file'));
    await eventually(async () => (await counted('later')) >= 2);
    await jsm.streams.update('DECISION_LOG', { max_bytes: DecisionsLogged.maxBytes });
    await workedOff();
    expect((await logged()).map(({ action }) => action)).toEqual(['allow']);
  });

  it('Postgres: calls that meet a limit wait for it, and others do not', async () => {
    policyAdmin.publish(policySet({ version: 2, policies: [limit, ...policies] }));
    await evaluator();
    await submit(call('calm_1'));
    await submit(call('read_file'));
    await eventually(async () => (await logged()).length === 1 && (await counted('later')) >= 2);
    expect(await logged()).toMatchObject([{ tool_name: 'read_file' }]);
  }, 30_000);

  it('the log: a call that is delivered again and again meanwhile counts once', async () => {
    const database = await createTestDatabase('event_limits', migrated);
    stopping.push(() => database.drop());
    policyAdmin.publish(policySet({ version: 2, policies: [limit] }));
    await evaluator(evaluatorUrl(database));
    await jsm.streams.update('DECISION_LOG', { max_bytes: 1 });
    await submit(call('calm_1'));
    await submit(call('calm_2'));
    await eventually(async () => (await counted('later')) >= 6);
    await jsm.streams.update('DECISION_LOG', { max_bytes: DecisionsLogged.maxBytes });
    await workedOff();
    await submit(call('calm_3'));
    await workedOff();
    const decisions = await logged();
    expect(decisions.map(({ tool_name, code }) => `${tool_name}: ${code ?? 'allowed'}`).sort()).toEqual(['calm_1: allowed', 'calm_2: allowed', 'calm_3: rate_limit_exceeded']);
    expect(decisions.find(({ tool_name }) => tool_name === 'calm_3')?.retry_after_seconds).toBeGreaterThan(500);
  }, 30_000);

  it.each(['open', 'closed'] as const)('policy-admin: past the guard’s patience nothing is decided, failure mode %s', async (failure_mode) => {
    policyAdmin.publish(policySet({ version: 2, max_policy_staleness_seconds: 0, failure_mode }));
    await evaluator();
    await policyAdmin.leave();
    // What comes before the lease has run out is decided.
    await eventually(async () => {
      await submit(call('read_file'));
      return (await counted('later')) >= 2;
    }, { everyMs: 200 });
    await policyAdmin.serve();
    await workedOff();
    expect((await logged()).map(({ action, code, metadata }) => [action, code, metadata.policy_stale, metadata.failed_open])).toEqual((await logged()).map(() => ['allow', undefined, undefined, undefined]));
    expect((await logged()).length).toBe((await counted('decided')));
  }, 30_000);

  it('policy-admin: a guard that nobody knows is not refused before policy-admin has said so', async () => {
    await evaluator();
    await policyAdmin.leave();
    await publish(message(JSON.stringify(call('read_file')), { guard_id: 'young' }));
    await eventually(async () => (await counted('later')) >= 2);
    policyAdmin.publish(policySet({ guard_id: 'young' }));
    await policyAdmin.serve();
    await workedOff();
    expect(await logged()).toMatchObject([{ guard_id: 'young', action: 'allow' }]);
    expect(await events('tool_call.refused')).toEqual([]);
  }, 30_000);

  it('that is slow never holds back calls that somebody waits for', async () => {
    await evaluator();
    const release = approvals.hold();
    await Promise.all(Array.from({ length: 300 }, () => submit(call('payment_create'))));
    await eventually(() => approvals.claims.length >= 64);
    const answers = await Promise.all(Array.from({ length: 40 }, () => validate('read_file')));
    expect(answers.every(({ result }) => result?.action === 'allow')).toBe(true);
    release();
    await workedOff();
    expect(rows.size).toBe(300);
  }, 30_000);
});

describe('an event call whose approval is settled', () => {
  beforeEach(async () => {
    await evaluator();
    await submit(call('payment_create'));
    await workedOff();
    rows.settle('apr_1', 'approved');
  });

  it('waits when the log, the approval service or newer policies want it to', async () => {
    const again = resumed(approvals.claims[0]);
    await log?.close();
    expect(await resume(again)).toEqual(['later']);
    await logAnswers();
    for (const answer of [{ state: 'failed' }, { state: 'pending', approval_id: 'apr_1' }] as const) {
      approvals.claim = () => answer;
      expect(await resume(again)).toEqual(['later']);
    }
    expect(await finals()).toEqual([]);
    expect((await logged()).length).toBe(1);
    approvals.claim = (claim) => rows.claim(claim);
    expect(await resume(again)).toEqual(['decided']);
  });

  it('that is parked anew waits for people again', async () => {
    approvals.claim = () => ({ state: 'pending', approval_id: 'apr_2' });
    expect(await resume(resumed(approvals.claims[0]))).toEqual(['parked']);
    expect(await finals()).toEqual([]);
  });

  it.each([
    ['allow', 'allow', 'superseded'],
    ['block', 'block', 'recorded'],
  ] as const)('that today’s policies %s by themselves is decided by them', async (default_action, action, said) => {
    const revision = policyAdmin.publish(policySet({ version: 2, policies: [], default_action }));
    policyAdmin.tell(revision);
    await eventually(() => policyAdmin.confirmed === revision);
    approvals.report = () => said;
    expect(await resume(resumed(approvals.claims[0]))).toEqual(['decided']);
    expect(approvals.verdicts).toMatchObject([{ approval_id: 'apr_1', action, policy_version: 2 }]);
    expect(await finals()).toMatchObject([{ action, event_key: approvals.claims[0]?.event_key }]);
    expect(rows.releases).toEqual([]);
  });

  it('of a guard that was deleted meanwhile ends in a block', async () => {
    const revision = policyAdmin.publish(policySet({ version: 2, deleted: true }));
    policyAdmin.tell(revision);
    await eventually(() => policyAdmin.confirmed === revision);
    expect(await resume(resumed(approvals.claims[0]))).toEqual(['decided']);
    expect(await finals()).toMatchObject([{ action: 'block', code: 'could_not_judge', event_key: approvals.claims[0]?.event_key, metadata: { policy_version: null } }]);
    expect(await resume(resumed(approvals.claims[0]))).toEqual(['decided']);
  });

  it('that has its final decision already releases nothing', async () => {
    await gateway.publish(ToolCallsSubmitted, ToolCallsSubmitted.subjects[0], message('x'), { timeoutMs: 5_000 });
    const [claim] = approvals.claims;
    await publishDecision({ ...rows.recordOf(claim), action: 'block' });
    expect(await resume(resumed(claim))).toEqual(['decided']);
    expect(rows.releases).toEqual([]);
  });
});

type Body = { session_id: string; tool_call: { id: string; name: string; arguments: Record<string, unknown> } };

let calls = 0;
function call(name: string, toolArguments: Record<string, unknown> = {}): Body {
  calls += 1;
  return { session_id: 'session_1', tool_call: { id: `call_${calls}`, name, arguments: toolArguments } };
}

function message(text: string, given: Partial<SubmittedMessage> = {}): SubmittedMessage {
  return { guard_id: 'default', key_id: 'aaaaaaaaaaaa', received_at: Date.now(), trace_id: 'trace_1', text, ...given };
}

async function publish(body: SubmittedMessage): Promise<number> {
  return (await gateway.publish(ToolCallsSubmitted, ToolCallsSubmitted.subjects[0], body, { timeoutMs: 5_000 })).seq;
}

const submit = (body: Body): Promise<number> => publish(message(JSON.stringify(body)));

/** As the approval service asks. */
function resumed(claim: ApprovalClaim | undefined): EvaluateCall {
  if (!claim) throw new Error('nothing was parked');
  const { guard_id, key_id, session_id, tool_call, event_key } = claim;
  return { request_id: 'resume-apr_1', approval_id: 'apr_1', guard_id, key_id, session_id, tool_call, event_key, trace_id: 'trace_1' };
}

const limit = { ...policies[0]!, name: 'Calmly', tool_pattern: 'calm_*', action: 'rate_limit' as const, rate_limit: { max_requests: 2, window_seconds: 600 } };

const resume = async (...asked: EvaluateCall[]): Promise<string[]> => (await workflow.request(ResumeToolCalls, { calls: asked }, { timeoutMs: 8_000 })).answers;

async function validate(name: string): Promise<EvaluateAnswer> {
  const asked = { ...call(name), request_id: `req_${calls}`, guard_id: 'default', key_id: 'aaaaaaaaaaaa', trace_id: 'trace_1' };
  for await (const { answers } of gateway.requestParts(EvaluateToolCalls, { calls: [asked] }, { timeoutMs: 5_000 })) if (answers[0]) return answers[0];
  throw new Error('no answer');
}

/** Most of what is here is not counted, and needs no Postgres. */
async function evaluator(databaseUrl = 'postgres://evaluator:nobody@127.0.0.1:1/holdpoint'): Promise<RunningService> {
  const { user, password } = nats.user('evaluator');
  const config = { nats: { servers: nats.url, user, password }, databaseUrl, logLevel: 'silent' as const, operations: { host: '127.0.0.1', port: 0 }, concurrency: 32, parkingLimit: 500 };
  const own = new Metrics({ service: 'evaluator' });
  metrics.push(own);
  const running = await startEvaluator({ config, log: createLogger({ service: 'evaluator', level: 'silent' }), metrics: own, shutdown: new AbortController().signal });
  stopping.push(() => running.stop().then(() => own.close()));
  return running;
}

async function connected(name: ServiceName): Promise<Messaging> {
  const { user, password } = nats.user(name);
  return await openMessaging({ servers: nats.url, user, password, name, log: createLogger({ service: name, level: 'silent' }) });
}

/** Every message is acknowledged. */
async function workedOff(): Promise<void> {
  await eventually(async () => (await jsm.streams.info('TOOL_CALLS')).state.messages === 0, { timeoutMs: 20_000, what: 'every submitted call worked off' });
}

/** Stands in for the log writer: what the stream holds is what Postgres would. */
async function logAnswers(): Promise<void> {
  const messaging = (log = await connected('decision-log'));
  await messaging.ensureStreams([DecisionsLogged]);
  await messaging.answer(FindFinalDecisions.subject, FindFinalDecisions.server, (request) => {
    const { calls: asked } = request.json<z.output<typeof FindFinalDecisions.request>>();
    void finals().then((decided) => {
      const keys = new Set(decided.map(({ event_key }) => event_key));
      if (messaging.connected) request.respond(JSON.stringify({ decided: asked.map(({ event_key }) => event_key).filter((key) => keys.has(key)) }));
    });
  });
}

async function stored(stream: string): Promise<readonly Readonly<{ subject: string; body: unknown }>[]> {
  const { state } = await jsm.streams.info(stream);
  const found = [];
  for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; seq += 1) {
    const kept = await jsm.streams.getMessage(stream, { seq });
    if (kept) found.push({ subject: kept.subject, body: kept.json() });
  }
  return found;
}

const logged = async (): Promise<readonly DecisionRecord[]> => (await stored('DECISION_LOG')).flatMap(({ body }) => (body as { decisions: DecisionRecord[] }).decisions);
const finals = async (): Promise<readonly DecisionRecord[]> => (await logged()).filter(({ action }) => action !== 'require_approval');
const events = async (what: 'tool_call.refused'): Promise<readonly unknown[]> => (await stored(PublicEvents.stream)).filter(({ subject }) => subject.endsWith(what)).map(({ body }) => body);

async function letters(): Promise<readonly z.output<typeof DeadLetters.body>[]> {
  const made = await jsm.streams.info(DeadLetters.stream).then(() => true, () => false);
  return made ? (await stored(DeadLetters.stream)).map(({ body }) => DeadLetters.body.parse(body)) : [];
}

const publishDecision = (record: DecisionRecord) => workflow.publish(DecisionsLogged, DecisionsLogged.subjects[0], { decisions: [record] }, { timeoutMs: 5_000 });

const counted = (result: string): Promise<number> => counter(`holdpoint_tool_call_events_total{result="${result}"}`);

async function counter(series: string): Promise<number> {
  const texts = await Promise.all(metrics.map((own) => own.prometheusText()));
  return texts.flatMap((text) => text.split('\n')).filter((line) => line.startsWith(series)).reduce((sum, line) => sum + Number(line.slice(series.length + 1)), 0);
}

type Row = { id: string; argumentsHash: string; state: ClaimAnswer['state'] | 'approved'; releaseId?: string };

/** The rows of parked calls, by the rules of the approval service as far as a test needs them. */
class Rows {
  readonly releases: DecisionRecord[] = [];
  private readonly rows = new Map<string, Row>();

  get size(): number {
    return this.rows.size;
  }

  settle(id: string, state: Row['state']): void {
    for (const row of this.rows.values()) if (row.id === id) row.state = state;
  }

  recordOf(claim: ApprovalClaim | undefined): DecisionRecord {
    if (!claim) throw new Error('nothing was parked');
    return claim.release_record;
  }

  claim({ session_id, tool_call, arguments_hash, request_id, release_record }: ApprovalClaim): ClaimAnswer {
    const place = `${session_id} ${tool_call.id}`;
    const row = this.rows.get(place);
    if (!row) {
      const parked: Row = { id: `apr_${this.rows.size + 1}`, argumentsHash: arguments_hash, state: 'pending' };
      this.rows.set(place, parked);
      return { state: 'pending', approval_id: parked.id };
    }
    if (row.argumentsHash !== arguments_hash) return { state: 'conflict' };
    if (row.state === 'approved') {
      row.state = 'released';
      row.releaseId = request_id;
      this.releases.push(release_record);
    }
    const state = row.state === 'released' && row.releaseId !== request_id ? 'replayed' : row.state;
    return { state, approval_id: row.id, ...(row.releaseId === undefined ? {} : { release_id: row.releaseId, release_decision_id: this.releases[0]?.id ?? '' }) };
  }
}
