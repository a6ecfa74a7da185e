import { appendToken } from '../json-pointer.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { quoted } from '../quoted.ts';

/** `path` is a JSON pointer into the draft; `message` completes "the value there …" or names the field. */
export type Problem = Readonly<{ path: string; message: string }>;

/** What a value must be; the message when it is not. */
export type Rule = (value: unknown, path: string, problems: Problems) => void;

const MAX_PROBLEMS = 100;
const NUL_OR_LONE_SURROGATE = /[\0\p{Cs}]/u;

export class Problems {
  private readonly found: Problem[] = [];

  /** Beyond the first hundred nothing is kept: a hostile draft does not decide how long the answer is. */
  add(path: string, message: string): void {
    if (this.found.length < MAX_PROBLEMS) this.found.push({ path, message });
  }

  list(): readonly Problem[] {
    return this.found;
  }
}

/** What a rule says of a value, alone. */
export function problemsOf(rule: Rule, value: unknown, path: string): readonly Problem[] {
  const problems = new Problems();
  rule(value, path, problems);
  return problems.list();
}

type Fields = Readonly<Record<string, Rule>>;

/** An object of the named fields, every one of them optional; fields in `refused` say why they are not known. Absent and `undefined` are the same. */
export function fields(known: Fields, refused: Readonly<Record<string, string>> = {}): Rule {
  return (value, path, problems) => {
    if (!isJsonObject(value)) {
      problems.add(path, 'must be an object');
      return;
    }
    for (const key of Object.keys(value)) {
      const inner = appendToken(path, key.length > 200 ? `${key.slice(0, 200)}…` : key);
      const rule = own(known, key);
      if (rule === undefined) problems.add(inner, `unknown field ${quoted(key)}${suffix(own(refused, key))}`);
      else if (value[key] !== undefined) rule(value[key], inner, problems);
    }
  };
}

export function text({ min, max }: Readonly<{ min: number; max: number }>): Rule {
  return (value, path, problems) => {
    if (typeof value !== 'string') problems.add(path, 'must be a string');
    else if (value.length < min || value.length > max) problems.add(path, `must have ${min} to ${max} characters`);
    else if (!isStorable(value)) problems.add(path, 'must not contain NUL or half a surrogate pair');
  };
}

/** A text with a grammar of its own: `problemOf` says what is wrong with it. */
export function grammar(problemOf: (source: string) => string | null): Rule {
  return (value, path, problems) => {
    if (typeof value !== 'string') {
      problems.add(path, 'must be a string');
      return;
    }
    const problem = isStorable(value) ? problemOf(value) : 'must not contain NUL or half a surrogate pair';
    if (problem !== null) problems.add(path, problem);
  };
}

export function oneOf(allowed: readonly string[], refused: Readonly<Record<string, string>> = {}): Rule {
  return (value, path, problems) => {
    if (typeof value === 'string' && allowed.includes(value)) return;
    const reason = typeof value === 'string' ? own(refused, value) : undefined;
    problems.add(path, reason === undefined ? `must be one of ${allowed.join(', ')}` : `${quoted(String(value))}${suffix(reason)}`);
  };
}

export function satisfies(holds: (value: unknown) => boolean, message: string): Rule {
  return (value, path, problems) => {
    if (!holds(value)) problems.add(path, message);
  };
}

export function listOf(item: Rule, { max }: Readonly<{ max: number }>): Rule {
  return (value, path, problems) => {
    if (!Array.isArray(value)) problems.add(path, 'must be a list');
    else if (value.length === 0 || value.length > max) problems.add(path, `must have 1 to ${max} entries`);
    else for (const [index, one] of value.entries()) item(one, appendToken(path, index), problems);
  };
}

/** Postgres keeps no NUL in text and neither it nor UTF-8 keeps half a surrogate pair. */
export function isStorable(value: string): boolean {
  return !NUL_OR_LONE_SURROGATE.test(value);
}

export function requireFields(names: readonly string[], draft: JsonObject, problems: Problems, path = ''): void {
  for (const name of names) if (!Object.hasOwn(draft, name) || draft[name] === undefined) problems.add(appendToken(path, name), 'is required');
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function suffix(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}
