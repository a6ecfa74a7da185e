import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import { quoted } from '../quoted.ts';

export const MAX_PATTERN_BYTES = 1024;
export const MAX_PROGRAM_SIZE = 512;
export const MAX_TEXT_BYTES = 64 * 1024;

/** Pieces that a pattern may have once its counts are written out: far beyond what a program of the largest size needs, and compiled in milliseconds. */
const MAX_WRITTEN_OUT = 8 * MAX_PROGRAM_SIZE;

/** What is wrong with an RE2 pattern, with the place where it is known; null when nothing is. */
export function patternProblem(source: string): string | null {
  const compiled = compile(source);
  return typeof compiled === 'string' ? compiled : null;
}

/** The pattern, or what is wrong with it. */
function compile(source: string): RE2JS | string {
  if (source === '' || isLongerThan(MAX_PATTERN_BYTES, source)) return `must have 1 to ${MAX_PATTERN_BYTES} bytes`;
  // INVARIANT: before it is compiled: `a{999}`, often enough, takes a second of everybody's time to be found too large.
  if (writtenOut(source) > MAX_WRITTEN_OUT) return `is far too large with its counts written out, ${MAX_PROGRAM_SIZE} instructions are allowed: use smaller counts`;
  try {
    const pattern = RE2JS.compile(source);
    const size = pattern.programSize();
    return size > MAX_PROGRAM_SIZE ? `compiles to ${size} instructions, ${MAX_PROGRAM_SIZE} are allowed: use smaller counts or fewer alternatives` : pattern;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return describe(error, source);
  }
}

/** Searches anywhere in a text, in time linear in it. Throws on what `patternProblem` names. */
export function compilePattern(source: string): RE2JS {
  const compiled = compile(source);
  if (typeof compiled === 'string') throw new TypeError(`bad pattern: ${compiled}`);
  return compiled;
}

/** Measures UTF-8. */
export function isLongerThan(bytes: number, text: string): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

/** A branch of one piece is no more than a member of a class that the alternatives make together. */
type Group = { branches: number; branch: number; hasSmall: boolean };

/** About how many pieces (characters, classes, assertions) the pattern has with its counts written out. Takes any text. */
function writtenOut(source: string): number {
  const open: Group[] = [];
  let group: Group = { branches: 0, branch: 0, hasSmall: false };
  let last = 0;
  const endBranch = () => {
    if (group.branch > 1) group.branches += group.branch;
    else group.hasSmall = true;
    group.branch = 0;
  };
  for (const [piece, from, to = from] of source.matchAll(PIECE)) {
    if (piece.startsWith('(')) {
      open.push(group);
      group = { branches: 0, branch: 0, hasSmall: false };
    } else if (piece === ')' || piece === '|') {
      endBranch();
      const outer = piece === ')' ? open.pop() : undefined;
      last = group.branches + Number(group.hasSmall);
      if (!outer) continue;
      group = outer;
      group.branch += last;
    } else if (from !== undefined) {
      const times = Math.max(1, Number(from), Number(to || from));
      group.branch += last * (times - 1);
      last *= times;
    } else {
      last = piece.startsWith('\\Q') ? piece.length : 1;
      group.branch += last;
    }
  }
  for (const outer of [...open.toReversed(), null]) {
    endBranch();
    if (outer) outer.branch += group.branches + Number(group.hasSmall);
    group = outer ?? group;
  }
  return group.branches + Number(group.hasSmall);
}

/** A quoted text, an escape, the beginning of a group, a class, a count, or one character. */
const PIECE = /\\Q[^]*?(?:\\E|$)|\\[xpP]\{[^}]*\}|\\[^]|\((?:\?(?:P?<\w*>|[A-Za-z-]*:))?|\[\^?\]?(?:\[:\^?\w*:\]|\\[^]|[^\]\\])*\]|\{(\d{1,9})(?:,(\d{0,9}))?\}|[^]/gu;

function describe(error: RE2JSException, source: string): string {
  if (!(error instanceof RE2JSSyntaxException)) return `not an RE2 pattern: ${error.message}`;
  const part = error.getPattern();
  const at = part === null || part === '' ? -1 : source.indexOf(part);
  return `not an RE2 pattern: ${error.getDescription()}${at < 0 ? '' : ` at character ${at + 1}, ${quoted(source.slice(at), 20)}`}`;
}
