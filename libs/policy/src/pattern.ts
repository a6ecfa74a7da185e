import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import { quoted } from './quoted.ts';

export const MAX_PATTERN_BYTES = 1024;
export const MAX_PROGRAM_SIZE = 512;
export const MAX_TEXT_BYTES = 64 * 1024;

/** What is wrong with an RE2 pattern, with the place where it is known; null when nothing is. */
export function patternProblem(source: string): string | null {
  if (source === '' || isLongerThan(MAX_PATTERN_BYTES, source)) return `must have 1 to ${MAX_PATTERN_BYTES} bytes`;
  try {
    const size = RE2JS.compile(source).programSize();
    return size > MAX_PROGRAM_SIZE ? `compiles to ${size} instructions, ${MAX_PROGRAM_SIZE} are allowed: use smaller counts or fewer alternatives` : null;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return describe(error, source);
  }
}

/** Searches anywhere in a text, in time linear in it. Throws on what `patternProblem` names. */
export function compilePattern(source: string): RE2JS {
  const problem = patternProblem(source);
  if (problem !== null) throw new TypeError(`bad pattern: ${problem}`);
  return RE2JS.compile(source);
}

/** Measures UTF-8. */
export function isLongerThan(bytes: number, text: string): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

function describe(error: RE2JSException, source: string): string {
  if (!(error instanceof RE2JSSyntaxException)) return `not an RE2 pattern: ${error.message}`;
  const part = error.getPattern();
  const at = part === null || part === '' ? -1 : source.indexOf(part);
  return `not an RE2 pattern: ${error.getDescription()}${at < 0 ? '' : ` at character ${at + 1}, ${quoted(source.slice(at), 20)}`}`;
}
