import { type Attributes, context, type Context, type Link, ROOT_CONTEXT, type Span, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { PeerFailed, PeerRefused, PeerUnavailable, PublishUnconfirmed } from './errors.ts';
import { formatTraceparent, parseTraceparent } from './trace-context.ts';

/*
 * Spans hold subjects, streams, counts and codes; never a body, and never an error's text, which may quote one.
 * Only what belongs to a trace that is recorded gets a span: what a service does by itself, every second, makes none.
 */

const tracer = trace.getTracer('holdpoint');

/** The span that the current work belongs to, while it is recorded. */
export function recordedSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() === true ? span : undefined;
}

/** `traceparent` of a span. */
export const traceparentOf = (span: Span): string => formatTraceparent(span.spanContext());

/** The trace that a header names, if it is recorded where it comes from. */
function sampledParent(traceparent: string | undefined): SpanContext | undefined {
  const parsed = traceparent === undefined || traceparent === '' ? null : parseTraceparent(traceparent);
  return parsed?.sampled === true ? { traceId: parsed.traceId, spanId: parsed.spanId, traceFlags: 1, isRemote: true } : undefined;
}

/** A span for a message that is sent: in the trace of the current work, else in the one that `traceparent` names, else none. */
export function startSending(name: string, kind: 'request' | 'publish', traceparent: string | undefined): Span | undefined {
  const parent = recordedSpan() === undefined ? remote(sampledParent(traceparent)) : context.active();
  if (parent === undefined) return undefined;
  const attributes = { 'messaging.system': 'nats', 'messaging.destination.name': name, 'messaging.operation.type': 'send' };
  const span = tracer.startSpan(kind === 'request' ? name : `publish ${name}`, { kind: kind === 'request' ? SpanKind.CLIENT : SpanKind.PRODUCER, attributes }, parent);
  return span.isRecording() ? span : undefined;
}

/** Ends the span with what became of the work; its result or error stays what it is. */
export async function endWith<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

export async function* endWithParts<T>(span: Span, parts: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
  try {
    yield* parts;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** By kind and code alone. */
function failSpan(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', kindOf(error));
}

/** Runs a request's handling in a span of the trace that its header names. */
export function inServerSpan<T>({ name, traceparent, attributes = {} }: Readonly<{ name: string; traceparent: string | undefined; attributes?: Attributes }>, act: (span: Span | undefined) => Promise<T>): Promise<T> {
  const parent = remote(sampledParent(traceparent));
  if (parent === undefined) return act(undefined);
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: { 'messaging.system': 'nats', 'messaging.operation.type': 'process', 'messaging.destination.name': name, ...attributes } }, parent);
  return context.with(trace.setSpan(parent, span), () => endWith(span, act(span.isRecording() ? span : undefined)));
}

/** One span for messages worked off together: in the trace of the first that has one, linked to those of the others. */
export function inBatchSpan<T>(stream: string, traceparents: readonly (string | undefined)[], act: () => Promise<T>): Promise<T> {
  const [first, ...others] = distinct(traceparents.flatMap((traceparent) => sampledParent(traceparent) ?? []));
  const parent = remote(first);
  if (parent === undefined) return act();
  const links = others.map((spanContext): Link => ({ context: spanContext }));
  const attributes = { 'messaging.system': 'nats', 'messaging.operation.type': 'process', 'messaging.destination.name': stream, 'messaging.batch.message_count': traceparents.length };
  const span = tracer.startSpan(`process ${stream}`, { kind: SpanKind.CONSUMER, attributes, links }, parent);
  return context.with(trace.setSpan(parent, span), () => endWith(span, act()));
}

function remote(spanContext: SpanContext | undefined): Context | undefined {
  return spanContext === undefined ? undefined : trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

const distinct = (contexts: readonly SpanContext[]): readonly SpanContext[] => [...new Map(contexts.map((one) => [`${one.traceId}${one.spanId}`, one])).values()];

function kindOf(error: unknown): string {
  if (error instanceof PeerUnavailable || error instanceof PublishUnconfirmed) return error.reason;
  if (error instanceof PeerRefused || error instanceof PeerFailed) return String(error.status);
  return error instanceof Error ? error.name : 'unknown';
}
