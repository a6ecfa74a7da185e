import { recordedSpan } from '@holdpoint/messaging';
import { context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('holdpoint');

/** The span of the request that a call came with, while it is recorded. */
export const spanOfCaller = recordedSpan;

/**
 * Runs `act` for calls that travel together: in the trace of the first that is recorded, as a child of its request's span; the requests of
 * the others and this span are linked, both ways.
 */
export function inBatchSpan(callers: readonly (Span | undefined)[], waitedMs: number, act: () => Promise<void>): Promise<void> {
  const [first, ...others] = new Set(callers.filter((span) => span !== undefined));
  // INVARIANT: the work of a batch never goes on in the context of whichever request happened to set it off.
  if (first === undefined) return context.with(ROOT_CONTEXT, act);
  const parent = trace.setSpan(ROOT_CONTEXT, first);
  const links = others.map((span) => ({ context: span.spanContext() }));
  const attributes = { 'holdpoint.calls': callers.length, 'holdpoint.queue_wait_ms': waitedMs };
  const span = tracer.startSpan('judge calls', { kind: SpanKind.INTERNAL, attributes, links }, parent);
  for (const other of others) other.addLink({ context: span.spanContext() });
  return context.with(trace.setSpan(parent, span), () => act().finally(() => span.end()));
}
