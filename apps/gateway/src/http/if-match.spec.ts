import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ifMatchOf } from './if-match.ts';

const read = (header: string | undefined) => ifMatchOf({ headers: header === undefined ? {} : { 'if-match': header } });

describe('If-Match', () => {
  it.each<[string | undefined, unknown]>([
    [undefined, undefined],
    ['*', '*'],
    [' * ', '*'],
    ['"12"', ['"12"']],
    ['""', ['""']],
    ['"a", "b"', ['"a"', '"b"']],
    ['"a","b" ,\t"c"', ['"a"', '"b"', '"c"']],
    ['"a,b"', ['"a,b"']],
    [', "a",, "b",', ['"a"', '"b"']],
    ['"*"', ['"*"']],
    ['W/"a"', []],
    ['W/"a", "b"', ['"b"']],
  ])('%s', (header, wanted) => {
    expect(read(header)).toEqual(wanted);
  });

  it.each(['', ' ', ',', '12', '"12', '12"', '"a" "b"', '"a", *', '*, "a"', '**', 'w/"a"', 'W/ "a"', '"a b"', '"a";', "'a'", '"a"b', `"${'x'.repeat(300)}"`, Array.from({ length: 65 }, (_, at) => `"${at}"`).join()])(
    'that cannot be read is refused, never taken for none: %s',
    (header) => {
      expect(() => read(header)).toThrow(expect.objectContaining({ name: 'InvalidInput', issues: [{ path: '', message: expect.stringContaining('If-Match') }] }));
    },
  );

  it('reads every list of tags as it was written', () => {
    const tag = fc.string({ unit: fc.constantFrom('a', ',', '!', '/', 'W', '*', '~', '\u00ff'), maxLength: 5 }).map((text) => `"${text}"`);
    fc.assert(fc.property(fc.array(tag, { minLength: 1, maxLength: 20 }), fc.constantFrom(',', ', ', ' ,, '), (tags, comma) => expect(read(tags.join(comma))).toEqual(tags)));
  });
});
