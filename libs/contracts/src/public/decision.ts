import { z } from 'zod';
import { GuardId, Timestamp } from './names.ts';
import { ToolCallResult } from './tool-call.ts';

/**
 * One row of the decision log: the answer that was given, to whom, and by which policies. `sanitized_arguments` stand in it only where the guard's
 * `record_arguments` is `full`; otherwise each `match` of a threat is empty, and where it is `none` each `path` is, too.
 */
export const DecisionRecord = ToolCallResult.extend({
  id: z.string(),
  guard_id: GuardId,
  session_id: z.string(),
  tool_name: z.string(),
  end_user_id: z.string().optional(),
  agent_id: z.string().optional(),
  key_id: z.string(),
  request_id: z.string(),
  arguments_hash: z.string(),
  /** As much of the arguments as the guard's `record_arguments` keeps. */
  arguments: z.unknown().optional(),
  created_at: Timestamp,
  /** The same in every decision of one submitted tool call: `require_approval`, if people had to be asked, then exactly one final one. */
  event_key: z.string().optional(),
});
export type DecisionRecord = z.output<typeof DecisionRecord>;

export const ReviewVerdict = z.enum(['acceptable', 'unacceptable']);

/** Body of `POST …/decisions/{decisionId}/review`: what a person found who looked at a flagged decision. */
export const ReviewRequest = z.strictObject({
  verdict: ReviewVerdict.optional(),
  comment: z.string().min(1, 'must not be empty').max(2_000, 'must be at most 2000 characters').regex(/^[^\0]*$/, 'must not hold NUL').optional(),
});
export type ReviewRequest = z.output<typeof ReviewRequest>;

/** `reviewed_by` is `key:<id>`, of the key that asked. */
export const DecisionReview = ReviewRequest.extend({ reviewed_by: z.string(), reviewed_at: Timestamp });
export type DecisionReview = z.output<typeof DecisionReview>;

/** A decision as the log shows it: the record, and what came of it afterwards. `flagged`: it let a call go with a warning, and waits for a review until there is one. */
export const LoggedDecision = DecisionRecord.extend({ flagged: z.literal(true).optional(), review: DecisionReview.optional() });
export type LoggedDecision = z.output<typeof LoggedDecision>;
