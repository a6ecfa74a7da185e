import { describe, expect, it } from '@jest/globals';
import { parseStrictJson } from '@holdpoint/contracts';
import fc from 'fast-check';
import { type Document, readDocument } from './document.ts';

describe('a YAML file', () => {
  it('is the JSON it stands for', () => {
    const text = ['a: [1, -2.5, 1e3, true, ~, "07", 09:30, yes]', 'b:', '  - {c: d}', "  - 'it''s'", '  - |', '    two', '    lines', 'e:', '__proto__: {constructor: 1}', '7: seven'].join('\n');
    const value = valueOf(text);
    expect(JSON.stringify(value)).toBe('{"7":"seven","a":[1,-2.5,1000,true,null,"07","09:30","yes"],"b":[{"c":"d"},"it\'s","two\\nlines\\n"],"e":null,"__proto__":{"constructor":1}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('may say a thing once and mean it again', () => expect(valueOf('a: &night {hours_start: 22}\nb: *night')).toEqual({ a: { hours_start: 22 }, b: { hours_start: 22 } }));

  it.each<[string, string]>([
    ['a: 1\nb: 2\na: 3', '3:1: duplicate key'],
    ['7: a\n"7": b', '2:1: duplicate key'],
    ['a:\n  b: 9007199254740993', '2:6: integer beyond 2^53'],
    ['a: 1e999', '1:4: number too large'],
    ['a: 0x10', '1:4: a number must be written as in JSON'],
    ['a: 01', '1:4: a number must be written as in JSON'],
    ['a: +1', '1:4: a number must be written as in JSON'],
    ['a: .nan', '1:4: a number must be written as in JSON'],
    ['a: "\\ud800"', '1:4: lone surrogate'],
    ['a: !!js/function x', '1:4: tags are not read'],
    ['a: !mine {b: 1}', '1:4: tags are not read'],
    ['? [a]\n: b', '1:3: a key must be a text'],
    ['~: b', '1:1: a key must be a text'],
    ['a: &x 1\nb: &x 2\nc: *x', '2:7: `&x` names something already'],
    ['a: *nobody', '1:4: '],
    ['a: b\n---\nc: d', '2:1: a second document'],
    ['a: [1, 2\nb: 3', '2:1: '],
    ['a: "b', '1:'],
    ['\ta: b', '1:'],
  ])('%j is refused with line and column', (text, problem) => expect(problemsOf(text)[0]).toMatch(new RegExp(`^${problem.replace(/[.^]/g, '\\$&')}`)));

  it('that grows without end is refused', () => {
    const bomb = ['a: &a [x]', ...'bcdefghij'.split('').map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghij'.charAt(at)}`).join(', ')}]`)].join('\n');
    expect(problemsOf(bomb)[0]).toContain('holds more than');
    expect(problemsOf(`a: ${'['.repeat(5_000)}`)[0]).toMatch(/^\d+:\d+: /);
    expect(problemsOf(`${'['.repeat(200)}1${']'.repeat(200)}`)[0]).toContain('nested deeper than 128');
    expect(problemsOf('a: &a [*a]').join()).toMatch(/nested deeper|called/);
  });

  it('that is JSON is read alike', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const strict = parseStrictJson(text);
        if (strict.ok) expect(valueOf(text)).toEqual(strict.value);
      }),
    );
  });
});

describe('a JSON file', () => {
  it.each([
    ['{\n\t"a": 1,\n\t"a": 2\n}', '3:5: /a duplicate key'],
    ['{"a": [1,\n 9007199254740993]}', '2:18: /a/1 integer beyond 2^53; send it as a string'],
    ['{"a": 1,}', '1:9: expected a key in double quotes'],
    ['', '1:1: the document ends too early'],
    ['{}\nx', '2:1: text after the end of the document'],
  ])('%j is refused with line and column', (text, problem) => expect(problemsOf(text, 'json')).toEqual([problem]));

  it('is not read as YAML', () => expect(problemsOf('a: 1', 'json')).toEqual(['1:1: not a JSON value']));
});

describe('the place of a value', () => {
  it.each<[string, string]>([
    ['/policies/1/conditions/argument_pattern', '7:25'],
    ['/policies/1/conditions', '6:5'],
    ['/policies/1', '4:5'],
    ['/policies/0/tool_pattern', '3:32'],
    ['/policies/0/action', '3:5'],
    ['/policies', '2:1'],
    ['/nothing/here', '1:1'],
    ['', '1:1'],
  ])('%s stands at %s', (pointer, place) => {
    const text = ['default_action: block', 'policies:', '  - { name: One, tool_pattern: "a" }', '  - name: Two', '    tool_pattern: b', '    conditions:', '      argument_pattern: (', ''].join('\n');
    expect(at(text, pointer)).toBe(place);
  });

  it('is known in JSON, with tabs and long keys', () => {
    const key = 'k'.repeat(2_000);
    expect(at(`{\n\t"a/b": [\n\t\t{"${key}": 1}\n\t]\n}`, `/a~1b/0/${key}`, 'json')).toBe('3:2008');
  });
});

function valueOf(text: string): unknown {
  return read(text, 'yaml').value;
}

function read(text: string, format: 'json' | 'yaml'): Document {
  const document = readDocument(text, format);
  if ('problems' in document) throw new Error(JSON.stringify(document.problems));
  return document;
}

function problemsOf(text: string, format: 'json' | 'yaml' = 'yaml'): string[] {
  const document = readDocument(text, format);
  return 'problems' in document ? document.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`) : [];
}

function at(text: string, pointer: string, format: 'json' | 'yaml' = 'yaml'): string {
  const { line, column } = read(text, format).placeOf(pointer);
  return `${line}:${column}`;
}
