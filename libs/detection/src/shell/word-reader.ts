import { bracesOf, CLOSE, COMMA, OPEN, withBraces } from './braces.ts';
import type { Word } from './command.ts';
import { unescaped } from './constant-output.ts';
import type { Range, Session } from './parser.ts';
import { isFiller, isSeparator } from './variables.ts';

export type Substituted = Readonly<{ end: number; output: string | undefined }>;
type Substitute = (from: number, to: number, text: string, stop: boolean, derivedFrom?: Readonly<{ start: number; end: number }>) => Substituted;

/** Characters that are themselves in a word. */
const PLAIN = Uint8Array.from({ length: 128 }, (_, code) => (code > 32 && code !== 127 && !'\\\'"`$;&|()<>{},'.includes(String.fromCharCode(code)) ? 1 : 0));

const BREAKS = Uint8Array.from({ length: 128 }, (_, code) => (code <= 32 || code === 127 || ';&|()<>'.includes(String.fromCharCode(code)) ? 1 : 0));
const isPlain = (code: number): boolean => code >= 128 || PLAIN[code] === 1;
const isBreak = (code: number): boolean => code < 128 && BREAKS[code] === 1;

/** Reads one word at a time: quotes, escapes, expansions, substitutions, braces. */
export class WordReader {
  at: number;
  readonly #range: Range;
  readonly #session: Session;
  readonly #substitute: Substitute;
  #text = '';
  #start = 0;
  #quoted = false;
  #dynamic = false;
  #braces = false;
  /** Whether braces or commas stand in it under other signs. */
  #marked = false;
  /** Kinds of quotes that are known not to close any more. */
  #unclosed = '';
  #noBracketBefore = 0;

  constructor(range: Range, session: Session, substitute: Substitute) {
    this.at = range.from;
    this.#range = range;
    this.#session = session;
    this.#substitute = substitute;
  }

  /** Adds the words that stand as one in the text: none, one, or several where it splits or has braces. */
  read(into: Word[]): void {
    const { text, to } = this.#range;
    const from = this.at;
    let ahead = from;
    while (ahead < to && isPlain(text.charCodeAt(ahead))) ahead += 1;
    if (ahead > from && (ahead >= to || isBreak(text.charCodeAt(ahead))) && !(text.charCodeAt(ahead) === 40 && text.charCodeAt(ahead - 1) === 61)) {
      this.#session.budget.spend(4 + ahead - from);
      this.at = ahead;
      return this.#push(into, text.slice(from, ahead), from, false, false);
    }
    this.#readParts(into, from);
  }

  #readParts(into: Word[], from: number): void {
    const { text, to } = this.#range;
    this.#session.budget.spend(4);
    this.#begin();
    while (this.at < to) {
      const run = this.at;
      let code = text.charCodeAt(run);
      while (this.at < to && isPlain(code)) code = text.charCodeAt(++this.at);
      if (this.at > run) this.#text += text.slice(run, this.at);
      if (this.at >= to) break;
      if (code === 123 || code === 125 || code === 44) {
        this.#braces ||= code === 123;
        this.#marked = true;
        this.#text += code === 123 ? OPEN : code === 125 ? CLOSE : COMMA;
        this.at += 1;
      } else if (code === 92) this.#escape();
      else if (code === 39) this.#single();
      else if (code === 34) this.#double();
      else if (code === 96) this.#backquote(into, false);
      else if (code === 36) this.#dollar(into);
      else if (code === 40 && this.at > from && text.charCodeAt(this.at - 1) === 61) this.#array();
      else if (!isBreak(code)) this.#literal(1);
      else break;
    }
    this.#session.budget.spend(this.at - from);
    this.#end(into);
  }

  #begin(): void {
    this.#text = '';
    this.#start = this.at;
    this.#quoted = false;
    this.#dynamic = false;
    this.#braces = false;
    this.#marked = false;
  }

  #end(into: Word[]): void {
    if (this.#text === '' && !this.#quoted) return;
    if (!this.#marked) return this.#push(into, this.#text, this.#start, this.#quoted, this.#dynamic);
    const texts = this.#braces && this.#session.variables.allows(this.#text.length) ? bracesOf(this.#text) : [this.#text];
    const extra = texts.length > 1 ? texts.reduce((sum, text) => sum + text.length, 0) : 0;
    for (const text of extra === 0 || this.#session.variables.allows(extra) ? texts : [this.#text]) {
      const plain = withBraces(text);
      if (plain !== '' || this.#quoted) this.#push(into, plain, this.#start, this.#quoted, this.#dynamic);
    }
  }

  #push(into: Word[], text: string, from: number, quoted: boolean, dynamic: boolean): void {
    const { origin } = this.#range;
    if (typeof origin === 'number') into.push({ text, start: from + origin, end: this.at + origin, quoted, dynamic });
    else into.push({ text, start: origin.start, end: origin.end, quoted, dynamic });
  }

  /** Ends a word where an expansion splits it. */
  #split(into: Word[]): void {
    this.#end(into);
    this.#begin();
  }

  #literal(length: number): void {
    this.#text += this.#range.text.slice(this.at, this.at + length);
    this.at += length;
  }

  #escape(): void {
    const { text, to } = this.#range;
    if (this.at + 1 >= to) this.#literal(1);
    else if (text.charCodeAt(this.at + 1) === 10) this.at += 2;
    else {
      this.#quoted = true;
      this.#text += text.charAt(this.at + 1);
      this.at += 2;
    }
  }

  /** Where a quote closes; -1 when it does not, which is asked once only. */
  #close(quote: string, from: number): number {
    if (this.#unclosed.includes(quote)) return -1;
    const close = this.#range.text.indexOf(quote, from);
    if (close >= 0 && close < this.#range.to) return close;
    this.#unclosed += quote;
    this.#session.closed = false;
    return -1;
  }

  #single(): void {
    const close = this.#close("'", this.at + 1);
    if (close < 0) return this.#literal(1);
    this.#text += this.#range.text.slice(this.at + 1, close);
    this.#quoted = true;
    this.at = close + 1;
  }

  #double(): void {
    const { text, to } = this.#range;
    if (this.#close('"', this.at + 1) < 0) return this.#literal(1);
    this.#quoted = true;
    this.at += 1;
    let run = this.at;
    while (this.at < to) {
      const code = text.charCodeAt(this.at);
      if (code !== 34 && code !== 92 && code !== 36 && code !== 96) {
        this.at += 1;
        continue;
      }
      this.#text += text.slice(run, this.at);
      if (code === 34) {
        this.at += 1;
        return;
      }
      if (code === 92) {
        const next = text.charAt(this.at + 1);
        this.#text += '"\\$`'.includes(next) ? next : next === '\n' ? '' : `\\${next}`;
        this.at += 2;
      } else if (code === 96) this.#backquote(undefined, true);
      else this.#dollar(undefined);
      run = this.at;
    }
    this.at = to;
    this.#text += text.slice(run, to);
    this.#session.closed = false;
  }

  #backquote(into: Word[] | undefined, inQuotes: boolean): void {
    const { text } = this.#range;
    const from = this.at + 1;
    let close = this.#close('`', from);
    while (close > 0 && text.charCodeAt(close - 1) === 92) close = this.#close('`', close + 1);
    if (close < 0) return this.#literal(1);
    const inside = text.slice(from, close);
    const escaped = inside.includes('\\`') || (inQuotes && inside.includes('\\"'));
    const reread = escaped ? inside.replace(/\\([`"\\$])/g, '$1') : inside;
    const { output } = escaped ? this.#substitute(0, reread.length, reread, false, { start: from, end: close }) : this.#substitute(from, close, text, false);
    this.#insert(output, this.at, close + 1, into);
    this.at = close + 1;
  }

  /** Puts an expansion's value into the word; what is not known stands as written. */
  #insert(value: string | undefined, from: number, to: number, into: Word[] | undefined): void {
    if (value === undefined || !this.#session.variables.allows(value.length)) {
      this.#dynamic = true;
      this.#text += this.#range.text.slice(from, to);
    } else if (into && /[ \t\n]/.test(value)) {
      const parts = value.split(/[ \t\n]+/);
      for (const [index, part] of parts.entries()) {
        if (index > 0) this.#split(into);
        this.#text += part;
      }
    } else this.#text += value;
  }

  /** `into`: where an unquoted expansion may split the word. */
  #dollar(into: Word[] | undefined): void {
    const { text, to } = this.#range;
    const from = this.at;
    const next = from + 1 < to ? text.charCodeAt(from + 1) : 0;
    if (next === 39 && into) return this.#ansi();
    if (next === 34 && into) {
      this.at += 1;
      return this.#double();
    }
    if (next === 40) return this.#command(into);
    if (next === 123) {
      const close = this.#braceEnd(from + 2);
      if (close < 0) return this.#literal(2);
      const inside = text.slice(from + 2, close);
      this.at = close + 1;
      return this.#parameter(inside, from, into);
    }
    const name = /^(?:[A-Za-z_][A-Za-z0-9_]{0,127}|[0-9@*#?!$-])/.exec(text.slice(from + 1, Math.min(to, from + 129)))?.[0];
    if (name === undefined) return this.#literal(1);
    this.at = from + 1 + name.length;
    this.#parameter(name, from, into);
  }

  #parameter(inside: string, from: number, into: Word[] | undefined): void {
    const { text, to } = this.#range;
    if (into && isSeparator(inside)) return this.#split(into);
    if (inside === '0' && this.#text === '' && into?.length === 0) {
      this.#text = 'sh';
      return;
    }
    const value = this.#session.variables.expand(inside);
    if (value !== undefined) return this.#insert(value, from, this.at, into);
    const [before, after] = [from > this.#start ? text.charAt(from - 1) : '', this.at < to ? text.charAt(this.at) : ''];
    if (isFiller(inside) && into && (/[\w/.-]/.test(before) || isSeparatorBefore(text, from)) && /[\w/.-]/.test(after)) return;
    this.#dynamic = true;
    this.#text += /^\w+$/.test(inside) && !/\w/.test(after) ? `$${inside}` : text.slice(from, Math.min(this.at, from + 512));
  }

  /** Parameter expansions may hold others: `${a:-${b}}`. */
  #braceEnd(from: number): number {
    const { text, to } = this.#range;
    const limit = Math.min(to, from + 256);
    for (let at = from, open = 1; at < limit; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 123) open += 1;
      else if (code === 125 && --open === 0) return at;
    }
    this.#session.budget.spend(limit - from);
    return -1;
  }

  /** `$(…)`; arithmetic is read like commands, which does no harm. */
  #command(into: Word[] | undefined): void {
    const { text, to } = this.#range;
    const from = this.at;
    const { end, output } = this.#substitute(from + 2, to, text, true);
    this.at = end;
    this.#insert(output, from, Math.min(end, from + 512), into);
  }

  #ansi(): void {
    const { text, to } = this.#range;
    let close = this.#close("'", this.at + 2);
    while (close > 0 && isEscaped(text, close, this.at + 2)) close = this.#close("'", close + 1);
    if (close < 0 || close >= to) return this.#literal(2);
    this.#quoted = true;
    this.#text += unescaped(text.slice(this.at + 2, close));
    this.at = close + 1;
  }

  /** `a=(1 2)` is no command. */
  #array(): void {
    const { text, to } = this.#range;
    this.#dynamic = true;
    let end = Math.max(this.at + 1, this.#noBracketBefore);
    const from = end;
    while (end < to && end - this.at < 512 && text.charCodeAt(end) !== 41) end += 1;
    this.#session.budget.spend(end - from);
    this.#noBracketBefore = end;
    end = text.charCodeAt(end) === 41 ? end + 1 : this.at + 1;
    this.#text += text.slice(this.at, end);
    this.at = end;
  }
}

const isSeparatorBefore = (text: string, at: number): boolean => /(?:\$IFS|\$\{IFS\})$/.test(text.slice(Math.max(0, at - 6), at));

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number, from: number): boolean {
  let slashes = 0;
  while (at - slashes > from && slashes < 64 && text.charCodeAt(at - slashes - 1) === 92) slashes += 1;
  return slashes % 2 === 1;
}
