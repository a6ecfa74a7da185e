import { combinedEffect, type DefaultAction, diffPolicies, type Effect, type PolicyDiff } from '@holdpoint/policy';
import { placed, type Unreadable } from '../documents/read-file.ts';
import type { ReadPolicies } from '../policies/read-policies.ts';
import type { GuardPolicies } from './guard-api.ts';
import { effectOfDefault, type Rules } from './plan.ts';
import { wantedOf } from './wanted.ts';

/** What a push of a file would do to a guard. `default_action`: null where it stays. */
export type Difference = Readonly<{
  before: Rules;
  after: Rules;
  isNew: ReadonlySet<string>;
  policies: PolicyDiff;
  default_action: Readonly<{ before: DefaultAction; after: DefaultAction }> | null;
  /** Of everything together. */
  effect: Effect;
}>;

/** Expects that the guard's default action is known where the file names one. */
export function differenceOf(file: ReadPolicies, held: GuardPolicies): Difference | Unreadable {
  const wanted = wantedOf(file, held.policies);
  if ('message' in wanted) return { unreadable: [placed(file.name, { ...file.placeOf(`${file.path}/${wanted.index}`), message: wanted.message })] };
  // Unknown, and so not changed, it may be any: the least strict stands for it on both sides.
  const before: Rules = { policies: held.policies, default_action: held.default_action ?? 'allow' };
  const after: Rules = { policies: wanted.policies, default_action: file.default_action ?? before.default_action };
  const defaultActions = held.default_action === null ? {} : { defaultActions: [before.default_action, after.default_action] };
  const policies = diffPolicies(before.policies, after.policies, defaultActions);
  const changes = before.default_action !== after.default_action;
  const byDefault = changes ? effectOfDefault(before.default_action, after.default_action) : 'neither';
  return {
    before,
    after,
    isNew: wanted.isNew,
    policies,
    default_action: changes ? { before: before.default_action, after: after.default_action } : null,
    effect: combinedEffect([policies.effect, byDefault]),
  };
}

export const isSame = ({ policies: { added, removed, changed }, default_action }: Difference): boolean => added.length + removed.length + changed.length === 0 && default_action === null;

const TOLD: Readonly<Record<Effect, string>> = { loosened: 'loosens', tightened: 'tightens', both: 'loosens and tightens', unclear: 'may loosen or tighten', neither: 'changes no verdict' };

/** One line for each policy that comes (`+`), goes (`-`) or changes (`~`), and one about all of them. */
export function differenceText(difference: Difference): readonly string[] {
  const { policies, default_action } = difference;
  if (isSame(difference)) return ['no difference'];
  const lines = [
    ...policies.removed.map(({ policy, effect, because }) => line('-', policy.name, effect, because)),
    ...policies.changed.map(({ before, after, effect, because, fields }) => line('~', before.name === after.name ? after.name : `${before.name} -> ${after.name}`, effect, reasonOf(fields, because))),
    ...policies.added.map(({ policy, effect, because }) => line('+', policy.name, effect, because)),
    ...(default_action === null ? [] : [`~ default_action ${default_action.before} -> ${default_action.after}: ${TOLD[effectOfDefault(default_action.before, default_action.after)]}`]),
  ];
  return [...lines, `All of it ${TOLD[difference.effect]}.`];
}

/** Ahead of the reason stand the fields that it does not name itself. */
function reasonOf(fields: readonly string[], because: string): string {
  const unnamed = fields.filter((field) => !because.includes(`\`${field}\``));
  return unnamed.length === 0 ? because : `${unnamed.join(', ')}: ${because}`;
}

const line = (sign: string, name: string, effect: Effect, because: string): string => `${sign} ${name}: ${TOLD[effect]} (${because})`.replace(/\p{Cc}+/gu, ' ');
