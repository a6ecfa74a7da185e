import { codesOf } from '../codes.ts';
import { BLANK, classOf, codeAt, DIGIT, LETTER, operatorLength } from './characters.ts';
import { hashed, usesOfSign, usesOfWord, wordAt } from './keywords.ts';
import type { Token, TokenKind } from './token.ts';
import { isKeyword, isOperand } from './token.ts';
import { COMPARES, KEYWORD } from './uses.ts';

type Tokenising = Readonly<{
  from?: number;
  /** The text begins inside a literal of this quote. */
  inside?: "'" | '"' | undefined;
  /** The end of that literal, where it is known. */
  seam?: number | undefined;
  maxTokens?: number;
  /** Stops once this many values stand side by side as no statement has them: prose soon does. */
  patience?: number;
  /** `#` begins a comment wherever it stands, as in MySQL. */
  hashComments?: boolean;
  /** A `+` beside a keyword is a blank, as in a query string. */
  plusIsBlank?: boolean;
}>;

/** `odd`: how many values stood side by side up to and including each token; empty without `patience`. `end`: where reading stopped. */
export type Tokens = Readonly<{ tokens: readonly Token[]; odd: readonly number[]; end: number }>;

/** Words that may stand before a literal: `N'…'`, `date '…'`, `_utf8'…'`. */
const LITERAL_PREFIX = /^(?:[nbxeq]|u&|date|timestamp|_[a-z0-9]+|interval|label)$/;
const MAX_RETRIES = 4;

const DOLLAR = 0x24;
const PLUS = 0x2b;

/** Reads text as SQL of any dialect, at one step a character or a few. Never throws. */
export function tokenise(text: string, options: Tokenising = {}): Tokens {
  return new Reader(text, options).read();
}

class Reader {
  readonly #text: string;
  /** The same as numbers. INVARIANT: nothing else is read before this reading ends. */
  readonly #codes: Uint16Array;
  /** The same in lower case where all of it is read: one conversion instead of one a word. Empty elsewhere, or if that has another length. */
  readonly #lower: string;
  readonly #options: Tokenising;
  /** Only who has a limit to patience asks for what is odd. */
  readonly #counts: boolean;
  readonly #tokens: Token[] = [];
  readonly #odd: number[] = [];
  #at: number;
  #oddities = 0;
  #retries = MAX_RETRIES;

  constructor(text: string, options: Tokenising) {
    this.#text = text;
    this.#codes = codesOf(text);
    this.#options = options;
    this.#counts = options.patience !== undefined;
    this.#at = options.from ?? 0;
    const whole = this.#at === 0 && options.maxTokens === undefined && options.patience === undefined;
    const lower = whole ? text.toLowerCase() : '';
    this.#lower = lower.length === text.length ? lower : '';
  }

  read(): Tokens {
    const { inside, seam = -1, maxTokens = Infinity, patience = Infinity } = this.#options;
    if (inside && seam >= 0) {
      const start = this.#at;
      this.#at = seam + 1;
      this.#add('string', this.#text.slice(start, seam), start, inside);
    }
    while (this.#at < this.#text.length && this.#tokens.length < maxTokens && this.#oddities < patience) this.#next();
    return { tokens: this.#tokens, odd: this.#odd, end: this.#at };
  }

  #next(): void {
    const text = this.#text;
    const start = this.#at;
    const code = this.#codes[start] ?? 0;
    const kind = classOf(code);
    if (kind === BLANK || (code === PLUS && this.#options.plusIsBlank && this.#isBesideKeyword(start))) {
      this.#at += 1;
      return;
    }
    if (kind === LETTER) return this.#word(start);
    if (kind === DIGIT || (code === 46 && classOf(codeAt(text, start + 1)) === DIGIT)) return this.#number(start);
    switch (code) {
      case 0x27: // '
        return this.#string(start, "'");
      case 0x22: // "
        return this.#string(start, '"');
      case 0x60: // `
        return this.#name(start, '`');
      case 0x5b: // [
        return this.#bracket(start);
      case 0x28: // (
      case 0x7b: // {
        return this.#sign('open', start, 1);
      case 0x29: // )
      case 0x7d: // }
      case 0x5d: // ]
        return this.#sign('close', start, 1);
      case 0x2c: // ,
        return this.#sign('comma', start, 1);
      case 0x3b: // ;
        return this.#sign('semicolon', start, 1);
      case 0x24: // $
        return this.#dollar(start);
      case 0x40: // @
      case 0x3a: // :
      case 0x3f: // ?
        return this.#variable(start, text.charAt(start));
      case 0x2d: // -
        if (text.startsWith('--', start)) return this.#lineComment(start, 2);
        break;
      case 0x23: // #
        if (this.#options.hashComments || this.#hashCuts(start)) return this.#lineComment(start, 1);
        break;
      case 0x2f: // /
        if (text.startsWith('/*', start)) return this.#blockComment(start);
        break;
      case 0x2a: // *
        if (text.startsWith('*/', start)) {
          this.#at += 2;
          return;
        }
        break;
      default:
    }
    this.#sign('operator', start, operatorLength(text, start));
  }

  /** `1+union+select`: a plus that stands for a blank. */
  #isBesideKeyword(plus: number): boolean {
    const before = this.#tokens.at(-1);
    if (before && isKeyword(before)) return true;
    const word = /^\+{1,4}([a-z]{2,10})(?![\w(])/i.exec(this.#text.slice(plus, plus + 16))?.[1];
    return word !== undefined && (usesOfWord(word.toLowerCase()) & KEYWORD) !== 0;
  }

  #sign(kind: TokenKind, start: number, length: number): void {
    this.#at = start + length;
    const sign = this.#text.slice(start, this.#at);
    this.#add(kind, sign, start, '', true, kind === 'operator' ? usesOfSign(sign) : 0);
  }

  #word(start: number): void {
    const text = this.#text;
    const codes = this.#codes;
    let hash = 0;
    let bits = 0;
    let at = start;
    for (; at < text.length; at += 1) {
      const code = codes[at] ?? 0;
      const kind = classOf(code);
      if (kind !== LETTER && kind !== DIGIT && code !== DOLLAR) break;
      hash = hashed(hash, code);
      bits |= code;
    }
    this.#at = at;
    const known = wordAt(text, start, at, hash);
    if (known !== undefined) return this.#add('word', known.text, start, '', true, known.uses);
    const word = this.#lower === '' ? text.slice(start, at).toLowerCase() : this.#lower.slice(start, at);
    if (word === 'q' && text.charAt(at) === "'") return this.#alternativeQuote(start);
    // A sign beyond ASCII may be a keyword's letter in small: the kelvin sign is a k.
    this.#add('word', word, start, '', true, bits >= 128 ? usesOfWord(word) : 0);
  }

  /** `1`, `1.5e3`, `.1`, `0x1F`, `1F`; a keyword may follow without a blank. */
  #number(start: number): void {
    const text = this.#text;
    let at = start;
    while (at < text.length && classOf(text.charCodeAt(at)) === DIGIT) at += 1;
    const next = at < text.length ? text.charCodeAt(at) : 0;
    if ((at > start && next !== 46 && classOf(next) !== LETTER) || at - start > 300) {
      this.#at = at;
      return this.#add('number', text.slice(start, at), start);
    }
    const matched = /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,20})?(?:[fFdD](?=union|from|and|or|$))?)/i.exec(this.#text.slice(start, start + 1_000))?.[0] ?? this.#text.charAt(start);
    this.#at = start + matched.length;
    this.#add('number', matched.toLowerCase(), start);
  }

  #string(start: number, quote: "'" | '"'): void {
    const escaped = this.#closing(start + 1, quote, true);
    const end = escaped < 0 && this.#retries > 0 && this.#retries-- > 0 ? this.#closing(start + 1, quote, false) : escaped;
    this.#quoted('string', start, end, quote);
  }

  /** Where the literal ends, or -1. */
  #closing(from: number, quote: string, backslashes: boolean): number {
    const codes = this.#codes;
    const end = this.#text.length;
    const code = quote.charCodeAt(0);
    for (let at = from; at < end; at += 1) {
      const here = codes[at];
      if (here === 92 && backslashes) at += 1;
      else if (here === code) {
        if (at + 1 === end || codes[at + 1] !== code) return at;
        at += 1;
      }
    }
    return -1;
  }

  #quoted(kind: TokenKind, start: number, end: number, mark: string): void {
    const closed = end >= 0;
    this.#at = closed ? end + 1 : this.#text.length;
    this.#add(kind, this.#text.slice(start + 1, closed ? end : undefined), start, mark, closed);
  }

  #name(start: number, quote: string): void {
    this.#quoted('name', start, this.#closing(start + 1, quote, false), quote);
  }

  /** `[name]`, or an index or array. */
  #bracket(start: number): void {
    const before = this.#tokens.at(-1);
    const end = this.#text.slice(start, start + 130).indexOf(']');
    if (end < 0 || before?.kind === 'close' || (before?.kind === 'word' && before.end === start && (before.text === 'array' || !isKeyword(before)))) return this.#sign('open', start, 1);
    this.#quoted('name', start, start + end, '[');
  }

  #alternativeQuote(start: number): void {
    const opening = this.#text.charAt(this.#at + 1);
    const closing = { '[': ']', '{': '}', '(': ')', '<': '>' }[opening] ?? opening;
    const end = this.#retries > 0 ? this.#text.indexOf(`${closing}'`, this.#at + 2) : -1;
    if (end < 0) {
      this.#retries -= 1;
      this.#add('word', 'q', start);
      return;
    }
    const inner = this.#text.slice(this.#at + 2, end);
    this.#at = end + 2;
    this.#add('string', inner, start, "'");
  }

  #dollar(start: number): void {
    const tag = /^\$(?:[A-Za-z_]\w{0,30})?\$/.exec(this.#text.slice(start, start + 34))?.[0];
    const end = tag && this.#retries > 0 ? this.#text.indexOf(tag, start + tag.length) : -1;
    if (!tag || end < 0) {
      if (tag) this.#retries -= 1;
      return this.#sign('operator', start, 1);
    }
    this.#at = end + tag.length;
    this.#add('string', this.#text.slice(start + tag.length, end), start, '$');
  }

  #variable(start: number, sign: string): void {
    const text = this.#text;
    let at = start + 1;
    if (sign === '@') while (text.charAt(at) === '@' && at < start + 3) at += 1;
    const name = at;
    while (at < text.length && classOf(text.charCodeAt(at)) >= DIGIT) at += 1;
    if (at === name && sign !== '?') {
      const length = operatorLength(text, start);
      if (sign === '@' && length === 1) {
        this.#at = start + 1;
        return this.#add('variable', '@', start);
      }
      return this.#sign('operator', start, length);
    }
    this.#at = at;
    const variable = text.slice(start, at).toLowerCase();
    this.#add(sign === '?' && at > name ? 'operator' : 'variable', variable, start, '', true, variable === '?' ? COMPARES : 0);
  }

  /** Without the option: `#` followed by a blank or the end cuts, `#>` and `#temporary` do not. */
  #hashCuts(start: number): boolean {
    return start + 1 === this.#text.length || classOf(this.#text.charCodeAt(start + 1)) === BLANK;
  }

  #lineComment(start: number, length: number): void {
    const newline = this.#text.indexOf('\n', start);
    this.#at = newline < 0 ? this.#text.length : newline + 1;
    this.#add('comment', this.#text.slice(start + length, newline < 0 ? undefined : newline), start, length === 2 ? '--' : '#', newline >= 0);
  }

  /** What stands in `/*!50000 … *\/` is run by MySQL: only its marks are skipped. */
  #blockComment(start: number): void {
    if (this.#text.charAt(start + 2) === '!') {
      this.#at = start + 3;
      for (let digits = 0; digits < 6 && classOf(codeAt(this.#text, this.#at)) === DIGIT; digits += 1) this.#at += 1;
      return;
    }
    const end = this.#text.indexOf('*/', start + 2);
    this.#at = end < 0 ? this.#text.length : end + 2;
    this.#add('comment', this.#text.slice(start + 2, end < 0 ? undefined : end), start, '/*', end >= 0);
  }

  /** Comments that something follows are blanks; they are kept only where they end the text or a line. */
  #add(kind: TokenKind, text: string, start: number, mark = '', closed = true, uses = 0): void {
    const token: Token = { kind, text, start, end: this.#at, mark, closed, uses };
    if (kind === 'comment' && mark === '/*' && closed) return;
    const tokens = this.#tokens;
    if (this.#counts) {
      const before = tokens.length > 0 ? tokens[tokens.length - 1] : undefined;
      if (before && sideBySide(before, token)) this.#oddities += 1;
      this.#odd.push(this.#oddities);
    }
    tokens.push(token);
  }
}

function sideBySide(before: Token, token: Token): boolean {
  if (!isOperand(token)) return false;
  if (before.kind === 'close') return token.kind !== 'word' && token.kind !== 'name';
  if (!isOperand(before)) return false;
  if (before.kind === 'string' && token.kind === 'string') return false;
  return !(token.kind === 'string' && before.kind === 'word' && LITERAL_PREFIX.test(before.text));
}
