import { isTransientDatabaseError } from '@holdpoint/persistence';
import type { Logger } from '@holdpoint/runtime';
import type { Approvals } from './approvals.repository.ts';

const chunk = 100;
/** Deadlines of rows parked meanwhile are at most this late. */
const longestPauseMs = 1_000;
/** A row that is due and locked is about to be settled by whoever holds it. */
const shortestPauseMs = 20;

/** Settles what time has settled, soon after its deadline. The deadlines stand in Postgres, and any number of sweeps share the work. */
export class DeadlineSweep {
  private readonly approvals: Approvals;
  private readonly log: Logger;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor({ approvals, log }: Readonly<{ approvals: Approvals; log: Logger }>) {
    this.approvals = approvals;
    this.log = log;
  }

  start(): void {
    this.running ??= this.run(this.stopping.signal);
  }

  /** Resolves when the chunk in hand is committed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  // INVARIANT: only `stop` ends this loop.
  private async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) await pause(await this.sweep(), stopping);
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

async function pause(ms: number, cutShort: AbortSignal): Promise<void> {
  if (cutShort.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      cutShort.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    cutShort.addEventListener('abort', end, { once: true });
  });
}
