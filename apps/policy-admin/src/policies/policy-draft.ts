import { type InputProblem, isJsonObject, type Policy } from '@holdpoint/contracts';
import { checkPolicyDraft } from '@holdpoint/policy';

export type PolicyFields = Omit<Policy, 'id' | 'created_at' | 'updated_at'>;

export type ReadDraft = Readonly<{ fields: PolicyFields }> | Readonly<{ problems: readonly InputProblem[] }>;

const byTheServer: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at']);
const removable: ReadonlySet<string> = new Set(['description', 'conditions', 'rate_limit', 'approval_config']);

/** What its owner wrote of a policy, also what this version of the product does not know. */
export const writtenOf = (policy: Policy): Readonly<Record<string, unknown>> => Object.fromEntries(Object.entries(policy).filter(([field]) => !byTheServer.has(field)));

/** What a client sent to create a policy, with defaults, or everything that is wrong with it. */
export function readPolicyDraft(draft: unknown): ReadDraft {
  const problems = checkPolicyDraft(draft);
  if (problems.length > 0) return { problems };
  // INVARIANT: a draft without problems has these fields; the check and this type describe the same language.
  return { fields: { priority: 0, is_active: true, ...(draft as Omit<PolicyFields, 'priority' | 'is_active'>) } };
}

/** The policy after a partial change: fields replace whole fields, `null` removes an optional one. The result is checked as a whole, too. */
export function applyPolicyPatch(current: Policy, patch: unknown): ReadDraft {
  if (!isJsonObject(patch)) return { problems: checkPolicyDraft(patch, { partial: true }) };
  const removed = Object.keys(patch).filter((field) => patch[field] === null && removable.has(field));
  const replaced = Object.fromEntries(Object.entries(patch).filter(([field]) => !removed.includes(field)));
  const problems = checkPolicyDraft(replaced, { partial: true });
  if (problems.length > 0) return { problems };
  const kept = Object.fromEntries(Object.entries(writtenOf(current)).filter(([field]) => !removed.includes(field)));
  return readPolicyDraft({ ...kept, ...replaced });
}
