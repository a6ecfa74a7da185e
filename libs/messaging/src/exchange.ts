import type { RequestContract } from '@holdpoint/contracts';
import type { MessageHandler } from '@nestjs/microservices';
import { SpanStatusCode } from '@opentelemetry/api';
import type { Msg } from '@nats-io/transport-node';
import { isObservable, lastValueFrom, type Observable, tap } from 'rxjs';
import { errorReply, problem, problemOf } from './error-reply.ts';
import type { Problem } from './errors.ts';
import type { Logger } from './logger.ts';
import { check, decode, encode } from './payload.ts';
import { Deadline, RequestContext } from './request-context.ts';
import { inServerSpan } from './spans.ts';
import { parseTraceparent } from './trace-context.ts';
import { endHeader, headersOf, partHeader, timeoutHeader, traceHeader } from './wire.ts';

export type Handler = MessageHandler<unknown, RequestContext, unknown>;

const defaultBudgetMs = 10_000;

/** One request and its reply. */
export class Exchange {
  readonly #contract: RequestContract;
  readonly #handler: Handler;
  readonly #request: Msg;
  readonly #maxPayload: number;
  readonly #deadline: Deadline;
  readonly #receivedAt = performance.now();
  #status = 200;
  #parts = 0;
  #ended = false;

  constructor(contract: RequestContract, handler: Handler, request: Msg, maxPayload: number) {
    this.#contract = contract;
    this.#handler = handler;
    this.#request = request;
    this.#maxPayload = maxPayload;
    const budget = request.headers?.get(timeoutHeader) ?? '';
    this.#deadline = new Deadline(this.#receivedAt, /^\d{1,9}$/.test(budget) ? Number(budget) : defaultBudgetMs);
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

  /** Never rejects: whatever happens becomes a reply. One line, at its end. */
  async run(log: Logger): Promise<void> {
    const sent = this.#request.headers?.get(traceHeader) ?? '';
    const traceparent = sent === '' ? undefined : sent;
    const waitedMs = performance.now() - this.#receivedAt;
    await inServerSpan({ name: this.subject, traceparent, attributes: { 'holdpoint.queue_wait_ms': waitedMs } }, async (span) => {
      await this.#run(traceparent, log);
      span?.setAttribute('holdpoint.status', this.#status);
      if (this.#status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    });
    const trace_id = traceparent === undefined ? undefined : parseTraceparent(traceparent)?.traceId;
    log.debug({ subject: this.subject, status: this.#status, ms: Math.round(performance.now() - this.#receivedAt), waited_ms: Math.round(waitedMs), trace_id }, 'request');
  }

  async #run(traceparent: string | undefined, log: Logger): Promise<void> {
    try {
      const body = check(this.#contract.request, decode(this.#request.data));
      const context = new RequestContext(this.subject, traceparent, this.#deadline, (part, isLast) => this.#part(part, isLast));
      const answer = await this.#handler(body, context);
      if (this.#contract.replies === 'one') this.#answer(isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer);
      else await this.#answerInParts(answer);
    } catch (error) {
      this.#fail(error, log);
    }
  }

  refuse(refusal: Problem): void {
    this.#ended = true;
    this.#status = refusal.status;
    let reply = errorReply(refusal);
    if (reply.data.length + headerRoom > this.#maxPayload) reply = errorReply(tooLarge);
    this.#request.respond(reply.data, { headers: reply.headers });
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
    if (this.#ended) return;
    this.#ended = true;
    const headers = headersOf({ [partHeader]: String(this.#parts), [endHeader]: '1' });
    this.#request.respond(undefined, { ...(headers && { headers }) });
  }

  #part(body: unknown, isLast = false): void {
    if (this.#contract.replies !== 'many') throw new Error(`\`${this.subject}\` is answered with one message`);
    if (this.#ended) throw new Error(`the reply of \`${this.subject}\` has ended`);
    const data = encode(body);
    if (data.length + headerRoom > this.#maxPayload) throw new ReplyTooLarge();
    const headers = headersOf({ [partHeader]: String(this.#parts), [endHeader]: isLast ? '1' : undefined });
    this.#parts += 1;
    this.#ended = isLast;
    this.#request.respond(data, { ...(headers && { headers }) });
  }

  #fail(error: unknown, log: Logger): void {
    if (error instanceof ReplyTooLarge) {
      log.error({ subject: this.subject, maxPayload: this.#maxPayload }, 'reply larger than the server takes');
      this.#refuseSafely(tooLarge, log);
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

/** Bytes kept free for the headers of a reply. */
const headerRoom = 1_024;
const tooLarge = problem(500, 'reply_too_large', 'the reply is larger than a message may be');

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
