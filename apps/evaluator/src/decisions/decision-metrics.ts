import type { Metrics } from '@holdpoint/runtime';
import type { Answer } from './results.ts';

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What an evaluator counts. */
export class DecisionMetrics {
  private readonly decisions;
  private readonly duration;
  private readonly logDuration;
  /** One object per pair: instruments look attributes up by identity first. */
  private readonly labels = new Map<string, Readonly<{ action: string; code: string }>>();

  constructor(metrics: Metrics) {
    this.decisions = metrics.counter('holdpoint_decisions', { description: 'decisions answered, by action' });
    this.duration = metrics.histogram('holdpoint_evaluation_duration_seconds', secondsBuckets, { description: 'from receipt of a batch to an answer in it', unit: 's' });
    this.logDuration = metrics.histogram('holdpoint_decision_log_write_seconds', secondsBuckets, { description: 'until the log stream acknowledged a batch', unit: 's' });
  }

  answered(answers: readonly Answer[], elapsedMs: number): void {
    const counts = new Map<Readonly<{ action: string; code: string }>, number>();
    for (const answer of answers) {
      const label = this.labelOf(answer);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    for (const [label, count] of counts) this.decisions.add(count, label);
    this.duration.record(elapsedMs / 1_000);
  }

  private labelOf({ result, not_judged }: Answer): Readonly<{ action: string; code: string }> {
    const action = result?.action ?? 'not_judged';
    const code = result?.code ?? not_judged ?? 'none';
    const name = `${action} ${code}`;
    let label = this.labels.get(name);
    if (label === undefined) this.labels.set(name, (label = { action, code }));
    return label;
  }

  logWritten(elapsedMs: number): void {
    this.logDuration.record(elapsedMs / 1_000);
  }
}
