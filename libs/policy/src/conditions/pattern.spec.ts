import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { MAX_PROGRAM_SIZE, patternProblem } from './pattern.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(60_000);

describe('a pattern with large counts', () => {
  it.each(['a{999}'.repeat(170), '(?i)\\pL{999}'.repeat(80), '(a|b|c|d|e|f){900}'.repeat(50), '((a{30}){30})'.repeat(70), '[^a-z0-9]{999}'.repeat(70), '(){1000}'.repeat(120), '(?:(?:ab{1,10}){10,}){,3}(?:a{500}b{500}){9}'])(
    'is refused before it is compiled: %#',
    (source) => {
      const compile = jest.spyOn(RE2JS, 'compile');
      try {
        expect(patternProblem(source)).toMatch(/^is far too large/);
        expect(compile).not.toHaveBeenCalled();
      } finally {
        compile.mockRestore();
      }
    },
  );

  it.each(['a{500}', '[a-c]{240}[d-f]', '(?:a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q){500}', '\\Qa{999}a{999}a{999}a{999}a{999}\\E', '\\x{1000}\\x{2000}{5}', '[{999}]{9}[]{999}]{9}', '\\{999}{9}', '(?P<name>[[:alpha:]]{100}){4}'])(
    'is good while its program is small: %s',
    (source) => {
      expect(RE2JS.compile(source).programSize()).toBeLessThanOrEqual(MAX_PROGRAM_SIZE);
      expect(patternProblem(source)).toBeNull();
    },
  );

  it('is refused for its counts only where its program is too large', () => {
    fc.assert(
      fc.property(pattern, (source) => {
        const problem = patternProblem(source);
        if (problem?.startsWith('is far too large')) expect(programSize(source)).toBeGreaterThan(MAX_PROGRAM_SIZE);
      }),
      { numRuns: 1_000 },
    );
  });
});

const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  pattern: fc.array(tie('piece'), { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('')),
  piece: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '.', '[a-z]', '[^]x]', '\\d', '\\pL', '\\x{10}', '\\Qa{9}\\E', '^', '|', '\\{', '[{9}]'),
    fc.tuple(tie('pattern'), fc.constantFrom('(', '(?:', '(?i:', '(?P<n>')).map(([inner, start]) => `${start}${inner})`),
    fc.tuple(tie('piece'), fc.constantFrom('*', '+?', '?', '{2}', '{3,}', '{0,20}', '{200}')).map(([inner, times]) => `(?:${inner})${times}`),
  ),
}));

/** Infinite for what is no pattern. */
function programSize(source: string): number {
  try {
    return RE2JS.compile(source).programSize();
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
