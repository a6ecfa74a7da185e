import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Format 1: format byte, 4 bytes that name the key, 12 bytes nonce, ciphertext, 16 bytes tag. */
const format = 1;
const keyNameBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyNameBytes;

/** The bytes are not what was sealed: changed, cut, of another approval, or under a key that is not held. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
  readonly code = 'seal_broken';
}

/**
 * AES-256-GCM (NIST SP 800-38D) for what must not be shown at rest: parked calls, messages about them, and the secrets of channels. Each text is bound
 * to the id of what it belongs to: one row's bytes cannot be opened as another's.
 */
export class Seal {
  private readonly key: Buffer;
  private readonly header: Buffer;

  constructor(key: Buffer) {
    if (key.length !== 32) throw new TypeError('a sealing key has 32 bytes');
    this.key = key;
    this.header = Buffer.concat([Buffer.of(format), createHash('sha256').update('holdpoint seal key ').update(key).digest().subarray(0, keyNameBytes)]);
  }

  seal(boundTo: string, text: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(this.bound(boundTo));
    return Buffer.concat([this.header, nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws `SealBroken` and never returns anything but what was sealed. */
  open(boundTo: string, sealed: Buffer): string {
    if (sealed.length < headerBytes + nonceBytes + tagBytes) throw new SealBroken(`what was sealed for ${boundTo} is cut short`);
    if (sealed[0] !== format) throw new SealBroken(`what was sealed for ${boundTo} has an unknown format`);
    if (!sealed.subarray(0, headerBytes).equals(this.header)) throw new SealBroken(`what was sealed for ${boundTo} was sealed under another HOLDPOINT_SECRET_KEY`);
    const body = sealed.subarray(headerBytes + nonceBytes, sealed.length - tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(headerBytes, headerBytes + nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(this.bound(boundTo));
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    try {
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new SealBroken(`what was sealed for ${boundTo} was changed`, { cause: error });
    }
  }

  private bound(boundTo: string): Buffer {
    return Buffer.concat([this.header, Buffer.from(boundTo, 'utf8')]);
  }
}
