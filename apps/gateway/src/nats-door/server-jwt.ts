import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/**
 * JSON Web Tokens as nats-server reads and writes them (algorithm `ed25519-nkey`). Signatures are the runtime's own: those of the NATS libraries
 * take 10 to 70 ms of the event loop each, which anybody who can reach the server could ask for.
 */
export type Claims = Readonly<{ aud?: string; exp?: number; iss: string; name?: string; sub: string; nats: object }>;

export class JwtSigner {
  /** Its public account key. */
  readonly publicKey: string;
  private readonly privateKey: KeyObject;

  /** `seed` of an account key (`SA…`), as text. */
  constructor(seed: string, publicKey: string) {
    // Two bytes of prefix, 32 of seed, two of checksum.
    this.privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, base32(seed).subarray(2, 34)]), format: 'der', type: 'pkcs8' });
    this.publicKey = publicKey;
  }

  sign(claims: Omit<Claims, 'iss'>): string {
    const body = { ...claims, iss: this.publicKey, iat: Math.floor(Date.now() / 1_000) };
    const id = createHash('sha256').update(JSON.stringify(body)).digest('base64url');
    const signed = `${header}.${encoded({ ...body, jti: id })}`;
    return `${signed}.${sign(null, Buffer.from(signed), this.privateKey).toString('base64url')}`;
  }
}

/** What the token says, if its issuer (an nkey) signed it; else null. */
export function readJwt(token: string): Claims | null {
  const [head = '', payload = '', signature = '', ...rest] = token.split('.');
  try {
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as { alg?: unknown };
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Partial<Claims>;
    if (rest.length > 0 || alg !== algorithm || typeof claims.iss !== 'string' || typeof claims.sub !== 'string' || typeof claims.nats !== 'object') return null;
    const key = createPublicKey({ key: Buffer.concat([spkiPrefix, base32(claims.iss).subarray(1, 33)]), format: 'der', type: 'spki' });
    return verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')) ? (claims as Claims) : null;
  } catch {
    return null;
  }
}

const algorithm = 'ed25519-nkey';
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = encoded({ typ: 'JWT', alg: algorithm });
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, without padding. Throws on any other character. */
function base32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new TypeError('not base32');
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 0xff);
    }
  }
  return Buffer.from(bytes);
}
