import type { EvaluateAnswer } from '@holdpoint/contracts';
import type { Metrics } from '@holdpoint/runtime';

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What an evaluator counts. */
export class DecisionMetrics {
  private readonly decisions;
  private readonly duration;
  private readonly logDuration;

  constructor(metrics: Metrics) {
    this.decisions = metrics.counter('holdpoint_decisions', { description: 'decisions answered, by action' });
    this.duration = metrics.histogram('holdpoint_decision_duration_seconds', secondsBuckets, { description: 'from receipt of a call to its answer', unit: 's' });
    this.logDuration = metrics.histogram('holdpoint_decision_log_write_seconds', secondsBuckets, { description: 'until the log stream acknowledged a batch', unit: 's' });
  }

  answered(answers: readonly EvaluateAnswer[], elapsedMs: number): void {
    for (const { result, not_judged } of answers) {
      this.decisions.add(1, { action: result?.action ?? 'not_judged', code: result?.code ?? not_judged ?? 'none' });
      this.duration.record(elapsedMs / 1_000);
    }
  }

  logWritten(elapsedMs: number): void {
    this.logDuration.record(elapsedMs / 1_000);
  }
}
