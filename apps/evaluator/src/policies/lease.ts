import { leaseMs, leaseRenewalMs, RenewLease, ReturnLease, RevisionChanged } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import type { z } from 'zod';
import type { PolicySets } from './policy-sets.ts';

/** `fresh`: no write can have been acknowledged as active without this evaluator. `stale`: policy-admin is out of reach for `forMs`. */
export type Freshness = Readonly<{ fresh: true }> | Readonly<{ fresh: false; forMs: number }>;

const renewalTimeoutMs = 1_000;
/** Renewals that fail follow each other by two seconds at most: a failure sent longer ago says nothing of now. */
const failureCountsMs = 3_000;

/**
 * Keeps this evaluator's five-second lease and, with it, its policy sets.
 * INVARIANT: the lease counts from the moment its renewal was sent, and only once every set of the reply is applied.
 */
export class Lease {
  private until = Number.NEGATIVE_INFINITY;
  /** When the latest renewal was sent, if it failed. */
  private failureSentAt = Number.NEGATIVE_INFINITY;
  private stopped = false;
  private renewing: Promise<void> | null = null;
  /** Follows the renewal under way. */
  private next: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly messaging: Pick<Messaging, 'request' | 'onBroadcast'>,
    private readonly sets: PolicySets,
    private readonly evaluatorId: string,
    private readonly log: Logger,
  ) {}

  /** Resolves once the first renewal was answered, with every set, or failed; the lease is kept from then on either way. */
  async start(): Promise<void> {
    this.unsubscribe = this.messaging.onBroadcast(RevisionChanged, ({ revision }) => {
      if (revision > this.sets.applied) void this.renew();
    });
    await this.renew();
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

  /**
   * Lapsed, and not because policy-admin was asked in vain just now: this process may have stood still while newer policies became active.
   * INVARIANT: nothing is judged as stale before a renewal was tried.
   */
  get mustBeAskedFor(): boolean {
    return !this.freshness().fresh && monotonicMs() - this.failureSentAt > failureCountsMs;
  }

  /** When the renewal was sent by whose answer the sets held are all there is; monotonic milliseconds. */
  get confirmedAt(): number {
    return this.until - leaseMs;
  }

  /**
   * Resolves after a renewal that was sent from now on, or that failed.
   * INVARIANT: whoever asks while one is under way shares the next one, and no other can come between.
   */
  async renew(): Promise<void> {
    if (this.renewing) this.next ??= this.renewing.then(() => this.begin());
    await (this.next ?? this.begin());
  }

  private begin(): Promise<void> {
    this.next = null;
    if (this.stopped) return Promise.resolve();
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
      for (let wanted = true; wanted && !this.stopped; ) wanted = await this.renewOnce();
    } catch (error) {
      // Before the first renewal this is only policy-admin still starting.
      this.log[this.sets.applied === 0 ? 'info' : 'warn']({ err: error, applied: this.sets.applied }, 'lease not renewed');
    }
  }

  /** True when another renewal must follow: to fetch the rest, or to confirm what was applied. */
  private async renewOnce(): Promise<boolean> {
    const sentAt = monotonicMs();
    const { applied } = this.sets;
    const reply = await this.ask(applied, sentAt);
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

  private async ask(applied: number, sentAt: number): Promise<z.output<typeof RenewLease.reply>> {
    try {
      const reply = await this.messaging.request(RenewLease, { evaluator_id: this.evaluatorId, applied }, { timeoutMs: renewalTimeoutMs });
      this.failureSentAt = Number.NEGATIVE_INFINITY;
      return reply;
    } catch (error) {
      this.failureSentAt = sentAt;
      throw error;
    }
  }
}
