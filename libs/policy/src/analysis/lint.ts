import { contradictionIn, implies } from './condition-logic.ts';
import type { Problem } from '../drafts/draft-reader.ts';
import { candidatesByName } from '../candidates.ts';
import { parseGlob, type Glob } from '../globs/glob.ts';
import { coverOf, everyName } from '../globs/glob-cover.ts';
import type { Policy } from '../policy.ts';
import { readPolicyFile } from '../drafts/policy-list.ts';
import { firstAsked } from '../policy-set.ts';
import { quoted } from '../quoted.ts';

/** In the order of `docs/cli.md`. */
export const LINT_RULES = {
  not_valid: { level: 'error', sees: 'what the API would refuse: unknown fields, patterns outside RE2, bounds the wrong way round' },
  never_matches: { level: 'error', sees: 'a `tool_pattern` that matches no tool name' },
  never_holds: { level: 'error', sees: 'conditions that contradict each other' },
  shadowed: { level: 'error', sees: 'a policy that never decides, because others always decide before it' },
  catch_all: { level: 'warning', sees: 'a policy for every call above other active policies' },
  no_effect: { level: 'warning', sees: 'settings of an action that the policy does not have' },
  same_name: { level: 'warning', sees: 'two active policies of one name' },
} as const satisfies Readonly<Record<string, Readonly<{ level: 'error' | 'warning'; sees: string }>>>;
export type LintRule = keyof typeof LINT_RULES;

/** `path` is a JSON pointer into what was read. */
export type LintFinding = Readonly<{ level: 'error' | 'warning'; rule: LintRule; path: string; message: string }>;

/** Of policies that share a glob, as many are looked at together as can cover another one. */
const MAX_TOGETHER = 32;
const MAX_PREFIXES = 256;

/** What looks wrong in a file of policies, already parsed from YAML or JSON, in the order of the file. While some cannot be read, only that is told. */
export function lintPolicyFile(document: unknown): readonly LintFinding[] {
  const file = readPolicyFile(document);
  if ('problems' in file) return file.problems.map(({ path, message }) => finding('not_valid', { path, message }));
  return lintPolicies(file.policies).map(({ path, ...found }) => ({ ...found, path: `${file.path}${path}` }));
}

/**
 * The same for policies without problems; paths begin with the place in the list. Inactive ones are left alone.
 * INVARIANT: what is told of calls is certain: no call is decided by a policy that is called shadowed, or that never matches or holds.
 */
export function lintPolicies(policies: readonly Policy[]): readonly LintFinding[] {
  const places = new Map(policies.map((policy, place) => [policy, place]));
  const asked = policies.filter((policy) => policy.is_active).toSorted(firstAsked);
  const alive: Asked[] = [];
  const found: LintFinding[] = [];
  for (const policy of asked) {
    const tell = (rule: LintRule, message: string, path = ''): void => void found.push(finding(rule, { path: `/${places.get(policy) ?? 0}${path}`, message }));
    const glob = parseGlob(policy.tool_pattern);
    const names = coverOf([], glob);
    const contradiction = contradictionIn(policy.conditions ?? {});
    if (names?.covered === true) tell('never_matches', 'matches no tool name: those are 1 to 128 printable ASCII characters without spaces', '/tool_pattern');
    else if (contradiction) tell('never_holds', `can never hold: ${contradiction.because}`, `/conditions${contradiction.path}`);
    else alive.push({ policy, glob, name: names?.escape ?? null, place: alive.length });
    if (policy.approval_config !== undefined && policy.action !== 'require_approval') tell('no_effect', `has no effect: the action is \`${policy.action}\``, '/approval_config');
  }
  for (const [{ policy }, message] of shadowed(alive)) found.push(finding('shadowed', { path: `/${places.get(policy) ?? 0}`, message }));
  for (const [{ policy }, message] of catchAlls(alive)) found.push(finding('catch_all', { path: `/${places.get(policy) ?? 0}`, message }));
  found.push(...sameNames(policies));
  return found.toSorted((a, b) => placeIn(a) - placeIn(b));
}

const finding = (rule: LintRule, { path, message }: Problem): LintFinding => ({ level: LINT_RULES[rule].level, rule, path, message });
const placeIn = ({ path }: LintFinding): number => Number(path.split('/')[1]);

/** An active policy that decides something, at its place in the order of asking. `name`: a tool it matches; null: not known. */
type Asked = Readonly<{ policy: Policy; glob: Glob; name: string | null; place: number }>;

/** Whether a call that a policy matches goes on to the next one. */
const goesOn = ({ policy }: Asked): boolean => policy.action === 'rate_limit' && policy.rate_limit?.on_within === 'continue';
const conditionsOf = ({ policy }: Asked) => policy.conditions ?? {};
const isUnconditional = (asked: Asked): boolean => implies({}, conditionsOf(asked));

function* shadowed(alive: readonly Asked[]): Generator<readonly [Asked, string]> {
  const ending = alive.filter((one) => !goesOn(one));
  const candidates = candidatesByName(ending, ({ glob }) => glob);
  const near = nearByPrefix(ending);
  for (const one of alive) {
    if (one.name === null) continue;
    const before = candidates(one.name).filter((other) => other.place < one.place && implies(conditionsOf(one), conditionsOf(other)));
    if (before.length === 0) continue;
    const by = coversAlone(before, one) ?? coverTogether(near(one), one);
    if (by) yield [one, shadowedBy(by)];
  }
}

const coversAlone = (others: readonly Asked[], { glob }: Asked): readonly Asked[] | null => {
  const cover = others.find((other) => coverOf([other.glob], glob)?.covered === true);
  return cover ? [cover] : null;
};

/** As few as do it. */
function coverTogether(near: readonly Asked[], one: Asked): readonly Asked[] | null {
  let cover = near.filter((other) => other.place < one.place && implies(conditionsOf(one), conditionsOf(other))).slice(0, MAX_TOGETHER);
  const covers = (others: readonly Asked[]): boolean => coverOf(others.map(({ glob }) => glob), one.glob)?.covered === true;
  if (cover.length < 2 || !covers(cover)) return null;
  for (const other of cover) {
    const fewer = cover.filter((kept) => kept !== other);
    if (covers(fewer)) cover = fewer;
  }
  return cover;
}

/** Those of whose prefix and one's own one begins with the other, in the order of asking: no others match names that it does. */
function nearByPrefix(asked: readonly Asked[]): (one: Asked) => readonly Asked[] {
  const byPrefix = new Map<string, Asked[]>();
  for (const one of asked) {
    const same = byPrefix.get(one.glob.prefix);
    if (same) same.push(one);
    else byPrefix.set(one.glob.prefix, [one]);
  }
  const sorted = [...byPrefix.keys()].sort();
  return ({ glob: { prefix } }) => {
    const shorter = Array.from({ length: prefix.length }, (_, length) => prefix.slice(0, length));
    const longer: string[] = [];
    for (let at = firstFrom(sorted, prefix); sorted[at]?.startsWith(prefix) === true && longer.length < MAX_PREFIXES; at += 1) longer.push(sorted[at] ?? '');
    return [...shorter, ...longer].flatMap((one) => byPrefix.get(one) ?? []).sort((a, b) => a.place - b.place);
  };
}

/** Where the texts that are not less than this one begin. */
function firstFrom(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

function shadowedBy(others: readonly Asked[]): string {
  const names = others.map(({ policy }) => quoted(policy.name)).join(' and ');
  const [decide, has] = others.length === 1 ? ['decides', 'has'] : ['decide', 'have'];
  return others.every(isUnconditional) ? `is never asked: ${names} ${decide} before it, whatever the call` : `never decides: wherever its conditions hold, ${names} ${has} decided before`;
}

function* catchAlls(alive: readonly Asked[]): Generator<readonly [Asked, string]> {
  const first = alive.find((one) => !goesOn(one) && isUnconditional(one) && coverOf([one.glob], everyName)?.covered === true);
  if (!first) return;
  const below = alive.slice(first.place + 1).map(({ policy }) => quoted(policy.name));
  if (below.length === 0) return;
  yield [first, `decides every call, so ${below.length === 1 ? 'the policy below it is' : `the ${below.length} policies below it are`} never asked: ${below.slice(0, 3).join(', ')}${below.length > 3 ? ' …' : ''}`];
}

function sameNames(policies: readonly Policy[]): readonly LintFinding[] {
  const names = new Set<string>();
  return policies.flatMap(({ name, is_active }, place) => {
    if (!is_active || names.size !== names.add(name).size) return [];
    return [finding('same_name', { path: `/${place}/name`, message: 'another active policy is called so, and answers name policies by their name' })];
  });
}
