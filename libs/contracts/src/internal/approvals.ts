import { z } from 'zod';
import type { BroadcastContract, RequestContract } from '../contract.ts';
import { Approval, ApprovalStatus } from '../public/approval.ts';
import { DecisionRecord } from '../public/decision.ts';
import { Outcome, OutcomeReport } from '../public/events.ts';
import { Findings } from '../public/threat.ts';
import { AskedCall } from './evaluate.ts';
import { Actor, askedByGateway, Page, pageOf } from './reply.ts';

/** One call that today's policies want a person for, with everything an approval is bound to. */
export const ApprovalClaim = AskedCall.extend({
  /** SHA-256 of the RFC 8785 form of the arguments, in hex. */
  arguments_hash: z.string(),
  /** Null when the guard's default action asks for a person. */
  policy_id: z.string().nullable(),
  policy_version: z.int(),
  quorum: z.int().min(1),
  timeout_minutes: z.number().positive(),
  release_minutes: z.number().positive(),
  /** The channels of the guard that are told; absent: all. */
  notification_channels: z.array(z.string()).optional(),
  replay_seconds: z.int().min(0),
  trace_id: z.string().optional(),
  /** What the people who decide on it are shown; evaluators of an earlier version leave it out. */
  findings: Findings.optional(),
  /** The `allow` to log, in the releasing transaction, if this claim releases the call; its id is the decision's id. */
  release_record: DecisionRecord,
  /** Of a call that came as an event: the `require_approval` to log in the parking transaction, so that nobody decides on a call that was never said to wait. */
  pending_record: DecisionRecord.optional(),
  /**
   * Asked by an event's own message, not by the finishing of its row: where people have decided already, the answer is `pending` until the row is finished.
   * So no final decision overtakes the word that the call waits.
   */
  submitted: z.boolean().optional(),
});
export type ApprovalClaim = z.output<typeof ApprovalClaim>;

export const ClaimState = z.enum([
  'pending',
  'released', // by this very request: the one answer with `replayed: false`
  'replayed',
  'already_released',
  'rejected',
  'expired',
  'cancelled',
  'lapsed',
  'conflict',
  'failed', // could not be read or written: nothing is known of the row
]);

export const ClaimAnswer = z.object({
  state: ClaimState,
  approval_id: z.string().optional(),
  /** What the person who settled it wrote. */
  comment: z.string().optional(),
  settled_by: z.string().optional(),
  /** Epoch milliseconds. */
  expires_at: z.number().optional(),
  /** The asking request that was released, and the decision that released it. */
  release_id: z.string().optional(),
  release_decision_id: z.string().optional(),
});
export type ClaimAnswer = z.output<typeof ClaimAnswer>;

/** Parks calls, or says what became of them, or releases them: one answer per claim, in order. A repeated request id gets the same answer. */
export const ClaimApprovals = {
  kind: 'request',
  subject: 'hp.rpc.v1.approval-workflow.claim',
  server: 'approval-workflow',
  callers: ['evaluator'],
  replies: 'one',
  promise: 'committed before it is answered; no answer: outcome unknown, asking again with the same request id is safe',
  request: z.object({ claims: z.array(ApprovalClaim).min(1).max(256) }),
  reply: z.object({ answers: z.array(ClaimAnswer) }),
} as const satisfies RequestContract;

/** A call that names its approval and that today's policies judge without a person. */
export const NamedVerdict = z.object({
  approval_id: z.string(),
  guard_id: z.string(),
  key_id: z.string(),
  session_id: z.string(),
  end_user_id: z.string().optional(),
  agent_id: z.string().optional(),
  call_id: z.string(),
  tool_name: z.string(),
  tool_type: z.string().optional(),
  arguments_hash: z.string(),
  action: z.enum(['allow', 'warn', 'sanitize', 'block']),
  policy_id: z.string().nullable(),
  policy_version: z.int(),
});
export type NamedVerdict = z.output<typeof NamedVerdict>;

/**
 * Judged `allow`, `warn` or `sanitize`: the open row becomes `superseded`; judged `block`: it stays and remembers the verdict. One answer per verdict, in order.
 * `outdated`: a newer policy set parked the call than the one that lets it go; the answer to the call is `require_approval` with the row's id.
 */
export const ReportVerdicts = {
  kind: 'request',
  subject: 'hp.rpc.v1.approval-workflow.report-verdicts',
  server: 'approval-workflow',
  callers: ['evaluator'],
  replies: 'one',
  promise: 'committed before it is answered; idempotent',
  request: z.object({ verdicts: z.array(NamedVerdict).min(1).max(256) }),
  reply: z.object({ answers: z.array(z.enum(['superseded', 'recorded', 'outdated', 'ignored', 'failed'])) }),
} as const satisfies RequestContract;

const approvalKey = { guard_id: z.string(), approval_id: z.string() };
const ask = askedByGateway('approval-workflow');

/** The first report of a call counts; another one like it is answered the same, a different one refused with 409 `outcome_already_reported`. */
export const ReportOutcome = ask(
  'report-outcome',
  'committed, with its audit row if the call was parked, before it is answered; idempotent',
  z.object({ guard_id: z.string(), key_id: z.string(), report: OutcomeReport }),
  Outcome,
);

const committed = 'committed, with its audit row, before it is answered; no answer: outcome unknown';

export const ListApprovals = ask('list', 'read', z.object({ guard_id: z.string(), status: ApprovalStatus.optional(), ...Page }), pageOf(Approval));
/** `asked_by`: only if this key asked for it. */
export const GetApproval = ask('get', 'read; settles what is overdue', z.object({ ...approvalKey, asked_by: z.string().optional() }), Approval);
/** One person, one vote. A settled approval refuses with 409 `already_settled` and names the winner. */
export const VoteOnApproval = ask(
  'vote',
  committed,
  z.object({ ...approvalKey, actor: Actor, choice: z.enum(['approve', 'reject']), comment: z.string().optional(), arguments_hash: z.string().optional() }),
  Approval,
);
/** By the key that asked, or an admin. */
export const CancelApproval = ask('cancel', committed, z.object({ ...approvalKey, actor: Actor, comment: z.string().optional() }), Approval);
/** The states of all the approvals that a gateway's callers wait for; unknown ones are left out. Settles what is overdue. */
export const ReadApprovalStatuses = {
  kind: 'request',
  subject: 'hp.rpc.v1.approval-workflow.statuses',
  server: 'approval-workflow',
  callers: ['gateway'],
  replies: 'one',
  promise: 'read; makes up for lost wake-ups',
  request: z.object({ approvals: z.array(z.object(approvalKey)).min(1).max(1_000) }),
  reply: z.object({ statuses: z.array(z.object({ ...approvalKey, status: ApprovalStatus })) }),
} as const satisfies RequestContract;

/** Wakes people up; carries no authority: whoever hears it asks again. */
export const ApprovalResolved = {
  kind: 'broadcast',
  subject: 'hp.rpc.v1.approval-workflow.resolved',
  publishers: ['approval-workflow'],
  subscribers: ['gateway'],
  promise: 'at most once, after the commit; made up for by `ReadApprovalStatuses` every two seconds',
  body: z.object({ ...approvalKey, status: ApprovalStatus }),
} as const satisfies BroadcastContract;
