import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { createInbox } from '@nats-io/transport-node';
import type { NoAnswer } from './errors.ts';

/** Whoever waits for the replies to one request; hears of replies, or of the one reason why there will be none. */
export type Waiter = Readonly<{ subject: string; onReply: (reply: Msg) => void; onFailure: (reason: NoAnswer) => void }>;

/** One wildcard subscription for all replies of a connection: a request, also one answered in parts, costs no subscription. */
export class ReplyInbox {
  readonly #prefix: string;
  readonly #waiters = new Map<string, Waiter>();
  #last = 0;
  #denied: Error | undefined;

  constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#prefix = `${createInbox(inboxPrefix)}.`;
    connection.subscribe(`${this.#prefix}*`, {
      callback: (error, reply) => {
        if (!error) {
          this.#hand(reply);
          return;
        }
        this.#denied = error;
        this.failAll('forbidden');
      },
    });
  }

  /** Why no reply can be received. */
  get denied(): Error | undefined {
    return this.#denied;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** The subject for the replies; in use until `close`. */
  open(waiter: Waiter): string {
    this.#last += 1;
    const replyTo = this.#prefix + this.#last.toString(36);
    this.#waiters.set(replyTo, waiter);
    return replyTo;
  }

  close(replyTo: string): void {
    this.#waiters.delete(replyTo);
  }

  failAll(reason: NoAnswer): void {
    for (const [replyTo, waiter] of [...this.#waiters]) this.#fail(replyTo, waiter, reason);
  }

  /** The server tells a subject that may not be published to, not which message it was. */
  failSubject(subject: string, reason: NoAnswer): void {
    for (const [replyTo, waiter] of [...this.#waiters]) if (waiter.subject === subject) this.#fail(replyTo, waiter, reason);
  }

  #hand(reply: Msg): void {
    const waiter = this.#waiters.get(reply.subject);
    if (!waiter) return;
    if (reply.data.length === 0 && reply.headers?.code === 503) this.#fail(reply.subject, waiter, 'no_responders');
    else waiter.onReply(reply);
  }

  #fail(replyTo: string, waiter: Waiter, reason: NoAnswer): void {
    this.#waiters.delete(replyTo);
    waiter.onFailure(reason);
  }
}
