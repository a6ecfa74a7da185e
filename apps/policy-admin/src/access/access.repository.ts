import type { GuardAccess, KeyAccess } from '@holdpoint/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { keyAccessOf, keyColumns, type KeyRow } from '../keys/key.row.ts';
import { withinBytes } from '../page.ts';
import { rowOf, rowsOf } from '../sql.ts';

export type Access = { revision: number; more: boolean; keys: KeyAccess[]; guards: GuardAccess[]; live_evaluators: number };
type Change = Readonly<{ revision: number; key?: KeyAccess; guard?: GuardAccess }>;

const maxChanges = 500;

@Injectable()
export class AccessRepository {
  constructor(private readonly db: DataSource) {}

  /** What changed after `since`, oldest change first and as one moment saw it: at most 500 changes and 4 MiB, then `more`. */
  async since(since: number): Promise<Access> {
    return await this.db.transaction('REPEATABLE READ', async (tx) => {
      const { revision, live } = await rowOf<{ revision: string; live: number }>(
        tx,
        'SELECT value AS revision, (SELECT count(*)::int FROM leases WHERE expires_at > clock_timestamp()) AS live FROM revision',
      );
      const current = Number(revision);
      if (current <= since) return { revision: current, more: false, keys: [], guards: [], live_evaluators: live };
      const keys = await rowsOf<KeyRow & { secret_hash: string; revision: string }>(
        tx,
        `SELECT ${keyColumns}, secret_hash, revision FROM keys WHERE revision > $1 ORDER BY revision LIMIT $2`,
        [since, maxChanges + 1],
      );
      const guards = await rowsOf<GuardAccess & { revision: string }>(
        tx,
        `SELECT id, failure_mode, max_policy_staleness_seconds, retention_days, deleted_at IS NOT NULL AS deleted, revision FROM guards WHERE revision > $1 ORDER BY revision LIMIT $2`,
        [since, maxChanges + 1],
      );
      const changes: Change[] = [
        ...keys.map(({ secret_hash, revision, ...row }) => ({ revision: Number(revision), key: keyAccessOf(row, secret_hash) })),
        ...guards.map(({ revision, ...guard }) => ({ revision: Number(revision), guard })),
      ].sort((a, b) => a.revision - b.revision);
      // INVARIANT: no two changes share a revision, so that a reply can end after any of them.
      const told = withinBytes(changes.slice(0, maxChanges));
      const more = told.length < changes.length;
      return {
        revision: more ? (told.at(-1)?.revision ?? since) : current,
        more,
        keys: told.flatMap(({ key }) => key ?? []),
        guards: told.flatMap(({ guard }) => guard ?? []),
        live_evaluators: live,
      };
    });
  }
}
