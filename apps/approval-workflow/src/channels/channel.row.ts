import type { Channel } from '@holdpoint/contracts';
import { isoTime } from '../approvals/shown-approval.ts';

/** A row of `channels` as the driver gives it: bigints as text. */
export type ChannelRow = Readonly<{
  channel_id: string;
  guard_id: string;
  type: 'webhook';
  name: string;
  url: string;
  is_active: boolean;
  may_decide: boolean;
  disabled_reason: 'gone' | null;
  sealed_secret: Buffer;
  sealed_previous_secret: Buffer | null;
  previous_secret_expires_at: string | null;
  created_at: string;
  created_by: string;
  updated_at: string;
  deleted_at: string | null;
}>;

/** A channel as the world sees it, at the database's time `at`: without its secrets. */
export function shownChannel(row: ChannelRow, at: number): Channel {
  return {
    id: row.channel_id,
    type: row.type,
    guard: row.guard_id,
    name: row.name,
    url: row.url,
    is_active: row.is_active,
    may_decide: row.may_decide,
    ...(row.disabled_reason === null ? {} : { disabled_reason: row.disabled_reason }),
    ...(hasPreviousSecret(row, at) ? { previous_secret_expires_at: isoTime(Number(row.previous_secret_expires_at)) } : {}),
    created_at: isoTime(Number(row.created_at)),
    created_by: row.created_by,
    updated_at: isoTime(Number(row.updated_at)),
  };
}

/** The secrets that are valid, the newest first, still under seal. */
export function sealedSecretsOf(row: ChannelRow, at: number): readonly Buffer[] {
  return row.sealed_previous_secret !== null && hasPreviousSecret(row, at) ? [row.sealed_secret, row.sealed_previous_secret] : [row.sealed_secret];
}

function hasPreviousSecret({ previous_secret_expires_at }: ChannelRow, at: number): boolean {
  return previous_secret_expires_at !== null && at < Number(previous_secret_expires_at);
}
