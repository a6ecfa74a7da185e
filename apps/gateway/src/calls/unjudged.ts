import type { FailureMode, ToolCallResult } from '@holdpoint/contracts';

/** A call that came back without a judgement. `mayHaveBegun`: an evaluator may have started on it. */
export type UnjudgedCall = Readonly<{ callId: string; approvalId?: string | undefined; mayHaveBegun: boolean; failureMode: FailureMode | undefined; decisionId: string; traceId: string }>;

const answers = {
  open: {
    action: 'warn',
    code: 'engine_unavailable',
    message: 'The policy engine cannot be reached; the call was not judged. This guard lets such calls go on, flagged.',
  },
  closed: { action: 'block', code: 'engine_unavailable', message: 'The policy engine cannot be reached; the call was not judged. Ask again in a few seconds.' },
  doubtful: { action: 'block', code: 'could_not_judge', message: 'The policy engine did not finish judging the call. Ask again in a few seconds.' },
} as const satisfies Record<string, Pick<ToolCallResult, 'action' | 'code' | 'message'>>;

/**
 * The answer to a call that nothing judged.
 * INVARIANT: doubt never becomes `allow`, and the guard's `open` counts only where no evaluation began; an unknown setting is `closed`.
 */
export function unjudged({ callId, approvalId, mayHaveBegun, failureMode, decisionId, traceId }: UnjudgedCall): ToolCallResult {
  const failedOpen = !mayHaveBegun && failureMode === 'open';
  return {
    ...answers[mayHaveBegun ? 'doubtful' : failedOpen ? 'open' : 'closed'],
    tool_call_id: callId,
    risk_score: 0,
    threats_detected: [],
    threats: [],
    policy_matched: null,
    ...(approvalId === undefined ? {} : { approval_id: approvalId }),
    metadata: { decision_id: decisionId, scanner: 'none', policy_id: null, policy_version: null, trace_id: traceId, ...(failedOpen ? { failed_open: true } : {}) },
  };
}
