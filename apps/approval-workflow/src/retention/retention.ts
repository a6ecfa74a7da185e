import { SyncAccess } from '@holdpoint/contracts';
import { type Messaging, PeerUnavailable } from '@holdpoint/messaging';
import { databaseNow, isTransientDatabaseError } from '@holdpoint/persistence';
import type { Logger } from '@holdpoint/runtime';
import type { DataSource } from 'typeorm';
import { Repeating } from '../repeating.ts';
import { deleteOld } from './delete-old.ts';

const dayMs = 24 * 3_600_000;
const hourMs = 3_600_000;
/** Policy-admin may be starting as well, or be away: what is to be forgotten can wait. */
const firstMs = 30_000;
const afterFailureMs = 5 * 60_000;
const requestTimeoutMs = 5_000;

type Parts = Readonly<{ messaging: Pick<Messaging, 'request'>; db: DataSource; log: Logger }>;

/** Every hour, deletes what is older than its guard's `retention_days`, deleted guards included. Guards that policy-admin does not name lose nothing. */
export class Retention {
  private readonly parts: Parts;
  private readonly loop = new Repeating(() => this.turn());
  private isFirst = true;
  private stopping = false;
  private revision = 0;
  private readonly days = new Map<string, number>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the chunk in hand is committed. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop.stop();
  }

  /** The database's time counts: the clock of no replica shortens what a guard keeps. */
  async enforce(): Promise<void> {
    const { db, log } = this.parts;
    await this.learn();
    const now = await databaseNow(db.manager);
    for (const [guard, days] of this.days) {
      if (this.stopping) return;
      const before = now - days * dayMs;
      const { approvals, outcomes } = await deleteOld(db, guard, before, () => !this.stopping);
      if (approvals + outcomes > 0) log.info({ guard, before: new Date(before).toISOString(), approvals, outcomes }, 'old approvals and outcomes deleted');
    }
  }

  private async turn(): Promise<number> {
    if (this.isFirst) {
      this.isFirst = false;
      return firstMs;
    }
    try {
      await this.enforce();
      return hourMs;
    } catch (error) {
      const level = error instanceof PeerUnavailable || isTransientDatabaseError(error) ? 'warn' : 'error';
      this.parts.log[level]({ err: error }, 'old approvals could not be deleted');
      return afterFailureMs;
    }
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
