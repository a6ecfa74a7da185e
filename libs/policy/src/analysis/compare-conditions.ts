import { canonical } from '../json.ts';
import { type ArgumentPredicate, type Conditions, DAYS, type TimeWindow } from '../policy.ts';
import { compareSets, opposite, type Relation, relationOf } from './relation.ts';
import { minuteOf, openHours } from '../conditions/time-window.ts';

/** A condition that differs; `field` names it as the API does, from the policy down. */
export type ConditionChange = Readonly<{ field: string; relation: Relation }>;

type Comparison = (before: never, after: never) => Relation;

const comparisons: Readonly<Record<string, Comparison>> = {
  risk_score_min: (before: number, after: number) => relationOf({ onlyBefore: after > before, onlyAfter: after < before }),
  risk_score_max: (before: number, after: number) => relationOf({ onlyBefore: after < before, onlyAfter: after > before }),
  threat_types: (before: readonly string[], after: readonly string[]) => compareSets(new Set(before), new Set(after)),
  time_window: compareWindows,
  end_user_id: () => 'other',
  agent_id: () => 'other',
  tool_type: () => 'other',
};

/** Every condition that differs, with what that means for the calls it holds for. Expects conditions without problems; one that this version does not know is `unknown`. */
export function compareConditions(before: Conditions = {}, after: Conditions = {}): readonly ConditionChange[] {
  const changes = keysOf(before, after).flatMap((key): ConditionChange[] => {
    const [b, a] = [own(before, key), own(after, key)];
    const field = `conditions.${key}`;
    if (canonical(b) === canonical(a)) return [];
    if (key === 'arguments') return compareArguments((b ?? {}) as Predicates, (a ?? {}) as Predicates, field);
    if (b === undefined) return [{ field, relation: 'narrower' }];
    if (a === undefined) return [{ field, relation: 'wider' }];
    const compare = own(comparisons, key) as Comparison | undefined;
    return [{ field, relation: compare?.(b as never, a as never) ?? 'unknown' }];
  });
  return changes;
}

type Predicates = Readonly<Record<string, ArgumentPredicate>>;

function compareArguments(before: Predicates, after: Predicates, field: string): ConditionChange[] {
  return keysOf(before, after).flatMap((pointer): ConditionChange[] => {
    const [b, a] = [own(before, pointer) as ArgumentPredicate | undefined, own(after, pointer) as ArgumentPredicate | undefined];
    const relation = b === undefined ? 'narrower' : a === undefined ? 'wider' : comparePredicates(b, a);
    return canonical(b) === canonical(a) ? [] : [{ field: `${field}.${pointer}`, relation }];
  });
}

const operators: Readonly<Record<string, Comparison>> = {
  gt: (before: number, after: number) => relationOf({ onlyBefore: after > before, onlyAfter: after < before }),
  gte: (before: number, after: number) => relationOf({ onlyBefore: after > before, onlyAfter: after < before }),
  lt: (before: number, after: number) => relationOf({ onlyBefore: after < before, onlyAfter: after > before }),
  lte: (before: number, after: number) => relationOf({ onlyBefore: after < before, onlyAfter: after > before }),
  in: (before: readonly unknown[], after: readonly unknown[]) => compareSets(new Set(before.map(canonical)), new Set(after.map(canonical))),
  nin: (before: readonly unknown[], after: readonly unknown[]) => opposite(compareSets(new Set(before.map(canonical)), new Set(after.map(canonical)))),
  starts_with: (before: string, after: string) => (after.startsWith(before) ? 'narrower' : before.startsWith(after) ? 'wider' : 'other'),
  eq: () => 'other',
  ne: () => 'other',
};

function comparePredicates(before: ArgumentPredicate, after: ArgumentPredicate): Relation {
  if (before.exists === false || after.exists === false) return before.exists === after.exists ? 'same' : 'other';
  const relations = keysOf(before, after).map((key): Relation => {
    const [b, a] = [own(before, key), own(after, key)];
    // Every operator wants a value to be there; `exists: true` wants nothing else.
    if (key === 'exists' || canonical(b) === canonical(a)) return 'same';
    if (b === undefined) return 'narrower';
    if (a === undefined) return 'wider';
    return (own(operators, key) as Comparison | undefined)?.(b as never, a as never) ?? 'unknown';
  });
  return combined(relations);
}

/** Of conditions that all have to hold. */
export function combined(relations: readonly Relation[]): Relation {
  if (relations.includes('unknown')) return 'unknown';
  if (relations.includes('other')) return 'other';
  return relationOf({ onlyBefore: relations.includes('narrower'), onlyAfter: relations.includes('wider') });
}

/** By what the clock on the wall says; of two zones, only a window that is always open can be compared. */
export function compareWindows(before: TimeWindow, after: TimeWindow): Relation {
  const [wasOpen, isOpen] = [openHours(before), openHours(after)];
  // Between two of these minutes neither window opens or closes.
  const minutes = [0, ...[before, after].flatMap(({ hours_start, hours_end }) => [minuteOf(hours_start) ?? 0, minuteOf(hours_end) ?? 0])].filter((minute) => minute < 24 * 60);
  const times = DAYS.flatMap((_, day) => minutes.map((minute) => ({ weekday: day + 1, minute })));
  const isComparable = (before.timezone ?? 'UTC') === (after.timezone ?? 'UTC') || times.every(wasOpen) || times.every(isOpen);
  return isComparable ? relationOf({ onlyBefore: times.some((time) => wasOpen(time) && !isOpen(time)), onlyAfter: times.some((time) => isOpen(time) && !wasOpen(time)) }) : 'other';
}

/**
 * What may be too large to be judged, in the order in which it is: patterns over arguments. Two policies with the same list that judge the pointers they
 * share in the same order find the same call too large, if it gets that far.
 */
export function patternsOf(conditions: Conditions = {}): readonly string[] {
  const { arguments: predicates = {}, argument_pattern: pattern } = conditions;
  const matches = Object.entries(predicates).flatMap(([pointer, { matches: source }]) => (source === undefined ? [] : [`${pointer} ${source}`]));
  return pattern === undefined ? matches : [...matches, pattern];
}

/** Whether the pointers that both have are judged in the same order. */
export function sameOrder({ arguments: before = {} }: Conditions = {}, { arguments: after = {} }: Conditions = {}): boolean {
  const shared = Object.keys(before).filter((pointer) => own(after, pointer) !== undefined);
  return shared.join('\n') === Object.keys(after).filter((pointer) => own(before, pointer) !== undefined).join('\n');
}

function own(record: object, key: string): unknown {
  return Object.hasOwn(record, key) ? (record as Readonly<Record<string, unknown>>)[key] : undefined;
}

const keysOf = (before: object, after: object): string[] => [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => own(before, key) !== undefined || own(after, key) !== undefined);

