import { randomFillSync } from 'node:crypto';
import { parseTraceparent } from '@holdpoint/messaging';

/** The trace that the caller is in, or a new one: 32 hex digits. */
export function traceIdOf(traceparent: string | string[] | undefined): string {
  const known = typeof traceparent === 'string' ? parseTraceparent(traceparent) : null;
  return known?.traceId ?? newTraceId();
}

const idBytes = 16;
/** Drawn for many ids at once: one draw costs as much as the rest of reading a small request. */
const drawn = Buffer.alloc(idBytes * 256);
let used = drawn.length;

function newTraceId(): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += idBytes;
  return drawn.toString('hex', used - idBytes, used);
}
