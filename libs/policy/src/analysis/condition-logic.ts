import { compilePredicate } from '../conditions/argument-predicates.ts';
import { compareWindows } from './compare-conditions.ts';
import { isJsonObject } from '../json.ts';
import { JudgedCall } from '../judged-call.ts';
import type { ArgumentPredicate, Conditions } from '../policy.ts';
import { quoted } from '../quoted.ts';

type Predicates = Readonly<Record<string, ArgumentPredicate>>;
type Range = Readonly<{ from: number; fromOpen: boolean; to: number; toOpen: boolean }>;
/** What a predicate leaves of all that could stand at its pointer. `values`: one of these, or nothing where there are none. `present`: no telling. */
type Left = Readonly<{ kind: 'absent' | 'texts' | 'present' }> | Readonly<{ kind: 'values'; values: readonly unknown[] }> | (Readonly<{ kind: 'numbers' }> & Range);

/** As the API takes users, agents and types: whatever is written otherwise is nobody's. */
const CALLER_TEXT = /^[^\p{Cc}\p{Cs}]{1,256}$/u;
const TOOL_TYPE = /^[\x21-\x7e]{1,64}$/;

/**
 * Why conditions never all hold, and where (a JSON pointer into them); null when they might. Expects conditions without problems.
 * INVARIANT: only what is certain is told.
 */
export function contradictionIn(conditions: Conditions): Readonly<{ path: string; because: string }> | null {
  const { tool_type: type, end_user_id: user, agent_id: agent, arguments: predicates = {} } = conditions;
  if (type !== undefined && !TOOL_TYPE.test(type)) return { path: '/tool_type', because: 'the type of a call is 1 to 64 printable ASCII characters without blanks' };
  if (user !== undefined && !CALLER_TEXT.test(user)) return { path: '/end_user_id', because: 'no user is called so: control characters are refused' };
  if (agent !== undefined && !CALLER_TEXT.test(agent)) return { path: '/agent_id', because: 'no agent is called so: control characters are refused' };
  for (const [pointer, predicate] of Object.entries(predicates)) {
    const because = contradictionAt(pointer, leftBy(predicate), predicates);
    if (because !== null) return { path: `/arguments/${pointer.replaceAll('~', '~0').replaceAll('/', '~1')}`, because };
  }
  return null;
}

function contradictionAt(pointer: string, left: Left, predicates: Predicates): string | null {
  const here = pointer === '' ? 'the arguments' : quoted(pointer);
  if (left.kind === 'values' && left.values.length === 0) return `no value of ${here} passes all of its operators`;
  if (left.kind === 'numbers' && isEmpty(left)) return `no number is in the range for ${here}`;
  if (pointer === '' && left.kind !== 'present' && !(left.kind === 'values' && left.values.some(isJsonObject))) return 'the arguments are always an object';
  for (const [inner, predicate] of Object.entries(predicates)) {
    if (!inner.startsWith(`${pointer}/`) || left.kind === 'present') continue;
    const holds = left.kind === 'values' ? left.values.some((value) => mayHold(inner.slice(pointer.length), predicate, value)) : predicate.exists === false;
    if (!holds) return `what ${here} may be has nothing at ${quoted(inner)} that passes`;
  }
  return null;
}

/**
 * Whether, wherever all of `narrow` hold, all of `wide` do, or cannot be judged (which ends an evaluation as well). Expects conditions without problems that may hold.
 * INVARIANT: true only where that is certain.
 */
export function implies(narrow: Conditions, wide: Conditions): boolean {
  const { end_user_id, agent_id, tool_type, risk_score_min: least, risk_score_max: most, threat_types: threats, time_window: window, arguments: predicates = {}, argument_pattern: pattern } = wide;
  if (end_user_id !== undefined && narrow.end_user_id !== end_user_id) return false;
  if (agent_id !== undefined && narrow.agent_id !== agent_id) return false;
  if (tool_type !== undefined && narrow.tool_type !== tool_type) return false;
  if (least !== undefined && (narrow.risk_score_min ?? 0) < least) return false;
  if (most !== undefined && (narrow.risk_score_max ?? 1) > most) return false;
  if (threats !== undefined && !(narrow.threat_types?.every((type) => threats.includes(type)) ?? false)) return false;
  if (pattern !== undefined && narrow.argument_pattern !== pattern) return false;
  if (window !== undefined && !['same', 'wider'].includes(compareWindows(narrow.time_window ?? {}, window))) return false;
  return Object.entries(predicates).every(([pointer, predicate]) => impliesAt(pointer, predicate, narrow.arguments ?? {}));
}

function impliesAt(pointer: string, wide: ArgumentPredicate, narrow: Predicates): boolean {
  for (const [outer, predicate] of Object.entries(narrow)) {
    if (outer !== pointer && !pointer.startsWith(`${outer}/`)) continue;
    const left = leftBy(predicate);
    if (left.kind === 'values' && left.values.every((value) => mayHold(pointer.slice(outer.length), wide, value))) return true;
    if (left.kind === 'absent' && wide.exists === false) return true;
  }
  if (wide.exists === false) return false;
  const same = Object.hasOwn(narrow, pointer) ? narrow[pointer] : undefined;
  const needsMore = Object.keys(wide).some((operator) => operator !== 'exists' && wide[operator as keyof ArgumentPredicate] !== undefined);
  if (same === undefined) return !needsMore && Object.entries(narrow).some(([inner, { exists }]) => inner.startsWith(`${pointer}/`) && exists !== false);
  return impliesHere(same, leftBy(same), wide);
}

/** Of two predicates at one pointer; `left` by the narrow one is no list of values. */
function impliesHere(narrow: ArgumentPredicate, left: Left, { eq, in: among, ne, nin, gt, gte, lt, lte, matches, starts_with: prefix }: ArgumentPredicate): boolean {
  if (left.kind === 'absent' || left.kind === 'values' || eq !== undefined || among !== undefined) return false;
  const refused = [...(ne === undefined ? [] : [ne]), ...(nin ?? [])];
  if (refused.some((value) => mayHold('', narrow, value))) return false;
  if (matches !== undefined && narrow.matches !== matches) return false;
  if (prefix !== undefined && !(narrow.starts_with?.startsWith(prefix) ?? false)) return false;
  if (gt === undefined && gte === undefined && lt === undefined && lte === undefined) return true;
  if (left.kind !== 'numbers') return false;
  const above = (bound: number, open: boolean): boolean => left.from > bound || (left.from === bound && (!open || left.fromOpen));
  const below = (bound: number, open: boolean): boolean => left.to < bound || (left.to === bound && (!open || left.toOpen));
  return (gt === undefined || above(gt, true)) && (gte === undefined || above(gte, false)) && (lt === undefined || below(lt, true)) && (lte === undefined || below(lte, false));
}

function leftBy(predicate: ArgumentPredicate): Left {
  const { eq, in: among, matches, starts_with: prefix, exists } = predicate;
  if (exists === false) return { kind: 'absent' };
  const listed = eq === undefined ? among : [eq];
  if (listed !== undefined) return { kind: 'values', values: listed.filter((value) => mayHold('', predicate, value)) };
  const range = rangeOf(predicate);
  const isText = matches !== undefined || prefix !== undefined;
  if (range !== null && isText) return { kind: 'values', values: [] };
  if (range?.from === range?.to && range !== null && !isEmpty(range)) return { kind: 'values', values: [range.from].filter((value) => mayHold('', predicate, value)) };
  if (range !== null) return { kind: 'numbers', ...range };
  return { kind: isText ? 'texts' : 'present' };
}

function rangeOf({ gt, gte, lt, lte }: ArgumentPredicate): Range | null {
  if (gt === undefined && gte === undefined && lt === undefined && lte === undefined) return null;
  const from = Math.max(gt ?? Number.NEGATIVE_INFINITY, gte ?? Number.NEGATIVE_INFINITY);
  const to = Math.min(lt ?? Number.POSITIVE_INFINITY, lte ?? Number.POSITIVE_INFINITY);
  return { from, fromOpen: from === gt, to, toOpen: to === lt };
}

const isEmpty = ({ from, fromOpen, to, toOpen }: Range): boolean => from > to || (from === to && (fromOpen || toOpen));

/** Whether the predicate passes a value at this pointer into `document`, or cannot be judged. */
function mayHold(pointer: string, predicate: ArgumentPredicate, document: unknown): boolean {
  const call = new JudgedCall({ tool_name: 'any', arguments: document as Readonly<Record<string, unknown>> }, 0);
  return compilePredicate(pointer, predicate).holds(call) !== false;
}
