import { describe, expect, it } from '@jest/globals';
import { InFlight } from './in-flight.ts';

const room = { perKey: 2, perGuard: 3, overall: 4, bytesPerKey: 100, bytesPerGuard: 120, bytesOverall: 150 };

describe('room at the door', () => {
  it('is bounded for one key, and comes back when its request is answered', () => {
    const inFlight = new InFlight(room);
    const leave = inFlight.enter({ key: 'a', guard: 'one' }, 1);
    expect(inFlight.enter({ key: 'a', guard: 'two' }, 1)).not.toBeNull();
    expect(inFlight.enter({ key: 'a', guard: 'one' }, 1)).toBeNull();
    leave?.();
    expect(inFlight.enter({ key: 'a', guard: 'one' }, 1)).not.toBeNull();
  });

  it('is bounded for all keys together', () => {
    const inFlight = new InFlight(room);
    expect(['a', 'a', 'b', 'c', 'd'].map((key) => inFlight.enter({ key, guard: `of ${key}` }, 1) !== null)).toEqual([true, true, true, true, false]);
  });

  it('is bounded for one guard, however many keys its admins make, so that none can shut out the others', () => {
    const inFlight = new InFlight(room);
    const leave = inFlight.enter({ key: 'a', guard: 'one' }, 1);
    expect(['b', 'c', 'd'].map((key) => inFlight.enter({ key, guard: 'one' }, 1) !== null)).toEqual([true, true, false]);
    expect(inFlight.enter({ key: 'z', guard: 'two' }, 1)).not.toBeNull();
    leave?.();
    expect(inFlight.enter({ key: 'd', guard: 'one' }, 1)).not.toBeNull();
  });

  it('is bounded in bytes, of one key, of one guard and of all', () => {
    const inFlight = new InFlight(room);
    const asked = [['a', 'one', 90], ['a', 'one', 11], ['b', 'one', 31], ['b', 'one', 30], ['c', 'two', 31], ['c', 'two', 30]] as const;
    expect(asked.map(([key, guard, bytes]) => inFlight.enter({ key, guard }, bytes) !== null)).toEqual([true, false, false, true, false, true]);
  });
});
