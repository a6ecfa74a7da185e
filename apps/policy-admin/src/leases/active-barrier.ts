import { monotonicMs } from '@holdpoint/runtime';

export type LiveLease = Readonly<{ evaluatorId: string; applied: number }>;

type Waiter = { revision: number; until: number; answer: (waitingFor: string[]) => void; fail: (error: unknown) => void };

const pollMs = 50;

/** Everybody who waits for a revision to be in force shares one look at the leases, every 50 ms and whenever a lease is renewed here. */
export class ActiveBarrier {
  private readonly waiters = new Set<Waiter>();
  private looking = false;
  private lookAgain = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly liveLeases: () => Promise<readonly LiveLease[]>) {}

  /** The evaluators with a live lease that have not applied `revision`: none as soon as that is so, else those left after `timeoutMs`. */
  async whenActive(revision: number, timeoutMs: number): Promise<string[]> {
    return await new Promise((answer, fail) => {
      this.waiters.add({ revision, until: monotonicMs() + timeoutMs, answer, fail });
      this.wake();
    });
  }

  /** Answers everybody who waits with how things are now: the process stops, and asking another replica goes on from there. */
  giveUp(): void {
    for (const waiter of this.waiters) waiter.until = 0;
    this.wake();
  }

  wake(): void {
    if (this.waiters.size === 0) return;
    if (this.looking) this.lookAgain = true;
    else void this.look();
  }

  private async look(): Promise<void> {
    this.looking = true;
    clearTimeout(this.timer);
    // Whoever comes while the leases are being read waits for the next look: this one may be older than the write.
    const asking = [...this.waiters];
    try {
      const leases = await this.liveLeases();
      for (const waiter of asking) {
        const behind = leases.filter(({ applied }) => applied < waiter.revision).map(({ evaluatorId }) => evaluatorId);
        if (behind.length > 0 && monotonicMs() < waiter.until) continue;
        this.waiters.delete(waiter);
        waiter.answer(behind);
      }
    } catch (error) {
      for (const waiter of asking) {
        this.waiters.delete(waiter);
        waiter.fail(error);
      }
    }
    this.looking = false;
    if (this.waiters.size === 0) return;
    const soonMs = this.lookAgain ? 0 : pollMs;
    this.lookAgain = false;
    this.timer = setTimeout(() => void this.look(), soonMs);
  }
}
