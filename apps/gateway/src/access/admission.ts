import type { GuardAccess, Role } from '@holdpoint/contracts';
import { monotonicMs } from '@holdpoint/runtime';
import { notFound, Problem } from '../http/problem.ts';
import { maySee, type AccessStore, type HeldKey } from './access-store.ts';
import { inRanges } from './client-address.ts';

/** What every door asks of a key, in the same words. Each throws `Problem`. */

export const wrongKey = 'No such key, or not its secret.';

const stale = {
  status: 503,
  code: 'engine_unavailable',
  detail: 'The service that keeps the keys has been out of reach for longer than this guard allows, so no key can be trusted. Ask again in a few seconds.',
  headers: { 'Retry-After': '2' },
} as const;

export function unauthorized(detail: string): Problem {
  return new Problem({ status: 401, code: 'unauthorized', detail, headers: { 'WWW-Authenticate': 'Bearer realm="holdpoint"' } });
}

/** Neither revoked nor expired. */
export function requireInForce({ access: { revoked, expires_at } }: HeldKey): void {
  if (revoked) throw unauthorized('This key has been revoked.');
  if (expires_at !== undefined && expires_at <= Date.now()) throw unauthorized('This key has expired.');
}

/** `address` null: it cannot be told. */
export function requireAddress({ ranges }: HeldKey, address: string | null): void {
  if (ranges !== undefined && (address === null || !inRanges(address, ranges))) throw unauthorized('This key may not be used from this address.');
}

/** The guard, if it exists and the key may see it. */
export function visibleGuard(store: AccessStore, key: HeldKey, guardId: string): GuardAccess {
  const guard = maySee(key, guardId) ? store.guard(guardId) : undefined;
  if (guard === undefined) throw new Problem(notFound('guard'));
  return guard;
}

/** What is known of keys is recent enough for this guard. */
export function requireTrusted(store: AccessStore, guard: GuardAccess | undefined): void {
  if (!store.isTrusted(monotonicMs(), guard)) throw new Problem(stale);
}

export function requireRole({ access }: HeldKey, roles: readonly Role[]): void {
  if (roles.some((role) => access.roles.includes(role))) return;
  const wanted = roles.map((role) => `\`${role}\``).join(', ');
  throw new Problem({ status: 403, code: 'role_missing', detail: roles.length === 1 ? `This needs the role ${wanted}.` : `This needs one of the roles ${wanted}.` });
}
