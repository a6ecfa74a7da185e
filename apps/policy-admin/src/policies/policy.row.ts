import type { Policy } from '@holdpoint/contracts';
import { isoMicros } from '../sql.ts';

type Json = 'conditions' | 'rate_limit' | 'approval_config';

/** A policy as its columns say; `conditions`, `rate_limit` and `approval_config` are JSON texts, kept to the letter. */
export type PolicyRow = Omit<Policy, Json | 'description'> & Readonly<Record<Json | 'description', string | null>>;

export const policyColumns = `id, name, description, tool_pattern, action, priority, is_active, conditions, rate_limit, approval_config,
  ${isoMicros('created_at')} AS created_at, ${isoMicros('updated_at')} AS updated_at`;

export function policyOf({ id, name, description, tool_pattern, action, priority, is_active, conditions, rate_limit, approval_config, created_at, updated_at }: PolicyRow): Policy {
  return {
    id,
    name,
    ...(description !== null && { description }),
    tool_pattern,
    action,
    priority,
    is_active,
    ...(conditions !== null && { conditions: JSON.parse(conditions) as NonNullable<Policy['conditions']> }),
    ...(rate_limit !== null && { rate_limit: JSON.parse(rate_limit) as NonNullable<Policy['rate_limit']> }),
    ...(approval_config !== null && { approval_config: JSON.parse(approval_config) as NonNullable<Policy['approval_config']> }),
    created_at,
    updated_at,
  };
}

export function policyRowOf(policy: Policy): PolicyRow {
  const { description = null, conditions, rate_limit, approval_config, ...rest } = policy;
  return { ...rest, description, conditions: jsonOf(conditions), rate_limit: jsonOf(rate_limit), approval_config: jsonOf(approval_config) };
}

const jsonOf = (value: object | undefined): string | null => (value ? JSON.stringify(value) : null);
