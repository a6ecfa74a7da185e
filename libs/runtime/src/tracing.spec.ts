import { afterEach, describe, expect, it } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { z } from 'zod';
import { readConfig } from './config.ts';
import { QuietExporter, startTracing } from './tracing.ts';
import { tracingSettings, tracingVariables } from './tracing-variables.ts';

const settingsOf = (env: Record<string, string>) => tracingSettings(readConfig(z.object(tracingVariables), env));

describe('the OTEL_ variables', () => {
  it('trace nothing unless they name a collector', () => {
    expect(settingsOf({})).toBeNull();
    expect(settingsOf({ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' })).toBeNull();
  });

  it('name the collector by its root, or by the very address', () => {
    expect(settingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' })?.url).toBe('http://collector:4318/v1/traces');
    expect(settingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://b:2/in' })?.url).toBe('https://b:2/in');
  });

  it('give headers, resource attributes and the sampler', () => {
    const settings = settingsOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc, x-scope = one ',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_SERVICE_NAME: 'front',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    expect(settings).toEqual({
      url: 'http://a:1/v1/traces',
      headers: { authorization: 'Bearer abc', 'x-scope': 'one' },
      resource: { 'deployment.environment.name': 'test' },
      serviceName: 'front',
      sampler: { name: 'parentbased_traceidratio', ratio: 0.25 },
    });
  });

  it.each([
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector:4317' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'no pair' },
    { OTEL_TRACES_SAMPLER: 'jaeger_remote' },
    { OTEL_TRACES_SAMPLER_ARG: '2' },
  ])('are refused at the start when they cannot be used: %j', (env) => {
    expect(() => settingsOf(env)).toThrow(/OTEL_/);
  });
});

describe('tracing', () => {
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  it('neither fails nor waits where nobody collects, and stops in time', async () => {
    const { log, lines } = lineLog();
    const settings = settingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    if (settings === null) throw new Error('no settings');
    const tracing = startTracing({ service: 'gateway', settings, log });
    const startedAt = performance.now();
    for (let at = 0; at < 10_000; at += 1) trace.getTracer('test').startSpan('work').end();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const stopAt = performance.now();
    await tracing.stop();
    expect(performance.now() - stopAt).toBeLessThan(2_500);
    expect(lines.filter((line) => line.includes('cannot be sent')).length).toBeLessThanOrEqual(1);
  });

  it('says once that the collector is away, and once that it is back', () => {
    const { log, lines } = lineLog();
    const secret = new Error('connect ECONNREFUSED http://user:pa55word@collector');
    const answers = [secret, secret, undefined, undefined, secret].map(resultOf);
    const inner: SpanExporter = Object.assign(new InMemorySpanExporter(), { export: (_: unknown, done: (result: ExportResult) => void) => done(answers.shift() ?? resultOf()) });
    const exporter = new QuietExporter(inner, log);
    for (let at = 0; at < 5; at += 1) exporter.export([], () => undefined);
    expect(lines.map((line) => line.split(' {')[0])).toEqual([
      'traces cannot be sent to the collector; they are dropped until they can',
      'traces are sent to the collector again',
      'traces cannot be sent to the collector; they are dropped until they can',
    ]);
    expect(lines.join('')).not.toContain('pa55word');
  });
});

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

const resultOf = (error?: Error): ExportResult => (error === undefined ? {} : { error }) as ExportResult;

function lineLog() {
  const lines: string[] = [];
  const line = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: line, info: line, warn: line, error: line, child: () => log };
  return { log, lines };
}
