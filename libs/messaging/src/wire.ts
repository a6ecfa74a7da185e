import { headers, type MsgHdrs } from '@nats-io/transport-node';

/** Relative budget of a request, whole milliseconds, counted by the server from receipt with a monotonic clock. */
export const timeoutHeader = 'Holdpoint-Timeout-Ms';
/** Number of a part, from 0, of a reply in parts; on the end: how many parts there were. */
export const partHeader = 'Holdpoint-Part';
/** Marks the end of a reply in parts: an empty message of its own, or its last part. */
export const endHeader = 'Holdpoint-End';
export const traceHeader = 'traceparent';
export const messageIdHeader = 'Nats-Msg-Id';

export function headersOf(values: Readonly<Record<string, string | undefined>>): MsgHdrs | undefined {
  let hdrs: MsgHdrs | undefined;
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    hdrs ??= headers();
    hdrs.set(name, value);
  }
  return hdrs;
}
