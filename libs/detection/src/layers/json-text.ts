import type { Budget } from '../budget.ts';
import { Offsets } from './offsets.ts';

/** Where a value stands in the text it was read from: of a string what is between its quotes, of a list or an object what is between its brackets. */
export type Written = Readonly<{ begin: (at: number) => number; end: (at: number) => number }>;

/** JSON that stands in a string. */
export type JsonText = Readonly<{
  /** One value; several where a line follows a line. */
  values: readonly unknown[];
  /** Where the value of a key or the item of a list stands. */
  placeOf: (holder: object, key: string | number) => Written | undefined;
  /** Whether it is JSON as it should be; if not, it may be something else after all. */
  strict: boolean;
  /** Where a key stands. */
  placeOfKey: (holder: object, key: string) => Written | undefined;
}>;

/** Shorter texts hold nothing that any rule sees. */
const MIN_LENGTH = 8;
const MAX_DEPTH = 128;
const FIRST = /\s*(?:"\s*)?[{[]/y;

/** Whether a text begins as JSON does, also as JSON in a string of JSON. Cheap for any other text. */
export function mayBeJson(text: string): boolean {
  if (text.length < MIN_LENGTH) return false;
  const code = text.charCodeAt(0);
  // A letter, most of the time.
  if (code !== 123 && code !== 91 && code !== 34 && code > 32) return false;
  FIRST.lastIndex = 0;
  return FIRST.test(text);
}

/**
 * Reads a text as JSON, as forgiving as those are who repair what a model wrote: single quotes, bare words, line ends in strings, commas too many and closing brackets too few.
 * A key that comes twice holds a list of its values, since nobody knows which one counts. Undefined: it is something else. Throws `BudgetSpent`.
 */
export function readJson(text: string, budget: Budget): JsonText | undefined {
  const reader = new Reader(text);
  const read = reader.all();
  budget.spend(2 * reader.reached + 1);
  if (reader.tooDeep) budget.leaveUnread();
  return read;
}

type Read = Readonly<{ value: unknown; place: Written }>;
type Places = Map<string | number, Written>;

const BLANKS = /[\s,]*/y;
const KEY = /[A-Za-z_$][\w$.-]{0,127}/y;
const BARE = /[^\s,:{}[\]"'][^,{}[\]"'\n]{0,1023}/y;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([['true', true], ['false', false], ['null', null], ['True', true], ['False', false], ['None', null]]);

class Reader {
  readonly #text: string;
  readonly #values = new WeakMap<object, Places>();
  readonly #keys = new WeakMap<object, Places>();
  #at = 0;
  #strict = true;
  tooDeep = false;

  constructor(text: string) {
    this.#text = text;
  }

  get reached(): number {
    return this.#at;
  }

  all(): JsonText | undefined {
    const values: unknown[] = [];
    const places: Places = new Map();
    for (let first = this.#next(); first !== ''; first = this.#next()) {
      if (first !== '{' && first !== '[' && first !== '"') return undefined;
      const read = this.#value(0);
      if (!read) return undefined;
      places.set(values.length, read.place);
      values.push(read.value);
    }
    this.#values.set(values, places);
    return { values, strict: this.#strict, placeOf: (holder, key) => this.#values.get(holder)?.get(key), placeOfKey: (holder, key) => this.#keys.get(holder)?.get(key) };
  }

  /** The next character that says something; empty at the end. */
  #next(): string {
    BLANKS.lastIndex = this.#at;
    BLANKS.test(this.#text);
    this.#at = BLANKS.lastIndex;
    return this.#text.charAt(this.#at);
  }

  #value(depth: number): Read | undefined {
    if (depth > MAX_DEPTH) {
      this.tooDeep = true;
      return undefined;
    }
    const first = this.#text.charAt(this.#at);
    if (first === "'") this.#strict = false;
    if (first === '"' || first === "'") return this.#string(first);
    if (first !== '{' && first !== '[') return this.#bare();
    const start = (this.#at += 1);
    const value = first === '{' ? this.#object(depth) : this.#list(depth);
    if (!value) return undefined;
    const inside = this.#at;
    if (this.#at < this.#text.length) this.#at += 1;
    else this.#strict = false;
    return { value, place: { begin: () => start, end: () => inside } };
  }

  /** Up to the closing bracket, or the end of the text. */
  #object(depth: number): object | undefined {
    const object = {};
    const values: Places = new Map();
    const keys: Places = new Map();
    for (let quote = this.#next(); quote !== '' && quote !== '}'; quote = this.#next()) {
      if (quote !== '"') this.#strict = false;
      const key = quote === '"' || quote === "'" ? this.#string(quote) : this.#word(KEY);
      if (!key || this.#next() !== ':') return undefined;
      this.#at += 1;
      // Cut off behind the colon.
      if (this.#next() === '') break;
      const read = this.#value(depth + 1);
      if (!read) return undefined;
      this.#keep(object, key, read, values, keys);
    }
    this.#values.set(object, values);
    this.#keys.set(object, keys);
    return object;
  }

  #keep(object: object, key: Read, read: Read, values: Places, keys: Places): void {
    const name = String(key.value);
    const before = values.get(name);
    let { value, place } = read;
    if (before) {
      const earlier = (object as Record<string, unknown>)[name];
      value = [earlier, value];
      this.#values.set(value as object, new Map([[0, before], [1, place]]));
      place = { begin: () => before.begin(0), end: read.place.end };
    }
    values.set(name, place);
    keys.set(name, key.place);
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  }

  #list(depth: number): object | undefined {
    const list: unknown[] = [];
    const places: Places = new Map();
    for (let first = this.#next(); first !== '' && first !== ']'; first = this.#next()) {
      const read = this.#value(depth + 1);
      if (!read) return undefined;
      places.set(list.length, read.place);
      list.push(read.value);
    }
    this.#values.set(list, places);
    return list;
  }

  #word(pattern: RegExp): Read | undefined {
    pattern.lastIndex = this.#at;
    const word = pattern.exec(this.#text)?.[0].trimEnd();
    if (word === undefined) return undefined;
    const start = this.#at;
    this.#at += word.length;
    return { value: word, place: { begin: (at) => start + at, end: (at) => start + at } };
  }

  #bare(): Read | undefined {
    const read = this.#word(BARE);
    if (!read) return undefined;
    const word = read.value as string;
    const number = Number(word);
    if (WORDS.has(word)) return { value: WORDS.get(word), place: read.place };
    if (Number.isNaN(number)) this.#strict = false;
    return { value: Number.isNaN(number) ? word : number, place: read.place };
  }

  #string(quote: string): Read | undefined {
    const start = this.#at + 1;
    let close = this.#text.indexOf(quote, start);
    while (close >= 0 && this.#isEscaped(close, start)) close = this.#text.indexOf(quote, close + 1);
    if (close < 0) return undefined;
    this.#at = close + 1;
    const raw = this.#text.slice(start, close);
    if (!raw.includes('\\')) return { value: raw, place: { begin: (at) => start + at, end: (at) => start + at } };
    const { text, offsets } = withoutEscapes(raw);
    return { value: text, place: { begin: (at) => start + offsets.begin(at), end: (at) => start + offsets.end(at) } };
  }

  #isEscaped(quote: number, from: number): boolean {
    let backslashes = 0;
    while (quote - backslashes > from && this.#text.charCodeAt(quote - 1 - backslashes) === 92) backslashes += 1;
    return backslashes % 2 === 1;
  }
}

const ESCAPE = /\\(?:u([0-9A-Fa-f]{4})|([^]))/g;
const ESCAPED: Readonly<Record<string, string | undefined>> = { __proto__: null as never, n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function withoutEscapes(raw: string): Readonly<{ text: string; offsets: Offsets }> {
  const offsets = new Offsets();
  let text = '';
  let reached = 0;
  for (const match of raw.matchAll(ESCAPE)) {
    const [escape, unit, one = ''] = match;
    text += raw.slice(reached, match.index);
    offsets.mark(text.length, match.index);
    text += unit === undefined ? (ESCAPED[one] ?? one) : String.fromCharCode(Number.parseInt(unit, 16));
    reached = match.index + escape.length;
    offsets.mark(text.length, reached);
  }
  return { text: text + raw.slice(reached), offsets };
}
