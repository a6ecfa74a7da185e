import { randomUUID } from 'node:crypto';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { Logger } from './logger.ts';
import type { SamplerName, TracingSettings } from './tracing-variables.ts';

export type Tracing = Readonly<{
  /** Sends what is finished, for at most two seconds. Never rejects. */
  stop: () => Promise<void>;
}>;

const flushWithinMs = 2_000;
/** Spans that wait to be sent, at most: what comes on top is dropped. */
const maxQueueSize = 4_096;
const sendEveryMs = 1_000;

/** Traces this process from now on. Call once, before anything worth tracing runs; without it spans cost nothing and go nowhere. */
export function startTracing({ service, settings, log }: Readonly<{ service: string; settings: TracingSettings; log: Logger }>): Tracing {
  const exporter = new QuietExporter(new OTLPTraceExporter({ url: settings.url, headers: { ...settings.headers }, timeoutMillis: 5_000 }), log);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'holdpoint',
      'service.instance.id': randomUUID(),
      ...settings.resource,
      'service.name': settings.serviceName ?? settings.resource['service.name'] ?? service,
    }),
    sampler: samplerOf(settings),
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize, scheduledDelayMillis: sendEveryMs, exportTimeoutMillis: 5_000 })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return { stop: () => within(flushWithinMs, provider.shutdown()) };
}

function samplerOf({ sampler: { name, ratio } }: TracingSettings): Sampler {
  const roots: Readonly<Record<SamplerName, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
    parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    parentbased_traceidratio: () => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
  };
  return roots[name]();
}

/** Says once that the collector cannot be reached, and once that it can again. Never shows its address or headers. */
export class QuietExporter implements SpanExporter {
  private readonly exporter: SpanExporter;
  private readonly log: Logger;
  private failing = false;

  constructor(exporter: SpanExporter, log: Logger) {
    this.exporter = exporter;
    this.log = log;
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.exporter.export(spans, (result) => {
      const failed = result.error !== undefined;
      if (failed && !this.failing) this.log.warn({ reason: reasonOf(result.error) }, 'traces cannot be sent to the collector; they are dropped until they can');
      if (!failed && this.failing) this.log.info({}, 'traces are sent to the collector again');
      this.failing = failed;
      done(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }
}

/** A status or an error's code: messages may quote the address, which may hold a credential. */
function reasonOf(error: Error | undefined): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' || typeof code === 'number' ? String(code) : (error?.name ?? 'unknown');
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  try {
    await Promise.race([work.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
