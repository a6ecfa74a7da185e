import { isLetterOrDigit, plain } from './words-of-text.ts';

const SIZE = 1 << 14;

/** Finds known words in a text without cutting it into words: each is told by a number that is reckoned from its letters. */
export class WordNumbers {
  readonly #hashes = new Int32Array(SIZE);
  /** Place in the table -> what the words there stand for; words that share a number share it. */
  readonly #meanings = new Array<number[] | undefined>(SIZE).fill(undefined);

  add(word: string, meaning: number): void {
    const hash = hashOf(word);
    const slot = this.#slotOf(hash);
    this.#hashes[slot] = hash;
    (this.#meanings[slot] ??= []).push(meaning);
  }

  /**
   * Tells the known words that begin in `text[from, to)`, read as `wordsOf` reads them, and answers where it stopped. `onWord` says whether to go on.
   * May tell words that `wordsOf` takes for parts of an address.
   */
  read(text: string, from: number, to: number, onWord: (meanings: readonly number[], at: number) => boolean): number {
    const lower = LOWER;
    let at = from;
    while (at < to) {
      let code = text.charCodeAt(at);
      let letter = code < 0x80 ? (lower[code] ?? 0) : isLetterOrDigit(code) ? ODD : 0;
      if (letter === 0) {
        at += 1;
        continue;
      }
      const start = at;
      let hash = 0;
      let digits = false;
      let odd = false;
      while (letter !== 0) {
        if (letter <= DIGIT) digits = true;
        else if (digits || letter === ODD) odd = true;
        hash = (Math.imul(hash, 31) + letter) | 0;
        code = text.charCodeAt((at += 1));
        if ((code === 0x27 || code === 0x2019) && isLetterOrDigit(text.charCodeAt(at + 1))) code = text.charCodeAt((at += 1));
        letter = code < 0x80 ? (lower[code] ?? 0) : isLetterOrDigit(code) ? ODD : 0;
      }
      if (odd) hash = hashOf(plain(text.slice(start, Math.min(at, start + LONGEST))));
      const meanings = this.#meanings[this.#slotOf(hash)];
      if (meanings !== undefined && !onWord(meanings, start)) return at;
    }
    return at;
  }

  #slotOf(hash: number): number {
    let slot = (hash ^ (hash >>> 15)) & (SIZE - 1);
    while (this.#meanings[slot] !== undefined && this.#hashes[slot] !== hash) slot = (slot + 1) & (SIZE - 1);
    return slot;
  }
}

const LONGEST = 64;
const DIGIT = 0x39;
/** Stands for a letter beyond ASCII. */
const ODD = 0xff;
/** ASCII letters in lower case, digits and the underscore; 0 for everything else. */
const LOWER = Uint8Array.from({ length: 128 }, (_letter, code) => (isLetterOrDigit(code) ? String.fromCharCode(code).toLowerCase().charCodeAt(0) : 0));

function hashOf(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash, 31) + word.charCodeAt(at);
  return hash | 0;
}
