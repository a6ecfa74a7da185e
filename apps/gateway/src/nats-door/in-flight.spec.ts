import { describe, expect, it } from '@jest/globals';
import { InFlight } from './in-flight.ts';

const room = { perKey: 2, overall: 3, bytesPerKey: 100, bytesOverall: 150 };

describe('room at the door', () => {
  it('is bounded for one key, and comes back when its request is answered', () => {
    const inFlight = new InFlight(room);
    const leave = inFlight.enter('a', 1);
    expect(inFlight.enter('a', 1)).not.toBeNull();
    expect(inFlight.enter('a', 1)).toBeNull();
    leave?.();
    expect(inFlight.enter('a', 1)).not.toBeNull();
  });

  it('is bounded for all keys together', () => {
    const inFlight = new InFlight(room);
    expect(['a', 'a', 'b', 'c'].map((key) => inFlight.enter(key, 1) !== null)).toEqual([true, true, true, false]);
  });

  it('is bounded in bytes, of one key and of all', () => {
    const inFlight = new InFlight(room);
    expect([['a', 90], ['a', 11], ['b', 60], ['b', 61]].map(([key, bytes]) => inFlight.enter(String(key), Number(bytes)) !== null)).toEqual([true, false, true, false]);
  });
});
