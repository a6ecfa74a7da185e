import type { ToolCallResult } from '@holdpoint/contracts';
import { monotonicMs, type Metrics } from '@holdpoint/runtime';

type Read = () => number;

const durations = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];
const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Constant objects: instruments look them up on every call. */
const byAction: Readonly<Record<ToolCallResult['action'], Readonly<{ action: string }>>> = {
  allow: { action: 'allow' },
  block: { action: 'block' },
  require_approval: { action: 'require_approval' },
  sanitize: { action: 'sanitize' },
  warn: { action: 'warn' },
};

/** What the gateway measures. */
export class GatewayMetrics {
  private readonly metrics: Metrics;
  private readonly requests;
  private readonly natsRequests;
  private readonly decisions;
  private readonly batchDurations;
  private readonly batches;
  private readonly queued;
  private readonly unjudgedCalls;
  private readonly labels = new Map<string, Readonly<{ route: string; status: number }>>();

  constructor(metrics: Metrics) {
    this.metrics = metrics;
    this.requests = metrics.histogram('holdpoint_http_request_duration_seconds', durations, { description: 'HTTP requests, held ones included', unit: 's' });
    this.natsRequests = metrics.histogram('holdpoint_nats_request_duration_seconds', durations, { description: 'Requests of agents over NATS, held ones included', unit: 's' });
    this.decisions = metrics.histogram('holdpoint_decision_duration_seconds', durations, { description: 'From the moment a call was asked about to its decision; time spent waiting for people is not in it', unit: 's' });
    this.batchDurations = metrics.histogram('holdpoint_batch_duration_seconds', durations, { description: 'From asking for a batch of calls to its last answer', unit: 's' });
    this.batches = metrics.histogram('holdpoint_batch_calls', sizes, { description: 'Calls that travelled together' });
    this.queued = metrics.histogram('holdpoint_queue_wait_seconds', durations, { description: 'How long the oldest call of a batch waited for a slot', unit: 's' });
    this.unjudgedCalls = metrics.counter('holdpoint_calls_not_judged', { description: 'Calls answered by failure mode or as could_not_judge' });
  }

  request(route: string, status: number, ms: number): void {
    const name = `${route} ${status}`;
    let label = this.labels.get(name);
    if (label === undefined) this.labels.set(name, (label = { route, status }));
    this.requests.record(ms / 1_000, label);
  }

  natsRequest(operation: string, status: number, ms: number): void {
    this.natsRequests.record(ms / 1_000, { operation, status });
  }

  batch({ calls, waitedMs }: Readonly<{ calls: number; waitedMs: number }>): void {
    this.batches.record(calls);
    this.queued.record(waitedMs / 1_000);
  }

  batchDone(ms: number): void {
    this.batchDurations.record(ms / 1_000);
  }

  decision(action: ToolCallResult['action'], ms: number): void {
    this.decisions.record(ms / 1_000, byAction[action]);
  }

  notJudged(code: 'engine_unavailable' | 'could_not_judge', failedOpen: boolean): void {
    this.unjudgedCalls.add(1, { code, failed_open: failedOpen });
  }

  watch({ waitingCallers, queuedCalls, keyStoreAgeMs }: Readonly<{ waitingCallers: Read; queuedCalls: Read; keyStoreAgeMs: (nowMs: number) => number | null }>): void {
    this.metrics.gauge('holdpoint_waiting_callers', waitingCallers, { description: 'Callers held until people have decided' });
    this.metrics.gauge('holdpoint_queued_calls', queuedCalls, { description: 'Calls that wait for a slot' });
    this.metrics.gauge('holdpoint_key_store_age_seconds', () => (keyStoreAgeMs(monotonicMs()) ?? Number.NaN) / 1_000, { description: 'Since policy-admin was last asked with success', unit: 's' });
  }

  prometheusText(): Promise<string> {
    return this.metrics.prometheusText();
  }
}
