import type { RequestContract, ServiceName } from '@holdpoint/contracts';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { BoundedLane } from './bounded-lane.ts';
import { problem } from './error-reply.ts';
import { Exchange, type Handler } from './exchange.ts';
import type { Logger } from './logger.ts';
import type { Messaging } from './messaging.ts';
import { requireUnaltering } from './payload.ts';

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
