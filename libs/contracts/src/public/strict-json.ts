import { pointer, type InputProblem } from './problem.ts';

/** Nesting past which a document is refused unread; arguments have their own, lower limit. */
export const maxDocumentDepth = 128;

/** Where it is refused, `at` is the offset (UTF-16) that was reached, and `because` the problem's message without it. */
export type StrictJson = Readonly<{ ok: true; value: unknown }> | Readonly<{ ok: false; problem: InputProblem; at: number; because: string }>;

/**
 * Parses JSON that means the same to every reader: what is judged is what runs.
 * Refused, with the JSON pointer of the place: duplicate keys, lone surrogates, integers beyond 2^53, numbers a double
 * cannot hold, nesting deeper than `maxDocumentDepth`. `__proto__` and the like stay own properties.
 */
export function parseStrictJson(text: string): StrictJson {
  const reader = new Reader(text);
  try {
    reader.document();
  } catch (error) {
    if (error instanceof Refused) return { ok: false, problem: { path: pointer(reader.path), message: `${error.message} (at character ${error.at})` }, at: error.at, because: error.message };
    throw error;
  }
  return { ok: true, value: JSON.parse(text) };
}

class Refused extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

const code = (char: string): number => char.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code('\\');
const numberPattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const largestExact = 2 ** 53;
/** Every decimal of this many digits survives the way through a double (IEEE 754 binary64, DBL_DIG). */
const exactDigits = 15;

/** Walks a document once, without building it; `path` is the place it has reached. */
class Reader {
  readonly path: (string | number)[] = [];
  private at = 0;

  constructor(private readonly text: string) {}

  document(): void {
    this.blanks();
    this.value();
    this.blanks();
    if (this.at < this.text.length) this.refuse('text after the end of the document');
  }

  private value(): void {
    switch (this.text[this.at]) {
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        this.string();
        return;
      case 't':
        return this.word('true');
      case 'f':
        return this.word('false');
      case 'n':
        return this.word('null');
      default:
        return this.number();
    }
  }

  private object(): void {
    this.descend();
    const seen = new Set<string>();
    if (this.opens('}')) return;
    do {
      this.blanks();
      if (this.text.charCodeAt(this.at) !== QUOTE) this.refuse('expected a key in double quotes');
      const key = this.string();
      this.path.push(key);
      if (seen.has(key)) this.refuse('duplicate key');
      seen.add(key);
      this.blanks();
      if (this.text[this.at] !== ':') this.refuse('expected `:` after the key');
      this.at += 1;
      this.blanks();
      this.value();
      this.path.pop();
      this.blanks();
    } while (this.goesOn('}'));
  }

  private array(): void {
    this.descend();
    if (this.opens(']')) return;
    let index = 0;
    do {
      this.path.push(index);
      this.blanks();
      this.value();
      this.path.pop();
      index += 1;
      this.blanks();
    } while (this.goesOn(']'));
  }

  private descend(): void {
    if (this.path.length >= maxDocumentDepth) this.refuse(`nested deeper than ${maxDocumentDepth} levels`);
    this.at += 1;
    this.blanks();
  }

  /** True, and past it, when the container closes right after it opened. */
  private opens(end: string): boolean {
    if (this.text[this.at] !== end) return false;
    this.at += 1;
    return true;
  }

  private goesOn(end: string): boolean {
    const char = this.text[this.at];
    if (char !== ',' && char !== end) this.refuse(`expected \`,\` or \`${end}\``);
    this.at += 1;
    return char === ',';
  }

  /** Reads a string and returns what it means. */
  private string(): string {
    const start = this.at;
    let escaped = false;
    let highSurrogate = false;
    for (let at = start + 1; at < this.text.length; at += 1) {
      let unit = this.text.charCodeAt(at);
      if (unit === QUOTE) {
        if (highSurrogate) this.refuse('lone surrogate');
        this.at = at + 1;
        return escaped ? (JSON.parse(this.text.slice(start, at + 1)) as string) : this.text.slice(start + 1, at);
      }
      if (unit < 0x20) this.refuse('control character in a string');
      if (unit === BACKSLASH) {
        escaped = true;
        at += 1;
        const escape = this.text[at] ?? '';
        if (escape === 'u') {
          const digits = this.text.slice(at + 1, at + 5);
          if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.refuse('`\\u` needs four hex digits');
          unit = Number.parseInt(digits, 16);
          at += 4;
        } else if (!'"\\/bfnrt'.includes(escape) || escape === '') this.refuse('unknown escape in a string');
        else unit = 0x20;
      }
      const low = unit >= 0xdc00 && unit <= 0xdfff;
      if (low !== highSurrogate) this.refuse('lone surrogate');
      highSurrogate = unit >= 0xd800 && unit <= 0xdbff;
    }
    return this.refuse('string without an end');
  }

  private number(): void {
    numberPattern.lastIndex = this.at;
    const found = numberPattern.exec(this.text);
    if (!found) this.refuse(this.at < this.text.length ? 'not a JSON value' : 'the document ends too early');
    const [literal, fraction, exponent] = found;
    this.at += literal.length;
    const value = Number(literal);
    if (!Number.isFinite(value)) this.refuse('number too large for a double');
    if (value === 0 && /[1-9]/.test(literal.replace(/[eE].*/, ''))) this.refuse('number too small for a double');
    if (Math.abs(value) < largestExact) return;
    if (fraction === undefined && exponent === undefined) {
      if (BigInt(literal) > largestExact || BigInt(literal) < -largestExact) this.refuse('integer beyond 2^53; send it as a string');
    } else if (literal.replace(/[eE].*/, '').replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length > exactDigits) {
      this.refuse('number beyond 2^53 with more digits than a double holds; send it as a string');
    }
  }

  private word(word: string): void {
    if (!this.text.startsWith(word, this.at)) this.refuse('not a JSON value');
    this.at += word.length;
  }

  private blanks(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at += 1;
    }
  }

  private refuse(message: string): never {
    throw new Refused(message, this.at);
  }
}
