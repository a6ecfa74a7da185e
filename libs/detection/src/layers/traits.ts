/** Something that `unescaped` may undo: a percent sign, an ampersand, a backslash, a control character, or anything beyond ASCII. */
export const HAS_ESCAPES = 1;
/** A run of base64 or hex digits long enough to hold text. */
export const HAS_RUNS = 2;

/** Shortest run of digits that is looked into: a dozen characters of text in base64. */
export const MIN_RUN = 16;

const DIGIT = 1;
const ESCAPE = 2;
const classes = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') classes[character.charCodeAt(0)] = DIGIT;
for (const character of '%&\\\x7f') classes[character.charCodeAt(0)] = ESCAPE;
for (let code = 0; code < 32; code += 1) if (code !== 9 && code !== 10 && code !== 13) classes[code] = ESCAPE;

/** One look at every character: which decoders have anything to do. */
export function traitsOf(text: string): number {
  let traits = 0;
  let run = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? classes[code] : ESCAPE;
    if (kind === DIGIT) {
      run += 1;
      if (run === MIN_RUN) traits |= HAS_RUNS;
      continue;
    }
    run = 0;
    if (kind === ESCAPE) traits |= HAS_ESCAPES;
  }
  return traits;
}
