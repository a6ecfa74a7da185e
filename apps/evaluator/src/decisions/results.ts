import type { Change, ClaimAnswer, DecisionCode, DecisionRecord, EvaluateAnswer, EvaluateCall, JsonObject, ReportVerdicts, ToolCallResult } from '@holdpoint/contracts';
import type { MetLimit, SettledVerdict } from '@holdpoint/policy';
import type { z } from 'zod';
import type { LimitAnswer } from '../limits/rate-limiter.ts';
import type { HeldSet } from '../policies/policy-sets.ts';
import type { Seen } from '../scans/seen.ts';
import { recordedArguments, recordedChanges, recordedThreats } from './recorded-arguments.ts';

/** What the policies say, once the limits have been asked too. `retryAfterSeconds`: with `rate_limit_exceeded`. */
export type JudgedVerdict = Omit<SettledVerdict, 'code'> & Readonly<{ code?: NonNullable<SettledVerdict['code']> | 'rate_limit_exceeded' | 'rate_limiter_unavailable'; retryAfterSeconds?: number }>;

/** One call, judged by one policy set at one instant. */
export type JudgedCall = Readonly<{
  index: number;
  call: EvaluateCall;
  held: HeldSet;
  /** What the scanner saw, before any policy was asked. */
  seen: Seen;
  /** As long as there are `limits`: the verdict if all of them have room. */
  verdict: JudgedVerdict;
  /** Those that the call must be within and that have not been asked yet, in the order in which it meets them. */
  limits: readonly MetLimit[];
  /** With the verdict `sanitize`: what may run instead. */
  sanitized?: Readonly<{ arguments: JsonObject; changes: Change[] }>;
  /** Empty for arguments without a canonical form: such a call is blocked. */
  argumentsHash: string;
  decisionId: string;
  /** Epoch milliseconds. */
  at: number;
  /** Judged while policy-admin could not confirm the set. */
  stale: boolean;
  /** The set that judged is too old to count: the verdict is a stand-in for one by the policies of now. */
  standIn: boolean;
  /** The guard's failure mode gave the verdict, because of that. */
  failedOpen: boolean;
}>;

/** Why a call is given back undecided; the last two concern calls that came as events only. */
export type NotDecided =
  | NonNullable<EvaluateAnswer['not_judged']>
  /** A part that its decision needs is down; nobody waits on a connection, so the call waits for the part. */
  | 'part_unavailable'
  /** Its final decision is in the log already. */
  | 'decided_before';

export type NotJudged = Readonly<{ index: number; not_judged: NotDecided }>;
/** One of the two. */
export type Answer = Readonly<{ index: number; result?: ToolCallResult; not_judged?: NotDecided }>;

export type Outcome = Readonly<{
  action: ToolCallResult['action'];
  message: string;
  code?: DecisionCode;
  retryAfterSeconds?: number;
  approvalId?: string | undefined;
  decisionId?: string | undefined;
  replayed?: boolean;
  releaseId?: string | undefined;
}>;

/** The answer to a judged call. Fields that are undefined are not sent. */
export function resultOf(judged: JudgedCall, outcome: Outcome): ToolCallResult {
  const { call, held, verdict, seen } = judged;
  const sanitized = outcome.action === 'sanitize' ? judged.sanitized : undefined;
  return {
    action: outcome.action,
    tool_call_id: call.tool_call.id,
    risk_score: seen.risk_score,
    threats_detected: seen.threats_detected,
    threats: seen.threats,
    policy_matched: verdict.policy?.name ?? null,
    message: outcome.message,
    code: outcome.code,
    approval_id: outcome.approvalId,
    retry_after_seconds: outcome.retryAfterSeconds,
    sanitized_arguments: sanitized?.arguments,
    changes: sanitized?.changes,
    metadata: {
      decision_id: outcome.decisionId ?? judged.decisionId,
      scanner: seen.scanner,
      policy_id: verdict.policy?.id ?? null,
      policy_version: held.source.version,
      policy_hash: held.source.hash,
      trace_id: call.trace_id,
      policy_stale: judged.stale ? true : undefined,
      failed_open: judged.failedOpen && outcome.action === 'warn' ? true : undefined,
      replayed: outcome.replayed,
      release_id: outcome.releaseId,
    },
  };
}

/** The log's row of an answer. Written out field by field: spreading the result costs more than all the rest. */
export function recordOf({ call, held, argumentsHash, at }: JudgedCall, result: ToolCallResult): DecisionRecord {
  return {
    id: result.metadata.decision_id,
    guard_id: call.guard_id,
    session_id: call.session_id,
    tool_name: call.tool_call.name,
    end_user_id: call.end_user_id,
    agent_id: call.agent_id,
    key_id: call.key_id,
    request_id: call.request_id,
    arguments_hash: argumentsHash,
    arguments: recordedArguments(held.source.record_arguments, call.tool_call.arguments),
    created_at: new Date(at).toISOString(),
    action: result.action,
    tool_call_id: result.tool_call_id,
    risk_score: result.risk_score,
    threats_detected: result.threats_detected,
    threats: recordedThreats(held.source.record_arguments, result.threats),
    policy_matched: result.policy_matched,
    message: result.message,
    code: result.code,
    approval_id: result.approval_id,
    retry_after_seconds: result.retry_after_seconds,
    // Anything but the whole of them could be taken for what may run.
    sanitized_arguments: held.source.record_arguments === 'full' ? result.sanitized_arguments : undefined,
    changes: recordedChanges(held.source.record_arguments, result.changes),
    metadata: result.metadata,
    event_key: call.event_key,
  };
}

/** What a verdict says by itself, before approvals are asked. */
export function outcomeOfVerdict({ verdict }: JudgedCall): Outcome {
  const { action, reason: message, code, retryAfterSeconds } = verdict;
  return { action, message, ...(code !== undefined && { code }), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

/** The release that a claim may turn into: logged by the approval service in the releasing transaction, and answered if it did. */
export function releaseOutcome({ call }: JudgedCall, answer: ClaimAnswer): Outcome {
  return {
    action: 'allow',
    message: answer.comment ? `Approved by a person, who wrote: \`${quotable(answer.comment)}\`` : 'Approved by a person.',
    approvalId: answer.approval_id,
    decisionId: answer.release_decision_id,
    replayed: false,
    releaseId: call.request_id,
  };
}

/** What the answer to a claim means for the agent. */
export function outcomeOfClaim(judged: JudgedCall, answer: ClaimAnswer): Outcome {
  const approvalId = answer.approval_id;
  switch (answer.state) {
    case 'pending':
      return {
        action: 'require_approval',
        message: `${judged.verdict.reason} Ask again with the same call id to learn what became of it.`,
        approvalId,
      };
    case 'released':
      return releaseOutcome(judged, answer);
    case 'replayed':
      return { action: 'allow', message: 'Approved by a person and released before; this repeats that answer.', approvalId, replayed: true, releaseId: answer.release_id };
    case 'already_released':
      return { action: 'block', code: 'already_released', message: 'This call was approved and released before; it may run once. A new attempt needs a new call id.', approvalId };
    case 'rejected':
      return { action: 'block', code: 'approval_rejected', message: `A person rejected this call${wroteWhat(answer)} Do not repeat it; a new attempt needs a new call id.`, approvalId };
    case 'expired':
      return { action: 'block', code: 'approval_expired', message: 'Nobody approved this call in time. A new attempt needs a new call id.', approvalId };
    case 'cancelled':
      return { action: 'block', code: 'approval_cancelled', message: `This call was cancelled${wroteWhat(answer)} A new attempt needs a new call id.`, approvalId };
    case 'lapsed':
      return { action: 'block', code: 'approval_lapsed', message: 'This call was approved, but not used in time. A new attempt needs a new call id.', approvalId };
    case 'conflict':
      return { action: 'block', code: 'call_id_conflict', message: 'This call id is taken in this session by a call with other arguments or another asker. Use a new call id.' };
    case 'failed':
      return approvalServiceUnavailable;
  }
}

export type ReportAnswer = z.output<(typeof ReportVerdicts)['reply']>['answers'][number];

/** What a named approval's row says to a verdict that needed no person. A `block` stands whatever the row says. */
export function outcomeOfReport(judged: JudgedCall, answer: ReportAnswer): Outcome {
  if (judged.verdict.action === 'block' || (answer !== 'failed' && answer !== 'outdated')) return outcomeOfVerdict(judged);
  if (answer === 'failed') return approvalServiceUnavailable;
  return { action: 'require_approval', message: 'Newer policies than this evaluator holds want a person for this call. Ask again with the same call id.', approvalId: judged.call.approval_id };
}

export const approvalServiceUnavailable: Outcome = {
  action: 'block',
  code: 'approval_service_unavailable',
  message: 'A person must approve this call, and the approval service cannot be reached. Ask again in a few seconds with the same call id.',
};

/** What its limits make of a call that meets some. */
export function afterLimits(judged: JudgedCall, answer: LimitAnswer): JudgedCall {
  const { limits, verdict } = judged;
  const blocked = (place: number, why: Pick<JudgedVerdict, 'code' | 'reason' | 'retryAfterSeconds'>): JudgedCall => ({
    ...judged,
    limits: [],
    verdict: { action: 'block', policy: limits[place]?.policy ?? null, version: verdict.version, ...why },
  });
  if (answer === 'unavailable') {
    return blocked(0, { code: 'rate_limiter_unavailable', reason: 'How often such calls are made is limited, and they cannot be counted now. Ask again in a few seconds with the same call id.' });
  }
  if (answer.admitted) return { ...judged, limits: [] };
  return blocked(answer.refusedBy, { code: 'rate_limit_exceeded', reason: 'Rate limit exceeded', retryAfterSeconds: Math.max(1, Math.ceil(answer.retryAfterMs / 1_000)) });
}

export const decisionLogUnavailable: Outcome = {
  action: 'block',
  code: 'decision_log_unavailable',
  message: 'The decision could not be written to the log, so it does not count. Ask again in a few seconds with the same call id.',
};

function wroteWhat({ comment }: ClaimAnswer): string {
  return comment ? `, writing: \`${quotable(comment)}\`.` : '.';
}

/** A comment inside back-quotes, on one line. */
const quotable = (comment: string): string => comment.replaceAll('`', "'").replace(/[\s\p{Cc}]+/gu, ' ');
