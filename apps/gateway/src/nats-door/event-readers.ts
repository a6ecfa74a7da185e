import { GuardId, KeyId, PublicEvents } from '@holdpoint/contracts';
import { createInbox, errors, nanos, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { Problem } from '../http/problem.ts';
import type { Reader } from './event-cursor.ts';

export type EventReadersOptions = Readonly<{ connection: NatsConnection; inboxPrefix: string }>;
export type StartAt = 'earliest' | 'now';
export type DeliveredEvent = Readonly<{ sequence: number; subject: string; atMs: number; data: Uint8Array }>;
type Pull = Readonly<{ batch: number; maxBytes?: number; waitMs?: number }>;
type Pulled = Readonly<{ events: DeliveredEvent[]; end: 'full' | 'over' | 'too_large' | 'no_reader' }>;

const { stream } = PublicEvents;
/** What was delivered and not acknowledged by then comes again. */
export const acknowledgedWithinMs = 30_000;
const answerWithinMs = 5_000;
/** Deliveries of one reader that may wait for their acknowledgement. */
const maxUnacknowledged = 1_000;
const notFound = new Set([10014, 10059]);

const nameOf = ({ keyId, guardId }: Reader): string => `agent-${keyId}-${guardId}`;

/** Durable consumers of EVENTS, one per key and guard: made when first asked for, used by any gateway, gone when nobody asks for as long as events are kept. */
export class EventReaders {
  private readonly connection: NatsConnection;
  private readonly inboxPrefix: string;

  constructor({ connection, inboxPrefix }: EventReadersOptions) {
    this.connection = connection;
    this.inboxPrefix = inboxPrefix;
  }

  /** What is there, else what comes within `waitMs`; at most `max` events and `maxBytes` bytes, but one that is larger alone comes alone. */
  async next(reader: Reader, { max, maxBytes, waitMs, start, stopped }: Readonly<{ max: number; maxBytes: number; waitMs: number; start: StartAt; stopped: AbortSignal }>): Promise<DeliveredEvent[]> {
    const atOnce = { batch: max, maxBytes };
    let pulled = await this.pull(reader, atOnce, stopped);
    if (pulled.end === 'no_reader') {
      await this.make(reader, start);
      pulled = await this.pull(reader, atOnce, stopped);
    }
    if (pulled.events.length > 0) return pulled.events;
    if (pulled.end === 'too_large') return (await this.pull(reader, { batch: 1 }, stopped)).events;
    if (waitMs === 0 || stopped.aborted) return [];
    const { events: [first] } = await this.pull(reader, { batch: 1, waitMs }, stopped);
    if (first === undefined || max === 1) return first === undefined ? [] : [first];
    const rest = await this.pull(reader, { batch: max - 1, maxBytes: Math.max(1, maxBytes - first.data.length) }, stopped);
    return [first, ...rest.events];
  }

  /** INVARIANT: only deliveries of this very reader can be meant: a consumer knows no others. */
  acknowledge(reader: Reader, sequences: readonly number[]): void {
    for (const sequence of sequences) this.connection.publish(`$JS.ACK.${stream}.${nameOf(reader)}.1.${sequence}.${sequence}.0.0`, '+ACK');
  }

  /** All readers there are. */
  async list(): Promise<Reader[]> {
    const found: Reader[] = [];
    for (;;) {
      const { consumers, total } = (await this.api(`CONSUMER.NAMES.${stream}`, { offset: found.length })) as Readonly<{ consumers?: string[] | null; total?: number }>;
      const names = consumers ?? [];
      found.push(...names.map(readerOf));
      if (names.length === 0 || found.length >= (total ?? 0)) return found.filter(({ keyId }) => keyId !== '');
    }
  }

  async remove(reader: Reader): Promise<void> {
    await this.api(`CONSUMER.DELETE.${stream}.${nameOf(reader)}`, {});
  }

  private async make(reader: Reader, start: StartAt): Promise<void> {
    const name = nameOf(reader);
    const subject = `hp.v1.guard.${reader.guardId}.>`;
    const config = {
      name,
      durable_name: name,
      filter_subject: subject,
      deliver_policy: start === 'now' ? 'new' : 'all',
      ack_policy: 'explicit',
      ack_wait: nanos(acknowledgedWithinMs),
      max_ack_pending: maxUnacknowledged,
      inactive_threshold: nanos(PublicEvents.maxAgeMs),
      replay_policy: 'instant',
    };
    await this.api(`CONSUMER.CREATE.${stream}.${name}.${subject}`, { stream_name: stream, config, action: '' });
  }

  private pull(reader: Reader, { batch, maxBytes, waitMs }: Pull, stopped: AbortSignal): Promise<Pulled> {
    const { connection } = this;
    return new Promise((resolve) => {
      const events: DeliveredEvent[] = [];
      const end = (how: Pulled['end']): void => {
        clearTimeout(timer);
        stopped.removeEventListener('abort', over);
        if (!subscription.isClosed()) subscription.unsubscribe();
        resolve({ events, end: how });
      };
      const over = (): void => end('over');
      const timer = setTimeout(over, (waitMs ?? 0) + answerWithinMs);
      const inbox = createInbox(this.inboxPrefix);
      const subscription = connection.subscribe(inbox, {
        callback: (_denied, message) => {
          const status = message.headers?.code ?? 0;
          if (status === 503) end('no_reader');
          else if (status === 409 && message.headers?.description.includes('MaxBytes') === true) end('too_large');
          else if (status >= 400) end('over');
          else if (status === 0 && events.push(deliveredIn(message)) === batch) end('full');
        },
      });
      stopped.addEventListener('abort', over, { once: true });
      const ask = { batch, ...(maxBytes === undefined ? {} : { max_bytes: maxBytes }), ...(waitMs === undefined ? { no_wait: true } : { expires: nanos(waitMs) }) };
      connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${nameOf(reader)}`, JSON.stringify(ask), { reply: inbox });
    });
  }

  private async api(call: string, body: object): Promise<object> {
    let answer: Readonly<{ error?: { err_code?: number; description?: string } }>;
    try {
      answer = (await this.connection.request(`$JS.API.${call}`, JSON.stringify(body), { timeout: answerWithinMs })).json();
    } catch (error) {
      if (error instanceof errors.TimeoutError || error instanceof errors.NoRespondersError || error instanceof errors.RequestError || error instanceof errors.ConnectionError) throw noEvents(error);
      throw error;
    }
    if (answer.error === undefined) return answer;
    const failure = new Error(`JetStream refused ${call.split('.', 2).join('.')}: ${answer.error.description ?? ''}`);
    if (notFound.has(answer.error.err_code ?? 0)) throw noEvents(failure);
    throw failure;
  }
}

function deliveredIn({ subject, reply = '', data }: Msg): DeliveredEvent {
  // `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<…>.<nanos>.<pending>`; servers from 2.15 put domain and account before the stream.
  const tokens = reply.split('.');
  const at = tokens.length === 9 ? 4 : 6;
  return { sequence: Number(tokens[at + 1]), subject, atMs: Number(BigInt(tokens[at + 3] ?? '0') / 1_000_000n), data };
}

/** Of a consumer that is none of ours the key id is empty. */
function readerOf(name: string): Reader {
  const [, keyId = '', guardId = ''] = /^agent-([^-]+)-(.+)$/.exec(name) ?? [];
  return KeyId.safeParse(keyId).success && GuardId.safeParse(guardId).success ? { keyId, guardId } : { keyId: '', guardId: '' };
}

const noEvents = (cause: Error): Problem =>
  new Problem({ status: 503, code: 'stream_unavailable', detail: 'The stream of events cannot be read now. Ask again in a few seconds.', headers: { 'Retry-After': '2' } }, { cause });
