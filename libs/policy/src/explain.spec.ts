import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, evaluateWithin } from './evaluate.ts';
import { explain, type ExplanationLine } from './explain.ts';
import { type ArgumentPredicate, type Conditions, DAYS, type Policy, POLICY_ACTIONS, type ToolCallFacts } from './policy.ts';
import { compilePolicySet, firstAsked } from './policy-set.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(60_000);

describe('an explanation', () => {
  const policies = [
    policy('off', { priority: 9, is_active: false }),
    policy('deletes', { priority: 8, tool_pattern: 'delete_*' }),
    policy('large', { priority: 7, conditions: { arguments: { '/amount': { gt: 1000 } } } }),
    policy('payments', { priority: 6, tool_pattern: 'payment_*', action: 'require_approval', conditions: { agent_id: 'a1', end_user_id: 'u1' } }),
    policy('rest', { priority: 5 }),
    policy('off below', { is_active: false }),
  ];

  it('says of every policy, in the order of deciding, why it decided or did not', () => {
    const { verdict, lines } = explain(setOf(policies.toReversed()), call({ agent_id: 'a1', end_user_id: 'u1', arguments: { amount: 250 } }), noon);
    expect(verdict).toMatchObject({ action: 'require_approval', policy: policies[3] });
    expect(lines).toEqual([
      { policy_id: 'off', name: 'off', outcome: 'inactive', because: 'it is not active' },
      { policy_id: 'deletes', name: 'deletes', outcome: 'not_matched', because: '`delete_*` does not match `payment_create`' },
      { policy_id: 'large', name: 'large', outcome: 'condition_failed', because: '`/amount` is 250, not greater than 1000' },
      { policy_id: 'payments', name: 'payments', outcome: 'decided', because: '`payment_*` matches `payment_create`, and its 2 conditions hold' },
      { policy_id: 'rest', name: 'rest', outcome: 'not_reached', because: 'policy `payments` decided before' },
      { policy_id: 'off below', name: 'off below', outcome: 'inactive', because: 'it is not active' },
    ]);
  });

  it('has no decided line where the default decides', () => {
    const { verdict, lines } = explain(setOf(policies.slice(0, 4)), call(), noon);
    expect(verdict).toMatchObject({ action: 'allow', policy: null });
    expect(lines.map(({ outcome }) => outcome)).toEqual(['inactive', 'not_matched', 'condition_failed', 'condition_failed']);
  });

  it('names the policy that could not be judged, and asks none below it', () => {
    const { verdict, lines } = explain(setOf([policy('risky', { priority: 1, conditions: { risk_score_min: 0.5 } }), policy('all')]), call(), noon);
    expect(verdict).toMatchObject({ action: 'block', code: 'could_not_judge', policy: { id: 'risky' } });
    expect(lines).toMatchObject([
      { outcome: 'could_not_judge', because: 'the call was not scanned' },
      { outcome: 'not_reached', because: 'policy `risky` could not be judged, which ends the evaluation' },
    ]);
  });

  it('tells of a limit what would be counted, and goes on below one that lets others decide', () => {
    const perUser = { max_requests: 5, window_seconds: 60, by: 'end_user_id', on_within: 'continue' } as const;
    const limited = [
      policy('per user', { priority: 3, action: 'rate_limit', rate_limit: perUser }),
      policy('in all', { priority: 2, action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 1 } }),
      policy('rest', { priority: 1 }),
    ];
    const { verdict, within, lines } = explain(setOf(limited), call({ end_user_id: 'u1' }), noon);
    expect(verdict).toMatchObject({ action: 'rate_limit', policy: { id: 'per user' } });
    expect(within).toMatchObject({ verdict: { action: 'allow', policy: { id: 'in all' } }, limits: [{ by: 'end_user_id', value: 'u1' }, { by: null }] });
    expect(lines.map(({ outcome, because }) => [outcome, because])).toEqual([
      ['counted', '`*` matches `payment_create`, and it has no conditions; within 5 calls in 60 seconds for each `end_user_id` the policies below decide, over it the call is blocked'],
      ['decided', '`*` matches `payment_create`, and it has no conditions; within 1 call in a second the call is allowed, over it the call is blocked'],
      ['not_reached', 'policy `in all` decided before'],
    ]);
  });

  it('reaches no policy with a name that is none', () => {
    const { verdict, lines } = explain(setOf([policy('all')]), call({ tool_name: 'a b' }), noon);
    expect(verdict.code).toBe('could_not_judge');
    expect(lines).toMatchObject([{ outcome: 'not_reached', because: 'the tool name is none that could be judged' }]);
  });

  it('counts the conditions that hold', () => {
    const decidedBy = (conditions: Conditions) => lineFor(conditions, { agent_id: 'a', end_user_id: 'u' }).because;
    expect(decidedBy({})).toBe('`*` matches `payment_create`, and it has no conditions');
    expect(decidedBy({ agent_id: 'a' })).toBe('`*` matches `payment_create`, and its condition holds');
  });
});

describe('a condition that failed is told with the values compared', () => {
  it.each<[Conditions, Partial<ToolCallFacts>, string]>([
    [{ end_user_id: 'u1' }, { end_user_id: 'u2' }, '`end_user_id` is `"u2"`, not `"u1"`'],
    [{ agent_id: 'a1' }, {}, '`agent_id` is not given, and must be `"a1"`'],
    [{ tool_type: 'function' }, { tool_type: 'mcp' }, '`tool_type` is `"mcp"`, not `"function"`'],
    [{ risk_score_min: 0.7 }, { risk_score: 0.12, threat_types: [] }, 'the risk score is 0.12, below 0.7'],
    [{ risk_score_max: 0.3 }, { risk_score: 0.8, threat_types: [] }, 'the risk score is 0.8, above 0.3'],
    [{ threat_types: ['ssrf', 'sql_injection'] }, { risk_score: 0, threat_types: [] }, 'the scanner found no threat, and none of `["ssrf","sql_injection"]`'],
    [{ threat_types: ['ssrf'] }, { risk_score: 0.8, threat_types: ['path_traversal'] }, 'the scanner found `["path_traversal"]`, and none of `["ssrf"]`'],
    [{ argument_pattern: 'rm -rf' }, { arguments: { command: 'ls' } }, '`argument_pattern` `rm -rf` is found nowhere in the arguments'],
  ])('%j of %j: %s', (conditions, facts, because) => {
    expect(lineFor(conditions, facts)).toMatchObject({ outcome: 'condition_failed', because });
  });

  const args = JSON.parse('{"amount":250,"sum":"250","to":{"iban":"DE12"},"list":[1,2],"none":null,"__proto__":{"x":1},"text":"rm\\n`-rf`"}') as Record<string, unknown>;
  it.each<[string, ArgumentPredicate, string]>([
    ['/amount', { eq: '250' }, '`/amount` is 250, not `"250"`'],
    ['/sum', { eq: 250 }, '`/sum` is `"250"`, not 250'],
    ['/amount', { ne: 250 }, '`/amount` is 250, and must be anything else'],
    ['/amount', { in: [1, '2'] }, '`/amount` is 250, none of `[1,"2"]`'],
    ['/amount', { nin: [250] }, '`/amount` is 250, and must be none of `[250]`'],
    ['/amount', { gt: 1000 }, '`/amount` is 250, not greater than 1000'],
    ['/amount', { gte: 250.5 }, '`/amount` is 250, not at least 250.5'],
    ['/amount', { lt: -1 }, '`/amount` is 250, not less than -1'],
    ['/amount', { lte: 249 }, '`/amount` is 250, not at most 249'],
    ['/amount', { gt: 1, lt: 100 }, '`/amount` is 250, not less than 100'],
    ['/sum', { gt: 1 }, '`/sum` is `"250"`, no number, and must be greater than 1'],
    ['/none', { lte: 1 }, '`/none` is null, no number, and must be at most 1'],
    ['/to', { starts_with: 'D' }, '`/to` is `{"iban":"DE12"}`, no text'],
    ['/to/iban', { starts_with: 'AT' }, '`/to/iban` is `"DE12"`, which does not start with `"AT"`'],
    ['/to/iban', { matches: '^AT' }, '`/to/iban` is `"DE12"`, in which `^AT` is not found'],
    ['/to/bic', { exists: true }, 'nothing stands at `/to/bic` in the arguments'],
    ['/list/2', { eq: 3 }, 'nothing stands at `/list/2` in the arguments'],
    ['/to/iban', { exists: false }, '`/to/iban` is `"DE12"`, and must be absent'],
    ['/__proto__', { eq: 1 }, '`/__proto__` is `{"x":1}`, not 1'],
    ['/constructor', { eq: 1 }, 'nothing stands at `/constructor` in the arguments'],
    ['/text', { eq: 'x' }, "`/text` is `\"rm\\n'-rf'\"`, not `\"x\"`"],
    ['', { eq: 1 }, 'the whole of the arguments is `{"amount":250,"sum":"250","to":{"iban":"DE12"},"list":[1,2],"none":null,"__proto…`, not 1'],
  ])('%s %j: %s', (pointer, predicate, because) => {
    expect(lineFor({ arguments: { [pointer]: predicate } }, { arguments: args })).toMatchObject({ outcome: 'condition_failed', because });
  });

  it.each<[NonNullable<Conditions['time_window']>, string, string]>([
    [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], hours_start: 9, hours_end: 17, timezone: 'Europe/Berlin' }, '2026-11-28T02:10Z', 'it is Saturday 03:10 in Europe/Berlin; the window is Monday–Friday 09:00–17:00'],
    [{ days: ['sunday', 'saturday'], hours_start: 18, hours_end: 9, timezone: 'America/New_York' }, '2026-03-09T22:30Z', 'it is Monday 18:30 in America/New_York; the window is Saturday, Sunday 18:00–09:00 of the next day'],
    [{ hours_start: '22:15', hours_end: '24:00' }, '2026-11-28T12:05:59.999Z', 'it is Saturday 12:05 in UTC; the window is every day 22:15–24:00'],
    [{ days: ['monday', 'wednesday', 'thursday', 'friday'] }, '2026-11-28T12:00Z', 'it is Saturday 12:00 in UTC; the window is Monday, Wednesday–Friday all day'],
  ])('window %j at %s: %s', (time_window, at, because) => {
    expect(lineFor({ time_window }, {}, Date.parse(at))).toMatchObject({ outcome: 'condition_failed', because });
  });

  it('and is one bounded line, whatever stands in the call', () => {
    const hostile = `\`\n\u202e${'x'.repeat(60_000)}`;
    for (const conditions of [{ arguments: { '/a': { eq: 1 } } }, { arguments: { [`/${'p'.repeat(500)}`]: { eq: 1 } } }, { agent_id: 'y' }, { arguments: { '/b': { in: Array.from({ length: 256 }, (_, n) => n) } } }] satisfies Conditions[]) {
      const { because } = lineFor(conditions, { arguments: { a: hostile, b: { [hostile]: hostile } }, agent_id: hostile });
      expect(because.length).toBeLessThan(400);
      expect(because).not.toMatch(/[\n\r\u202e]/);
    }
  });
});

describe('properties of an explanation', () => {
  it('its verdict is what evaluating says; every policy has one line, in order; and the lines tell that verdict', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyPolicy, { maxLength: 8, selector: ({ id }) => id }), anyFacts, fc.oneof(fc.integer(), fc.double(), fc.constant(noon)), (policies, facts, at) => {
        const { verdict, within, lines } = explain(setOf(policies), facts, at);
        expect(verdict).toEqual(evaluate(setOf(policies), facts, at));
        expect(within).toEqual(evaluateWithin(setOf(policies), facts, at));
        expect(lines.map(({ policy_id }) => policy_id)).toEqual(policies.toSorted(firstAsked).map(({ id }) => id));

        const ending = lines.filter(({ outcome }) => outcome === 'decided' || outcome === 'could_not_judge');
        expect(ending.map(({ policy_id, outcome }) => [policy_id, outcome])).toEqual(within.verdict.policy === null ? [] : [[within.verdict.policy.id, within.verdict.code ?? 'decided']]);
        const counted = lines.filter(({ outcome, policy_id }) => outcome === 'counted' || (outcome === 'decided' && policies.find(({ id }) => id === policy_id)?.action === 'rate_limit'));
        expect(counted.map(({ policy_id }) => policy_id)).toEqual(within.limits.map(({ policy: { id } }) => id));
        const end = ending[0] ? lines.indexOf(ending[0]) : lines.length;
        for (const [place, { policy_id, outcome, because }] of lines.entries()) {
          const isActive = policies.find(({ id }) => id === policy_id)!.is_active;
          expect(outcome === 'inactive').toBe(!isActive);
          if (isActive && place > end) expect(outcome).toBe('not_reached');
          expect(because).toMatch(/^[^\n\r\0]{1,900}$/);
          expect(because).not.toMatch(/undefined|\[object/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('says the same again', () => {
    fc.assert(
      fc.property(fc.array(anyPolicy, { maxLength: 6 }), anyFacts, (policies, facts) => {
        const set = setOf(policies);
        expect(explain(set, facts, noon)).toEqual(explain(set, facts, noon));
      }),
      { numRuns: 100 },
    );
  });
});

const operand = fc.jsonValue({ maxDepth: 2 }).filter((value) => !/\\u0000|\\ud[89a-f]|undefined/i.test(JSON.stringify(value)));
const pointer = fc.constantFrom('', '/a', '/a/0', '/__proto__', '/constructor/x', '/length', '/~0~1');
const number = fc.integer({ min: -2, max: 2 });
const predicate = fc.oneof(
  fc.record({ eq: operand }), fc.record({ ne: operand }), fc.record({ in: fc.tuple(operand) }), fc.record({ nin: fc.tuple(operand) }), fc.record({ matches: fc.constant('a') }),
  fc.record({ starts_with: fc.constant('a') }), fc.record({ exists: fc.boolean() }), fc.record({ gt: number }), fc.record({ gte: number, lt: number }), fc.record({ lte: number }),
) as fc.Arbitrary<ArgumentPredicate>;
const anyCondition = {
  agent_id: fc.constantFrom('x', 'y'),
  end_user_id: fc.constantFrom('x', 'y'),
  tool_type: fc.constantFrom('x', 'y'),
  risk_score_min: fc.constantFrom(0, 0.5),
  risk_score_max: fc.constantFrom(0.5, 1),
  threat_types: fc.constant(['ssrf']),
  argument_pattern: fc.constantFrom('a', '^$', '\\d+', '(?i)x|y', '\\PN'),
  arguments: fc.dictionary(pointer, predicate, { maxKeys: 3 }),
  time_window: fc.oneof(
    fc.constant({}),
    fc.record({ days: fc.subarray([...DAYS], { minLength: 1 }), hours_start: fc.integer({ min: 0, max: 23 }), hours_end: fc.integer({ min: 1, max: 24 }), timezone: fc.constantFrom('Asia/Kolkata', 'America/New_York') }),
  ),
};
const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  id: fc.uuid(),
  name: fc.constantFrom('P', 'a`b\nc'),
  tool_pattern: fc.constantFrom('*', 'a*', '[!a]?', '{a,b}*'),
  action: fc.constantFrom(...POLICY_ACTIONS),
  priority: fc.integer({ min: -1, max: 1 }),
  is_active: fc.boolean(),
  created_at: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
  updated_at: fc.constant('2026-01-02T00:00:00.000Z'),
  conditions: fc.oneof(fc.constant({}), fc.record(anyCondition, { requiredKeys: [] }), ...Object.entries(anyCondition).map(([name, arbitrary]) => fc.record({ [name]: arbitrary }))),
}).map((one) => (one.action === 'rate_limit' ? { ...one, rate_limit: { max_requests: 1, window_seconds: 1, on_within: one.priority === 0 ? ('allow' as const) : ('continue' as const) } } : one));
const scanned = { risk_score: fc.constantFrom(0, 0.4, 0.9), threat_types: fc.constantFrom<string[]>([], ['ssrf'], ['persistence']) };
const anyFacts = fc.oneof(
  fc.record({ tool_name: fc.constantFrom('a', 'b1', 'zz'), arguments: fc.dictionary(fc.constantFrom('a', '__proto__', 'constructor', 'length', '~/'), fc.jsonValue()), agent_id: fc.constantFrom('x', undefined), ...scanned }),
  fc.record({ tool_name: fc.constantFrom('a', 'b1'), arguments: fc.record({ a: fc.integer() }) }),
  fc.record({ tool_name: fc.jsonValue(), arguments: fc.jsonValue(), agent_id: fc.jsonValue(), end_user_id: fc.jsonValue(), ...scanned }),
) as fc.Arbitrary<ToolCallFacts>;

const noon = Date.parse('2026-11-28T12:00:00Z');

function policy(policyId: string, fields: Partial<Policy> = {}): Policy {
  return { id: policyId, name: policyId, tool_pattern: '*', action: 'block', priority: 0, is_active: true, created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', ...fields };
}

function call(facts: Partial<ToolCallFacts> = {}): ToolCallFacts {
  return { tool_name: 'payment_create', arguments: {}, ...facts };
}

function setOf(policies: readonly Policy[]) {
  return compilePolicySet({ guard_id: 'g', version: 7, default_action: 'allow', policies });
}

function lineFor(conditions: Conditions, facts: Partial<ToolCallFacts>, at = noon): ExplanationLine {
  return explain(setOf([policy('p', { conditions })]), call(facts), at).lines[0]!;
}
