import { z } from 'zod';
import { Approval, ApprovalStatus, ApproveRequest, SettleRequest } from './approval.ts';
import { Channel, ChannelDraft, ChannelPatch, ChannelWithSecret, Delivery, SecretRotation } from './channel.ts';
import { LoggedDecision, ReviewRequest } from './decision.ts';
import { DryRun, DryRunRequest } from './dry-run.ts';
import { Outcome, OutcomeRequest } from './events.ts';
import { Guard, GuardDraft, GuardPatch } from './guard.ts';
import { CreatedKey, Key, KeyDraft, type Role } from './key.ts';
import { ApprovalId, CallerText, ChannelId, DecisionId, GuardId, KeyId, PolicyId, Timestamp, ToolName, VersionNumber } from './names.ts';
import { Policy, PolicyOrder } from './policy.ts';
import { AppliedTemplate, PolicyTemplate, TemplateApplication, TemplateId } from './policy-template.ts';
import { PolicyVersion, PolicyVersionDiff, WholePolicyVersion } from './policy-version.ts';
import { ScanRequest, ScanResponse } from './scan.ts';
import { Action, ProviderToolsRequest, ToolRequest, ValidateRequest, ValidateResponse, isJsonObject, maxWaitSeconds, type JsonObject } from './tool-call.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What one status of an answer means; without a schema the body is not JSON, or there is none. */
export type EndpointAnswer = Readonly<{ description: string; schema?: z.ZodType; headers?: readonly ResponseHeader[] }>;

/** One way in. Every error answer is a problem document and is not listed. */
export type Endpoint = Readonly<{
  method: HttpMethod;
  /** As in OpenAPI: `/v1/guard/{proxyId}/policies`. */
  path: string;
  summary: string;
  tag: 'Tool calls' | 'Decisions' | 'Policies' | 'Approvals' | 'Channels' | 'Guards' | 'Keys' | 'Operations';
  /** Any one of them opens it; none: no key is asked for. */
  roles: readonly Role[];
  /** One per name in the path. A value that does not fit names nothing: 404. */
  params?: Readonly<Record<string, z.ZodType>>;
  /** Values arrive as text; those of integer fields are read as numbers. */
  query?: z.ZodObject;
  body?: z.ZodType;
  /** What the body looks like where `body` leaves its check to the service behind. */
  bodyDocument?: z.ZodType;
  /** A request without any body counts as `{}`. */
  bodyOptional?: boolean;
  /** Takes `Prefer: wait=N`. */
  prefersWait?: boolean;
  /** Takes `If-Match`: the write counts only if what it goes by is still what is there. */
  takesIfMatch?: boolean;
  /** By status; the first is the usual one. */
  answers: Readonly<Record<number, EndpointAnswer>>;
  /** False: a page for people, left out of the OpenAPI document. */
  listed?: false;
}>;

export const responseHeaders = {
  ETag: 'Tag of the policy, of the list of policies, or of the guard, for `If-Match`.',
  'X-Policy-Version': 'Number of the policy set that this write made.',
  'X-Policy-Waiting-For': 'Evaluators that do not decide by this write yet, separated by commas.',
  'Preference-Applied': '`wait=N` when the preference was honoured.',
} as const;
export type ResponseHeader = keyof typeof responseHeaders;

const listOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), next_cursor: z.string().nullable() });

const page = {
  limit: z.int('must be a whole number').min(1, 'must be at least 1').max(200, 'must be at most 200').optional(),
  cursor: z.string('must be given once').min(1, 'must not be empty').max(512, 'must be at most 512 characters').optional(),
};
const noQuery = z.strictObject({});
const Nothing = z.strictObject({});
const Listing = z.strictObject(page);
const waitSeconds = z.int('must be a whole number of seconds').min(0, 'must be at least 0').max(maxWaitSeconds, `must be at most ${maxWaitSeconds}`).optional();
const Held = z.strictObject({ wait: waitSeconds });
const Activating = z.strictObject({ wait: z.literal('active', 'must be `active`').optional() });

const oneText = z.string('must be given once').min(1, 'must not be empty').max(256, 'must be at most 256 characters');
const trueOrFalse = z.enum(['true', 'false'], 'must be `true` or `false`');
const DecisionFilter = z.strictObject({
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  action: Action.optional(),
  tool: ToolName.optional(),
  session_id: CallerText.optional(),
  end_user_id: CallerText.optional(),
  policy_id: oneText.optional(),
  flagged: trueOrFalse.optional(),
  reviewed: trueOrFalse.optional(),
  ...page,
});
const ApprovalFilter = z.strictObject({ status: ApprovalStatus.optional(), ...page });

/** A policy as a client writes it. Its meaning is checked by policy-admin, which names every problem. */
const PolicyDraft = Policy.omit({ id: true, created_at: true, updated_at: true }).partial().required({ name: true, tool_pattern: true, action: true });
const PolicyPatch = PolicyDraft.partial();
const AnyObject = z.custom<JsonObject>(isJsonObject, 'must be an object');

const inGuard = { proxyId: GuardId };
const policyInGuard = { ...inGuard, policyId: PolicyId };
const channelInGuard = { ...inGuard, channelId: ChannelId };
const approvalInGuard = { ...inGuard, approvalId: ApprovalId };

const judged = { 200: { description: 'The answer to every call; the action says what to do.', schema: ValidateResponse, headers: ['Preference-Applied'] } } as const;
const scanned = { 200: { description: 'What the content looks like; the action says what to do with it.', schema: ScanResponse } } as const;
const written = (description: string, schema: z.ZodType, { status = 200, tagged = false }: { status?: 200 | 201; tagged?: boolean } = {}): Readonly<Record<number, EndpointAnswer>> => {
  const headers: readonly ResponseHeader[] = ['X-Policy-Version', ...(tagged ? (['ETag'] as const) : [])];
  return {
    [status]: { description, schema, headers },
    202: { description: 'Written, but not every evaluator decides by it yet.', schema, headers: [...headers, 'X-Policy-Waiting-For'] },
  };
};

const Part = z.object({ part: z.string(), ok: z.boolean(), detail: z.string().optional() });
const open: readonly Role[] = [];
const agent: readonly Role[] = ['agent'];
const admin: readonly Role[] = ['admin'];
const approver: readonly Role[] = ['approver'];
const reader: readonly Role[] = ['auditor', 'admin'];

/** Every endpoint of the gateway, once, under its operation id. Routes, their checks and the OpenAPI document are made from it. */
export const endpoints = {
  validateToolCalls: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/agent/validate',
    summary: 'Judge tool calls before they run',
    tag: 'Tool calls',
    roles: agent,
    params: inGuard,
    query: Held,
    body: ValidateRequest,
    prefersWait: true,
    answers: judged,
  },
  validateProviderToolCalls: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/agent/openai-tools',
    summary: 'Judge tool calls in the shapes of OpenAI and Anthropic',
    tag: 'Tool calls',
    roles: agent,
    params: inGuard,
    query: Held,
    body: ProviderToolsRequest,
    prefersWait: true,
    answers: judged,
  },
  validateToolCall: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/tool',
    summary: 'Judge one tool call (older shape)',
    tag: 'Tool calls',
    roles: agent,
    params: inGuard,
    query: Held,
    body: ToolRequest,
    prefersWait: true,
    answers: judged,
  },

  scanOutput: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/agent/scan-output',
    summary: 'Look at what a tool returned, before an agent reads it',
    tag: 'Tool calls',
    roles: agent,
    params: inGuard,
    query: noQuery,
    body: ScanRequest,
    answers: scanned,
  },
  scanAgentContent: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/agent/scan-content',
    summary: 'The same for any other content',
    tag: 'Tool calls',
    roles: agent,
    params: inGuard,
    query: noQuery,
    body: ScanRequest,
    answers: scanned,
  },
  scanContent: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/content/scan',
    summary: 'The same (older path)',
    tag: 'Tool calls',
    roles: agent,
    params: inGuard,
    query: noQuery,
    body: ScanRequest,
    answers: scanned,
  },

  reportOutcome: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/sessions/{sessionId}/tool-calls/{callId}/outcome',
    summary: 'Say what became of a call; the first report counts',
    tag: 'Tool calls',
    roles: agent,
    params: { ...inGuard, sessionId: CallerText, callId: CallerText },
    query: noQuery,
    body: OutcomeRequest,
    answers: { 200: { description: 'The outcome, as it is kept.', schema: Outcome } },
  },

  listDecisions: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/decisions',
    summary: 'The decision log, newest first',
    tag: 'Decisions',
    roles: reader,
    params: inGuard,
    query: DecisionFilter,
    answers: { 200: { description: 'One page of decisions.', schema: listOf(LoggedDecision) } },
  },
  getDecision: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/decisions/{decisionId}',
    summary: 'One decision',
    tag: 'Decisions',
    roles: reader,
    params: { ...inGuard, decisionId: DecisionId },
    query: noQuery,
    answers: { 200: { description: 'The decision.', schema: LoggedDecision } },
  },
  reviewDecision: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/decisions/{decisionId}/review',
    summary: 'Say that a person has looked at a flagged decision; the first review counts',
    tag: 'Decisions',
    roles: reader,
    params: { ...inGuard, decisionId: DecisionId },
    query: noQuery,
    body: ReviewRequest,
    bodyOptional: true,
    answers: { 200: { description: 'The decision with its review.', schema: LoggedDecision } },
  },

  createPolicy: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/policies',
    summary: 'Create a policy',
    tag: 'Policies',
    roles: admin,
    params: inGuard,
    query: Activating,
    body: AnyObject,
    bodyDocument: PolicyDraft,
    takesIfMatch: true,
    answers: written('The policy.', Policy, { status: 201, tagged: true }),
  },
  listPolicies: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/policies',
    summary: 'The policies of a guard, in the order in which they decide',
    tag: 'Policies',
    roles: reader,
    params: inGuard,
    query: Listing,
    answers: { 200: { description: 'One page of policies.', schema: listOf(Policy), headers: ['ETag'] } },
  },
  getPolicy: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/policies/{policyId}',
    summary: 'One policy',
    tag: 'Policies',
    roles: reader,
    params: policyInGuard,
    query: noQuery,
    answers: { 200: { description: 'The policy.', schema: Policy, headers: ['ETag'] } },
  },
  putPolicy: {
    method: 'PUT',
    path: '/v1/guard/{proxyId}/policies/{policyId}',
    summary: 'Change a policy; fields left out stay as they are',
    tag: 'Policies',
    roles: admin,
    params: policyInGuard,
    query: Activating,
    body: AnyObject,
    bodyDocument: PolicyPatch,
    takesIfMatch: true,
    answers: written('The policy.', Policy, { tagged: true }),
  },
  patchPolicy: {
    method: 'PATCH',
    path: '/v1/guard/{proxyId}/policies/{policyId}',
    summary: 'Change a policy; fields left out stay as they are',
    tag: 'Policies',
    roles: admin,
    params: policyInGuard,
    query: Activating,
    body: AnyObject,
    bodyDocument: PolicyPatch,
    takesIfMatch: true,
    answers: written('The policy.', Policy, { tagged: true }),
  },
  deletePolicy: {
    method: 'DELETE',
    path: '/v1/guard/{proxyId}/policies/{policyId}',
    summary: 'Delete a policy',
    tag: 'Policies',
    roles: admin,
    params: policyInGuard,
    query: Activating,
    takesIfMatch: true,
    answers: written('The policy as it was.', Policy),
  },
  reorderPolicies: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/policies/reorder',
    summary: 'Put the listed policies in this order into the places they hold now',
    tag: 'Policies',
    roles: admin,
    params: inGuard,
    query: Activating,
    body: PolicyOrder,
    takesIfMatch: true,
    answers: written('The policies in their new order.', z.object({ data: z.array(Policy) }), { tagged: true }),
  },

  evaluatePolicies: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/policies/evaluate',
    summary: 'Say what would become of a call, and why; nothing is recorded, counted or parked. Agents are told without the explanation; `policies` needs the role `admin`',
    tag: 'Policies',
    roles: ['agent', 'auditor', 'admin'],
    params: inGuard,
    query: noQuery,
    body: DryRunRequest,
    bodyDocument: DryRunRequest.extend({ policies: z.array(PolicyDraft.extend({ id: z.string().optional(), created_at: Timestamp.optional(), updated_at: Timestamp.optional() })).optional() }),
    answers: { 200: { description: 'What validate would answer, and for admins and auditors a line for every policy.', schema: DryRun } },
  },
  listPolicyVersions: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/policies/versions',
    summary: 'Every version of the policies of a guard, newest first: who made it, when, and what was done',
    tag: 'Policies',
    roles: reader,
    params: inGuard,
    query: Listing,
    answers: { 200: { description: 'One page of versions.', schema: listOf(PolicyVersion) } },
  },
  getPolicyVersion: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/policies/versions/{version}',
    summary: 'One version, whole: all policies, inactive ones too, in the order in which they decided, and the settings of the guard',
    tag: 'Policies',
    roles: reader,
    params: { ...inGuard, version: VersionNumber },
    query: noQuery,
    answers: { 200: { description: 'The version.', schema: WholePolicyVersion } },
  },
  diffPolicyVersions: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/policies/versions/{from}..{to}',
    summary: 'What was added, removed and changed from one version to another, and whether that loosens or tightens',
    tag: 'Policies',
    roles: reader,
    params: { ...inGuard, from: VersionNumber, to: VersionNumber },
    query: noQuery,
    answers: { 200: { description: 'The differences.', schema: PolicyVersionDiff } },
  },
  restorePolicyVersion: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/policies/versions/{version}/restore',
    summary: 'Make a new version with the policies of this one; settings of the guard stay',
    tag: 'Policies',
    roles: admin,
    params: { ...inGuard, version: VersionNumber },
    query: Activating,
    body: Nothing,
    bodyOptional: true,
    takesIfMatch: true,
    answers: written('The policies, in the order in which they decide.', z.object({ data: z.array(Policy) }), { tagged: true }),
  },
  listPolicyTemplates: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/policies/templates',
    summary: 'Sets of policies to start from',
    tag: 'Policies',
    roles: reader,
    params: inGuard,
    query: noQuery,
    answers: { 200: { description: 'All templates with their rules, in the order in which they decide.', schema: z.object({ data: z.array(PolicyTemplate) }) } },
  },
  applyPolicyTemplate: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/policies/templates/{templateId}/apply',
    summary: 'Put the rules of a template in the place of all policies, or below them; a dry run says what would be',
    tag: 'Policies',
    roles: admin,
    params: { ...inGuard, templateId: TemplateId },
    query: Activating,
    body: TemplateApplication,
    takesIfMatch: true,
    answers: written('All policies in the order in which they decide, and those that went.', AppliedTemplate, { tagged: true }),
  },

  listApprovals: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/approvals',
    summary: 'Parked calls and what became of them',
    tag: 'Approvals',
    roles: approver,
    params: inGuard,
    query: ApprovalFilter,
    answers: { 200: { description: 'One page of approvals.', schema: listOf(Approval) } },
  },
  getApproval: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/approvals/{approvalId}',
    summary: 'One approval, held until it is settled if `wait` says so; an agent reads its own',
    tag: 'Approvals',
    roles: ['approver', 'admin', 'agent'],
    params: approvalInGuard,
    query: Held,
    prefersWait: true,
    answers: { 200: { description: 'The approval.', schema: Approval, headers: ['Preference-Applied'] } },
  },
  approveApproval: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/approvals/{approvalId}/approve',
    summary: 'Approve a parked call',
    tag: 'Approvals',
    roles: approver,
    params: approvalInGuard,
    query: noQuery,
    body: ApproveRequest,
    bodyOptional: true,
    answers: { 200: { description: 'The approval.', schema: Approval } },
  },
  rejectApproval: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/approvals/{approvalId}/reject',
    summary: 'Reject a parked call',
    tag: 'Approvals',
    roles: approver,
    params: approvalInGuard,
    query: noQuery,
    body: SettleRequest,
    bodyOptional: true,
    answers: { 200: { description: 'The approval.', schema: Approval } },
  },
  cancelApproval: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/approvals/{approvalId}/cancel',
    summary: 'Cancel a parked call: the agent that asked, or an admin',
    tag: 'Approvals',
    roles: ['agent', 'admin'],
    params: approvalInGuard,
    query: noQuery,
    body: SettleRequest,
    bodyOptional: true,
    answers: { 200: { description: 'The approval.', schema: Approval } },
  },

  createChannel: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/channels',
    summary: 'Create a channel; the signing secret is in this answer and nowhere else',
    tag: 'Channels',
    roles: admin,
    params: inGuard,
    query: noQuery,
    body: ChannelDraft,
    answers: { 201: { description: 'The channel with its secret, once.', schema: ChannelWithSecret } },
  },
  listChannels: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/channels',
    summary: 'Where people are told of parked calls',
    tag: 'Channels',
    roles: admin,
    params: inGuard,
    query: Listing,
    answers: { 200: { description: 'One page of channels, newest first.', schema: listOf(Channel) } },
  },
  getChannel: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/channels/{channelId}',
    summary: 'One channel',
    tag: 'Channels',
    roles: admin,
    params: channelInGuard,
    query: noQuery,
    answers: { 200: { description: 'The channel.', schema: Channel } },
  },
  putChannel: {
    method: 'PUT',
    path: '/v1/guard/{proxyId}/channels/{channelId}',
    summary: 'Change a channel; what is left out stays',
    tag: 'Channels',
    roles: admin,
    params: channelInGuard,
    query: noQuery,
    body: ChannelPatch,
    answers: { 200: { description: 'The channel.', schema: Channel } },
  },
  deleteChannel: {
    method: 'DELETE',
    path: '/v1/guard/{proxyId}/channels/{channelId}',
    summary: 'Delete a channel',
    tag: 'Channels',
    roles: admin,
    params: channelInGuard,
    query: noQuery,
    answers: { 200: { description: 'The channel as it was.', schema: Channel } },
  },
  rotateChannelSecret: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/channels/{channelId}/rotate-secret',
    summary: 'Give a channel a new signing secret; the one before stays valid for a while',
    tag: 'Channels',
    roles: admin,
    params: channelInGuard,
    query: noQuery,
    body: SecretRotation,
    bodyOptional: true,
    answers: { 200: { description: 'The channel with its new secret, once.', schema: ChannelWithSecret } },
  },
  testChannel: {
    method: 'POST',
    path: '/v1/guard/{proxyId}/channels/{channelId}/test',
    summary: 'Send a message of type `test` now, and say what happened',
    tag: 'Channels',
    roles: admin,
    params: channelInGuard,
    query: noQuery,
    body: Nothing,
    bodyOptional: true,
    answers: { 200: { description: 'The delivery with its one attempt.', schema: Delivery } },
  },
  listDeliveries: {
    method: 'GET',
    path: '/v1/guard/{proxyId}/channels/{channelId}/deliveries',
    summary: 'What was sent to a channel, newest first, with every attempt',
    tag: 'Channels',
    roles: admin,
    params: channelInGuard,
    query: Listing,
    answers: { 200: { description: 'One page of deliveries.', schema: listOf(Delivery) } },
  },

  createGuard: {
    method: 'POST',
    path: '/v1/guards',
    summary: 'Create a guard',
    tag: 'Guards',
    roles: admin,
    query: Activating,
    body: GuardDraft,
    answers: written('The guard.', Guard, { status: 201, tagged: true }),
  },
  listGuards: {
    method: 'GET',
    path: '/v1/guards',
    summary: 'The guards that the key may see',
    tag: 'Guards',
    roles: admin,
    query: Listing,
    answers: { 200: { description: 'One page of guards.', schema: listOf(Guard) } },
  },
  getGuard: {
    method: 'GET',
    path: '/v1/guards/{proxyId}',
    summary: 'One guard',
    tag: 'Guards',
    roles: admin,
    params: inGuard,
    query: noQuery,
    answers: { 200: { description: 'The guard.', schema: Guard, headers: ['ETag'] } },
  },
  patchGuard: {
    method: 'PATCH',
    path: '/v1/guards/{proxyId}',
    summary: 'Change a guard; makes a new policy set',
    tag: 'Guards',
    roles: admin,
    params: inGuard,
    query: Activating,
    body: GuardPatch,
    takesIfMatch: true,
    answers: written('The guard.', Guard, { tagged: true }),
  },
  deleteGuard: {
    method: 'DELETE',
    path: '/v1/guards/{proxyId}',
    summary: 'Delete a guard',
    tag: 'Guards',
    roles: admin,
    params: inGuard,
    query: Activating,
    takesIfMatch: true,
    answers: written('The guard as it was.', Guard),
  },

  createKey: {
    method: 'POST',
    path: '/v1/keys',
    summary: 'Create an API key; the whole key is in this answer and nowhere else',
    tag: 'Keys',
    roles: admin,
    query: noQuery,
    body: KeyDraft,
    answers: { 201: { description: 'The key, once.', schema: CreatedKey } },
  },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    summary: 'The keys that the key may see, without their secrets',
    tag: 'Keys',
    roles: admin,
    query: Listing,
    answers: { 200: { description: 'One page of keys.', schema: listOf(Key) } },
  },
  revokeKey: {
    method: 'DELETE',
    path: '/v1/keys/{keyId}',
    summary: 'Revoke a key',
    tag: 'Keys',
    roles: admin,
    params: { keyId: KeyId },
    query: noQuery,
    answers: { 200: { description: 'The revoked key.', schema: Key } },
  },

  live: {
    method: 'GET',
    path: '/health/live',
    summary: 'The process runs',
    tag: 'Operations',
    roles: open,
    answers: { 200: { description: 'It does.', schema: z.object({ status: z.literal('up') }) } },
  },
  ready: {
    method: 'GET',
    path: '/health/ready',
    summary: 'Tool calls can be answered, even if only by failure mode',
    tag: 'Operations',
    roles: open,
    answers: {
      200: { description: 'They can.', schema: z.object({ status: z.literal('up') }) },
      503: { description: 'Not yet, or not any more.', schema: z.object({ status: z.literal('down'), waiting_for: z.array(z.string()) }) },
    },
  },
  parts: {
    method: 'GET',
    path: '/health/parts',
    summary: 'Each part of the system and whether it works',
    tag: 'Operations',
    roles: open,
    answers: { 200: { description: 'The parts.', schema: z.object({ parts: z.array(Part) }) } },
  },
  openApi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    tag: 'Operations',
    roles: open,
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.custom<JsonObject>(isJsonObject) } },
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics as Prometheus text',
    tag: 'Operations',
    roles: open,
    answers: { 200: { description: 'Prometheus text format.' } },
  },
  home: { method: 'GET', path: '/', summary: 'To the page', tag: 'Operations', roles: open, answers: { 302: { description: 'To `/docs`.' } }, listed: false },
  docsPage: { method: 'GET', path: '/docs', summary: 'A page to try the API', tag: 'Operations', roles: open, answers: { 200: { description: 'The page.' } }, listed: false },
  docsFile: {
    method: 'GET',
    path: '/docs/{file}',
    summary: 'What the page is made of',
    tag: 'Operations',
    roles: open,
    params: { file: z.string().regex(/^[a-z0-9.-]{1,64}$/) },
    answers: { 200: { description: 'The file.' } },
    listed: false,
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
export type OperationId = keyof typeof endpoints;
