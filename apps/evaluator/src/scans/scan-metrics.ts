import type { ScanResponse } from '@holdpoint/contracts';
import type { Metrics } from '@holdpoint/runtime';

/** Contents that were scanned by themselves; calls are counted as decisions. */
export class ScanMetrics {
  private readonly scans;

  constructor(metrics: Metrics) {
    this.scans = metrics.counter('holdpoint_content_scans', { description: 'contents scanned for callers, by action' });
  }

  answered(action: ScanResponse['action']): void {
    this.scans.add(1, { action });
  }
}
