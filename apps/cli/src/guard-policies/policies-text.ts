import type { DefaultAction, Policy } from '@holdpoint/policy';
import { stringify } from 'yaml';
import type { Format } from '../documents/document.ts';

type Written = Readonly<{ guard: string; default_action: DefaultAction | null; policies: readonly Policy[] }>;

/** In this order; what is not named comes after them, and what only the server says is left out. */
const FIELDS = ['id', 'name', 'description', 'tool_pattern', 'action', 'priority', 'is_active', 'conditions', 'rate_limit', 'approval_config'];
const BY_THE_SERVER = ['created_at', 'updated_at'];

/** A file of policies that reads back as the same ones. The same policies are always the same text. */
export function policiesText({ guard, default_action, policies }: Written, format: Format): string {
  const file = { ...(default_action !== null && { default_action }), policies: policies.map(written) };
  if (format === 'json') return `${JSON.stringify(file, null, 2)}\n`;
  return `# The policies of guard ${guard}, in the order in which they are asked.\n${stringify(file, { version: '1.2', schema: 'core', lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/** `is_active` only where it is not. */
function written(policy: Policy): object {
  const fields = Object.entries(policy).filter(([field, value]) => value !== undefined && !BY_THE_SERVER.includes(field) && !(field === 'is_active' && value === true));
  const place = (field: string): number => (FIELDS.includes(field) ? FIELDS.indexOf(field) : FIELDS.length);
  return Object.fromEntries(fields.toSorted(([a], [b]) => place(a) - place(b)));
}
