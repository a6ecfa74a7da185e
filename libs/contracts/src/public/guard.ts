import { z } from 'zod';
import { GuardId, Timestamp } from './names.ts';

export const FailureMode = z.enum(['closed', 'open']);
export type FailureMode = z.output<typeof FailureMode>;
export const RecordArguments = z.enum(['none', 'redacted', 'full']);
export const DefaultAction = z.enum(['allow', 'block', 'require_approval', 'warn']);

const name = z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters');

/** What a guard's owner may set, with bounds; the defaults stand in `guardDefaults`. */
export const GuardSettings = z.strictObject({
  /** What happens to a call that no policy decides. */
  default_action: DefaultAction,
  /** What a caller is told where no evaluation began; anything begun and not finished is `block` in both modes. */
  failure_mode: FailureMode,
  /** Seconds an evaluator goes on judging by the set it holds while policy-admin cannot be reached; 0: not at all. */
  max_policy_staleness_seconds: z.int().min(0).max(86_400),
  /** Seconds in which a released call's answer may be read again. */
  replay_seconds: z.int().min(0).max(86_400),
  /** Minutes an approval may be used after it was given. */
  release_minutes: z.number().positive().max(43_200),
  /** What the decision log keeps of the arguments. */
  record_arguments: RecordArguments,
  /** Days the decision log keeps this guard's decisions. */
  retention_days: z.int().min(1).max(3_650),
});
export type GuardSettings = z.output<typeof GuardSettings>;

export const guardDefaults: GuardSettings = {
  default_action: 'allow',
  failure_mode: 'closed',
  max_policy_staleness_seconds: 60,
  replay_seconds: 60,
  release_minutes: 60,
  record_arguments: 'redacted',
  retention_days: 90,
};

export const GuardDraft = GuardSettings.partial().extend({ id: GuardId.optional(), name });
export type GuardDraft = z.output<typeof GuardDraft>;
export const GuardPatch = GuardSettings.partial().extend({ name: name.optional() });
export type GuardPatch = z.output<typeof GuardPatch>;

export const Guard = GuardSettings.extend({ id: GuardId, name, policy_version: z.int(), created_at: Timestamp, updated_at: Timestamp });
export type Guard = z.output<typeof Guard>;
