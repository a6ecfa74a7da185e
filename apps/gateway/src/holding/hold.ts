import type { EvaluateCall, ToolCallResult } from '@holdpoint/contracts';
import { monotonicMs, newId } from '@holdpoint/runtime';
import type { ApprovalName, ApprovalWaits } from './approval-waits.ts';

export type Held = Readonly<{
  calls: readonly EvaluateCall[];
  waitMs: number;
  gone: AbortSignal;
  ask: (calls: readonly EvaluateCall[]) => Promise<ToolCallResult[]>;
  waits: Pick<ApprovalWaits, 'now' | 'wait'>;
}>;

/** Between two questions about the same approvals, growing: an evaluator may not know yet what the waiter heard. */
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** Judges calls and, while some wait for people, holds the answer; when nothing is pending any more, or the time is up, every call is judged again. */
export async function judgeHeld({ calls, waitMs, gone, ask, waits }: Held): Promise<ToolCallResult[]> {
  const until = monotonicMs() + waitMs;
  let since = waits.now();
  let results = await ask(calls);
  let pauseMs = 0;
  for (;;) {
    const pending = pendingOf(calls, results);
    const leftMs = until - monotonicMs();
    if (pending.length === 0 || leftMs <= 0) return results;
    const end = await waits.wait(pending, { since, timeoutMs: leftMs, gone });
    // A caller that hung up is not asked again for: a release nobody hears of would be lost.
    if (end === 'gone' || end === 'stopping') return results;
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, Math.max(0, until - monotonicMs()))));
    if (gone.aborted) return results;
    since = waits.now();
    const again = await ask(calls.map((call, index) => askedAgain(call, results[index])));
    if (end === 'timeout') return again;
    const same = pendingOf(calls, again).some(({ approval_id }) => pending.some((before) => before.approval_id === approval_id));
    pauseMs = same ? Math.min(longestPauseMs, Math.max(firstPauseMs, 2 * pauseMs)) : 0;
    results = again;
  }
}

/** A new request about the same call, naming the approval it has been waiting for; for limits it is the first one still. */
function askedAgain(call: EvaluateCall, result: ToolCallResult | undefined): EvaluateCall {
  const approvalId = result?.approval_id ?? call.approval_id;
  return { ...call, request_id: newId('req'), first_request_id: call.request_id, ...(approvalId === undefined ? {} : { approval_id: approvalId }) };
}

function pendingOf(calls: readonly EvaluateCall[], results: readonly ToolCallResult[]): ApprovalName[] {
  return results.flatMap(({ action, approval_id }, index) => {
    const call = calls[index];
    return action === 'require_approval' && approval_id !== undefined && call !== undefined ? [{ guard_id: call.guard_id, approval_id }] : [];
  });
}
