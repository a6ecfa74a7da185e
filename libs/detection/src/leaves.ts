import type { Budget } from './budget.ts';
import { type Callee, calleeIn } from './calls/callee.ts';
import type { JsonText, Written } from './layers/json-text.ts';
import { remembering } from './remembering.ts';
import { pointerToken } from './rewrite.ts';
import { type Leaf, words } from './tool-reading.ts';

/** The API takes no deeper arguments; a bound for whoever calls without it. */
const MAX_DEPTH = 256;
/** A name of a dozen characters says nothing; a longer one may carry what a value may. Names such as `$where` and `__proto__` are read at any length. */
const MAX_SILENT_KEY = 12;
/** Fields of an object that its strings are read beside. */
const MAX_BESIDE = 64;

/** Who is told of what stands in a value. */
export type Visitor = Readonly<{
  budget: Budget;
  /** Every string, telling key and long number, and lists of strings as one text. */
  onLeaf: (leaf: Leaf) => void;
  /** A call that stands in the arguments of another. */
  onCall?: (tool: string, given: Fields) => void;
}>;

type Fields = Readonly<Record<string, unknown>>;

/** Visits a JSON value: the arguments of `tool`, or an output. */
export function visitLeaves(value: unknown, tool: string, visitor: Visitor): void {
  visit(value, { path: '', field: '', depth: 0, siblings: undefined, outer: undefined, tool, given: firstFieldsOf(value), json: undefined, written: undefined }, visitor);
}

/** Visits JSON that a string holds, as if it stood there itself. */
export function visitJson(json: JsonText, { path, field, siblings, outer, tool, given, called }: Leaf, visitor: Visitor): void {
  const { values } = json;
  const [first] = values;
  const inner = called === undefined ? undefined : fieldsOf(first);
  if (inner && called !== undefined) visitor.onCall?.(called, inner);
  const givenTo = firstFieldsOf(inner) ?? given;
  for (const [index, value] of values.entries()) {
    visit(value, { path: values.length === 1 ? path : `${path}/${index}`, field, depth: 0, siblings, outer, tool, given: givenTo, json, written: json.placeOf(values, index), called }, visitor);
  }
}

/** `called`: the value is all that this tool is given. */
type At = Readonly<Pick<Leaf, 'path' | 'field' | 'siblings' | 'outer' | 'tool' | 'given' | 'called' | 'written'> & { depth: number; json: JsonText | undefined; /** Of an item of a list: what all items name and give the value of. */ pairs?: Fields | undefined }>;

function visit(value: unknown, at: At, visitor: Visitor): void {
  visitor.budget.spend(1);
  const { path, field, depth, siblings, outer, tool, given, json, written } = at;
  if (typeof value === 'string') {
    if (value !== '') visitor.onLeaf({ text: value, path, field, siblings, outer, tool, given, written, called: at.called });
    return;
  }
  // Card and account numbers come as numbers too.
  if (typeof value === 'number' && Math.abs(value) >= 1e8) visitor.onLeaf({ text: String(value), path, field, siblings, tool, given, written });
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) {
    visitor.budget.leaveUnread();
    return;
  }
  if (Array.isArray(value)) {
    visitList(value as unknown[], at, visitor);
    return;
  }
  const object = value as Fields;
  const keys = Object.keys(object);
  const callee = calleeIn(object, keys, tool);
  if (callee?.given !== undefined) {
    const inner = fieldsOf(object[callee.given]);
    if (inner) visitor.onCall?.(callee.tool, inner);
  }
  const { onLeaf } = visitor;
  const pair = isListed(path) ? pairIn(object, keys) : undefined;
  const beside = firstOf(object, keys);
  for (const key of keys) {
    const { token, name: own, tells } = keyOf(key);
    const name = pair !== undefined && own === 'value' ? pair : own;
    const inner = path + token;
    if (tells) onLeaf({ text: key, path: inner, field: '', siblings: undefined, holder: beside, tool, given, written: json?.placeOfKey(object, key) });
    const item = object[key];
    const place = json?.placeOf(object, key);
    if (typeof item === 'object' || typeof item === 'string' || typeof item === 'number') {
      const step: At = { path: inner, field: name, depth: depth + 1, siblings: beside, outer: siblings, tool, given, json, written: place, called: undefined };
      const named = name === own || at.pairs === undefined ? step : { ...step, siblings: at.pairs, outer: beside };
      visit(item, callee ? within(named, callee, key, beside) : named, visitor);
    }
    const program = typeof item === 'string' ? programBeside(name, beside) : noProgram;
    if (program.length > 0) onLeaf({ text: [...program, item].join(' '), path: inner, field: name, siblings: beside, outer: siblings, tool, given, listed: 'words', program: program[0], ahead: program.join(' ').length + 1, written: place && asOne(place, String(item).length) });
  }
}

/** A key as it stands in a JSON pointer, its words, and whether it says something itself. */
type Key = Readonly<{ token: string; name: string; tells: boolean }>;

const MAX_REMEMBERED = 4_096;
const MAX_REMEMBERED_LENGTH = 128;
/** Keys come back again and again. */
const keyOf = remembering(MAX_REMEMBERED, MAX_REMEMBERED_LENGTH, (key): Key => ({ token: pointerToken(key), name: words(key), tells: key.length > MAX_SILENT_KEY || key.startsWith('$') || key.startsWith('__') }));

/** Whether a pointer leads to an item of a list. */
const isListed = (path: string): boolean => path.charCodeAt(path.length - 1) <= 57 && /\/\d+$/.test(path);

/** What an item of a list names that it gives the value of: `{name: "command", value: "ls"}`. */
function pairIn(object: Fields, keys: readonly string[]): string | undefined {
  if (keys.length > MAX_PAIR || typeof object['value'] !== 'string') return undefined;
  for (const key of ['name', 'key', 'field', 'parameter', 'param']) {
    const name = object[key];
    if (typeof name === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(name)) return words(name);
  }
  return undefined;
}
const MAX_PAIR = 6;
const MAX_PAIRS = 32;

/** All that the items of a list name, as one object; undefined if one of them names nothing. */
function pairsIn(list: readonly unknown[]): Fields | undefined {
  if (list.length < 2 || list.length > MAX_PAIRS) return undefined;
  const pairs: [string, unknown][] = [];
  for (const item of list) {
    const object = fieldsOf(item);
    const name = object && pairIn(object, Object.keys(object));
    if (object === undefined || name === undefined) return undefined;
    pairs.push([name, object['value']]);
  }
  return Object.fromEntries(pairs);
}

/** How a part of an object is read that makes a call. */
function within(step: At, { tool, given }: Callee, key: string, object: Fields): At {
  if (given === undefined) return { ...step, tool, given: object };
  return given === key ? { ...step, tool, given: firstFieldsOf(object[key]) ?? object, called: tool } : step;
}

function visitList(list: readonly unknown[], at: At, visitor: Visitor): void {
  const { path, field, depth, siblings, outer, tool, given, json, written } = at;
  const pairs = pairsIn(list);
  for (const [index, item] of list.entries()) visit(item, { path: `${path}/${index}`, field, depth: depth + 1, siblings, outer, tool, given, json, written: json?.placeOf(list, index), pairs }, visitor);
  if (typeof list[0] !== 'string' || !list.every((item) => typeof item === 'string' || typeof item === 'number')) return;
  const program = programBeside(field, siblings);
  if (program.length + list.length < 2) return;
  const items = list.map(String);
  const lines = items.some((item) => item.includes('\n'));
  visitor.onLeaf({ text: lines ? items.join('') : [...program, ...items.map(asWord)].join(' '), path, field, siblings, outer, tool, given, listed: lines ? 'lines' : 'words', program: program[0], written });
}

const fieldsOf = (value: unknown): Fields | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined);

/** An object, or its first fields: a hundred thousand would else be gone through again for each string among them. */
const firstOf = (object: Fields, keys: readonly string[]): Fields => (keys.length <= MAX_BESIDE ? object : Object.fromEntries(keys.slice(0, MAX_BESIDE).map((key) => [key, object[key]])));

function firstFieldsOf(value: unknown): Fields | undefined {
  const fields = fieldsOf(value);
  return fields && firstOf(fields, Object.keys(fields));
}

/** Of words that were put together the whole stands there. */
const asOne = ({ begin, end }: Written, length: number): Written => ({ begin: () => begin(0), end: () => end(length) });

const noProgram: readonly string[] = [];
const ARGUMENTS = new Set(['arg', 'argv', 'argument', 'param', 'parameter', 'option'].flatMap((name) => [name, `${name}s`]));
const PROGRAM = /^(?:command|cmd|program|executable|binary|bin|exe|exec|entrypoint)$/;
/** Names of anything: of a program where it looks like one. */
const MAYBE_PROGRAM = /^(?:name|file|path)$/;
const LIKE_A_PROGRAM = /^(?:[\w./\\:-]*[/\\])?[a-z][\w+-]{0,30}(?:\d(?:\.\d+)?|\.exe)?$/;

/** What the words of `args` are given to. */
function programBeside(field: string, siblings: Leaf['siblings']): readonly string[] {
  if (!siblings || !ARGUMENTS.has(field)) return noProgram;
  let maybe: string | undefined;
  for (const [key, value] of Object.entries(siblings)) {
    if (typeof value !== 'string') continue;
    const name = words(key);
    if (PROGRAM.test(name)) return [value];
    if (maybe === undefined && MAYBE_PROGRAM.test(name) && LIKE_A_PROGRAM.test(value)) maybe = value;
  }
  return maybe === undefined ? noProgram : [maybe];
}

/** One word of a command line, quoted where a shell would take it apart. */
const asWord = (word: string): string => (/^[\w./:=@%+,~*?-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
