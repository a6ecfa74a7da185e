import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';

describe('metrics as Prometheus text', () => {
  let metrics: Metrics;

  beforeEach(() => {
    metrics = new Metrics({ service: 'evaluator' });
  });
  afterEach(() => metrics.close());

  it('counts, by attributes', async () => {
    const decisions = metrics.counter('holdpoint_decisions', { description: 'Decisions answered' });
    const allow = { action: 'allow' };
    decisions.add(2, allow);
    decisions.add(1, allow);
    decisions.add(1, { action: 'block' });
    const text = await metrics.prometheusText();
    expect(text).toContain('# HELP holdpoint_decisions_total Decisions answered');
    expect(text).toContain('# TYPE holdpoint_decisions_total counter');
    expect(text).toContain('\nholdpoint_decisions_total{action="allow"} 3\n');
    expect(text).toContain('\nholdpoint_decisions_total{action="block"} 1');
  });

  it('sorts measurements into the given buckets', async () => {
    const wait = metrics.histogram('holdpoint_queue_wait_seconds', [0.01, 1], { unit: 's' });
    for (const seconds of [0.005, 0.5, 30]) wait.record(seconds);
    const text = await metrics.prometheusText();
    expect(text).toContain('holdpoint_queue_wait_seconds_bucket{le="0.01"} 1');
    expect(text).toContain('holdpoint_queue_wait_seconds_bucket{le="1"} 2');
    expect(text).toContain('holdpoint_queue_wait_seconds_bucket{le="+Inf"} 3');
    expect(text).toContain('holdpoint_queue_wait_seconds_count 3');
  });

  it('asks gauges when read, and goes on without one that fails', async () => {
    let waiting = 1;
    metrics.gauge('holdpoint_waiting_callers', () => waiting);
    metrics.gauge('holdpoint_broken', () => Promise.reject(new Error('no reading')));
    metrics.gauge('holdpoint_backlog', async () => [{ value: 4, attributes: { topic: 'EVENTS' } }]);
    expect(await metrics.prometheusText()).toContain('\nholdpoint_waiting_callers 1');
    waiting = 7;
    const text = await metrics.prometheusText();
    expect(text).toContain('\nholdpoint_waiting_callers 7');
    expect(text).toContain('holdpoint_backlog{topic="EVENTS"} 4');
  });

  it('names the service', async () => {
    expect(await metrics.prometheusText()).toContain('target_info{service_name="evaluator"} 1');
  });
});
