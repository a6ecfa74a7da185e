import { endpoints, GuardId, parseApiKey, SyncAccess, type Endpoint, type Role } from '@holdpoint/contracts';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { paramChecks, type ParamChecks } from '../http/input.ts';
import { unavailable } from '../http/peers.ts';
import { notFound, Problem } from '../http/problem.ts';
import type { Request } from '../http/requests.ts';
import { isSecretOf, maySee, type AccessStore, type HeldKey } from './access-store.ts';
import type { AccessSync } from './access-sync.ts';
import { requireAddress, requireInForce, requireRole, requireTrusted, unauthorized, visibleGuard, wrongKey } from './admission.ts';
import { clientAddress, type AddressRange } from './client-address.ts';

export type AccessGuardOptions = Readonly<{ store: AccessStore; sync: Pick<AccessSync, 'refresh'>; trustedProxies: readonly AddressRange[] }>;

/** `params` without the guard: that one has to exist. */
type Door = Readonly<{ roles: readonly Role[]; params: ParamChecks; hasGuard: boolean }>;

const doors = new Map<string, Door>(
  Object.entries(endpoints).map(([operationId, endpoint]: [string, Endpoint]) => [
    operationId,
    { roles: endpoint.roles, params: paramChecks(endpoint).filter(([name]) => name !== 'proxyId'), hasGuard: endpoint.params !== undefined && 'proxyId' in endpoint.params },
  ]),
);

/** Who asks, by credential alone, and whether they may: 401, 404 for a guard the key may not see, 403 for a missing role. No round trip for known keys. */
export class AccessGuard implements CanActivate {
  private readonly store: AccessStore;
  private readonly sync: AccessGuardOptions['sync'];
  private readonly trustedProxies: readonly AddressRange[];

  constructor({ store, sync, trustedProxies }: AccessGuardOptions) {
    this.store = store;
    this.sync = sync;
    this.trustedProxies = trustedProxies;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const door = doors.get(request.arrival.operation ?? '');
    if (door === undefined) throw new Error('a route that is not in the table of endpoints');
    if (door.roles.length === 0) return requireParams(door, request);
    const { id, secret } = credentialsOf(request);
    const key = this.store.key(id);
    const guardId = door.hasGuard ? paramOf(request, 'proxyId') : undefined;
    const isKnown = key !== undefined && (guardId === undefined || this.store.guard(guardId) !== undefined || !maySee(key, guardId) || !GuardId.safeParse(guardId).success);
    if (isKnown) return this.admit(request, door, { key, secret, guardId });
    return this.admitStranger(request, door, { id, secret, guardId });
  }

  /** A key or guard that is not held may have been made a moment ago. */
  private async admitStranger(request: Request, door: Door, { id, secret, guardId }: Readonly<{ id: string; secret: string; guardId: string | undefined }>): Promise<boolean> {
    const known = this.store.key(id);
    if (known !== undefined && !isSecretOf(known, secret)) throw unauthorized(wrongKey);
    const isFresh = await this.sync.refresh();
    const key = this.store.key(id);
    if (key === undefined) throw isFresh ? unauthorized(wrongKey) : unavailable(SyncAccess);
    return this.admit(request, door, { key, secret, guardId });
  }

  private admit(request: Request, door: Door, { key, secret, guardId }: Readonly<{ key: HeldKey; secret: string; guardId: string | undefined }>): boolean {
    if (!isSecretOf(key, secret)) throw unauthorized(wrongKey);
    requireInForce(key);
    if (key.ranges !== undefined) requireAddress(key, this.addressOf(request));
    request.arrival.key = key;
    request.arrival.facts.key_id = key.access.id;
    const guard = guardId === undefined ? undefined : visibleGuard(this.store, key, guardId);
    requireTrusted(this.store, guard);
    if (guard !== undefined) {
      request.arrival.guard = guard;
      request.arrival.facts.guard = guard.id;
    }
    requireRole(key, door.roles);
    return requireParams(door, request);
  }

  private addressOf(request: Request): string | null {
    const forwardedFor = request.headers['x-forwarded-for'];
    return clientAddress(request.raw.socket.remoteAddress, Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor, this.trustedProxies);
  }
}

function requireParams({ params }: Door, request: Request): true {
  for (const [name, schema] of params) {
    if (!schema.safeParse(paramOf(request, name)).success) throw new Problem(notFound(name.replace(/Id$/, '')));
  }
  return true;
}

const paramOf = (request: Request, name: string): string => (request.params as Readonly<Record<string, string>>)[name] ?? '';

/** `Authorization: Bearer <key>`, or `X-API-Key: <key>`; both only when they are equal. */
function credentialsOf({ headers }: Request): { id: string; secret: string } {
  const { authorization } = headers;
  const apiKey = headers['x-api-key'];
  const bearer = authorization === undefined ? undefined : (/^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '');
  if (bearer === undefined && apiKey === undefined) throw unauthorized('An API key is required: `Authorization: Bearer hp_sk_…` or `X-API-Key`.');
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) throw unauthorized('`Authorization` and `X-API-Key` name different keys.');
  const text = bearer ?? apiKey;
  const credentials = typeof text === 'string' ? parseApiKey(text) : null;
  if (credentials === null) throw unauthorized('This is not an API key: `hp_sk_<12 letters or digits>_<43 base64url characters>`.');
  return credentials;
}

