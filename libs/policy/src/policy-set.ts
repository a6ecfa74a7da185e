import { candidatesByName } from './candidates.ts';
import { checkPolicyDraft } from './drafts/check-policy.ts';
import type { Condition } from './conditions/condition.ts';
import { compileConditions } from './conditions/conditions.ts';
import { type Glob, parseGlob } from './globs/glob.ts';
import { groupPatterns, type PatternGroup } from './conditions/pattern-groups.ts';
import { DEFAULT_ACTIONS, type DefaultAction, type Policy } from './policy.ts';
import { quoted } from './quoted.ts';

export type PolicySetSource = Readonly<{ guard_id: string; version: number; default_action: DefaultAction; policies: readonly Policy[] }>;

export type CompiledPolicy = Readonly<{ policy: Policy; glob: Glob; conditions: readonly Condition[] }>;

/** Immutable but for a bounded memory of tool names. */
export type CompiledPolicySet = Readonly<{
  guard_id: string;
  version: number;
  default_action: DefaultAction;
  /** Active policies whose glob matches, in the order they are asked. */
  candidatesFor: (toolName: string) => readonly CompiledPolicy[];
  /** Every policy in the order of deciding; an inactive one is not compiled. */
  inOrder: readonly Readonly<{ policy: Policy; compiled: CompiledPolicy | null }>[];
}>;

/** References the memory of one set may hold: a name costs one, and one for each of its candidates. */
const MAX_REMEMBERED = 65_536;

/** Throws a TypeError on an active policy that `checkPolicyDraft` refuses, and on an unknown default action. */
export function compilePolicySet({ guard_id, version, default_action, policies }: PolicySetSource): CompiledPolicySet {
  if (!DEFAULT_ACTIONS.includes(default_action)) throw new TypeError(`unknown default action ${quoted(default_action)}`);
  const active = policies.filter((policy) => policy.is_active);
  active.forEach(mustBeGood);
  const groupOf = groupPatterns(active);
  const inOrder = policies.toSorted(firstAsked).map((policy) => ({ policy, compiled: policy.is_active ? compilePolicy(policy, groupOf(policy)) : null }));
  const compiled = inOrder.flatMap((one) => one.compiled ?? []);
  return { guard_id, version, default_action, candidatesFor: remembered(candidatesByName(compiled, ({ glob }) => glob)), inOrder };
}

/** Highest priority first, then the older, then the smaller id. */
export function firstAsked(a: Policy, b: Policy): number {
  return b.priority - a.priority || compare(instantOf(a.created_at), instantOf(b.created_at)) || compare(a.id, b.id);
}

function mustBeGood(policy: Policy): void {
  const [problem] = checkPolicyDraft(draftOf(policy));
  if (problem) throw new TypeError(`policy ${quoted(policy.id)} cannot be used: ${problem.path} ${problem.message}`);
}

function compilePolicy(policy: Policy, group: PatternGroup | undefined): CompiledPolicy {
  return { policy, glob: parseGlob(policy.tool_pattern), conditions: [...compileConditions(policy.conditions ?? {}, group)] };
}

/** Everything that a client could have sent, also what this version does not know. */
export function draftOf(policy: object): unknown {
  const draft: Record<string, unknown> = { ...policy };
  delete draft['id'];
  delete draft['created_at'];
  delete draft['updated_at'];
  return draft;
}

/** Forgets the oldest names first. INVARIANT: forgetting changes no answer, only its cost. */
function remembered(candidatesFor: (toolName: string) => readonly CompiledPolicy[]): CompiledPolicySet['candidatesFor'] {
  const memory = new Map<string, readonly CompiledPolicy[]>();
  let held = 0;
  return (toolName) => {
    const known = memory.get(toolName);
    if (known) return known;
    const candidates = candidatesFor(toolName);
    memory.set(toolName, candidates);
    held += 1 + candidates.length;
    for (const [oldest, { length }] of memory) {
      if (held <= MAX_REMEMBERED) break;
      memory.delete(oldest);
      held -= 1 + length;
    }
    return candidates;
  };
}

/** Epoch milliseconds, with the microseconds that Postgres writes; what is no timestamp comes last. */
function instantOf(timestamp: string): number {
  const millis = Date.parse(timestamp);
  const beyond = /\.\d{3}(\d+)/.exec(timestamp)?.[1] ?? '0';
  return Number.isNaN(millis) ? Number.POSITIVE_INFINITY : millis + Number(`0.${beyond}`);
}

function compare<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
