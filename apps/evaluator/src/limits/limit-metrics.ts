import type { Metrics } from '@holdpoint/runtime';

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const labels = { within: { result: 'within' }, over: { result: 'over' }, unavailable: { result: 'unavailable' } } as const;

/** What an evaluator counts of calls that meet limits. */
export class LimitMetrics {
  private readonly checks;
  private readonly duration;

  constructor(metrics: Metrics, { waiting, fullPolicies }: Readonly<{ waiting: () => number; fullPolicies: () => number }>) {
    this.checks = metrics.counter('holdpoint_rate_limit_checks', { description: 'calls held against the limits that they meet, by what came of it' });
    this.duration = metrics.histogram('holdpoint_rate_limit_seconds', secondsBuckets, { description: 'until Postgres had counted calls together', unit: 's' });
    metrics.gauge('holdpoint_rate_limit_waiting', waiting, { description: 'calls that wait to be counted' });
    metrics.gauge('holdpoint_rate_limit_full_policies', fullPolicies, { description: 'policies that have more values of `by` than counters' });
  }

  answered(result: keyof typeof labels, calls: number): void {
    if (calls > 0) this.checks.add(calls, labels[result]);
  }

  counted(elapsedMs: number): void {
    this.duration.record(elapsedMs / 1_000);
  }
}
