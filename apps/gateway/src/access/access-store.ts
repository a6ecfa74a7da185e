import { hash, timingSafeEqual } from 'node:crypto';
import type { Actor, GuardAccess, KeyAccess, SyncAccess } from '@holdpoint/contracts';
import { guardDefaults } from '@holdpoint/contracts';
import type { z } from 'zod';
import { parseRange, type AddressRange } from './client-address.ts';

export type AccessChanges = z.output<typeof SyncAccess.reply>;

/** A key as it is held here: what policy-admin said of it, ready to be compared with a request. */
export type HeldKey = Readonly<{
  access: KeyAccess;
  actor: Actor;
  secretHash: Buffer;
  /** Undefined: from anywhere. A range that cannot be read admits nobody. */
  ranges: readonly AddressRange[] | undefined;
}>;

/** Whatever a guard's owner sets, policy-admin may be out of reach for this long before its keys stop working. */
const leastStalenessMs = 5_000;

/** Keys and guards as policy-admin knew them at `confirmedAt`. */
export class AccessStore {
  private keys = new Map<string, HeldKey>();
  private guards = new Map<string, GuardAccess>();
  private confirmedAtMs: number | null = null;
  private at = 0;
  private evaluators = 1;

  /** Everything up to this revision is in. */
  get revision(): number {
    return this.at;
  }

  get liveEvaluators(): number {
    return this.evaluators;
  }

  key(id: string): HeldKey | undefined {
    return this.keys.get(id);
  }

  guard(id: string): GuardAccess | undefined {
    return this.guards.get(id);
  }

  apply({ keys, guards, revision, live_evaluators }: AccessChanges): void {
    for (const key of keys) this.keys.set(key.id, heldKey(key));
    for (const guard of guards) {
      if (guard.deleted) this.guards.delete(guard.id);
      else this.guards.set(guard.id, guard);
    }
    this.at = revision;
    this.evaluators = live_evaluators;
  }

  /** Takes over all that `other` holds, and nothing else. */
  replaceBy(other: AccessStore): void {
    this.keys = other.keys;
    this.guards = other.guards;
    this.at = other.at;
    this.evaluators = other.evaluators;
  }

  /** INVARIANT: `sentAtMs` (monotonic) is when the question was sent, not when its answer came. */
  confirm(sentAtMs: number): void {
    this.confirmedAtMs = sentAtMs;
  }

  /** Milliseconds since policy-admin was last asked with success; null: never. */
  ageMs(nowMs: number): number | null {
    return this.confirmedAtMs === null ? null : nowMs - this.confirmedAtMs;
  }

  /** Whether keys may still be trusted for this guard (without one: by the default of guards). */
  isTrusted(nowMs: number, guard?: GuardAccess): boolean {
    const age = this.ageMs(nowMs);
    const seconds = guard?.max_policy_staleness_seconds ?? guardDefaults.max_policy_staleness_seconds;
    return age !== null && age <= Math.max(leastStalenessMs, seconds * 1_000);
  }

  /** Guards for which keys cannot be trusted now. */
  untrustedGuards(nowMs: number): ReadonlySet<string> {
    return new Set([...this.guards.values()].flatMap((guard) => (this.isTrusted(nowMs, guard) ? [] : [guard.id])));
  }

  /** Whether any tool call at all may still be answered. */
  isTrustedForAny(nowMs: number): boolean {
    if (this.guards.size === 0) return this.isTrusted(nowMs);
    for (const guard of this.guards.values()) if (this.isTrusted(nowMs, guard)) return true;
    return false;
  }
}

function heldKey(access: KeyAccess): HeldKey {
  const { id, owner_email, roles, guards, ip_ranges } = access;
  return {
    access,
    actor: { key_id: id, ...(owner_email === undefined ? {} : { owner_email }), roles, guards },
    secretHash: Buffer.from(access.secret_hash, 'hex'),
    ranges: ip_ranges?.flatMap((text) => parseRange(text) ?? []),
  };
}

export function isSecretOf(key: HeldKey, secret: string): boolean {
  const given = hash('sha256', secret, 'buffer');
  return given.length === key.secretHash.length && timingSafeEqual(given, key.secretHash);
}

export function maySee(key: HeldKey, guardId: string): boolean {
  const { guards } = key.access;
  return guards === '*' || guards.includes(guardId);
}
