import { z } from 'zod';
import type { RequestContract } from '../contract.ts';
import { ToolArguments, ToolCallResult } from '../public/tool-call.ts';

/** Calls that travel together in one evaluate request, at most. */
export const maxBatchCalls = 256;

/** One tool call with all that the credential and the request say about who asks. */
export const AskedCall = z.object({
  /** Same in the gateway's own retry, so that a retry is answered like the first try; new in every other request. */
  request_id: z.string(),
  guard_id: z.string(),
  key_id: z.string(),
  owner_email: z.string().optional(),
  session_id: z.string(),
  end_user_id: z.string().optional(),
  agent_id: z.string().optional(),
  context: z.unknown().optional(),
  /** Of a call that came as an event: SHA-256, in hex, of all that it is asked with. One final decision bears it. */
  event_key: z.string().optional(),
  tool_call: z.object({ id: z.string(), name: z.string(), type: z.string().optional(), arguments: ToolArguments }),
});

export const EvaluateCall = AskedCall.extend({
  /** The approval that this call is asked again for, if the asker names one. */
  approval_id: z.string().optional(),
  /** Of a call that the gateway asks about again for a caller that it holds: the request id that it had first. Limits count it as that. */
  first_request_id: z.string().optional(),
  trace_id: z.string(),
});
export type EvaluateCall = z.output<typeof EvaluateCall>;

/** Why an evaluator gives one call back without judging it; the gateway answers by the guard's failure mode. */
export const NotJudged = z.enum(['no_policy_set', 'lease_lapsed']);

export const EvaluateAnswer = z.object({ index: z.int().min(0), result: ToolCallResult.optional(), not_judged: NotJudged.optional() });
export type EvaluateAnswer = z.output<typeof EvaluateAnswer>;

/**
 * Gateway asks, evaluator answers, in one or more parts: a call that must be parked never holds back its neighbours.
 * Every answered decision is in the log before it is answered.
 */
export const EvaluateToolCalls = {
  kind: 'request',
  subject: 'hp.rpc.v1.evaluator.evaluate',
  server: 'evaluator',
  callers: ['gateway'],
  replies: 'many',
  promise: 'at most once per attempt; the caller owns the deadline, retries once with the same request ids, and answers by the failure mode',
  request: z.object({ calls: z.array(EvaluateCall).min(1).max(maxBatchCalls) }),
  reply: z.object({ answers: z.array(EvaluateAnswer) }),
} as const satisfies RequestContract;
