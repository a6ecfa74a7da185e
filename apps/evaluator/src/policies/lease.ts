import { leaseMs, leaseRenewalMs, RenewLease, ReturnLease, RevisionChanged } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import type { PolicySets } from './policy-sets.ts';

/** `fresh`: no write can have been acknowledged as active without this evaluator. `stale`: policy-admin is out of reach for `forMs`. */
export type Freshness = Readonly<{ fresh: true }> | Readonly<{ fresh: false; forMs: number }>;

const renewalTimeoutMs = 1_000;

/**
 * Keeps this evaluator's five-second lease and, with it, its policy sets.
 * INVARIANT: the lease counts from the moment its renewal was sent, and only once every set of the reply is applied.
 */
export class Lease {
  private until = Number.NEGATIVE_INFINITY;
  private stopped = false;
  private again = false;
  private renewing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly messaging: Messaging,
    private readonly sets: PolicySets,
    private readonly evaluatorId: string,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.unsubscribe = this.messaging.onBroadcast(RevisionChanged, ({ revision }) => {
      if (revision > this.sets.applied) void this.renew();
    });
    this.schedule(0);
  }

  /** Gives the lease back, so that no write waits for this evaluator. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unsubscribe?.();
    await this.renewing;
    this.until = Number.NEGATIVE_INFINITY;
    await this.messaging
      .request(ReturnLease, { evaluator_id: this.evaluatorId }, { timeoutMs: renewalTimeoutMs })
      .catch((error: unknown) => this.log.info({ err: error }, 'lease not returned, it runs out by itself'));
  }

  freshness(): Freshness {
    const forMs = monotonicMs() - this.until;
    return forMs < 0 ? { fresh: true } : { fresh: false, forMs };
  }

  /** Milliseconds since the lease ended; negative while it holds. */
  get overdueMs(): number {
    return monotonicMs() - this.until;
  }

  /** Renews now, or joins the renewal under way and has another one follow it. */
  async renew(): Promise<void> {
    if (this.stopped) return;
    if (this.renewing) {
      this.again = true;
      return this.renewing;
    }
    clearTimeout(this.timer);
    this.renewing = this.renewUntilCurrent().finally(() => {
      this.renewing = null;
      this.schedule(leaseRenewalMs);
    });
    return this.renewing;
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.renew(), afterMs);
  }

  private async renewUntilCurrent(): Promise<void> {
    try {
      for (let wanted = true; wanted; wanted = (await this.renewOnce()) || this.again) this.again = false;
    } catch (error) {
      this.log.warn({ err: error, applied: this.sets.applied }, 'lease not renewed');
    }
  }

  /** True when another renewal must follow: to fetch the rest, or to confirm what was applied. */
  private async renewOnce(): Promise<boolean> {
    const sentAt = monotonicMs();
    const { applied } = this.sets;
    const reply = await this.messaging.request(RenewLease, { evaluator_id: this.evaluatorId, applied }, { timeoutMs: renewalTimeoutMs });
    if (reply.revision < applied) {
      this.log.warn({ applied, revision: reply.revision }, 'policy-admin is behind what was applied: starting again from nothing');
      this.until = Number.NEGATIVE_INFINITY;
      this.sets.forget();
      return true;
    }
    this.sets.apply(reply.sets, reply.revision);
    if (!reply.more) this.until = sentAt + leaseMs;
    return reply.more || reply.revision > applied;
  }
}
