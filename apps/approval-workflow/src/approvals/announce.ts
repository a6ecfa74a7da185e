import { ApprovalResolved } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import type { Logger, Metrics } from '@holdpoint/runtime';
import type { Change } from './approvals.repository.ts';

type Announced = Readonly<{ messaging: Pick<Messaging, 'broadcast'>; metrics: Metrics; log: Logger; wakeOutbox: () => void; wakeFinisher: () => void }>;

/** What follows a commit, and may be lost: counts, wake-ups, a nudge for the outbox and for the finisher of event calls. Never throws. */
export function announcer({ messaging, metrics, log, wakeOutbox, wakeFinisher }: Announced): (changes: readonly Change[]) => void {
  const transitions = metrics.counter('holdpoint_approval_transitions', { description: 'Approvals that took a status, by status' });
  return (changes) => {
    for (const { approval, events } of changes) {
      for (const event of events) {
        if (event.type === 'approval-parked') transitions.add(1, { status: 'pending' });
        if (event.type === 'approval-released') transitions.add(1, { status: 'released' });
        if (event.type !== 'approval-settled') continue;
        transitions.add(1, { status: event.status });
        try {
          messaging.broadcast(ApprovalResolved, { guard_id: approval.guardId, approval_id: approval.approvalId, status: event.status });
        } catch (error) {
          log.debug({ err: error, approval: approval.approvalId }, 'a wake-up was lost');
        }
      }
    }
    if (changes.length > 0) wakeOutbox();
    if (changes.some(({ approval, origin }) => origin.eventKey !== undefined && approval.status !== 'pending')) wakeFinisher();
  };
}
