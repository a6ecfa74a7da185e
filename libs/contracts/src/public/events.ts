import { z } from 'zod';
import { token } from '../contract.ts';
import { ApprovalId, CallerText, GuardId, Timestamp } from './names.ts';
import { ApprovalStatus, OutcomeStatus } from './approval.ts';
import { ProblemDocument } from './problem.ts';
import { Findings } from './threat.ts';
import { asker, ToolCall } from './tool-call.ts';

/** Body of `hp.v1.guard.<guard>.tool_call.submitted.<key_id>`: one call, decided later by `decision.made`. */
export const SubmittedToolCall = z.strictObject({ ...asker, tool_call: ToolCall });
export type SubmittedToolCall = z.output<typeof SubmittedToolCall>;

/** A submitted message that is no tool call, or not one its key may ask about. */
export const ToolCallRefused = z.object({
  guard_id: GuardId,
  key_id: z.string(),
  /** Of the submitted message in `TOOL_CALLS`, as its publish acknowledgement said. */
  sequence: z.int(),
  /** As far as they could be read. */
  session_id: z.string().optional(),
  tool_call_id: z.string().optional(),
  problem: ProblemDocument,
  refused_at: Timestamp,
});
export type ToolCallRefused = z.output<typeof ToolCallRefused>;

/** What happened to an approval. Arguments are not in it: who may see them asks for the approval. */
export const ApprovalNews = z.object({
  approval_id: ApprovalId,
  guard_id: GuardId,
  status: ApprovalStatus,
  session_id: z.string(),
  tool_call_id: z.string(),
  tool_name: z.string(),
  arguments_hash: z.string(),
  /** When it is requested: what the scanner saw. The threats themselves hold what matched, so they stand with the arguments. */
  ...Findings.omit({ threats: true }).partial().shape,
  requested_by: z.string(),
  expires_at: Timestamp,
  settled_at: Timestamp.optional(),
  settled_by: z.string().optional(),
  comment: z.string().optional(),
});
export type ApprovalNews = z.output<typeof ApprovalNews>;

const detail = z.string().max(2_000, 'must be at most 2000 characters').regex(/^[^\0]*$/, 'must not hold NUL').optional();

/** Body of `POST …/tool-calls/{callId}/outcome`. */
export const OutcomeRequest = z.strictObject({ status: OutcomeStatus, detail });
/** Body of `hp.v1.guard.<guard>.outcome.reported.<key_id>`. */
export const OutcomeReport = z.strictObject({ session_id: CallerText, tool_call_id: CallerText, status: OutcomeStatus, detail });
export type OutcomeReport = z.output<typeof OutcomeReport>;

/** What became of a call, as its asker said. */
export const Outcome = z.object({ session_id: z.string(), tool_call_id: z.string(), status: OutcomeStatus, detail: z.string().optional(), reported_at: Timestamp });
export type Outcome = z.output<typeof Outcome>;

const guardSubject = (guardId: string, rest: string): string => `hp.v1.guard.${token(guardId)}.${rest}`;

/** Public subjects of one guard. Those that agents write end in the id of their key: permissions let a key use only its own. */
export const guardSubjects = {
  validate: (guardId: string, keyId: string): string => guardSubject(guardId, `validate.${token(keyId)}`),
  scan: (guardId: string, keyId: string): string => guardSubject(guardId, `scan.${token(keyId)}`),
  toolCallSubmitted: (guardId: string, keyId: string): string => guardSubject(guardId, `tool_call.submitted.${token(keyId)}`),
  outcomeReported: (guardId: string, keyId: string): string => guardSubject(guardId, `outcome.reported.${token(keyId)}`),
  decisionsNext: (guardId: string, keyId: string): string => guardSubject(guardId, `events.next.${token(keyId)}`),
  toolCallRefused: (guardId: string): string => guardSubject(guardId, 'tool_call.refused'),
  decisionMade: (guardId: string): string => guardSubject(guardId, 'decision.made'),
  approvalRequested: (guardId: string): string => guardSubject(guardId, 'approval.requested'),
  approvalResolved: (guardId: string): string => guardSubject(guardId, 'approval.resolved'),
} as const;

