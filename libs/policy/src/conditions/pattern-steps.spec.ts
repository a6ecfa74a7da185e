import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type RE2JS, RE2Set } from 're2js';
import { compilePattern, patternProblem } from './pattern.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(120_000);

/**
 * What is counted: how often re2js looks at an instruction of the compiled program, in its automaton and in what it falls back on. The bound, for a program
 * of `size` instructions and a text of `length` characters: four times size times length. (Characters are read once; looking at an instruction is the work.)
 */
const bound = (size: number, length: number): number => 4 * (size + 1) * (length + 1);

/** Each of them takes a backtracking engine time that is exponential, or grows with a high power of the length, or makes an automaton of every subset. */
const costly: readonly (readonly [string, (length: number) => string])[] = [
  ['(a+)+$', (length) => `${'a'.repeat(length)}!`],
  ['(a|a)*b', (length) => `${'a'.repeat(length)}c`],
  ['(a*)*c', (length) => 'a'.repeat(length)],
  ['(x+x+)+y', (length) => 'x'.repeat(length)],
  ['(?:a?){30}a{30}[bc]', (length) => 'a'.repeat(length)],
  ['.*.*.*.*=[xy]', (length) => '='.repeat(length)],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', (length) => 'a'.repeat(length)],
  ['(.*)(.*)(.*)(.*)(.*)[^a]$', (length) => 'a'.repeat(length)],
  ['a[ab]{200}[cd]', random],
  ['(a|b)*a(a|b){100}[cd]', random],
  ['\\b(\\w+\\s?)*[!?]$', (length) => 'ab '.repeat(length / 3)],
  ['(?i)(k|ſ|K){1,40}[xy]', (length) => 'kſK'.repeat(length / 3)],
];

describe('a pattern', () => {
  it.each(costly)('takes steps in proportion to its size and the text, also on what was made to be costly: %s', (source, textOf) => {
    for (const length of [100, 1_000, 3_000]) {
      const { pattern, steps } = counted(compilePattern(source));
      const text = textOf(length);
      pattern.test(text);
      expect(steps()).toBeLessThanOrEqual(bound(pattern.programSize(), text.length));
    }
  });

  it('takes them whatever it is, and whatever the text', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '.', '\\w', '(a|b)', '(?:a*)', '(?:a|ab)', '\\b', '[^a]');
    const count = fc.constantFrom('', '*', '+', '?', '{3}', '{2,9}', '*?');
    const source = fc.array(fc.tuple(atom, count), { minLength: 1, maxLength: 6 }).map((parts) => parts.map((part) => part.join('')).join('')).filter((one) => patternProblem(one) === null);
    fc.assert(
      fc.property(source, fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 400 }), (one, text) => {
        const { pattern, steps } = counted(compilePattern(one));
        pattern.test(text);
        expect(steps()).toBeLessThanOrEqual(bound(pattern.programSize(), text.length));
      }),
      { numRuns: 1_000 },
    );
  });
});

it('patterns searched together take steps in proportion to their size together', () => {
  const set = new RE2Set(RE2Set.UNANCHORED, 0, 2 ** 20);
  for (const [source] of costly) set.add(source);
  set.compile();
  const program = set.prog as Program;
  const steps = counter(program);
  const size = program.inst.length;
  for (const [, textOf] of costly) {
    const text = textOf(900);
    const before = steps();
    set.match(text);
    expect(steps() - before).toBeLessThanOrEqual(bound(size, text.length));
  }
});

function counted(pattern: RE2JS) {
  return { pattern, steps: counter(pattern.re2Input.prog as Program) };
}

type Program = { inst: unknown[] };

/** Not counted: patterns with one way through them run on a copy of their own, one instruction a character. */
function counter(program: Program): () => number {
  let steps = 0;
  program.inst = new Proxy(program.inst, {
    get(list, key: string) {
      if (/^\d/.test(key)) steps += 1;
      return Reflect.get(list, key) as unknown;
    },
  });
  return () => steps;
}

/** The same letters each time, in no order. */
function random(length: number): string {
  let seed = 1;
  return Array.from({ length }, () => ((seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) < 2 ** 30 ? 'a' : 'b')).join('');
}
