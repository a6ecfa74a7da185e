import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type TestPostgres } from '@holdpoint/test-kit';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { DataSource, QueryRunner } from 'typeorm';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { OutboxRow, outboxMigrationSql } from './outbox.row.ts';

class Outbox1 {
  up(runner: QueryRunner): Promise<unknown> {
    return runner.query(outboxMigrationSql);
  }
}

const canary = 'canary-2f61';
const message = { topic: 'EVENTS', subject: canary, msgId: canary, body: canary };

describe('statements of a recorded trace', () => {
  const exporter = new InMemorySpanExporter();
  let postgres: TestPostgres;
  let database: DataSource;

  beforeAll(async () => {
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    postgres = await startPostgres();
    const nothing = () => undefined;
    const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    await migrate({ adminUrl: postgres.url, database: 'holdpoint_test', services: [{ service: 'evaluator', password: 'evaluator-password', migrations: [Outbox1] }], log });
    const url = new URL(postgres.url);
    [url.username, url.password, url.pathname] = ['evaluator', 'evaluator-password', '/holdpoint_test'];
    database = await openDatabase({ url: url.href, schema: 'evaluator', applicationName: 'tracing test', entities: [OutboxRow] });
  }, 120_000);
  beforeEach(() => exporter.reset());
  afterAll(async () => {
    await database.destroy();
    await postgres.stop();
    context.disable();
    trace.disable();
  });

  it('are its children, in order, and show no value', async () => {
    const { traceId, spanId } = await traced(() => database.transaction((tx) => tx.insert(OutboxRow, message)));
    const spans = statements();
    expect(spans.map(({ name }) => name)).toEqual(['START', 'INSERT outbox', 'COMMIT']);
    expect(spans.every((span) => span.spanContext().traceId === traceId && span.parentSpanContext?.spanId === spanId)).toBe(true);
    expect(spans[1]?.attributes).toMatchObject({ 'db.system.name': 'postgresql', 'db.namespace': 'evaluator', 'db.query.summary': 'INSERT outbox' });
    expect(JSON.stringify(spans.map(({ attributes, events, name }) => [name, attributes, events]))).not.toContain(canary);
  });

  it('that fail say so by SQLSTATE, without the database’s words', async () => {
    await traced(() => expect(database.query('SELECT $1::integer', [canary])).rejects.toThrow());
    expect(statements()).toMatchObject([{ name: 'SELECT', status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': '22P02' } }]);
    expect(JSON.stringify(statements().map(({ attributes, events, status }) => [attributes, events, status]))).not.toContain(canary);
  });

  it('carry the trace into the outbox', async () => {
    const { traceId } = await traced(() => database.manager.insert(OutboxRow, { ...message, msgId: 'traced' }));
    await database.manager.insert(OutboxRow, { ...message, msgId: 'untraced' });
    const rows = await database.getRepository(OutboxRow).findBy([{ msgId: 'traced' }, { msgId: 'untraced' }]);
    expect(new Map(rows.map(({ msgId, traceparent }) => [msgId, traceparent?.slice(3, 35) ?? null]))).toEqual(new Map([['traced', traceId], ['untraced', null]]));
  });

  it('outside of one leave no span', async () => {
    await database.query('SELECT 1');
    expect(statements()).toEqual([]);
  });

  const statements = () => exporter.getFinishedSpans().filter(({ name }) => name !== 'request');

  async function traced(act: () => Promise<unknown>) {
    const span = trace.getTracer('test').startSpan('request');
    await context.with(trace.setSpan(context.active(), span), act);
    span.end();
    return span.spanContext();
  }
});
