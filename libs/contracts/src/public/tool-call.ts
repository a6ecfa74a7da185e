import { z } from 'zod';
import { ApprovalId, CallerText, ToolName } from './names.ts';
import { Change, Findings } from './threat.ts';

export const maxArgumentsDepth = 64;
export const maxCallsPerRequest = 100;
/** Seconds a caller may ask to be held while people decide. */
export const maxWaitSeconds = 600;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nesting levels of a JSON value; a scalar has none. Stops counting at `limit + 1`. */
export function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (limit === 0) return 1;
  let deepest = 0;
  for (const child of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    if (typeof child !== 'object' || child === null) continue;
    deepest = Math.max(deepest, depthOf(child, limit - 1));
    if (deepest >= limit) break;
  }
  return deepest + 1;
}

/**
 * A JSON object kept exactly as it was sent: keys such as `__proto__` or `constructor` are data.
 * INVARIANT: the schema hands on the very same object; a copying schema (`z.record`) would drop `__proto__`.
 */
export const ToolArguments = z
  .custom<JsonObject>(isJsonObject, 'must be an object')
  .refine((value) => depthOf(value, maxArgumentsDepth) <= maxArgumentsDepth, `must not be nested deeper than ${maxArgumentsDepth} levels`);

export const ToolCall = z.strictObject({
  id: CallerText,
  name: ToolName,
  type: z.string().regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters without blanks').optional(),
  arguments: ToolArguments,
});
export type ToolCall = z.output<typeof ToolCall>;

const AskedToolCall = ToolCall.extend({ approval_id: ApprovalId.optional() });

export const asker = {
  session_id: CallerText,
  end_user_id: CallerText.optional(),
  agent_id: CallerText.optional(),
  /** Free-form facts shown to the people who decide; never judged. */
  context: z.custom<JsonObject>(isJsonObject, 'must be an object').refine((value) => depthOf(value, maxArgumentsDepth) <= maxArgumentsDepth, `must not be nested deeper than ${maxArgumentsDepth} levels`).optional(),
};

const distinctIds = (calls: readonly { id: string }[]): boolean => new Set(calls.map((call) => call.id)).size === calls.length;

/** Body of `POST …/agent/validate`. */
export const ValidateRequest = z.strictObject({
  ...asker,
  tool_calls: z.array(AskedToolCall).min(1, 'must hold at least one call').max(maxCallsPerRequest, `must hold at most ${maxCallsPerRequest} calls`).refine(distinctIds, 'must have distinct ids'),
});
export type ValidateRequest = z.output<typeof ValidateRequest>;

/** Body of `POST …/tool`: the older shape with one call. */
export const ToolRequest = z.strictObject({ ...asker, tool_call: AskedToolCall });
export type ToolRequest = z.output<typeof ToolRequest>;

const JsonText = z.string('must be a string holding a JSON object');

/** OpenAI Chat Completions: `{id, type: "function", function: {name, arguments: "json"}}`. */
export const OpenAiToolCall = z.strictObject({
  id: CallerText,
  type: z.literal('function').optional(),
  index: z.int().nonnegative().optional(),
  function: z.strictObject({ name: ToolName, arguments: JsonText }),
  approval_id: ApprovalId.optional(),
});

/** OpenAI Responses: `{type: "function_call", call_id, name, arguments: "json"}`; `call_id` is the call's identity. */
export const OpenAiFunctionCall = z.strictObject({
  type: z.literal('function_call'),
  call_id: CallerText,
  id: z.string().optional(),
  status: z.string().optional(),
  name: ToolName,
  arguments: JsonText,
  approval_id: ApprovalId.optional(),
});

/** Anthropic Messages: `{type: "tool_use", id, name, input}`. */
export const AnthropicToolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: CallerText,
  name: ToolName,
  input: ToolArguments,
  approval_id: ApprovalId.optional(),
});

/** Body of `POST …/agent/openai-tools`; each call in one of the three provider shapes. */
export const ProviderToolsRequest = z.strictObject({
  ...asker,
  tool_calls: z
    .array(z.unknown())
    .min(1, 'must hold at least one call')
    .max(maxCallsPerRequest, `must hold at most ${maxCallsPerRequest} calls`),
});
export type ProviderToolsRequest = z.output<typeof ProviderToolsRequest>;

export const Action = z.enum(['allow', 'block', 'require_approval', 'sanitize', 'warn']);
export type Action = z.output<typeof Action>;

/** Why a call was blocked (or flagged) other than by a policy's own `block`; stable, listed in `docs/codes.md`. */
export const DecisionCode = z.enum([
  'could_not_judge',
  'could_not_sanitize',
  'engine_unavailable',
  'approval_service_unavailable',
  'decision_log_unavailable',
  'approval_rejected',
  'approval_expired',
  'approval_cancelled',
  'approval_lapsed',
  'already_released',
  'call_id_conflict',
  'rate_limit_exceeded',
  'rate_limiter_unavailable',
]);
export type DecisionCode = z.output<typeof DecisionCode>;

export const DecisionMetadata = z.object({
  decision_id: z.string(),
  /** Name and version of what read the arguments. `none`: nobody did, and risk score and threats say nothing. */
  scanner: z.string(),
  policy_id: z.string().nullable(),
  policy_version: z.int().nullable(),
  /** SHA-256 of the policy set that judged. */
  policy_hash: z.string().optional(),
  trace_id: z.string(),
  /** True while the evaluator judges by a set that policy-admin could not confirm. */
  policy_stale: z.boolean().optional(),
  /** False on the one answer that releases an approved call, true on its repeats. */
  replayed: z.boolean().optional(),
  release_id: z.string().optional(),
  /** True when the guard's `failure_mode` `open` let the call go: nothing judged it, or only policies too old to count. */
  failed_open: z.boolean().optional(),
});

/** The answer to one tool call. */
export const ToolCallResult = z.object({
  action: Action,
  tool_call_id: z.string(),
  ...Findings.shape,
  policy_matched: z.string().nullable(),
  message: z.string(),
  code: DecisionCode.optional(),
  approval_id: z.string().optional(),
  /** With `rate_limit_exceeded`: whole seconds after which the call is within the limit, unless others were faster. */
  retry_after_seconds: z.int().min(1).optional(),
  /** With `sanitize`: what may run, instead of what was asked about. */
  sanitized_arguments: z.custom<JsonObject>(isJsonObject, 'must be an object').optional(),
  changes: z.array(Change).optional(),
  metadata: DecisionMetadata,
});
export type ToolCallResult = z.output<typeof ToolCallResult>;

/** Answer of validate, openai-tools and tool: the strictest result's fields, and every result in the order of the calls. */
export const ValidateResponse = ToolCallResult.omit({ threats: true }).extend({ results: z.array(ToolCallResult) });
export type ValidateResponse = z.output<typeof ValidateResponse>;
