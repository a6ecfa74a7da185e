import { describe, expect, it } from '@jest/globals';
import { readDrafts } from './drafts.ts';

const now = Date.UTC(2026, 10, 28);
const draft = { name: 'D', tool_pattern: '*', action: 'block' };
const listed = { ...draft, id: 'pol_00000000000000000000000001', priority: 0, is_active: true, created_at: '2026-01-01T00:00:00.000001Z', updated_at: '2026-02-01T00:00:00Z' };

describe('drafts to be judged by', () => {
  it('are policies made now, in their order, younger than those that say when they were made', async () => {
    const policies = await read([draft, listed, draft]);
    expect(policies).toMatchObject([
      { id: 'p1', created_at: '2026-11-28T00:00:00.000Z', priority: 0, is_active: true },
      { id: listed.id, created_at: listed.created_at },
      { id: 'p3', created_at: '2026-11-28T00:00:00.002Z' },
    ]);
  });

  it.each<[string, readonly unknown[], string, RegExp]>([
    ['a number', [draft, 5], '/policies/1', /object/],
    ['null', [null], '/policies/0', /object/],
    ['no action', [{ name: 'D', tool_pattern: '*' }], '/policies/0/action', /required/],
    ['a field nobody knows', [{ ...draft, constructor: 1 }], '/policies/0/constructor', /unknown/],
    ['`__proto__`', [JSON.parse('{"name":"D","tool_pattern":"*","action":"block","__proto__":{"action":"allow"}}')], '/policies/0/__proto__', /unknown/],
    ['a bad pattern', [draft, { ...draft, conditions: { argument_pattern: '(' } }], '/policies/1/conditions/argument_pattern', /RE2/],
    ['an id twice', [listed, listed], '/policies/1/id', /another policy/],
    ['an id that another was given', [{ ...draft, id: 'p2' }, draft], '/policies/1/id', /another policy/],
    ['an id that is a number', [{ ...draft, id: 5 }], '/policies/0/id', /string/],
    ['a time that is none', [{ ...draft, created_at: 'yesterday' }], '/policies/0/created_at', /time/],
  ])('with %s are refused by pointer', async (_what, drafts, path, message) => {
    const refused = await refusal(drafts);
    expect(refused).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(refused.errors?.map((problem) => problem.path)).toEqual([path]);
    expect(refused.errors?.[0]?.message).toMatch(message);
  });

  it('name at most 100 problems', async () => {
    expect((await refusal(Array.from({ length: 1_000 }, () => ({})))).errors).toHaveLength(100);
  });

  it('that take too long to read are refused, and others have their turn meanwhile', async () => {
    let cpu = 0;
    let turns = 0;
    const costly = { ...draft };
    const reading = { now, cpuMs: () => (cpu += 15), turnForOthers: () => Promise.resolve(void (turns += 1)) };
    expect(await readDrafts(Array.from({ length: 1_000 }, () => costly), reading)).toMatchObject({ refused: { status: 422, code: 'policies_too_costly' } });
    expect(cpu).toBeLessThan(1_100);
    expect(turns).toBeGreaterThan(10);
    expect(await read(Array.from({ length: 20 }, () => draft))).toHaveLength(20);
  });
});

const free = { now, cpuMs: () => 0, turnForOthers: () => Promise.resolve() };

async function read(drafts: readonly unknown[]) {
  const result = await readDrafts(drafts, free);
  if ('refused' in result) throw new Error(JSON.stringify(result.refused));
  return result.policies;
}

async function refusal(drafts: readonly unknown[]) {
  const result = await readDrafts(drafts, free);
  if ('policies' in result) throw new Error('they were accepted');
  return result.refused;
}
