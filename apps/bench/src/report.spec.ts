import { describe, expect, it } from '@jest/globals';
import { measured } from './report.ts';

const run = (latencies: readonly number[], seconds: number) => ({ calls: latencies.length, failures: 0, seconds, latenciesMs: Float64Array.from(latencies), bodies: [] });

describe('rounds of one benchmark', () => {
  it('are one measurement: all calls over all seconds, quantiles over all latencies', () => {
    const result = measured([run([1, 2, 3, 4], 1), run([5, 6, 7, 8, 9, 10], 3)]);
    expect(result).toMatchObject({ calls: 10, callsPerSecond: 2.5, p50: 6, p99: 10 });
  });
});
