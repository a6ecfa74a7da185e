import { type Msg, nanos } from '@nats-io/transport-node';

const ack = Buffer.from('+ACK');
const working = Buffer.from('+WPI');
const nak = Buffer.from('-NAK');

/**
 * One delivery of a stream's message; what is known of it travels in its reply subject.
 * INVARIANT: it is settled on the connection that brought it, or not at all. An acknowledgement names a sequence and nothing else: a server
 * that lost its store, or got an older one back, may have another message under it. Without one the message comes again after the ack wait.
 */
export class Delivery {
  readonly message: Msg;
  readonly #held: () => boolean;
  /** 1 on the first delivery. */
  readonly deliveries: number;
  readonly seq: number;
  readonly storedNanos: string;
  /** How many more wait for the consumer. */
  readonly pending: number;

  /** Reply subjects: `$JS.ACK.<stream>.<consumer>.<deliveries>.<seq>.<…>.<nanos>.<pending>`; newer servers add domain and account before the stream. */
  constructor(message: Msg, held: () => boolean) {
    const tokens = (message.reply ?? '').split('.');
    const at = tokens.length === 9 ? 4 : 6;
    this.message = message;
    this.#held = held;
    this.deliveries = Number(tokens[at] ?? 1);
    this.seq = Number(tokens[at + 1] ?? 0);
    this.storedNanos = tokens[at + 3] ?? '0';
    this.pending = Number(tokens[at + 4] ?? 0);
  }

  /** Epoch milliseconds. */
  get storedAt(): number {
    return Number(BigInt(this.storedNanos) / 1_000_000n);
  }

  /** Whether the connection that brought it has lasted, so that it can still be settled. */
  get held(): boolean {
    return this.#held();
  }

  ack(): void {
    this.#respond(ack);
  }

  /** Asks for more time: the ack wait begins anew. */
  working(): void {
    this.#respond(working);
  }

  /** Gives it back, to be delivered again after `delayMs`; at once without. */
  nak(delayMs?: number): void {
    this.#respond(delayMs === undefined ? nak : `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`);
  }

  #respond(settlement: Uint8Array | string): void {
    if (this.held) this.message.respond(settlement);
  }
}
