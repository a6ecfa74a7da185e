import { type Msg, nanos, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { Delivery } from './delivery.ts';

type Setting = Readonly<{
  connection: NatsConnection;
  stream: string;
  durable: string;
  /** Subject prefix, private to this source. */
  inbox: string;
  maxWaitMs: number;
  maxBatchBytes: number;
  /** How often the connection has been lost or made anew so far. */
  connectionChanges: () => number;
}>;

type Pull = Readonly<{ id: number; wanted: number; deliveries: Delivery[]; done: () => void }>;

const idlePullMs = 5_000;
const silenceMs = 2_000;

/**
 * Batches pulled from a durable consumer, one pull at a time and none ahead, so that nothing ages unseen in a buffer.
 * All pulls share one subscription; what arrives after its pull has ended is given back.
 */
export class PullSource {
  readonly #setting: Setting;
  #subscription: Subscription | undefined;
  #pull: Pull | undefined;
  #wake: (() => void) | undefined;
  #pulls = 0;
  #closing = false;
  #interruption: string | undefined;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /** Why a pull since the last call did not end as it should, if so: stream or consumer may be gone. */
  takeInterruption(): string | undefined {
    const interruption = this.#interruption;
    this.#interruption = undefined;
    return interruption;
  }

  /**
   * Waits for one message, then takes what else is there `maxWaitMs` later. Empty when there is nothing for a while.
   * Nothing is asked for in between: messages that come one by one would each wake server and client.
   */
  async nextBatch(limit: number): Promise<readonly Delivery[]> {
    this.#listen();
    const first = await this.#fetch({ batch: 1, expires: nanos(idlePullMs) }, idlePullMs);
    const [head] = first;
    const room = limit - 1;
    const { maxWaitMs, maxBatchBytes } = this.#setting;
    if (!head || room < 1 || (head.pending === 0 && maxWaitMs === 0)) return first;
    const bytes = maxBatchBytes - head.message.data.length;
    if (bytes <= 0) return first;
    // What waits already may fill a batch by itself.
    if (maxWaitMs > 0 && head.pending < room) await this.#rest(maxWaitMs);
    return [...first, ...(await this.#fetch({ batch: room, max_bytes: bytes, no_wait: true }, 0))];
  }

  /** Lets time pass, unless interrupted. */
  #rest(forMs: number): Promise<void> {
    if (this.#closing) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(wake, forMs);
      this.#wake = wake;
    });
  }

  #listen(): void {
    if (this.#subscription && !this.#subscription.isClosed()) return;
    this.#subscription = this.#setting.connection.subscribe(`${this.#setting.inbox}.*`, { callback: (error, message) => this.#onMessage(error, message) });
  }

  #fetch(request: Readonly<{ batch: number; expires?: number; max_bytes?: number; no_wait?: boolean }>, expiresMs: number): Promise<readonly Delivery[]> {
    if (this.#closing) return Promise.resolve([]);
    const { stream, durable, connection, inbox } = this.#setting;
    return new Promise((resolve) => {
      this.#pulls += 1;
      const id = this.#pulls;
      const deliveries: Delivery[] = [];
      const silent = () => {
        this.#interruption = 'the server is silent';
        this.interrupt();
      };
      const done = () => {
        clearTimeout(timer);
        this.#pull = undefined;
        resolve(deliveries);
      };
      const timer = setTimeout(silent, expiresMs + silenceMs);
      this.#pull = { id, wanted: request.batch, deliveries, done };
      try {
        connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`, JSON.stringify(request), { reply: `${inbox}.${id}` });
      } catch (error) {
        clearTimeout(timer);
        this.#pull = undefined;
        throw error;
      }
    });
  }

  /** Ends the pull under way, with what it has brought so far. */
  interrupt(): void {
    this.#wake?.();
    this.#pull?.done();
  }

  #onMessage(error: Error | null, message: Msg): void {
    if (error) {
      this.#interruption = `not permitted to receive: ${error.message}`;
      this.interrupt();
      return;
    }
    if (message.subject.startsWith(`${this.#setting.inbox}.`)) this.#onPullStatus(message);
    else this.#onDelivery(this.#deliveryOf(message));
  }

  #deliveryOf(message: Msg): Delivery {
    const { connectionChanges } = this.#setting;
    const changes = connectionChanges();
    return new Delivery(message, () => connectionChanges() === changes);
  }

  #onDelivery(delivery: Delivery): void {
    const pull = this.#pull;
    if (!pull || pull.deliveries.length >= pull.wanted) {
      delivery.nak();
      return;
    }
    pull.deliveries.push(delivery);
    if (pull.deliveries.length === pull.wanted) pull.done();
  }

  /** Everything but a heartbeat ends a pull; only "nothing there" (404), "time is up" (408) and "enough bytes" (409) are in order. */
  #onPullStatus(status: Msg): void {
    const code = status.headers?.code ?? 0;
    if (code === 100 || status.subject !== `${this.#setting.inbox}.${this.#pull?.id ?? 0}`) return;
    const inOrder = code === 404 || code === 408 || (code === 409 && /maxbytes/i.test(status.headers?.description ?? ''));
    if (!inOrder) {
      this.#interruption = `pull ended by the server: ${status.headers?.status ?? 'no status'}`;
    }
    this.interrupt();
  }

  /** No further pull. */
  halt(): void {
    this.#closing = true;
    this.interrupt();
  }

  async close(): Promise<void> {
    this.halt();
    if (this.#subscription && !this.#subscription.isClosed()) await this.#subscription.drain();
  }
}
