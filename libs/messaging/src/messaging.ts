import { type BroadcastContract, DeadLetters, type RequestContract, type ServiceName, type StreamContract } from '@holdpoint/contracts';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { errors, type Msg, type NatsConnection, nuid, type Status } from '@nats-io/transport-node';
import type { z } from 'zod';
import { errorOf } from './error-reply.ts';
import { InvalidInput, type NoAnswer, PeerFailed, PeerUnavailable, PublishUnconfirmed } from './errors.ts';
import type { Logger } from './logger.ts';
import { check, decode, encode, requireUnaltering } from './payload.ts';
import { type Outgoing, type PublishReply, publishTogether } from './publish-together.ts';
import type { ReplyInbox } from './reply-inbox.ts';
import { endWith, endWithParts, startSending, traceparentOf } from './spans.ts';
import { type BatchHandler, type ConsumeOptions, StreamConsumption } from './stream-consumption.ts';
import { traced } from './traced-batches.ts';
import { ensureConsumer, ensureStream } from './streams.ts';
import { endHeader, headersOf, messageIdHeader, partHeader, timeoutHeader, traceHeader } from './wire.ts';
import { workedOff } from './worked-off.ts';

export type MessagingOptions = Readonly<{ name: ServiceName; replicas?: number; log: Logger }>;
export type RequestOptions = Readonly<{ timeoutMs: number; traceparent?: string; signal?: AbortSignal }>;
export type PublishOptions = Readonly<{ timeoutMs: number; msgId?: string; traceparent?: string }>;
export type Published = Readonly<{ stream: string; seq: number; duplicate: boolean }>;

const drainLimitMs = 10_000;
/** Bytes that the headers of a message may take. */
const headerRoom = 512;

/** One connection's worth of request/reply, broadcasts and streams. Made by `openMessaging`. */
export class Messaging {
  readonly #connection: NatsConnection;
  readonly #inbox: ReplyInbox;
  readonly #inboxPrefix: string;
  readonly #options: MessagingOptions;
  readonly #log: Logger;
  readonly #checked = new WeakSet<object>();
  readonly #ensuring = new Map<string, Promise<void>>();
  readonly #consumptions = new Set<StreamConsumption>();
  readonly #onReconnect = new Set<() => void>();
  #manager: Promise<JetStreamManager> | undefined;
  #connected = true;
  /** Losses and reconnections: what comes in between belongs to neither connection. */
  #connectionChanges = 0;
  #maxPayload = 1_048_576;
  #serverVersion = '';

  constructor(connection: NatsConnection, inbox: ReplyInbox, inboxPrefix: string, options: MessagingOptions) {
    this.#connection = connection;
    this.#inbox = inbox;
    this.#inboxPrefix = inboxPrefix;
    this.#options = options;
    this.#log = options.log;
    this.#readInfo();
    void this.#watch();
  }

  /** Bytes of the largest message the server takes, headers included. */
  get maxPayload(): number {
    return this.#maxPayload;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get serverVersion(): string {
    return this.#serverVersion;
  }

  get log(): Logger {
    return this.#log;
  }

  /** Asks, and resolves to the checked reply. Throws `PeerUnavailable`, `PeerRefused`, `PeerFailed`; an aborted `signal`'s reason. */
  async request<C extends RequestContract>(contract: C, body: z.input<C['request']>, options: RequestOptions): Promise<z.output<C['reply']>> {
    this.#requireHonest(contract, contract.subject, contract.reply);
    const span = startSending(contract.subject, 'request', options.traceparent);
    if (!span) return await this.#request(contract, body, options);
    return await endWith(span, this.#request(contract, body, { ...options, traceparent: traceparentOf(span) }));
  }

  async #request<C extends RequestContract>(contract: C, body: z.input<C['request']>, options: RequestOptions): Promise<z.output<C['reply']>> {
    const { subject } = contract;
    let reply: Msg;
    try {
      reply = await this.#ask(subject, encode(body), this.#requestHeaders(options), options);
    } catch (error) {
      throw error instanceof NoAnswerError ? new PeerUnavailable(subject, error.reason) : error;
    }
    const refusal = errorOf(subject, reply);
    if (refusal) throw refusal;
    return readReply(contract, reply.data);
  }

  /**
   * Asks, and yields the checked parts in the order sent until the peer ends the reply; the request is sent when iteration begins.
   * Throws `PeerUnavailable` on the deadline, a missing part, no responders; `PeerRefused`, `PeerFailed` when the peer ends it with an error.
   */
  requestParts<C extends RequestContract>(contract: C, body: z.input<C['request']>, options: RequestOptions): AsyncGenerator<z.output<C['reply']>, void, undefined> {
    this.#requireHonest(contract, contract.subject, contract.reply);
    const span = startSending(contract.subject, 'request', options.traceparent);
    if (!span) return this.#requestParts(contract, body, options);
    return endWithParts(span, this.#requestParts(contract, body, { ...options, traceparent: traceparentOf(span) }));
  }

  async *#requestParts<C extends RequestContract>(contract: C, body: z.input<C['request']>, options: RequestOptions): AsyncGenerator<z.output<C['reply']>, void, undefined> {
    const { subject } = contract;
    const arrived: Msg[] = [];
    let failure: { reason: NoAnswer } | { thrown: unknown } | undefined;
    let wake: (() => void) | undefined;
    const fail = (why: NonNullable<typeof failure>) => {
      failure ??= why;
      wake?.();
    };
    const abort = () => fail({ thrown: options.signal?.reason });
    options.signal?.throwIfAborted();
    if (!this.#connected) throw new PeerUnavailable(subject, 'disconnected');
    const replyTo = this.#inbox.open({
      subject,
      onReply: (part) => {
        arrived.push(part);
        wake?.();
      },
      onFailure: (reason) => fail({ reason }),
    });
    const timer = setTimeout(fail, options.timeoutMs, { reason: 'timeout' });
    options.signal?.addEventListener('abort', abort, { once: true });
    try {
      this.#send(subject, encode(body), { reply: replyTo, headers: this.#requestHeaders(options) });
      for (let expected = 0; ; ) {
        let part = arrived.shift();
        while (part) {
          const refusal = errorOf(subject, part);
          if (refusal) throw refusal;
          const number = part.headers?.get(partHeader) ?? '';
          if (number !== String(expected)) throw new PeerUnavailable(subject, 'incomplete');
          const isLast = part.headers?.get(endHeader) === '1';
          if (!isLast || part.data.length > 0) yield readReply(contract, part.data);
          if (isLast) return;
          expected += 1;
          part = arrived.shift();
        }
        if (failure) throw 'reason' in failure ? new PeerUnavailable(subject, failure.reason) : failure.thrown;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      this.#inbox.close(replyTo);
    }
  }

  /** Tells every subscriber that is connected now; lost without an error while disconnected. */
  broadcast<C extends BroadcastContract>(contract: C, body: z.input<C['body']>, options: Readonly<{ traceparent?: string }> = {}): void {
    if (!this.#connected) {
      this.#log.debug({ subject: contract.subject }, 'broadcast lost: disconnected');
      return;
    }
    this.#send(contract.subject, encode(body), { headers: headersOf({ [traceHeader]: options.traceparent }) });
  }

  /** Calls `handler` with every broadcast whose body keeps the contract; its errors are logged. Returns the way to stop. */
  onBroadcast<C extends BroadcastContract>(contract: C, handler: (body: z.output<C['body']>) => void | Promise<void>): () => void {
    this.#requireHonest(contract, contract.subject, contract.body);
    const { subject } = contract;
    const failed = (error: unknown) => this.#log.error({ err: error, subject }, 'broadcast not handled');
    const subscription = this.#connection.subscribe(subject, {
      callback: (denied, message) => {
        if (denied) {
          failed(denied);
          return;
        }
        try {
          const handled = handler(check<C['body']>(contract.body, decode(message.data)));
          if (handled instanceof Promise) handled.catch(failed);
        } catch (error) {
          failed(error);
        }
      },
    });
    return () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
  }

  /**
   * Resolves once the stream has stored the message. Makes the stream when it is missing. Throws `PublishUnconfirmed`; after an unknown outcome
   * the same `msgId` within the stream's duplicate window (2 minutes) stores it once.
   */
  async publish<C extends StreamContract>(contract: C, subject: string, body: z.input<C['body']>, options: PublishOptions): Promise<Published> {
    const payload = encode(body);
    const publish = (traceparent: string | undefined) =>
      this.#withStream(contract, subject, options.timeoutMs, (timeoutMs) => this.#publishOnce(contract, subject, payload, { ...options, timeoutMs, ...(traceparent !== undefined && { traceparent }) }));
    const span = startSending(contract.stream, 'publish', options.traceparent);
    return await (span ? endWith(span, publish(traceparentOf(span))) : publish(options.traceparent));
  }

  /**
   * Publishes many JSON texts together: one wait for all. Resolves once the stream has stored every one; makes it when it is missing.
   * Throws `PublishUnconfirmed`: some may be stored then, and the same `msgId`s within the stream's duplicate window store each once.
   */
  async publishAll(contract: StreamContract, messages: readonly Outgoing[], { timeoutMs }: Readonly<{ timeoutMs: number }>): Promise<void> {
    const [first] = messages;
    if (!first) return;
    const room = this.#maxPayload - headerRoom;
    const large = messages.find(({ text }) => text.length * 3 > room && Buffer.byteLength(text) > room);
    if (large) throw new PublishUnconfirmed(large.subject, 'too_large', `the server takes ${this.#maxPayload} bytes`);
    const send = this.#send.bind(this);
    await this.#withStream(contract, first.subject, timeoutMs, async (leftMs) => {
      if (!this.#connected) throw new PublishUnconfirmed(first.subject, 'disconnected');
      await publishTogether(contract.stream, messages, { inbox: this.#inbox, send, timeoutMs: leftMs });
    });
  }

  /**
   * True once everything that a work-queue stream held when this was asked has been acknowledged by whoever works it off; false when
   * `remainingMs` has run out before. For services that may read the stream's state: its publishers and its consumer.
   */
  async workedOff(contract: StreamContract, remainingMs: () => number): Promise<boolean> {
    const jsm = await this.#jetstream();
    return await workedOff(() => jsm.streams.info(contract.stream), remainingMs);
  }

  /** A second try, where the first found no stream and one could be made. */
  async #withStream<T>(contract: StreamContract, subject: string, timeoutMs: number, publish: (timeoutMs: number) => Promise<T>): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    try {
      return await publish(timeoutMs);
    } catch (error) {
      if (!(error instanceof PublishUnconfirmed) || error.reason !== 'no_stream') throw error;
      try {
        await within(deadline - performance.now(), this.ensureStreams([contract]));
      } catch (cause) {
        throw new PublishUnconfirmed(subject, 'no_stream', `stream \`${contract.stream}\` is missing and was not made`, { cause });
      }
      return await publish(Math.max(1, deadline - performance.now()));
    }
  }

  /** Makes or updates the streams, and those durable consumers that this service works off. Idempotent. Throws when a stream cannot be what its contract says. */
  async ensureStreams(contracts: readonly StreamContract[]): Promise<void> {
    for (const contract of contracts) {
      const running = this.#ensuring.get(contract.stream) ?? this.#ensure(contract).finally(() => this.#ensuring.delete(contract.stream));
      this.#ensuring.set(contract.stream, running);
      await running;
    }
  }

  /** Works the stream off through its durable consumer, from now until `stop`; survives the loss of server, stream and consumer. */
  consume<C extends StreamContract>(contract: C, options: ConsumeOptions, handler: BatchHandler<z.output<C['body']>>): StreamConsumption {
    this.#requireHonest(contract, contract.stream, contract.body);
    const consumption = new StreamConsumption({
      contract,
      options,
      handler: traced(contract.stream, handler, this.#log),
      connection: this.#connection,
      inbox: `${this.#inboxPrefix}.${nuid.next()}`,
      log: this.#log,
      ensure: () => this.ensureStreams([contract, DeadLetters]),
      bury: (letter, msgId) => this.publish(DeadLetters, `hp.dead.v1.${contract.stream}`, letter, { timeoutMs: 5_000, msgId }),
      maxPayload: () => this.#maxPayload,
      manager: () => this.#jetstream(),
      onReconnect: (listener) => {
        this.#onReconnect.add(listener);
        return () => this.#onReconnect.delete(listener);
      },
      connectionChanges: () => this.#connectionChanges,
      ended: () => this.#consumptions.delete(consumption),
    });
    this.#consumptions.add(consumption);
    return consumption;
  }

  /**
   * Receives the requests of a subject as one of the queue group; used by `NatsStrategy`. Rejects when the server does not permit it.
   * The result stops it: resolves when no further request can arrive.
   */
  async answer(subject: string, queue: string, onRequest: (request: Msg) => void): Promise<() => Promise<void>> {
    let denied: Error | undefined;
    const subscription = this.#connection.subscribe(subject, {
      queue,
      callback: (error, request) => {
        if (!error) {
          onRequest(request);
          return;
        }
        denied = error;
        this.#log.error({ err: error, subject }, 'requests can no longer be received');
      },
    });
    await this.#connection.flush();
    if (denied) throw new Error(`not permitted to answer \`${subject}\``, { cause: denied });
    return async () => {
      if (!subscription.isClosed()) await subscription.drain();
    };
  }

  /** Resolves when all that was sent has reached the server. */
  async flush(): Promise<void> {
    await this.#connection.flush();
  }

  /** Stops consumers after what they have in hand, lets open requests and publishes end (at most 10 s), sends what is buffered, closes. */
  async drain(): Promise<void> {
    await Promise.all([...this.#consumptions].map((consumption) => consumption.stop()));
    const until = performance.now() + drainLimitMs;
    while (this.#inbox.size > 0 && performance.now() < until && this.#connected) await new Promise((resolve) => setTimeout(resolve, 5));
    if (this.#connection.isClosed() || !this.#connected) return this.close();
    await Promise.race([this.#connection.drain(), new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
    return this.close();
  }

  /** Closes at once. Open requests fail. */
  async close(): Promise<void> {
    this.#inbox.failAll('disconnected');
    this.#connected = false;
    for (const consumption of this.#consumptions) consumption.abandon();
    await this.#connection.close();
  }

  async #publishOnce(contract: StreamContract, subject: string, payload: Uint8Array, { timeoutMs, msgId, traceparent }: PublishOptions): Promise<Published> {
    if (payload.length > this.#maxPayload) throw new PublishUnconfirmed(subject, 'too_large', `${payload.length} bytes, the server takes ${this.#maxPayload}`);
    let reply: Msg;
    try {
      reply = await this.#ask(subject, payload, headersOf({ [messageIdHeader]: msgId, [traceHeader]: traceparent }), { timeoutMs });
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      throw new PublishUnconfirmed(subject, error.reason === 'no_responders' ? 'no_stream' : error.reason);
    }
    const ack = reply.json<PublishReply>();
    if (ack.error) throw new PublishUnconfirmed(subject, 'refused', ack.error.description);
    if (ack.stream !== contract.stream || ack.seq === undefined) throw new PublishUnconfirmed(subject, 'refused', `stored by stream \`${ack.stream ?? ''}\``);
    return { stream: ack.stream, seq: ack.seq, duplicate: ack.duplicate ?? false };
  }

  async #ensure(contract: StreamContract): Promise<void> {
    const jsm = await this.#jetstream();
    await ensureStream(jsm, contract, this.#options.replicas ?? 1);
    if (contract.consumer?.service === this.#options.name) await ensureConsumer(jsm, contract);
  }

  #jetstream(): Promise<JetStreamManager> {
    this.#manager ??= jetstreamManager(this.#connection, { checkAPI: false, timeout: 5_000 });
    return this.#manager;
  }

  #ask(subject: string, payload: Uint8Array, headers: ReturnType<typeof headersOf>, { timeoutMs, signal }: RequestOptions): Promise<Msg> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (!this.#connected) throw new NoAnswerError('disconnected');
      const settle = () => {
        clearTimeout(timer);
        this.#inbox.close(replyTo);
        signal?.removeEventListener('abort', abort);
      };
      const fail = (reason: NoAnswer) => {
        settle();
        reject(new NoAnswerError(reason));
      };
      const abort = () => {
        settle();
        reject(signal?.reason as Error);
      };
      const replyTo = this.#inbox.open({
        subject,
        onReply: (reply) => {
          settle();
          resolve(reply);
        },
        onFailure: fail,
      });
      const timer = setTimeout(fail, timeoutMs, 'timeout');
      signal?.addEventListener('abort', abort, { once: true });
      try {
        this.#send(subject, payload, { reply: replyTo, headers });
      } catch (error) {
        settle();
        throw error;
      }
    });
  }

  #send(subject: string, payload: Uint8Array, { reply, headers }: { reply?: string; headers: ReturnType<typeof headersOf> }): void {
    this.#connection.publish(subject, payload, { ...(reply !== undefined && { reply }), ...(headers && { headers }) });
  }

  #requestHeaders({ timeoutMs, traceparent }: RequestOptions): ReturnType<typeof headersOf> {
    return headersOf({ [timeoutHeader]: String(Math.floor(timeoutMs)), [traceHeader]: traceparent });
  }

  #requireHonest(contract: object, name: string, schema: z.ZodType): void {
    if (this.#checked.has(contract)) return;
    requireUnaltering(name, schema);
    this.#checked.add(contract);
  }

  #readInfo(): void {
    const { info } = this.#connection;
    if (!info) return;
    this.#maxPayload = info.max_payload;
    this.#serverVersion = info.version;
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) this.#onStatus(status);
    const error = await this.#connection.closed();
    this.#connected = false;
    this.#inbox.failAll('disconnected');
    if (error) this.#log.error({ err: error }, 'nats connection closed for good');
  }

  #onStatus(status: Status): void {
    switch (status.type) {
      case 'disconnect':
        this.#connected = false;
        this.#connectionChanges += 1;
        this.#inbox.failAll('disconnected');
        this.#log.warn({ server: status.server }, 'nats disconnected');
        break;
      case 'reconnect':
        this.#connected = true;
        this.#connectionChanges += 1;
        this.#readInfo();
        this.#log.info({ server: status.server, version: this.#serverVersion }, 'nats reconnected');
        for (const listener of this.#onReconnect) listener();
        break;
      case 'error':
        if (status.error instanceof errors.PermissionViolationError && status.error.operation === 'publish') this.#inbox.failSubject(status.error.subject, 'forbidden');
        this.#log.error({ err: status.error }, 'nats server reports an error');
        break;
      default:
        this.#log.debug({ status: status.type }, 'nats connection');
    }
  }
}

/** Never leaves this file: each call names the reason in its own error. */
class NoAnswerError extends Error {
  readonly reason: NoAnswer;

  constructor(reason: NoAnswer) {
    super(reason);
    this.reason = reason;
  }
}

function readReply<C extends RequestContract>({ subject, reply }: C, data: Uint8Array): z.output<C['reply']> {
  try {
    return check<C['reply']>(reply, decode(data));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new PeerFailed({ subject, status: 502, description: `reply breaks the contract: ${error.message}` }, { cause: error });
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('deadline passed')), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
