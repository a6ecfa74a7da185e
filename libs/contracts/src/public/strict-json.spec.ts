import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.ts';

const valueOf = (text: string): unknown => {
  const parsed = parseStrictJson(text);
  if (!parsed.ok) throw new Error(`${parsed.problem.path}: ${parsed.problem.message}`);
  return parsed.value;
};
const problemOf = (text: string): { path: string; message: string } => {
  const parsed = parseStrictJson(text);
  if (parsed.ok) throw new Error('accepted');
  return parsed.problem;
};

describe('a document that means the same to every reader', () => {
  it('is read exactly as JSON.parse reads it', () => {
    const numbers = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, min: -1e6, max: 1e6 }));
    const documents = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 6 }, fc.string({ unit: 'binary' }), numbers, fc.boolean(), fc.constant(null), fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
    })).value;
    fc.assert(fc.property(documents, (value) => expect(valueOf(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))));
  });

  it.each(['0', '-0', '1.0', '1e2', '-1.5E-7', '9007199254740992', '-9007199254740992', '1e300', '12345678901234500000.0', '0.1234567890123456789', '0e999', ' [ ] ', '{"a":{},"b":[[]]}', '"\\ud83d\\ude00"', '"\u{1f600}"'])(
    'accepts %s',
    (text) => expect(valueOf(text)).toEqual(JSON.parse(text)),
  );

  it('keeps `__proto__` and `constructor` as data', () => {
    const value = valueOf('{"__proto__":{"admin":true},"constructor":"x"}') as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('a document that readers could take differently', () => {
  it.each([
    ['{"a":1,"b":{"c":1,"c":2}}', '/b/c', 'duplicate key'],
    ['{"a":1,"\\u0061":2}', '/a', 'duplicate key'],
    ['{"a/b":[{"~":1,"~":2}]}', '/a~1b/0/~0', 'duplicate key'],
    ['{"amount":9007199254740993}', '/amount', 'integer beyond 2^53'],
    ['[0,-9007199254740993]', '/1', 'integer beyond 2^53'],
    ['[9007199254740993.0]', '/0', 'more digits than a double holds'],
    ['[90071992547409930e-1]', '/0', 'more digits than a double holds'],
    ['{"a":[1e400]}', '/a/0', 'too large'],
    ['[-1e400]', '/0', 'too large'],
    ['[1e-400]', '/0', 'too small'],
    ['{"a":"\\ud800"}', '/a', 'lone surrogate'],
    ['["\\udc00x"]', '/0', 'lone surrogate'],
    ['["\\ud800\\u0041"]', '/0', 'lone surrogate'],
    ['["\ud800"]', '/0', 'lone surrogate'],
  ])('%s is refused at %s', (text, path, message) => {
    expect(problemOf(text)).toEqual({ path, message: expect.stringContaining(message) });
  });

  it('is refused when nested 5,000 deep, without deep recursion', () => {
    expect(problemOf('['.repeat(5_000) + ']'.repeat(5_000)).message).toContain('nested deeper than 128');
    expect(problemOf('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)).message).toContain('nested deeper than 128');
  });
});

describe('text that is not JSON', () => {
  it.each(['', ' ', '{', '[1,]', '{"a":1,}', '{a:1}', "{'a':1}", 'NaN', '[Infinity]', '01', '+1', '.5', '1.', '[1 2]', '{"a" 1}', 'nul', '"abc', '"\n"', '"\\x41"', '"\\u12g4"', '1 2', '\ufeff{}', '"\\'])('%j is refused', (text) => {
    expect(problemOf(text).message).toMatch(/at character \d+/);
  });

  it('is refused whenever JSON.parse refuses it', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (text, at, inserted) => {
        const broken = text.slice(0, at % (text.length + 1)) + inserted + text.slice(at % (text.length + 1));
        if (!parseStrictJson(broken).ok) return;
        expect(() => void JSON.parse(broken)).not.toThrow();
      }),
    );
  });
});
