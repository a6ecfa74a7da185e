import { z } from 'zod';
import { DefaultAction, FailureMode, RecordArguments } from './guard.ts';
import { Timestamp } from './names.ts';
import { Policy } from './policy.ts';

/** One version of a guard's policies, and who made it. */
export const PolicyVersion = z.object({
  version: z.int(),
  /** `key:<id>`, or the service that made it by itself. */
  author: z.string(),
  created_at: Timestamp,
  /** As in the audit trail: `policy.updated`, `policies.reordered`, `policies.restored`, `guard.updated` … */
  action: z.string(),
  /** The policy that it is about, if it is about one. */
  subject_id: z.string().nullable(),
  /** What was done, in one sentence. */
  summary: z.string(),
  /** How many; null: not kept then. */
  active: z.int().nullable(),
  inactive: z.int().nullable(),
});
export type PolicyVersion = z.output<typeof PolicyVersion>;

/** The guard's settings that go with its policies. */
export const VersionSettings = z.object({
  default_action: DefaultAction,
  failure_mode: FailureMode,
  max_policy_staleness_seconds: z.int(),
  replay_seconds: z.int(),
  release_minutes: z.number(),
  record_arguments: RecordArguments,
});

/** `complete`: false where inactive policies were not kept then; such a version cannot be restored. */
export const WholePolicyVersion = PolicyVersion.extend({ complete: z.boolean(), settings: VersionSettings, policies: z.array(Policy) });
export type WholePolicyVersion = z.output<typeof WholePolicyVersion>;

/** Whether a change lets more calls go, or fewer. `both`: more of some and fewer of others; `unclear`: that cannot be told; `neither`: no verdict changes. */
export const Effect = z.enum(['loosened', 'tightened', 'both', 'unclear', 'neither']);

const judged = { effect: Effect, because: z.string() };

/** What going from one version to another changes. */
export const PolicyVersionDiff = z.object({
  from: z.int(),
  to: z.int(),
  /** Of everything together, settings included. */
  effect: Effect,
  /** False where inactive policies of one of the two were not kept: then active ones are compared. */
  complete: z.boolean(),
  settings: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown(), effect: Effect })),
  added: z.array(z.object({ policy: Policy, ...judged })),
  removed: z.array(z.object({ policy: Policy, ...judged })),
  changed: z.array(z.object({ before: Policy, after: Policy, fields: z.array(z.string()), ...judged })),
  /** Ids of policies that are asked before, or after, others than they were. */
  reordered: z.array(z.string()),
  /** Entries of `added`, `removed` and `changed` that are left out, the last ones first, because the answer would be larger than 4 MiB. */
  omitted: z.int(),
});
export type PolicyVersionDiff = z.output<typeof PolicyVersionDiff>;
