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

const MAX_TOKENS = 600;
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
    const tokens = tokenise(text, { from, ...(inside && { inside }), ...(seam !== undefined && { seam }), maxTokens: MAX_TOKENS, patience: PATIENCE, hashComments: true, plusIsBlank });
    budget.spend(tokens.end - from + 1);
    readings.push({ ...tokens, broken: inside !== undefined, seam: inside ? afterClosing(tokens.tokens, 1) : 0, paired, wordsBefore: inside ? wordsIn(text.slice(from, Math.min(seam ?? from, from + 200))) : 0 });
  };
  for (const start of startsOf(text, place.role === 'url')) {
    read(start);
    for (const quote of ["'", '"'] as const) {
      let seam = text.indexOf(quote, start);
      for (let seams = 0; seam >= 0 && seams < MAX_SEAMS; seams += 1) {
        read(start, quote, seam, seams % 2 === 1);
        seam = text.indexOf(quote, seam + 1);
      }
    }
  }
  return readings;
}

const wordsIn = (text: string): number => text.match(/\p{L}{2,}/gu)?.length ?? 0;

/** Whether words stand before the quote and behind the comment mark: then it is spoken of, not used. */
export function isTalk({ tokens, broken, odd, wordsBefore }: Reading, prose: boolean): boolean {
  if (!broken) return false;
  if (prose && wordsBefore >= 3) return true;
  if (wordsBefore >= 6) return true;
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
