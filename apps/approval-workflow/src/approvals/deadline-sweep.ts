import { isTransientDatabaseError } from '@holdpoint/persistence';
import type { Logger } from '@holdpoint/runtime';
import type { Approvals } from './approvals.repository.ts';
import { Repeating } from '../repeating.ts';

const chunk = 100;
/** Deadlines of rows parked meanwhile are at most this late. */
const longestPauseMs = 1_000;
/** A row that is due and locked is about to be settled by whoever holds it. */
const shortestPauseMs = 20;

/** Settles what time has settled, soon after its deadline. The deadlines stand in Postgres, and any number of sweeps share the work. */
export class DeadlineSweep {
  private readonly approvals: Approvals;
  private readonly log: Logger;
  private readonly loop = new Repeating(() => this.sweep());

  constructor({ approvals, log }: Readonly<{ approvals: Approvals; log: Logger }>) {
    this.approvals = approvals;
    this.log = log;
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the chunk in hand is committed. */
  async stop(): Promise<void> {
    await this.loop.stop();
  }

  /** One chunk; how long to wait before the next, in milliseconds. */
  private async sweep(): Promise<number> {
    try {
      const settled = await this.approvals.settleOverdue({ limit: chunk, lockedRows: 'skip' });
      if (settled > 0) this.log.debug({ settled }, 'overdue approvals settled');
      if (settled >= chunk) return 0;
      const [next, now] = [await this.approvals.nextDeadline(), await this.approvals.now()];
      return next === null ? longestPauseMs : Math.min(longestPauseMs, Math.max(shortestPauseMs, next - now));
    } catch (error) {
      this.log[isTransientDatabaseError(error) ? 'warn' : 'error']({ err: error }, 'overdue approvals could not be settled');
      return longestPauseMs;
    }
  }
}
