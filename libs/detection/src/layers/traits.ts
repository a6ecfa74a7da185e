/** Something that `unescaped` may undo. */
export const HAS_ESCAPES = 1;
/** A run of base64 or hex digits long enough to hold text. */
export const HAS_RUNS = 2;

/** Shortest run of base64 digits that is looked into: a dozen characters of text. One without a capital is words: `services/orders/list`. */
const MIN_RUN = 16;
export const MIN_HEX_RUN = 24;

const NOT_PLAIN = /[^\t\n\r -~]/;
const PERCENT = /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i;
const REFERENCE = /&(?:#|[a-z]{2})/i;
const BACKSLASH = /\\[ux]/i;

const DIGIT = 1;
const CAPITAL = 2;
const HEX = 4;
const classes = new Uint8Array(128);
const give = (characters: string, kind: number): void => {
  for (const character of characters) classes[character.charCodeAt(0)] = (classes[character.charCodeAt(0)] ?? 0) | kind;
};
give('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_', DIGIT);
give('ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAPITAL);
give('0123456789abcdefABCDEF', HEX);

/** Which decoders have anything to do. */
export function traitsOf(text: string): number {
  return (hasEscapes(text) ? HAS_ESCAPES : 0) | (hasRun(text) ? HAS_RUNS : 0);
}

/** Looking for one character costs next to nothing, an expression some nanoseconds a character. */
function hasEscapes(text: string): boolean {
  return NOT_PLAIN.test(text) || (text.includes('%') && PERCENT.test(text)) || (text.includes('&') && REFERENCE.test(text)) || (text.includes('\\') && BACKSLASH.test(text));
}

/** A run of sixteen covers one of every sixteen places: only from those is it measured. */
function hasRun(text: string): boolean {
  for (let at = MIN_RUN - 1; at < text.length; ) {
    let from = at;
    while (from >= 0 && (kindAt(text, from) & DIGIT) !== 0) from -= 1;
    if (from === at) {
      at += MIN_RUN;
      continue;
    }
    let to = from + 1;
    let capitals = 0;
    let hex = 0;
    for (let kind = kindAt(text, to); to < text.length && (kind & DIGIT) !== 0; to += 1, kind = kindAt(text, to)) {
      capitals |= kind & CAPITAL;
      hex = (kind & HEX) === 0 ? 0 : hex + 1;
      if (hex >= MIN_HEX_RUN) return true;
    }
    if (capitals !== 0 && to - from - 1 >= MIN_RUN) return true;
    at = Math.max(at + MIN_RUN, to + MIN_RUN - 1);
  }
  return false;
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (classes[code] ?? 0) : 0;
}
