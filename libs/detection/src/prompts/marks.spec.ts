import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Marks } from './marks.ts';

const MARK = /@|_id|[A-Z]{2}\d{10}/g;

describe('marks', () => {
  it('are found as an expression finds them, from anywhere, if asked in order', () => {
    const pieces = fc.constantFrom('@', '_id', 'DE0123456789', '0123456789', '12345', 'DE', 'X', 'x', ' ', '9', '01234567890123456789');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(fc.nat(60), { maxLength: 6 }), (some, places) => {
        const text = some.join('');
        const marks = new Marks(text);
        for (const from of places.toSorted((a, b) => a - b)) {
          MARK.lastIndex = from;
          expect(marks.after(from)).toBe(MARK.exec(text)?.index ?? Number.POSITIVE_INFINITY);
        }
      }),
      { numRuns: 2_000, seed: 4711 },
    );
  });
});
