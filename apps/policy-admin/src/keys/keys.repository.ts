import type { Actor, InputProblem, Key, KeyDraft, Reply } from '@holdpoint/contracts';
import { databaseNow } from '@holdpoint/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { actorName, nextRevision, recordAudit } from '../audit.ts';
import { cursorProblem, pageOf, readCursor } from '../page.ts';
import { invalidInput, lacksRole, refused } from '../refusal.ts';
import { rowsOf } from '../sql.ts';
import { isIpRange } from './ip-range.ts';
import { keyColumns, keyOf, type KeyRow } from './key.row.ts';
import { makeKey, type NewKey } from './make-key.ts';

type Refused = ReturnType<typeof refused>;
/** A write that the world hears of by its revision; none, where nothing changed. */
export type KeyWrite<T> = Readonly<{ reply: Reply<T>; revision?: number }>;

const Cursor = z.tuple([z.string().max(12)]);

@Injectable()
export class KeysRepository {
  constructor(private readonly db: DataSource) {}

  async create(actor: Actor, draft: KeyDraft): Promise<KeyWrite<Key & { key: string }>> {
    const denied = lacksRole(actor, 'admin') ?? exceedsOwn(actor, draft);
    if (denied) return { reply: denied };
    return await this.db.transaction(async (tx) => {
      const problems = [...(await unknownGuards(tx, draft)), ...pastExpiry(draft, await databaseNow(tx)), ...malformedRanges(draft)];
      if (problems.length > 0) return { reply: invalidInput(...problems) };
      for (;;) {
        const made = makeKey();
        const inserted = await insertKey(tx, made, draft, actorName(actor));
        if (inserted) return { reply: { ok: { ...inserted.key, key: made.key } }, revision: inserted.revision };
      }
    });
  }

  /** The keys that the actor may manage: those whose guards are all the actor's. */
  async list(actor: Actor, { limit, cursor }: Readonly<{ limit: number; cursor?: string | undefined }>): Promise<Reply<{ data: Key[]; next_cursor: string | null }>> {
    const denied = lacksRole(actor, 'admin');
    if (denied) return denied;
    const after = readCursor(Cursor, cursor);
    if (after === undefined) return invalidInput(cursorProblem);
    const rows = await rowsOf<KeyRow>(
      this.db,
      `SELECT ${keyColumns} FROM keys WHERE ($1::text IS NULL OR id > $1) AND ($2::text[] IS NULL OR (NOT all_guards AND guards <@ $2)) ORDER BY id LIMIT $3`,
      [after?.[0] ?? null, actor.guards === '*' ? null : actor.guards, limit + 1],
    );
    return { ok: pageOf(rows.map(keyOf), limit, ({ id }) => [id]) };
  }

  /** For good; a second time changes nothing. */
  async revoke(actor: Actor, keyId: string): Promise<KeyWrite<Key>> {
    const denied = lacksRole(actor, 'admin');
    if (denied) return { reply: denied };
    return await this.db.transaction(async (tx) => {
      // INVARIANT: one revocation at a time, also of different keys: two last admins cannot revoke each other.
      await rowsOf(tx, `SELECT pg_advisory_xact_lock(hashtext('holdpoint.keys.revoke'))`);
      const [row] = await rowsOf<KeyRow>(
        tx,
        `SELECT ${keyColumns} FROM keys WHERE id = $1 AND ($2::text[] IS NULL OR (NOT all_guards AND guards <@ $2)) FOR UPDATE`,
        [keyId, actor.guards === '*' ? null : actor.guards],
      );
      if (!row) return { reply: refused(404, 'key_not_found', `there is no key \`${keyId}\``) };
      if (row.revoked_at !== null) return { reply: { ok: keyOf(row) } };
      if (await isLastAdmin(tx, keyId)) return { reply: refused(409, 'last_admin_key', 'this is the last key that can manage every guard: make another one first') };
      const revision = await nextRevision(tx);
      const [revoked] = await rowsOf<KeyRow>(tx, `UPDATE keys SET revoked_at = clock_timestamp(), revision = $2 WHERE id = $1 RETURNING ${keyColumns}`, [keyId, revision]);
      await recordAudit(tx, { actor: actorName(actor), action: 'key.revoked', subjectId: keyId, revision, detail: {} });
      return { reply: { ok: keyOf(revoked ?? row) }, revision };
    });
  }
}

/** Null when the id is taken. */
export async function insertKey(tx: EntityManager, made: NewKey, draft: KeyDraft, actor: string): Promise<{ key: Key; revision: number } | null> {
  const guards = draft.guards === '*' ? [] : [...new Set(draft.guards)];
  const roles = [...new Set(draft.roles)];
  const revision = await nextRevision(tx);
  const [row] = await rowsOf<KeyRow>(
    tx,
    `INSERT INTO keys (id, secret_hash, name, all_guards, guards, roles, owner_email, agent_ids, expires_at, ip_ranges, revision, created_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp()) ON CONFLICT (id) DO NOTHING RETURNING ${keyColumns}`,
    [
      made.id,
      made.secretHash,
      draft.name,
      draft.guards === '*',
      guards,
      roles,
      draft.owner_email ?? null,
      draft.agent_ids ?? null,
      draft.expires_at ?? null,
      draft.ip_ranges ?? null,
      revision,
      actor,
    ],
  );
  if (!row) return null;
  await recordAudit(tx, { actor, action: 'key.created', subjectId: made.id, revision, detail: { ...draft, guards: draft.guards === '*' ? '*' : guards, roles } });
  return { key: keyOf(row), revision };
}

function exceedsOwn({ guards, roles }: Actor, draft: KeyDraft): Refused | null {
  if (guards === '*') return null;
  const excess =
    draft.guards === '*'
      ? [{ path: '/guards', message: 'only an admin key with guards `*` hands out `*`' }]
      : draft.guards.flatMap((id, at) => (guards.includes(id) ? [] : [{ path: `/guards/${at}`, message: `\`${id}\` is not among the guards of your key` }]));
  excess.push(...draft.roles.flatMap((role, at) => (roles.includes(role) ? [] : [{ path: `/roles/${at}`, message: `your key does not have the role ${role}` }])));
  if (excess.length === 0) return null;
  return refused(403, 'key_exceeds_own', `a key can hand out its own guards and roles only: ${excess.map(({ message }) => message).join('; ')}`.slice(0, 1_000), excess.slice(0, 100));
}

async function unknownGuards(tx: EntityManager, { guards }: KeyDraft): Promise<InputProblem[]> {
  if (guards === '*') return [];
  const known = new Set((await rowsOf<{ id: string }>(tx, 'SELECT id FROM guards WHERE id = ANY($1) AND deleted_at IS NULL', [guards])).map(({ id }) => id));
  return guards.flatMap((id, at) => (known.has(id) ? [] : [{ path: `/guards/${at}`, message: `there is no guard \`${id}\`` }]));
}

const pastExpiry = ({ expires_at }: KeyDraft, now: number): InputProblem[] =>
  expires_at !== undefined && Date.parse(expires_at) <= now ? [{ path: '/expires_at', message: 'must be in the future' }] : [];

const malformedRanges = ({ ip_ranges = [] }: KeyDraft): InputProblem[] =>
  ip_ranges.flatMap((range, at) => (isIpRange(range) ? [] : [{ path: `/ip_ranges/${at}`, message: 'must be an IP address, or one with a prefix length such as `10.0.0.0/8`' }]));

async function isLastAdmin(tx: EntityManager, keyId: string): Promise<boolean> {
  const admins = await rowsOf<{ id: string }>(
    tx,
    `SELECT id FROM keys WHERE all_guards AND 'admin' = ANY(roles) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) ORDER BY (id = $1) DESC LIMIT 2`,
    [keyId],
  );
  return admins.length === 1 && admins[0]?.id === keyId;
}
