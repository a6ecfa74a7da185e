import { ToolCallsSubmitted } from '@holdpoint/contracts';
import type { Metrics } from '@holdpoint/runtime';

/** `decided`: its final decision is in the log. `parked`: people are asked. `refused`: no call that may be judged. `later`: waits for a part that is down. */
export type EventResult = 'decided' | 'parked' | 'refused' | 'later';

const labels = { decided: { result: 'decided' }, parked: { result: 'parked' }, refused: { result: 'refused' }, later: { result: 'later' } } as const;
const deadLetterLabels = { stream: ToolCallsSubmitted.stream };

/** What an evaluator counts of calls that came as events. */
export class EventMetrics {
  private readonly events;
  private readonly deadLetters;

  constructor(private readonly metrics: Metrics) {
    this.events = metrics.counter('holdpoint_tool_call_events', { description: 'deliveries of submitted tool calls, by what became of them' });
    this.deadLetters = metrics.counter('holdpoint_dead_letters', { description: 'messages put aside for a person, by stream' });
  }

  ended(result: EventResult, calls = 1): void {
    this.events.add(calls, labels[result]);
  }

  deadLetter(): void {
    this.deadLetters.add(1, deadLetterLabels);
  }

  lag(reading: () => Promise<number>): void {
    this.metrics.gauge('holdpoint_tool_calls_lag', reading, { description: 'submitted tool calls that are neither decided nor parked yet' });
  }
}
