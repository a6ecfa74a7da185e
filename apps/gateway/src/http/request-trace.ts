import { endpoints, type OperationId } from '@holdpoint/contracts';
import { parseTraceparent } from '@holdpoint/messaging';
import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { traceIdOf } from '../calls/trace.ts';
import type { Reply, Request } from './requests.ts';

export type RequestTrace = Readonly<{
  /** 32 hex digits: of the caller's trace, or of a new one. */
  traceId: string;
  /** Absent where this request is not recorded. */
  span?: Span;
}>;

const tracer = trace.getTracer('holdpoint');

/** Where nothing is recorded: an id for the log lines. */
export const unrecorded = ({ headers }: Pick<Request, 'headers'>): RequestTrace => ({ traceId: traceIdOf(headers.traceparent) });

/** A span named by the route: a path holds what callers write. Probes and documents have none. */
export function recorded(request: Request, operation: OperationId | undefined): RequestTrace {
  if (operation === undefined || endpoints[operation].roles.length === 0) return unrecorded(request);
  const { method, path } = endpoints[operation];
  const attributes = { 'http.request.method': request.method, 'http.route': path, 'holdpoint.operation': operation };
  const span = tracer.startSpan(`${method} ${path}`, { kind: SpanKind.SERVER, attributes }, parentOf(request));
  const { traceId } = span.spanContext();
  return span.isRecording() ? { traceId, span } : { traceId };
}

/** Runs what follows in the request's span. */
export function within({ span }: RequestTrace, act: () => void): void {
  if (span === undefined) act();
  else context.with(trace.setSpan(ROOT_CONTEXT, span), act);
}

export function endSpan({ trace: { span }, facts }: Request['arrival'], reply: Reply): void {
  if (span === undefined) return;
  const { key_id, guard, code, action, calls } = facts;
  for (const [name, value] of Object.entries({ key_id, guard, code, action, calls })) if (value !== undefined) span.setAttribute(`holdpoint.${name}`, value);
  span.setAttribute('http.response.status_code', reply.statusCode);
  if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function parentOf({ headers: { traceparent } }: Request) {
  const parent = typeof traceparent === 'string' ? parseTraceparent(traceparent) : null;
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { traceId: parent.traceId, spanId: parent.spanId, traceFlags: parent.sampled ? 1 : 0, isRemote: true });
}
