/** Reading SQL a character at a time: what each is, and how long an operator is. */
export const BLANK = 1;
export const DIGIT = 2;
export const LETTER = 3;
const CLASSES = classes();

function classes(): Uint8Array {
  const table = new Uint8Array(128);
  for (let code = 0; code <= 32; code += 1) table[code] = BLANK;
  table['\\'.charCodeAt(0)] = BLANK;
  for (let code = 48; code <= 57; code += 1) table[code] = DIGIT;
  for (let code = 65; code <= 90; code += 1) table[code] = table[code + 32] = LETTER;
  table['_'.charCodeAt(0)] = LETTER;
  return table;
}

export function classOf(code: number): number {
  if (code < 128) return CLASSES[code] ?? 0;
  return code === 0xa0 || code === 0x3000 || code === 0xfeff || (code >= 0x2000 && code <= 0x200f) || code === 0x2028 || code === 0x2029 ? BLANK : code >= 0x2010 && code <= 0x206f ? 0 : LETTER;
}

/** The character at `at`; 0 behind the end. INVARIANT: nothing is read beyond the end: that would make all reading slow. */
export const codeAt = (text: string, at: number): number => (at < text.length ? text.charCodeAt(at) : 0);

const OPERATORS = new Set(['<=>', '->>', '#>>', '!~*', '<>', '!=', '<=', '>=', '==', '||', '&&', '::', ':=', '->', '@>', '<@', '#>', '#-', '!<', '!>', '~*', '!~', '^=', '<<', '>>', '?|', '?&']);
/** What a longer operator goes on with. */
const GOES_ON = new Uint8Array(128);
for (const sign of '<>=|&:@#-*~?!') GOES_ON[sign.charCodeAt(0)] = 1;
const goesOn = (code: number): boolean => code < 128 && GOES_ON[code] === 1;

export function operatorLength(text: string, start: number): number {
  if (!goesOn(codeAt(text, start + 1))) return 1;
  if (goesOn(codeAt(text, start + 2)) && OPERATORS.has(text.slice(start, start + 3))) return 3;
  return OPERATORS.has(text.slice(start, start + 2)) ? 2 : 1;
}
