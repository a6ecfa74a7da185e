import { SyncAccess } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import type { DecisionsRepository } from './decisions.repository.ts';

const dayMs = 24 * 3_600_000;
const requestTimeoutMs = 5_000;

/** Deletes what is older than its guard's `retention_days`, deleted guards included. Guards that policy-admin does not name lose nothing. */
export class Retention {
  private revision = 0;
  private readonly days = new Map<string, number>();

  constructor(private readonly parts: Readonly<{ messaging: Pick<Messaging, 'request'>; decisions: DecisionsRepository; log: Logger }>) {}

  /** One replica at a time; the others leave it at that. `now` is the database's time: the clock of no replica shortens what a guard keeps. */
  async enforce(now: number, goOn: () => boolean): Promise<void> {
    const { decisions, log } = this.parts;
    await decisions.alone('holdpoint.decisions.retention', async () => {
      await this.learn();
      const keptSince = new Map([...this.days].map(([guardId, days]) => [guardId, now - days * dayMs]));
      // Whole months first: what goes with them need not be deleted row by row.
      for (const { month, result } of await decisions.dropMonthsBefore(keptSince, goOn)) {
        if (result === 'dropped') log.info({ month }, 'a month of decisions dropped');
        if (result === 'busy') log.info({ month }, 'a month of decisions is in use, and is dropped later');
      }
      for (const [guardId, before] of keptSince) {
        const deleted = await decisions.deleteOlder(guardId, before, goOn);
        if (deleted > 0) log.info({ guardId, before: new Date(before).toISOString(), deleted }, 'old decisions deleted');
      }
    });
  }

  private async learn(): Promise<void> {
    for (;;) {
      const { revision, more, guards } = await this.parts.messaging.request(SyncAccess, { since: this.revision }, { timeoutMs: requestTimeoutMs });
      if (revision < this.revision) {
        // The database of the guards was restored: what is known comes from another history.
        this.revision = 0;
        this.days.clear();
        continue;
      }
      for (const { id, retention_days } of guards) this.days.set(id, retention_days);
      this.revision = revision;
      if (!more) return;
    }
  }
}
