/** What SQL gives a meaning of its own; all other words are names. */
const KEYWORDS = new Set(
  (
    'select from where and or xor not like ilike rlike regexp glob match similar sounds in is isnull notnull null between union all distinct distinctrow top ' +
    'order group by having limit offset fetch as on join left right inner outer full cross natural using case when then else end exists any some asc desc ' +
    'into values set update delete insert replace merge drop truncate table database schema create alter exec execute declare waitfor delay time begin if while ' +
    'goto print call copy grant revoke to with recursive intersect except minus window over partition procedure function trigger view index user role column ' +
    'true false div mod collate binary escape cast convert interval default outfile dumpfile returning only for unknown of immediate shutdown rename'
  ).split(' '),
);

/** What makes an ASCII letter a small one. */
const LOWER = 0x20;
/** Twice as many slots as keywords, or more: a power of two. */
const SLOTS = 1 << 9;
/** By slot: the keyword, at its hash's slot or the next free ones. */
const keywordBySlot: (string | undefined)[] = Array.from({ length: SLOTS });
for (const keyword of KEYWORDS) {
  let hash = 0;
  for (let at = 0; at < keyword.length; at += 1) hash = hashed(hash, keyword.charCodeAt(at));
  let slot = slotOf(hash);
  while (keywordBySlot[slot] !== undefined) slot = nextSlot(slot);
  keywordBySlot[slot] = keyword;
}

/** A word's hash before one more character; the same for both cases of ASCII letters. */
export function hashed(hash: number, code: number): number {
  return (Math.imul(hash, 31) + (code | LOWER)) | 0;
}

/** The keyword that stands at `text[start, end)`, whose characters `hashed` went over; undefined if none does. A word's text need not be cut out for it. */
export function keywordAt(text: string, start: number, end: number, hash: number): string | undefined {
  for (let slot = slotOf(hash); ; slot = nextSlot(slot)) {
    const keyword = keywordBySlot[slot];
    if (keyword === undefined || isWrittenAt(text, start, end, keyword)) return keyword;
  }
}

export const isKeywordText = (text: string): boolean => KEYWORDS.has(text);

function isWrittenAt(text: string, start: number, end: number, keyword: string): boolean {
  if (end - start !== keyword.length) return false;
  for (let at = 0; at < keyword.length; at += 1) if ((text.charCodeAt(start + at) | LOWER) !== keyword.charCodeAt(at)) return false;
  return true;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function nextSlot(slot: number): number {
  return (slot + 1) & (SLOTS - 1);
}
