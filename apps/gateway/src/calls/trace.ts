import { randomBytes } from 'node:crypto';
import { parseTraceparent } from '@holdpoint/messaging';

/** The trace that the caller is in, or a new one: 32 hex digits. */
export function traceIdOf(traceparent: string | string[] | undefined): string {
  const known = typeof traceparent === 'string' ? parseTraceparent(traceparent) : null;
  return known?.traceId ?? randomBytes(16).toString('hex');
}
