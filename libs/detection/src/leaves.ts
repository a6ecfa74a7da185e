import type { Budget } from './budget.ts';
import { pointerToken } from './rewrite.ts';
import { type Leaf, words } from './tool-reading.ts';

/** The API takes no deeper arguments; a bound for whoever calls without it. */
const MAX_DEPTH = 256;
/** A name of a dozen characters says nothing; a longer one may carry what a value may. Names such as `$where` and `__proto__` are read at any length. */
const MAX_SILENT_KEY = 12;

/** Thrown on arguments nested deeper than that. */
class TooDeep extends Error {
  override readonly name = 'TooDeep';
}

/** Calls `onLeaf` with every string, telling key and long number of a JSON value, and with lists of strings as one text. */
export function visitLeaves(value: unknown, budget: Budget, onLeaf: (leaf: Leaf) => void): void {
  visit(value, { path: '', field: '', depth: 0, siblings: undefined, outer: undefined }, budget, onLeaf);
}

type At = Readonly<{ path: string; field: string; depth: number; siblings: Leaf['siblings']; outer: Leaf['outer'] }>;

function visit(value: unknown, at: At, budget: Budget, onLeaf: (leaf: Leaf) => void): void {
  budget.spend(1);
  const { path, field, depth, siblings, outer } = at;
  if (typeof value === 'string') {
    if (value !== '') onLeaf({ text: value, path, field, siblings, outer });
    return;
  }
  // Card and account numbers come as numbers too.
  if (typeof value === 'number' && Math.abs(value) >= 1e8) onLeaf({ text: String(value), path, field, siblings });
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw new TooDeep(`nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    visitList(value as unknown[], at, budget, onLeaf);
    return;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(object)) {
    const { token, name, tells } = keyOf(key);
    const inner = path + token;
    if (tells) onLeaf({ text: key, path: inner, field: '', siblings: undefined, holder: object });
    const item = object[key];
    visit(item, { path: inner, field: name, depth: depth + 1, siblings: object, outer: siblings }, budget, onLeaf);
    const program = typeof item === 'string' ? programBeside(name, object) : noProgram;
    if (program.length > 0) onLeaf({ text: [...program, item].join(' '), path: inner, field: name, siblings: object, outer: siblings, listed: 'words' });
  }
}

/** A key as it stands in a JSON pointer, its words, and whether it says something itself. */
type Key = Readonly<{ token: string; name: string; tells: boolean }>;

const MAX_REMEMBERED = 4_096;
const MAX_REMEMBERED_LENGTH = 128;
/** Keys come back again and again; forgetting changes no answer. */
const remembered = new Map<string, Key>();

function keyOf(key: string): Key {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const read: Key = { token: pointerToken(key), name: words(key), tells: key.length > MAX_SILENT_KEY || key.startsWith('$') || key.startsWith('__') };
  if (key.length > MAX_REMEMBERED_LENGTH) return read;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, read);
  return read;
}

function visitList(list: readonly unknown[], { path, field, depth, siblings, outer }: At, budget: Budget, onLeaf: (leaf: Leaf) => void): void {
  for (const [index, item] of list.entries()) visit(item, { path: `${path}/${index}`, field, depth: depth + 1, siblings, outer }, budget, onLeaf);
  if (typeof list[0] !== 'string' || !list.every((item) => typeof item === 'string' || typeof item === 'number')) return;
  const program = programBeside(field, siblings);
  if (program.length + list.length < 2) return;
  const items = list.map(String);
  const lines = items.some((item) => item.includes('\n'));
  onLeaf({ text: lines ? items.join('') : [...program, ...items.map(asWord)].join(' '), path, field, siblings, outer, listed: lines ? 'lines' : 'words' });
}

const noProgram: readonly string[] = [];
const ARGUMENTS = new Set(['arg', 'argv', 'argument', 'param', 'parameter', 'option'].flatMap((name) => [name, `${name}s`]));

/** What the words of `args` are given to. */
function programBeside(field: string, siblings: Leaf['siblings']): readonly string[] {
  if (!siblings || !ARGUMENTS.has(field)) return noProgram;
  const [, program] = Object.entries(siblings).find(([key, value]) => typeof value === 'string' && /^(?:command|cmd|program|executable|binary|exe)$/.test(words(key))) ?? [];
  return typeof program === 'string' ? [program] : [];
}

/** One word of a command line, quoted where a shell would take it apart. */
const asWord = (word: string): string => (/^[\w./:=@%+,~*?-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
