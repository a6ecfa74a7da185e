import { endpoints } from '@holdpoint/contracts';
import { traceIdOf } from '../calls/trace.ts';
import { checkedBody } from '../http/input.ts';
import type { ContentScans } from '../scans/content-scans.ts';
import type { Answering } from './door-desk.ts';

const scanBody = checkedBody(endpoints.scanOutput);

/** `POST …/agent/scan-output`, asked over NATS. */
export function scanning({ scans }: Readonly<{ scans: Pick<ContentScans, 'scan'> }>): Answering {
  return async ({ body, header, facts }) => {
    const content = scanBody.transform(body, { type: 'body' });
    const traceId = traceIdOf(header('traceparent'));
    facts['trace_id'] = traceId;
    const answer = await scans.scan(content, traceId);
    facts['action'] = answer.action;
    if (answer.code !== undefined) facts['code'] = answer.code;
    return answer;
  };
}
