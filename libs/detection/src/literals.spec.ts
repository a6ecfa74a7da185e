import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Literals } from './literals.ts';

describe('literals', () => {
  it('are found wherever they stand, within one another too, whatever the case', () => {
    expect(foundIn(['he', 'she', 'his', 'hers'], 'uSHErs')).toEqual(['he@2', 'hers@2', 'she@1']);
  });

  it('are found exactly where a plain search finds them', () => {
    const small = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.uniqueArray(small, { minLength: 1, maxLength: 8 }), fc.string({ unit: fc.constantFrom('a', 'B', 'b', '/', 'é', 'x', '😀'), maxLength: 40 }), (literals, text) => {
        const plain = literals.flatMap((literal) => placesOf(literal, text.replaceAll('B', 'b')).map((at) => `${literal}@${at}`));
        expect(foundIn(literals, text)).toEqual(plain.sort());
      }),
    );
  });
});

function foundIn(literals: readonly string[], text: string): string[] {
  const found: string[] = [];
  new Literals(literals).search(text, (literal, at) => found.push(`${literals[literal]}@${at}`));
  return found.sort();
}

function placesOf(literal: string, text: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) places.push(at);
  return places;
}
