import { createHash, randomBytes, randomInt } from 'node:crypto';
import { parseApiKey } from '@holdpoint/contracts';

export type NewKey = Readonly<{ id: string; secretHash: string; key: string }>;

const idCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `hp_sk_<12 letters or digits>_<43 base64url characters>`: an id, then 32 random bytes, of which only the hash is kept. */
export function makeKey(): NewKey {
  const id = Array.from({ length: 12 }, () => idCharacters.charAt(randomInt(idCharacters.length))).join('');
  const secret = randomBytes(32).toString('base64url');
  return { id, secretHash: secretHash(secret), key: `hp_sk_${id}_${secret}` };
}

/** A key that somebody else made, or null when it is none. */
export function readKey(key: string): NewKey | null {
  const parts = parseApiKey(key);
  return parts && { id: parts.id, secretHash: secretHash(parts.secret), key };
}

const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
