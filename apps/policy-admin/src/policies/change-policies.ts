import { type Actor, type Guard, type IfMatch, type Policy, type Reply } from '@holdpoint/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { actorName } from '../audit.ts';
import { lockGuard } from '../guards/guards.repository.ts';
import { guardNotFound, lacksRole, refused } from '../refusal.ts';
import { isoMicros, rowOf, rowsOf } from '../sql.ts';
import { listTag, policyTag, preconditionFailed } from './etag.ts';
import { policyColumns, policyOf, policyRowOf, type PolicyRow } from './policy.row.ts';
import { outgrowsMessage, publishPolicySet } from './publish-policy-set.ts';
import { firstAsked } from './reorder.ts';

export type Written<T> = { value: T; revision: number; policy_version: number; etag?: string };
export type Refused = ReturnType<typeof refused>;

/** Who writes, and what they go by: the tag of the policy where the write is about one, else of the guard's list. */
export type Writer = Readonly<{ actor: Actor; guardId: string; ifMatch: IfMatch | undefined }>;

/** What a write does to the guard's policies, judged before anything is written. `etag`: of what the answer shows, given the new version. */
export type Change<T> = Readonly<{
  put?: readonly Policy[];
  remove?: readonly string[];
  answer: (policies: readonly Policy[]) => T;
  etag?: (version: number) => string;
  action: string;
  subjectId?: string;
  /** What it does, in one sentence. */
  summary: string;
  detail: object;
}>;

/** A guard that nobody else can change until the transaction ends, and its policies in deciding order. `now`: the database's time, later than the creation of each of them. */
export type Held = Readonly<{ tx: EntityManager; guard: Guard; policies: readonly Policy[]; now: string }>;

/** Locks the guard, lets `judge` decide on its policies as they are, and commits what follows with the next policy set. */
export async function changePolicies<T>(db: DataSource, writer: Writer, judge: (held: Held) => Change<T> | Refused | Promise<Change<T> | Refused>): Promise<Reply<Written<T>>> {
  return await holdingPolicies(db, writer, async (held) => {
    const stale = preconditionFailed(writer.ifMatch, { what: 'the list of policies', etag: listTag(held.guard.policy_version) });
    return stale ?? (await commit(held, writer.actor, await judge(held)));
  });
}

/** The same for a write about one policy, which has to exist. */
export async function changePolicy<T>(db: DataSource, writer: Writer, policyId: string, judge: (current: Policy, held: Held) => Change<T> | Refused): Promise<Reply<Written<T>>> {
  return await holdingPolicies(db, writer, async (held) => {
    const current = held.policies.find(({ id }) => id === policyId);
    if (!current) return policyNotFound(policyId);
    const stale = preconditionFailed(writer.ifMatch, { what: 'the policy', etag: policyTag(current) });
    return stale ?? (await commit(held, writer.actor, judge(current, held)));
  });
}

/** What `changePolicies` would make, and the tag of the list that it goes by. Writes nothing. */
export async function previewChange<T>(db: DataSource, writer: Writer, judge: (held: Held) => Change<T> | Refused): Promise<Reply<{ value: T; etag: string }>> {
  return await holdingPolicies(db, writer, (held) => {
    const etag = listTag(held.guard.policy_version);
    const stale = preconditionFailed(writer.ifMatch, { what: 'the list of policies', etag });
    const judged = stale ?? judge(held);
    if ('refused' in judged) return judged;
    const policies = changed(held.policies, judged);
    return outgrowsMessage(policies) ? tooLarge : { ok: { value: judged.answer(policies), etag } };
  });
}

export const policyNotFound = (policyId: string): Refused => refused(404, 'policy_not_found', `the guard has no policy \`${policyId}\``);

/** As it will be read again: the first answer and all later ones, and every set, say it in the same words. */
export const inFieldOrder = (policy: Policy): Policy => policyOf(policyRowOf(policy));

const tooLarge = refused(409, 'policy_set_too_large', 'the policies of one guard may take 6 MiB at most, as JSON');

async function holdingPolicies<T>(db: DataSource, { actor, guardId }: Writer, act: (held: Held) => Reply<T> | Promise<Reply<T>>): Promise<Reply<T>> {
  const denied = lacksRole(actor, 'admin');
  if (denied) return denied;
  return await db.transaction(async (tx) => {
    const guard = await lockGuard(tx, actor, guardId);
    return guard ? await act(await readHeld(tx, guard)) : guardNotFound(guardId);
  });
}

async function commit<T>({ tx, guard, policies: before }: Held, actor: Actor, judged: Change<T> | Refused): Promise<Reply<Written<T>>> {
  if ('refused' in judged) return judged;
  const policies = changed(before, judged);
  if (outgrowsMessage(policies)) return tooLarge;
  await write(tx, guard.id, judged);
  const { action, detail, subjectId, summary, etag } = judged;
  const { revision, version } = await publishPolicySet(tx, { guard, deleted: false, policies, author: actorName(actor), action, summary, detail, ...(subjectId !== undefined && { subjectId }) });
  return { ok: { value: judged.answer(policies), revision, policy_version: version, ...(etag && { etag: etag(version) }) } };
}

async function readHeld(tx: EntityManager, guard: Guard): Promise<Held> {
  const rows = await rowsOf<PolicyRow>(tx, `SELECT ${policyColumns} FROM policies WHERE guard_id = $1`, [guard.id]);
  // Policies made in one microsecond, or after the clock went back, still stand in the order of their creation.
  const { now } = await rowOf<{ now: string }>(
    tx,
    `SELECT ${isoMicros("greatest(clock_timestamp(), (SELECT max(created_at) FROM policies WHERE guard_id = $1) + interval '1 microsecond')")} AS now`,
    [guard.id],
  );
  return { tx, guard, policies: rows.map(policyOf).sort(firstAsked), now };
}

function changed(policies: readonly Policy[], { put = [], remove = [] }: Change<unknown>): Policy[] {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  for (const id of remove) byId.delete(id);
  for (const policy of put) byId.set(policy.id, policy);
  return [...byId.values()].sort(firstAsked);
}

async function write(tx: EntityManager, guardId: string, { put = [], remove = [] }: Change<unknown>): Promise<void> {
  if (remove.length > 0) await rowsOf(tx, 'DELETE FROM policies WHERE guard_id = $1 AND id = ANY($2)', [guardId, remove]);
  if (put.length === 0) return;
  const rows = put.map(policyRowOf);
  const column = (name: keyof PolicyRow) => rows.map((row) => row[name]);
  await rowsOf(
    tx,
    `INSERT INTO policies (guard_id, id, name, description, tool_pattern, action, priority, is_active, conditions, rate_limit, approval_config, created_at, updated_at)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::bool[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[])
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, tool_pattern = excluded.tool_pattern, action = excluded.action,
       priority = excluded.priority, is_active = excluded.is_active, conditions = excluded.conditions, rate_limit = excluded.rate_limit, approval_config = excluded.approval_config, updated_at = excluded.updated_at`,
    [
      guardId,
      ...(['id', 'name', 'description', 'tool_pattern', 'action', 'priority', 'is_active', 'conditions', 'rate_limit', 'approval_config', 'created_at', 'updated_at'] as const).map(column),
    ],
  );
}
