import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RequestContract, StreamContract } from '@holdpoint/contracts';
import { eventually, startNats, type TestNats } from '@holdpoint/test-kit';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { z } from 'zod';
import { type Messaging, NatsStrategy, openMessaging, PassDefects, RequestRefused, unsampledTraceparent } from './index.ts';

jest.setTimeout(60_000);

const Ask = { kind: 'request', subject: 'hp.rpc.v1.evaluator.trace', server: 'evaluator', callers: ['gateway'], replies: 'one', promise: 'read', request: z.object({ text: z.string() }), reply: z.object({ seq: z.number() }) } as const satisfies RequestContract;
const AskParts = { ...Ask, subject: 'hp.rpc.v1.evaluator.trace-parts', replies: 'many' } as const satisfies RequestContract;
const Done = {
  kind: 'stream',
  stream: 'TRACED',
  subjects: ['hp.work.v1.traced'],
  retention: 'workqueue',
  discard: 'new',
  maxBytes: 1_000_000,
  maxAgeMs: 0,
  publishers: ['evaluator'],
  consumer: { service: 'evaluator', durable: 'traced', ackWaitMs: 30_000, maxAckPending: 100 },
  promise: 'at least once',
  body: z.looseObject({}),
} as const satisfies StreamContract;

const canary = 'canary-4e7d';
const exporter = new InMemorySpanExporter();
const tracer = trace.getTracer('test');
let nats: TestNats;
let gateway: Messaging;
let evaluator: Messaging;
let app: INestMicroservice;

beforeAll(async () => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  nats = await startNats();
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  [gateway, evaluator] = [await openMessaging({ servers: nats.url, name: 'gateway', log }), await openMessaging({ servers: nats.url, name: 'evaluator', log })];

  @Controller()
  class Controls {
    @MessagePattern(Ask.subject)
    async ask({ text }: { text: string }) {
      if (text !== 'publish') throw new RequestRefused({ status: 503, code: 'out_of_order', detail: canary });
      const { seq } = await evaluator.publish(Done, Done.subjects[0], { text: canary }, { timeoutMs: 5_000 });
      return { seq };
    }

    @MessagePattern(AskParts.subject)
    async *parts() {
      yield await Promise.resolve({ seq: 1 });
      yield { seq: 2 };
    }
  }
  @Module({ controllers: [Controls] })
  class AppModule {}
  app = await NestFactory.createMicroservice(AppModule, { strategy: new NatsStrategy({ messaging: evaluator, service: 'evaluator', contracts: [Ask, AskParts], concurrency: 4 }), logger: false });
  app.useGlobalFilters(new PassDefects());
  await app.listen();
}, 120_000);
beforeEach(() => exporter.reset());
afterAll(async () => {
  await app.close();
  await gateway.close();
  await evaluator.close();
  await nats.stop();
  context.disable();
  trace.disable();
});

describe('a recorded trace', () => {
  it('goes from the request to the one who answers, into the stream, and to the one who works it off', async () => {
    const root = await traced((span) => gateway.request(Ask, { text: 'publish' }, { timeoutMs: 5_000 }).then(() => span));
    const consumption = evaluator.consume(Done, { maxBatch: 10, maxWaitMs: 0 }, () => Promise.resolve());
    const process = await eventually(() => find('process TRACED'));
    await consumption.stop();
    const [client, server, publish] = [find(Ask.subject, SpanKind.CLIENT), find(Ask.subject, SpanKind.SERVER), find('publish TRACED')];
    expect([client, server, publish, process].map(parentOf)).toEqual([idOf(root), idOf(client), idOf(server), idOf(publish)]);
    expect([client, server, publish, process].map((span) => span?.spanContext().traceId)).toEqual(Array(4).fill(root.spanContext().traceId));
    expect([publish?.kind, process.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
    expect(shown()).not.toContain(canary);
  });

  it('has one span for a reply in parts', async () => {
    const seqs: number[] = [];
    const root = await traced(async (span) => {
      for await (const { seq } of gateway.requestParts(AskParts, { text: '' }, { timeoutMs: 5_000 })) seqs.push(seq);
      return span;
    });
    expect(seqs).toEqual([1, 2]);
    await eventually(() => find(AskParts.subject, SpanKind.SERVER));
    expect(parentOf(find(AskParts.subject, SpanKind.CLIENT))).toBe(idOf(root));
    expect(parentOf(find(AskParts.subject, SpanKind.SERVER))).toBe(idOf(find(AskParts.subject, SpanKind.CLIENT)));
  });

  it('shows a failure by status, on both sides, and none of its words', async () => {
    await traced(() => expect(gateway.request(Ask, { text: canary }, { timeoutMs: 5_000 })).rejects.toMatchObject({ status: 503 }));
    const server = await eventually(() => find(Ask.subject, SpanKind.SERVER));
    expect(server).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { 'holdpoint.status': 503 } });
    expect(find(Ask.subject, SpanKind.CLIENT)).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': '503' } });
    expect(shown()).not.toContain(canary);
  });

  it('has a batch in the trace of its first message, linked to those of the others', async () => {
    const roots = [await traced(publishedIn), await traced(publishedIn), await traced(publishedIn)];
    const consumption = evaluator.consume(Done, { maxBatch: 10, maxWaitMs: 0 }, () => Promise.resolve());
    const process = await eventually(() => find('process TRACED'));
    await consumption.stop();
    expect(process.spanContext().traceId).toBe(roots[0]?.spanContext().traceId);
    expect(process.links.map((link) => link.context.traceId)).toEqual(roots.slice(1).map((span) => span.spanContext().traceId));
    expect(process.attributes['messaging.batch.message_count']).toBe(3);
  });
});

describe('without a recorded trace', () => {
  it.each([undefined, unsampledTraceparent('4bf92f3577b34da6a3ce929d0e0e4736')])('nothing has a span (traceparent %s)', async (traceparent) => {
    await gateway.request(Ask, { text: 'publish' }, { timeoutMs: 5_000, ...(traceparent === undefined ? {} : { traceparent }) });
    const consumption = evaluator.consume(Done, { maxBatch: 10, maxWaitMs: 0 }, () => Promise.resolve());
    await eventually(async () => (await consumption.lag()) === 0);
    await consumption.stop();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

const publishedIn = async (span: Span) => {
  await evaluator.publish(Done, Done.subjects[0], { text: canary }, { timeoutMs: 5_000 });
  return span;
};

async function traced<T>(act: (span: Span) => Promise<T>): Promise<T> {
  const span = tracer.startSpan('root');
  const result = await context.with(trace.setSpan(context.active(), span), () => act(span));
  span.end();
  return result;
}

const find = (name: string, kind?: SpanKind) => exporter.getFinishedSpans().find((span) => span.name === name && (kind === undefined || span.kind === kind));
const idOf = (span: Pick<ReadableSpan, 'spanContext'> | undefined) => span?.spanContext().spanId;
const parentOf = (span: ReadableSpan | undefined) => span?.parentSpanContext?.spanId;
const shown = () => JSON.stringify(exporter.getFinishedSpans().map(({ name, attributes, events, status }) => [name, attributes, events, status]));
