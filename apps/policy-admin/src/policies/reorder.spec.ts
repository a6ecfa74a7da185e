import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstAsked, reorder } from './reorder.ts';

type Placed = { id: string; priority: number; created_at: string };

describe('reordering policies', () => {
  it('puts the listed ones into the places they hold, in the order asked', () => {
    const policies = [placed('a', 50), placed('b', 40), placed('c', 30), placed('d', 20)];
    expect(orderAfter(policies, ['d', 'b'])).toEqual(['a', 'd', 'c', 'b']);
  });

  it('keeps the priorities of the places where they differ', () => {
    expect(reorder([placed('a', 50), placed('b', 7), placed('c', -3)], ['c', 'a'])).toEqual([placed('c', 50), placed('a', -3)]);
  });

  it('renumbers all in steps of 10 where priorities tie', () => {
    const policies = [placed('x', 5), placed('a', 0), placed('b', 0), placed('c', 0)];
    expect(reorder(policies, ['c', 'a'])).toEqual([placed('x', 40), placed('c', 30), placed('b', 20), placed('a', 10)]);
  });

  it('renumbers when an unlisted neighbour of the same priority would change places', () => {
    const policies = [placed('b', 10), placed('c', 10), placed('a', 5)];
    expect(orderAfter(policies, ['a', 'c'])).toEqual(['b', 'a', 'c']);
  });

  it('makes exactly the order asked for, moves nobody else, and stays within the bounds of priorities', () => {
    fc.assert(
      fc.property(cases, ({ policies, wanted }) => {
        const before = policies.map(({ id }) => id);
        const after = orderAfter(policies, wanted);
        expect([...after].sort()).toEqual([...before].sort());
        expect(after.filter((id) => wanted.includes(id))).toEqual(wanted);
        expect(after.map((id) => (wanted.includes(id) ? null : id))).toEqual(before.map((id) => (wanted.includes(id) ? null : id)));
        for (const { priority } of reorder(policies, wanted)) expect(Math.abs(priority)).toBeLessThanOrEqual(1_000_000);
      }),
    );
  });

  it('numbers as many policies as a guard may have', () => {
    const policies = Array.from({ length: 10_000 }, (_, at) => placed(String(at).padStart(5, '0'), 0));
    const changed = reorder(policies, ['09999', '00000']);
    expect(changed[0]).toMatchObject({ id: '09999', priority: 100_000 });
  });
});

const cases = fc
  .uniqueArray(fc.record({ id: fc.stringMatching(/^[a-e]{1,4}$/), priority: fc.integer({ min: -3, max: 3 }), tick: fc.integer({ min: 0, max: 3 }) }), { selector: ({ id }) => id, minLength: 1, maxLength: 12 })
  .map((drafts) => drafts.map(({ id, priority, tick }) => placed(id, priority, tick)).sort(firstAsked))
  .chain((policies) => fc.shuffledSubarray(policies.map(({ id }) => id), { minLength: 1 }).map((wanted) => ({ policies, wanted })));

function placed(id: string, priority: number, tick = 0): Placed {
  return { id, priority, created_at: `2026-01-01T00:00:00.00000${tick}Z` };
}

function orderAfter(policies: readonly Placed[], wanted: readonly string[]): string[] {
  const changed = new Map(reorder(policies, wanted).map((policy) => [policy.id, policy]));
  return policies
    .map((policy) => changed.get(policy.id) ?? policy)
    .sort(firstAsked)
    .map(({ id }) => id);
}
