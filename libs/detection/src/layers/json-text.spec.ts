import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Budget } from '../budget.ts';
import { mayBeJson, readJson } from './json-text.ts';

const read = (text: string) => readJson(text, new Budget(Number.POSITIVE_INFINITY));

describe('JSON in a string', () => {
  it('is read as JSON.parse reads it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
        const text = JSON.stringify(value);
        expect(read(text)?.values).toEqual([JSON.parse(text)]);
      }),
    );
  });

  it.each([
    ['single quotes', "{'command': 'ls'}", { command: 'ls' }],
    ['bare words', '{command: ls -la, ok: true}', { command: 'ls -la', ok: true }],
    ['a comma too many', '{"a": [1, 2,],}', { a: [1, 2] }],
    ['a bracket too few', '{"a": {"b": "c"', { a: { b: 'c' } }],
    ['a line end in a string', '{"a": "b\nc"}', { a: 'b\nc' }],
    ['a key that comes twice', '{"a": "b", "a": "c"}', { a: ['b', 'c'] }],
    ['JSON in JSON', '"{\\"a\\": 1}"', '{"a": 1}'],
  ])('is read as those read it who repair it: %s', (_what, text, value) => {
    expect(mayBeJson(text)).toBe(true);
    expect(read(text)?.values).toEqual([value]);
  });

  it('is read line by line', () => {
    expect(read('{"a": 1}\n{"a": 2}\n')?.values).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it.each(['[link](https://example.com)', '[1] Smith, 2019', '{{ name }}', '{ rm -f x; }', '[ -f x ] && cat x', '{', '[[', '"[quoted] text'])('is no other text that begins alike: %s', (text) => {
    const values = read(text)?.values ?? [];
    expect(values.every((value) => typeof value === 'object' && Object.values(value!).flat().length === 0)).toBe(true);
  });

  it('tells where each string stands, escapes and all', () => {
    const text = String.raw`{"a\"b": ["x\u0041y", "\\n"]}`;
    const json = read(text)!;
    const [object] = json.values as [Record<string, string[]>];
    const list = object['a"b']!;
    const shown = (written: ReturnType<typeof json.placeOf>, from: number, to: number) => text.slice(written!.begin(from), written!.end(to));
    expect(shown(json.placeOf(list, 0), 0, 3)).toBe(String.raw`x\u0041y`);
    expect(shown(json.placeOf(list, 0), 1, 2)).toBe(String.raw`\u0041`);
    expect(shown(json.placeOf(list, 1), 0, 2)).toBe(String.raw`\\n`);
    expect(shown(json.placeOfKey(object, 'a"b'), 0, 3)).toBe(String.raw`a\"b`);
  });

  it('leaves keys such as `__proto__` what they are: data', () => {
    const [value] = read('{"__proto__": {"a": 1}}')!.values;
    expect(Object.keys(value!)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('says so when it is too deep to be read', () => {
    const budget = new Budget(Number.POSITIVE_INFINITY);
    expect(readJson('['.repeat(500), budget)).toBeUndefined();
    expect(budget.isPartial).toBe(true);
  });
});
