import { RE2JS } from 're2js';

export const MAX_GLOB_LENGTH = 256;

type Problem = Readonly<{ problem: string }>;
type Reading = Readonly<{ source: string }> | Problem;

/** What is wrong with a glob, with the place; null when nothing is. */
export function globProblem(pattern: string): string | null {
  const reading = readGlob(pattern);
  return 'problem' in reading ? reading.problem : null;
}

/**
 * A matcher of whole, case-sensitive tool names, linear in the length of the name: `*` any run, `?` one character, `{a,b}`, `[ab]`, `[a-z]`, `[!a]`,
 * `\` takes the next character as it is; `/` and `.` are ordinary. Throws on what `globProblem` names.
 */
export function compileGlob(pattern: string): (name: string) => boolean {
  const reading = readGlob(pattern);
  if ('problem' in reading) throw new TypeError(`bad glob: ${reading.problem}`);
  const regex = RE2JS.compile(reading.source, RE2JS.DOTALL);
  return (name) => regex.testExact(name);
}

/** The glob as RE2 source. INVARIANT: every character that is not an operator of ours leaves here as a literal of RE2. */
function readGlob(pattern: string): Reading {
  if (pattern.length === 0 || pattern.length > MAX_GLOB_LENGTH) return { problem: `must have 1 to ${MAX_GLOB_LENGTH} characters` };
  if (pattern.startsWith('!')) return problemAt(0, 'a glob cannot be negated; `\\!` is the character itself');

  let source = '';
  const braces: { at: number; commas: number }[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    const brace = braces.at(-1);
    switch (char) {
      case '*':
        if (!source.endsWith('.*')) source += '.*';
        break;
      case '?':
        source += '.';
        break;
      case '\\':
        at += 1;
        if (at === pattern.length) return problemAt(at - 1, '`\\` needs a character after it');
        if (!isNameCharacter(pattern.charAt(at))) return foreign(at);
        source += literal(pattern.charAt(at));
        break;
      case '[': {
        const set = readCharacterSet(pattern, at);
        if ('problem' in set) return set;
        source += set.source;
        at = set.end;
        break;
      }
      case '{':
        braces.push({ at, commas: 0 });
        source += '(?:';
        break;
      case '}':
        if (!brace) return problemAt(at, '`}` closes nothing; `\\}` is the character itself');
        if (brace.commas === 0) return problemAt(brace.at, 'braces need at least two alternatives, `{a,b}`');
        braces.pop();
        source += ')';
        break;
      case ',':
        if (brace) brace.commas += 1;
        source += brace ? '|' : literal(char);
        break;
      case '.':
        if (brace && pattern[at + 1] === '.') return problemAt(at, 'ranges in braces are not supported; `\\.` is the character itself');
        source += literal(char);
        break;
      case ']':
        return problemAt(at, '`]` closes nothing; `\\]` is the character itself');
      case '(':
      case ')':
      case '"':
      case "'":
        return refusedAt(at, char);
      default:
        if (!isNameCharacter(char)) return foreign(at);
        source += literal(char);
    }
  }
  const unclosed = braces.at(-1);
  return unclosed ? problemAt(unclosed.at, '`{` is never closed') : { source };
}

/** `[ab]`, `[a-z]`, `[!a]`; `start` is the place of the opening bracket, `end` of the closing one. */
function readCharacterSet(pattern: string, start: number): Readonly<{ source: string; end: number }> | Problem {
  const negated = pattern[start + 1] === '!';
  const first = start + (negated ? 2 : 1);
  let source = negated ? '[^' : '[';
  let at = first;

  const readMember = (): string | Problem => {
    const char = pattern.charAt(at);
    if (char === '[') return problemAt(at, '`[` inside brackets is not supported; `\\[` is the character itself');
    if (char === '^' && at === first) return problemAt(at, 'brackets are negated by `[!`; `\\^` is the character itself');
    if (['(', ')', '"', "'"].includes(char)) return refusedAt(at, char);
    if (char === '\\') at += 1;
    const member = pattern.charAt(at);
    if (member === '') return problemAt(start, '`[` is never closed');
    if (!isNameCharacter(member)) return foreign(at);
    at += 1;
    return member;
  };

  while (at < pattern.length && pattern[at] !== ']') {
    const from = readMember();
    if (typeof from !== 'string') return from;
    const isRange = pattern[at] === '-' && at + 1 < pattern.length && pattern[at + 1] !== ']';
    if (!isRange) {
      source += literal(from);
      continue;
    }
    const dash = at;
    at += 1;
    const to = readMember();
    if (typeof to !== 'string') return to;
    if (from > to) return problemAt(dash, `the range ${from}-${to} is the wrong way round`);
    if (pattern[at] === '-' && pattern[at + 1] !== ']') return problemAt(at, '`-` follows a range; `\\-` is the character itself');
    source += `${literal(from)}-${literal(to)}`;
  }
  if (at >= pattern.length) return problemAt(start, '`[` is never closed');
  if (at === first) return problemAt(start, 'brackets must not be empty');
  return { source: `${source}]`, end: at };
}

function literal(char: string): string {
  return /[A-Za-z0-9]/.test(char) ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function isNameCharacter(char: string): boolean {
  return char >= '\x21' && char <= '\x7e';
}

function foreign(at: number): Problem {
  return problemAt(at, 'tool names have printable ASCII characters without spaces only');
}

function refusedAt(at: number, char: string): Problem {
  return problemAt(at, `\`${char}\` is not supported; \`\\${char}\` is the character itself`);
}

function problemAt(at: number, message: string): Problem {
  return { problem: `${message} (at character ${at + 1})` };
}
