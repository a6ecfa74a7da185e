import { z } from 'zod';
import type { RequestContract } from '../contract.ts';
import { DefaultAction, FailureMode, RecordArguments } from '../public/guard.ts';
import { Policy } from '../public/policy.ts';

/** How long an evaluator may judge after a renewal was sent without another one answered, in milliseconds. */
export const leaseMs = 5_000;
export const leaseRenewalMs = 1_000;

/** All active policies of a guard and the settings that judge: immutable, numbered, hashed. */
export const PolicySet = z.object({
  guard_id: z.string(),
  version: z.int(),
  /** SHA-256 of the set as policy-admin stored it, in hex. */
  hash: z.string(),
  deleted: z.boolean(),
  default_action: DefaultAction,
  failure_mode: FailureMode,
  max_policy_staleness_seconds: z.int(),
  replay_seconds: z.int(),
  release_minutes: z.number(),
  record_arguments: RecordArguments,
  policies: z.array(Policy),
});
export type PolicySet = z.output<typeof PolicySet>;

/**
 * An evaluator asks for five more seconds and for every set newer than what it has applied (`applied` = revision).
 * The lease row is committed before the sets are read: a write that this reply misses sees the lease and waits for it.
 * The lease counts, from the moment the request was sent, once `sets` are applied and `more` is false.
 */
export const RenewLease = {
  kind: 'request',
  subject: 'hp.rpc.v1.policy-admin.renew-lease',
  server: 'policy-admin',
  callers: ['evaluator'],
  replies: 'one',
  promise: 'idempotent; no answer ends the lease five seconds after the last one answered was sent',
  request: z.object({ evaluator_id: z.string(), applied: z.int().min(0) }),
  reply: z.object({ revision: z.int(), more: z.boolean(), sets: z.array(PolicySet) }),
} as const satisfies RequestContract;

/** An evaluator that stops gives its lease back, so that no write waits for it. */
export const ReturnLease = {
  kind: 'request',
  subject: 'hp.rpc.v1.policy-admin.return-lease',
  server: 'policy-admin',
  callers: ['evaluator'],
  replies: 'one',
  promise: 'idempotent; a lease not returned runs out by itself',
  request: z.object({ evaluator_id: z.string() }),
  reply: z.object({}),
} as const satisfies RequestContract;

/** Waits until every evaluator with a live lease has applied `revision`, or until `timeout_ms` has passed; then names those that have not. */
export const AwaitActive = {
  kind: 'request',
  subject: 'hp.rpc.v1.policy-admin.await-active',
  server: 'policy-admin',
  callers: ['gateway'],
  replies: 'one',
  promise: 'read; any replica can tell, for leases are rows',
  request: z.object({ revision: z.int(), timeout_ms: z.int().min(0).max(10_000) }),
  reply: z.object({ waiting_for: z.array(z.string()) }),
} as const satisfies RequestContract;
