import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, canonicalJsonOrNull, maxCanonicalDepth } from './canonical-json.ts';

describe('canonical JSON, by RFC 8785', () => {
  it('writes the literals, strings and numbers of section 3.2.2 as it shows them', () => {
    const sample = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    ) as unknown;
    expect(canonicalJson(sample)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts the keys of section 3.2.3 by UTF-16 code units', () => {
    const sample = JSON.parse(
      String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
    ) as unknown;
    expect([...canonicalJson(sample).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the double %s of appendix B as %s', (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text);
  });

  it.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])('refuses the double %s of appendix B, which JSON cannot hold', (bits) => {
    expect(() => canonicalJson(double(bits))).toThrow(TypeError);
  });

  it('escapes no more than it must', () => {
    expect(canonicalJson('\b\t\n\f\r\u0000\u001f\u007f\u2028/é"\\')).toBe('"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u2028/é\\"\\\\"');
  });

  it.each(['null', 'true', '""', '[]', '{}', '[[],{}]', '{"":0}', '{"a":{"b":[1,{"c":null}]},"d":[]}'])('leaves %s as it is', (text) => {
    expect(canonicalJson(JSON.parse(text))).toBe(text);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toJSON', 'hasOwnProperty', 'toString'])('treats the key %s as data', (key) => {
    const text = `{"${key}":{"rm":"-rf"},"zz":1}`;
    expect(canonicalJson(JSON.parse(text))).toBe(text);
  });

  it('tells apart arguments that differ only below __proto__', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).not.toBe(canonicalJson(JSON.parse('{"__proto__":{"a":2}}')));
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).not.toBe(canonicalJson(JSON.parse('{}')));
  });

  it('reads objects that have no prototype', () => {
    expect(canonicalJson(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
  });

  it.each<[string, unknown, string]>([
    ['undefined', { a: undefined }, '/a'],
    ['a function', { a: [() => 1] }, '/a/0'],
    ['a symbol', [Symbol('x')], '/0'],
    ['a bigint', { amount: 1n }, '/amount'],
    ['not a number', { 'a/b~c': NaN }, '/a~1b~0c'],
    ['infinity', [0, -Infinity], '/1'],
    ['a lone high surrogate', ['\ud83d'], '/0'],
    ['a lone low surrogate', ['a\ude00b'], '/0'],
    ['surrogates in the wrong order', ['\ude00\ud83d'], '/0'],
    ['a lone surrogate in a key', { x: { '\ud800': 1 } }, '/x/\ud800'],
    ['a hole in an array', new Array(1), '/0'],
    ['a date', { when: new Date(0) }, '/when'],
    ['a map', [new Map()], '/0'],
  ])('refuses %s and says where', (_what, value, path) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => canonicalJson(value)).toThrow(`\`${path}\``);
    expect(canonicalJsonOrNull(value)).toBeNull();
  });

  it('refuses undefined instead of returning it', () => {
    expect(() => canonicalJson(undefined)).toThrow(TypeError);
    expect(canonicalJsonOrNull(undefined)).toBeNull();
  });

  it('hides nothing but the refusal: a value that breaks while it is read still breaks', () => {
    const broken = new Error('broken');
    const value = { get a(): never { throw broken; } };
    expect(() => canonicalJsonOrNull(value)).toThrow(broken);
  });

  it('is at ease with 5,000 levels and ends a cycle', () => {
    const deep = '{"a":['.repeat(2_500) + ']}'.repeat(2_500);
    expect(canonicalJson(JSON.parse(deep))).toBe(deep);

    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => canonicalJson(cycle)).toThrow(`nested deeper than ${maxCanonicalDepth} levels`);
    expect(canonicalJsonOrNull(cycle)).toBeNull();
    const deepest = '['.repeat(maxCanonicalDepth) + ']'.repeat(maxCanonicalDepth);
    expect(canonicalJson(JSON.parse(deepest))).toBe(deepest);
  });

  it('does not depend on the order in which keys were written', () => {
    fc.assert(fc.property(json(), fc.infiniteStream(fc.nat()), (value, picks) => {
      expect(canonicalJson(shuffled(value, picks))).toBe(canonicalJson(value));
    }));
  });

  it('loses nothing: parsing it gives the value back', () => {
    fc.assert(fc.property(json(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }));
  });

  it('is its own canonical form', () => {
    fc.assert(fc.property(json(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(canonicalJsonOrNull(value)).toBe(text);
    }));
  });

  it('gives different values different texts', () => {
    fc.assert(fc.property(json(), json(), (a, b) => {
      const equal = JSON.stringify(shuffled(a)) === JSON.stringify(shuffled(b));
      expect(canonicalJson(a) === canonicalJson(b)).toBe(equal);
    }));
  });
});

function double(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

/** Parsed from text, so that `__proto__` is an own key, as it is in what agents send. */
function json(): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, true, false),
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(tie('value'), { maxLength: 5 }),
      tie('object'),
    ),
    object: fc
      .array(fc.tuple(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '1', '10', '\r')), tie('value')), { maxLength: 6 })
      .map((entries) => JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`) as unknown),
  }));
  return value;
}

/** The same value with its keys in another order: by the picks, else sorted. */
function shuffled(value: unknown, picks?: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, picks));
  if (typeof value !== 'object' || value === null) return value;
  const order = picks ? () => picks.next().value as number : null;
  const entries = Object.entries(value).map(([key, item]) => ({ key, item: shuffled(item, picks), rank: order?.() ?? 0 }));
  entries.sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1));
  return JSON.parse(`{${entries.map(({ key, item }) => `${JSON.stringify(key)}:${JSON.stringify(item)}`).join(',')}}`);
}
