import { endpoints, maxWaitSeconds } from '@holdpoint/contracts';
import { InvalidInput } from '@holdpoint/messaging';
import { evaluateCalls } from '../calls/asker.ts';
import type { Judge } from '../calls/judge.ts';
import { withStrictest } from '../calls/strictest.ts';
import { traceIdOf } from '../calls/trace.ts';
import type { ApprovalWaits } from '../holding/approval-waits.ts';
import { judgeHeld } from '../holding/hold.ts';
import { checkedBody } from '../http/input.ts';
import type { Answering } from './door-desk.ts';

const validateBody = checkedBody(endpoints.validateToolCalls);
/** Seconds for which the answer may be held while people decide. */
const waitHeader = 'Holdpoint-Wait';

/** `POST …/agent/validate`, asked over NATS. */
export function validating({ judge, waits }: Readonly<{ judge: Judge; waits: ApprovalWaits }>): Answering {
  return async ({ key, guard, body, header, readmit, facts }) => {
    const asked = validateBody.transform(body, { type: 'body' });
    const seconds = waitIn(header(waitHeader));
    const traceId = traceIdOf(header('traceparent'));
    const calls = evaluateCalls(asked.tool_calls, asked, { key: key.access, guard, traceId });
    facts['trace_id'] = traceId;
    facts['calls'] = calls.length;
    const ask = (them: typeof calls | readonly (typeof calls)[number][]) => {
      readmit();
      return judge.judge(them, { guard, sentBytes: body.length });
    };
    // Nobody tells whether a caller on NATS still listens; it may ask again within the guard's `replay_seconds`.
    const gone = new AbortController().signal;
    const answer = withStrictest(seconds === 0 ? await ask(calls) : await judgeHeld({ calls, waitMs: seconds * 1_000, gone, ask, waits }));
    facts['action'] = answer.action;
    if (answer.code !== undefined) facts['code'] = answer.code;
    return answer;
  };
}

function waitIn(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= maxWaitSeconds) return seconds;
  throw new InvalidInput([{ path: '', message: `the header ${waitHeader} must be 0 to ${maxWaitSeconds} seconds` }]);
}
