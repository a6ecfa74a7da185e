import type { Guard } from '@holdpoint/contracts';
import { isoMillis } from '../sql.ts';

/** A guard as its columns say; bigints come as text. */
export type GuardRow = Guard & Readonly<{ revision: string; deleted: boolean }>;

export const guardColumns = `id, name, default_action, failure_mode, max_policy_staleness_seconds, replay_seconds, release_minutes, record_arguments,
  retention_days, policy_version, revision, deleted_at IS NOT NULL AS deleted, ${isoMillis('created_at')} AS created_at, ${isoMillis('updated_at')} AS updated_at`;

export function guardOf(row: GuardRow): Guard {
  const { id, name, default_action, failure_mode, max_policy_staleness_seconds, replay_seconds, release_minutes, record_arguments, retention_days, policy_version, created_at, updated_at } = row;
  return { id, name, default_action, failure_mode, max_policy_staleness_seconds, replay_seconds, release_minutes, record_arguments, retention_days, policy_version, created_at, updated_at };
}
