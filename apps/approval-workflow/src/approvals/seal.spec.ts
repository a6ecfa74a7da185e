import { describe, expect, it } from '@jest/globals';
import { Seal, SealBroken } from './seal.ts';

describe('seal', () => {
  it.each(['{"a":1}', '', '{"nul":"\\u0000","emoji":"🙈","rtl":"\u202e"}', 'x'.repeat(100_000)])('opens what it sealed, to the letter', (text) => {
    expect(seal.open(id, seal.seal(id, text))).toBe(text);
  });

  it('never seals the same text to the same bytes', () => {
    expect(seal.seal(id, 'same').equals(seal.seal(id, 'same'))).toBe(false);
  });

  it('shows nothing of the text', () => {
    expect(seal.seal(id, 'account DE00').includes('DE00')).toBe(false);
  });

  it('refuses bytes of another approval', () => {
    expect(() => seal.open('apr_other', seal.seal(id, 'text'))).toThrow(SealBroken);
  });

  it('refuses every single flipped bit', () => {
    const sealed = seal.seal(id, 'pay 10');
    for (let at = 0; at < sealed.length * 8; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      expect(() => seal.open(id, changed)).toThrow(SealBroken);
    }
  });

  it('refuses bytes cut short at any place', () => {
    const sealed = seal.seal(id, 'pay 10');
    for (let length = 0; length < sealed.length; length += 1) expect(() => seal.open(id, sealed.subarray(0, length))).toThrow(SealBroken);
  });

  it('says so when the key is another one', () => {
    expect(() => new Seal(Buffer.alloc(32, 8)).open(id, seal.seal(id, 'text'))).toThrow(/another HOLDPOINT_SECRET_KEY/);
  });
});

const id = 'apr_01jd0000000000000000000000';
const seal = new Seal(Buffer.alloc(32, 7));
