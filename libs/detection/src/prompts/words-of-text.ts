/** One word of a text as phrases see it. */
export type Word = Readonly<{
  /** Lower-case, without accents, apostrophes and digits that stand for letters; `<email>`, `<url>`, `<path>`, `<amount>` or `<account>` for what is one. */
  word: string;
  start: number;
  end: number;
  /** Words of one sentence have the same number. */
  sentence: number;
  /** Stands where an order begins: first in a sentence, line, value or clause, courtesy and modal words aside. */
  leads: boolean;
  /** A quotation mark after a word of prose opens right before it. */
  quoted: boolean;
  /** The mark that parts it from the word before: a comma, another one (colon, dash, bracket, star), or none. */
  parted: ',' | ':' | '';
}>;

/** Words that may stand before the verb of an order. */
const LEAD_INS = new Set(
  (
    'please kindly now then also and so but just simply immediately first firstly next finally afterwards instead todo important attention warning urgent note task instruction instructions hey hi hello ok okay ' +
    'always must should shall will need needs have has to required requested you your can could would do does lets let us want would like are be sure make ensure remember dont forget hesitate consider ' +
    'step one two three four five system user assistant admin ps fyi nb reminder bitte'
  ).split(' '),
);
/** Before `you`: what follows is an order. */
const ASKING = new Set('want wants need needs ask asks asking asked order instruct instructs command require requires expect urge beg like tell told'.split(' '));
const MAX_LEAD_INS = 8;
const MAX_WORD = 64;

const LEET: Readonly<Record<string, string>> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't' };
const SPECIAL_LETTERS: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ı: 'i', ø: 'o', đ: 'd', æ: 'ae', œ: 'oe' };

/** Splits `text[from, to)` into words, in one pass. */
export function wordsOf(text: string, from: number, to: number): Word[] {
  const reader = new Reader(text, from, to);
  reader.read();
  return reader.words;
}

class Reader {
  readonly words: Word[] = [];
  readonly #text: string;
  /** The same in lower case, from `#from` on; empty if that has another length. */
  readonly #lower: string;
  readonly #from: number;
  readonly #to: number;
  #at: number;
  #sentence = 0;
  /** Lead-in words since an order could begin; more than `MAX_LEAD_INS`: none can. */
  #leadIns = 0;
  #quoted = false;
  #previous = '';
  #end = -1;

  constructor(text: string, from: number, to: number) {
    this.#text = text;
    this.#at = from;
    this.#from = from;
    this.#to = to;
    const lower = text.slice(from, to).toLowerCase();
    this.#lower = lower.length === to - from ? lower : '';
  }

  read(): void {
    while (this.#at < this.#to) {
      const code = this.#text.charCodeAt(this.#at);
      if (isLetterOrDigit(code)) this.#readRun();
      else if (code === 0x7e || code === 0x2f) this.#readPathOrMark();
      else if (code === 0x24 || code === 0x20ac || code === 0xa3) this.#readAmount();
      else {
        this.#readMark(code);
        this.#at += 1;
      }
    }
  }

  #readMark(code: number): void {
    const next = this.#text.charCodeAt(this.#at + 1);
    switch (code) {
      case 0x0a: // a line end: an order may begin; an empty line ends the sentence
        if (next === 0x0a || next === 0x0d || this.#text.charCodeAt(this.#at - 1) === 0x2c) this.#endSentence();
        else this.#leadIns = 0;
        return;
      case 0x5c: // a line end written as \n or \t
        if (next === 0x6e || next === 0x74 || next === 0x72) {
          this.#at += 1;
          this.#endSentence();
        }
        return;
      case 0x2e: // .
      case 0x21: // !
      case 0x3f: // ?
      case 0x3002: // 。
        this.#endSentence();
        return;
      case 0x3e: // >
      case 0x7c: // |
        this.#endSentence();
        return;
      case 0x22: // "
      case 0x27: // '
      case 0x201c:
      case 0x2018:
      case 0x201e:
      case 0xab:
      case 0x60: // `
        this.#readQuote();
        return;
      case 0x3a: // :
      case 0x3b: // ;
      case 0x2d: // -
      case 0x2013:
      case 0x2014:
      case 0x28: // (
      case 0x5b: // [
      case 0x7b: // {
      case 0x23: // #
      case 0x2a: // *
      case 0x29: // )
      case 0x5d: // ]
      case 0x7d: // }
        this.#leadIns = 0;
        return;
      case 0x2c: // a capital after a comma begins something new
        if (isUpper(next === 0x20 ? this.#text.charCodeAt(this.#at + 2) : next)) this.#leadIns = 0;
        return;
      default:
    }
  }

  #readQuote(): void {
    let before = this.#at - 1;
    while (before >= 0 && this.#text.charCodeAt(before) === 0x20) before -= 1;
    const code = before < 0 ? 0 : this.#text.charCodeAt(before);
    if (before === this.#at - 1 && isLetterOrDigit(code)) return;
    if (isLetterOrDigit(code)) this.#quoted = true;
    else if (code === 0x28) {
      this.#endSentence();
      this.#quoted = true;
    } else if (code === 0 || code === 0x3a || code === 0x2c || code === 0x5b || code === 0x7b || code === 0x3d) this.#endSentence();
    this.#leadIns = 0;
  }

  #readPathOrMark(): void {
    const start = this.#at;
    const next = this.#text.charCodeAt(start + 1);
    if (!(isLetterOrDigit(next) || next === 0x2f || next === 0x2e) || (start > 0 && this.#text.charCodeAt(start - 1) === 0x3c)) {
      this.#at += 1;
      return;
    }
    let end = start + 1;
    while (end < this.#to && isPathPart(this.#text.charCodeAt(end))) end += 1;
    this.#at = end;
    if (this.#text.startsWith('//', start)) this.#leadIns = 0;
    else this.#add('<path>', start, end);
  }

  #readAmount(): void {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#to && isNumberPart(this.#text.charCodeAt(end))) end += 1;
    this.#at = end;
    if (end > start + 1) this.#add('<amount>', start, end);
  }

  /** A word, or several joined by marks: an address, an URL, a path, or words after all. */
  #readRun(): void {
    const text = this.#text;
    const start = this.#at;
    let end = start;
    let marks = 0;
    let simple = true;
    for (; end < this.#to; end += 1) {
      const code = text.charCodeAt(end);
      if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) continue;
      if (isLetterOrDigit(code) || ((code === 0x27 || code === 0x2019) && isLetter(text.charCodeAt(end + 1)))) {
        simple = false;
        continue;
      }
      const inner = code === 0x2e || code === 0x40 || code === 0x2d || code === 0x2f || code === 0x3a || code === 0x2b || code === 0x3d || code === 0x3f || code === 0x26 || code === 0x25 || code === 0x23;
      if (!inner) break;
      const next = text.charCodeAt(end + 1);
      if (!(isLetterOrDigit(next) || next === 0x2f)) break;
      marks |= code === 0x40 ? 1 : code === 0x2e ? 2 : code === 0x2f ? 4 : code === 0x3a ? 8 : 16;
    }
    this.#at = end;
    if (marks === 0 && simple) return this.#add(this.#lowerOf(start, Math.min(end, start + MAX_WORD)), start, end);
    if (marks === 0) return this.#addWord(start, end);
    const run = text.slice(start, Math.min(end, start + 256));
    if ((marks & 12) === 12 && /^[a-z]{2,10}:\/\//i.test(run)) return this.#add('<url>', start, end);
    if ((marks & 3) === 3 && /^[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,5}$/.test(run)) return this.#add('<email>', start, end);
    if ((marks & 2) === 2 && /^(?:www\.[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|cc|info|example|xyz|ru|top))(?:\/|$)/i.test(run)) return this.#add('<url>', start, end);
    this.#splitRun(start, end);
  }

  #lowerOf(start: number, end: number): string {
    return this.#lower === '' ? this.#text.slice(start, end).toLowerCase() : this.#lower.slice(start - this.#from, end - this.#from);
  }

  #splitRun(start: number, end: number): void {
    let from = start;
    for (let at = start; at <= end; at += 1) {
      const code = at === end ? 0 : this.#text.charCodeAt(at);
      if (at < end && (isLetterOrDigit(code) || code === 0x27 || code === 0x2019)) continue;
      if (at > from) this.#addWord(from, at);
      if (code === 0x2e && isUpper(this.#text.charCodeAt(at + 1))) this.#endSentence();
      else if (code === 0x3a || code === 0x2f) this.#leadIns = 0;
      from = at + 1;
    }
  }

  #addWord(start: number, end: number): void {
    const raw = this.#text.slice(start, Math.min(end, start + MAX_WORD));
    if (/^[A-Z]{2}\d{10,32}$/.test(raw)) return this.#add('<account>', start, end);
    if (/^\d/.test(raw) && !/[a-z]/i.test(raw)) return this.#add(raw, start, end);
    this.#add(plain(raw), start, end);
  }

  #add(word: string, start: number, end: number): void {
    this.words.push({ word, start, end, sentence: this.#sentence, leads: this.#leadIns <= MAX_LEAD_INS, quoted: this.#quoted, parted: this.#end < 0 ? '' : partingMark(this.#text, this.#end, start) });
    this.#end = end;
    this.#quoted = false;
    if (word === 'you' && ASKING.has(this.#previous)) this.#leadIns = 0;
    else if (LEAD_INS.has(word)) this.#leadIns += 1;
    else this.#leadIns = MAX_LEAD_INS + 1;
    this.#previous = word;
  }

  #endSentence(): void {
    this.#sentence += 1;
    this.#leadIns = 0;
  }
}

/** A mark right behind a word, or behind one blank; a hyphen inside a word parts nothing. */
function partingMark(text: string, end: number, start: number): Word['parted'] {
  const at = end + 1 < start && text.charCodeAt(end) === 0x20 ? end + 1 : end;
  if (at >= start) return '';
  const code = text.charCodeAt(at);
  if (code === 0x2c) return ',';
  if (code === 0x2d) return at + 1 < start ? ':' : '';
  return PARTING.has(code) ? ':' : '';
}

/** : ; ) ] } * ! | and dashes. */
const PARTING: ReadonlySet<number> = new Set([0x3a, 0x3b, 0x29, 0x5d, 0x7d, 0x2a, 0x21, 0x7c, 0x2013, 0x2014]);

/** Underscores belong to words. Symbols, arrows and halves of a character, so emoji, do not. */
export function isLetterOrDigit(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
  return code >= 0xaa && code !== 0xab && code !== 0xb7 && code !== 0xbb && (code < 0x2000 || code > 0x2bff) && (code < 0x3000 || code > 0x303f) && (code < 0xd800 || code > 0xdfff) && code !== 0xff0c && code !== 0xff1a && code < 0xfff0;
}

const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const isNumberPart = (code: number): boolean => (code >= 0x30 && code <= 0x39) || code === 0x2c || code === 0x2e;
const isPathPart = (code: number): boolean => isLetterOrDigit(code) || code === 0x2f || code === 0x2e || code === 0x2d || code === 0x7e;

/** Accents, apostrophes and digits among letters read as plain letters; a number behind a name stays: `base64`. Underscores around it emphasise. */
export function plain(raw: string): string {
  const lower = raw.includes('_') ? raw.toLowerCase().replace(/^_+|_+$/g, '') : raw.toLowerCase();
  if (/^[a-z_]+[0-9]*$/.test(lower)) return lower;
  const letters = withoutAccents(lower.replace(/['’]/g, ''));
  if (/^[a-z_]+$/.test(letters)) return letters;
  return letters.replace(/[013457]/g, (digit) => LEET[digit] ?? digit);
}

function withoutAccents(lower: string): string {
  if (!/[\u0080-\uffff]/.test(lower)) return lower;
  return lower
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[ßłıøđæœ]/g, (letter) => SPECIAL_LETTERS[letter] ?? letter);
}
