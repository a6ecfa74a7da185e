import type { Key, KeyAccess, Role } from '@holdpoint/contracts';
import { isoMillis } from '../sql.ts';

/** A key as its columns say, without its secret's hash. */
export type KeyRow = Readonly<{
  id: string;
  name: string;
  all_guards: boolean;
  guards: string[];
  roles: Role[];
  owner_email: string | null;
  agent_ids: string[] | null;
  expires_at: string | null;
  ip_ranges: string[] | null;
  created_at: string;
  created_by: string;
  revoked_at: string | null;
}>;

export const keyColumns = `id, name, all_guards, guards, roles, owner_email, agent_ids, ip_ranges, created_by,
  ${isoMillis('created_at')} AS created_at, ${isoMillis('expires_at')} AS expires_at, ${isoMillis('revoked_at')} AS revoked_at`;

export function keyOf({ all_guards, guards, owner_email, agent_ids, expires_at, ip_ranges, revoked_at, ...row }: KeyRow): Key {
  return {
    ...row,
    guards: all_guards ? '*' : guards,
    ...(owner_email !== null && { owner_email }),
    ...(agent_ids !== null && { agent_ids }),
    ...(expires_at !== null && { expires_at }),
    ...(ip_ranges !== null && { ip_ranges }),
    ...(revoked_at !== null && { revoked_at }),
  };
}

export function keyAccessOf(row: KeyRow, secretHash: string): KeyAccess {
  const { id, guards, roles, owner_email, agent_ids, expires_at, ip_ranges, revoked_at } = keyOf(row);
  return {
    id,
    secret_hash: secretHash,
    guards,
    roles,
    ...(owner_email !== undefined && { owner_email }),
    ...(agent_ids && { agent_ids }),
    ...(expires_at !== undefined && { expires_at: Date.parse(expires_at) }),
    ...(ip_ranges && { ip_ranges }),
    revoked: revoked_at !== undefined,
  };
}
