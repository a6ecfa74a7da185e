import { isTransientDatabaseError } from '@holdpoint/persistence';
import type { Logger, Metrics } from '@holdpoint/runtime';
import { Repeating } from '../repeating.ts';
import { SealBroken } from '../approvals/seal.ts';
import type { Channels, StoredChannel } from './channels.repository.ts';
import type { Claimed, Deliveries, Verdict } from './deliveries.repository.ts';
import type { Destinations } from './destinations.ts';
import { type Posted, postWebhook } from './post-webhook.ts';
import { waitAfter } from './schedule.ts';
import { sign } from './signature.ts';

export type Sending = Readonly<{
  channels: Channels;
  deliveries: Deliveries;
  destinations: Destinations;
  metrics: Metrics;
  log: Logger;
  /** In [0, 1). */
  random?: () => number;
  timeoutMs?: number;
}>;

const atOnce = 16;
/** A receiver that is slow holds back no other. */
const perChannel = 4;
const usualTimeoutMs = 15_000;
/** Time to write down what happened, before another sender may take an attempt for abandoned. */
const leaseMarginMs = 30_000;
const idleMs = 1_000;
const forgetEveryMs = 3_600_000;
const forgotten = { testsMs: 30 * 86_400_000, answersMs: 86_400_000, limit: 5_000 } as const;

/** Brings messages to channels: at least once each, under an id that stays the same. Any number of senders share the rows. */
export class SendDeliveries {
  private readonly needs: Sending;
  private readonly loop = new Repeating(() => this.look());
  private readonly inHand = new Set<Promise<void>>();
  private readonly busy = new Map<string, number>();
  private readonly stopping = new AbortController();
  private readonly attempts: ReturnType<Metrics['counter']>;
  private readonly ended: ReturnType<Metrics['counter']>;
  private readonly timeoutMs: number;
  private forgetAt = 0;

  constructor(needs: Sending) {
    this.needs = needs;
    this.timeoutMs = needs.timeoutMs ?? usualTimeoutMs;
    this.attempts = needs.metrics.counter('holdpoint_webhook_attempts', { description: 'Attempts to bring a message to a channel, by result' });
    this.ended = needs.metrics.counter('holdpoint_webhook_deliveries', { description: 'Messages to channels that came to their end, by how' });
  }

  start(): void {
    this.loop.start();
  }

  /** There is something new to send. */
  wake(): void {
    this.loop.wake();
  }

  /** Breaks off what is being sent; it is sent again by whoever comes next. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the sender stops'));
    await this.loop.stop();
    await Promise.all(this.inHand);
  }

  /** One attempt, made now and never repeated. */
  async test(channel: StoredChannel): Promise<Claimed> {
    const { channel_id: channelId, guard_id: guardId } = channel.row;
    const claimed = await this.needs.deliveries.writeTest({ channelId, guardId }, { leaseMs: this.leaseMs });
    await this.attempt(claimed, channel);
    return claimed;
  }

  private get leaseMs(): number {
    return this.timeoutMs + leaseMarginMs;
  }

  /** Takes on what is due and fits; how long to wait before the next look, in milliseconds. */
  private async look(): Promise<number> {
    try {
      await this.forget();
      const free = atOnce - this.inHand.size;
      // An attempt that ends wakes the loop.
      if (free <= 0) return idleMs;
      const claimed = await this.needs.deliveries.claim({ limit: free, perChannel, busy: this.busy, leaseMs: this.leaseMs });
      for (const one of claimed) this.begin(one);
      return idleMs;
    } catch (error) {
      this.report(error, 'due deliveries could not be read');
      return idleMs;
    }
  }

  private begin(claimed: Claimed): void {
    const { channelId } = claimed;
    this.busy.set(channelId, (this.busy.get(channelId) ?? 0) + 1);
    const work = this.deliver(claimed)
      .catch((error: unknown) => this.report(error, 'a delivery could not be brought to its end'))
      .finally(() => {
        this.inHand.delete(work);
        const others = (this.busy.get(channelId) ?? 1) - 1;
        if (others > 0) this.busy.set(channelId, others);
        else this.busy.delete(channelId);
        this.loop.wake();
      });
    this.inHand.add(work);
  }

  private async deliver(claimed: Claimed): Promise<void> {
    const channel = await this.needs.channels.findAnywhere(claimed.channelId);
    const isWanted = channel !== null && (channel.row.is_active || claimed.type === 'test');
    if (channel === null || !isWanted || claimed.isMoot) {
      await this.needs.deliveries.cancel(claimed);
      this.ended.add(1, { result: 'cancelled' });
    } else await this.attempt(claimed, channel);
  }

  private async attempt(claimed: Claimed, channel: StoredChannel): Promise<void> {
    const { deliveries, channels, log } = this.needs;
    let posted: Posted;
    try {
      posted = await this.post(claimed, channel);
    } catch (error) {
      if (this.stopping.signal.aborted) {
        await deliveries.giveBack(claimed);
        return;
      }
      if (!(error instanceof SealBroken)) throw error;
      log.error({ err: error, delivery: claimed.deliveryId, channel: claimed.channelId }, 'a message to a channel cannot be opened');
      posted = { error: 'what is kept of the message, or of the secret, cannot be opened', durationMs: 0 };
    }
    const verdict = this.verdictOn(claimed, posted);
    this.attempts.add(1, { result: verdict.status === 'delivered' ? 'ok' : 'failed' });
    if (verdict.status !== 'pending') this.ended.add(1, { result: verdict.status });
    const attempt = { ...posted, error: errorOf(posted) };
    await deliveries.record(claimed, attempt, verdict);
    if (posted.status === 410) await channels.disable(claimed.channelId, channel.row.url);
    const facts = { delivery: claimed.deliveryId, channel: claimed.channelId, type: claimed.type, attempt: claimed.attempt, status: posted.status, error: attempt.error, duration_ms: posted.durationMs };
    log.info({ ...facts, outcome: verdict.status }, 'webhook');
  }

  private async post(claimed: Claimed, channel: StoredChannel): Promise<Posted> {
    const { channels, deliveries, destinations } = this.needs;
    const body = deliveries.bodyOf(claimed);
    const id = claimed.deliveryId;
    const timestamp = String(Math.floor(channel.at / 1_000));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Holdpoint',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': sign({ id, timestamp, body }, channels.secretsOf(channel)),
    };
    return await postWebhook({ url: channel.row.url, headers, body, timeoutMs: this.timeoutMs, signal: this.stopping.signal }, destinations);
  }

  private verdictOn({ type, attempt }: Claimed, { status }: Posted): Verdict {
    if (status !== undefined && status >= 200 && status < 300) return { status: 'delivered' };
    const waitMs = type === 'test' || status === 410 ? null : waitAfter(attempt, (this.needs.random ?? Math.random)());
    return waitMs === null ? { status: 'failed' } : { status: 'pending', waitMs };
  }

  private async forget(): Promise<void> {
    if (Date.now() < this.forgetAt) return;
    this.forgetAt = Date.now() + forgetEveryMs;
    await this.needs.deliveries.forget(forgotten);
  }

  private report(error: unknown, what: string): void {
    this.needs.log[isTransientDatabaseError(error) ? 'warn' : 'error']({ err: error }, what);
  }
}

/** What a status means that is no success, where it does not speak for itself. */
function errorOf({ status, error }: Posted): string | undefined {
  if (error !== undefined || status === undefined) return error;
  if (status >= 300 && status < 400) return 'redirects are not followed';
  return status === 410 ? 'the receiver is gone for good: the channel is disabled' : undefined;
}
