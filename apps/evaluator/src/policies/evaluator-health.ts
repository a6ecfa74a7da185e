import type { Messaging } from '@holdpoint/messaging';
import type { PartHealth } from '@holdpoint/runtime';
import type { LimitsDatabase } from '../limits/limits-database.ts';
import type { Lease } from './lease.ts';
import type { PolicySets } from './policy-sets.ts';

/** Whether this evaluator can judge, part by part. */
export class EvaluatorHealth {
  constructor(
    private readonly messaging: Pick<Messaging, 'connected'>,
    private readonly sets: Pick<PolicySets, 'guards' | 'applied'>,
    private readonly lease: Pick<Lease, 'freshness'>,
    private readonly limits: Pick<LimitsDatabase, 'health'>,
  ) {}

  parts(): PartHealth[] {
    const freshness = this.lease.freshness();
    return [
      { part: 'nats', ok: this.messaging.connected },
      { part: 'policy sets', ok: this.sets.guards > 0 || freshness.fresh, detail: `${this.sets.guards} guards at revision ${this.sets.applied}` },
      freshness.fresh ? { part: 'lease', ok: true } : { part: 'lease', ok: false, detail: 'policy-admin has not confirmed the policies held' },
      this.limits.health(),
    ];
  }
}
