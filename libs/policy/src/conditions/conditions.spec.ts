import { describe, expect, it } from '@jest/globals';
import { THREAT_TYPES as DETECTED } from '@holdpoint/detection';
import { checkPolicyDraft } from '../drafts/check-policy.ts';
import { evaluate } from '../evaluate.ts';
import { type ArgumentPredicate, type Conditions, THREAT_TYPES } from '../policy.ts';
import { compilePolicySet } from '../policy-set.ts';

describe('who calls', () => {
  it.each([
    [{ end_user_id: 'u1' }, { end_user_id: 'u1' }, true],
    [{ end_user_id: 'u1' }, { end_user_id: 'U1' }, false],
    [{ end_user_id: 'u1' }, {}, false],
    [{ agent_id: 'a1' }, { agent_id: 'a1' }, true],
    [{ agent_id: 'a1' }, { end_user_id: 'a1' }, false],
    [{ tool_type: 'function' }, { tool_type: 'function' }, true],
    [{ tool_type: 'function' }, {}, false],
    [{ end_user_id: 'u1', agent_id: 'a1' }, { end_user_id: 'u1', agent_id: 'a2' }, false],
  ])('%j for %j: %s', (conditions, asker, holds) => {
    expect(holdsFor(conditions, {}, asker)).toBe(holds);
  });
});

describe('what the scanner says', () => {
  it.each<[Conditions, number, boolean]>([
    [{ risk_score_min: 0.7 }, 0.7, true],
    [{ risk_score_min: 0.7 }, 0.699, false],
    [{ risk_score_max: 0.3 }, 0.3, true],
    [{ risk_score_max: 0.3 }, 0.301, false],
    [{ risk_score_min: 0.3, risk_score_max: 0.7 }, 0.5, true],
    [{ risk_score_min: 0.3, risk_score_max: 0.7 }, 0.8, false],
    [{ risk_score_min: 0 }, 0, true],
    [{ risk_score_max: 1 }, 1, true],
  ])('%j at risk %d: %s', (conditions, risk_score, holds) => {
    expect(holdsFor(conditions, {}, { risk_score, threat_types: [] })).toBe(holds);
  });

  it.each<[string[], string[], boolean]>([
    [['ssrf'], ['ssrf'], true],
    [['ssrf', 'sql_injection'], ['sql_injection', 'path_traversal'], true],
    [['ssrf'], ['sql_injection'], false],
    [['ssrf'], [], false],
  ])('any of %j where %j were seen: %s', (threat_types, seen, holds) => {
    expect(holdsFor({ threat_types }, {}, { risk_score: 0.8, threat_types: seen })).toBe(holds);
  });

  it.each<Conditions>([{ risk_score_min: 0 }, { risk_score_max: 1 }, { threat_types: ['ssrf'] }])('%j cannot be judged of a call that nobody scanned', (conditions) => {
    expect(holdsFor(conditions, {})).toBe('could_not_judge');
  });

  it('is named as the scanner names it', () => {
    expect(THREAT_TYPES).toEqual(DETECTED);
  });
});

describe('argument predicate', () => {
  const args = JSON.parse(
    '{"amount":1000,"to":{"iban":"DE12","tags":["a","b"]},"text":"5","none":null,"__proto__":{"x":1},"constructor":"c","a/b":1,"m~n":2,"":3,"list":[{"k":[1,{"z":null}]}]}',
  ) as Record<string, unknown>;
  it.each<[string, ArgumentPredicate, boolean]>([
    ['/amount', { gt: 999 }, true],
    ['/amount', { gt: 1000 }, false],
    ['/amount', { gte: 1000 }, true],
    ['/amount', { lt: 1000 }, false],
    ['/amount', { lte: 1000 }, true],
    ['/amount', { gt: 1, lt: 10 }, false],
    ['/amount', { eq: 1000.0 }, true],
    ['/amount', { eq: '1000' }, false],
    ['/text', { gt: 1 }, false],
    ['/text', { eq: 5 }, false],
    ['/text', { ne: 5 }, true],
    ['/to/iban', { in: ['DE12', 'FR1'] }, true],
    ['/to/iban', { nin: ['DE12', 'FR1'] }, false],
    ['/to', { eq: { tags: ['a', 'b'], iban: 'DE12' } }, true],
    ['/to', { eq: { tags: ['b', 'a'], iban: 'DE12' } }, false],
    ['/to/tags/1', { eq: 'b' }, true],
    ['/to/tags/01', { exists: true }, false],
    ['/to/tags/-', { exists: true }, false],
    ['/to/tags/length', { exists: true }, false],
    ['/to/tags/2', { exists: false }, true],
    ['/to/iban', { starts_with: 'DE' }, true],
    ['/to/iban', { matches: '^DE\\d+$' }, true],
    ['/to/iban', { matches: 'FR' }, false],
    ['/amount', { matches: '1' }, false],
    ['/none', { eq: null }, true],
    ['/none', { exists: true }, true],
    ['/missing', { exists: true }, false],
    ['/missing', { exists: false }, true],
    ['/amount', { exists: false }, false],
    ['/missing', { ne: 1 }, false],
    ['/missing', { nin: [1] }, false],
    ['/missing', { eq: null }, false],
    ['/toString', { exists: true }, false],
    ['/to/constructor', { exists: true }, false],
    ['/to/__proto__', { exists: true }, false],
    ['/constructor', { eq: 'c' }, true],
    ['/__proto__/x', { eq: 1 }, true],
    ['/a~1b', { eq: 1 }, true],
    ['/m~0n', { eq: 2 }, true],
    ['/', { eq: 3 }, true],
    ['', { exists: true }, true],
    ['/list/0/k/1', { eq: { z: null } }, true],
  ])('%s %j: %s', (pointer, predicate, holds) => {
    expect(holdsFor({ arguments: { [pointer]: predicate } }, args)).toBe(holds);
  });

  it('does not take an inherited key for an equal one', () => {
    const conditions = JSON.parse('{"arguments":{"/a":{"eq":{"__proto__":{}}}}}') as Conditions;
    expect(holdsFor(conditions, { a: { other: {} } })).toBe(false);
    expect(holdsFor(conditions, JSON.parse('{"a":{"__proto__":{}}}') as Record<string, unknown>)).toBe(true);
    expect(holdsFor({ arguments: { '/a': { eq: { toString: 1 } } } }, { a: { b: 1 } })).toBe(false);
  });

  it('cannot judge a text over 64 KiB, and does judge one of 64 KiB', () => {
    const conditions = { arguments: { '/a': { matches: 'x$' } } };
    expect(holdsFor(conditions, { a: `${'a'.repeat(65_535)}x` })).toBe(true);
    expect(holdsFor(conditions, { a: `${'a'.repeat(65_536)}x` })).toBe('could_not_judge');
  });
});

describe('argument pattern', () => {
  it.each<[string, string, unknown]>([
    ['a string leaf', 'rm -rf', { command: 'sudo rm -rf /' }],
    ['a deep leaf', 'secret', { a: [{ b: ['the secret'] }] }],
    ['a key', '^DROP$', { a: { DROP: 1 } }],
    ['a whole leaf', '^ls$', { a: 'ls', b: 'x' }],
    ['the compact JSON', '"role":"admin"', { user: { role: 'admin' } }],
    ['a number, in the JSON', '"amount":1000\\b', { amount: 1000 }],
    ['the flag for either case', '(?i)DROP TABLE', { q: 'drop table x' }],
    ['full-width letters', 'rm -rf', { a: 'ｒｍ －ｒｆ' }],
    ['zero-width characters between', 'rm -rf', { a: 'r\u200bm\u2060 -r\ufefff' }],
    ['bidi controls between', 'rm -rf', { a: 'r\u202em -\u2066rf' }],
    ['soft hyphens between', 'rm -rf', { a: 'r\u00adm -rf' }],
    ['percent-encoding', '\\.\\./etc', { a: '%2e%2E%2fetc' }],
    ['percent-encoded UTF-8', 'é', { a: '%C3%A9' }],
    ['percent-encoding that is partly no UTF-8', 'rm', { a: '%ff%72%6d' }],
    ['character references', '<script>', { a: '&lt;script&#62;' }],
    ['hexadecimal character references without a semicolon', '<b', { a: '&#x3c&#98' }],
    ['named punctuation', 'alert\\(1\\)', { a: 'alert&lpar;1&rpar;' }],
    ['escapes hidden by a zero-width character', 'rm', { a: '%7\u200b2m' }],
    ['full-width escapes', 'rm', { a: '％72m' }],
    ['encoded full-width letters', 'rm', { a: '%EF%BD%92m' }],
    ['the raw text, where decoding would hide it', '%20', { a: 'a%20b' }],
    ['the folded text, where decoding would hide it', 'rm%20', { a: 'ｒm%20' }],
    ['the raw text, where folding would hide it', 'ｒ', { a: 'ｒm' }],
    ['what stands beside an unknown reference', '&lte; <', { a: '&lte; &lt;' }],
    ['a key that is encoded', '^rm$', { '%72m': 1 }],
    ['data under `__proto__`', 'evil', JSON.parse('{"__proto__":{"constructor":"evil"}}')],
  ])('finds %s', (_, pattern, args) => {
    expect(holdsFor({ argument_pattern: pattern }, args)).toBe(true);
  });

  it.each<[string, string, unknown]>([
    ['what is not there', 'rm -rf', { a: 'ls' }],
    ['what two rounds of decoding would make', '<', { a: '%253c' }],
    ['unknown references', '<', { a: '&constructor; &toString; &lte;' }],
    ['a code point that does not exist', '<', { a: '&#x999999; &#9999999;' }],
    ['inherited keys', 'toString|hasOwnProperty', { a: 1 }],
    ['anything in nothing', 'a', {}],
  ])('does not find %s', (_, pattern, args) => {
    expect(holdsFor({ argument_pattern: pattern }, args)).toBe(false);
  });

  it('does not cut: a leaf or key over 64 KiB cannot be judged, wherever it is', () => {
    expect(holdsFor({ argument_pattern: 'x' }, { x: 'x', deep: [{ a: 'a'.repeat(65_537) }] })).toBe('could_not_judge');
    expect(holdsFor({ argument_pattern: 'x' }, { ['k'.repeat(65_537)]: 1 })).toBe('could_not_judge');
    expect(holdsFor({ argument_pattern: 'x' }, { a: 'é'.repeat(32_769) })).toBe('could_not_judge'); // counted in bytes
    expect(holdsFor({ argument_pattern: 'é$' }, { a: 'é'.repeat(32_768) })).toBe(true);
  });

  it('names the text it could not judge', () => {
    const reason = verdictFor({ argument_pattern: 'x' }, { deep: [{ 'a/b': 'a'.repeat(65_537) }] }).reason;
    expect(reason).toBe('Blocked: policy `P` could not be judged because the text at `/deep/0/a~1b` is longer than 64 KiB.');
  });

  it('judges many texts of which each is within the cap', () => {
    const args = { list: Array.from({ length: 16 }, (_, i) => `${i}${'a'.repeat(60_000)}`) };
    expect(holdsFor({ argument_pattern: 'rm -rf' }, args)).toBe(false);
    expect(holdsFor({ argument_pattern: '^9a+$' }, args)).toBe(true);
  });

  it('cannot judge what a big pattern would take too long for', () => {
    const args = { list: Array.from({ length: 16 }, (_, i) => `${i}${'a'.repeat(60_000)}`) };
    expect(holdsFor({ argument_pattern: '[a-c]{240}[d-f]' }, args)).toBe('could_not_judge');
    expect(holdsFor({ argument_pattern: '[a-c]{240}[d-f]' }, { a: 'a'.repeat(65_536) })).toBe(false);
  });

  it.each<[string, unknown]>([
    ['numbers, which are written longer than they were sent', { list: Array<number>(100_000).fill(1e20) }],
    ['letters that fold to many', { a: '\ufdfa'.repeat(21_000) }],
    ['a key', { ['k'.repeat(65_000)]: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}${'k'.repeat(65_000)}`, 1])) }],
  ])('counts all that would be searched: %s', (_, args) => {
    expect(holdsFor({ argument_pattern: '[a-c]{240}[d-f]' }, args)).toBe('could_not_judge');
    expect(holdsFor({ argument_pattern: '[d-f]{2}' }, args)).toBe(false);
  });

  it('cannot judge arguments nested beyond any sense', () => {
    const nested = (depth: number) => JSON.parse(`{"a":${'['.repeat(depth)}"rm"${']'.repeat(depth)}}`) as unknown;
    expect(holdsFor({ argument_pattern: 'rm' }, nested(64))).toBe(true);
    expect(holdsFor({ argument_pattern: 'rm' }, nested(5_000))).toBe('could_not_judge');
  });

  // RE2 is not the dialect of JavaScript.
  it.each<[string, string, boolean]>([
    ['a\\sb', 'a\u2028b', false],
    ['a.b', 'a\u2028b', true],
    ['(?i)K', '\u212a', true],
    ['^.$', '😀', true],
  ])('speaks RE2: %s in %j: %s', (pattern, text, holds) => {
    expect(holdsFor({ argument_pattern: pattern }, { text })).toBe(holds);
  });

  it('is not reached where a cheaper condition fails', () => {
    expect(holdsFor({ argument_pattern: 'x', agent_id: 'other' }, { a: 'a'.repeat(70_000) }, { agent_id: 'a1' })).toBe(false);
  });
});

function verdictFor(conditions: Conditions, args: unknown, asker: object = {}) {
  const draft = { name: 'P', tool_pattern: '*', action: 'warn', conditions } as const;
  expect(checkPolicyDraft(draft)).toEqual([]);
  const policy = { ...draft, id: 'pol_1', priority: 0, is_active: true, created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };
  const set = compilePolicySet({ guard_id: 'g', version: 1, default_action: 'allow', policies: [policy] });
  return evaluate(set, { tool_name: 'tool', arguments: args as Record<string, unknown>, ...asker }, 0);
}

function holdsFor(conditions: Conditions, args: unknown, asker: object = {}): boolean | 'could_not_judge' {
  const { action, code, policy } = verdictFor(conditions, args, asker);
  if (code !== undefined) {
    expect({ action, policy: policy?.id }).toEqual({ action: 'block', policy: 'pol_1' });
    return code;
  }
  return action === 'warn';
}
