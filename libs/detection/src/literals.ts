import { codesOf } from './codes.ts';
import { COMMON_TRIGRAMS } from './common-trigrams.ts';

/** Bits of a character's class, and so of a third of a key. */
const BITS = 6;
const KEYS = 1 << (3 * BITS);

/**
 * Finds every occurrence of many literals in one pass, without regard to ASCII case. Each literal is filed under the rarest three characters in a
 * row that it holds; a text is read three characters at a time, and only where something is filed under them are literals compared.
 * In text that holds none of them this costs about a nanosecond a character, however many literals there are.
 */
export class Literals {
  readonly #literals: readonly string[];
  /** One bit for every key under which anything is filed: small enough to stay close to the processor. */
  readonly #used = new Int32Array(KEYS / 32);
  /** Key of three characters -> number of a drawer; 0: none. */
  readonly #drawers = new Uint16Array(KEYS);
  /** Drawer -> where its entries begin; the next one's beginning is its end. */
  readonly #begins: Int32Array;
  /** Entry -> literal. */
  readonly #filed: Int32Array;
  /** Entry -> how far into the literal its three characters stand. */
  readonly #offsets: Int32Array;
  /** Entry -> where one further character of the literal stands, seen from those three, and which it is: most comparisons end there. */
  readonly #further: Int32Array;
  readonly #furtherCodes: Int32Array;

  /** `literals`: lower-case, not empty. Throws a TypeError on others. */
  constructor(literals: readonly string[]) {
    this.#literals = literals;
    const offsets = literals.map(rarestIn);
    const byKey = new Map<number, number[]>();
    for (const [literal, text] of literals.entries()) {
      if (text === '' || text !== asciiLowerCase(text)) throw new TypeError(`a literal must be lower-case and not empty, not \`${text}\``);
      for (const key of keysAt(text, offsets[literal] ?? 0)) {
        const filed = byKey.get(key);
        if (filed) filed.push(literal);
        else byKey.set(key, [literal]);
      }
    }
    const begins = [0, 0];
    const filed: number[] = [];
    for (const [key, some] of byKey) {
      this.#drawers[key] = begins.length - 1;
      this.#used[key >> 5] = (this.#used[key >> 5] ?? 0) | (1 << (key & 31));
      for (const literal of some) filed.push(literal);
      begins.push(filed.length);
    }
    this.#begins = Int32Array.from(begins);
    this.#filed = Int32Array.from(filed);
    this.#offsets = this.#filed.map((literal) => offsets[literal] ?? 0);
    this.#further = this.#filed.map((literal, entry) => furtherIn(literals[literal] ?? '', this.#offsets[entry] ?? 0));
    this.#furtherCodes = this.#filed.map((literal, entry) => (literals[literal] ?? '').charCodeAt((this.#offsets[entry] ?? 0) + (this.#further[entry] ?? 0)));
  }

  /** Calls `onHit` with a literal's number and where it begins. */
  search(text: string, onHit: (literal: number, at: number) => void): void {
    const used = this.#used;
    const classes = CLASSES;
    const codes = codesOf(text);
    const end = text.length;
    const last = end - 2;
    let key = 0;
    for (let at = 0; at < end; at += 1) {
      const code = codes[at] ?? 0;
      key = ((key << BITS) | (code < 128 ? (classes[code] ?? 0) : code % 63)) & (KEYS - 1);
      if (((used[key >> 5] ?? 0) & (1 << (key & 31))) !== 0 && at >= 2) this.#compare(key, text, at - 2, onHit);
    }
    // The last two characters may hold a literal shorter than three.
    for (let at = Math.max(0, last); at < end; at += 1) {
      key = (classOf(text.charCodeAt(at)) << (2 * BITS)) | (at + 1 < end ? classOf(text.charCodeAt(at + 1)) << BITS : 0);
      this.#compare(key, text, at, onHit);
    }
  }

  #compare(key: number, text: string, at: number, onHit: (literal: number, at: number) => void): void {
    const drawer = this.#drawers[key] ?? 0;
    const end = this.#begins[drawer + 1] ?? 0;
    for (let entry = this.#begins[drawer] ?? 0; entry < end; entry += 1) {
      const place = at + (this.#further[entry] ?? 0);
      if (place < 0 || place >= text.length) continue;
      const code = text.charCodeAt(place);
      if ((code >= 65 && code <= 90 ? code + 32 : code) !== this.#furtherCodes[entry]) continue;
      const literal = this.#filed[entry] ?? 0;
      const from = at - (this.#offsets[entry] ?? 0);
      if (from >= 0 && standsAt(text, from, this.#literals[literal] ?? '')) onHit(literal, from);
    }
  }
}

/** A class of its own for every letter, digit and most marks; what lies beyond ASCII is spread over all of them. 0 stands for the end of the text too. */
const CLASSES = Uint8Array.from({ length: 128 }, (_class, code) => {
  const character = String.fromCharCode(code).toLowerCase();
  return 'abcdefghijklmnopqrstuvwxyz0123456789 \n./-_=()"\';:,<>${}[]\\&|%@#'.indexOf(character) + 1;
});

function classOf(code: number): number {
  return code < 128 ? (CLASSES[code] ?? 0) : code % 63;
}

/** Of a thousand characters, how many are this letter, roughly; others count as rare. */
const LETTERS: Readonly<Record<string, number>> = {
  ' ': 160, e: 90, t: 65, a: 60, o: 58, i: 55, n: 55, s: 50, r: 50, h: 30, l: 32, d: 28, c: 25, u: 22, m: 18, p: 18, f: 15, g: 13, y: 11, b: 11, w: 9, v: 7, k: 5,
};
/** What no common trigram reaches. */
const LESS_THAN_COMMON = 200;

/** Where the three characters in a row begin that are expected least often. */
function rarestIn(text: string): number {
  let rarest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at + 3 <= text.length; at += 1) {
    const expected = perMillion(text.slice(at, at + 3));
    if (expected >= least) continue;
    least = expected;
    rarest = at;
  }
  return rarest;
}

function perMillion(trigram: string): number {
  const common = COMMON_TRIGRAMS.get(trigram);
  if (common !== undefined) return common;
  let product = 1;
  for (const letter of trigram) product *= LETTERS[letter] ?? 3;
  return Math.min(LESS_THAN_COMMON, product / 1_000);
}

/** A character beside the three at `offset`, seen from there; the first of them if there is no other. */
const furtherIn = (text: string, offset: number): number => (offset + 3 < text.length ? 3 : offset > 0 ? -1 : 0);

/** The keys under which a literal must be filed: one, or, for a shorter one, one for each class that may follow. */
function keysAt(text: string, offset: number): readonly number[] {
  const classes = Array.from({ length: Math.min(3, text.length - offset) }, (_class, place) => classOf(text.charCodeAt(offset + place)));
  let keys = [0];
  for (let place = 0; place < 3; place += 1) {
    const own = classes[place];
    const here = own === undefined ? Array.from({ length: 1 << BITS }, (_class, number) => number) : [own];
    keys = keys.flatMap((key) => here.map((one) => (key << BITS) | one));
  }
  return keys;
}

function standsAt(text: string, from: number, literal: string): boolean {
  if (from + literal.length > text.length) return false;
  for (let at = 0; at < literal.length; at += 1) {
    const code = text.charCodeAt(from + at);
    const wanted = literal.charCodeAt(at);
    if (code !== wanted && !(code >= 65 && code <= 90 && code + 32 === wanted)) return false;
  }
  return true;
}

const asciiLowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
