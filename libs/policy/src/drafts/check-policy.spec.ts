import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { checkPolicyDraft } from './check-policy.ts';
import { compilePolicySet } from '../policy-set.ts';
import type { Policy } from '../policy.ts';

const minimal = { name: 'No shell', tool_pattern: 'shell*', action: 'block' };

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(60_000);

describe('a policy draft', () => {
  it.each([
    ['the least', {}],
    ['every field', {
      description: '', priority: -1_000_000, is_active: false,
      conditions: {
        end_user_id: 'u', agent_id: 'a', tool_type: 'function', risk_score_min: 0, risk_score_max: 1, threat_types: ['shell_injection', 'scan_incomplete'], argument_pattern: '(?i)rm\\s+-rf',
        arguments: { '': { exists: true }, '/amount': { eq: null, ne: { a: [1] }, in: [1], nin: ['x'], gt: 0.5, gte: 1, lt: 2, lte: 3, matches: 'x', starts_with: 'x' }, '/__proto__': { exists: false } },
        time_window: { days: ['monday'], hours_start: 18, hours_end: '09:30', timezone: 'Europe/Berlin' },
      },
      approval_config: { timeout_minutes: 0.5, quorum: 1, notification_channels: ['ch_01jd0000000000000000000000'] },
    }],
    ['the action `sanitize`', { action: 'sanitize' }],
    ['a limit', limited({ max_requests: 1, window_seconds: 86_400 })],
    ['a limit of the largest sort', limited({ max_requests: 1_000_000, window_seconds: 1, by: 'end_user_id', on_within: 'continue' })],
    ['one risk', { conditions: { risk_score_min: 0.7, risk_score_max: 0.7 } }],
    ['empty parts', { conditions: {}, approval_config: {} }],
    ['an empty window', { conditions: { time_window: {} } }],
    ['values that are undefined', { description: undefined, conditions: { agent_id: undefined, arguments: undefined } }],
  ])('with %s is good', (_, more) => {
    expect(checkPolicyDraft({ ...minimal, ...more })).toEqual([]);
  });

  it.each<[unknown, string, RegExp]>([
    [{ name: '' }, '/name', /1 to 200/],
    [{ name: ' ' }, '/name', /blank/],
    [{ name: 'a'.repeat(201) }, '/name', /1 to 200/],
    [{ name: 7 }, '/name', /string/],
    [{ name: null }, '/name', /string/],
    [{ name: 'a\0b' }, '/name', /NUL/],
    [{ name: 'a\ud800' }, '/name', /surrogate/],
    [{ description: 'a'.repeat(2001) }, '/description', /2000/],
    [{ tool_pattern: 'a[b' }, '/tool_pattern', /at character 2/],
    [{ tool_pattern: ['a'] }, '/tool_pattern', /string/],
    [{ action: 'constructor' }, '/action', /one of allow, block/],
    [{ action: {} }, '/action', /one of/],
    [{ priority: 1.5 }, '/priority', /whole number/],
    [{ priority: 1_000_001 }, '/priority', /1000000/],
    [{ priority: '5' }, '/priority', /whole number/],
    [{ is_active: 'true' }, '/is_active', /true or false/],
    [{ action: 'rate_limit' }, '/rate_limit', /is required/],
    [{ rate_limit: { max_requests: 1, window_seconds: 1 } }, '/rate_limit', /goes with the action `rate_limit` only/],
    [limited(null), '/rate_limit', /object/],
    [limited({ window_seconds: 1 }), '/rate_limit/max_requests', /is required/],
    [limited({ max_requests: 1 }), '/rate_limit/window_seconds', /is required/],
    [limited({ max_requests: 0, window_seconds: 1 }), '/rate_limit/max_requests', /from 1 to 1000000/],
    [limited({ max_requests: 1_000_001, window_seconds: 1 }), '/rate_limit/max_requests', /from 1 to 1000000/],
    [limited({ max_requests: 1.5, window_seconds: 1 }), '/rate_limit/max_requests', /whole number/],
    [limited({ max_requests: '5', window_seconds: 1 }), '/rate_limit/max_requests', /whole number/],
    [limited({ max_requests: 1, window_seconds: 0 }), '/rate_limit/window_seconds', /from 1 to 86400/],
    [limited({ max_requests: 1, window_seconds: 86_401 }), '/rate_limit/window_seconds', /from 1 to 86400/],
    [limited({ max_requests: 1, window_seconds: 1, by: 'key_id' }), '/rate_limit/by', /one of end_user_id, session_id, agent_id, tool_name/],
    [limited({ max_requests: 1, window_seconds: 1, by: null }), '/rate_limit/by', /one of/],
    [limited({ max_requests: 1, window_seconds: 1, on_within: 'warn' }), '/rate_limit/on_within', /one of allow, continue/],
    [limited({ max_requests: 1, window_seconds: 1, burst: 2 }), '/rate_limit/burst', /unknown field `burst`/],
    [{ sanitize: {} }, '/sanitize', /unknown field `sanitize`: not built yet/],
    [{ id: 'x' }, '/id', /unknown field `id`: set by the server/],
    [{ nmae: 'x' }, '/nmae', /unknown field `nmae`$/],
    [JSON.parse('{"__proto__":{}}'), '/__proto__', /unknown field `__proto__`$/],
    [{ constructor: 1 }, '/constructor', /unknown field/],
    [{ toString: undefined }, '/toString', /unknown field/],
    [{ conditions: [] }, '/conditions', /object/],
    [{ conditions: null }, '/conditions', /object/],
    [{ conditions: { risk_score_min: -0.1 } }, '/conditions/risk_score_min', /from 0 to 1/],
    [{ conditions: { risk_score_min: '0.5' } }, '/conditions/risk_score_min', /number/],
    [{ conditions: { risk_score_min: Number.NaN } }, '/conditions/risk_score_min', /number/],
    [{ conditions: { risk_score_max: 70 } }, '/conditions/risk_score_max', /from 0 to 1/],
    [{ conditions: { risk_score_min: 0.7, risk_score_max: 0.3 } }, '/conditions/risk_score_min', /can never hold/],
    [{ conditions: { threat_types: [] } }, '/conditions/threat_types', /1 to 15/],
    [{ conditions: { threat_types: 'ssrf' } }, '/conditions/threat_types', /list/],
    [{ conditions: { threat_types: ['ssrf', 'sqli'] } }, '/conditions/threat_types/1', /one of shell_injection/],
    [{ conditions: { threat_types: ['constructor'] } }, '/conditions/threat_types/0', /one of/],
    [{ conditions: { trust_level: 1 } }, '/conditions/trust_level', /`trust_level`: not built yet/],
    [{ conditions: { 'a/b~c': 1 } }, '/conditions/a~1b~0c', /unknown field `a\/b~c`/],
    [{ conditions: { end_user_id: '' } }, '/conditions/end_user_id', /1 to 256/],
    [{ conditions: { tool_type: 'a'.repeat(65) } }, '/conditions/tool_type', /1 to 64/],
    [{ conditions: { argument_pattern: '(a' } }, '/conditions/argument_pattern', /missing closing \) at character 1/],
    [{ conditions: { argument_pattern: 'ab(?=c)' } }, '/conditions/argument_pattern', /not an RE2 pattern.*at character 3/],
    [{ conditions: { argument_pattern: '(a)\\1' } }, '/conditions/argument_pattern', /invalid escape.*at character 4/],
    [{ conditions: { argument_pattern: '' } }, '/conditions/argument_pattern', /1024 bytes/],
    [{ conditions: { argument_pattern: 'é'.repeat(513) } }, '/conditions/argument_pattern', /1024 bytes/],
    [{ conditions: { argument_pattern: '[a-z]{1,1000}' } }, '/conditions/argument_pattern', /instructions, 512 are allowed/],
    [{ conditions: { argument_pattern: '(a{1,1000}){1,1000}' } }, '/conditions/argument_pattern', /too large/],
    [{ conditions: { argument_pattern: '('.repeat(1024) } }, '/conditions/argument_pattern', /not an RE2 pattern/],
    [{ conditions: { arguments: { amount: { gt: 1 } } } }, '/conditions/arguments/amount', /starts with `\/`/],
    [{ conditions: { arguments: { '/a~2': { gt: 1 } } } }, '/conditions/arguments/~1a~02', /at character 3/],
    [JSON.parse('{"conditions":{"arguments":{"__proto__":{"gt":1}}}}'), '/conditions/arguments/__proto__', /starts with/],
    [{ conditions: { arguments: { '/a': {} } } }, '/conditions/arguments/~1a', /at least one operator/],
    [{ conditions: { arguments: { '/a': 5 } } }, '/conditions/arguments/~1a', /object/],
    [{ conditions: { arguments: { '/a': { equals: 5 } } } }, '/conditions/arguments/~1a/equals', /unknown field `equals`/],
    [{ conditions: { arguments: { '/a': { gt: '5' } } } }, '/conditions/arguments/~1a/gt', /number/],
    [{ conditions: { arguments: { '/a': { in: [] } } } }, '/conditions/arguments/~1a/in', /1 to 256/],
    [{ conditions: { arguments: { '/a': { in: Array(257).fill(1) } } } }, '/conditions/arguments/~1a/in', /1 to 256/],
    [{ conditions: { arguments: { '/a': { in: 'abc' } } } }, '/conditions/arguments/~1a/in', /list/],
    [{ conditions: { arguments: { '/a': { matches: '(' } } } }, '/conditions/arguments/~1a/matches', /missing closing/],
    [{ conditions: { arguments: { '/a': { exists: 1 } } } }, '/conditions/arguments/~1a/exists', /true or false/],
    [{ conditions: { arguments: { '/a': { exists: false, eq: 1 } } } }, '/conditions/arguments/~1a', /can never hold/],
    [{ conditions: { arguments: { '/a': { eq: 'a\0' } } } }, '/conditions/arguments/~1a/eq', /NUL/],
    [{ conditions: { arguments: { '/a': { eq: nested(34) } } } }, '/conditions/arguments/~1a/eq', /levels deep/],
    [{ conditions: { arguments: { '/a': { eq: Array(1001).fill(0) } } } }, '/conditions/arguments/~1a/eq', /1000 values/],
    [{ conditions: { arguments: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`/${i}`, { gt: 1 }])) } }, '/conditions/arguments', /at most 32/],
    [{ conditions: { time_window: { days: [] } } }, '/conditions/time_window/days', /1 to 7/],
    [{ conditions: { time_window: { days: ['Monday'] } } }, '/conditions/time_window/days/0', /one of monday/],
    [{ conditions: { time_window: { hours_start: 9 } } }, '/conditions/time_window/hours_end', /come together/],
    [{ conditions: { time_window: { hours_end: 9 } } }, '/conditions/time_window/hours_start', /come together/],
    [{ conditions: { time_window: { hours_start: -1, hours_end: 9 } } }, '/conditions/time_window/hours_start', /0 to 24/],
    [{ conditions: { time_window: { hours_start: 9, hours_end: 25 } } }, '/conditions/time_window/hours_end', /0 to 24/],
    [{ conditions: { time_window: { hours_start: 9.5, hours_end: 10 } } }, '/conditions/time_window/hours_start', /whole hour/],
    [{ conditions: { time_window: { hours_start: '9:00', hours_end: 10 } } }, '/conditions/time_window/hours_start', /HH:MM/],
    [{ conditions: { time_window: { hours_start: '24:01', hours_end: 10 } } }, '/conditions/time_window/hours_start', /HH:MM/],
    [{ conditions: { time_window: { hours_start: 24, hours_end: '00:00' } } }, '/conditions/time_window', /can never hold/],
    [{ conditions: { time_window: { timezone: 'Mars/Olympus' } } }, '/conditions/time_window/timezone', /IANA/],
    [{ conditions: { time_window: { timezone: 'local' } } }, '/conditions/time_window/timezone', /IANA/],
    [{ conditions: { time_window: { timezone: '+02:00' } } }, '/conditions/time_window/timezone', /IANA/],
    [{ conditions: { time_window: { timezone: 'UTC+2' } } }, '/conditions/time_window/timezone', /IANA/],
    [{ approval_config: { quorum: 2 } }, '/approval_config/quorum', /`quorum`.*not built yet/],
    [{ approval_config: { notification_channels: [] } }, '/approval_config/notification_channels', /1 to 20/],
    [{ approval_config: { notification_channels: ['finance'] } }, '/approval_config/notification_channels/0', /id of a channel/],
    [{ approval_config: { notification_channels: [7] } }, '/approval_config/notification_channels/0', /id of a channel/],
    [{ approval_config: { approval_group_id: 'g' } }, '/approval_config/approval_group_id', /not built yet/],
    [{ approval_config: { reminders: [] } }, '/approval_config/reminders', /not built yet/],
    [{ approval_config: { timeout_minutes: 0 } }, '/approval_config/timeout_minutes', /above 0/],
    [{ approval_config: { timeout_minutes: 43_200.5 } }, '/approval_config/timeout_minutes', /43200/],
  ])('%j is refused at %s', (more, path, message) => {
    const draft = Object.defineProperties({ ...minimal }, Object.getOwnPropertyDescriptors(more as object));
    const problems = checkPolicyDraft(draft);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]!.message).toMatch(message);
  });

  it('needs a name, a pattern and an action, but not to change one of them', () => {
    expect(checkPolicyDraft({}).map(({ path, message }) => `${path} ${message}`)).toEqual(['/name is required', '/tool_pattern is required', '/action is required']);
    expect(checkPolicyDraft({ priority: 5 }, { partial: true })).toEqual([]);
    expect(checkPolicyDraft({ action: 'nope' }, { partial: true })).toHaveLength(1);
  });

  it.each([null, undefined, 5, 'text', true, []])('%j is not a draft', (draft) => {
    expect(checkPolicyDraft(draft)).toEqual([{ path: '', message: 'must be an object' }]);
  });

  it('may be nested deeper than any stack', () => {
    const problems = checkPolicyDraft({ ...minimal, conditions: { arguments: { '/a': { in: [nested(100_000)] } } } });
    expect(problems.map(({ path }) => path)).toEqual(['/conditions/arguments/~1a/in/0']);
  });

  it('gets an answer of bounded length, whatever was sent', () => {
    const flood = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${i}${'k'.repeat(100)}`, 1]));
    expect(checkPolicyDraft(flood)).toHaveLength(100);
    expect(JSON.stringify(checkPolicyDraft({ ['k'.repeat(1_000_000)]: 1 })).length).toBeLessThan(1_000);
  });

  it('is judged without throwing, and what is good compiles', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('*', 'block', 0, 1, true, '09:00', 'x'));
    const key = fc.constantFrom('name', 'tool_pattern', 'action', 'conditions', 'arguments', '/a', 'eq', 'gt', 'in', 'matches', 'time_window', 'days', 'hours_start', '__proto__');
    const draft = fc.letrec((tie) => ({ node: fc.oneof({ maxDepth: 4 }, value, fc.array(fc.tuple(key, tie('node'))).map((entries) => Object.fromEntries(entries))) })).node;
    fc.assert(
      fc.property(draft, fc.boolean(), (sent, whole) => {
        const candidate = whole ? { ...minimal, conditions: sent } : sent;
        if (checkPolicyDraft(candidate).length > 0) return;
        const policy = { id: 'pol_1', priority: 0, is_active: true, created_at: '', updated_at: '', ...(candidate as object) } as Policy;
        compilePolicySet({ guard_id: 'g', version: 1, default_action: 'allow', policies: [policy] });
      }),
      { numRuns: 500 },
    );
  });
});

function limited(rate_limit: unknown): object {
  return { action: 'rate_limit', rate_limit };
}

function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);
}
