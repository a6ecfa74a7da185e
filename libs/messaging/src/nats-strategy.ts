import type { RequestContract, ServiceName } from '@holdpoint/contracts';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Msg } from '@nats-io/transport-node';
import { isObservable, lastValueFrom, type Observable, tap } from 'rxjs';
import { BoundedLane } from './bounded-lane.ts';
import { errorReply, problem, problemOf } from './error-reply.ts';
import type { Problem } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Messaging } from './messaging.ts';
import { check, decode, encode, requireUnaltering } from './payload.ts';
import { Deadline, RequestContext } from './request-context.ts';
import { endHeader, headersOf, partHeader, timeoutHeader, traceHeader } from './wire.ts';

export type NatsStrategyOptions = Readonly<{
  messaging: Messaging;
  service: ServiceName;
  /** What this service answers: one handler for each, and no handler without one. */
  contracts: readonly RequestContract[];
  /** Handlers that run at a time. */
  concurrency: number;
  /** Requests that wait for their turn, at most; further ones are answered 503 at once. Default 1,024. */
  queueLimit?: number;
  /** How long `close` waits for requests it has taken; what still waits then is answered 503. Default 10,000. */
  drainLimitMs?: number;
}>;

/**
 * Third argument of `@MessagePattern`. Handlers with the same `bulkhead` share a lane of that `concurrency`, apart from the service's;
 * `concurrency` alone is a lane of the handler's own.
 */
export type HandlerExtras = Readonly<{ concurrency?: number; bulkhead?: string }>;

type Handler = MessageHandler<unknown, RequestContext, unknown>;

const defaultBudgetMs = 10_000;
const defaultQueueLimit = 1_024;
const defaultDrainLimitMs = 10_000;

/**
 * Nest's transport for plain JSON request/reply on NATS: `@MessagePattern(Contract.subject)` methods answer as one of the queue group `contract.server`.
 * They get the checked body as `@Payload()` and a `RequestContext` as `@Ctx()`. A contract with `replies: 'many'` is answered by an async iterable
 * (an async generator method), an Observable, or `context.part(…)` and a promise that ends it.
 * Every request gets a reply; errors are replies by NATS ADR-32.
 */
export class NatsStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol.for('holdpoint.nats');
  readonly #options: NatsStrategyOptions;
  readonly #log: Logger;
  readonly #lanes = new Map<string, BoundedLane>();
  #stops: (() => Promise<void>)[] = [];

  constructor(options: NatsStrategyOptions) {
    super();
    this.#options = options;
    this.#log = options.messaging.log;
  }

  override listen(callback: (error?: unknown) => void): void {
    this.#listen().then(
      () => callback(),
      async (error: unknown) => {
        await this.#stopReceiving();
        callback(error);
      },
    );
  }

  /** No request is taken any more; those taken are answered, then this resolves (at most `drainLimitMs` later). The connection stays open. */
  override async close(): Promise<void> {
    const { drainLimitMs = defaultDrainLimitMs, messaging, service } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const outOfTime = new Promise<'out of time'>((resolve) => (timer = setTimeout(resolve, drainLimitMs, 'out of time')));
    const answered = this.#stopReceiving().then(() => Promise.all([...this.#lanes.values()].map((lane) => lane.whenIdle())));
    const end = await Promise.race([answered, outOfTime]);
    clearTimeout(timer);
    if (end === 'out of time') {
      const running = [...this.#lanes.values()].reduce((sum, lane) => sum + lane.running, 0);
      this.#log.error({ service, running }, 'requests still unanswered at shutdown');
      for (const lane of this.#lanes.values()) lane.dropWaiting();
    }
    try {
      if (messaging.connected) await messaging.flush();
    } catch (error) {
      this.#log.warn({ err: error, service }, 'connection lost while the last replies were sent');
    }
  }

  override on(): never {
    throw new Error('this transport has no events; watch the connection instead');
  }

  override unwrap(): never {
    throw new Error('the connection belongs to whoever opened it');
  }

  async #listen(): Promise<void> {
    const { contracts, service, messaging } = this.#options;
    const bySubject = new Map(contracts.map((contract) => [contract.subject, contract]));
    const wrong = [
      ...contracts.filter(({ server }) => server !== service).map(({ subject }) => `\`${subject}\` is not answered by ${service}`),
      ...contracts.filter(({ subject }) => !this.messageHandlers.has(subject)).map(({ subject }) => `\`${subject}\` has no handler`),
      ...[...this.messageHandlers].filter(([subject]) => !bySubject.has(subject)).map(([subject]) => `the handler of \`${subject}\` has no contract`),
      ...[...this.messageHandlers].filter(([, handler]) => handler.isEventHandler).map(([subject]) => `\`${subject}\` is a request, not an event`),
    ];
    if (wrong.length > 0) throw new Error(`handlers and contracts disagree: ${wrong.join('; ')}`);
    for (const [subject, handler] of this.messageHandlers as ReadonlyMap<string, Handler>) {
      const contract = bySubject.get(subject);
      if (!contract) continue;
      requireUnaltering(subject, contract.request);
      const lane = this.#laneOf(subject, handler);
      this.#stops.push(await messaging.answer(subject, contract.server, (request) => this.#receive(new Exchange(contract, handler, request, messaging.maxPayload), lane)));
    }
  }

  #laneOf(subject: string, handler: Handler): BoundedLane {
    const { bulkhead, concurrency } = (handler.extras ?? {}) as HandlerExtras;
    const name = bulkhead ?? (concurrency === undefined ? '' : subject);
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = new BoundedLane(concurrency ?? this.#options.concurrency, this.#options.queueLimit ?? defaultQueueLimit);
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #receive(exchange: Exchange, lane: BoundedLane): void {
    if (!exchange.canAnswer) {
      this.#log.warn({ subject: exchange.subject }, 'request without a reply subject dropped');
      return;
    }
    const task = {
      run: () => exchange.run(this.#log),
      expired: () => exchange.expired,
      drop: (why: 'expired' | 'stopped') => {
        if (why === 'expired') exchange.refuse(deadlinePassed);
        else exchange.refuse(problem(503, 'shutting_down', 'the service is shutting down; ask again'));
      },
    };
    if (exchange.expired) task.drop('expired');
    else if (!lane.offer(task)) exchange.refuse(problem(503, 'queue_full', 'too many requests wait already'));
  }

  async #stopReceiving(): Promise<void> {
    const stops = this.#stops;
    this.#stops = [];
    await Promise.allSettled(stops.map((stop) => stop()));
  }
}

const deadlinePassed = problem(504, 'deadline_passed', 'the request waited longer than its caller does');

/** One request and its reply. */
class Exchange {
  readonly #contract: RequestContract;
  readonly #handler: Handler;
  readonly #request: Msg;
  readonly #maxPayload: number;
  readonly #deadline: Deadline;
  #parts = 0;
  #ended = false;

  constructor(contract: RequestContract, handler: Handler, request: Msg, maxPayload: number) {
    const receivedAt = performance.now();
    this.#contract = contract;
    this.#handler = handler;
    this.#request = request;
    this.#maxPayload = maxPayload;
    const budget = request.headers?.get(timeoutHeader) ?? '';
    this.#deadline = new Deadline(receivedAt, /^\d{1,9}$/.test(budget) ? Number(budget) : defaultBudgetMs);
  }

  get subject(): string {
    return this.#contract.subject;
  }

  get canAnswer(): boolean {
    return (this.#request.reply ?? '') !== '';
  }

  get expired(): boolean {
    return this.#deadline.remainingMs() === 0;
  }

  /** Never rejects: whatever happens becomes a reply. */
  async run(log: Logger): Promise<void> {
    try {
      const body = check(this.#contract.request, decode(this.#request.data));
      const traceparent = this.#request.headers?.get(traceHeader) ?? '';
      const context = new RequestContext(this.subject, traceparent === '' ? undefined : traceparent, this.#deadline, (part) => this.#part(part));
      const answer = await this.#handler(body, context);
      if (this.#contract.replies === 'one') this.#answer(isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer);
      else await this.#answerInParts(answer);
    } catch (error) {
      this.#fail(error, log);
    }
  }

  refuse(refusal: Problem): void {
    this.#ended = true;
    const { data, headers } = errorReply(refusal);
    this.#request.respond(data, { headers });
  }

  #answer(body: unknown): void {
    const data = encode(body);
    if (data.length > this.#maxPayload) throw new ReplyTooLarge();
    this.#ended = true;
    this.#request.respond(data);
  }

  async #answerInParts(answer: unknown): Promise<void> {
    if (isObservable(answer)) await each(answer, (part) => this.#part(part));
    else if (isAsyncIterable(answer)) for await (const part of answer) this.#part(part);
    else if (answer !== undefined) this.#part(answer);
    this.#ended = true;
    const headers = headersOf({ [partHeader]: String(this.#parts), [endHeader]: '1' });
    this.#request.respond(undefined, { ...(headers && { headers }) });
  }

  #part(body: unknown): void {
    if (this.#contract.replies !== 'many') throw new Error(`\`${this.subject}\` is answered with one message`);
    if (this.#ended) throw new Error(`the reply of \`${this.subject}\` has ended`);
    const data = encode(body);
    if (data.length + 64 > this.#maxPayload) throw new ReplyTooLarge();
    const headers = headersOf({ [partHeader]: String(this.#parts) });
    this.#parts += 1;
    this.#request.respond(data, { ...(headers && { headers }) });
  }

  #fail(error: unknown, log: Logger): void {
    if (error instanceof ReplyTooLarge) {
      log.error({ subject: this.subject, maxPayload: this.#maxPayload }, 'reply larger than the server takes');
      this.#refuseSafely(problem(500, 'reply_too_large', 'the reply is larger than a message may be'), log);
      return;
    }
    const known = problemOf(error);
    if (known) log.debug({ err: error, subject: this.subject, status: known.status }, 'request answered with an error');
    else if (!loggedByNest(error)) log.error({ err: error, subject: this.subject }, 'request failed');
    this.#refuseSafely(known ?? problem(500, 'internal_error'), log);
  }

  #refuseSafely(refusal: Problem, log: Logger): void {
    try {
      this.refuse(refusal);
    } catch (error) {
      log.error({ err: error, subject: this.subject }, 'reply could not be sent');
    }
  }
}

class ReplyTooLarge extends Error {}

/** What Nest's own filter makes of a defect after it has logged it; `PassDefects` keeps the error instead. */
function loggedByNest(error: unknown): boolean {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && (error as { status?: unknown }).status === 'error';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Rejects, and unsubscribes, when `next` throws. */
async function each(values: Observable<unknown>, next: (value: unknown) => void): Promise<void> {
  await lastValueFrom(values.pipe(tap(next)), { defaultValue: undefined });
}
