import { z } from 'zod';
import { CallerText, Timestamp } from './names.ts';
import { DecisionMetadata, ToolCall, ToolCallResult } from './tool-call.ts';

/** What the guard's own policies are replaced by, at most. The body's limit of 1 MiB counts as well. */
export const maxDraftPolicies = 1_000;

/** Body of `POST …/policies/evaluate`. `policies` are judged instead of the guard's own; their meaning is checked by the evaluator, which names every problem. */
export const DryRunRequest = z.strictObject({
  tool_call: ToolCall.partial({ id: true }),
  session_id: CallerText.optional(),
  end_user_id: CallerText.optional(),
  agent_id: CallerText.optional(),
  policies: z.array(z.unknown()).max(maxDraftPolicies, `must hold at most ${maxDraftPolicies} policies`).optional(),
  /** When the call would be made; now, if it is left out. */
  at: Timestamp.optional(),
});
export type DryRunRequest = z.output<typeof DryRunRequest>;

/** What one policy had to say to the call, and why. */
export const ExplanationLine = z.object({
  policy_id: z.string(),
  name: z.string(),
  /** `counted`: by a limit within which the policies below decide. */
  outcome: z.enum(['decided', 'counted', 'not_matched', 'condition_failed', 'could_not_judge', 'not_reached', 'inactive']),
  /** With the values that were compared, cut where they are long. */
  because: z.string(),
});
export type ExplanationLine = z.output<typeof ExplanationLine>;

/** A limit that the call would count in, and with whom: the calls of this policy with this `value` of `by`. Null: all of them together. */
export const LimitMet = z.object({ policy_id: z.string(), name: z.string(), max_requests: z.int(), window_seconds: z.int(), by: z.string().nullable(), value: z.string().nullable() });

/**
 * What validate would answer, without anything that comes of an answer: no decision, no approval, nothing counted.
 * `rate_limit`: a limit decides, and only counting could tell whether the call is over it; `within` is the answer if it is not.
 */
export const DryRun = ToolCallResult.omit({ tool_call_id: true, approval_id: true, retry_after_seconds: true }).extend({
  /** So that nobody takes it for a decision. */
  dry_run: z.literal(true),
  action: z.enum([...ToolCallResult.shape.action.options, 'rate_limit']),
  tool_call_id: z.string().optional(),
  within: ToolCallResult.pick({ action: true, policy_matched: true, message: true, code: true }).extend({ policy_id: z.string().nullable() }).optional(),
  /** The instant that was judged by. */
  at: Timestamp,
  /** `policy_version` is null where drafts were judged by. */
  metadata: DecisionMetadata.pick({ scanner: true, policy_id: true, policy_version: true, policy_hash: true, trace_id: true, policy_stale: true }),
  /** For admins and auditors. */
  limits: z.array(LimitMet).optional(),
  /** For admins and auditors: every policy once, in the order of deciding. The guard's own policies are the active ones; drafts are told all of. */
  explanation: z.array(ExplanationLine).optional(),
});
export type DryRun = z.output<typeof DryRun>;
