import { z } from 'zod';
import { token } from '../contract.ts';
import type { KeyGuards, Role } from './key.ts';
import { Timestamp } from './names.ts';

/** What callers may ask of the gateway over NATS; each subject ends in the id of the key that asks. */
export const doorSubjects = {
  validate: 'hp.v1.guard.*.validate.*',
  scan: 'hp.v1.guard.*.scan.*',
  toolCallSubmitted: 'hp.v1.guard.*.tool_call.submitted.*',
  outcomeReported: 'hp.v1.guard.*.outcome.reported.*',
  eventsNext: 'hp.v1.guard.*.events.next.*',
} as const;
export type DoorOperation = keyof typeof doorSubjects;

/** Roles that may ask, by what they ask for. */
export const doorRoles: Readonly<Record<DoorOperation, readonly Role[]>> = {
  validate: ['agent'],
  scan: ['agent'],
  toolCallSubmitted: ['agent'],
  outcomeReported: ['agent'],
  eventsNext: ['agent', 'auditor', 'approver'],
};

/** Where the holder of a key receives its answers; nobody else may listen there. Clients set it as their inbox prefix. */
export const keyInboxPrefix = (keyId: string): string => `_INBOX.${token(keyId)}`;

/** What happens on a guard, as far as the world may follow it. */
const eventKinds = ['decision.made', 'tool_call.refused', 'approval.requested', 'approval.resolved'] as const;

export type KeyOnNats = Readonly<{ id: string; guards: KeyGuards; roles: readonly Role[] }>;

/**
 * What a key may do on NATS: ask the gateway under its own id, hear its own inbox and, with `live`, the events of its guards as they happen.
 * INVARIANT: no subject of a stream can be published to, and nothing under `$JS`, `$SYS` or `hp.rpc`. Null: its roles open nothing here.
 */
export function agentPermissions({ id, guards, roles }: KeyOnNats, { live }: Readonly<{ live: boolean }>): { publish: string[]; subscribe: string[] } | null {
  const operations = (Object.keys(doorSubjects) as DoorOperation[]).filter((operation) => doorRoles[operation].some((role) => roles.includes(role)));
  if (operations.length === 0) return null;
  const tokens = guards === '*' ? ['*'] : guards.map(token);
  return {
    publish: tokens.flatMap((guard) => operations.map((operation) => doorSubjects[operation].replace('*', guard).replace(/\*$/, token(id)))),
    subscribe: [`${keyInboxPrefix(id)}.>`, ...(live ? tokens.flatMap((guard) => eventKinds.map((kind) => `hp.v1.guard.${guard}.${kind}`)) : [])],
  };
}

/** Body of `hp.v1.guard.<guard>.events.next.<key_id>`. */
export const NextEventsRequest = z.strictObject({
  /** Events in the answer, at most; 100 unless said. */
  max: z.int().min(1, 'must be 1 to 100').max(100, 'must be 1 to 100').optional(),
  /** How long to wait for the first one; not at all unless said. */
  wait_seconds: z.int().min(0, 'must be 0 to 30').max(30, 'must be 0 to 30').optional(),
  /** The `cursor` of an answer whose events are dealt with; without it they come again. */
  ack: z.string().max(2_048, 'is not a cursor').optional(),
  /** Where a key that has never asked begins: `earliest` (unless said) or `now`. */
  start: z.enum(['earliest', 'now']).optional(),
});
export type NextEventsRequest = z.output<typeof NextEventsRequest>;

/** `sequence` grows along a guard's events; one that comes again keeps its own. `cursor` is null where there are none. */
export const NextEventsAnswer = z.object({
  events: z.array(z.object({ sequence: z.int(), subject: z.string(), at: Timestamp, body: z.unknown() })),
  cursor: z.string().nullable(),
});
export type NextEventsAnswer = z.output<typeof NextEventsAnswer>;
