import type { Messaging } from '@holdpoint/messaging';
import type { PartHealth } from '@holdpoint/runtime';
import type { Lease } from './lease.ts';
import type { PolicySets } from './policy-sets.ts';

/** Whether this evaluator can judge, part by part. */
export class EvaluatorHealth {
  constructor(
    private readonly messaging: Messaging,
    private readonly sets: PolicySets,
    private readonly lease: Lease,
  ) {}

  parts(): PartHealth[] {
    const freshness = this.lease.freshness();
    return [
      { part: 'nats', ok: this.messaging.connected },
      { part: 'policy sets', ok: this.sets.guards > 0, detail: `${this.sets.guards} guards at revision ${this.sets.applied}` },
      freshness.fresh ? { part: 'lease', ok: true } : { part: 'lease', ok: false, detail: 'policy-admin has not confirmed the policies held' },
    ];
  }
}
