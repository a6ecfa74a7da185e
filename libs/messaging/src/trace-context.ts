import { randomBytes } from 'node:crypto';

/** W3C Trace Context, version 00: lower-case hex, 16 and 8 bytes. */
export type TraceContext = Readonly<{ traceId: string; spanId: string; sampled: boolean }>;

const pattern = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** `null` for anything that is not a valid `traceparent`; such a header is ignored, never an error. */
export function parseTraceparent(text: string): TraceContext | null {
  const match = pattern.exec(text);
  if (!match) return null;
  const [, traceId = '', spanId = '', flags = ''] = match;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, spanId, traceFlags }: Readonly<{ traceId: string; spanId: string; traceFlags: number }>): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 1) === 1 ? '01' : '00'}`;
}

/** For a trace that nobody records: its id still travels, so that the lines of all services about one request are found by it. */
export function unsampledTraceparent(traceId: string): string {
  return `00-${traceId}-${traceId.slice(-16) === noSpan ? '0000000000000001' : traceId.slice(-16)}-00`;
}

const noSpan = '0'.repeat(16);

/** A new span: in `parent`'s trace if there is a valid one, else in a new, sampled trace. */
export function newTraceparent(parent?: string): string {
  const known = parent === undefined ? null : parseTraceparent(parent);
  const traceId = known?.traceId ?? randomBytes(16).toString('hex');
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${(known?.sampled ?? true) ? '01' : '00'}`;
}
