import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Runs } from './runs.ts';

describe('runs', () => {
  it('are found as an expression finds them, one after the other', () => {
    const runs = new Runs('ab', 5);
    const pieces = fc.constantFrom('a', 'b', 'ab', 'aaaa', 'babab', 'abababab', '-', ' ', 'é', '\u0161');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }).map((some) => some.join('')), (text) => {
        const found: string[] = [];
        runs.each(text, (start, end) => {
          found.push(`${start} ${text.slice(start, end)}`);
          return end;
        });
        expect(found).toEqual([...text.matchAll(/[ab]{5,}/g)].map(({ index, 0: run }) => `${index} ${run}`));
      }),
      { numRuns: 2_000 },
    );
  });

  it('begin no earlier than asked for', () => {
    expect(new Runs('a', 3).next('aaaaaaa', 2)).toBe(2);
    expect(new Runs('a', 3).next('aaaa', 2)).toBe(-1);
  });
});
