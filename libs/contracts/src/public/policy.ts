import { z } from 'zod';
import { PolicyId, Timestamp } from './names.ts';


/**
 * A policy as the API shows it. The shape of a draft and its meaning (globs, patterns, zones, bounds)
 * are checked by `checkPolicyDraft` of the policy library, which names every problem by JSON pointer.
 */
export const Policy = z.object({
  id: PolicyId,
  name: z.string(),
  description: z.string().optional(),
  tool_pattern: z.string(),
  action: z.enum(['allow', 'block', 'require_approval', 'rate_limit', 'sanitize', 'warn']),
  priority: z.int(),
  is_active: z.boolean(),
  conditions: z
    .object({
      end_user_id: z.string().optional(),
      agent_id: z.string().optional(),
      tool_type: z.string().optional(),
      /** Inclusive bounds, 0..1. */
      risk_score_min: z.number().optional(),
      risk_score_max: z.number().optional(),
      /** Any of them. */
      threat_types: z.array(z.string()).optional(),
      argument_pattern: z.string().optional(),
      /** JSON pointer into the arguments -> operators, all of which must hold. */
      arguments: z.custom<Readonly<Record<string, Readonly<Record<string, unknown>>>>>((value) => typeof value === 'object' && value !== null).meta({ type: 'object' }).optional(),
      time_window: z
        .object({
          days: z.array(z.string()).optional(),
          hours_start: z.union([z.number(), z.string()]).optional(),
          hours_end: z.union([z.number(), z.string()]).optional(),
          timezone: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
  /** With the action `rate_limit`, and with no other. */
  rate_limit: z
    .object({
      /** Calls let past in any interval of `window_seconds`, at most; 1..1,000,000. */
      max_requests: z.int(),
      /** 1..86,400. */
      window_seconds: z.int(),
      /** What calls are counted by; all together when absent. Calls that do not say it are counted together. */
      by: z.enum(['end_user_id', 'session_id', 'agent_id', 'tool_name']).optional(),
      /** Within the limit: `allow` when absent; with `continue` the policies below decide. */
      on_within: z.enum(['allow', 'continue']).optional(),
    })
    .optional(),
  approval_config: z.object({ timeout_minutes: z.number().optional(), quorum: z.number().optional(), notification_channels: z.array(z.string()).optional() }).optional(),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Policy = z.output<typeof Policy>;

/** Body of `POST …/policies/reorder`: the wanted order, first decides first. */
export const PolicyOrder = z.strictObject({ policy_ids: z.array(PolicyId).min(1).max(10_000) });
export type PolicyOrder = z.output<typeof PolicyOrder>;

export const maxPoliciesPerGuard = 10_000;

