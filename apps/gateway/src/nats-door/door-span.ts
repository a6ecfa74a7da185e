import type { DoorOperation } from '@holdpoint/contracts';
import { parseTraceparent } from '@holdpoint/messaging';
import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('holdpoint');

/** Runs `act` in a span named by the operation: a subject holds the key and the guard. In the caller's trace, or in a new one. */
export async function inDoorSpan(operation: DoorOperation, traceparent: string | undefined, act: () => Promise<Readonly<{ status: number; facts: Readonly<Record<string, string | number>> }>>): Promise<void> {
  const caller = traceparent === undefined ? null : parseTraceparent(traceparent);
  const parent = caller === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { traceId: caller.traceId, spanId: caller.spanId, traceFlags: caller.sampled ? 1 : 0, isRemote: true });
  const span = tracer.startSpan(`nats.${operation}`, { kind: SpanKind.SERVER, attributes: { 'messaging.system': 'nats', 'holdpoint.operation': operation } }, parent);
  if (!span.isRecording()) {
    await act();
    return;
  }
  await context.with(trace.setSpan(parent, span), () => end(span, act()));
}

async function end(span: Span, work: ReturnType<Parameters<typeof inDoorSpan>[2]>): Promise<void> {
  try {
    const { status, facts } = await work;
    for (const [name, value] of Object.entries(facts)) if (name !== 'trace_id' && name !== 'op') span.setAttribute(`holdpoint.${name}`, value);
    span.setAttribute('holdpoint.status', status);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  } finally {
    span.end();
  }
}
