export const MAX_GLOB_LENGTH = 256;

type Problem = Readonly<{ problem: string }>;

/** `set`: one character, of these or of no others. `run`: any number of any. A fork goes on at each place named, a jump at one. */
type Instruction =
  | Readonly<{ op: 'set'; members: string; negated: boolean }>
  | Readonly<{ op: 'any' }>
  | Readonly<{ op: 'run' }>
  | Readonly<{ op: 'fork'; to: readonly number[] }>
  | { op: 'jump'; to: number };

/**
 * Names that match begin with `prefix`, and the program reads what follows it; past its last instruction, and at the end of the name, it has matched.
 * `needs`: the longest row of fixed characters that stands in every such rest, so that most names need no program to be told apart.
 */
export type Glob = Readonly<{ prefix: string; needs: string; program: readonly Instruction[] }>;

/** What is wrong with a glob, with the place; null when nothing is. */
export function globProblem(pattern: string): string | null {
  const reading = readGlob(pattern);
  return 'problem' in reading ? reading.problem : null;
}

/**
 * Whole, case-sensitive tool names: `*` any run, `?` one character, `{a,b}`, `[ab]`, `[a-z]`, `[!a]`, `\` takes the next character as it is; `/` and `.`
 * are ordinary. Throws on what `globProblem` names.
 */
export function parseGlob(pattern: string): Glob {
  const reading = readGlob(pattern);
  if ('problem' in reading) throw new TypeError(`bad glob: ${reading.problem}`);
  return reading;
}

export function compileGlob(pattern: string): (name: string) => boolean {
  const glob = parseGlob(pattern);
  return (name) => matchesGlob(glob, name);
}

/**
 * Follows every way through the program at once. INVARIANT: an instruction is looked at no more than once a place in the name, so no more than
 * (instructions + 1) times (characters + 1) steps are taken; `steps` is told of each.
 */
export function matchesGlob({ prefix, needs, program }: Glob, name: string, steps?: () => void): boolean {
  if (!name.startsWith(prefix) || !name.includes(needs, prefix.length)) return false;
  if (program.length === 0) return name.length === prefix.length;
  if (program.length === 1 && program[0]?.op === 'run') return true;

  const reachedAt = new Int16Array(program.length + 1).fill(-1);
  const reach = (place: number, at: number, reached: number[]): void => {
    if (reachedAt[place] === at) return;
    reachedAt[place] = at;
    steps?.();
    const instruction = program[place];
    if (instruction?.op === 'fork') for (const next of instruction.to) reach(next, at, reached);
    else if (instruction?.op === 'jump') reach(instruction.to, at, reached);
    else reached.push(place);
    if (instruction?.op === 'run') reach(place + 1, at, reached);
  };

  let here: number[] = [];
  reach(0, prefix.length, here);
  for (let at = prefix.length; at < name.length && here.length > 0; at += 1) {
    const char = name.charAt(at);
    const next: number[] = [];
    for (const place of here) {
      const instruction = program[place];
      if (instruction?.op === 'run') reach(place, at + 1, next);
      else if (instruction?.op === 'any' || (instruction?.op === 'set' && instruction.members.includes(char) !== instruction.negated)) reach(place + 1, at + 1, next);
    }
    here = next;
  }
  return here.includes(program.length);
}

function readGlob(pattern: string): Glob | Problem {
  if (pattern.length === 0 || pattern.length > MAX_GLOB_LENGTH) return { problem: `must have 1 to ${MAX_GLOB_LENGTH} characters` };
  if (pattern.startsWith('!')) return problemAt(0, 'a glob cannot be negated; `\\!` is the character itself');

  let prefix = '';
  let needs = '';
  let row = '';
  const program: Instruction[] = [];
  const braces: { at: number; starts: number[]; jumps: { to: number }[] }[] = [];
  let starAt = -2;
  const literal = (char: string): void => {
    if (program.length === 0) prefix += char;
    else program.push({ op: 'set', members: char, negated: false });
    if (program.length === 0 || braces.length > 0) return;
    row += char;
    if (row.length > needs.length) needs = row;
  };
  const notFixed = (instruction: Instruction): void => {
    program.push(instruction);
    row = '';
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    const brace = braces.at(-1);
    switch (char) {
      case '*':
        if (starAt !== at - 1) notFixed({ op: 'run' });
        starAt = at;
        break;
      case '?':
        notFixed({ op: 'any' });
        break;
      case '\\':
        at += 1;
        if (at === pattern.length) return problemAt(at - 1, '`\\` needs a character after it');
        if (!isNameCharacter(pattern.charAt(at))) return foreign(at);
        literal(pattern.charAt(at));
        break;
      case '[': {
        const set = readCharacterSet(pattern, at);
        if ('problem' in set) return set;
        notFixed({ op: 'set', members: set.members, negated: set.negated });
        at = set.end;
        break;
      }
      case '{': {
        const starts = [program.length + 1];
        notFixed({ op: 'fork', to: starts });
        braces.push({ at, starts, jumps: [] });
        break;
      }
      case '}':
        if (!brace) return problemAt(at, '`}` closes nothing; `\\}` is the character itself');
        if (brace.jumps.length === 0) return problemAt(brace.at, 'braces need at least two alternatives, `{a,b}`');
        braces.pop();
        for (const jump of brace.jumps) jump.to = program.length;
        break;
      case ',':
        if (brace) {
          const jump = { op: 'jump' as const, to: -1 };
          program.push(jump);
          brace.jumps.push(jump);
          brace.starts.push(program.length);
        } else literal(char);
        break;
      case '.':
        if (brace && pattern[at + 1] === '.') return problemAt(at, 'ranges in braces are not supported; `\\.` is the character itself');
        literal(char);
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
        literal(char);
    }
  }
  const unclosed = braces.at(-1);
  return unclosed ? problemAt(unclosed.at, '`{` is never closed') : { prefix, needs, program };
}

/** `[ab]`, `[a-z]`, `[!a]`; `start` is the place of the opening bracket, `end` of the closing one. */
function readCharacterSet(pattern: string, start: number): Readonly<{ members: string; negated: boolean; end: number }> | Problem {
  const negated = pattern[start + 1] === '!';
  const first = start + (negated ? 2 : 1);
  let members = '';
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
      members += from;
      continue;
    }
    const dash = at;
    at += 1;
    const to = readMember();
    if (typeof to !== 'string') return to;
    if (from > to) return problemAt(dash, `the range ${from}-${to} is the wrong way round`);
    if (pattern[at] === '-' && pattern[at + 1] !== ']') return problemAt(at, '`-` follows a range; `\\-` is the character itself');
    for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code += 1) members += String.fromCharCode(code);
  }
  if (at >= pattern.length) return problemAt(start, '`[` is never closed');
  if (at === first) return problemAt(start, 'brackets must not be empty');
  return { members, negated, end: at };
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
