import { describe, expect, it } from '@jest/globals';
import { maxAttempts, waitAfter } from './schedule.ts';

const [second, minute, hour] = [1_000, 60_000, 3_600_000];

describe('back-off', () => {
  it('is 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, and then over', () => {
    const waits = Array.from({ length: maxAttempts }, (_, failed) => waitAfter(failed + 1, 0));
    expect(waits).toEqual([5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, null]);
    expect(maxAttempts).toBe(7);
  });

  it('is never shorter, and at most a fifth longer', () => {
    expect([0, 0.5, 0.999_999].map((random) => waitAfter(1, random))).toEqual([5_000, 5_500, 6_000]);
  });

  it('has no attempt after the last', () => {
    expect(waitAfter(8, 0)).toBeNull();
  });
});
