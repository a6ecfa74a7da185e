import { codesOf } from '../codes.ts';

/** Something that `unescaped` may undo. */
export const HAS_ESCAPES = 1;
/** A run of base64 or hex digits long enough to hold text. */
export const HAS_RUNS = 2;

/** Shortest run of base64 digits that is looked into: a dozen characters of text. One without a capital is words: `services/orders/list`. */
export const MIN_RUN = 16;
export const MIN_HEX_RUN = 24;

const PERCENT = /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/iy;
const REFERENCE = /&(?:#|[a-z]{2})/iy;
const BACKSLASH = /\\[ux]/iy;

const DIGIT = 1;
const CAPITAL = 2;
const HEX = 4;
/** Outside of printable ASCII, tabs and line ends: something may hide in it. */
const ODD = 8;
/** Begins an escape, perhaps. */
const SIGN = 16;
const classes = new Uint8Array(129);
const give = (characters: string, kind: number): void => {
  for (const character of characters) classes[character.charCodeAt(0)] = (classes[character.charCodeAt(0)] ?? 0) | kind;
};
give('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_', DIGIT);
give('ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAPITAL);
give('0123456789abcdefABCDEF', HEX);
give('%&\\', SIGN);
for (let code = 0; code < classes.length; code += 1) if ((code < 0x20 || code > 0x7e) && code !== 0x09 && code !== 0x0a && code !== 0x0d) classes[code] = ODD;

/** Which decoders have anything to do. */
export function traitsOf(text: string): number {
  const codes = codesOf(text);
  const end = text.length;
  let all = 0;
  let run = 0;
  let runs = 0;
  // One look without a branch for each character: how long the run of digits is that ends here, and what there was at all.
  for (let at = 0; at < end; at += 1) {
    const code = codes[at] ?? 0;
    const kind = classes[code < 128 ? code : 128] ?? 0;
    all |= kind;
    run = (run + 1) & (0 - (kind & DIGIT));
    if (run === MIN_RUN) runs += isEncoded(text, at - MIN_RUN + 1) ? 1 : 0;
  }
  return ((all & ODD) !== 0 || ((all & SIGN) !== 0 && hasEscapes(text)) ? HAS_ESCAPES : 0) | (runs > 0 ? HAS_RUNS : 0);
}

const hasEscapes = (text: string): boolean => hasAt(text, '%', PERCENT) || hasAt(text, '&', REFERENCE) || hasAt(text, '\\', BACKSLASH);

/** Looking for one character costs next to nothing, an expression some nanoseconds a character: it is asked where the character stands. */
function hasAt(text: string, sign: string, pattern: RegExp): boolean {
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return true;
  }
  return false;
}

/** Whether the run of digits that begins at `from` may be base64 or hex. */
function isEncoded(text: string, from: number): boolean {
  let capitals = 0;
  let hex = 0;
  for (let to = from; to < text.length; to += 1) {
    const kind = classes[text.charCodeAt(to)] ?? 0;
    if ((kind & DIGIT) === 0) break;
    capitals |= kind & CAPITAL;
    hex = (kind & HEX) === 0 ? 0 : hex + 1;
    if (hex >= MIN_HEX_RUN) return true;
  }
  return capitals !== 0;
}
