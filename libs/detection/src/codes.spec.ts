import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codesOf } from './codes.ts';

describe('the code units of a text', () => {
  it('are those that the text tells one by one, however long it is', () => {
    const unit = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a', 'ä', '\u0000', '\ud800', '\udc00', '😀', '\uffff'));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }).map((units) => units.join('')), (text) => {
        const codes = codesOf(text);
        expect([...codes.subarray(0, text.length)]).toEqual(Array.from({ length: text.length }, (_code, at) => text.charCodeAt(at)));
      }),
    );
  });

  it('have room in a text longer than all before', () => {
    const text = 'ab\u2028'.repeat(100_000);
    const codes = codesOf(text);
    expect([codes[0], codes[299_998], codes[299_999]]).toEqual([0x61, 0x62, 0x2028]);
  });
});
