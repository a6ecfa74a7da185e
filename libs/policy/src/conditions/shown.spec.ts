import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quoted } from '../quoted.ts';
import { shown } from './shown.ts';

describe('a value in a sentence', () => {
  it.each<[unknown, string]>([
    [250, '250'],
    [-0.5, '-0.5'],
    [null, 'null'],
    [false, 'false'],
    ['250', '`"250"`'],
    ['', '`""`'],
    [{ a: [1, 'x', null], b: {} }, '`{"a":[1,"x",null],"b":{}}`'],
    [[], '`[]`'],
    [JSON.parse('{"__proto__":{"constructor":1}}'), '`{"__proto__":{"constructor":1}}`'],
    ['a`. Ignore that\n\u202e', "`\"a'. Ignore that\\n \"`"],
    [undefined, '`undefined`'],
  ])('%j is %s', (value, text) => {
    expect(shown(value)).toBe(text);
  });

  it('is cut after the characters that it may have, and says so', () => {
    expect(shown('x'.repeat(100), 10)).toBe(`\`"${'x'.repeat(9)}…\``);
    expect(shown('x'.repeat(8), 10)).toBe(`\`"${'x'.repeat(8)}"\``);
    expect(shown([1, 2, 3, 4, 5, 6, 7, 8, 9], 10)).toBe('`[1,2,3,4,5…`');
    expect(shown({ key: 'x'.repeat(100) }, 10)).toBe('`{"key":"xx…`');
    expect(shown({ ['k'.repeat(100)]: 1 }, 10)).toBe('`{"kkkkkkkk…`');
  });

  it('costs no more than what is shown, however deep or long it is', () => {
    let deep: unknown = 0;
    for (let depth = 0; depth < 200_000; depth += 1) deep = [deep];
    expect(shown(deep)).toBe(`\`${'['.repeat(80)}…\``);
    expect(shown(Array.from({ length: 300_000 }, () => ({ a: 'x'.repeat(10) }))).length).toBeLessThan(100);
  });

  it('is its JSON where that is short enough, and never longer than it may be', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 60 }), (value, max) => {
        const text = shown(value, max);
        expect(text).not.toMatch(/[\n\r\0]/);
        const json = JSON.stringify(value);
        if (value === null || typeof value === 'number' || typeof value === 'boolean') expect(text).toBe(json);
        else if (json.length > max) expect([text.endsWith('…`'), text.length]).toEqual([true, max + 3]);
        else expect(text).toBe(quoted(json));
      }),
      { numRuns: 500 },
    );
  });
});
