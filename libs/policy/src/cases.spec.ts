import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { runCases, type CaseReport } from './cases.ts';

const folder = new URL('../cases/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe.each(files)('%s', (fileName) => {
  const { results, problems } = runCases(parse(readFileSync(new URL(fileName, folder), 'utf8')));

  it('is a file of cases', () => {
    expect(problems).toEqual([]);
    expect(new Set(results.map(({ name }) => name)).size).toBe(results.length);
  });

  it.each(results)('$name', ({ failures }) => expect(failures).toEqual([]));
});

describe('a file of cases', () => {
  const reads = { name: 'Reads', tool_pattern: 'read_*', action: 'allow' };

  it('says nothing of a case where everything is as wanted', () => {
    expect(run({ name: 'reading', policies: [reads], calls: [{ call: { tool_name: 'read_file' }, want: { action: 'allow', policy: 'Reads', code: null, reason: 'Allowed by policy `Reads`.' } }] })).toEqual([]);
    expect(run({ name: 'refused', refused: { policy: { ...reads, tool_pattern: '[' }, path: '/tool_pattern', message: 'never closed' } })).toEqual([]);
  });

  it.each<[string, object, string, RegExp]>([
    ['another action', { calls: [{ call: { tool_name: 'read_file' }, want: { action: 'block' } }] }, '/cases/0/calls/0/want/action', /^wanted `block`, was `allow`: Allowed by policy `Reads`\.$/],
    ['another policy', { calls: [{ call: { tool_name: 'write' }, want: { action: 'allow', policy: 'Reads' } }] }, '/cases/0/calls/0/want/policy', /^wanted `Reads`, was none/],
    ['a policy where none decides', { calls: [{ call: { tool_name: 'read_file' }, want: { action: 'allow', policy: null } }] }, '/cases/0/calls/0/want/policy', /^wanted none, was `Reads`/],
    ['another code', { calls: [{ call: { tool_name: 'a b' }, want: { action: 'block', code: null } }] }, '/cases/0/calls/0/want/code', /^wanted none, was `could_not_judge`/],
    ['another reason', { calls: [{ call: { tool_name: 'x' }, want: { action: 'allow', reason: 'Because.' } }] }, '/cases/0/calls/0/want/reason', /^wanted `Because\.`, was `Allowed: no policy/],
    ['another verdict within a limit', { calls: [{ call: { tool_name: 'read_file' }, want: { action: 'allow', within: { action: 'block' } } }] }, '/cases/0/calls/0/want/within/action', /^wanted `block`, was `allow`/],
    ['a policy that nobody wrote', { calls: [{ call: { tool_name: 'x' }, want: { action: 'allow', policy: 'Raeds' } }] }, '/cases/0/calls/0/want/policy', /^no policy is called `Raeds`/],
    ['a name that two policies have', { policies: [reads, reads], calls: [{ call: { tool_name: 'read_file' }, want: { action: 'allow', policy: 'Reads' } }] }, '/cases/0/calls/0/want/policy', /^several/],
    ['a draft that is accepted', { refused: { policy: reads, path: '/name' } }, '/cases/0/refused', /it was accepted$/],
    ['a draft refused elsewhere', { refused: { policy: { ...reads, name: '' }, path: '/action' } }, '/cases/0/refused', /refused at `\/name` \(must have 1 to 200/],
    ['a draft refused for another reason', { refused: { policy: { ...reads, name: '' }, path: '/name', message: 'blank' } }, '/cases/0/refused', /that says `blank`; it was refused/],
    ['no calls', { calls: [] }, '/cases/0/calls', /1 to 1000/],
    ['nothing to hold against', {}, '/cases/0/calls', /required/],
    ['a field that is misspelt', { calls: [{ call: { tool_name: 'x' }, wnat: { action: 'allow' }, want: { action: 'allow' } }] }, '/cases/0/calls/0/wnat', /unknown field/],
    ['a wish that is misspelt', { calls: [{ call: { tool_name: 'x' }, want: { action: 'allow', polcy: null } }] }, '/cases/0/calls/0/want/polcy', /unknown field/],
    ['an unknown action', { calls: [{ call: { tool_name: 'x' }, want: { action: 'alow' } }] }, '/cases/0/calls/0/want/action', /one of allow/],
    ['a time of no zone', { calls: [{ call: { tool_name: 'x' }, at: '2026-03-08T07:30:00', want: { action: 'allow' } }] }, '/cases/0/calls/0/at', /offset/],
    ['a day that does not exist', { calls: [{ call: { tool_name: 'x' }, at: '2026-02-30T07:30:00Z', want: { action: 'allow' } }] }, '/cases/0/calls/0/at', /offset/],
    ['a bad draft among its policies', { policies: [{ ...reads, action: 'alow' }], calls: [{ call: { tool_name: 'x' }, want: { action: 'allow' } }] }, '/cases/0/policies/0/action', /one of allow/],
    ['a list that nobody wrote', { policies: 'office', calls: [{ call: { tool_name: 'x' }, want: { action: 'allow' } }] }, '/cases/0/policies', /no list `office`/],
  ])('tells of %s, and where', (_, more, path, message) => {
    const failures = run({ name: 'a case', ...('refused' in more ? {} : { policies: [reads] }), ...more });
    expect(failures.map((failure) => failure.path)).toEqual([path]);
    expect(failures[0]!.message).toMatch(message);
  });

  it('tells of a bad draft in a named list where that stands', () => {
    const calls = [{ call: { tool_name: 'x' }, want: { action: 'allow' } }];
    const { results } = runCases({ policies: { 'a/b': [{ ...reads, name: '' }] }, cases: [{ name: 'a case', policies: 'a/b', calls }] });
    expect(results[0]!.failures.map(({ path }) => path)).toEqual(['/policies/a~1b/0/name']);
  });

  it('may say ids, ages and activity of policies, as the API answers them', () => {
    const one = (id: string, created_at: string) => ({ ...reads, name: id, id, created_at, updated_at: created_at, is_active: id !== 'off' });
    const policies = [one('younger', '2026-01-02T00:00:00Z'), one('older', '2026-01-01T00:00:00Z'), one('off', '2025-01-01T00:00:00Z')];
    expect(run({ name: 'a case', policies, calls: [{ call: { tool_name: 'read_file' }, want: { action: 'allow', policy: 'older' } }] })).toEqual([]);
  });

  it.each([null, 5, 'text', [], {}, { cases: [] }, { cases: 'x' }])('%j is none, and says so', (document) => {
    expect(runCases(document)).toMatchObject({ results: [], problems: [{}] });
  });

  it('keeps every case among the results, also one that is no object', () => {
    expect(runCases({ cases: [5, null, { name: 'a case' }] }).results.map(({ failures }) => failures.length > 0)).toEqual([true, true, true]);
  });

  it('is run without throwing, whatever it holds', () => {
    const key = fc.constantFrom('cases', 'policies', 'name', 'calls', 'call', 'want', 'action', 'refused', 'policy', 'path', 'tool_name', 'tool_pattern', '__proto__');
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 6 }, fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('*', 'block', 'x'), fc.array(tie('node'), { maxLength: 3 }), fc.array(fc.tuple(key, tie('node')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries))),
    }));
    fc.assert(
      fc.property(fc.array(node, { maxLength: 3 }), fc.array(node, { maxLength: 2 }), (cases, policies) => {
        const report: CaseReport = runCases({ cases: [...cases, { name: 'a case', policies, calls: cases }] });
        expect(report.results).toHaveLength(cases.length + 1);
      }),
      { numRuns: 300 },
    );
  });
});

function run(one: object) {
  const { results, problems } = runCases({ topic: 'a test', cases: [one] });
  expect(problems).toEqual([]);
  return results[0]!.failures;
}
