/** Something that `unescaped` may undo: a percent sign, an ampersand, a backslash, a control character, or anything beyond ASCII. */
export const HAS_ESCAPES = 1;
/** A run of base64 or hex digits long enough to hold text. */
export const HAS_RUNS = 2;

/** Shortest run of base64 digits that is looked into: a dozen characters of text. One without a capital is words: `services/orders/list`. */
export const MIN_RUN = 16;
export const MIN_HEX_RUN = 24;

const DIGIT = 1;
const ESCAPE = 2;
const CAPITAL = 4;
const HEX = 8;
const classes = new Uint8Array(128);
const give = (characters: string, kind: number): void => {
  for (const character of characters) classes[character.charCodeAt(0)] = (classes[character.charCodeAt(0)] ?? 0) | kind;
};
give('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_', DIGIT);
give('ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAPITAL);
give('0123456789abcdefABCDEF', HEX);
for (const character of '%&\\\x7f') classes[character.charCodeAt(0)] = ESCAPE;
for (let code = 0; code < 32; code += 1) if (code !== 9 && code !== 10 && code !== 13) classes[code] = ESCAPE;

/** One look at every character: which decoders have anything to do. */
export function traitsOf(text: string): number {
  let traits = 0;
  let run = 0;
  let hexRun = 0;
  let capitals = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (classes[code] ?? 0) : ESCAPE;
    if ((kind & DIGIT) === 0) {
      run = 0;
      hexRun = 0;
      capitals = 0;
      if (kind === ESCAPE) traits |= HAS_ESCAPES;
      continue;
    }
    run += 1;
    capitals |= kind & CAPITAL;
    hexRun = (kind & HEX) === 0 ? 0 : hexRun + 1;
    if ((run >= MIN_RUN && capitals !== 0) || hexRun >= MIN_HEX_RUN) traits |= HAS_RUNS;
  }
  return traits;
}
