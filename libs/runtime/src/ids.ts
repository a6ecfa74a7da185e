import { randomFillSync } from 'node:crypto';

/** Crockford's base 32, in lower case: its characters sort as their values do. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';
const timeDigits = 10;
const randomDigits = 16;
const maxTime = 2 ** 48 - 1;
/** The random part is kept as two halves of 40 bits, 8 digits each: whole numbers of that size are exact. */
const halfDigits = randomDigits / 2;
const halfRange = 2 ** 40;

const idBytes = 10;
/** Drawn for many ids at once: a draw of ten bytes costs as much as one of thousands. */
const drawn = Buffer.alloc(idBytes * 256);
let used = drawn.length;

/** Ids of one source of times: of equal times, each next one is greater. */
class UlidSequence {
  private at = -1;
  private high = 0;
  private low = 0;
  /** Time and high half, as text. */
  private prefix = '';

  next(at: number): string {
    if (at === this.at) {
      this.low += 1;
      if (this.low === halfRange) {
        this.low = 0;
        this.high += 1;
        this.prefix = encoded(at, timeDigits) + encoded(this.high, halfDigits);
      }
    } else {
      if (used === drawn.length) {
        randomFillSync(drawn);
        used = 0;
      }
      this.at = at;
      // INVARIANT: the top bit starts clear, so that counting up cannot overflow.
      this.high = drawn.readUIntBE(used, 5) % (halfRange / 2);
      this.low = drawn.readUIntBE(used + 5, 5);
      used += idBytes;
      this.prefix = encoded(at, timeDigits) + encoded(this.high, halfDigits);
    }
    return this.prefix + encoded(this.low, halfDigits);
  }

  get latest(): number {
    return this.at;
  }
}

const byClock = new UlidSequence();
const byArgument = new UlidSequence();

/**
 * `<prefix>_` and a ULID in lower case (26 characters: 48 bits of epoch milliseconds, 80 random bits). Sorts by time as text (COLLATE "C");
 * within one process and millisecond, by order of creation. Without `at` the clock is read, and an id is never less than the one before.
 */
export function newId(prefix: string, at?: number): string {
  const ulid = at === undefined ? byClock.next(Math.max(Date.now(), byClock.latest)) : byArgument.next(timeOf(at));
  return `${prefix}_${ulid}`;
}

/** The lowest or highest id of that millisecond: bounds for queries and range partitions. Both are inclusive. */
export function idAt(prefix: string, at: number, edge: 'low' | 'high'): string {
  return `${prefix}_${encoded(timeOf(at), timeDigits)}${(edge === 'low' ? '0' : 'z').repeat(randomDigits)}`;
}

function timeOf(at: number): number {
  const time = Math.floor(at);
  if (!(time >= 0 && time <= maxTime)) throw new RangeError('an id needs a time between 0 and 2^48 - 1 epoch milliseconds');
  return time;
}

function encoded(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = digits.charAt(rest % 32) + text;
  return text;
}
