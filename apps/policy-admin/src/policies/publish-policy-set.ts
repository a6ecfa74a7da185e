import { createHash } from 'node:crypto';
import { type Guard, type Policy, type PolicySet } from '@holdpoint/contracts';
import type { EntityManager } from 'typeorm';
import { nextRevision, recordAudit } from '../audit.ts';
import { rowsOf } from '../sql.ts';
import { firstAsked } from './reorder.ts';

/** Past this, the policies of a guard, active or not, would not travel in one message together with the words around them. */
const maxPolicyBytes = 6 * 1024 ** 2;

/** `summary`: what the write did, in one sentence. */
export type Publication = Readonly<{ guard: Guard; deleted: boolean; policies: readonly Policy[]; author: string; action: string; subjectId?: string; summary: string; detail: object }>;

/**
 * Ends a write: stores the guard's next policy set, the audit row and the guard's new revision. Expects the guard's row to be locked,
 * and `guard` and `policies` as they are after the change; sets `policy_version` and `revision` itself.
 */
export async function publishPolicySet(tx: EntityManager, { guard, deleted, policies, author, action, subjectId, summary, detail }: Publication): Promise<{ revision: number; version: number }> {
  const version = guard.policy_version + 1;
  const kept = deleted ? [] : policies.toSorted(firstAsked);
  const [active, inactive] = [kept.filter(({ is_active }) => is_active), kept.filter(({ is_active }) => !is_active)];
  const body = policySetBody({ guard, version, deleted, active });
  const hash = createHash('sha256').update(body).digest('hex');
  const revision = await nextRevision(tx);
  await rowsOf(
    tx,
    `INSERT INTO policy_sets (guard_id, version, revision, hash, body, bytes, author, created_at, inactive, active_count, inactive_count, summary)
     VALUES ($1, $2, $3, $4, $5, octet_length($5), $6, clock_timestamp(), $7, $8, $9, $10)`,
    [guard.id, version, revision, hash, body, author, JSON.stringify(inactive), active.length, inactive.length, summary],
  );
  await rowsOf(tx, 'UPDATE guards SET policy_version = $2, revision = $3 WHERE id = $1', [guard.id, version, revision]);
  await recordAudit(tx, { actor: author, action, guardId: guard.id, ...(subjectId !== undefined && { subjectId }), revision, detail: { policy_version: version, ...detail } });
  return { revision, version };
}

/** The set as evaluators get it, without its hash, which is over this very text. */
function policySetBody({ guard, version, deleted, active }: Readonly<{ guard: Guard; version: number; deleted: boolean; active: readonly Policy[] }>): string {
  const set: Omit<PolicySet, 'hash'> = {
    guard_id: guard.id,
    version,
    deleted,
    default_action: guard.default_action,
    failure_mode: guard.failure_mode,
    max_policy_staleness_seconds: guard.max_policy_staleness_seconds,
    replay_seconds: guard.replay_seconds,
    release_minutes: guard.release_minutes,
    record_arguments: guard.record_arguments,
    policies: [...active],
  };
  return JSON.stringify(set);
}

export const outgrowsMessage = (policies: readonly Policy[]): boolean => Buffer.byteLength(JSON.stringify(policies)) > maxPolicyBytes;
