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
