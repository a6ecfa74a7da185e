import { type Msg, nanos } from '@nats-io/transport-node';

const ack = Buffer.from('+ACK');
const working = Buffer.from('+WPI');
const nak = Buffer.from('-NAK');

/** One delivery of a stream's message; what is known of it travels in its reply subject. */
export class Delivery {
  readonly message: Msg;
  /** 1 on the first delivery. */
  readonly deliveries: number;
  readonly seq: number;
  readonly storedNanos: string;
  /** How many more wait for the consumer. */
  readonly pending: number;

  /** Reply subjects: `$JS.ACK.<stream>.<consumer>.<deliveries>.<seq>.<…>.<nanos>.<pending>`; newer servers add domain and account before the stream. */
  constructor(message: Msg) {
    const tokens = (message.reply ?? '').split('.');
    const at = tokens.length === 9 ? 4 : 6;
    this.message = message;
    this.deliveries = Number(tokens[at] ?? 1);
    this.seq = Number(tokens[at + 1] ?? 0);
    this.storedNanos = tokens[at + 3] ?? '0';
    this.pending = Number(tokens[at + 4] ?? 0);
  }

  /** Epoch milliseconds. */
  get storedAt(): number {
    return Number(BigInt(this.storedNanos) / 1_000_000n);
  }

  ack(): void {
    this.message.respond(ack);
  }

  /** Asks for more time: the ack wait begins anew. */
  working(): void {
    this.message.respond(working);
  }

  /** Gives it back, to be delivered again after `delayMs`; at once without. */
  nak(delayMs?: number): void {
    this.message.respond(delayMs === undefined ? nak : `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`);
  }
}
