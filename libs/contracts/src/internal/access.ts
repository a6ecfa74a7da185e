import { z } from 'zod';
import type { BroadcastContract, RequestContract } from '../contract.ts';
import { FailureMode } from '../public/guard.ts';
import { KeyGuards, Role } from '../public/key.ts';

/** What a gateway needs of a key to know who asks; `secret_hash` is the SHA-256 of the secret part in hex. */
export const KeyAccess = z.object({
  id: z.string(),
  secret_hash: z.string(),
  guards: KeyGuards,
  roles: z.array(Role),
  owner_email: z.string().optional(),
  agent_ids: z.array(z.string()).optional(),
  /** Epoch milliseconds. */
  expires_at: z.number().optional(),
  ip_ranges: z.array(z.string()).optional(),
  revoked: z.boolean(),
});
export type KeyAccess = z.output<typeof KeyAccess>;

export const GuardAccess = z.object({
  id: z.string(),
  failure_mode: FailureMode,
  max_policy_staleness_seconds: z.int(),
  retention_days: z.int(),
  deleted: z.boolean(),
});
export type GuardAccess = z.output<typeof GuardAccess>;

/**
 * Everything about keys and guards that changed after `since`, in the order of one counter without gaps. Idempotent.
 * `more`: ask again from `revision`. A `revision` below `since` means that the database was restored: start again from 0.
 */
export const SyncAccess = {
  kind: 'request',
  subject: 'hp.rpc.v1.policy-admin.sync-access',
  server: 'policy-admin',
  callers: ['gateway', 'decision-log', 'approval-workflow'],
  replies: 'one',
  promise: 'read; no answer leaves the asker with what it holds, for as long as the guard allows',
  request: z.object({ since: z.int().min(0) }),
  reply: z.object({
    revision: z.int(),
    more: z.boolean(),
    keys: z.array(KeyAccess),
    guards: z.array(GuardAccess),
    /** Evaluators with a live lease: what the gateway sizes its batching by. */
    live_evaluators: z.int(),
  }),
} as const satisfies RequestContract;

/** Keys, guards or policies changed: ask policy-admin now rather than at the next tick. Lost ones cost a second. */
export const RevisionChanged = {
  kind: 'broadcast',
  subject: 'hp.rpc.v1.policy-admin.revision-changed',
  publishers: ['policy-admin'],
  subscribers: ['gateway', 'evaluator', 'decision-log'],
  promise: 'a hint, at most once; every hearer also asks on a timer',
  body: z.object({ revision: z.int() }),
} as const satisfies BroadcastContract;
