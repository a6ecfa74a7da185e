import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HAS_RUNS, traitsOf } from './traits.ts';

describe('runs of digits', () => {
  it('are seen wherever an expression sees one', () => {
    const pieces = fc.constantFrom('a', 'B', 'f', '0', '9', '/', '-', ' ', '.', 'ä', 'abcdef012345', 'Zz', 'wordswords');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }).map((some) => some.join('')), (text) => {
        const runs = text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? [];
        const wanted = runs.some((run) => /[A-Z]/.test(run) || /[0-9a-fA-F]{24}/.test(run));
        expect((traitsOf(text) & HAS_RUNS) !== 0).toBe(wanted);
      }),
      { numRuns: 2_000 },
    );
  });
});
