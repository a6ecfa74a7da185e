import type { Metrics } from './metrics.ts';
import type { PartHealth } from './operations-server.ts';

type Health = Readonly<{ parts: () => Promise<readonly PartHealth[]>; ready: () => Promise<boolean> }>;

/** What `/health/ready` and `/health/parts` say, as numbers: an alarm needs no probe of its own. */
export function watchHealth(metrics: Metrics, { parts, ready }: Health): void {
  metrics.gauge('holdpoint_ready', async () => ((await ready()) ? 1 : 0), { description: '1 when /health/ready answers 200, else 0' });
  metrics.gauge('holdpoint_part_up', async () => (await parts()).map(({ part, ok }) => ({ value: ok ? 1 : 0, attributes: { part } })), { description: '1 for each part of /health/parts that works, else 0' });
}
