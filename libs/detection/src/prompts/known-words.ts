import { codesOf } from '../codes.ts';
import { isLetterOrDigit, plain } from './words-of-text.ts';

const SIZE = 1 << 14;
const ROOM = 1_024;
const MOST_KEPT = 1 << 16;

/**
 * The known words of a text in order: the i-th is `words[i]`, begins at `at[i]`, and is at least the `places[i]`-th word: what no blank parts counts once.
 * So no two words are farther apart by their places than they are by words.
 */
export type Sightings = Readonly<{ length: number; words: Int32Array; at: Int32Array; places: Int32Array }>;

/** Finds known words in a text without cutting it into words: each is told by a number that is reckoned from its letters. */
export class KnownWords {
  /** Slot -> number of a word and one more; 0: none. */
  readonly #words = new Uint16Array(SIZE);
  readonly #hashes = new Int32Array(SIZE);
  #size = 0;
  /** Room for what a reading finds: most find it in what an earlier one took. */
  #found = roomFor(ROOM);

  get size(): number {
    return this.#size;
  }

  /** The word's number: 0, 1, 2 … in the order they come. `word` as `plain` gives it. Words that the letters' number does not tell apart are one. */
  add(word: string): number {
    const hash = hashOf(word);
    let slot = slotOf(hash);
    while (this.#words[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & (SIZE - 1);
    if (this.#words[slot] === 0) {
      if (this.#size > SIZE / 2) throw new RangeError(`more than ${SIZE / 2} known words`);
      this.#hashes[slot] = hash;
      this.#words[slot] = this.#size += 1;
    }
    return (this.#words[slot] ?? 0) - 1;
  }

  /** Reads words as `wordsOf` does, but may tell ones that it takes for parts of an address. What it answers holds until the next reading. */
  read(text: string): Sightings {
    if (this.#found.at.length > MOST_KEPT) this.#found = roomFor(ROOM);
    const lower = LOWER;
    const hashes = this.#hashes;
    const known = this.#words;
    const codes = codesOf(text);
    const end = text.length;
    let { words, at: begins, places } = this.#found;
    let length = 0;
    let place = 0;
    let parted = 1;
    for (let at = 0; at < end; at += 1) {
      let code = codes[at] ?? 0;
      let letter = code < 0x80 ? (lower[code] ?? 0) : isLetterOrDigit(code) ? ODD : 0;
      if (letter === 0) {
        if (code <= 0x20) parted = 1;
        // A line end or tab that is written out.
        else if (code === 0x5c && at + 1 < end && isWrittenBlank(codes[at + 1] ?? 0)) at += parted = 1;
        continue;
      }
      const start = at;
      let hash = 0;
      let kinds = 0;
      for (;;) {
        kinds |= letter;
        hash = (Math.imul(hash, 31) + letter) | 0;
        at += 1;
        // No known word is as long.
        if (at - start === LONGEST) at = lettersEnd(codes, at, end);
        // INVARIANT: nothing is read beyond the end: that would make all reading slow.
        if (at === end) break;
        code = codes[at] ?? 0;
        letter = code < 0x80 ? (lower[code] ?? 0) : isLetterOrDigit(code) ? ODD : 0;
        if (letter !== 0) continue;
        if ((code !== 0x27 && code !== 0x2019) || at + 1 === end || !isLetterOrDigit(codes[at + 1] ?? 0)) break;
        at += 1;
        code = codes[at] ?? 0;
        letter = code < 0x80 ? (lower[code] ?? 0) : ODD;
      }
      place += parted;
      parted = code <= 0x20 ? 1 : 0;
      if (code === 0x5c) at -= 1;
      // A letter beyond ASCII, digits among letters, or an underscore: the word may be another one's disguise.
      if ((kinds & ODD) !== 0 || (kinds & DIGIT_AND_LETTER) === DIGIT_AND_LETTER) hash = hashOf(plain(text.slice(start, Math.min(at, start + LONGEST))));
      let slot = slotOf(hash);
      while (known[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & (SIZE - 1);
      const word = known[slot] ?? 0;
      if (word === 0) continue;
      if (length === words.length) ({ words, at: begins, places } = this.#grow());
      words[length] = word - 1;
      begins[length] = start;
      places[length] = place;
      length += 1;
    }
    return { length, words, at: begins, places };
  }

  #grow(): Room {
    const { words, at, places } = this.#found;
    return (this.#found = { words: doubled(words), at: doubled(at), places: doubled(places) });
  }
}

type Room = Readonly<{ words: Int32Array<ArrayBuffer>; at: Int32Array<ArrayBuffer>; places: Int32Array<ArrayBuffer> }>;

const roomFor = (length: number): Room => ({ words: new Int32Array(length), at: new Int32Array(length), places: new Int32Array(length) });

function doubled(list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * list.length);
  longer.set(list);
  return longer;
}

function lettersEnd(codes: Uint16Array, from: number, end: number): number {
  let at = from;
  while (at < end && isLetterOrDigit(codes[at] ?? 0)) at += 1;
  return at;
}

const isWrittenBlank = (code: number): boolean => code === 0x6e || code === 0x72 || code === 0x74;

const slotOf = (hash: number): number => (hash ^ (hash >>> 15)) & (SIZE - 1);

const LONGEST = 64;
/** A bit that digits have and letters have not. */
const DIGIT = 0x80;
/** A bit of letters, with it. */
const DIGIT_AND_LETTER = DIGIT | 0x40;
/** Stands for a letter beyond ASCII. */
const ODD = 0x100;
/** ASCII letters in lower case, digits with their bit, and the underscore with all bits that ask for a second look; 0 for everything else. */
const LOWER = Uint8Array.from({ length: 128 }, (_letter, code) => {
  if (!isLetterOrDigit(code)) return 0;
  return code < 0x3a || code === 0x5f ? code | DIGIT : String.fromCharCode(code).toLowerCase().charCodeAt(0);
});

function hashOf(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    hash = (Math.imul(hash, 31) + (code < 0x80 ? (LOWER[code] ?? 0) : code)) | 0;
  }
  return hash;
}
