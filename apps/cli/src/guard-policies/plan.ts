import { type DefaultAction, type Effect, diffPolicies, type Policy } from '@holdpoint/policy';

export type Step =
  | Readonly<{ kind: 'add'; policy: Policy }>
  | Readonly<{ kind: 'change'; before: Policy; policy: Policy }>
  | Readonly<{ kind: 'remove'; policy: Policy }>
  | Readonly<{ kind: 'default_action'; before: DefaultAction; action: DefaultAction }>;

export type Rules = Readonly<{ policies: readonly Policy[]; default_action: DefaultAction }>;

/** `isSafe`: between the steps no call gets a weaker answer than before all of them and after. */
export type Plan = Readonly<{ steps: readonly Step[]; isSafe: boolean }>;

/** Steps times policies that are tried out; past it the order goes by what each step does alone. */
const MAX_TRIED = 20_000;

const STRICTNESS: readonly DefaultAction[] = ['allow', 'warn', 'require_approval', 'block'];
const URGENCY: Readonly<Record<Effect, number>> = { tightened: 0, neither: 1, both: 2, unclear: 2, loosened: 3 };

/**
 * The single writes that make one set of rules another, in an order that loosens last. INVARIANT: `isSafe` only where every set on the way is shown to be at least as
 * strict as the one before all writes, or as the one after.
 */
export function planOf(before: Rules, after: Rules): Plan {
  const waiting = stepsOf(before, after);
  const steps: Step[] = [];
  let [now, isSafe] = [before, waiting.length <= 1];
  if (waiting.length <= 1 || waiting.length ** 2 * Math.max(before.policies.length, after.policies.length) > MAX_TRIED) return { steps: waiting, isSafe };
  isSafe = true;
  while (waiting.length > 0) {
    const found = waiting.findIndex((step) => isBetween(taken(now, step), before, after));
    const [step] = waiting.splice(Math.max(0, found), 1);
    if (!step) break;
    if (found < 0) isSafe = false;
    now = taken(now, step);
    steps.push(step);
  }
  return { steps, isSafe };
}

/** What goes by the fewest calls first. */
function stepsOf(before: Rules, after: Rules): Step[] {
  const { added, removed, changed } = diffPolicies(before.policies, after.policies, { defaultActions: [before.default_action, after.default_action] });
  const steps: (readonly [Step, Effect])[] = [
    ...changed.map(({ before: was, after: policy, effect }) => [{ kind: 'change', before: was, policy } as const, effect] as const),
    ...added.map(({ policy, effect }) => [{ kind: 'add', policy } as const, effect] as const),
    ...removed.map(({ policy, effect }) => [{ kind: 'remove', policy } as const, effect] as const),
  ];
  if (before.default_action !== after.default_action) steps.push([{ kind: 'default_action', before: before.default_action, action: after.default_action }, effectOfDefault(before.default_action, after.default_action)]);
  return steps.toSorted(([, a], [, b]) => URGENCY[a] - URGENCY[b]).map(([step]) => step);
}

export const effectOfDefault = (before: DefaultAction, after: DefaultAction): Effect => {
  const shift = STRICTNESS.indexOf(after) - STRICTNESS.indexOf(before);
  return shift === 0 ? 'neither' : shift > 0 ? 'tightened' : 'loosened';
};

export function taken({ policies, default_action }: Rules, step: Step): Rules {
  switch (step.kind) {
    case 'add':
      return { policies: [...policies, step.policy], default_action };
    case 'change':
      return { policies: policies.map((policy) => (policy.id === step.policy.id ? step.policy : policy)), default_action };
    case 'remove':
      return { policies: policies.filter(({ id }) => id !== step.policy.id), default_action };
    case 'default_action':
      return { policies, default_action: step.action };
  }
}

function isBetween(now: Rules, before: Rules, after: Rules): boolean {
  return isAtLeastAsStrict(now, before) || isAtLeastAsStrict(now, after);
}

function isAtLeastAsStrict(strict: Rules, than: Rules): boolean {
  const { effect } = diffPolicies(than.policies, strict.policies, { defaultActions: [than.default_action, strict.default_action] });
  return (effect === 'tightened' || effect === 'neither') && effectOfDefault(than.default_action, strict.default_action) !== 'loosened';
}
