/** What a policy may do, and so what a verdict may say. */
export const POLICY_ACTIONS = ['allow', 'block', 'require_approval', 'rate_limit', 'sanitize', 'warn'] as const;
export type PolicyAction = (typeof POLICY_ACTIONS)[number];
/** What a verdict may say once every limit has been asked. */
export type VerdictAction = Exclude<PolicyAction, 'rate_limit'>;

/** What a guard may do with a call that no policy decides: cleaning is for calls that somebody singled out. */
export const DEFAULT_ACTIONS = ['allow', 'block', 'require_approval', 'warn'] as const;
export type DefaultAction = (typeof DEFAULT_ACTIONS)[number];

/** Names of the scanner's findings; a spec holds the list to the scanner's own. */
export const THREAT_TYPES = [
  'shell_injection',
  'destructive_command',
  'sensitive_file_access',
  'path_traversal',
  'network_exfiltration',
  'reverse_shell',
  'ssrf',
  'sql_injection',
  'code_injection',
  'prompt_injection',
  'privilege_escalation',
  'credential_exposure',
  'pii_exposure',
  'persistence',
  'scan_incomplete',
] as const;

/** Monday first, as ISO weekdays count. */
export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof DAYS)[number];

/** Days are lower-case English names. Hours are half-open, `[start, end)`: whole hours 0..24 or `HH:MM`, up to `24:00`. `timezone` is an IANA name, UTC when absent. */
export type TimeWindow = Readonly<{
  days?: readonly string[] | undefined;
  hours_start?: number | string | undefined;
  hours_end?: number | string | undefined;
  timezone?: string | undefined;
}>;

/** Several operators are ANDed. An absent value satisfies `exists: false` and nothing else. */
export type ArgumentPredicate = Readonly<{
  eq?: unknown;
  ne?: unknown;
  in?: readonly unknown[] | undefined;
  nin?: readonly unknown[] | undefined;
  gt?: number | undefined;
  gte?: number | undefined;
  lt?: number | undefined;
  lte?: number | undefined;
  matches?: string | undefined;
  starts_with?: string | undefined;
  exists?: boolean | undefined;
}>;

/** ANDed. The keys of `arguments` are JSON pointers (RFC 6901) into the call's arguments. */
export type Conditions = Readonly<{
  end_user_id?: string | undefined;
  agent_id?: string | undefined;
  tool_type?: string | undefined;
  /** Inclusive. */
  risk_score_min?: number | undefined;
  risk_score_max?: number | undefined;
  /** Any of them. */
  threat_types?: readonly string[] | undefined;
  argument_pattern?: string | undefined;
  arguments?: Readonly<Record<string, ArgumentPredicate>> | undefined;
  time_window?: TimeWindow | undefined;
}>;

/** `notification_channels`: ids of the guard's channels that are told; absent: all of them. */
export type ApprovalConfig = Readonly<{ timeout_minutes?: number | undefined; quorum?: number | undefined; notification_channels?: readonly string[] | undefined }>;

/** What calls of one policy may be counted by, besides all together. */
export const RATE_LIMIT_KEYS = ['end_user_id', 'session_id', 'agent_id', 'tool_name'] as const;
export type RateLimitKey = (typeof RATE_LIMIT_KEYS)[number];

/** In no interval of `window_seconds` are more than `max_requests` calls let past, together or for each value of `by`. Within it: `allow` (unless set), or the policies below decide. Over it: `block`. */
export type RateLimit = Readonly<{ max_requests: number; window_seconds: number; by?: RateLimitKey | undefined; on_within?: 'allow' | 'continue' | undefined }>;

/** As stored and sent: wide where JSON schemas are, narrow once `checkPolicyDraft` has accepted it. */
export type Policy = Readonly<{
  id: string;
  name: string;
  description?: string | undefined;
  tool_pattern: string;
  action: PolicyAction;
  priority: number;
  is_active: boolean;
  conditions?: Conditions | undefined;
  /** With the action `rate_limit`, and with no other. */
  rate_limit?: RateLimit | undefined;
  approval_config?: ApprovalConfig | undefined;
  created_at: string;
  updated_at: string;
}>;

/** What is known about one tool call. All but the scanner's findings comes from outside. */
export type ToolCallFacts = Readonly<{
  tool_name: string;
  tool_type?: string | undefined;
  arguments: Readonly<Record<string, unknown>>;
  end_user_id?: string | undefined;
  agent_id?: string | undefined;
  session_id?: string | undefined;
  /** 0..1. Absent: nobody scanned the call, and conditions on risk and threats cannot be judged. */
  risk_score?: number | undefined;
  threat_types?: readonly string[] | undefined;
}>;

/** Printable ASCII without the space, 1..128 characters; `constructor` and `__proto__` are names like any other. */
export function isToolName(name: string): boolean {
  return typeof name === 'string' && /^[\x21-\x7e]{1,128}$/.test(name);
}
