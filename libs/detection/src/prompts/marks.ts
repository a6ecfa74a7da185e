const NONE = Number.POSITIVE_INFINITY;
const ACCOUNT = /[A-Z]{2}\d{10}/g;

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
  ACCOUNT.lastIndex = from;
  return ACCOUNT.exec(text)?.index ?? NONE;
}
