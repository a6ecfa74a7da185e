import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { compareGlobs, mayMeet } from './compare-globs.ts';
import { compileGlob, globProblem, parseGlob } from './glob.ts';
import { opposite } from '../analysis/relation.ts';

jest.setTimeout(60_000);

describe('two globs', () => {
  it.each([
    ['*', '*', 'same'],
    ['*', 'payment_*', 'narrower'],
    ['payment_*', '*', 'wider'],
    ['payment_*', 'payment_create', 'narrower'],
    ['payment_*', 'payment_?*', 'narrower'],
    ['{read,write}_file', 'read_file', 'narrower'],
    ['{read,write}_file', '{write,read}_file', 'same'],
    ['*_file', 'file_*', 'other'],
    ['read_file', 'write_file', 'other'],
    ['[a-c]x', '[abc]x', 'same'],
    ['[!a]x', '?x', 'wider'],
    ['a*b*', 'a*b', 'narrower'],
    ['**', '*', 'same'],
    ['{a*,*b}', '*', 'wider'],
    ['file{,_v2}', 'file', 'narrower'],
    ['\\*', '*', 'wider'],
  ])('%s, then %s: what is matched is %s', (before, after, relation) => {
    expect(compareGlobs(before, after)).toBe(relation);
    expect(compareGlobs(after, before)).toBe(opposite(relation as 'same'));
  });

  it('are not compared at any price', () => {
    const hard = `*a${'?'.repeat(40)}`;
    expect(compareGlobs(hard, `{${hard},${hard}}`)).toBe('unknown');
  });

  it('lie to each other as the names that they match', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6, minLength: 1 });
    fc.assert(
      fc.property(glob, glob, fc.array(name, { minLength: 30, maxLength: 30 }), (before, after, names) => {
        const relation = compareGlobs(before, after);
        const [was, is] = [compileGlob(before), compileGlob(after)];
        for (const one of names) {
          if (relation === 'same') expect([one, is(one)]).toEqual([one, was(one)]);
          if (relation === 'narrower' && is(one)) expect([one, was(one)]).toEqual([one, true]);
          if (relation === 'wider' && was(one)) expect([one, is(one)]).toEqual([one, true]);
          if (was(one) && is(one)) expect(mayMeet(parseGlob(before), parseGlob(after))).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
    const drawn = fc.sample(fc.tuple(glob, glob), { numRuns: 500, seed: 1 }).map(([before, after]) => compareGlobs(before, after));
    expect([...new Set(drawn)].sort()).toEqual(['narrower', 'other', 'same', 'wider']);
  });
});

const glob = fc.array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '{a,bc}', '{*b,}', '{a{b,c},?}'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')).filter((pattern) => globProblem(pattern) === null);
