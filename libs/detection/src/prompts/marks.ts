import { DIGITS, Runs } from '../runs.ts';

const NONE = Number.POSITIVE_INFINITY;
const LETTERS = 2;
const digitRuns = new Runs(DIGITS, 10);
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

function accountFrom(text: string, from: number): number {
  for (let start = digitRuns.next(text, from); start >= 0; start = digitRuns.next(text, digitRuns.end(text, start))) {
    ACCOUNT.lastIndex = start - LETTERS;
    if (start - LETTERS >= from && ACCOUNT.test(text)) return start - LETTERS;
  }
  return NONE;
}
