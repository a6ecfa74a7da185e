import { createHmac, timingSafeEqual } from 'node:crypto';

export type Reader = Readonly<{ keyId: string; guardId: string }>;

const macBytes = 16;

/** Names delivered events by their sequences, for the reader they were delivered to. Every gateway reads every gateway's: the secret is theirs alone. */
export class EventCursors {
  private readonly secret: string;

  constructor(secret: string) {
    this.secret = secret;
  }

  /** `sequences` in any order; each stands as its distance to the one before. */
  write(reader: Reader, sequences: readonly number[]): string {
    let before = 0;
    const distances = sequences.toSorted((a, b) => a - b).map((sequence) => {
      const distance = (sequence - before).toString(36);
      before = sequence;
      return distance;
    });
    const text = distances.join('.');
    return `${text}~${this.mac(reader, text).toString('base64url')}`;
  }

  /** Null: not a cursor, or not of this reader. */
  read(reader: Reader, cursor: string): readonly number[] | null {
    const [, text = '', mac = ''] = /^([0-9a-z]{1,11}(?:\.[0-9a-z]{1,11}){0,99})~([A-Za-z0-9_-]{22})$/.exec(cursor) ?? [];
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== macBytes || !timingSafeEqual(given, this.mac(reader, text))) return null;
    let sequence = 0;
    return text.split('.').map((distance) => (sequence += Number.parseInt(distance, 36)));
  }

  private mac({ keyId, guardId }: Reader, text: string): Buffer {
    return createHmac('sha256', this.secret).update(`event-cursor ${keyId} ${guardId} ${text}`).digest().subarray(0, macBytes);
  }
}
