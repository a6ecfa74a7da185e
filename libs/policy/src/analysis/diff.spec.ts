import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { diffPolicies, type PolicyDiff } from './diff.ts';
import { evaluateWithin } from '../evaluate.ts';
import { type Conditions, type DefaultAction, POLICY_ACTIONS, type Policy, type ToolCallFacts } from '../policy.ts';
import { compilePolicySet } from '../policy-set.ts';

jest.setTimeout(120_000);

describe('what a change of one policy does', () => {
  const blocks = policy({ action: 'block', conditions: { risk_score_min: 0.5, threat_types: ['ssrf', 'pii_exposure'], end_user_id: 'u' } });
  const allows = policy({ action: 'allow', conditions: { risk_score_min: 0.5, threat_types: ['ssrf', 'pii_exposure'], end_user_id: 'u' } });

  it.each<[string, Conditions]>([
    ['a higher least risk', { ...blocks.conditions, risk_score_min: 0.6 }],
    ['a most risk', { ...blocks.conditions, risk_score_max: 0.9 }],
    ['fewer threats', { ...blocks.conditions, threat_types: ['ssrf'] }],
    ['one condition more', { ...blocks.conditions, agent_id: 'a' }],
    ['a time window', { ...blocks.conditions, time_window: { days: ['monday'] } }],
    ['a demand on arguments', { ...blocks.conditions, arguments: { '/amount': { gt: 10 } } }],
  ])('%s loosens a policy that blocks and tightens one that allows; taken back, the other way round', (_what, conditions) => {
    expect(effect(blocks, { conditions })).toBe('loosened');
    expect(effect({ ...blocks, conditions }, { conditions: blocks.conditions })).toBe('tightened');
    expect(effect(allows, { conditions })).toBe('tightened');
    expect(effect({ ...allows, conditions }, { conditions: allows.conditions })).toBe('loosened');
  });

  it.each<[string, Conditions, Conditions, string]>([
    ['a window that is part of another', { time_window: { hours_start: 9, hours_end: 17, timezone: 'Europe/Berlin' } }, { time_window: { hours_start: '09:30', hours_end: 12, timezone: 'Europe/Berlin' } }, 'loosened'],
    ['nights that wrap, and the evening among them', { time_window: { hours_start: 18, hours_end: 9 } }, { time_window: { hours_start: 18, hours_end: 24 } }, 'loosened'],
    ['the same hours elsewhere', { time_window: { hours_start: 9, hours_end: 17 } }, { time_window: { hours_start: 9, hours_end: 17, timezone: 'Asia/Kolkata' } }, 'both'],
    ['always, in two words', { time_window: { days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] } }, { time_window: { timezone: 'Asia/Kolkata' } }, 'neither'],
    ['a higher bound', { arguments: { '/x': { gt: 1 } } }, { arguments: { '/x': { gt: 2 } } }, 'loosened'],
    ['the bound itself', { arguments: { '/x': { gt: 1 } } }, { arguments: { '/x': { gte: 1 } } }, 'both'],
    ['more values', { arguments: { '/x': { in: [1, { a: 1, b: 2 }] } } }, { arguments: { '/x': { in: [{ b: 2, a: 1 }, 1, 'y'] } } }, 'tightened'],
    ['fewer exceptions', { arguments: { '/x': { nin: [1, 2] } } }, { arguments: { '/x': { nin: [1] } } }, 'tightened'],
    ['a longer beginning', { arguments: { '/x': { starts_with: '/tmp' } } }, { arguments: { '/x': { starts_with: '/tmp/a' } } }, 'loosened'],
    ['to be there, where a bound asked for that already', { arguments: { '/x': { gt: 1 } } }, { arguments: { '/x': { gt: 1, exists: true } } }, 'neither'],
    ['absent instead of there', { arguments: { '/x': { exists: true } } }, { arguments: { '/x': { exists: false } } }, 'both'],
    ['another pattern', { argument_pattern: 'a' }, { argument_pattern: 'b' }, 'unclear'],
    ['another user', { end_user_id: 'a' }, { end_user_id: 'b' }, 'both'],
    ['a pattern on top', { end_user_id: 'a', arguments: { '/x': { matches: 'y' } } }, { end_user_id: 'a', arguments: { '/x': { matches: 'y' } }, argument_pattern: 'x' }, 'loosened'],
    ['a pattern that is judged before other demands', { arguments: { '/x': { gt: 1 } } }, { arguments: { '/a': { matches: 'y' }, '/x': { gt: 1 } } }, 'both'],
    ['the same demands, judged in another order', { arguments: { '/a': { matches: 'y' }, '/x': { gt: 1 } } }, { arguments: { '/x': { gt: 1 }, '/a': { matches: 'y' } } }, 'both'],
  ])('of one that blocks, %s: %#', (_what, before, after, wanted) => {
    expect(effect(policy({ action: 'block', conditions: before }), { conditions: after })).toBe(wanted);
  });

  it('an allowing policy that reads arguments blocks what is too large to read: less of it lets some such calls go', () => {
    const reads = policy({ action: 'allow', conditions: { argument_pattern: 'ok' } });
    expect(effect(reads, { tool_pattern: 'read_*' })).toBe('both');
    expect(added(reads)).toBe('both');
    expect(added(policy({ action: 'allow' }))).toBe('loosened');
  });

  it.each<[string, Partial<Policy>, Partial<Policy>, string]>([
    ['block, then allow', { action: 'block' }, { action: 'allow' }, 'loosened'],
    ['allow, then a person is asked', { action: 'allow' }, { action: 'require_approval' }, 'tightened'],
    ['a person, then a warning', { action: 'require_approval' }, { action: 'warn' }, 'loosened'],
    ['clean, then block', { action: 'sanitize' }, { action: 'block' }, 'tightened'],
    ['clean, then a person: what is cleaned may be let go, or blocked', { action: 'sanitize' }, { action: 'require_approval' }, 'both'],
    ['allow, then a limit', { action: 'allow' }, { action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 1 } }, 'tightened'],
    ['more in the same time', { action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 60 } }, { rate_limit: { max_requests: 2, window_seconds: 60 } }, 'loosened'],
    ['as many in a longer time', { action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 60 } }, { rate_limit: { max_requests: 1, window_seconds: 90 } }, 'tightened'],
    ['counted otherwise', { action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 60 } }, { rate_limit: { max_requests: 1, window_seconds: 60, by: 'agent_id' } }, 'unclear'],
    ['within the limit the others decide', { action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 60 } }, { rate_limit: { max_requests: 1, window_seconds: 60, on_within: 'continue' } }, 'tightened'],
    ['other words', { name: 'a' }, { name: 'b', description: 'c' }, 'neither'],
    ['another time to answer in', { action: 'require_approval' }, { approval_config: { timeout_minutes: 5 } }, 'neither'],
    ['deactivated', { action: 'block' }, { is_active: false }, 'loosened'],
    ['changed while it is not active', { action: 'block', is_active: false }, { action: 'allow' }, 'neither'],
    ['a narrower glob', { action: 'block', tool_pattern: '*' }, { tool_pattern: 'a*' }, 'loosened'],
    ['the same glob in other words', { action: 'block', tool_pattern: '{a,b}*' }, { tool_pattern: '[ab]*' }, 'neither'],
  ])('%s', (_what, before, after, wanted) => {
    expect(effect(policy(before), after)).toBe(wanted);
  });

  it('that asks a person depends on what decides without it', () => {
    const asks = policy({ action: 'require_approval', tool_pattern: 'pay_*' });
    const deletes = policy({ id: 'd', action: 'block', tool_pattern: 'delete_*' });
    const anyBlock = policy({ id: 'd', action: 'block', priority: -1 });
    const narrower = { ...asks, tool_pattern: 'pay_out' };
    expect(diffPolicies([asks], [narrower]).effect).toBe('both');
    expect(diffPolicies([asks, deletes], [narrower, deletes], { defaultActions: ['allow'] }).effect).toBe('loosened');
    expect(diffPolicies([asks, deletes], [narrower, deletes], { defaultActions: ['block'] }).effect).toBe('tightened');
    expect(diffPolicies([asks, anyBlock], [narrower, anyBlock], { defaultActions: ['allow'] }).effect).toBe('both');
    expect(diffPolicies([asks, { ...anyBlock, priority: 5 }], [narrower, { ...anyBlock, priority: 5 }], { defaultActions: ['allow'] }).effect).toBe('loosened');
  });
});

describe('policies that change places', () => {
  const [no, yes, ask] = [policy({ id: 'no', action: 'block', priority: 30 }), policy({ id: 'yes', action: 'allow', priority: 20 }), policy({ id: 'ask', action: 'require_approval', priority: 10 })];

  it('loosen where one that is less strict is asked first now, and tighten the other way round', () => {
    const diff = diffPolicies([no, yes], [{ ...no, priority: 1 }, yes]);
    expect(diff).toMatchObject({ reordered: ['no'], effect: 'loosened', changed: [{ fields: ['priority'], effect: 'loosened' }] });
    expect(diffPolicies([{ ...no, priority: 1 }, yes], [no, yes]).effect).toBe('tightened');
    expect(diffPolicies([no, yes, ask], [no, { ...yes, priority: 5 }, ask]).effect).toBe('tightened');
  });

  it('do nothing where no call meets both, where one is not active, or where all keep their order under other numbers', () => {
    expect(diffPolicies([{ ...no, tool_pattern: 'a*' }, { ...yes, tool_pattern: 'b*' }], [{ ...no, tool_pattern: 'a*', priority: 1 }, { ...yes, tool_pattern: 'b*' }]).effect).toBe('neither');
    expect(diffPolicies([no, { ...yes, is_active: false }], [{ ...no, priority: 1 }, { ...yes, is_active: false }]).effect).toBe('neither');
    const renumbered = diffPolicies([no, yes, ask], [no, yes, ask].map((one) => ({ ...one, priority: one.priority * 7 })));
    expect(renumbered).toMatchObject({ reordered: [], effect: 'neither' });
    expect(renumbered.changed.map(({ fields, effect: of }) => [fields, of])).toEqual(Array.from({ length: 3 }, () => [['priority'], 'neither']));
  });
});

describe('a diff', () => {
  it('lists what came, what went and what changed, each in deciding order, with what it does', () => {
    const [a, b, c] = [policy({ id: 'a', priority: 3 }), policy({ id: 'b', priority: 2, action: 'block' }), policy({ id: 'c', priority: 1 })];
    const diff = diffPolicies([c, a, b], [c, { ...a, action: 'block', name: 'other' }, policy({ id: 'e', priority: 9, action: 'warn' }), policy({ id: 'd', priority: 10, action: 'block' })]);
    expect(diff.added.map(({ policy: { id }, effect: of }) => [id, of])).toEqual([
      ['d', 'tightened'],
      ['e', 'both'],
    ]);
    expect(diff.removed).toEqual([{ policy: b, effect: 'loosened', because: expect.stringContaining('`block`') }]);
    expect(diff.changed).toMatchObject([{ before: a, after: { id: 'a', action: 'block' }, fields: ['name', 'action'], effect: 'tightened', because: '`allow` became `block`' }]);
    expect(diff).toMatchObject({ reordered: [], effect: 'both' });
  });

  it('of a list and itself is empty, whatever was touched without a change', () => {
    const list = [policy({ id: 'a', conditions: { arguments: { '/x': { eq: { a: 1, b: [2] } } } } }), policy({ id: 'b' })];
    const touched = [{ ...list[1]!, updated_at: '2027-01-01T00:00:00Z' }, { ...list[0]!, conditions: { arguments: { '/x': { eq: { b: [2], a: 1 } } } } }];
    expect(diffPolicies(list, touched)).toEqual({ added: [], removed: [], changed: [], reordered: [], effect: 'neither' });
  });

  it('of two large sets that share nothing ends, and says no more than it knows', () => {
    const many = (prefix: string) => Array.from({ length: 10_000 }, (_, at) => policy({ id: `${prefix}${at}`, priority: at, action: 'require_approval', tool_pattern: `${prefix}_${at}_*` }));
    const diff = diffPolicies(many('a'), many('b'), { defaultActions: ['allow'] });
    expect([diff.added.length, diff.removed.length, diff.effect]).toEqual([10_000, 10_000, 'both']);
    const moved = many('a').map((one) => ({ ...one, priority: -one.priority }));
    expect(diffPolicies(many('a'), moved).effect).toBe('unclear');
  });
});

describe('what is claimed of a whole set', () => {
  it('no call contradicts: loosened means never stricter, tightened never weaker, neither means the same', () => {
    fc.assert(
      fc.property(sets, fc.array(call, { minLength: 20, maxLength: 20 }), ({ before, after, defaults }, calls) => {
        const diff = diffPolicies(before, after, { defaultActions: defaults });
        expectClaim(diff, calls, [before, defaults[0]!], [after, defaults[0]!]);
      }),
      { numRuns: 1_200 },
    );
  });

  it.each(['loosened', 'tightened', 'neither', 'both'])('is `%s` often enough among the sets drawn here', (claim) => {
    const told = fc.sample(sets, { numRuns: 400, seed: 1 }).map(({ before, after, defaults }) => diffPolicies(before, after, { defaultActions: defaults }).effect);
    expect(told.filter((effect) => effect === claim).length).toBeGreaterThan(10);
  });

  it('holds of one change made alone, too', () => {
    fc.assert(
      fc.property(sets, fc.array(call, { minLength: 20, maxLength: 20 }), ({ before, after, defaults }, calls) => {
        const diff = diffPolicies(before, after, { defaultActions: defaults });
        const alone = (effectAlone: PolicyDiff['effect'], changed: readonly Policy[]) => expectClaim({ effect: effectAlone }, calls, [before, defaults[0]!], [changed, defaults[0]!]);
        for (const one of diff.added) alone(one.effect, [...before, one.policy]);
        for (const one of diff.removed) alone(one.effect, before.filter(({ id }) => id !== one.policy.id));
        for (const one of diff.changed) if (!one.fields.includes('priority')) alone(one.effect, before.map((each) => (each.id === one.after.id ? one.after : each)));
      }),
      { numRuns: 500 },
    );
  });
});

type Side = readonly [policies: readonly Policy[], defaultAction: DefaultAction];

function expectClaim({ effect: claim }: Pick<PolicyDiff, 'effect'>, calls: readonly ToolCallFacts[], before: Side, after: Side): void {
  if (claim === 'both' || claim === 'unclear') return;
  const [was, is] = [before, after].map(([policies, default_action]) => compilePolicySet({ guard_id: 'g', version: 1, default_action, policies })) as [ReturnType<typeof compilePolicySet>, ReturnType<typeof compilePolicySet>];
  for (const one of calls) {
    for (const at of [monday, monday + 13 * 3_600_000]) {
      const [then, now] = [strictness(was, one, at), strictness(is, one, at)];
      if (claim !== 'tightened') expect({ claim, one: one.tool_name, stricter: now.most > then.most || now.least > then.least }).toMatchObject({ stricter: false });
      if (claim !== 'loosened') expect({ claim, one: one.tool_name, weaker: now.most < then.most || now.least < then.least }).toMatchObject({ weaker: false });
    }
  }
}

/** The least and the most that may come of a verdict: over a limit, and where cleaning fails, a call is blocked. */
function strictness(set: ReturnType<typeof compilePolicySet>, facts: ToolCallFacts, at: number): { least: number; most: number } {
  const { verdict, limits } = evaluateWithin(set, facts, at);
  const rank = { allow: 0, warn: 1, sanitize: 2, require_approval: 4, block: 5 }[verdict.action];
  if (verdict.action === 'sanitize') return { least: 0, most: 5 };
  return { least: rank, most: limits.length > 0 ? 5 : rank };
}

const monday = Date.UTC(2026, 2, 9, 10);
const huge = 'a'.repeat(70_000);

const conditions: fc.Arbitrary<Conditions> = fc.record(
  {
    end_user_id: fc.constantFrom('u', 'v'),
    risk_score_min: fc.constantFrom(0.2, 0.6),
    risk_score_max: fc.constantFrom(0.6, 0.9),
    threat_types: fc.subarray(['ssrf', 'pii_exposure', 'persistence'], { minLength: 1 }),
    time_window: fc.constantFrom({ hours_start: 9, hours_end: 17 }, { hours_start: 9, hours_end: 12 }, { hours_start: 22, hours_end: 6 }, { days: ['monday'] }),
    arguments: fc.dictionary(
      fc.constantFrom('/x', '/y', '/z'),
      fc.constantFrom({ gt: 1 }, { gt: 3 }, { gte: 2, lt: 5 }, { in: [1, 2] }, { in: [2] }, { nin: [2] }, { eq: 'a' }, { exists: true }, { exists: false }, { matches: 'a' }, { matches: '^a', starts_with: 'a' }, { starts_with: 'ab' }),
      { minKeys: 1, maxKeys: 2, noNullPrototype: true },
    ),
    argument_pattern: fc.constantFrom('a', 'b$'),
  },
  { requiredKeys: [] },
);
// Most policies have few conditions, so that calls meet several.
const few = fc.tuple(conditions, fc.subarray(['end_user_id', 'risk_score_min', 'risk_score_max', 'threat_types', 'time_window', 'arguments', 'argument_pattern'] as const, { maxLength: 2 })).map(
  ([all, kept]) => Object.fromEntries(Object.entries(all).filter(([key]) => (kept as string[]).includes(key))) as Conditions,
);

const drafted = fc
  .record({
    tool_pattern: fc.constantFrom('*', '*', 'a*', 'b*', '[ab]*', 'ab', '*b', '{a,b}'),
    action: fc.constantFrom(...POLICY_ACTIONS),
    priority: fc.integer({ min: 0, max: 4 }),
    is_active: fc.constantFrom(true, true, true, false),
    conditions: few,
    limit: fc.record({ max_requests: fc.constantFrom(1, 2), window_seconds: fc.constantFrom(10, 20), on_within: fc.constantFrom('allow' as const, 'continue' as const) }),
  })
  .map(({ limit, ...fields }) => ({ ...fields, ...(fields.action === 'rate_limit' && { rate_limit: limit }) }));

type Draft = Omit<Policy, 'id' | 'name' | 'created_at' | 'updated_at'>;

/** One field after the other is another one, so that small changes are frequent. */
const edited = (draft: Draft): fc.Arbitrary<Draft> =>
  fc.tuple(drafted, fc.constantFrom('tool_pattern', 'action', 'priority', 'is_active', 'conditions', 'condition', 'none', 'none')).map(([other, what]) => {
    if (what === 'none') return draft;
    if (what === 'action') return { ...draft, action: other.action, rate_limit: other.rate_limit };
    if (what === 'condition') return { ...draft, conditions: { ...draft.conditions, ...Object.fromEntries(Object.entries(other.conditions).slice(0, 1)) } };
    return { ...draft, [what]: other[what as 'priority'] };
  });

const sets = fc
  .tuple(fc.array(drafted, { minLength: 1, maxLength: 4 }), fc.array(drafted, { maxLength: 1 }), fc.nat({ max: 3 }), fc.constantFrom<DefaultAction>('allow', 'warn', 'block', 'require_approval'))
  .chain(([base, more, dropped, byDefault]) =>
    fc.tuple(...base.map(edited)).map((next) => {
      const numbered = (drafts: readonly Draft[], from: number) => drafts.map((draft, at) => usable(policy({ ...draft, id: `p${from + at}` })));
      const after = numbered(next, 0).filter((_, at) => dropped !== 0 || at !== 0);
      return { before: numbered(base, 0), after: [...after, ...numbered(more, base.length)], defaults: [byDefault] };
    }),
  );

/** Bounds that exclude each other are no condition. */
function usable(one: Policy): Policy {
  const { risk_score_min: least, risk_score_max: most } = one.conditions ?? {};
  return least !== undefined && most !== undefined && least > most ? { ...one, conditions: { ...one.conditions, risk_score_max: undefined } } : one;
}

const argument = fc.constantFrom<unknown>(undefined, 1, 2, 3, 4, 'a', 'ab', 'b', huge);
const call: fc.Arbitrary<ToolCallFacts> = fc
  .record({ tool_name: fc.constantFrom('a', 'b', 'ab', 'c'), x: argument, y: argument, z: argument, end_user_id: fc.constantFrom('u', 'v'), risk_score: fc.constantFrom(0, 0.4, 0.6, 1), threat_types: fc.subarray(['ssrf', 'pii_exposure', 'persistence']) })
  .map(({ x, y, z, ...facts }) => ({ ...facts, arguments: Object.fromEntries(Object.entries({ x, y, z }).filter(([, value]) => value !== undefined)) }));

function policy(fields: Partial<Policy>): Policy {
  return { id: 'p', name: 'p', tool_pattern: '*', action: 'allow', priority: 0, is_active: true, created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', ...fields };
}

function effect(before: Policy, change: Partial<Policy>): string {
  return diffPolicies([before], [{ ...before, ...change }]).changed[0]?.effect ?? 'not changed';
}

const added = (one: Policy): string => diffPolicies([], [one]).effect;
