import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RequestContract } from '@holdpoint/contracts';
import { eventually, startNats, type TestNats } from '@holdpoint/test-kit';
import { Controller, type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { from } from 'rxjs';
import { z } from 'zod';
import { type Logger, type Messaging, NatsStrategy, type NatsStrategyOptions, newTraceparent, openMessaging, PassDefects, type PeerFailed, PeerUnavailable, RequestContext, RequestRefused } from './index.ts';

// Real servers on a machine that does other things too.
jest.setTimeout(60_000);

let nats: TestNats;
let plain: NatsConnection;
let gateway: Messaging;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  nats = await startNats();
  plain = await connect({ servers: nats.url });
  gateway = await openMessaging({ servers: nats.url, name: 'gateway', log: recorder() });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await gateway.close();
  await plain.close();
  await nats.stop();
});

describe('a handler', () => {
  it('answers plain JSON with plain JSON, and learns subject, trace context and time left', async () => {
    @Controller()
    class Controls {
      @MessagePattern(Ask.subject)
      ask(@Payload() { text }: { text: string }, @Ctx() context: RequestContext) {
        const left = context.deadline.remainingMs();
        return { text: JSON.stringify([text, context.subject, context.traceparent, left > 0 && left <= 3_000, context.deadline.signal.aborted]) };
      }
    }
    await serve(Controls, [Ask]);
    const traceparent = newTraceparent();
    const { text } = await gateway.request(Ask, { text: 'hi' }, { timeoutMs: 3_000, traceparent });
    expect(JSON.parse(text)).toEqual(['hi', Ask.subject, traceparent, true, false]);
    expect(await raw('{"text":"hi"}')).toMatchObject({ error: '', body: expect.stringContaining('hi') });
  });

  it('sees arguments exactly as sent', async () => {
    const seen: string[] = [];
    @Controller()
    class Controls {
      @MessagePattern(AskAnything.subject)
      ask(@Payload() body: unknown) {
        seen.push(JSON.stringify(body));
        return { text: 'ok' };
      }
    }
    await serve(Controls, [AskAnything]);
    const text = '{"args":{"constructor":"rm -rf","__proto__":{"a":1},"nested":{"prototype":1}},"unknown":true}';
    expect(await raw(text, AskAnything.subject)).toMatchObject({ error: '' });
    expect(seen).toEqual([text]);
  });

  it.each([
    ['an error of its choice', 409, 'stale_write', () => new RequestRefused({ status: 409, code: 'stale_write', detail: 'version 3 is current' })],
    ['503 when a peer it needs is unavailable', 503, 'peer_unavailable', () => new PeerUnavailable('hp.rpc.v1.x', 'timeout')],
    ['500 without detail for a defect', 500, 'internal_error', () => new TypeError('secret')],
  ])('that throws answers %s', async (_what, status, code, error) => {
    const log = recorder();
    await serve(answering(() => Promise.reject(error())), [Ask], { log });
    const reply = await raw('{"text":"hi"}');
    expect(reply).toMatchObject({ status: String(status), problem: { type: 'about:blank', status, code } });
    expect(reply.body).not.toContain('secret');
    expect(log.errors.map(({ err }) => String(err))).toEqual(status === 500 ? ['TypeError: secret'] : []);
  });

  it('answers the same way without the filter; Nest logs the defect then', async () => {
    const log = recorder();
    await serve(answering(() => Promise.reject(new TypeError('secret'))), [Ask], { log, filter: false });
    expect(await raw('{"text":"hi"}')).toMatchObject({ status: '500', problem: { code: 'internal_error' } });
    expect(log.errors).toEqual([]);
  });

  it('may return an Observable; its last value is the reply', async () => {
    await serve(answering(() => from([{ text: 'a' }, { text: 'b' }])), [Ask]);
    await expect(gateway.request(Ask, { text: 'x' }, { timeoutMs: 5_000 })).resolves.toEqual({ text: 'b' });
  });

  it('whose reply is larger than a message may be answers that, rather than nothing', async () => {
    await serve(answering(() => Promise.resolve({ text: 'x'.repeat(gateway.maxPayload) })), [Ask]);
    expect(await raw('{"text":"hi"}')).toMatchObject({ status: '500', problem: { code: 'reply_too_large' } });
  });
});

describe('a handler’s error', () => {
  it('that is too large for a reply is answered by a smaller one', async () => {
    await serve(answering(() => Promise.reject(new RequestRefused({ status: 409, code: 'long', detail: 'x'.repeat(gateway.maxPayload) }))), [Ask]);
    expect(await raw('{"text":"hi"}')).toMatchObject({ status: '500', problem: { code: 'reply_too_large' } });
  });
});

describe('garbage gets a reply', () => {
  it.each([
    ['no body', '', ''],
    ['half a JSON', '{"text":', ''],
    ['bad UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), ''],
    ['another shape', '[]', ''],
    ['a wrong type', '{"text":1}', '/text'],
    ['too deep', '['.repeat(100_000), ''],
  ])('%s', async (_what, body, path) => {
    await serve(answering(() => Promise.resolve({ text: 'never' })), [Ask]);
    const reply = await raw(body);
    expect(reply).toMatchObject({ status: '400', problem: { status: 400, title: 'Bad Request', code: 'invalid_input', errors: [{ path, message: expect.any(String) }] } });
    expect(reply.error).not.toMatch(/[\r\n]/);
  });
});

it('says no more about garbage than helps, so that the reply fits', async () => {
  await serve(answering(() => Promise.resolve({ text: 'never' })), [{ ...Ask, request: z.object({ text: z.array(z.int()) }) }]);
  const reply = await raw(JSON.stringify({ text: Array(100_000).fill('x') }));
  expect((reply.problem as { errors: unknown[] }).errors).toHaveLength(50);
});

describe('handlers and contracts', () => {
  it('must agree, or the service does not start', async () => {
    const start = (contracts: readonly RequestContract[], controller: Type = answering(() => Promise.resolve({ text: '' }))) => serve(controller, contracts);
    await expect(start([])).rejects.toThrow(`the handler of \`${Ask.subject}\` has no contract`);
    await expect(start([Ask, AskMany])).rejects.toThrow(`\`${AskMany.subject}\` has no handler`);
    await expect(start([{ ...Ask, server: 'gateway' }])).rejects.toThrow(`\`${Ask.subject}\` is not answered by evaluator`);
    await expect(start([{ ...Ask, request: z.object({ text: z.string().trim() }) }])).rejects.toThrow('alters payloads (overwrite)');
    @Controller()
    class Events {
      @EventPattern(Ask.subject)
      hear(@Payload() body: unknown) {
        return body;
      }
    }
    await expect(start([Ask], Events)).rejects.toThrow('is a request, not an event');
  });
});

describe('a reply in parts', () => {
  const handlers: Record<string, (count: number, context: RequestContext) => unknown> = {
    'an async generator': async function* (count) {
      for (let i = 0; i < count; i += 1) {
        yield await Promise.resolve({ text: String(i) });
      }
    },
    'an Observable': (count) => from(Array.from({ length: count }, (_, i) => ({ text: String(i) }))),
    'context.part': async (count, context) => {
      for (let i = 0; i < count; i += 1) context.part(await Promise.resolve({ text: String(i) }));
    },
    'context.part, which names the last': async (count, context) => {
      for (let i = 0; i < count; i += 1) context.part(await Promise.resolve({ text: String(i) }), { last: i === count - 1 });
    },
  };

  it.each(Object.keys(handlers))('comes from %s, in order, also when it is empty', async (how) => {
    await serve(answeringMany((text, context) => handlers[how]!(Number(text), context)), [AskMany]);
    for (const count of [0, 1, 50]) {
      expect(await collect(gateway.requestParts(AskMany, { text: String(count) }, { timeoutMs: 5_000 }))).toEqual(Array.from({ length: count }, (_, i) => String(i)));
    }
  });

  it('takes no part after the last', async () => {
    const after: unknown[] = [];
    await serve(
      answeringMany((_text, context) => {
        context.part({ text: 'only' }, { last: true });
        try {
          context.part({ text: 'another' });
        } catch (error) {
          after.push(error);
        }
        return Promise.resolve();
      }),
      [AskMany],
    );
    expect(await collect(gateway.requestParts(AskMany, { text: 'x' }, { timeoutMs: 5_000 }))).toEqual(['only']);
    expect(after).toHaveLength(1);
  });

  it('does not mix with the replies of its neighbours', async () => {
    await serve(answeringMany((text) => handlers['an async generator']!(Number(text), undefined as never)), [AskMany], { concurrency: 50 });
    const counts = Array.from({ length: 50 }, (_, i) => i);
    const replies = await Promise.all(counts.map((count) => collect(gateway.requestParts(AskMany, { text: String(count) }, { timeoutMs: 10_000 }))));
    expect(replies.map((parts) => parts.length)).toEqual(counts);
  });

  it('ends with the error that stops it midway', async () => {
    const failing = async function* () {
      yield { text: 'first' };
      await Promise.resolve();
      throw new RequestRefused({ status: 409, code: 'changed', detail: 'changed meanwhile' });
    };
    await serve(answeringMany(() => failing()), [AskMany]);
    const parts = gateway.requestParts(AskMany, { text: 'x' }, { timeoutMs: 60_000 });
    await expect(parts.next()).resolves.toEqual({ done: false, value: { text: 'first' } });
    await expect(parts.next()).rejects.toMatchObject({ name: 'PeerRefused', status: 409, problem: { code: 'changed' } });
  });

  it('ends with an error when a part is too large', async () => {
    await serve(answeringMany((_text, context) => context.part({ text: 'x'.repeat(gateway.maxPayload) })), [AskMany]);
    await expect(collect(gateway.requestParts(AskMany, { text: 'x' }, { timeoutMs: 60_000 }))).rejects.toMatchObject({ status: 500, problem: { code: 'reply_too_large' } });
  });
});

describe('concurrency', () => {
  it('is bounded; what finds no room is answered 503 at once, and the rest in turn', async () => {
    const gate = openableGate();
    await serve(answering(gate.wait), [Ask], { concurrency: 2, queueLimit: 3 });
    const requests = Array.from({ length: 8 }, (_, i) => gateway.request(Ask, { text: String(i) }, { timeoutMs: 60_000 }).then(() => 'answered', codeOf));
    await Promise.all(requests.slice(5));
    expect(gate.entered()).toBe(2);
    gate.open();
    expect(await Promise.all(requests)).toEqual([...Array<string>(5).fill('answered'), ...Array<string>(3).fill('queue_full')]);
    expect(gate.most()).toBe(2);
  });

  it('of a bulkhead is its own', async () => {
    const gate = openableGate();
    @Controller()
    class Controls {
      @MessagePattern(Ask.subject, { bulkhead: 'slow', concurrency: 1 })
      ask() {
        return gate.wait();
      }
      @MessagePattern(AskAnything.subject)
      other() {
        return { text: 'at once' };
      }
    }
    await serve(Controls, [Ask, AskAnything], { concurrency: 1 });
    const slow = [1, 2, 3].map(() => gateway.request(Ask, { text: 'x' }, { timeoutMs: 60_000 }));
    await eventually(() => gate.entered() === 1);
    await expect(gateway.request(AskAnything, {}, { timeoutMs: 60_000 })).resolves.toEqual({ text: 'at once' });
    gate.open();
    await Promise.all(slow);
  });

  it('never starts a request whose deadline passed while it waited', async () => {
    const gate = openableGate();
    await serve(answering(gate.wait), [Ask], { concurrency: 1 });
    const first = gateway.request(Ask, { text: 'x' }, { timeoutMs: 60_000 });
    await eventually(() => gate.entered() === 1);
    const late = raw('{"text":"late"}', Ask.subject, { 'Holdpoint-Timeout-Ms': '1' });
    const spent = raw('{"text":"spent"}', Ask.subject, { 'Holdpoint-Timeout-Ms': '0' });
    await expect(spent).resolves.toMatchObject({ status: '504', problem: { code: 'deadline_passed' } });
    // `late` came before `spent`, so its millisecond began before this one.
    const receivedBy = performance.now();
    await eventually(() => performance.now() > receivedBy + 1);
    gate.open();
    await expect(late).resolves.toMatchObject({ status: '504', problem: { code: 'deadline_passed' } });
    await first;
    expect(gate.entered()).toBe(1);
  });
});

describe('shutdown', () => {
  it('loses nothing: 500 requests in flight over 4 workers, 2 of them told to stop', async () => {
    const gate = openableGate();
    const workers = await Promise.all([1, 2, 3, 4].map(() => serve(answering(gate.wait), [Ask], { concurrency: 16 })));
    const ask = (n: number) => Array.from({ length: n }, (_, i) => gateway.request(Ask, { text: String(i) }, { timeoutMs: 60_000 }));
    const before = ask(250);
    await eventually(() => gate.entered() === 4 * 16);
    const stopping = workers.slice(0, 2).map((worker) => worker.close());
    const meanwhile = ask(250);
    gate.open();
    const outcomes = await Promise.allSettled([...before, ...meanwhile]);
    await Promise.all(stopping);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(outcomes).toHaveLength(500);
    expect(gate.entered()).toBe(500);
  });

  it('takes no new request, and is over once the last is answered', async () => {
    const gate = openableGate();
    const worker = await serve(answering(gate.wait), [Ask]);
    const asked = gateway.request(Ask, { text: 'x' }, { timeoutMs: 60_000 });
    await eventually(() => gate.entered() === 1);
    let closed = false;
    const close = worker.close().then(() => (closed = true));
    const late = () => gateway.request(Ask, { text: 'late' }, { timeoutMs: 100 });
    await eventually(() => late().then(() => false, (error: unknown) => error instanceof PeerUnavailable && error.reason === 'no_responders'));
    expect(closed).toBe(false);
    gate.open();
    await asked;
    await close;
  });

  it('waits no longer than it may: what still waits is answered 503', async () => {
    const gate = openableGate();
    const log = recorder();
    const worker = await serve(answering(gate.wait), [Ask], { concurrency: 1, drainLimitMs: 50, log });
    const running = gateway.request(Ask, { text: 'running' }, { timeoutMs: 60_000 });
    await eventually(() => gate.entered() === 1);
    const waiting = gateway.request(Ask, { text: 'waiting' }, { timeoutMs: 60_000 });
    await gateway.flush();
    await worker.close();
    await expect(waiting).rejects.toMatchObject({ status: 503, problem: { code: 'shutting_down' } });
    expect(log.errors).toEqual([{ service: 'evaluator', running: 1 }]);
    gate.open();
    await running;
  });
});

const Ask = {
  kind: 'request',
  subject: 'hp.rpc.v1.evaluator.ask',
  server: 'evaluator',
  callers: ['gateway'],
  replies: 'one',
  promise: 'read',
  request: z.object({ text: z.string() }),
  reply: z.object({ text: z.string() }),
} as const satisfies RequestContract;
const AskMany = { ...Ask, subject: 'hp.rpc.v1.evaluator.ask_many', replies: 'many' } as const satisfies RequestContract;
const AskAnything = { ...Ask, subject: 'hp.rpc.v1.evaluator.ask_anything', request: z.record(z.string(), z.unknown()) } as const satisfies RequestContract;

type Served = Partial<Omit<NatsStrategyOptions, 'messaging' | 'service' | 'contracts'>> & { log?: Logger; filter?: boolean };

/** A worker of its own: connection, strategy and Nest microservice. */
async function serve(controller: Type, contracts: readonly RequestContract[], { log = recorder(), filter = true, ...options }: Served = {}): Promise<INestMicroservice> {
  const messaging = await openMessaging({ servers: nats.url, name: 'evaluator', log });
  closing.push(() => messaging.close());
  @Module({ controllers: [controller] })
  class Worker {}
  const strategy = new NatsStrategy({ messaging, service: 'evaluator', contracts, concurrency: 8, ...options });
  const worker = await NestFactory.createMicroservice(Worker, { strategy, logger: false });
  if (filter) worker.useGlobalFilters(new PassDefects());
  await worker.listen();
  closing.push(() => worker.close());
  return worker;
}

function answering(handle: () => unknown): Type {
  @Controller()
  class Answers {
    @MessagePattern(Ask.subject)
    ask() {
      return handle();
    }
  }
  return Answers;
}

function answeringMany(handle: (text: string, context: RequestContext) => unknown): Type {
  @Controller()
  class AnswersInParts {
    @MessagePattern(AskMany.subject)
    ask(@Payload() { text }: { text: string }, @Ctx() context: RequestContext) {
      return handle(text, context);
    }
  }
  return AnswersInParts;
}

/** A request as somebody without this library sends it. */
async function raw(body: string | Uint8Array, subject: string = Ask.subject, values: Record<string, string> = {}) {
  const hdrs = headers();
  for (const [name, value] of Object.entries(values)) hdrs.set(name, value);
  const reply = await plain.request(subject, body, { timeout: 60_000, ...(Object.keys(values).length > 0 && { headers: hdrs }) });
  const text = reply.string();
  const status = reply.headers?.get('Nats-Service-Error-Code') ?? '';
  return { error: reply.headers?.get('Nats-Service-Error') ?? '', status, body: text, problem: status === '' ? undefined : (JSON.parse(text) as unknown) };
}

const codeOf = (error: unknown) => (error as PeerFailed).problem?.code;

async function collect(parts: AsyncIterable<{ text: string }>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of parts) texts.push(text);
  return texts;
}

/** Handlers wait here until it opens; counts who came, and how many were inside together. */
function openableGate() {
  let open: () => void = () => undefined;
  let entered = 0;
  let inside = 0;
  let most = 0;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const wait = async () => {
    entered += 1;
    inside += 1;
    most = Math.max(most, inside);
    await opened;
    inside -= 1;
    return { text: 'answered' };
  };
  return { wait, open: () => open(), entered: () => entered, most: () => most };
}

function recorder(): Logger & { errors: Record<string, unknown>[] } {
  const errors: Record<string, unknown>[] = [];
  const ignore = () => undefined;
  return { errors, debug: ignore, info: ignore, warn: ignore, error: (facts) => void errors.push(facts as Record<string, unknown>) };
}
