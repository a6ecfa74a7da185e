import { describe, expect, it } from '@jest/globals';
import { idAt, newId } from './ids.ts';

const march = Date.UTC(2026, 2, 7, 12);

describe('ids', () => {
  it('are a prefix and 26 lower-case Crockford base32 characters', () => {
    expect(newId('dec')).toMatch(/^dec_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(newId('apr', march)).toMatch(/^apr_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  it('are distinct and rise in the order of creation, also within a millisecond', () => {
    const now = Array.from({ length: 20_000 }, () => newId('dec'));
    const then = Array.from({ length: 20_000 }, () => newId('dec', march));
    for (const ids of [now, then]) {
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual([...ids].sort());
    }
  });

  it('sort by their time as text', () => {
    const times = [0, 1, 31, 32, march, march + 1, march + 86_400_000, 2 ** 48 - 1];
    const ids = times.map((at) => newId('dec', at));
    expect([...ids].reverse().sort()).toEqual(ids);
  });

  it('carry exactly the time they are given, whatever came before', () => {
    newId('dec', march + 1_000);
    expect(newId('dec', march).slice(0, 14)).toBe(idAt('dec', march, 'low').slice(0, 14));
    const before = Date.now();
    const id = newId('dec');
    expect(id >= idAt('dec', before, 'low')).toBe(true);
    expect(id <= idAt('dec', Date.now() + 1, 'high')).toBe(true);
  });

  it('lie within the bounds of their millisecond, and of no other', () => {
    const id = newId('pol', march + 0.7);
    expect(id >= idAt('pol', march, 'low') && id <= idAt('pol', march, 'high')).toBe(true);
    expect(id > idAt('pol', march - 1, 'high') && id < idAt('pol', march + 1, 'low')).toBe(true);
  });

  it('decode as any ULID does', () => {
    // The specification's example: 1469918176385 ms is 01ARYZ6S41.
    expect(idAt('x', 1_469_918_176_385, 'low')).toBe(`x_01aryz6s41${'0'.repeat(16)}`);
  });

  it.each([-1, 2 ** 48, Number.NaN, Number.POSITIVE_INFINITY])('refuse the time %s', (at) => {
    expect(() => newId('dec', at)).toThrow(RangeError);
    expect(() => idAt('dec', at, 'low')).toThrow(RangeError);
  });
});
