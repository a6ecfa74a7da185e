import type { CallIdentity } from './binding.ts';

export type Role = 'agent' | 'approver' | 'admin' | 'auditor';

/** `roles` are those the key has, now, on the approval's guard. */
export type KeyActor = Readonly<{ kind: 'key'; keyId: string; ownerEmail?: string | undefined; roles: readonly Role[] }>;

/** A webhook channel of the approval's guard, whoever decides behind it; `roles` are `approver` while the channel may decide. */
export type WebhookActor = Readonly<{ kind: 'webhook'; channelId: string; roles: readonly Role[] }>;

/** Whoever acts, as the credential says. */
export type Actor = KeyActor | WebhookActor;

/** The key that asked, and whose it is. */
export type Requester = Readonly<{ keyId: string; ownerEmail?: string | undefined }>;

/** One person may hold many keys. A key is always the person it was, also when its owner changed since. A webhook channel counts as one person. */
export function isSamePerson(a: Actor, b: Actor): boolean {
  if (a.kind === 'webhook' || b.kind === 'webhook') return a.kind === 'webhook' && b.kind === 'webhook' && a.channelId === b.channelId;
  return isSameOwner(a, b);
}

/** The key that asked, its owner by any key, and the end user the call is made for when the platform names users by e-mail; never a webhook channel. */
export function isRequester(actor: Actor, approval: Readonly<{ requester: Requester }> & Pick<CallIdentity, 'endUserId'>): boolean {
  return actor.kind === 'key' && (isSameOwner(actor, approval.requester) || isSameEmail(actor.ownerEmail, approval.endUserId));
}

function isSameOwner(a: Requester, b: Requester): boolean {
  return a.keyId === b.keyId || isSameEmail(a.ownerEmail, b.ownerEmail);
}

function isSameEmail(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}
