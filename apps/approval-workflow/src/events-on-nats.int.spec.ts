import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { allContracts, ApprovalNews, ClaimApprovals, DeadLetters, type EvaluateCall, OutcomesReported, permissionsOf, PublicEvents, ReportOutcome, ResumeToolCalls, type ServiceName, serviceNames, VoteOnApproval } from '@holdpoint/contracts';
import { type Messaging, NatsStrategy, openMessaging } from '@holdpoint/messaging';
import { Metrics, type RunningService } from '@holdpoint/runtime';
import { createTestDatabase, eventually, startNats, type TestDatabase, type TestNats } from '@holdpoint/test-kit';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { schema } from './migrations/migrations.ts';
import { startApprovalWorkflow } from './service.ts';
import { bob, claim, guard, log, migrated } from './testing/workflow.ts';

jest.setTimeout(60_000);

let nats: TestNats;
let database: TestDatabase;
let gateway: Messaging;
let evaluator: Messaging;
let reader: Messaging;
let replicas: readonly RunningService[];
const metrics = new Metrics({ service: 'approval-workflow' });
const resumed: EvaluateCall[] = [];

beforeAll(async () => {
  nats = await startNats({ users: [...serviceNames.map((user) => ({ user, permissions: permissionsOf(user, allContracts) })), { user: 'reader' }] });
  database = await createTestDatabase('events on nats', migrated);
  [gateway, evaluator, reader] = await Promise.all([connected('gateway'), connected('evaluator'), connected('gateway', 'reader')]);
  await reader.ensureStreams([PublicEvents, DeadLetters]);
  replicas = await Promise.all([replica(), replica()]);
}, 180_000);

afterAll(async () => {
  await Promise.all(replicas.map(({ stop }) => stop()));
  await Promise.all([gateway, evaluator, reader].map((messaging) => messaging.drain()));
  await metrics.close();
  await database.drop();
  await nats.stop();
}, 60_000);

describe('a call that came as an event', () => {
  it('waits, settled, for an evaluator, and is resumed by the first that comes', async () => {
    const ids = await Promise.all(['a', 'b'].map((name) => park({ event_key: name.repeat(64) })));
    await Promise.all(ids.map((approval_id, n) => gateway.request(VoteOnApproval, { guard_id: guard, approval_id, actor: bob, choice: n === 0 ? 'approve' : 'reject' }, { timeoutMs })));
    expect(await metrics.prometheusText()).toMatch(/^holdpoint_event_calls_unfinished(?:\{.*\})? 2/m);
    const strategy = new NatsStrategy({ messaging: evaluator, service: 'evaluator', contracts: [ResumeToolCalls], concurrency: 4 });
    const app = await NestFactory.createMicroservice(FakeEvaluatorModule, { strategy, logger: false });
    await app.listen();
    await eventually(() => resumed.length >= 2, { timeoutMs: 20_000 });
    expect(resumed.map(({ approval_id }) => approval_id).sort()).toEqual([...ids].sort());
    await eventually(async () => /^holdpoint_event_calls_unfinished(?:\{.*\})? 0/m.test(await metrics.prometheusText()));
    await app.close();
  });
});

describe('what happens to an approval', () => {
  it('is heard on the public stream', async () => {
    const approval_id = await park();
    await gateway.request(VoteOnApproval, { guard_id: guard, approval_id, actor: bob, choice: 'reject' }, { timeoutMs });
    const heard = await eventually(async () => {
      const news = (await stored(PublicEvents.stream)).filter(({ body }) => ApprovalNews.parse(body).approval_id === approval_id);
      return news.length === 2 && news;
    });
    expect(heard.map(({ subject, body }) => [subject, ApprovalNews.parse(body).status])).toEqual([
      [`hp.v1.guard.${guard}.approval.requested`, 'pending'],
      [`hp.v1.guard.${guard}.approval.resolved`, 'rejected'],
    ]);
  });
});

describe('an outcome', () => {
  it('that an agent published counts like one that it posted', async () => {
    await publish('{"session_id":"s","tool_call_id":"c1","status":"executed"}');
    await workedOff();
    expect(await posted('c1', 'failed')).toMatchObject({ refused: { code: 'outcome_already_reported' } });
    expect(await posted('c1', 'executed')).toMatchObject({ ok: { status: 'executed' } });
    expect(await metrics.prometheusText()).toMatch(/^holdpoint_outcomes_total\{.*result="accepted".*\} [1-9]/m);
  });

  it('that cannot be read is a dead letter, and holds back no other', async () => {
    await publish('{"session_id":"s","tool_call_id":"c2","status":"sesame"}');
    await publish('{"session_id":"s","tool_call_id":"c3","status":"unknown"}');
    const letters = await eventually(async () => {
      const found = (await stored(DeadLetters.stream)).map(({ body }) => DeadLetters.body.parse(body)).filter(({ stream }) => stream === OutcomesReported.stream);
      return found.length > 0 && found;
    });
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ reason: expect.stringContaining('/status') });
    await workedOff();
    expect(await posted('c3', 'executed')).toMatchObject({ refused: { code: 'outcome_already_reported' } });
    expect(await metrics.prometheusText()).toMatch(/^holdpoint_dead_letters_total\{.*stream="OUTCOMES".*\} 1/m);
  });
});

const timeoutMs = 20_000;

@Controller()
class FakeEvaluator {
  @MessagePattern(ResumeToolCalls.subject)
  resume(@Payload() { calls }: z.output<typeof ResumeToolCalls.request>): z.input<typeof ResumeToolCalls.reply> {
    resumed.push(...calls);
    return { answers: calls.map(() => 'decided') };
  }
}

@Module({ controllers: [FakeEvaluator] })
class FakeEvaluatorModule {}

async function park(change: Parameters<typeof claim>[0] = {}): Promise<string> {
  const { answers } = await evaluator.request(ClaimApprovals, { claims: [claim(change)] }, { timeoutMs });
  return answers[0]!.approval_id!;
}

async function publish(text: string): Promise<void> {
  await gateway.publish(OutcomesReported, OutcomesReported.subjects[0], { guard_id: guard, key_id: 'agent', received_at: Date.now(), text }, { timeoutMs });
}

async function posted(tool_call_id: string, status: 'executed' | 'failed' | 'unknown') {
  return await gateway.request(ReportOutcome, { guard_id: guard, key_id: 'agent', report: { session_id: 's', tool_call_id, status } }, { timeoutMs });
}

async function workedOff(): Promise<void> {
  await eventually(async () => (await messagesIn(OutcomesReported.stream)) === 0);
}

async function messagesIn(stream: string): Promise<number> {
  const { state } = await jetstream<{ state: { messages: number } }>(`STREAM.INFO.${stream}`, {});
  return state.messages;
}

async function stored(stream: string): Promise<readonly { subject: string; body: unknown }[]> {
  const found = await Promise.all(Array.from({ length: await messagesIn(stream) }, (_, at) => jetstream<{ message: { subject: string; data: string } }>(`STREAM.MSG.GET.${stream}`, { seq: at + 1 })));
  return found.map(({ message }) => ({ subject: message.subject, body: JSON.parse(Buffer.from(message.data, 'base64').toString()) as unknown }));
}

/** The JetStream API, asked as a user who may. */
async function jetstream<T>(what: string, body: Record<string, unknown>): Promise<T> {
  const anything = z.looseObject({});
  const contract = { kind: 'request', subject: `$JS.API.${what}`, server: 'gateway', callers: ['gateway'], replies: 'one', promise: 'read', request: anything, reply: anything } as const;
  return (await reader.request(contract, body, { timeoutMs })) as T;
}

async function connected(name: ServiceName, as: string = name): Promise<Messaging> {
  const { user, password } = nats.user(as);
  return await openMessaging({ servers: nats.url, user, password, name, log });
}

async function replica(): Promise<RunningService> {
  const { user, password } = nats.user('approval-workflow');
  const url = new URL(database.url);
  url.username = schema;
  url.password = 'test-password';
  const config = {
    nats: { servers: nats.url, user, password },
    databaseUrl: url.href,
    secretKey: Buffer.alloc(32, 9),
    logLevel: 'error',
    operations: { host: '127.0.0.1', port: 0 },
    webhooks: { host: '127.0.0.1', port: 0 },
    privateDestinations: [],
  } as const;
  return await startApprovalWorkflow({ config, log, metrics, shutdown: new AbortController().signal });
}
