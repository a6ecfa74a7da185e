import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Standard Webhooks (https://www.standardwebhooks.com), symmetric: `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>`. */
export type SignedMessage = Readonly<{
  id: string;
  /** As the header says it: whole seconds since the epoch. */
  timestamp: string;
  body: Buffer;
}>;

/** How far a message's timestamp may be from now, either way. */
const toleranceSeconds = 5 * 60;

const secretPrefix = 'whsec_';
const leastKeyBytes = 24;
const mostKeyBytes = 64;
const usualKeyBytes = 32;
/** A sender that rotates sends two; nobody needs many. */
const mostSignatures = 8;

/** `whsec_` and the base64 of 32 random bytes. */
export function newSecret(): string {
  return secretPrefix + randomBytes(usualKeyBytes).toString('base64');
}

/** The key bytes of `whsec_<base64>`; null unless it is that, with 24 to 64 bytes. */
export function keyBytes(secret: string): Buffer | null {
  if (!secret.startsWith(secretPrefix)) return null;
  const text = secret.slice(secretPrefix.length);
  const bytes = Buffer.from(text, 'base64');
  const isCanonical = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  return isCanonical && bytes.length >= leastKeyBytes && bytes.length <= mostKeyBytes ? bytes : null;
}

/** Value of `webhook-signature`: one signature per secret, so that a receiver may hold either while they rotate. */
export function sign(message: SignedMessage, secrets: readonly string[]): string {
  return secrets.map((secret) => `v1,${signature(message, secret).toString('base64')}`).join(' ');
}

/**
 * Whether one of the `v1` signatures is right by one of the secrets. Takes the same time wherever a signature differs.
 * Says nothing of the message's age: `isTimely` does.
 */
export function isSignedBy(message: SignedMessage, header: string, secrets: readonly string[]): boolean {
  const given = header.split(' ').slice(0, mostSignatures).flatMap(bytesOf);
  const wanted = secrets.map((secret) => signature(message, secret));
  // No early end: how many comparisons are made does not depend on their results.
  return wanted.flatMap((one) => given.map((other) => timingSafeEqual(one, other))).includes(true);
}

/** Within five minutes of `nowMs`, either way. */
export function isTimely(timestamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(Math.floor(nowMs / 1_000) - Number(timestamp)) <= toleranceSeconds;
}

function signature({ id, timestamp, body }: SignedMessage, secret: string): Buffer {
  const key = keyBytes(secret);
  if (key === null) throw new TypeError('not a signing secret');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

function bytesOf(text: string): readonly Buffer[] {
  const [version, encoded = ''] = text.split(',', 2);
  const bytes = Buffer.from(encoded, 'base64');
  return version === 'v1' && bytes.length === 32 ? [bytes] : [];
}
