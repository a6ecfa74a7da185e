import { randomBytes } from 'node:crypto';
import { type Actor, type Guard, type GuardDraft, type GuardPatch, guardDefaults, type IfMatch, type Reply } from '@holdpoint/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { actorName } from '../audit.ts';
import { cursorProblem, pageOf, readCursor } from '../page.ts';
import { listTag, preconditionFailed } from '../policies/etag.ts';
import { policyColumns, policyOf, type PolicyRow } from '../policies/policy.row.ts';
import { publishPolicySet } from '../policies/publish-policy-set.ts';
import { guardNotFound, invalidInput, lacksRole, maySee, refused } from '../refusal.ts';
import { rowsOf } from '../sql.ts';
import { guardColumns, guardOf, type GuardRow } from './guard.row.ts';

/** `ifMatch`: the tag of the guard is the number of its policy set, which its settings are part of. */
type Writer = Readonly<{ actor: Actor; guardId: string; ifMatch: IfMatch | undefined }>;
type Written<T> = { value: T; revision: number; policy_version: number; etag?: string };
const Cursor = z.tuple([z.string().max(63)]);

@Injectable()
export class GuardsRepository {
  constructor(private readonly db: DataSource) {}

  async create(actor: Actor, draft: GuardDraft): Promise<Reply<Written<Guard>>> {
    const denied = lacksRole(actor, 'admin');
    if (denied) return denied;
    if (actor.guards !== '*') return refused(403, 'all_guards_required', 'only an admin key with guards `*` creates guards');
    return await this.db.transaction(async (tx) => {
      const { id = `g-${randomBytes(6).toString('hex')}`, name, ...settings } = draft;
      const guard = await insertGuard(tx, { ...guardDefaults, ...given(settings), id, name });
      if (!guard) return refused(409, 'guard_exists', `there is, or was, a guard \`${id}\``, [{ path: '/id', message: 'is taken' }]);
      const { revision, version } = await publishPolicySet(tx, { guard, deleted: false, policies: [], author: actorName(actor), action: 'guard.created', summary: 'Created the guard.', detail: { name } });
      return { ok: { value: { ...guard, policy_version: version }, revision, policy_version: version, etag: listTag(version) } };
    });
  }

  async list(actor: Actor, { limit, cursor }: Readonly<{ limit: number; cursor?: string | undefined }>): Promise<Reply<{ data: Guard[]; next_cursor: string | null }>> {
    const after = readCursor(Cursor, cursor);
    if (after === undefined) return invalidInput(cursorProblem);
    const rows = await rowsOf<GuardRow>(
      this.db,
      `SELECT ${guardColumns} FROM guards
       WHERE deleted_at IS NULL AND ($1::text IS NULL OR id > $1) AND ($2::text[] IS NULL OR id = ANY($2)) ORDER BY id LIMIT $3`,
      [after?.[0] ?? null, actor.guards === '*' ? null : actor.guards, limit + 1],
    );
    return { ok: pageOf(rows.map(guardOf), limit, ({ id }) => [id]) };
  }

  async get(actor: Actor, guardId: string): Promise<Reply<Guard>> {
    const [row] = maySee(actor, guardId) ? await rowsOf<GuardRow>(this.db, `SELECT ${guardColumns} FROM guards WHERE id = $1 AND deleted_at IS NULL`, [guardId]) : [];
    return row ? { ok: guardOf(row) } : guardNotFound(guardId);
  }

  async update(writer: Writer, patch: GuardPatch): Promise<Reply<Written<Guard>>> {
    return await this.change(writer, async (tx, guard) => {
      const next = { ...guard, ...given(patch) };
      const [row] = await rowsOf<GuardRow>(
        tx,
        `UPDATE guards SET name = $2, default_action = $3, failure_mode = $4, max_policy_staleness_seconds = $5, replay_seconds = $6,
           release_minutes = $7, record_arguments = $8, retention_days = $9, updated_at = clock_timestamp()
         WHERE id = $1 RETURNING ${guardColumns}`,
        [guard.id, next.name, next.default_action, next.failure_mode, next.max_policy_staleness_seconds, next.replay_seconds, next.release_minutes, next.record_arguments, next.retention_days],
      );
      return { guard: row ? guardOf(row) : next, action: 'guard.updated', summary: summaryOf(patch), detail: given(patch) };
    });
  }

  /** Its policies stop, keys lose sight of it, and its id stays taken: what was decided under it keeps its meaning. */
  async delete(writer: Writer): Promise<Reply<Written<Guard>>> {
    return await this.change(writer, async (tx, guard) => {
      const [row] = await rowsOf<GuardRow>(tx, `UPDATE guards SET deleted_at = clock_timestamp(), updated_at = clock_timestamp() WHERE id = $1 RETURNING ${guardColumns}`, [guard.id]);
      await rowsOf(tx, 'DELETE FROM policies WHERE guard_id = $1', [guard.id]);
      return { guard: row ? guardOf(row) : guard, deleted: true, action: 'guard.deleted', summary: 'Deleted the guard.', detail: {} };
    });
  }

  private async change(
    { actor, guardId, ifMatch }: Writer,
    act: (tx: EntityManager, guard: Guard) => Promise<{ guard: Guard; deleted?: true; action: string; summary: string; detail: object }>,
  ): Promise<Reply<Written<Guard>>> {
    const denied = lacksRole(actor, 'admin');
    if (denied) return denied;
    return await this.db.transaction(async (tx) => {
      const current = await lockGuard(tx, actor, guardId);
      if (!current) return guardNotFound(guardId);
      const stale = preconditionFailed(ifMatch, { what: 'the guard', etag: listTag(current.policy_version) });
      if (stale) return stale;
      const { guard, deleted = false, action, summary, detail } = await act(tx, current);
      const rows = await rowsOf<PolicyRow>(tx, `SELECT ${policyColumns} FROM policies WHERE guard_id = $1`, [guardId]);
      const { revision, version } = await publishPolicySet(tx, { guard, deleted, policies: rows.map(policyOf), author: actorName(actor), action, summary, detail });
      return { ok: { value: { ...guard, policy_version: version }, revision, policy_version: version, ...(!deleted && { etag: listTag(version) }) } };
    });
  }
}

/** The guard, locked against other writers until the transaction ends; null where the actor may not see it, or there is none. */
export async function lockGuard(tx: EntityManager, actor: Actor, guardId: string): Promise<Guard | null> {
  if (!maySee(actor, guardId)) return null;
  const [row] = await rowsOf<GuardRow>(tx, `SELECT ${guardColumns} FROM guards WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`, [guardId]);
  return row ? guardOf(row) : null;
}

/** A guard without policies or set (version 0), or null when the id is taken. `publishPolicySet` gives it its first set and its revision. */
export async function insertGuard(tx: EntityManager, guard: Omit<Guard, 'policy_version' | 'created_at' | 'updated_at'>): Promise<Guard | null> {
  const [row] = await rowsOf<GuardRow>(
    tx,
    `INSERT INTO guards (id, name, default_action, failure_mode, max_policy_staleness_seconds, replay_seconds, release_minutes, record_arguments,
       retention_days, policy_version, revision, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, clock_timestamp(), clock_timestamp())
     ON CONFLICT (id) DO NOTHING RETURNING ${guardColumns}`,
    [guard.id, guard.name, guard.default_action, guard.failure_mode, guard.max_policy_staleness_seconds, guard.replay_seconds, guard.release_minutes, guard.record_arguments, guard.retention_days],
  );
  return row ? guardOf(row) : null;
}

function summaryOf(patch: GuardPatch): string {
  const fields = Object.keys(given(patch));
  return fields.length === 0 ? 'Changed nothing of the guard.' : `Changed settings of the guard: ${fields.map((field) => `\`${field}\``).join(', ')}.`;
}

/** Without the fields that were not given. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
