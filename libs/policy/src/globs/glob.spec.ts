import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { compileGlob, globProblem, matchesGlob, parseGlob } from './glob.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(60_000);

describe('glob', () => {
  it.each([
    ['*', 'anything/at.all', true],
    ['*', '..', true],
    ['*', '.', true],
    ['*', '__proto__', true],
    ['**', '../../etc', true],
    ['shell', 'shell', true],
    ['shell', 'Shell', false],
    ['shell', 'shell_run', false],
    ['shell', 'run_shell', false],
    ['shell*', 'shell', true],
    ['payment_*', 'payment_create', true],
    ['*_create', 'payment_create', true],
    ['fs/*', 'fs/a/b/.hidden', true],
    ['./a', 'a', false],
    ['./a', './a', true],
    ['a?c', 'a/c', true],
    ['a?c', 'ac', false],
    ['{read,write}_file', 'write_file', true],
    ['{read,write}_file', 'delete_file', false],
    ['{a,b{c,d}}e', 'bde', true],
    ['{a,b{c,d}}e', 'be', false],
    ['file{,_v2}', 'file', true],
    ['[ab]x', 'bx', true],
    ['[ab]x', '[ab]x', false],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', '-x', false],
    ['[a-]x', '-x', true],
    ['[!a]x', 'bx', true],
    ['[!a]x', 'ax', false],
    ['[!a]x', '/x', true],
    ['[a,*]', '*', true],
    ['[*]', 'a', false],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['[\\]]', ']', true],
    ['a,b', 'a,b', true],
    ['a!', 'a!', true],
    ['constructor', 'constructor', true],
    ['__proto__', '__proto__', true],
    ['__proto__', 'constructor', false],
  ])('%s and the tool %s: %s', (pattern, name, matches) => {
    expect(globProblem(pattern)).toBeNull();
    expect(compileGlob(pattern)(name)).toBe(matches);
  });

  // What picomatch turns into operators of a regular expression stays a character here.
  it.each([
    ['a|b', 'a'],
    ['[ab]+', 'aa'],
    ['{a,b}+', 'ab'],
    ['a.c', 'abc'],
    ['a+', 'aa'],
    ['^a$', 'a'],
    ['a{b,c}$', 'ab'],
    ['#a', 'a'],
  ])('%s has no other operators: %s does not match', (pattern, name) => {
    expect(compileGlob(pattern)(name)).toBe(false);
    expect(compileGlob(pattern)(pattern.replace(/\[ab\]|\{a,b\}/, 'a').replace('{b,c}', 'b'))).toBe(true);
  });

  it.each([
    ['', /1 to 256/],
    ['a'.repeat(257), /1 to 256/],
    ['!a', /at character 1\)/],
    ['ab{c,d', /`\{` is never closed \(at character 3\)/],
    ['ab}', /at character 3\)/],
    ['a[bc', /`\[` is never closed \(at character 2\)/],
    ['a[b\\', /never closed/],
    ['a]', /at character 2\)/],
    ['[]', /must not be empty/],
    ['[!]', /must not be empty/],
    ['[z-a]', /wrong way round \(at character 3\)/],
    ['[a-c-e]', /at character 5\)/],
    ['[[:alpha:]]', /inside brackets/],
    ['[^a]', /`\[!`/],
    ['{1..3}', /ranges in braces/],
    ['{a}', /at least two alternatives/],
    ['{}', /at least two alternatives/],
    ['a"b"', /`"` is not supported.*at character 2\)/],
    ["a'b", /at character 2\)/],
    ['@(a)', /`\(` is not supported.*at character 2\)/],
    ['+(a|b)', /at character 2\)/],
    ['a)', /at character 2\)/],
    ['a\\', /needs a character after it \(at character 2\)/],
    ['a b', /printable ASCII.*at character 2\)/],
    ['é*', /at character 1\)/],
  ])('%j is refused with the place', (pattern, message) => {
    expect(globProblem(pattern)).toMatch(message);
    expect(() => compileGlob(pattern)).toThrow(TypeError);
  });

  it.each([
    `${'*a'.repeat(127)}*b`,
    `${'{*,a}'.repeat(50)}b`,
    `${'{a,'.repeat(60)}*${'}'.repeat(60)}b`,
    `${'{,a}'.repeat(60)}b`,
    `${'{*,?,[!b]}'.repeat(25)}b`,
    `${'{{*,a},{*,a}}'.repeat(19)}b`,
  ])('takes no more steps than its size times the length of the name: %s', (pattern) => {
    const name = `${'a'.repeat(63)}b${'a'.repeat(64)}`;
    expect(compileGlob(pattern)(name)).toBe(false);
    expect(stepsOf(pattern, name)).toBeGreaterThan(128);
    expect(stepsOf(pattern, name)).toBeLessThanOrEqual((pattern.length + 1) * 129);
  });

  it('takes no more steps than its size times the length of the name, whatever both are', () => {
    const pieces = fc.array(fc.constantFrom('*', '?', 'a', '[ab]', '[!a]', '{a,*}', '{,*a}', '{{*,a},{?,b*}}'), { minLength: 1, maxLength: 18 });
    fc.assert(
      fc.property(pieces, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 128 }), (parts, name) => {
        const pattern = parts.join('');
        expect(stepsOf(pattern, name)).toBeLessThanOrEqual((pattern.length + 1) * (name.length + 1));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with a naive matcher, whatever the pattern', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 10 }), (parts, name) => {
        const pattern = parts.map(({ glob }) => glob).join('');
        fc.pre(globProblem(pattern) === null);
        expect({ pattern, name, matches: compileGlob(pattern)(name) }).toEqual({ pattern, name, matches: naive(parts, name) });
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with picomatch where both speak of the same thing', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_'), minLength: 1, maxLength: 3 });
    const common = fc.oneof(letters, fc.constantFrom('*', '?', '[ab]', '[a-c]', '[!a]', '{a,b}', '{ab,{b,c}}'));
    fc.assert(
      fc.property(fc.array(common, { minLength: 1, maxLength: 6 }), fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_'), minLength: 1, maxLength: 8 }), (parts, name) => {
        const pattern = parts.join('').replace(/\*+/g, '*');
        const oracle = picomatch(pattern, { posix: true, literalBrackets: false, dot: true, bash: true, noextglob: true, nonegate: true, fastpaths: false });
        expect({ pattern, name, matches: compileGlob(pattern)(name) }).toEqual({ pattern, name, matches: oracle(name) });
      }),
      { numRuns: 1000 },
    );
  });

  it('compiles whatever it accepts', () => {
    const unit = fc.constantFrom(...'ab*?{},[]!-\\./|+^$()"\' é'.split(''));
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 16 }), (pattern) => {
        if (globProblem(pattern) === null) compileGlob(pattern)('ab');
      }),
      { numRuns: 1500 },
    );
  });
});

/** Instructions looked at. */
function stepsOf(pattern: string, name: string): number {
  let steps = 0;
  matchesGlob(parseGlob(pattern), name, () => (steps += 1));
  return steps;
}

const LETTERS = ['a', 'b', '-', '.', '/', ',', '*', ']', '|', '+'];

/** A piece of a glob, and the lengths it can take from the start of a text. */
type Part = Readonly<{ glob: string; lengths: (text: string) => readonly number[] }>;

function naive(parts: readonly Part[], text: string): boolean {
  const [first, ...rest] = parts;
  return first ? first.lengths(text).some((length) => naive(rest, text.slice(length))) : text === '';
}

function one(glob: string, matches: (char: string) => boolean): Part {
  return { glob, lengths: (text) => (text !== '' && matches(text.charAt(0)) ? [1] : []) };
}

const escaped = (char: string) => (/[a-z]/.test(char) ? char : `\\${char}`);
const literal = fc.constantFrom(...LETTERS).map((char) => one(escaped(char), (other) => other === char));
const set = fc
  .tuple(fc.boolean(), fc.uniqueArray(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 3 }))
  .map(([negated, members]) => one(`[${negated ? '!' : ''}${members.map(escaped).join('')}]`, (char) => members.includes(char) !== negated));
const wild = fc.constantFrom<Part>(
  { glob: '*', lengths: (text) => Array.from({ length: text.length + 1 }, (_, length) => length) },
  one('?', () => true),
  one('[a-b]', (char) => char === 'a' || char === 'b'),
);
const { part } = fc.letrec<{ part: Part }>((tie) => ({
  part: fc.oneof({ maxDepth: 2 }, literal, set, wild, fc.array(fc.array(tie('part'), { maxLength: 3 }), { minLength: 2, maxLength: 3 }).map(braces)),
}));

function braces(alternatives: readonly (readonly Part[])[]): Part {
  return {
    glob: `{${alternatives.map((parts) => parts.map(({ glob }) => glob).join('')).join(',')}}`,
    lengths: (text) =>
      Array.from({ length: text.length + 1 }, (_, length) => length).filter((length) => alternatives.some((parts) => naive(parts, text.slice(0, length)))),
  };
}
