import { type Actor, maxPoliciesPerGuard, type Policy, type Reply } from '@holdpoint/contracts';
import { newId } from '@holdpoint/runtime';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { cursorProblem, pageOf, readCursor } from '../page.ts';
import { guardNotFound, invalidInput, lacksRole, maySee, refused } from '../refusal.ts';
import { rowsOf } from '../sql.ts';
import { changePolicies, changePolicy, inFieldOrder, policyNotFound, type Writer, type Written } from './change-policies.ts';
import { listTag, policyTag } from './etag.ts';
import { applyPolicyPatch, readPolicyDraft } from './policy-draft.ts';
import { policyColumns, policyOf, type PolicyRow } from './policy.row.ts';
import { reorder } from './reorder.ts';

type PolicyPage = { data: Policy[]; next_cursor: string | null; etag: string };

const Cursor = z.tuple([z.int().min(-1_000_000).max(1_000_000), z.iso.datetime({ precision: 6 }).regex(/^[12]/), z.string().max(64)]);

@Injectable()
export class PoliciesRepository {
  constructor(private readonly db: DataSource) {}

  /** In deciding order, inactive ones too, with the tag of the list at that very moment. */
  async list(actor: Actor, guardId: string, { limit, cursor }: Readonly<{ limit: number; cursor?: string | undefined }>): Promise<Reply<PolicyPage>> {
    const denied = lacksRole(actor, 'admin', 'auditor');
    if (denied) return denied;
    if (!maySee(actor, guardId)) return guardNotFound(guardId);
    const after = readCursor(Cursor, cursor);
    if (after === undefined) return invalidInput(cursorProblem);
    // One statement, so one snapshot: the version is that of these very policies.
    const rows = await rowsOf<{ policy_version: number } & (PolicyRow | { id: null })>(
      this.db,
      `SELECT g.policy_version, p.* FROM guards g LEFT JOIN LATERAL (
         SELECT ${policyColumns} FROM policies p
         WHERE guard_id = g.id AND ($2::int IS NULL OR (-priority, p.created_at, id) > (-$2, $3::timestamptz, $4))
         ORDER BY priority DESC, p.created_at, id LIMIT $5
       ) p ON true
       WHERE g.id = $1 AND g.deleted_at IS NULL ORDER BY p.priority DESC, p.created_at, p.id`,
      [guardId, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit + 1],
    );
    const [first] = rows;
    if (!first) return guardNotFound(guardId);
    const policies = rows.flatMap((row) => (row.id === null ? [] : [policyOf(row)]));
    return { ok: { ...pageOf(policies, limit, ({ priority, created_at, id }) => [priority, created_at, id]), etag: listTag(first.policy_version) } };
  }

  async get(actor: Actor, guardId: string, policyId: string): Promise<Reply<Policy & { etag: string }>> {
    const denied = lacksRole(actor, 'admin', 'auditor');
    if (denied) return denied;
    if (!(await this.sees(actor, guardId))) return guardNotFound(guardId);
    const [row] = await rowsOf<PolicyRow>(this.db, `SELECT ${policyColumns} FROM policies WHERE guard_id = $1 AND id = $2`, [guardId, policyId]);
    if (!row) return policyNotFound(policyId);
    const policy = policyOf(row);
    return { ok: { ...policy, etag: policyTag(policy) } };
  }

  async create(writer: Writer, draft: unknown): Promise<Reply<Written<Policy>>> {
    return await changePolicies(this.db, writer, ({ policies, now }) => {
      const read = readPolicyDraft(draft);
      if ('problems' in read) return invalidInput(...read.problems);
      if (policies.length >= maxPoliciesPerGuard) return refused(409, 'too_many_policies', `a guard has at most ${maxPoliciesPerGuard} policies`);
      const policy = inFieldOrder({ ...read.fields, id: newId('pol'), created_at: now, updated_at: now });
      return { put: [policy], answer: () => policy, etag: () => policyTag(policy), action: 'policy.created', subjectId: policy.id, summary: `Created policy \`${policy.name}\`.`, detail: { policy } };
    });
  }

  async update(writer: Writer, policyId: string, patch: unknown): Promise<Reply<Written<Policy>>> {
    return await changePolicy(this.db, writer, policyId, (current, { now }) => {
      const read = applyPolicyPatch(current, patch);
      if ('problems' in read) return invalidInput(...read.problems);
      const policy = inFieldOrder({ ...read.fields, id: current.id, created_at: current.created_at, updated_at: now });
      return { put: [policy], answer: () => policy, etag: () => policyTag(policy), action: 'policy.updated', subjectId: policy.id, summary: changedFields(current, policy), detail: { policy } };
    });
  }

  async delete(writer: Writer, policyId: string): Promise<Reply<Written<Policy>>> {
    return await changePolicy(this.db, writer, policyId, (policy) => ({
      remove: [policyId],
      answer: () => policy,
      action: 'policy.deleted',
      subjectId: policyId,
      summary: `Deleted policy \`${policy.name}\`.`,
      detail: { policy },
    }));
  }

  async reorder(writer: Writer, policyIds: readonly string[]): Promise<Reply<Written<{ data: Policy[] }>>> {
    return await changePolicies(this.db, writer, ({ policies, now }) => {
      const known = new Set(policies.map(({ id }) => id));
      const listed = new Set<string>();
      const problems = policyIds.flatMap((id, at) => {
        if (!known.has(id)) return [{ path: `/policy_ids/${at}`, message: 'is no policy of this guard' }];
        return listed.size === listed.add(id).size ? [{ path: `/policy_ids/${at}`, message: 'is listed twice' }] : [];
      });
      if (problems.length > 0) return invalidInput(...problems.slice(0, 100));
      const put = reorder(policies, policyIds).map((policy) => ({ ...policy, updated_at: now }));
      return { put, answer: (data) => ({ data: [...data] }), etag: listTag, action: 'policies.reordered', summary: `Put ${policyIds.length} policies into another order.`, detail: { policy_ids: policyIds } };
    });
  }

  private async sees(actor: Actor, guardId: string): Promise<boolean> {
    if (!maySee(actor, guardId)) return false;
    return (await rowsOf(this.db, 'SELECT 1 FROM guards WHERE id = $1 AND deleted_at IS NULL', [guardId])).length > 0;
  }
}

function changedFields(before: Policy, after: Policy): string {
  const fields = (['name', 'description', 'tool_pattern', 'action', 'priority', 'is_active', 'conditions', 'rate_limit', 'approval_config'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  return `Changed policy \`${after.name}\`: ${fields.length === 0 ? 'nothing' : fields.map((field) => `\`${field}\``).join(', ')}.`;
}
