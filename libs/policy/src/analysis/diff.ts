import { combined, compareConditions, patternsOf, sameOrder } from './compare-conditions.ts';
import { compareGlobs, mayMeet } from '../globs/compare-globs.ts';
import { type Glob, parseGlob } from '../globs/glob.ts';
import { canonical } from '../json.ts';
import { DEFAULT_ACTIONS, type DefaultAction, type Policy } from '../policy.ts';
import { firstAsked } from '../policy-set.ts';
import { quoted } from '../quoted.ts';
import type { Relation } from './relation.ts';
import { alike, type Answers, ANYTHING, answersOf, BLOCKED, effectOf, type Effect, joined, letGo, NO_SHIFT, type Shift, shiftOf, spanOf, takenOn, UNCERTAIN } from './strictness.ts';

/** A policy that came or went. */
export type OnePolicy = Readonly<{ policy: Policy; effect: Effect; because: string }>;
/** A policy that is another one now; `fields` as the API names them, conditions one by one: `conditions.risk_score_min`. */
export type ChangedPolicy = Readonly<{ before: Policy; after: Policy; fields: readonly string[]; effect: Effect; because: string }>;

export type PolicyDiff = Readonly<{
  /** In deciding order of `after`; what is removed, in that of `before`. */
  added: readonly OnePolicy[];
  removed: readonly OnePolicy[];
  changed: readonly ChangedPolicy[];
  /** Ids of policies whose priority changed and that are asked before, or after, another one than they were. */
  reordered: readonly string[];
  /** Of everything together. */
  effect: Effect;
}>;

export type DiffOptions = Readonly<{
  /** What either guard may do where no policy decides. Absent: anything. */
  defaultActions?: readonly DefaultAction[];
}>;

/** Pairs of policies and steps over globs that are looked at, so that a diff of two large sets stays a matter of a second; what lies beyond is `unclear`, or judged without its context. */
const MAX_PAIRS = 1_000_000;
const MAX_IN_ORDER = 1_500;
const MAX_GLOB_STEPS = 2_000_000;
/** With fewer for each, globs are not compared: reading them takes longer. */
const LEAST_GLOB_STEPS = 2_000;

/**
 * What was added, removed and changed between two lists of policies, matched by id, and whether that loosens or tightens. Expects policies without problems.
 *
 * INVARIANT: `loosened` and `neither` of the whole mean that no call gets a stricter verdict from `after` than from `before`, `tightened` and `neither` that none gets a
 * weaker one: for calls as evaluators judge them (scanned, at a known time) and also those too large to be judged, which are blocked. Strictness rises from `allow`, `warn`,
 * `sanitize`, `rate_limit`, `require_approval` to `block`. What an entry says is its share of that; if `priority` is not among its fields, it also holds where this is the only
 * change. Limits are not counted: that another call uses one up is nobody's change.
 */
export function diffPolicies(before: readonly Policy[], after: readonly Policy[], { defaultActions = DEFAULT_ACTIONS }: DiffOptions = {}): PolicyDiff {
  const entries = entriesOf(before, after);
  const differing = entries.filter(differs);
  const moves = movesOf(entries);
  const steps = MAX_GLOB_STEPS / Math.max(1, differing.filter(({ before: b, after: a }) => b?.policy.tool_pattern !== a?.policy.tool_pattern).length);
  const byDefault = defaultActions.map((action) => answersOf({ action }));
  const isWide = differing.length * entries.length > MAX_PAIRS;
  const judged = differing.map((entry) => {
    const below = isWide ? ANYTHING : spanOf([...byDefault, ...whatFollows(entry, entries)]);
    return { entry, ...judge(entry, { below, moved: moves.get(entry.id), steps }) };
  });

  const inOrder = judged.toSorted((x, y) => x.entry.at[1] - y.entry.at[1]);
  const changed = inOrder.flatMap(({ entry, shift, because, fields }) =>
    entry.before && entry.after ? [{ before: entry.before.policy, after: entry.after.policy, fields, effect: effectOf(shift), because }] : [],
  );
  return {
    added: inOrder.flatMap(({ entry, shift, because }) => (entry.after && !entry.before ? [{ policy: entry.after.policy, effect: effectOf(shift), because }] : [])),
    removed: judged
      .toSorted((x, y) => x.entry.at[0] - y.entry.at[0])
      .flatMap(({ entry, shift, because }) => (entry.before && !entry.after ? [{ policy: entry.before.policy, effect: effectOf(shift), because }] : [])),
    changed,
    reordered: changed.map(({ after: { id } }) => id).filter((id) => moves.has(id)),
    effect: effectOf(joined(judged.map(({ shift }) => shift))),
  };
}

/** What is asked of a policy, read once. */
type Reading = Readonly<{ policy: Policy; glob: Glob; patterns: readonly string[] }>;
/** A policy in the one list, in the other, or in both; `at`: its places in their orders, or where it would stand. */
type Entry = Readonly<{ id: string; before: Reading | undefined; after: Reading | undefined; at: readonly [before: number, after: number] }>;
type Judged = Readonly<{ shift: Shift; because: string; fields: readonly string[] }>;

function entriesOf(before: readonly Policy[], after: readonly Policy[]): readonly Entry[] {
  const [old, now] = [before.toSorted(firstAsked), after.toSorted(firstAsked)];
  const [was, is] = [byId(old), byId(now)];
  return [...new Set([...was.keys(), ...is.keys()])].map((id): Entry => {
    const [b, a] = [was.get(id), is.get(id)];
    return { id, before: b, after: a, at: [b ? b.at : gapFor(a?.policy, old), a ? a.at : gapFor(b?.policy, now)] };
  });
}

function byId(ordered: readonly Policy[]): ReadonlyMap<string, Reading & Readonly<{ at: number }>> {
  return new Map(ordered.map((policy, at) => [policy.id, { policy, at, glob: parseGlob(policy.tool_pattern), patterns: patternsOf(policy.conditions) }]));
}

/** Where in this order it would stand: half a place before the next one. */
function gapFor(policy: Policy | undefined, ordered: readonly Policy[]): number {
  if (!policy) return 0;
  let [from, to] = [0, ordered.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const there = ordered[middle];
    if (there && firstAsked(there, policy) < 0) from = middle + 1;
    else to = middle;
  }
  return from - 0.5;
}

/** A policy as its owner wrote it. */
function told(policy: Policy): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(policy).filter(([field]) => !['id', 'created_at', 'updated_at'].includes(field)));
}

function differs({ before, after }: Entry): boolean {
  if (!before || !after) return true;
  if (JSON.stringify(before.policy) === JSON.stringify(after.policy)) return false;
  return canonical(told(before.policy)) !== canonical(told(after.policy)) || judgedInOtherOrder(before, after);
}

/** Which of two conditions is judged first shows where one of them may be too much to judge. */
function judgedInOtherOrder(before: Reading, after: Reading): boolean {
  return before.patterns.length + after.patterns.length > 0 && !sameOrder(before.policy.conditions, after.policy.conditions);
}

/** What may decide a call that this policy leaves alone: everything asked after it in one of the two orders. */
function whatFollows(entry: Entry, entries: readonly Entry[]): Answers[] {
  const own = [entry.before, entry.after].filter((reading) => reading !== undefined);
  const answers: Answers[] = [];
  for (const other of entries) {
    if (other === entry || (other.at[0] < entry.at[0] && other.at[1] < entry.at[1])) continue;
    for (const reading of [other.before, other.after]) {
      if (!reading?.policy.is_active || !own.some(({ glob }) => mayMeet(glob, reading.glob))) continue;
      answers.push(answersOf(reading.policy));
      if (reading.patterns.length > 0) answers.push(BLOCKED);
    }
  }
  return answers;
}

type Context = Readonly<{ below: Answers; moved: Shift | undefined; steps: number }>;

function judge({ before, after }: Entry, context: Context): Judged {
  if (before && after) return judgeChange({ before, after }, context);
  if (before) return { ...leaving(before, context), fields: [] };
  return after ? { ...coming(after, context), fields: [] } : { shift: NO_SHIFT, because: '', fields: [] };
}

/** It decided its calls; now what follows does. */
function leaving({ policy, patterns }: Reading, { below }: Context): Omit<Judged, 'fields'> {
  if (!policy.is_active) return { shift: NO_SHIFT, because: 'it was not active' };
  const shift = joined([letGo(policy, below), ...(patterns.length > 0 ? [shiftOf(BLOCKED, below)] : [])]);
  return { shift, because: `what it decided (${quoted(policy.action)}) is decided by what follows` };
}

function coming({ policy, patterns }: Reading, { below }: Context): Omit<Judged, 'fields'> {
  if (!policy.is_active) return { shift: NO_SHIFT, because: 'it is not active' };
  const shift = joined([takenOn(policy, below), ...(patterns.length > 0 ? [shiftOf(below, BLOCKED)] : [])]);
  return { shift, because: `it decides (${quoted(policy.action)}) what others did${patterns.length > 0 ? ', and what is too large for its patterns is blocked' : ''}` };
}

function judgeChange({ before, after }: Readonly<{ before: Reading; after: Reading }>, context: Context): Judged {
  const [was, is] = [before.policy, after.policy];
  const matching = [
    ...(was.tool_pattern === is.tool_pattern ? [] : [{ field: 'tool_pattern', relation: context.steps < LEAST_GLOB_STEPS ? ('unknown' as const) : compareGlobs(was.tool_pattern, is.tool_pattern, context.steps) }]),
    ...(judgedInOtherOrder(before, after) ? [{ field: 'conditions.arguments', relation: 'same' as const }] : []),
    ...compareConditions(was.conditions, is.conditions),
  ];
  const [toldThen, toldNow] = [told(was), told(is)];
  const others = [...new Set([...Object.keys(toldThen), ...Object.keys(toldNow)])].filter((field) => !['tool_pattern', 'conditions'].includes(field) && canonical(toldThen[field]) !== canonical(toldNow[field]));
  const said = (judged: Omit<Judged, 'fields'>): Judged => ({ ...judged, fields: [...others, ...new Set(matching.map(({ field }) => field))] });

  if (!was.is_active && !is.is_active) return said({ shift: NO_SHIFT, because: 'it is not active' });
  if (!is.is_active) return said({ ...leaving(before, context), because: 'it is not active any more' });
  if (!was.is_active) return said({ ...coming(after, context), because: 'it is active now' });

  const relation = combined(matching.map(({ relation: one }) => one));
  const narrowed = matching.filter(({ relation: one }) => one !== 'same').map(({ field }) => quoted(field));
  const acts = others.includes('action') || others.includes('rate_limit');
  const shift = joined([
    context.moved ?? NO_SHIFT,
    acts ? (alike(was, is) ?? shiftOf(answersOf(was, context.below), answersOf(is, context.below))) : NO_SHIFT,
    others.includes('approval_config') ? quorumShift(was, is) : NO_SHIFT,
    others.every((field) => KNOWN.has(field)) ? NO_SHIFT : UNCERTAIN,
    matchShift({ before, after, relation }, context.below),
  ]);
  const reasons = [
    ...(context.moved ? ['it is asked before, or after, others than it was'] : []),
    ...(acts ? [was.action === is.action ? 'its limit is another one' : `${quoted(was.action)} became ${quoted(is.action)}`] : []),
    ...(relation === 'same' ? [] : [`${MATCHES[relation]} (${narrowed.join(', ')})`]),
  ];
  return said({ shift, because: reasons.length > 0 ? reasons.join('; ') : effectOf(shift) === 'neither' ? 'no verdict changes' : 'what it demands is another thing' });
}

const KNOWN: ReadonlySet<string> = new Set(['name', 'description', 'action', 'rate_limit', 'priority', 'is_active', 'approval_config']);

const MATCHES: Readonly<Record<Exclude<Relation, 'same'>, string>> = {
  narrower: 'it matches fewer calls',
  wider: 'it matches more calls',
  other: 'it matches other calls',
  unknown: 'whether it matches more or fewer calls cannot be told',
};

/**
 * Calls that it lets go, takes on, or finds too large to be judged at another place than before. While it only narrows (or only widens) and its patterns stay, a call that
 * is too large for them and passes what is judged before them does so before and after; an `argument_pattern`, judged last, comes and goes without more than its own effect.
 */
function matchShift({ before, after, relation }: Readonly<{ before: Reading; after: Reading; relation: Relation }>, below: Answers): Shift {
  const [loses, gains] = [relation !== 'wider' && relation !== 'same', relation !== 'narrower' && relation !== 'same'];
  const [wasTooLarge, isTooLarge] = [before.patterns.length > 0, after.patterns.length > 0];
  const grows = !gains && addsLast(before, after);
  const shrinks = !loses && addsLast(after, before);
  const stay = canonical(before.patterns) === canonical(after.patterns) && !judgedInOtherOrder(before, after);
  const [was, is] = [answersOf(before.policy, below), answersOf(after.policy, below)];
  const shift = joined([
    ...(loses ? [letGo(before.policy, below)] : []),
    ...(gains ? [takenOn(after.policy, below)] : []),
    ...(wasTooLarge && (loses || !(stay || shrinks)) ? [shiftOf(BLOCKED, below)] : []),
    ...(isTooLarge && (gains || !(stay || grows)) ? [shiftOf(below, BLOCKED)] : []),
    ...(wasTooLarge && !(stay || grows) ? [shiftOf(BLOCKED, is)] : []),
    ...(isTooLarge && !(stay || shrinks) ? [shiftOf(was, BLOCKED)] : []),
  ]);
  return { ...shift, certain: relation !== 'unknown' };
}

/** Whether `more` has an `argument_pattern` that `less` lacks, and no other pattern or order of its own. */
function addsLast(less: Reading, more: Reading): boolean {
  const pattern = more.policy.conditions?.argument_pattern;
  return pattern !== undefined && less.policy.conditions?.argument_pattern === undefined && canonical([...less.patterns, pattern]) === canonical(more.patterns) && !judgedInOtherOrder(less, more);
}

/** Whom and for how long is asked changes no verdict; how many have to agree counts all the same. */
function quorumShift({ approval_config: was = {} }: Policy, { approval_config: is = {}, action }: Policy): Shift {
  if (action !== 'require_approval') return NO_SHIFT;
  const unknown = [...Object.keys(was), ...Object.keys(is)].some((field) => !['quorum', 'timeout_minutes', 'notification_channels'].includes(field));
  const [least, now] = [was.quorum ?? 1, is.quorum ?? 1];
  return unknown ? UNCERTAIN : { looser: now < least, stricter: now > least, certain: true };
}

/** By id, what overtaking others, or being overtaken, may make of a policy. Only who is active before and after can be overtaken; who comes or goes is judged as such. */
function movesOf(entries: readonly Entry[]): ReadonlyMap<string, Shift> {
  const order = entries
    .flatMap(({ id, before, after, at }) => (before?.policy.is_active && after?.policy.is_active ? [{ id, after, at, moved: before.policy.priority !== after.policy.priority }] : []))
    .toSorted((x, y) => x.at[0] - y.at[0]);
  const stays = order.every(({ at }, place) => place === 0 || (order[place - 1]?.at[1] ?? -1) < at[1]);
  if (stays) return new Map();
  if (order.length > MAX_IN_ORDER) return new Map(order.filter(({ moved }) => moved).map(({ id }) => [id, UNCERTAIN]));
  const shifts = new Map<string, Shift>();
  for (const [place, first] of order.entries()) {
    for (const second of order.slice(place + 1)) {
      if (first.at[1] < second.at[1]) continue;
      const shift = mayMeet(first.after.glob, second.after.glob) ? overtaken(first.after, second.after) : NO_SHIFT;
      for (const { id, moved } of [first, second]) if (moved) shifts.set(id, joined([shifts.get(id) ?? NO_SHIFT, shift]));
    }
  }
  return shifts;
}

/** For calls that both match: `first` was asked before `second`, and is asked after it now. */
function overtaken(first: Reading, second: Reading): Shift {
  const [was, is] = [answersOf(first.policy), answersOf(second.policy)];
  return joined([
    alike(first.policy, second.policy) ?? shiftOf(was, is),
    ...(first.patterns.length > 0 ? [shiftOf(BLOCKED, is)] : []),
    ...(second.patterns.length > 0 ? [shiftOf(was, BLOCKED)] : []),
  ]);
}
