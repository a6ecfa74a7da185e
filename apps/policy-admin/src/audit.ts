import type { Actor } from '@holdpoint/contracts';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from './sql.ts';

export type AuditEntry = Readonly<{
  actor: string;
  action: string;
  guardId?: string;
  subjectId?: string;
  revision: number;
  /** Never holds a secret. */
  detail: object;
}>;

/**
 * The number of this write, in the one order that everybody syncs by.
 * INVARIANT: taken after every other lock of the transaction, and held until its commit: whoever sees a number has seen all below it.
 */
export async function nextRevision(tx: EntityManager): Promise<number> {
  const { value } = await rowOf<{ value: string }>(tx, 'UPDATE revision SET value = value + 1 RETURNING value');
  return Number(value);
}

export async function recordAudit(tx: EntityManager, { actor, action, guardId, subjectId, revision, detail }: AuditEntry): Promise<void> {
  await rowsOf(tx, 'INSERT INTO audit (actor, action, guard_id, subject_id, revision, detail) VALUES ($1, $2, $3, $4, $5, $6)', [
    actor,
    action,
    guardId ?? null,
    subjectId ?? null,
    revision,
    JSON.stringify(detail),
  ]);
}

export const actorName = (actor: Actor): string => `key:${actor.key_id}`;
