import type { Rule, View } from '../rule.ts';
import { tokenise, type Tokens } from './tokenise.ts';
import type { Token } from './token.ts';

/** A value put into a statement: bare, or inside quotes that it breaks out of. */
export type Reading = Tokens &
  Readonly<{
    /** The first token is a literal that the value's own quote closed. */
    broken: boolean;
    /** Index of the first token after that literal and the brackets it closes; 0 if not broken. */
    seam: number;
    /** The literal holds such a quote already: in the text as it stands a pair closes here, as in `status = 'open' and …`. */
    paired: boolean;
    /** Words before the quote. */
    wordsBefore: number;
  }>;

const MAX_TOKENS = 6_000;
const MAX_SEAMS = 3;
const MAX_STARTS = 6;
/** Three values side by side: this is no SQL. */
const PATIENCE = 3;

/** The readings of a value, as it stands and as if inside '…' and "…". Costs a few steps a character. */
export function readingsOf(view: View): Reading[] {
  const { text, place, budget } = view;
  const readings: Reading[] = [];
  const plusIsBlank = text.includes('+') && !/\s/.test(text.slice(0, 2_000));
  const read = (from: number, inside?: "'" | '"', seam?: number, paired = false): void => {
    const { tokens, odd, end } = tokenise(text, { from, inside, seam, maxTokens: MAX_TOKENS, patience: PATIENCE, hashComments: true, plusIsBlank });
    budget.spend(end - from + 1);
    const wordsBefore = inside ? wordsIn(text.slice(from, Math.min(seam ?? from, from + 200))) : 0;
    readings.push({ tokens, odd, end, broken: inside !== undefined, seam: inside ? afterClosing(tokens, 1) : 0, paired, wordsBefore });
  };
  for (const start of startsOf(text, place.role === 'url')) {
    read(start);
    for (const quote of ["'", '"'] as const) {
      let quotes = 0;
      let seams = 0;
      for (let seam = text.indexOf(quote, start); seam >= 0 && seams < MAX_SEAMS; seam = text.indexOf(quote, seam + 1)) {
        const [first, ahead] = [seam, quotes];
        while (text[seam + 1] === quote) seam += 1;
        quotes += seam - first + 1;
        // Of quotes in a row every two are one within the literal, so the last of an odd number closes it.
        const closing = (seam - first) % 2 === 0 && mayBreak(text, seam);
        if (closing) read(start, quote, seam, (quotes - 1) % 2 === 1);
        if (first < seam && ahead < MAX_SEAMS) read(start, quote, first, ahead % 2 === 1);
        if (closing) seams += 1;
      }
    }
  }
  return readings;
}

const BREAKING = new Set(
  'or and xor not union intersect except select insert update delete drop alter create exec execute declare waitfor into having group order limit procedure like ilike rlike regexp glob is isnull notnull in between sounds similar div mod collate begin if goto print use set shutdown set call grant copy truncate merge where as asc desc from join backup dbcc kill return escape binary values replace'.split(' '),
);

/** Further values of a row: one that is asked for elsewhere, or ones after which the statement is cut. */
const GOES_ON_WITH_VALUES = /^,\s*(?:\(\s*select\b|[^\n]{0,120}\)\s*;?\s*(?:--|#|\/\*))/i;

/** Whether what follows a quote could leave its literal: most apostrophes are followed by a letter of the same word. */
function mayBreak(text: string, seam: number): boolean {
  let at = seam + 1;
  for (; at < Math.min(text.length, seam + 64); at += 1) {
    const code = text.charCodeAt(at);
    // Blanks, brackets, `%`, `+` and letters' like are skipped.
    if (code <= 32 || code === 0xa0 || code === 41 || code === 37 || code === 92 || code === 93 || code === 125) continue;
    if (code === 47 || code >= 128) return code === 47;
    break;
  }
  if (text.charAt(at) === ',') return GOES_ON_WITH_VALUES.test(text.slice(at, at + 200));
  const code = text.charCodeAt(at) | 32;
  if (code < 97 || code > 122) return !',.?:_'.includes(text.charAt(at)) || text.charAt(at) === '';
  const word = /^[a-z]{1,10}/i.exec(text.slice(at, at + 11))?.[0].toLowerCase() ?? '';
  return BREAKING.has(word) || (/^(?:or|and|xor|union)/.test(word) && /^(?:or|and|xor|union)\W?\d/i.test(text.slice(at, at + 8)));
}

const wordsIn = (text: string): number => text.split(/\s+/, 40).filter((word) => /\p{L}{2}/u.test(word)).length;

/** Whether words stand before the quote and behind the comment mark: then it is spoken of, not used. */
export function isTalk({ tokens, broken, odd, wordsBefore }: Reading, prose: boolean): boolean {
  if (!broken) return false;
  if (prose && wordsBefore >= 3) return true;
  // Whoever puts words ahead of an attack still has to end it as SQL.
  if (wordsBefore >= 6 && (odd.at(-1) ?? 0) > 0) return true;
  const last = tokens.at(-1);
  const behind = last?.kind === 'comment' ? wordsIn(last.text.slice(0, 200)) : (odd.at(-1) ?? 0) >= PATIENCE ? 2 : 0;
  return behind >= (prose ? 2 : 3) && (prose || wordsBefore >= 3) || (behind >= 1 && wordsBefore >= 2) || (wordsBefore >= 2 && /[`"“]$/.test(tokens[0]?.text ?? ''));
}

function afterClosing(tokens: readonly Token[], from: number): number {
  let at = from;
  while (tokens[at]?.kind === 'close' || (tokens[at]?.kind === 'operator' && tokens[at]?.text === '%')) at += 1;
  return at;
}

/** Where values begin: the text itself, and in an address or `name=value` what stands after `=` and the last `/`. */
function startsOf(text: string, address: boolean): number[] {
  const starts = address ? [] : [0];
  const named = /^\??[\w.$[\]-]{1,40}=/.exec(text.slice(0, 48));
  if (named && !address) starts.push(named[0].length);
  if (!address) return starts;
  const limit = text.slice(0, 4_096);
  for (const match of limit.matchAll(/[?&;#][^=&?#\s]{0,60}=/g)) {
    if (starts.length >= MAX_STARTS) break;
    starts.push(match.index + match[0].length);
  }
  const breach = limit.search(/['"\s;(]/);
  const slash = breach < 0 ? -1 : limit.lastIndexOf('/', breach);
  if (slash > 8 && !starts.some((start) => start < breach)) starts.push(slash + 1);
  return starts;
}

/** Reports a rule once for a text, from one token to the end of what still reads as SQL. */
export type Tell = (rule: Rule, from: number, to?: number) => void;

export function tellingIn(view: View, reading: Reading, told: Set<Rule>): Tell {
  return (rule, from, to) => {
    if (told.has(rule)) return;
    told.add(rule);
    const start = reading.tokens[from]?.start ?? 0;
    const end = reading.tokens[to === undefined ? sensibleEnd(reading, from) : Math.max(from, to - 1)]?.end ?? view.text.length;
    view.report(rule, start, Math.max(start + 1, end));
  };
}

function sensibleEnd({ tokens, odd }: Reading, from: number): number {
  let at = from;
  while (at + 1 < tokens.length && (odd[at + 1] ?? 0) <= (odd[from] ?? 0) + 1) at += 1;
  return at;
}
