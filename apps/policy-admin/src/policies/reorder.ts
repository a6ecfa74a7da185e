import type { Policy } from '@holdpoint/contracts';

type Placed = Pick<Policy, 'id' | 'priority' | 'created_at'>;

/** Highest priority first, then the older, then the smaller id. Timestamps are UTC to the microsecond, so their texts sort like the times. */
export function firstAsked(a: Placed, b: Placed): number {
  return b.priority - a.priority || compare(a.created_at, b.created_at) || compare(a.id, b.id);
}

const step = 10;

/**
 * New priorities that put the policies of `wanted` (distinct ids, all known) in that order into the places they hold now; nobody else moves. `policies` stand in deciding order.
 * Where priorities tie, all are renumbered in steps of 10, the last one getting 10. Returns the policies whose priority changes.
 */
export function reorder<P extends Placed>(policies: readonly P[], wanted: readonly string[]): P[] {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const listed = new Set(wanted);
  const queue = wanted.values();
  const order = policies.map((policy) => (listed.has(policy.id) ? (byId.get(queue.next().value ?? '') ?? policy) : policy));

  const places = policies.filter((policy) => listed.has(policy.id)).map((policy) => policy.priority);
  const placesTie = new Set(places).size < places.length;
  const swapped = order.map((policy, at) => withPriority(policy, policies[at]?.priority ?? 0));
  const next = placesTie || !inDecidingOrder(swapped) ? order.map((policy, at) => withPriority(policy, (order.length - at) * step)) : swapped;
  return next.filter((policy) => policy.priority !== byId.get(policy.id)?.priority);
}

const withPriority = <P extends Placed>(policy: P, priority: number): P => ({ ...policy, priority });

const inDecidingOrder = (policies: readonly Placed[]): boolean => policies.every((policy, at) => at === 0 || firstAsked(policies[at - 1] ?? policy, policy) <= 0);

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
