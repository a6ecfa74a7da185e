import type { ApprovalClaim, NamedVerdict } from '@holdpoint/contracts';
import { outcomeOfClaim, recordOf, releaseOutcome, resultOf, type JudgedCall } from './results.ts';

const defaultTimeoutMinutes = 60;

/** Asks for an approval, with all that it is bound to. */
export function claimOf(judged: JudgedCall): ApprovalClaim {
  const { call, verdict, held, argumentsHash, seen } = judged;
  return {
    request_id: call.request_id,
    guard_id: call.guard_id,
    key_id: call.key_id,
    owner_email: call.owner_email,
    session_id: call.session_id,
    end_user_id: call.end_user_id,
    agent_id: call.agent_id,
    context: call.context,
    event_key: call.event_key,
    trace_id: call.trace_id,
    tool_call: call.tool_call,
    findings: { risk_score: seen.risk_score, threats_detected: seen.threats_detected, threats: seen.threats },
    arguments_hash: argumentsHash,
    policy_id: verdict.policy?.id ?? null,
    policy_version: held.source.version,
    quorum: verdict.policy?.approval_config?.quorum ?? 1,
    timeout_minutes: verdict.policy?.approval_config?.timeout_minutes ?? defaultTimeoutMinutes,
    release_minutes: held.source.release_minutes,
    ...(verdict.policy?.approval_config?.notification_channels === undefined ? {} : { notification_channels: [...verdict.policy.approval_config.notification_channels] }),
    replay_seconds: held.source.replay_seconds,
    release_record: recordOf(judged, resultOf(judged, releaseOutcome(judged, { state: 'released' }))),
    ...(call.event_key === undefined ? {} : { pending_record: recordOf(judged, resultOf(judged, outcomeOfClaim(judged, { state: 'pending' }))), submitted: call.approval_id === undefined }),
  };
}

/** Tells the approval that a call names what the policies say of it without a person. */
export function namedVerdictOf({ call, verdict, held, argumentsHash }: JudgedCall): NamedVerdict {
  return {
    approval_id: call.approval_id ?? '',
    guard_id: call.guard_id,
    key_id: call.key_id,
    session_id: call.session_id,
    end_user_id: call.end_user_id,
    agent_id: call.agent_id,
    call_id: call.tool_call.id,
    tool_name: call.tool_call.name,
    tool_type: call.tool_call.type,
    arguments_hash: argumentsHash,
    action: verdict.action === 'require_approval' ? 'block' : verdict.action,
    policy_id: verdict.policy?.id ?? null,
    policy_version: held.source.version,
  };
}
