import type { GuardAccess, OperationId } from '@holdpoint/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HeldKey } from '../access/access-store.ts';
import type { RequestTrace } from './request-trace.ts';

/** What the line about a request says besides the usual; never arguments, never secrets. */
export type RequestFacts = { key_id?: string; guard?: string; code?: string; trace_id?: string; calls?: number; action?: string; waited_ms?: number };

/** What is learnt of a request on its way in. */
export type Arrival = { readonly operation: OperationId | undefined; readonly trace: RequestTrace; readonly facts: RequestFacts; key: HeldKey | null; guard: GuardAccess | null };

declare module 'fastify' {
  interface FastifyRequest {
    arrival: Arrival;
  }
}

export type Request = FastifyRequest;
export type Reply = FastifyReply;

/** The key that asks; behind `AccessGuard` there is one on every route that asks for a role. */
export function keyOf(request: Request): HeldKey {
  const { key } = request.arrival;
  if (key === null) throw new Error('a route without a role has no key');
  return key;
}

/** The guard that the path names; behind `AccessGuard` it exists and the key may see it. */
export function guardOf(request: Request): GuardAccess {
  const { guard } = request.arrival;
  if (guard === null) throw new Error('this route names no guard');
  return guard;
}
