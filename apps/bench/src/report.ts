import type { LoadResult } from './http-load.ts';

export type Measured = Readonly<{ callsPerSecond: number; p50: number; p95: number; p99: number; failures: number; calls: number }>;

/** Latencies in milliseconds. */
export function measured(results: readonly LoadResult[]): Measured {
  const latencies = Float64Array.from(results.flatMap((result) => [...result.latenciesMs])).sort();
  const calls = results.reduce((sum, result) => sum + result.calls, 0);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return {
    callsPerSecond: calls / results.reduce((sum, result) => sum + result.seconds, 0),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    failures: results.reduce((sum, result) => sum + result.failures, 0),
    calls,
  };
}

export function table(rows: readonly (readonly [string, Measured])[]): string {
  const head = ['', 'calls/s', 'p50 ms', 'p95 ms', 'p99 ms', 'failed'];
  const lines = rows.map(([name, row]) => [name, row.callsPerSecond.toFixed(0), row.p50.toFixed(2), row.p95.toFixed(2), row.p99.toFixed(2), String(row.failures)]);
  return [head, ...lines].map(([name, ...cells]) => [(name ?? '').padEnd(34), ...cells.map((cell) => cell.padStart(10))].join('')).join('\n');
}
