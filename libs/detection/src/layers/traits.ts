import { LETTERS_AND_DIGITS, Runs } from '../runs.ts';

/** Something that `unescaped` may undo. */
export const HAS_ESCAPES = 1;
/** A run of base64 or hex digits long enough to hold text. */
export const HAS_RUNS = 2;

/** A sign that stands for any name in a glob. */
export const HAS_GLOBS = 4;

/** Shortest run of base64 digits that is looked into: a dozen characters of text. One without a capital is words: `services/orders/list`. */
export const MIN_RUN = 16;
export const MIN_HEX_RUN = 24;

const PERCENT = /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/iy;
const REFERENCE = /&(?:#|[a-z]{2})/iy;
const BACKSLASH = /\\[ux]/iy;

/** Outside of printable ASCII, tabs and line ends: something may hide in it. */
const ODD = /[^\x20-\x7e\t\n\r]/;
const runs = new Runs(`${LETTERS_AND_DIGITS}+/-_`, MIN_RUN);

/** Which decoders have anything to do; `globs`: whether one looks for globs. */
export const traitsOf = (text: string, globs = false): number => (ODD.test(text) || hasEscapes(text) ? HAS_ESCAPES : 0) | (hasRuns(text) ? HAS_RUNS : 0) | (globs && hasGlobs(text) ? HAS_GLOBS : 0);

const hasGlobs = (text: string): boolean => text.includes('/') && (text.includes('*') || text.includes('?') || text.includes('['));

const hasEscapes = (text: string): boolean => hasAt(text, '%', PERCENT) || hasAt(text, '&', REFERENCE) || hasAt(text, '\\', BACKSLASH);

/** Looking for one character costs next to nothing, an expression some nanoseconds a character: it is asked where the character stands. */
function hasAt(text: string, sign: string, pattern: RegExp): boolean {
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return true;
  }
  return false;
}

function hasRuns(text: string): boolean {
  let from = runs.next(text, 0);
  while (from >= 0) {
    const end = runs.end(text, from);
    if (isEncoded(text, from, end)) return true;
    from = runs.next(text, end);
  }
  return false;
}

/** Whether a run of digits may be base64 or hex. */
function isEncoded(text: string, from: number, end: number): boolean {
  let capitals = false;
  let hex = 0;
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at);
    const capital = code >= 0x41 && code <= 0x5a;
    capitals ||= capital;
    hex = (code >= 0x30 && code <= 0x39) || (code | 0x20) >= 0x61 && (code | 0x20) <= 0x66 ? hex + 1 : 0;
    if (hex >= MIN_HEX_RUN) return true;
  }
  return capitals;
}
