import { createHash } from 'node:crypto';
import type { IfMatch, Policy } from '@holdpoint/contracts';
import { refused } from '../refusal.ts';

/** A strong entity tag of everything that a policy is, `updated_at` included. Expects its fields in the order of `policyOf`, as all policies that were read have them. */
export const policyTag = (policy: Policy): string => `"${createHash('sha256').update(JSON.stringify(policy)).digest('base64url').slice(0, 22)}"`;

/** Of a guard's policies, their order and its settings: the number of its policy set. Shorter than any policy's, so that neither is taken for the other. */
export const listTag = (version: number): string => `"${version}"`;

/** The refusal of a write that goes by something else than what is there; null when it may go on. No condition: it may. */
export function preconditionFailed(ifMatch: IfMatch | undefined, { what, etag }: Readonly<{ what: string; etag: string }>): ReturnType<typeof refused> | null {
  if (ifMatch === undefined || ifMatch === '*' || ifMatch.includes(etag)) return null;
  const { refused: refusal } = refused(412, 'precondition_failed', `${what} changed since it was read: its tag is ${etag} now; read it again, and decide anew`);
  return { refused: { ...refusal, etag } };
}
