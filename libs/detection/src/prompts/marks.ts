import { codesOf } from '../codes.ts';

const NONE = Number.POSITIVE_INFINITY;
const LETTERS = 2;
const DIGITS = 10;
const ACCOUNT = /[A-Z]{2}\d{10}/y;

/** Where addresses, accounts and names of ids stand in a text. Looks for each kind once, however often it is asked, if asked in order. */
export class Marks {
  readonly #text: string;
  #at = -1;
  #id = -1;
  #account = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The first that begins at `from` or behind it. */
  after(from: number): number {
    const text = this.#text;
    if (this.#at < from) this.#at = found(text.indexOf('@', from));
    if (this.#id < from) this.#id = found(text.indexOf('_id', from));
    if (this.#account < from) this.#account = accountFrom(text, from);
    return Math.min(this.#at, this.#id, this.#account);
  }
}

const found = (at: number): number => (at < 0 ? NONE : at);

/** Looks at every tenth character only: as many digits in a row cannot slip between. */
function accountFrom(text: string, from: number): number {
  const codes = codesOf(text);
  for (let at = from + LETTERS + DIGITS - 1; at < text.length; at += DIGITS) {
    if (!isDigit(codes[at] ?? 0)) continue;
    let start = at;
    while (start > from && isDigit(codes[start - 1] ?? 0)) start -= 1;
    ACCOUNT.lastIndex = start - LETTERS;
    if (start - LETTERS >= from && ACCOUNT.test(text)) return start - LETTERS;
    while (at + 1 < text.length && isDigit(codes[at + 1] ?? 0)) at += 1;
  }
  return NONE;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
