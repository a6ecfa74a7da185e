import type { Logger } from './logger.ts';
import { inBatchSpan } from './spans.ts';
import type { BatchHandler, DeliveredMessage, Handled } from './stream-consumption.ts';
import { parseTraceparent } from './trace-context.ts';

/** One span and one line per batch, at its end. */
export function traced<Body>(stream: string, handler: BatchHandler<Body>, log: Logger): (batch: readonly DeliveredMessage<Body>[]) => Promise<Handled> {
  return (batch) => inBatchSpan(stream, batch.map(({ traceparent }) => traceparent), () => logged(stream, batch, handler, log));
}

async function logged<Body>(stream: string, batch: readonly DeliveredMessage<Body>[], handler: BatchHandler<Body>, log: Logger): Promise<Handled> {
  const startedAt = performance.now();
  let outcome = 'failed';
  try {
    const handled = (await handler(batch)) ?? {};
    outcome = 'done';
    return handled;
  } finally {
    log.debug({ stream, messages: batch.length, seq: batch[0]?.seq, outcome, ms: Math.round(performance.now() - startedAt), trace_id: traceIdIn(batch) }, 'batch');
  }
}

/** Of its first message that has one. */
function traceIdIn(batch: readonly DeliveredMessage[]): string | undefined {
  const traceparent = batch.find((message) => message.traceparent !== undefined)?.traceparent;
  return traceparent === undefined ? undefined : parseTraceparent(traceparent)?.traceId;
}
