import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { evaluate } from '../evaluate.ts';
import { compileGlob, globProblem, parseGlob } from '../globs/glob.ts';
import { coverOf } from '../globs/glob-cover.ts';
import { lintPolicies, lintPolicyFile } from './lint.ts';
import type { ArgumentPredicate, Conditions, Policy } from '../policy.ts';
import { readPolicyList } from '../drafts/policy-list.ts';
import { compilePolicySet } from '../policy-set.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(60_000);

describe('a policy below others', () => {
  it.each<[string, object, object]>([
    ['the same tools', { tool_pattern: 'pay' }, { tool_pattern: 'pay' }],
    ['some of its tools', { tool_pattern: 'pay*' }, { tool_pattern: 'pay_?' }],
    ['tools by another spelling', { tool_pattern: '{pay,pray}_*' }, { tool_pattern: 'p{,r}ay_[!x]*' }],
    ['any tool that has a letter', { tool_pattern: '*[a-z]*' }, { tool_pattern: '{a,b}*', conditions: { end_user_id: 'anna' } }],
    ['a higher risk', { conditions: { risk_score_min: 0.5 } }, { conditions: { risk_score_min: 0.7, end_user_id: 'anna' } }],
    ['any risk', { conditions: { risk_score_min: 0, risk_score_max: 1 } }, {}],
    ['fewer threats', { conditions: { threat_types: ['ssrf', 'persistence'] } }, { conditions: { threat_types: ['ssrf'] } }],
    ['a larger sum', { conditions: on('/amount', { gte: 1000 }) }, { conditions: on('/amount', { gt: 1000, lt: 5000 }) }],
    ['one of its values', { conditions: on('/to', { in: ['a', 'b'], ne: 'c' }) }, { conditions: on('/to', { eq: 'a' }) }],
    ['a longer beginning', { conditions: on('/path', { starts_with: '/etc', exists: true }) }, { conditions: on('/path', { starts_with: '/etc/ssh', matches: 'key' }) }],
    ['a value within', { conditions: on('/a', { exists: true }) }, { conditions: on('/a/b', { gt: 1 }) }],
    ['the whole value', { conditions: on('/a/b', { lte: 2 }) }, { conditions: on('/a', { eq: { b: 2 } }) }],
    ['fewer hours', { conditions: { time_window: { hours_start: 20, hours_end: 8 } } }, { conditions: { time_window: { days: ['monday'], hours_start: 22, hours_end: '07:30' } } }],
    ['every hour', { conditions: { time_window: { timezone: 'Asia/Tokyo' } } }, { conditions: { time_window: { hours_start: 1, hours_end: 2 } } }],
  ])('that asks for %s is shadowed', (_what, above, below) => {
    expect(rulesOf([{ ...above, priority: 2 }, { ...below, priority: 1 }])).toEqual(['/1 shadowed']);
  });

  it.each<[string, object, object]>([
    ['other tools', { tool_pattern: 'pay_?' }, { tool_pattern: 'pay*' }],
    ['one more tool', { tool_pattern: '[a-y]*' }, { tool_pattern: '[a-z]*' }],
    ['a lower risk', { conditions: { risk_score_min: 0.7 } }, { conditions: { risk_score_min: 0.5 } }],
    ['anybody', { conditions: { end_user_id: 'anna' } }, {}],
    ['the bound itself', { conditions: on('/amount', { gt: 1000 }) }, { conditions: on('/amount', { gte: 1000 }) }],
    ['numbers only', { conditions: on('/amount', { lt: 9 }) }, { conditions: on('/amount', { ne: 9 }) }],
    ['another place', { conditions: on('/a', { gt: 1 }) }, { conditions: on('/b', { gt: 1 }) }],
    ['nothing in that place', { conditions: on('/a', { ne: 1 }) }, { conditions: on('/a', { exists: false }) }],
    ['one minute more', { conditions: { time_window: { hours_start: 9, hours_end: 17 } } }, { conditions: { time_window: { hours_start: 9, hours_end: '17:01' } } }],
    ['the same hours elsewhere', { conditions: { time_window: { hours_start: 9, hours_end: 17 } } }, { conditions: { time_window: { hours_start: 10, hours_end: 12, timezone: 'Europe/Berlin' } } }],
    ['another text', { conditions: { argument_pattern: 'a' } }, { conditions: { argument_pattern: 'aa' } }],
    ['what goes on below a limit', { action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 1, on_within: 'continue' } }, {}],
    ['what an inactive one had', { is_active: false }, {}],
  ])('that asks for %s is not', (_what, above, below) => {
    expect(rulesOf([{ priority: 2, ...above }, { priority: 1, ...below }])).toEqual([]);
  });

  it('is shadowed by several together, and those are named that it takes', () => {
    const found = lint([{ tool_pattern: 'read_*', priority: 9, name: 'R' }, { tool_pattern: 'x*', priority: 8 }, { tool_pattern: '*', priority: 7, conditions: { end_user_id: 'anna' } }, { tool_pattern: 'write_*', priority: 6, name: 'W' }, { tool_pattern: '{read,write}_file', priority: 5 }]);
    expect(found).toEqual([{ level: 'error', rule: 'shadowed', path: '/4', message: 'is never asked: `R` and `W` decide before it, whatever the call' }]);
  });

  it('may be shadowed by a limit that allows within', () => {
    const limit = { action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 1 } };
    expect(rulesOf([{ ...limit, priority: 1 }, {}])).toEqual(['/1 shadowed']);
  });

  it('stands under a catch-all, which is told as well', () => {
    expect(lint([{ name: 'Low', tool_pattern: 'a' }, { name: 'All', tool_pattern: '?*', priority: 5 }, { name: 'High', priority: 9, tool_pattern: 'b' }])).toEqual([
      { level: 'error', rule: 'shadowed', path: '/0', message: 'is never asked: `All` decides before it, whatever the call' },
      { level: 'warning', rule: 'catch_all', path: '/1', message: 'decides every call, so the policy below it is never asked: `Low`' },
    ]);
    expect(rulesOf([{ tool_pattern: '*' }, { priority: 1 }])).toEqual([]);
  });
});

describe('conditions that contradict each other', () => {
  it.each<[Conditions, string]>([
    [on('/a', { gt: 5, lt: 3 }), '/arguments/~1a'],
    [on('/a', { gt: 5, lte: 5 }), '/arguments/~1a'],
    [on('/a', { gte: 5, lte: 5, ne: 5 }), '/arguments/~1a'],
    [on('/a', { eq: 1, in: [2, 3] }), '/arguments/~1a'],
    [on('/a', { in: [1, 2], nin: [2, 1] }), '/arguments/~1a'],
    [on('/a', { eq: 'x', matches: '^y' }), '/arguments/~1a'],
    [on('/a', { starts_with: 'x', gt: 1 }), '/arguments/~1a'],
    [on('/a', { eq: '7', gt: 1 }), '/arguments/~1a'],
    [{ arguments: { '/a': { exists: false }, '/a/b': { eq: 1 } } }, '/arguments/~1a'],
    [{ arguments: { '/a': { gt: 1 }, '/a/b': { exists: true } } }, '/arguments/~1a'],
    [{ arguments: { '/a': { eq: { b: 1 } }, '/a/b': { gt: 1 } } }, '/arguments/~1a'],
    [on('', { gt: 1 }), '/arguments/'],
    [{ tool_type: 'two words' }, '/tool_type'],
    [{ end_user_id: 'a\tb' }, '/end_user_id'],
  ])('%j never hold', (conditions, path) => {
    expect(lint([{ conditions }])).toEqual([{ level: 'error', rule: 'never_holds', path: `/0/conditions${path}`, message: expect.stringMatching(/^can never hold: /) }]);
  });

  it.each<[Conditions]>([
    [on('/a', { gt: 3, lt: 5 })],
    [on('/a', { gte: 5, lte: 5 })],
    [on('/a', { in: [1, 2], nin: [2] })],
    [{ arguments: { '/a': { exists: false }, '/a/b': { exists: false } } }],
    [{ arguments: { '/a': { eq: [{ b: 1 }] }, '/a/0/b': { lte: 1 } } }],
    [{ arguments: { '/a': { ne: 1 }, '/ab': { eq: 1 } } }],
    [on('', { eq: {} })],
  ])('%j may hold', (conditions) => expect(lint([{ conditions }])).toEqual([]));
});

describe('lint', () => {
  it('tells of patterns that match nothing, settings without effect, and names that two policies have', () => {
    expect(rulesOf([{ tool_pattern: '?'.repeat(129) }, { tool_pattern: 'x', approval_config: { timeout_minutes: 5 } }, { tool_pattern: 'y' }, { tool_pattern: 'z', name: 'P1' }, { tool_pattern: 'zz', name: 'P1', is_active: false }])).toEqual([
      '/0/tool_pattern never_matches',
      '/1/approval_config no_effect',
      '/3/name same_name',
    ]);
  });

  it('tells of a file what the API would refuse, and then no more', () => {
    const good = { name: 'A', tool_pattern: 'a', action: 'allow' };
    expect(lintPolicyFile({ policies: [good, good, { ...good, colour: 'red', conditions: { argument_pattern: '(?=a)' } }] }).map(({ rule, path }) => `${path} ${rule}`)).toEqual(['/policies/2/colour not_valid', '/policies/2/conditions/argument_pattern not_valid']);
    expect(lintPolicyFile([good, good]).map(({ rule, path }) => `${path} ${rule}`)).toEqual(['/1 shadowed', '/1/name same_name']);
    expect(lintPolicyFile(7).map(({ rule }) => rule)).toEqual(['not_valid']);
  });

  it('copes with ten thousand policies', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => policy({ id: `p${at}`, name: `n${at}`, tool_pattern: at % 500 === 0 ? `*_${at}` : `tool_${at % 5_000}_*`, conditions: on('/amount', { gt: at }), priority: -at }));
    expect(lintPolicies(many).filter(({ rule }) => rule === 'shadowed')).toHaveLength(4_990);
  });
});

describe('a glob that others cover', () => {
  const part = fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '{a,b}', '{ab,,b*}', '_');
  const glob = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')).filter((pattern) => globProblem(pattern) === null);
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '_', 'z'), minLength: 1, maxLength: 6 });

  it('matches no name that none of them does, and else one is shown', () => {
    let covered = 0;
    fc.assert(
      fc.property(fc.array(glob, { maxLength: 3 }), glob, fc.array(name, { minLength: 20, maxLength: 20 }), (others, narrow, names) => {
        const cover = coverOf(others.map(parseGlob), parseGlob(narrow));
        const escapes = (one: string): boolean => compileGlob(narrow)(one) && !others.some((other) => compileGlob(other)(one));
        if (cover?.covered === false) return expect([others, narrow, cover.escape, escapes(cover.escape)]).toEqual([others, narrow, cover.escape, true]);
        covered += 1;
        return expect([others, narrow, names.filter(escapes)]).toEqual([others, narrow, []]);
      }),
      { numRuns: 1_000 },
    );
    expect(covered).toBeGreaterThan(50);
  });

  it('is decided, or given up, within bounds on hostile globs', () => {
    const hostile = `${'*a'.repeat(120)}*`;
    expect(coverOf([parseGlob(hostile)], parseGlob(`${'{*,a}'.repeat(50)}b`))).not.toBe(undefined);
    expect(coverOf([parseGlob(`*a${'?'.repeat(120)}`)], parseGlob('*'))).toMatchObject({ covered: false });
    const wide = Array.from({ length: 30 }, (_, at) => parseGlob(`*a${'?'.repeat(at * 3)}b*`));
    expect(coverOf(wide, parseGlob(`*a${'?'.repeat(89)}`))).not.toBe(undefined);
  });
});

describe('the golden cases', () => {
  const folder = new URL('../../cases/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  it.each(files)('of %s want no verdict from a policy that lint calls dead', (name) => {
    const { cases } = parse(readFileSync(new URL(name, folder), 'utf8')) as { cases: readonly { policies?: unknown; calls?: readonly { want: { action: string; code?: string; policy?: string } }[] }[] };
    for (const { policies, calls = [] } of cases) {
      const read = readPolicyList(policies, '');
      if ('problems' in read) continue;
      const dead = lintPolicies(read.policies).filter(({ level }) => level === 'error').map(({ path }) => read.policies[Number(path.split('/')[1])]!.name);
      for (const { want } of calls) if (want.code !== 'could_not_judge') expect(dead).not.toContain(want.policy);
    }
  });
});

describe('whatever the policies', () => {
  const value = fc.constantFrom<unknown>(0, 1, 2, 3, '1', 'ab', 'abc', true, null, { b: 1 }, { b: 'ab' }, [1]);
  const predicate = fc.record<ArgumentPredicate>(
    { eq: value, ne: value, in: fc.array(value, { minLength: 1, maxLength: 3 }), nin: fc.array(value, { minLength: 1, maxLength: 2 }), gt: fc.integer({ min: 0, max: 3 }), gte: fc.integer({ min: 0, max: 3 }), lt: fc.integer({ min: 0, max: 3 }), lte: fc.integer({ min: 0, max: 3 }), starts_with: fc.constantFrom('a', 'ab'), matches: fc.constantFrom('b', 'c$'), exists: fc.constant(true) },
    { requiredKeys: [] },
  );
  const fewOperators = predicate.map((whole) => Object.fromEntries(Object.entries(whole).slice(0, 2))).filter((few) => Object.keys(few).length > 0);
  const anyPredicate = fc.oneof({ weight: 6, arbitrary: fewOperators }, { weight: 1, arbitrary: fc.constant({ exists: false }) });
  const conditions = fc.record<Conditions>(
    {
      end_user_id: fc.constantFrom('anna', 'ben'),
      risk_score_min: fc.constantFrom(0, 0.3, 0.7),
      risk_score_max: fc.constantFrom(0.7, 0.9, 1),
      threat_types: fc.uniqueArray(fc.constantFrom('ssrf', 'persistence'), { minLength: 1 }),
      arguments: fc.dictionary(fc.constantFrom('/a', '/a/b', '/c'), anyPredicate, { minKeys: 1, maxKeys: 2 }),
      argument_pattern: fc.constantFrom('ab', 'x'),
      time_window: fc.record({ days: fc.constantFrom(['monday'], ['monday', 'sunday']), hours_start: fc.constantFrom(0, 8, 22), hours_end: fc.constantFrom(0, 6, 24), timezone: fc.constantFrom('UTC', 'Asia/Tokyo') }, { requiredKeys: ['hours_start', 'hours_end'] }),
    },
    { requiredKeys: [] },
  ).map((whole) => Object.fromEntries(Object.entries(whole).slice(0, 3)) as Conditions);
  const limit = { max_requests: 1, window_seconds: 1 };
  const drafts = fc.array(
    fc.record({
      tool_pattern: fc.constantFrom('*', 'r*', '{r,w}*', 'read', '?ead', 'w*', '[!r]*'),
      conditions: fc.oneof(fc.constant({}), conditions),
      priority: fc.integer({ min: 0, max: 3 }),
      is_active: fc.constantFrom(true, true, true, false),
      action: fc.constantFrom<object>({ action: 'block' }, { action: 'allow' }, { action: 'rate_limit', rate_limit: limit }, { action: 'rate_limit', rate_limit: { ...limit, on_within: 'continue' } }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const argument = fc.record({ a: value, c: value }, { requiredKeys: [] });
  const call = fc.record({ tool_name: fc.constantFrom('read', 'r', 'write', 'w', 'x'), arguments: argument, end_user_id: fc.constantFrom('anna', 'ben', undefined), risk_score: fc.constantFrom(0, 0.3, 0.8, 1), threat_types: fc.subarray(['ssrf', 'persistence']) });
  const at = fc.integer({ min: 0, max: 7 * 24 * 60 }).map((minute) => Date.UTC(2026, 10, 23) + minute * 60_000);

  const listOf = (given: readonly object[]) => readPolicyList(given.map((draft, place) => ({ name: `P${place}`, ...draft, ...('action' in draft && (draft.action as object)) })), '');
  const errorsOf = (policies: readonly Policy[]) => lintPolicies(policies).filter(({ level }) => level === 'error');

  it('no call is decided by one that is called shadowed, or that never matches or holds', () => {
    fc.assert(
      fc.property(drafts, fc.array(fc.tuple(call, at), { minLength: 40, maxLength: 40 }), (given, calls) => {
        const read = listOf(given);
        if ('problems' in read) return;
        const dead = errorsOf(read.policies).map(({ path }) => read.policies[Number(path.split('/')[1])]!.id);
        const set = compilePolicySet({ guard_id: 'g', version: 1, default_action: 'allow', policies: read.policies });
        for (const [facts, instant] of calls) {
          // Past every limit, as within it.
          for (let verdict = evaluate(set, facts, instant); ; verdict = evaluate(set, facts, instant, { below: verdict.policy! })) {
            expect(dead).not.toContain(verdict.policy?.id);
            if (verdict.limit?.rate_limit.on_within !== 'continue') break;
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(['shadowed', 'never_holds'])('is drawn often enough here: %s', (rule) => {
    const told = fc.sample(drafts, { numRuns: 400, seed: 1 }).flatMap((given) => {
      const read = listOf(given);
      return 'problems' in read ? [] : errorsOf(read.policies).map((one) => one.rule);
    });
    expect(told.filter((one) => one === rule).length).toBeGreaterThan(3);
  });
});

function on(pointer: string, predicate: ArgumentPredicate): Conditions {
  return { arguments: { [pointer]: predicate } };
}

function policy(given: object): Policy {
  return { id: 'p', name: 'P', tool_pattern: 'read_*', action: 'allow', priority: 0, is_active: true, created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', ...given };
}

function lint(given: readonly object[]) {
  const read = readPolicyList(given.map((one, place) => ({ name: `P${place}`, tool_pattern: 'read_*', action: 'allow', ...one })), '');
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return lintPolicies(read.policies);
}

function rulesOf(given: readonly object[]): readonly string[] {
  return lint(given).map(({ rule, path }) => `${path} ${rule}`);
}
