import type { Refusal, Reply, RequestContract, ServiceName } from '@holdpoint/contracts';
import { PeerFailed, PeerUnavailable, type Messaging } from '@holdpoint/messaging';
import type { z } from 'zod';
import { Problem } from './problem.ts';

/** A contract whose reply is what was asked for or a refusal. */
type Refusable = RequestContract & Readonly<{ reply: z.ZodType<Reply<unknown>> }>;
type Wanted<C extends Refusable> = Extract<z.output<C['reply']>, { ok: unknown }>['ok'];

const answerWithinMs = 5_000;

const names: Readonly<Record<ServiceName, Readonly<{ code: string; what: string }>>> = {
  gateway: { code: 'engine_unavailable', what: 'The gateway' },
  evaluator: { code: 'engine_unavailable', what: 'The policy engine' },
  'policy-admin': { code: 'policy_admin_unavailable', what: 'The service that keeps guards, policies and keys' },
  'approval-workflow': { code: 'approval_service_unavailable', what: 'The approval service' },
  'decision-log': { code: 'decision_log_unavailable', what: 'The decision log' },
};

/** Asks the services behind the gateway for a client: their refusals and their absence become problem documents. */
export class Peers {
  private readonly messaging: Pick<Messaging, 'request'>;

  constructor(messaging: Pick<Messaging, 'request'>) {
    this.messaging = messaging;
  }

  /** Throws `Problem`: the peer's refusal, or 503. */
  async ask<C extends Refusable>(contract: C, body: z.input<C['request']>, { timeoutMs = answerWithinMs }: Readonly<{ timeoutMs?: number }> = {}): Promise<Wanted<C>> {
    const reply = (await this.reply(contract, body, timeoutMs)) as { ok: Wanted<C> } | { refused: Refusal };
    if ('ok' in reply) return reply.ok;
    const { etag, ...facts } = reply.refused;
    throw new Problem({ ...facts, ...(etag !== undefined && { headers: { ETag: etag } }) });
  }

  private async reply<C extends RequestContract>(contract: C, body: z.input<C['request']>, timeoutMs: number): Promise<z.output<C['reply']>> {
    try {
      return await this.messaging.request(contract, body, { timeoutMs });
    } catch (error) {
      if (!(error instanceof PeerUnavailable || error instanceof PeerFailed)) throw error;
      throw unavailable(contract, error);
    }
  }
}

/** 503: nobody there to answer. A write that may have happened all the same says so. */
export function unavailable({ server, promise }: Pick<RequestContract, 'server' | 'promise'>, cause?: Error): Problem {
  const { code, what } = names[server];
  const neverSeen = cause instanceof PeerUnavailable && cause.reason === 'no_responders';
  const unknown = promise.startsWith('committed') && !neverSeen ? ' The change may have been made all the same: read before you repeat it.' : ' Ask again in a few seconds.';
  return new Problem({ status: 503, code, detail: `${what} cannot be reached.${unknown}`, headers: { 'Retry-After': '2' } }, cause === undefined ? {} : { cause });
}
