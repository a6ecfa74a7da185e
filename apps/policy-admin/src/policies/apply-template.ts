import { type AppliedTemplate, maxPoliciesPerGuard, type Policy } from '@holdpoint/contracts';
import type { PolicyTemplate } from '@holdpoint/policy';
import { refused } from '../refusal.ts';
import type { Change, Held, Refused } from './change-policies.ts';
import { listTag } from './etag.ts';

type Application = Readonly<{ template: PolicyTemplate; mode: 'replace' | 'append'; newId: () => string }>;

const step = 10;
const lowestPriority = -1_000_000;

/** `replace`: the rules instead of all policies, the last one at priority 10. `append`: below all that are there, active or not, in the order of the template. */
export function applyTemplate({ policies, now }: Pick<Held, 'policies' | 'now'>, { template, mode, newId }: Application): Change<AppliedTemplate> | Refused {
  const kept = mode === 'append' ? policies : [];
  if (kept.length + template.rules.length > maxPoliciesPerGuard) return refused(409, 'too_many_policies', `a guard has at most ${maxPoliciesPerGuard} policies`);
  const priorities = prioritiesBelow(kept, template.rules.length);
  if (!priorities) {
    return refused(409, 'no_room_below', `a policy has a priority so near to ${lowestPriority} that ${template.rules.length} rules do not fit below it: give it a higher one first`);
  }
  const put = template.rules.map((rule, at) => ({ ...rule, id: newId(), priority: priorities[at] ?? 0, is_active: true, created_at: now, updated_at: now }) as Policy);
  const removed = mode === 'replace' ? [...policies] : [];
  return {
    put,
    remove: removed.map(({ id }) => id),
    answer: (data) => ({ dry_run: false, data: [...data], removed }),
    etag: listTag,
    action: 'template.applied',
    summary: mode === 'replace' ? `Put the template \`${template.id}\` in the place of all policies.` : `Put the template \`${template.id}\` below the policies.`,
    detail: { template: template.id, mode, policy_ids: put.map(({ id }) => id) },
  };
}

/** The same as it would be: what does not exist yet has no id and no times. */
export function asDryRun({ data, removed }: AppliedTemplate, before: readonly Policy[]): AppliedTemplate {
  const known = new Set(before.map(({ id }) => id));
  return { dry_run: true, data: data.map(({ id, created_at, updated_at, ...policy }) => (id !== undefined && known.has(id) ? { id, ...policy, created_at, updated_at } : policy)), removed };
}

/** In steps of 10, or of 1 where there is less room; null where there is none. */
function prioritiesBelow(policies: readonly Policy[], count: number): readonly number[] | null {
  const lowest = policies.reduce<number | null>((least, { priority }) => Math.min(least ?? priority, priority), null);
  const top = lowest ?? (count + 1) * step;
  const by = [step, 1].find((one) => top - count * one >= lowestPriority);
  return by === undefined ? null : Array.from({ length: count }, (_, at) => top - (at + 1) * by);
}
