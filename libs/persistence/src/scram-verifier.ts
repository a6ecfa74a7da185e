import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/**
 * What Postgres stores instead of a password (RFC 5803), made here so that the password is never part of a statement.
 * Printable ASCII only: for it the RFC's string preparation changes nothing.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[\x20-\x7e]{8,}$/.test(password)) throw new TypeError("a service's database password must be 8 or more printable ASCII characters");
  const iterations = 4096;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${keyed('Server Key').toString('base64')}`;
}
