import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.ts';

const nanosPerSecond = 1e9;
const microsPerSecond = 1e6;

/** What Prometheus' client libraries tell of a process, under the names that they use. The result stops the watch. */
export function watchProcess(metrics: Metrics): () => void {
  const startedAt = Math.round(performance.timeOrigin) / 1_000;
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  metrics.gauge('process_resident_memory_bytes', () => process.memoryUsage.rss(), { description: 'memory held', unit: 'By' });
  metrics.gauge('process_start_time_seconds', () => startedAt, { description: 'when the process started, Unix time', unit: 's' });
  metrics.gauge(
    'nodejs_eventloop_lag_p99_seconds',
    () => {
      const seconds = delay.percentile(99) / nanosPerSecond;
      delay.reset();
      return seconds;
    },
    { description: 'delay of the event loop since the last reading, 99th percentile', unit: 's' },
  );
  metrics.meter.createObservableCounter('process_cpu_seconds', { description: 'processor time used', unit: 's' }).addCallback((result) => {
    const { user, system } = process.cpuUsage();
    result.observe((user + system) / microsPerSecond);
  });
  return () => delay.disable();
}
