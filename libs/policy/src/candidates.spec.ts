import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { candidatesByName } from './candidates.ts';
import { compileGlob, globProblem, parseGlob } from './globs/glob.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(60_000);

describe('candidates', () => {
  it('are those that asking every glob would find, in their order', () => {
    const piece = fc.constantFrom('a', 'b', 'ab', '*', '?', '[ab]', '[!a]', '{a,b}', '{,a}', '\\*', '.');
    const glob = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')).filter((pattern) => globProblem(pattern) === null);
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(glob, { maxLength: 12 }), fc.array(name, { minLength: 1, maxLength: 4 }), (globs, names) => {
        const candidatesFor = candidatesByName([...globs.keys()], (index) => parseGlob(globs[index]!));
        for (const one of names) expect(candidatesFor(one)).toEqual([...globs.keys()].filter((index) => compileGlob(globs[index]!)(one)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['constructor', '__proto__', 'toString'])('of %s are found by its name only', (name) => {
    expect(candidatesByName(['other', `${name}*`, name], parseGlob)(name)).toEqual([`${name}*`, name]);
    expect(candidatesByName(['other'], parseGlob)(name)).toEqual([]);
  });
});
