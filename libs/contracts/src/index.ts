export { allContracts } from './all-contracts.ts';
export { serviceNames, token } from './contract.ts';
export type { BroadcastContract, Contract, RequestContract, ServiceName, StreamContract } from './contract.ts';
export { inboxPrefix, permissionsOf, servedBy, systemUser, systemUserPermissions } from './permissions.ts';
export type { NatsPermissions } from './permissions.ts';

export { Approval, ApprovalStatus, ApproveRequest, OutcomeStatus, SettleRequest } from './public/approval.ts';
export { Channel, ChannelDraft, ChannelPatch, ChannelWithSecret, Delivery, DeliveryStatus, DeliveryType, SecretRotation, SigningSecret, maxSecretOverlapSeconds } from './public/channel.ts';
export { DecisionRecord, DecisionReview, LoggedDecision, ReviewRequest } from './public/decision.ts';
export { DryRun, DryRunRequest, ExplanationLine, LimitMet, maxDraftPolicies } from './public/dry-run.ts';
export { ApprovalNews, Outcome, OutcomeReport, OutcomeRequest, SubmittedToolCall, ToolCallRefused, guardSubjects } from './public/events.ts';
export { endpoints, responseHeaders } from './public/endpoints.ts';
export type { Endpoint, EndpointAnswer, HttpMethod, OperationId, ResponseHeader } from './public/endpoints.ts';
export { DefaultAction, FailureMode, Guard, GuardDraft, GuardPatch, GuardSettings, RecordArguments, guardDefaults } from './public/guard.ts';
export { CreatedKey, Key, KeyDraft, KeyGuards, Role, agentSpeaking, allRoles, parseApiKey } from './public/key.ts';
export { agentPermissions, doorRoles, doorSubjects, keyInboxPrefix, NextEventsAnswer, NextEventsRequest } from './public/nats-door.ts';
export type { DoorOperation, KeyOnNats } from './public/nats-door.ts';
export { ApprovalId, ArgumentsHash, CallerText, ChannelId, DecisionId, GuardId, KeyId, PolicyId, Timestamp, ToolName } from './public/names.ts';
export { Policy, PolicyOrder, maxPoliciesPerGuard } from './public/policy.ts';
export { AppliedTemplate, PolicyTemplate, TemplateApplication } from './public/policy-template.ts';
export { Effect, PolicyVersion, PolicyVersionDiff, WholePolicyVersion } from './public/policy-version.ts';
export { InputProblem, ProblemDocument, inputProblems, invalidInput, pointer, problemDocument } from './public/problem.ts';
export type { ProblemFacts } from './public/problem.ts';
export { ScanRequest, ScanResponse } from './public/scan.ts';
export { maxDocumentDepth, parseStrictJson } from './public/strict-json.ts';
export type { StrictJson } from './public/strict-json.ts';
export { Change, Findings, RiskScore, Threat } from './public/threat.ts';
export {
  Action,
  AnthropicToolUse,
  DecisionCode,
  DecisionMetadata,
  OpenAiFunctionCall,
  OpenAiToolCall,
  ProviderToolsRequest,
  ToolArguments,
  ToolCall,
  ToolCallResult,
  ToolRequest,
  ValidateRequest,
  ValidateResponse,
  depthOf,
  isJsonObject,
  maxArgumentsDepth,
  maxCallsPerRequest,
  maxWaitSeconds,
} from './public/tool-call.ts';
export type { JsonObject } from './public/tool-call.ts';

export { GuardAccess, KeyAccess, RevisionChanged, SyncAccess } from './internal/access.ts';
export {
  ApprovalClaim,
  ApprovalResolved,
  CancelApproval,
  ClaimAnswer,
  ClaimApprovals,
  ClaimState,
  GetApproval,
  ListApprovals,
  NamedVerdict,
  ReadApprovalStatuses,
  ReportOutcome,
  ReportVerdicts,
  VoteOnApproval,
} from './internal/approvals.ts';
export { CreateChannel, DeleteChannel, GetChannel, ListChannels, ListDeliveries, RotateChannelSecret, TestChannel, UpdateChannel } from './internal/channels.ts';
export { DecisionsLogged, GetDecision, ListDecisions, ReviewDecision } from './internal/decision-log.ts';
export { DryRunToolCall } from './internal/dry-run.ts';
export { EvaluateAnswer, EvaluateCall, EvaluateToolCalls, NotJudged, maxBatchCalls } from './internal/evaluate.ts';
export { FindFinalDecisions, OutcomesReported, PublicEvents, ReportedMessage, ResumeToolCalls, ResumedState, SubmittedMessage, ToolCallsSubmitted } from './internal/event-calls.ts';
export { DeadLetters, Health, PartHealth } from './internal/health.ts';
export {
  ApplyPolicyTemplate,
  CreateGuard,
  CreateKey,
  CreatePolicy,
  DeleteGuard,
  DeletePolicy,
  DiffPolicyVersions,
  GetGuard,
  GetPolicy,
  GetPolicyVersion,
  ListGuards,
  ListKeys,
  ListPolicies,
  ListPolicyTemplates,
  ListPolicyVersions,
  PreviewPolicyTemplate,
  ReorderPolicies,
  RestorePolicyVersion,
  RevokeKey,
  UpdateGuard,
  UpdatePolicy,
} from './internal/management.ts';
export { AwaitActive, PolicySet, RenewLease, ReturnLease, leaseMs, leaseRenewalMs } from './internal/policy-sets.ts';
export { Actor, IfMatch, Refusal, pageOf, replyOf } from './internal/reply.ts';
export type { Reply } from './internal/reply.ts';
export { ScanContent } from './internal/scan.ts';
