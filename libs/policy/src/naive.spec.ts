import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { checkPolicyDraft } from './drafts/check-policy.ts';
import { evaluate } from './evaluate.ts';
import type { ArgumentPredicate, Conditions, Policy, TimeWindow, ToolCallFacts } from './policy.ts';
import { compilePolicySet, draftOf } from './policy-set.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(120_000);

/** The language read a second time, in forty lines, from its page and without a line of ours. Patterns are JavaScript's, on ASCII texts without escapes, where the dialects agree. */
function naive(policies: readonly Policy[], call: ToolCallFacts, at: number): Readonly<{ policy: Policy | null; judged: boolean }> {
  const order = (a: Policy, b: Policy) => b.priority - a.priority || Date.parse(a.created_at) - Date.parse(b.created_at) || (a.id < b.id ? -1 : 1);
  const asked = policies.filter((one) => one.is_active && alternatives(one.tool_pattern).some((glob) => like(glob, call.tool_name))).sort(order);
  const policy = asked.find(({ conditions = {} }) => conditionsHold(conditions, call, at) !== false) ?? null;
  return { policy, judged: conditionsHold(policy?.conditions ?? {}, call, at) !== null };
}
/** Innermost braces first. */
const alternatives = (glob: string): string[] =>
  /\{([^{}]*)\}/.exec(glob)?.[1]?.split(',').flatMap((one) => alternatives(glob.replace(/\{[^{}]*\}/, one))) ?? [glob];
const like = (glob: string, name: string): boolean => {
  if (glob === '' || name === '') return /^\**$/.test(glob) && name === '';
  if (glob.startsWith('*')) return like(glob.slice(1), name) || like(glob, name.slice(1));
  const [set, not, members = ''] = /^\[(!?)(.*?)\]/.exec(glob) ?? [];
  return (set === undefined ? ['?', name[0]].includes(glob[0]) : members.includes(name[0]!) === (not === '')) && like(glob.slice(set?.length ?? 1), name.slice(1));
};
/** null: cannot be judged. */
const conditionsHold = ({ risk_score_min: least = 0, risk_score_max: most = 1, ...c }: Conditions, call: ToolCallFacts, at: number): boolean | null => {
  if ((['end_user_id', 'agent_id', 'tool_type'] as const).some((field) => c[field] !== undefined && c[field] !== call[field])) return false;
  if (call.risk_score === undefined ? least > 0 || most < 1 : call.risk_score < least || call.risk_score > most) return call.risk_score === undefined ? null : false;
  if (c.threat_types && !call.threat_types?.some((type) => c.threat_types!.includes(type))) return call.threat_types ? false : null;
  if (c.time_window && !isOpen(c.time_window, at)) return false;
  if (!Object.entries(c.arguments ?? {}).every(([pointer, predicate]) => passes(predicate, found(call.arguments, pointer.split('/').slice(1))))) return false;
  return c.argument_pattern === undefined || [JSON.stringify(call.arguments), ...texts(call.arguments)].some((text) => new RegExp(c.argument_pattern!).test(text));
};
/** A window is the stretch that begins on each of its days; the ones that began today and yesterday may be open. */
const isOpen = ({ days, hours_start: from = 0, hours_end: to = 0, timezone = 'UTC' }: TimeWindow, at: number): boolean => {
  const [start, end] = [from, to].map((hours) => (typeof hours === 'number' ? hours * 60 : Number(hours.slice(0, 2)) * 60 + Number(hours.slice(3)))) as [number, number];
  const now = DateTime.fromMillis(at, { zone: timezone, locale: 'en' });
  const isWithin = (minute: number) => (start === end ? minute < 1440 : minute >= start && minute < end + (end < start ? 1440 : 0));
  return [0, 1].some((ago) => isWithin(now.hour * 60 + now.minute + ago * 1440) && (days?.includes(now.minus({ days: ago }).weekdayLong!.toLowerCase()) ?? true));
};
const passes = ({ exists = true, ...p }: ArgumentPredicate, [value, ...none]: readonly unknown[]): boolean => {
  if (none.length > 0 || !exists) return none.length > 0 && !exists;
  const tests = { eq: isDeepStrictEqual, ne: (v: unknown, o: unknown) => !isDeepStrictEqual(v, o), in: (v: unknown, o: unknown[]) => o.some((one) => isDeepStrictEqual(v, one)), nin: (v: unknown, o: unknown[]) => !o.some((one) => isDeepStrictEqual(v, one)) };
  const ofNumbers = { gt: (v: number, o: number) => v > o, gte: (v: number, o: number) => v >= o, lt: (v: number, o: number) => v < o, lte: (v: number, o: number) => v <= o };
  const ofTexts = { matches: (v: string, o: string) => new RegExp(o).test(v), starts_with: (v: string, o: string) => v.startsWith(o) };
  const holds = { ...tests, ...(typeof value === 'number' && ofNumbers), ...(typeof value === 'string' && ofTexts) } as Record<string, (v: unknown, o: unknown) => boolean>;
  return Object.entries(p).every(([operator, operand]) => holds[operator]?.(value, operand) ?? false);
};
/** The value, or two of nothing. */
const found = (value: unknown, [key, ...rest]: readonly string[]): readonly unknown[] =>
  key === undefined ? [value] : typeof value === 'object' && value !== null && Object.hasOwn(value, key) && key !== 'length' ? found((value as Record<string, unknown>)[key], rest) : [null, null];
const texts = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, item]) => [...(Array.isArray(value) ? [] : [key]), ...texts(item)]) : [];

describe('the compiled evaluator', () => {
  it('says what a naive one says, whatever the policies and the call', () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(fc.uniqueArray(policy, { maxLength: 8, selector: ({ id }) => id }), call, instant, (policies, facts, at) => {
        const verdict = evaluate(compilePolicySet({ guard_id: 'g', version: 1, default_action: 'allow', policies }), facts, at);
        const said = naive(policies, facts, at);
        const outcome = said.judged ? (said.policy ? 'decided' : 'default') : 'not judged';
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        expect({ policy: verdict.policy, judged: verdict.code === undefined }).toEqual(said);
        expect(verdict.action).toBe(said.judged ? (said.policy?.action ?? 'allow') : 'block');
      }),
      { numRuns: 1_200 },
    );
    // None of the three is so rare that agreement on it would mean nothing.
    expect(Math.min(...['decided', 'default', 'not judged'].map((outcome) => outcomes.get(outcome) ?? 0))).toBeGreaterThan(50);
  });

  it('says what a naive one says of each condition by itself', () => {
    fc.assert(
      fc.property(policy, few(condition, 1), call, instant, (one, conditions, facts, at) => {
        const policies = [{ ...one, tool_pattern: '*', is_active: true, conditions: conditions as Conditions }];
        fc.pre(checkPolicyDraft(draftOf(policies[0]!)).length === 0);
        const verdict = evaluate(compilePolicySet({ guard_id: 'g', version: 1, default_action: 'allow', policies }), facts, at);
        expect({ policy: verdict.policy, judged: verdict.code === undefined }).toEqual(naive(policies, facts, at));
      }),
      { numRuns: 5_000 },
    );
  });

  it('says the same when a policy is added below the one that decided', () => {
    fc.assert(
      fc.property(fc.uniqueArray(policy, { minLength: 1, maxLength: 6, selector: ({ id }) => id }), policy, call, instant, (policies, added, facts, at) => {
        const judge = (list: readonly Policy[]) => evaluate(compilePolicySet({ guard_id: 'g', version: 1, default_action: 'allow', policies: list }), facts, at);
        const before = judge(policies);
        fc.pre(before.policy !== null);
        expect(judge([...policies, { ...added, id: 'added', priority: before.policy.priority - 1 }])).toEqual(before);
        expect(judge([{ ...added, id: 'added', priority: before.policy.priority, created_at: '2030-01-01T00:00:00Z' }, ...policies])).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });
});

const piece = fc.constantFrom('a', 'b', 'ab', '*', '?', '[ab]', '[!a]', '{a,b}', '{,a*}', '{b,{a,ab}}', 'a*');
const text = fc.constantFrom('rm', 'rm -rf', 'x', '5', '');
const number = fc.constantFrom(-1, 0, 2.5);
const json = fc.oneof(text, number, fc.constantFrom(null, true), fc.array(number, { maxLength: 2 }), fc.record({ k: number }));
/** Up to `max` of the fields. */
const few = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>, max: number) =>
  fc.subarray(Object.keys(fields), { maxLength: max }).chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, fields[key]!]))));
const list = fc.array(json, { minLength: 1, maxLength: 3 });
const predicate = few(
  { eq: json, ne: json, in: list, nin: list, gt: number, gte: number, lt: number, lte: number, matches: fc.constantFrom('r', '^rm$', '\\d'), starts_with: fc.constantFrom('r', 'rm '), exists: fc.boolean() },
  2,
) as fc.Arbitrary<ArgumentPredicate>;
const hours = fc.oneof(fc.integer({ min: 0, max: 24 }), fc.constantFrom('00:30', '01:59', '09:15', '24:00'));
const window = fc.record(
  { days: fc.subarray(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], { minLength: 1 }), hours: fc.tuple(hours, hours), timezone: fc.constantFrom('UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Phoenix') },
  { requiredKeys: [] },
).map(({ hours: both, ...rest }): TimeWindow => ({ ...rest, ...(both && { hours_start: both[0], hours_end: both[1] }) }));
const pointer = fc.constantFrom('/n', '/n', '/n', '/n', '/t', '/t', '/o/k', '/l/0', '/l/length', '/missing', '');
const predicates = fc.dictionary(pointer, predicate, { minKeys: 1, maxKeys: 2 });
const condition = {
  end_user_id: fc.constantFrom('u', 'v'), agent_id: fc.constantFrom('x', 'y'), tool_type: fc.constantFrom('mcp', 'function'), risk_score_min: fc.constantFrom(0.3, 0.7), risk_score_max: fc.constantFrom(0.7, 0.9),
  threat_types: fc.subarray(['ssrf', 'sql_injection'], { minLength: 1 }), time_window: window, arguments: predicates, argument_pattern: fc.constantFrom('rm', '^rm$', '"n":0', '\\d+', 'x|5', '^$', 'k'),
};
const conditions = few(condition, 3) as fc.Arbitrary<Conditions>;
const policy: fc.Arbitrary<Policy> = fc
  .record({
    id: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9'), name: fc.constant('P'), tool_pattern: fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('')),
    action: fc.constantFrom<Policy['action']>('allow', 'block', 'warn', 'require_approval', 'sanitize', 'rate_limit'), priority: fc.integer({ min: -1, max: 2 }), is_active: fc.constantFrom(true, true, true, false),
    created_at: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '2026-01-02T00:00:00Z'), updated_at: fc.constant('2026-01-02T00:00:00Z'), conditions,
  })
  .map((one): Policy => (one.action === 'rate_limit' ? { ...one, rate_limit: { max_requests: 1, window_seconds: 1 } } : one))
  .filter((one) => checkPolicyDraft(draftOf(one)).length === 0);
const call: fc.Arbitrary<ToolCallFacts> = fc.record({
  tool_name: fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }), end_user_id: fc.constantFrom('u', 'v', undefined), agent_id: fc.constantFrom('x', 'y', undefined), tool_type: fc.constantFrom('mcp', 'function', undefined),
  risk_score: fc.constantFrom(0, 0.3, 0.7, 0.8, 1, undefined), threat_types: fc.oneof(fc.subarray(['ssrf', 'sql_injection', 'path_traversal']), fc.constant(undefined)),
  arguments: fc.record({ n: fc.oneof(number, number, json), t: text, o: fc.record({ k: json }), l: fc.array(json, { maxLength: 2 }) }, { requiredKeys: ['n'] }),
});
/** Anywhere in 2026, and near the hours when clocks change. */
const switches = ['2026-03-08T07:00Z', '2026-11-01T06:00Z', '2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-04-04T15:00Z', '2026-10-03T15:30Z'].map((time) => Date.parse(time));
const instant = fc.oneof(fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }), fc.tuple(fc.constantFrom(...switches), fc.integer({ min: -10_800_000, max: 10_800_000 })).map(([near, off]) => near + off));
