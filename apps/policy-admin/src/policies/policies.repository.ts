import { type Actor, maxPoliciesPerGuard, type Guard, type Policy, type Reply } from '@holdpoint/contracts';
import { newId } from '@holdpoint/runtime';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { actorName } from '../audit.ts';
import { lockGuard } from '../guards/guards.repository.ts';
import { cursorProblem, pageOf, readCursor } from '../page.ts';
import { guardNotFound, invalidInput, lacksRole, maySee, refused } from '../refusal.ts';
import { isoMicros, rowOf, rowsOf } from '../sql.ts';
import { applyPolicyPatch, readPolicyDraft } from './policy-draft.ts';
import { policyColumns, policyOf, policyRowOf, type PolicyRow } from './policy.row.ts';
import { outgrowsMessage, publishPolicySet } from './publish-policy-set.ts';
import { firstAsked, reorder } from './reorder.ts';

type Written<T> = { value: T; revision: number; policy_version: number };
type Refused = ReturnType<typeof refused>;
/** What a write does to the guard's policies, judged before anything is written. */
type Change<T> = Readonly<{ put?: readonly Policy[]; remove?: string; answer: (policies: readonly Policy[]) => T; action: string; subjectId?: string; detail: object }>;
/** `now`: the database's time, later than the creation of every policy of the guard. */
type Held = Readonly<{ policies: readonly Policy[]; now: string }>;

const Cursor = z.tuple([z.int().min(-1_000_000).max(1_000_000), z.iso.datetime({ precision: 6 }).regex(/^[12]/), z.string().max(64)]);
const notFound = (policyId: string): Refused => refused(404, 'policy_not_found', `the guard has no policy \`${policyId}\``);

@Injectable()
export class PoliciesRepository {
  constructor(private readonly db: DataSource) {}

  /** In deciding order, inactive ones too. */
  async list(actor: Actor, guardId: string, { limit, cursor }: Readonly<{ limit: number; cursor?: string | undefined }>): Promise<Reply<{ data: Policy[]; next_cursor: string | null }>> {
    const denied = lacksRole(actor, 'admin', 'auditor');
    if (denied) return denied;
    if (!(await this.sees(actor, guardId))) return guardNotFound(guardId);
    const after = readCursor(Cursor, cursor);
    if (after === undefined) return invalidInput(cursorProblem);
    const rows = await rowsOf<PolicyRow>(
      this.db,
      `SELECT ${policyColumns} FROM policies p
       WHERE guard_id = $1 AND ($2::int IS NULL OR (-priority, p.created_at, id) > (-$2, $3::timestamptz, $4))
       ORDER BY priority DESC, p.created_at, id LIMIT $5`,
      [guardId, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit + 1],
    );
    return { ok: pageOf(rows.map(policyOf), limit, ({ priority, created_at, id }) => [priority, created_at, id]) };
  }

  async get(actor: Actor, guardId: string, policyId: string): Promise<Reply<Policy>> {
    const denied = lacksRole(actor, 'admin', 'auditor');
    if (denied) return denied;
    if (!(await this.sees(actor, guardId))) return guardNotFound(guardId);
    const [row] = await rowsOf<PolicyRow>(this.db, `SELECT ${policyColumns} FROM policies WHERE guard_id = $1 AND id = $2`, [guardId, policyId]);
    return row ? { ok: policyOf(row) } : notFound(policyId);
  }

  async create(actor: Actor, guardId: string, draft: unknown): Promise<Reply<Written<Policy>>> {
    return await this.change(actor, guardId, ({ policies, now }) => {
      const read = readPolicyDraft(draft);
      if ('problems' in read) return invalidInput(...read.problems);
      if (policies.length >= maxPoliciesPerGuard) return refused(409, 'too_many_policies', `a guard has at most ${maxPoliciesPerGuard} policies`);
      const policy = inFieldOrder({ ...read.fields, id: newId('pol'), created_at: now, updated_at: now });
      return { put: [policy], answer: () => policy, action: 'policy.created', subjectId: policy.id, detail: { policy } };
    });
  }

  async update(actor: Actor, guardId: string, policyId: string, patch: unknown): Promise<Reply<Written<Policy>>> {
    return await this.change(actor, guardId, ({ policies, now }) => {
      const current = policies.find(({ id }) => id === policyId);
      if (!current) return notFound(policyId);
      const read = applyPolicyPatch(current, patch);
      if ('problems' in read) return invalidInput(...read.problems);
      const policy = inFieldOrder({ ...read.fields, id: current.id, created_at: current.created_at, updated_at: now });
      return { put: [policy], answer: () => policy, action: 'policy.updated', subjectId: policy.id, detail: { policy } };
    });
  }

  async delete(actor: Actor, guardId: string, policyId: string): Promise<Reply<Written<Policy>>> {
    return await this.change(actor, guardId, ({ policies }) => {
      const policy = policies.find(({ id }) => id === policyId);
      return policy ? { remove: policyId, answer: () => policy, action: 'policy.deleted', subjectId: policyId, detail: { policy } } : notFound(policyId);
    });
  }

  async reorder(actor: Actor, guardId: string, policyIds: readonly string[]): Promise<Reply<Written<{ data: Policy[] }>>> {
    return await this.change(actor, guardId, ({ policies, now }) => {
      const known = new Set(policies.map(({ id }) => id));
      const listed = new Set<string>();
      const problems = policyIds.flatMap((id, at) => {
        if (!known.has(id)) return [{ path: `/policy_ids/${at}`, message: 'is no policy of this guard' }];
        return listed.size === listed.add(id).size ? [{ path: `/policy_ids/${at}`, message: 'is listed twice' }] : [];
      });
      if (problems.length > 0) return invalidInput(...problems.slice(0, 100));
      const put = reorder(policies, policyIds).map((policy) => ({ ...policy, updated_at: now }));
      return { put, answer: (data) => ({ data: [...data] }), action: 'policies.reordered', detail: { policy_ids: policyIds } };
    });
  }

  private async sees(actor: Actor, guardId: string): Promise<boolean> {
    if (!maySee(actor, guardId)) return false;
    return (await rowsOf(this.db, 'SELECT 1 FROM guards WHERE id = $1 AND deleted_at IS NULL', [guardId])).length > 0;
  }

  /** Locks the guard, lets `judge` decide on its policies as they are, and commits what follows with the next policy set. */
  private async change<T>(actor: Actor, guardId: string, judge: (held: Held) => Change<T> | Refused): Promise<Reply<Written<T>>> {
    const denied = lacksRole(actor, 'admin');
    if (denied) return denied;
    return await this.db.transaction(async (tx) => {
      const guard = await lockGuard(tx, actor, guardId);
      if (!guard) return guardNotFound(guardId);
      const held = await readHeld(tx, guard);
      const judged = judge(held);
      if ('refused' in judged) return judged;
      const policies = changed(held.policies, judged);
      if (outgrowsMessage(policies)) return refused(409, 'policy_set_too_large', 'the policies of one guard may take 6 MiB at most, as JSON');
      await write(tx, guardId, judged);
      const { action, detail, subjectId } = judged;
      const { revision, version } = await publishPolicySet(tx, { guard, deleted: false, policies, author: actorName(actor), action, detail, ...(subjectId !== undefined && { subjectId }) });
      return { ok: { value: judged.answer(policies), revision, policy_version: version } };
    });
  }
}

/** As it will be read again: the first answer and all later ones, and every set, say it in the same words. */
const inFieldOrder = (policy: Policy): Policy => policyOf(policyRowOf(policy));

async function readHeld(tx: EntityManager, { id }: Guard): Promise<Held> {
  const rows = await rowsOf<PolicyRow>(tx, `SELECT ${policyColumns} FROM policies WHERE guard_id = $1`, [id]);
  // Policies made in one microsecond, or after the clock went back, still stand in the order of their creation.
  const { now } = await rowOf<{ now: string }>(
    tx,
    `SELECT ${isoMicros("greatest(clock_timestamp(), (SELECT max(created_at) FROM policies WHERE guard_id = $1) + interval '1 microsecond')")} AS now`,
    [id],
  );
  return { policies: rows.map(policyOf).sort(firstAsked), now };
}

function changed(policies: readonly Policy[], { put = [], remove }: Change<unknown>): Policy[] {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  for (const policy of put) byId.set(policy.id, policy);
  if (remove !== undefined) byId.delete(remove);
  return [...byId.values()].sort(firstAsked);
}

async function write(tx: EntityManager, guardId: string, { put = [], remove }: Change<unknown>): Promise<void> {
  if (remove !== undefined) await rowsOf(tx, 'DELETE FROM policies WHERE guard_id = $1 AND id = $2', [guardId, remove]);
  if (put.length === 0) return;
  const rows = put.map(policyRowOf);
  const column = (name: keyof PolicyRow) => rows.map((row) => row[name]);
  await rowsOf(
    tx,
    `INSERT INTO policies (guard_id, id, name, description, tool_pattern, action, priority, is_active, conditions, approval_config, created_at, updated_at)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::bool[], $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[])
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, tool_pattern = excluded.tool_pattern, action = excluded.action,
       priority = excluded.priority, is_active = excluded.is_active, conditions = excluded.conditions, approval_config = excluded.approval_config, updated_at = excluded.updated_at`,
    [
      guardId,
      ...(['id', 'name', 'description', 'tool_pattern', 'action', 'priority', 'is_active', 'conditions', 'approval_config', 'created_at', 'updated_at'] as const).map(column),
    ],
  );
}
