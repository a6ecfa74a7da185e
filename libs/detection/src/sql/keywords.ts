import { CALLED, CHAINS, COMPARES, JUNCTION, KEYWORD, NAMED, NOTABLE, OPENS, OUTWARD, SIGN, SUBQUERY, TRUTH } from './uses.ts';
import { NOTABLE_WORDS, OUTWARD_WORDS } from './vocabulary.ts';

/** A word or sign that is good for something, in lower case, and what for: bits of `uses.ts`. */
export type Known = Readonly<{ text: string; uses: number }>;

const KEYWORDS =
  'select from where and or xor not like ilike rlike regexp glob match similar sounds in is isnull notnull null between union all distinct distinctrow top ' +
  'order group by having limit offset fetch as on join left right inner outer full cross natural using case when then else end exists any some asc desc ' +
  'into values set update delete insert replace merge drop truncate table database schema create alter exec execute declare waitfor delay time begin if while ' +
  'goto print call copy grant revoke to with recursive intersect except minus window over partition procedure function trigger view index user role column ' +
  'true false div mod collate binary escape cast convert interval default outfile dumpfile returning only for unknown of immediate shutdown rename';

const WORDS = knownBy([
  [KEYWORD, KEYWORDS.split(' ')],
  [JUNCTION, ['or', 'and', 'xor']],
  [COMPARES, ['like', 'ilike', 'rlike', 'regexp', 'glob', 'match', 'between', 'in', 'is', 'isnull', 'notnull', 'similar', 'sounds']],
  [CHAINS, ['div', 'mod', 'collate', 'escape']],
  [SIGN, ['not', 'binary', 'any', 'all', 'some', 'distinct']],
  [TRUTH, ['true', 'false', 'null', 'unknown']],
  [SUBQUERY, ['exists', 'case', 'select']],
  [CALLED, ['if', 'left', 'right', 'replace', 'insert', 'cast', 'convert', 'mod', 'user', 'database', 'schema', 'time', 'delay', 'values', 'rename']],
  [NAMED, ['user', 'time', 'role', 'column', 'table', 'database', 'index', 'view', 'delay']],
  [
    OPENS,
    ['select', 'insert', 'replace', 'merge', 'update', 'delete', 'drop', 'truncate', 'alter', 'create', 'exec', 'execute', 'declare', 'set', 'waitfor', 'shutdown', 'if', 'begin', 'goto', 'grant', 'revoke', 'copy', 'print', 'call', 'load', 'attach', 'pragma', 'use', 'kill', 'backup', 'show', 'reconfigure'],
  ],
  [NOTABLE, NOTABLE_WORDS],
  [OUTWARD, OUTWARD_WORDS],
]);

const SIGNS = knownBy([
  [JUNCTION, ['||', '&&']],
  [COMPARES, ['=', '==', '<', '>', '<=', '>=', '<>', '!=', '<=>', '!<', '!>', '~', '!~', '~*', '!~*', '@>', '<@', '?', '?|', '?&', '^=', ':=', '!']],
  [CHAINS, ['+', '-', '*', '/', '%', '^', '|', '&', '<<', '>>', '||', '::', '->', '->>', '#>', '#>>', '.']],
  [SIGN, ['-', '+', '~', '!', '@']],
]);

function knownBy(uses: readonly (readonly [use: number, of: Iterable<string>])[]): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const [use, of] of uses) for (const text of of) known.set(text, { text, uses: (known.get(text)?.uses ?? 0) | use });
  return known;
}

/** What makes an ASCII letter a small one. */
const LOWER = 0x20;
/** Twice as many slots as words, or more: a power of two. */
const SLOTS = 1 << 10;
/** By slot: the word, at its hash's slot or the next free ones. */
const wordBySlot: (Known | undefined)[] = Array.from({ length: SLOTS });
for (const word of WORDS.values()) {
  let hash = 0;
  for (let at = 0; at < word.text.length; at += 1) hash = hashed(hash, word.text.charCodeAt(at));
  let slot = slotOf(hash);
  while (wordBySlot[slot] !== undefined) slot = nextSlot(slot);
  wordBySlot[slot] = word;
}

/** A word's hash before one more character; the same for both cases of ASCII letters. */
export function hashed(hash: number, code: number): number {
  return (Math.imul(hash, 31) + (code | LOWER)) | 0;
}

/** The known word that stands at `text[start, end)`, whose characters `hashed` went over; undefined if none does. Its text need not be cut out for it. */
export function wordAt(text: string, start: number, end: number, hash: number): Known | undefined {
  for (let slot = slotOf(hash); ; slot = nextSlot(slot)) {
    const word = wordBySlot[slot];
    if (word === undefined || isWrittenAt(text, start, end, word.text)) return word;
  }
}

export const usesOfWord = (text: string): number => WORDS.get(text)?.uses ?? 0;
export const usesOfSign = (text: string): number => SIGNS.get(text)?.uses ?? 0;

function isWrittenAt(text: string, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at += 1) if ((text.charCodeAt(start + at) | LOWER) !== (word.charCodeAt(at) | LOWER)) return false;
  return true;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function nextSlot(slot: number): number {
  return (slot + 1) & (SLOTS - 1);
}
