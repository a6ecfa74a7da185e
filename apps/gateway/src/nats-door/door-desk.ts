import { doorRoles, GuardId, keyInboxPrefix, KeyId, SyncAccess, type DoorOperation, type GuardAccess } from '@holdpoint/contracts';
import { recordedSpan, traceparentOf } from '@holdpoint/messaging';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { requireInForce, requireRole, requireTrusted, unauthorized, visibleGuard, wrongKey } from '../access/admission.ts';
import { maySee, type AccessStore, type HeldKey } from '../access/access-store.ts';
import type { AccessSync } from '../access/access-sync.ts';
import type { GatewayMetrics } from '../health/gateway-metrics.ts';
import { unavailable } from '../http/peers.ts';
import { factsOf, knownFacts } from '../http/problem.filter.ts';
import { notFound, Problem, problemDocument, type ProblemFacts } from '../http/problem.ts';
import { maxBodyBytes } from '../http/server.ts';
import { inDoorSpan } from './door-span.ts';
import { InFlight } from './in-flight.ts';

/** One question of a key that may ask it. */
export type Asked = Readonly<{
  key: HeldKey;
  guard: GuardAccess;
  body: Buffer;
  header: (name: string) => string | undefined;
  /** Checks anew, after a wait, that the key may still ask. Throws `Problem`. */
  readmit: () => void;
  /** Told in the line about this request; never arguments, never secrets. */
  facts: Record<string, string | number>;
}>;
/** What a question is answered with. */
export type Answering = (asked: Asked) => Promise<object>;

export type DoorDeskOptions = Readonly<{
  store: AccessStore;
  sync: Pick<AccessSync, 'refresh'>;
  publish: (subject: string, payload: string, options: Readonly<{ headers?: MsgHdrs }>) => void;
  metrics: Pick<GatewayMetrics, 'natsRequest'>;
  log: Logger;
}>;

/** Held callers count, hence so many; bodies are bounded apart. */
const room = { perKey: 1_024, perGuard: 4_096, overall: 8_192, bytesPerKey: 32 * 1024 ** 2, bytesPerGuard: 128 * 1024 ** 2, bytesOverall: 256 * 1024 ** 2 };

/** Takes in every message at the door: whose it is, whether they may, whether there is room; every question with an inbox is answered. */
export class DoorDesk {
  private readonly options: DoorDeskOptions;
  private readonly inFlight = new InFlight(room);

  constructor(options: DoorDeskOptions) {
    this.options = options;
  }

  get underWay(): number {
    return this.inFlight.count;
  }

  /** `asPublished`: errors are also in the form that a JetStream client looks for in an acknowledgement. */
  take(operation: DoorOperation, message: Msg, answering: Answering, { asPublished = false }: Readonly<{ asPublished?: boolean }> = {}): Promise<void> {
    return inDoorSpan(operation, headerOf(message, 'traceparent'), () => this.serve(operation, message, answering, asPublished));
  }

  private async serve(operation: DoorOperation, message: Msg, answering: Answering, asPublished: boolean): Promise<Readonly<{ status: number; facts: Asked['facts'] }>> {
    const startedAtMs = monotonicMs();
    const { guardId, keyId } = namesIn(message.subject);
    const facts: Asked['facts'] = { op: `nats.${operation}`, key_id: keyId };
    const reply = this.replyTo(message, keyId);
    const leave = this.inFlight.enter({ key: keyId, guard: guardId }, message.data.length);
    let status = 200;
    try {
      if (leave === null) throw new Problem(crowded);
      const asked = await this.admit(operation, message, { guardId, keyId, facts });
      const answer = await answering(asked);
      reply?.(answer);
    } catch (error) {
      if (knownFacts(error) === null) this.options.log.error({ err: error }, 'a request over NATS failed');
      const problem = factsOf(error);
      status = problem.status;
      facts['code'] = problem.code;
      this.sendProblem(problem, asPublished, reply);
    } finally {
      leave?.();
    }
    const ms = monotonicMs() - startedAtMs;
    this.options.metrics.natsRequest(operation, status, ms);
    this.options.log.info({ ...facts, status, ms: Math.round(ms * 10) / 10 }, 'request');
    return { status, facts };
  }

  /** The subject's last token is who asks: the server lets a key use its own only. What the key may do is looked up anew for every message. */
  private async admit(operation: DoorOperation, message: Msg, { guardId, keyId, facts }: Readonly<{ guardId: string; keyId: string; facts: Asked['facts'] }>): Promise<Asked> {
    const { store, sync } = this.options;
    if (message.data.length > maxBodyBytes) throw new Problem({ status: 413, code: 'body_too_large', detail: 'The body is larger than 1 MiB.' });
    if (!GuardId.safeParse(guardId).success) throw new Problem(notFound('guard'));
    facts['guard'] = guardId;
    const held = store.key(keyId);
    const isKnown = held !== undefined && (store.guard(guardId) !== undefined || !maySee(held, guardId));
    const isFresh = isKnown || (await sync.refresh());
    if (store.key(keyId) === undefined && !isFresh) throw unavailable(SyncAccess);
    const check = (): Pick<Asked, 'key' | 'guard'> => {
      const key = store.key(keyId);
      if (key === undefined) throw unauthorized(wrongKey);
      requireInForce(key);
      const guard = visibleGuard(store, key, guardId);
      requireTrusted(store, guard);
      requireRole(key, doorRoles[operation]);
      return { key, guard };
    };
    const { data } = message;
    const span = recordedSpan();
    return {
      ...check(),
      body: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      // Where this request is recorded, its trace goes on from our own span.
      header: (name) => (name === 'traceparent' && span !== undefined ? traceparentOf(span) : headerOf(message, name)),
      readmit: () => void check(),
      facts,
    };
  }

  /**
   * INVARIANT: answers go to the inbox of the key that asks and nowhere else: a caller chooses the reply subject, and the gateway may publish where
   * callers may not. Null: there is nowhere to answer.
   */
  private replyTo({ reply = '' }: Msg, keyId: string): ((body: object, problem?: ProblemFacts) => void) | null {
    if (reply === '') return null;
    if (!KeyId.safeParse(keyId).success || !isUnder(keyInboxPrefix(keyId), reply)) {
      this.options.log.warn({ key_id: keyId }, 'an answer was asked for outside the key’s own inbox and is not given');
      return null;
    }
    return (body, problem) => this.options.publish(reply, JSON.stringify(body), problem === undefined ? {} : { headers: errorHeaders(problem) });
  }

  private sendProblem(problem: ProblemFacts, asPublished: boolean, reply: ReturnType<DoorDesk['replyTo']>): void {
    try {
      reply?.(errorBody(problem, asPublished), problem);
    } catch (error) {
      // The connection is gone, and the one who asked with it.
      this.options.log.warn({ err: error }, 'an answer over NATS was not sent');
    }
  }
}

const crowded: ProblemFacts = { status: 503, code: 'too_many_requests_in_flight', detail: 'Too many requests wait for their answers already. Ask again when some have been answered.' };

const headerOf = ({ headers: given }: Msg, name: string): string | undefined => (given?.has(name) === true ? given.get(name) : undefined);

/** `hp.v1.guard.<guard>.….<key_id>` */
function namesIn(subject: string): Readonly<{ guardId: string; keyId: string }> {
  const tokens = subject.split('.');
  return { guardId: tokens[3] ?? '', keyId: tokens.at(-1) ?? '' };
}

/** Whole tokens below the prefix, none of them empty or a wildcard. */
function isUnder(prefix: string, subject: string): boolean {
  return subject.length <= 512 && subject.startsWith(`${prefix}.`) && subject.slice(prefix.length + 1).split('.').every((part) => /^[^\s*>]+$/.test(part));
}

/** NATS ADR-32. */
function errorHeaders({ status, detail }: ProblemFacts): MsgHdrs {
  const hdrs = headers();
  hdrs.set('Nats-Service-Error', detail.replaceAll(/\s+/g, ' ').slice(0, 500));
  hdrs.set('Nats-Service-Error-Code', String(status));
  return hdrs;
}

function errorBody(problem: ProblemFacts, asPublished: boolean): object {
  const document = problemDocument(problem);
  return asPublished ? { ...document, error: { code: problem.status, err_code: problem.status, description: problem.detail } } : document;
}
