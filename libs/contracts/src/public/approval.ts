import { z } from 'zod';
import { ApprovalId, ArgumentsHash, GuardId, Timestamp } from './names.ts';
import { Findings } from './threat.ts';
import { ToolCall } from './tool-call.ts';

export const ApprovalStatus = z.enum(['pending', 'approved', 'rejected', 'expired', 'cancelled', 'superseded', 'stale', 'released', 'lapsed']);
export type ApprovalStatus = z.output<typeof ApprovalStatus>;

/** `unknown`: it was tried, and nobody can tell. */
export const OutcomeStatus = z.enum(['executed', 'failed', 'unknown']);
export type OutcomeStatus = z.output<typeof OutcomeStatus>;

/** A parked call and what became of it. Actors are written `key:<id>` and `webhook:<channel id>`; what time settles is settled by `system`. */
export const Approval = z.object({
  id: ApprovalId,
  status: ApprovalStatus,
  guard: GuardId,
  session_id: z.string(),
  end_user_id: z.string().optional(),
  agent_id: z.string().optional(),
  tool_call: ToolCall,
  context: z.unknown().optional(),
  arguments_hash: ArgumentsHash,
  /** What the scanner saw when the call was parked; not told of calls that an earlier version parked. */
  ...Findings.partial().shape,
  policy_id: z.string().nullable(),
  policy_version: z.int(),
  requested_by: z.string(),
  created_at: Timestamp,
  expires_at: Timestamp,
  settled_at: Timestamp.optional(),
  settled_by: z.string().optional(),
  comment: z.string().optional(),
  released_at: Timestamp.optional(),
  /** The latest `block` that policies gave this call while it was parked. */
  last_verdict: z.object({ action: z.string(), policy_id: z.string().nullable(), policy_version: z.int(), at: Timestamp }).optional(),
  /** What the asker says became of the call. */
  outcome: z.object({ status: OutcomeStatus, detail: z.string().optional(), reported_at: Timestamp }).optional(),
  /** The row that took this one's place when the deciding policy changed. */
  replaced_by: ApprovalId.optional(),
});
export type Approval = z.output<typeof Approval>;

const comment = z.string().max(2_000, 'must be at most 2000 characters').regex(/^[^\0]*$/, 'must not hold NUL').optional();

/** Body of `POST …/approve`; `arguments_hash` says which arguments the person saw. */
export const ApproveRequest = z.strictObject({ comment, arguments_hash: ArgumentsHash.optional() });
/** Body of `POST …/reject` and `…/cancel`. */
export const SettleRequest = z.strictObject({ comment });

