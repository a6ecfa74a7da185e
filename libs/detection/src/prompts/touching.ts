import { WordNumbers } from './word-numbers.ts';

const ALONE = 0;
const AFTER_ANOTHER = 1;
const BEHIND = /(?:\b(?:the|current) users?|\bthe owners?|\b(?:api|access|secret|private|signing) (?:key|token)s?)$/i;
const MARKS = /@\w|[A-Z]{2}\d{10}|_id\b/g;

/** Finds what makes an order worth weighing: addresses, accounts, ids, what belongs to the user, what is sensitive. */
export class Touching {
  readonly #words = new WordNumbers();

  constructor(sensitive: Iterable<string>) {
    for (const word of ['my', 'mine', 'id', 'ids', 'iban', ...sensitive]) this.#words.add(word, ALONE);
    for (const word of ['user', 'users', 'owner', 'owners', 'key', 'keys', 'token', 'tokens']) this.#words.add(word, AFTER_ANOTHER);
  }

  /** Of the hits, in order, those with such a thing within `reach` behind them. Looks at each character once. */
  after(text: string, hits: readonly number[], reach: number): number[] {
    let word = -1;
    let mark = -1;
    let read = 0;
    const found = (meanings: readonly number[], at: number): boolean => {
      if (!meanings.includes(ALONE) && !BEHIND.test(text.slice(Math.max(0, at - 10), at + wordLength(text, at)))) return true;
      word = at;
      return false;
    };
    return hits.filter((hit) => {
      const to = Math.min(text.length, hit + reach);
      if (word < hit && read < to) read = this.#words.read(text, Math.max(read, hit), to, found);
      if (word >= hit && word < to) return true;
      if (mark < hit) mark = markFrom(text, hit);
      return mark < to;
    });
  }
}

function markFrom(text: string, from: number): number {
  MARKS.lastIndex = from;
  return MARKS.exec(text)?.index ?? Number.POSITIVE_INFINITY;
}

function wordLength(text: string, at: number): number {
  return /^\w{1,16}/.exec(text.slice(at, at + 16))?.[0].length ?? 0;
}
