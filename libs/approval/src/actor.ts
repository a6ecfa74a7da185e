import type { CallIdentity } from './binding.ts';

export type Role = 'agent' | 'approver' | 'admin' | 'auditor';

/** Whoever acts, by API key. `roles` are those the key has, now, on the approval's guard. */
export type Actor = Readonly<{ kind: 'key'; keyId: string; ownerEmail?: string | undefined; roles: readonly Role[] }>;

/** The key that asked, and whose it is. */
export type Requester = Readonly<{ keyId: string; ownerEmail?: string | undefined }>;

/** One person may hold many keys. A key is always the person it was, also when its owner changed since. */
export function isSamePerson(a: Requester, b: Requester): boolean {
  return a.keyId === b.keyId || isSameEmail(a.ownerEmail, b.ownerEmail);
}

/** The key that asked, its owner by any key, and the end user the call is made for when the platform names users by e-mail. */
export function isRequester(actor: Actor, approval: Readonly<{ requester: Requester }> & Pick<CallIdentity, 'endUserId'>): boolean {
  return isSamePerson(actor, approval.requester) || isSameEmail(actor.ownerEmail, approval.endUserId);
}

function isSameEmail(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}
