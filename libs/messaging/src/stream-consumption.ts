import { isUtf8 } from 'node:buffer';
import type { DeadLetters, StreamContract } from '@holdpoint/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import type { Delivery } from './delivery.ts';
import { InvalidInput, UnreadableMessage } from './errors.ts';
import type { Logger } from './logger.ts';
import { check, decode } from './payload.ts';
import { PullSource } from './pull-source.ts';
import { traceHeader } from './wire.ts';

export type ConsumeOptions = Readonly<{
  /** Messages handed over together, at most. */
  maxBatch: number;
  /** How long after its first message a batch is filled up with what has come; 0: at once, with what is there. */
  maxWaitMs: number;
  /** Bytes of a batch, at most; a first message larger than that comes alone. Default 8 MiB. */
  maxBatchBytes?: number;
  /** Told of each message moved to the dead letters. */
  onDeadLetter?: () => void;
}>;

export type DeliveredMessage<Body = unknown> = Readonly<{
  subject: string;
  /** Sequence in the stream. */
  seq: number;
  body: Body;
  /** 1 on the first delivery. */
  deliveries: number;
  /** When the stream stored it, epoch milliseconds. */
  storedAt: number;
  traceparent?: string;
}>;

/** What a handler says of a batch, where not all of it is done. Whatever is not named is acknowledged. */
export type Handled = Readonly<{
  /** Wait for something that is down: they come again with growing delay (100 ms to 10 s), for ever. */
  later?: readonly DeliveredMessage[];
  /** Can never be processed, and whoever sent them knows: kept as dead letters with the reason, then acknowledged. */
  refused?: readonly Readonly<{ message: DeliveredMessage; reason: string }>[];
}>;
/** Resolves when the effects of the batch are there to stay; rejects when the batch failed. */
export type BatchHandler<Body> = (batch: readonly DeliveredMessage<Body>[]) => Promise<void> | Promise<Handled | undefined>;

export type DeadLetter = z.input<(typeof DeadLetters)['body']>;

export type Setting = Readonly<{
  contract: StreamContract;
  options: ConsumeOptions;
  handler: BatchHandler<never>;
  connection: NatsConnection;
  /** Subject prefix, private to this consumption. */
  inbox: string;
  log: Logger;
  ensure: () => Promise<void>;
  bury: (letter: DeadLetter, msgId: string) => Promise<unknown>;
  /** Bytes of the largest message the server takes now. */
  maxPayload: () => number;
  manager: () => Promise<JetStreamManager>;
  onReconnect: (listener: () => void) => () => void;
  /** How often the connection has been lost or made anew so far. */
  connectionChanges: () => number;
  ended: () => void;
}>;

const done: Handled = {};

const shortestNakMs = 100;
const longestNakMs = 30_000;
const longestWaitMs = 10_000;
const longestPauseMs = 5_000;
const failuresBeforePause = 3;

/**
 * The loop that works a stream off through its durable pull consumer. Messages are acknowledged after the handler has resolved.
 * A failing batch is tried again message by message; what fails alone is given back with growing delay (100 ms to 30 s), for ever.
 * INVARIANT: no error ends the loop but `stop`; whatever is missing is made again.
 */
export class StreamConsumption {
  readonly #setting: Setting;
  readonly #source: PullSource;
  readonly #consumer: NonNullable<StreamContract['consumer']>;
  readonly #running: Promise<void>;
  readonly #forgetReconnect: () => void;
  readonly #inHand = new Set<Delivery>();
  /** When the oldest message was stored that this loop knows and that is not acknowledged, epoch milliseconds. */
  #oldestAt: number | undefined;
  /** Deliveries given back so far. */
  #givenBack = 0;
  #interrupt: (() => void) | undefined;
  /** Asks for more time for what is in hand. */
  #working: NodeJS.Timeout | undefined;
  #stopping = false;
  #abandoned = false;
  /** Whether stream and consumer are to be looked at before the next pull. */
  #doubtful = true;
  /** In a row, without a success in between. */
  #fruitless = 0;
  /** How many messages the next batch may have: 1 while nothing succeeds, then growing to `maxBatch`. */
  #limit: number;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#limit = setting.options.maxBatch;
    const { connection, contract, inbox, connectionChanges, options } = setting;
    const { stream, consumer } = contract;
    if (!consumer) throw new TypeError(`the contract of stream \`${stream}\` names no consumer`);
    this.#consumer = consumer;
    const { maxWaitMs, maxBatchBytes = 8 * 1024 ** 2 } = options;
    this.#source = new PullSource({ connection, stream, durable: consumer.durable, inbox, maxWaitMs, maxBatchBytes, connectionChanges });
    this.#forgetReconnect = setting.onReconnect(() => {
      this.#doubtful = true;
      this.#source.interrupt();
      this.#interrupt?.();
    });
    this.#running = this.#run().finally(setting.ended);
  }

  /** Resolves when the handler has finished what is in hand and that is acknowledged; nothing more is fetched. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#source.halt();
    this.#interrupt?.();
    await this.#running;
  }

  /** Ends without waiting; what is in hand is delivered again after the ack wait. */
  abandon(): void {
    this.#abandoned = true;
    clearInterval(this.#working);
    void this.stop();
  }

  /** Messages not acknowledged yet, in flight included. */
  async lag(): Promise<number> {
    const jsm = await this.#setting.manager();
    const info = await jsm.consumers.info(this.#setting.contract.stream, this.#consumer.durable);
    return info.num_pending + info.num_ack_pending;
  }

  /** Age of the oldest message that is not acknowledged, as far as this loop has seen; 0 when there is none. By the server's clock and ours. */
  async lagSeconds(): Promise<number> {
    if (this.#oldestAt === undefined || (await this.lag()) === 0) return 0;
    return Math.max(0, Date.now() - this.#oldestAt) / 1_000;
  }

  async #run(): Promise<void> {
    const { contract, log } = this.#setting;
    let failures = 0;
    while (!this.#stopping) {
      try {
        await this.#prepare();
        const batch = await this.#source.nextBatch(this.#limit);
        if (batch.length > 0) await this.#process(batch);
        const interruption = this.#source.takeInterruption();
        if (interruption !== undefined) throw new Error(interruption);
        if (failures > 0) log.info({ stream: contract.stream }, 'consumer works again');
        failures = 0;
      } catch (error) {
        this.#doubtful = true;
        if (failures === 0) log.warn({ err: error, stream: contract.stream }, 'consumer interrupted, going on');
        else log.debug({ err: error, stream: contract.stream }, 'consumer still interrupted');
        failures += 1;
        await this.#pause(backOff(failures, longestPauseMs));
      }
    }
    this.#forgetReconnect();
    if (!this.#abandoned) await this.#leave();
  }

  async #prepare(): Promise<void> {
    if (!this.#doubtful) return;
    this.#doubtful = false;
    await this.#setting.ensure();
  }

  /** Gives back what comes too late, and sees acknowledgements on their way. */
  async #leave(): Promise<void> {
    try {
      await this.#source.close();
      await this.#setting.connection.flush();
    } catch (error) {
      this.#setting.log.debug({ err: error }, 'consumer stopped while disconnected');
    }
  }

  async #process(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) this.#inHand.add(delivery);
    const [first, last] = [deliveries[0], deliveries.at(-1)];
    if (first) this.#oldestAt = Math.min(this.#oldestAt ?? first.storedAt, first.storedAt);
    const givenBack = this.#givenBack;
    this.#working = setInterval(() => {
      for (const delivery of this.#inHand) delivery.working();
    }, this.#consumer.ackWaitMs / 3);
    try {
      const readable: Readable[] = [];
      for (const delivery of deliveries) {
        const read = this.#read(delivery);
        if ('reason' in read) await this.#bury(delivery, read.reason, 'error');
        else readable.push(read);
      }
      if (readable.length > 0) await this.#handle(readable);
      if (this.#givenBack === givenBack) this.#oldestAt = last !== undefined && last.pending > 0 ? last.storedAt : undefined;
    } finally {
      clearInterval(this.#working);
      this.#inHand.clear();
    }
  }

  #read(delivery: Delivery): Readable | Readonly<{ reason: string }> {
    const { message } = delivery;
    try {
      const body = check(this.#setting.contract.body, decode(message.data));
      const traceparent = message.headers?.get(traceHeader) ?? '';
      const { seq, deliveries, storedAt } = delivery;
      return { delivery, message: { subject: message.subject, seq, body: body as never, deliveries, storedAt, ...(traceparent !== '' && { traceparent }) } };
    } catch (error) {
      if (error instanceof InvalidInput) return { reason: error.message };
      throw error;
    }
  }

  async #handle(batch: readonly Readable[]): Promise<void> {
    const { options, handler, log, contract } = this.#setting;
    if (batch.length > 1) {
      try {
        await this.#settleAll(batch, (await handler(batch.map(({ message }) => message))) ?? done);
        this.#fruitless = 0;
        this.#limit = Math.min(options.maxBatch, this.#limit * 2);
        return;
      } catch (error) {
        log.debug({ err: error, stream: contract.stream, messages: batch.length }, 'batch failed, trying its messages one by one');
      }
    }
    let failedInARow = 0;
    let succeeded = 0;
    for (const readable of batch) {
      if (failedInARow >= failuresBeforePause) {
        this.#settle(readable.delivery, 'nak');
      } else if (await this.#handleOne(readable)) {
        succeeded += 1;
        failedInARow = 0;
      } else {
        failedInARow += 1;
      }
    }
    if (succeeded > 0) {
      this.#fruitless = 0;
      this.#limit = Math.min(options.maxBatch, this.#limit * 2);
      return;
    }
    // Nothing works, so it is hardly the messages: take one at a time until something does.
    this.#limit = 1;
    this.#fruitless += 1;
    await this.#pause(backOff(this.#fruitless, longestPauseMs));
  }

  async #settleAll(batch: readonly Readable[], handled: Handled): Promise<void> {
    const later = new Set(handled.later);
    const refused = new Map(handled.refused?.map(({ message, reason }) => [message, reason]));
    for (const { delivery, message } of batch) {
      const reason = refused.get(message);
      if (reason !== undefined) await this.#bury(delivery, reason, 'info');
      else this.#settle(delivery, later.has(message) ? 'later' : 'ack');
    }
  }

  async #handleOne(readable: Readable): Promise<boolean> {
    const { handler, log, contract } = this.#setting;
    const { delivery, message } = readable;
    try {
      await this.#settleAll([readable], (await handler([message])) ?? done);
      return true;
    } catch (error) {
      if (error instanceof UnreadableMessage) return this.#bury(delivery, error.reason, 'error');
      log.error({ err: error, stream: contract.stream, seq: delivery.seq, deliveries: delivery.deliveries }, 'message not processed, will be delivered again');
      this.#settle(delivery, 'nak');
      return false;
    }
  }

  /** Keeps the message as a dead letter, then acknowledges it; where that fails it is delivered again. */
  async #bury(delivery: Delivery, why: string, level: 'info' | 'error'): Promise<boolean> {
    // Senders may have written it, and as much as they liked.
    const reason = why.slice(0, maxReasonLength);
    const { contract, bury, log, options, maxPayload } = this.#setting;
    const { seq, message } = delivery;
    try {
      const place = { stream: contract.stream, seq, subject: message.subject, at: new Date().toISOString() };
      await bury(letterOf(place, reason, message.data, maxPayload()), `${contract.stream}.${seq}.${delivery.storedNanos}`);
      this.#settle(delivery, 'ack');
      options.onDeadLetter?.();
      log[level]({ stream: contract.stream, seq, reason }, 'message moved to the dead letters');
      return true;
    } catch (error) {
      log.error({ err: error, stream: contract.stream, seq, reason }, 'unreadable message could not be moved to the dead letters');
      this.#settle(delivery, 'nak');
      return false;
    }
  }

  #settle(delivery: Delivery, how: 'ack' | 'nak' | 'later'): void {
    this.#inHand.delete(delivery);
    if (this.#abandoned) return;
    if (how === 'ack' && delivery.held) {
      delivery.ack();
      return;
    }
    this.#givenBack += 1;
    delivery.nak(backOff(delivery.deliveries, how === 'nak' ? longestNakMs : longestWaitMs));
  }

  /** Ends early when the connection is back or the loop is to stop. */
  #pause(ms: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#interrupt = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#interrupt = end;
    });
  }
}

type Readable = Readonly<{ delivery: Delivery; message: DeliveredMessage<never> }>;

/** Exponential from 100 ms, with jitter of a half. */
function backOff(attempt: number, longestMs: number): number {
  const full = Math.min(longestMs, shortestNakMs * 2 ** Math.min(20, attempt - 1));
  return Math.max(shortestNakMs, Math.round(full * (0.5 + Math.random() / 2)));
}

/** What a dead letter needs beside the message, at most. */
const letterRoomBytes = 8_192;
const maxReasonLength = 1_000;

/** INVARIANT: a letter always fits the server: a message too large to be kept whole is cut, so that it is never delivered for ever. */
function letterOf(place: Pick<DeadLetter, 'stream' | 'seq' | 'subject' | 'at'>, reason: string, data: Uint8Array, maxPayload: number): DeadLetter {
  const whole: DeadLetter = { ...place, reason, ...bodyOf(data) };
  if (data.length <= maxPayload / 8 || Buffer.byteLength(JSON.stringify(whole.body)) + letterRoomBytes <= maxPayload) return whole;
  return { ...place, reason: `${reason} (too large to be kept whole)`, body: Buffer.from(data.subarray(0, letterRoomBytes)).toString('base64'), encoding: 'base64' };
}

function bodyOf(data: Uint8Array): Pick<DeadLetter, 'body' | 'encoding'> {
  if (isUtf8(data)) {
    try {
      return { body: decode(data), encoding: 'json' };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
    }
  }
  return { body: Buffer.from(data).toString('base64'), encoding: 'base64' };
}
