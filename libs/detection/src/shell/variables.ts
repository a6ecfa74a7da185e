import type { Budget } from '../budget.ts';

const MAX_VARIABLES = 256;
const MAX_VALUE = 4_096;
/** Where a slice of a variable that every system has gives one certain character. */
const CERTAIN: Readonly<Record<string, string | undefined>> = { __proto__: null as never, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/', PWD: '/', OLDPWD: '/', SHELL: '/bin/bash', BASH: '/bin/bash' };

/** Constant variables of a script, and how much may still be written out: INVARIANT: what expansions add stays within a few times the script. */
export class Variables {
  readonly #values = new Map<string, string>();
  readonly #budget: Budget;
  #allowance: number;

  constructor(budget: Budget, characters: number) {
    this.#budget = budget;
    this.#allowance = 4_096 + 2 * characters;
  }

  /** Whether so many characters may be added. */
  allows(characters: number): boolean {
    if (characters > this.#allowance) return false;
    this.#allowance -= characters;
    this.#budget.spend(characters);
    return true;
  }

  assign(text: string, dynamic: boolean): void {
    const equals = text.indexOf('=');
    const appended = text.charAt(equals - 1) === '+';
    const name = text.slice(0, appended ? equals - 1 : equals);
    const value = text.slice(equals + 1);
    const before = appended ? (this.#values.get(name) ?? '') : '';
    if (dynamic || before.length + value.length > MAX_VALUE || (this.#values.size >= MAX_VARIABLES && !this.#values.has(name))) this.#values.delete(name);
    else this.#values.set(name, before + value);
  }

  /** The value of what stands between `${` and `}`; undefined where it cannot be told. */
  expand(inside: string): string | undefined {
    const value = this.#expanded(inside);
    return value !== undefined && this.allows(value.length) ? value : undefined;
  }

  #expanded(inside: string): string | undefined {
    if (inside.length > 256) return undefined;
    if (inside.startsWith('#') && inside.length > 1) return this.#values.get(inside.slice(1))?.length.toString();
    const [, name, operation] = /^([A-Za-z_][A-Za-z0-9_]*)([^]*)$/.exec(inside) ?? [];
    if (name === undefined || operation === undefined) return undefined;
    const known = this.#values.get(name);
    if (operation === '') return known ?? (name === 'SHELL' || name === 'BASH' ? CERTAIN[name] : undefined);
    const value = known ?? CERTAIN[name];
    if (value === undefined) return undefined;
    const slice = /^:\s*\(?\s*(-?\d{1,6})\s*\)?(?::\s*(-?\d{1,6}))?$/.exec(operation);
    if (slice) return sliced(value, Number(slice[1]), slice[2] === undefined ? undefined : Number(slice[2]), known === undefined);
    const first = operation.charAt(0);
    const rest = operation.replace(/^[#%/^,@:]+/, '');
    if (known === undefined) return (first === '%' || first === '#') && /^(?:%%u\*|%%\[\^\/\]\*|%\*.*|%%\?\*)$/.test(operation) ? '/' : undefined;
    if (first === '/') {
      const [pattern = '', replacement = ''] = rest.split('/');
      return /[*?[]/.test(pattern) || pattern === '' ? undefined : operation.startsWith('//') ? value.split(pattern).join(replacement) : value.replace(pattern, () => replacement);
    }
    if (first === '#' && !/[*?[]/.test(rest)) return value.startsWith(rest) ? value.slice(rest.length) : value;
    if (first === '%' && !/[*?[]/.test(rest)) return value.endsWith(rest) ? value.slice(0, value.length - rest.length) : value;
    if (operation === ',,' || operation === '@L') return value.toLowerCase();
    if (operation === '^^' || operation === '@U') return value.toUpperCase();
    if (/^:?[-=]/.test(operation)) return value;
    return undefined;
  }
}

function sliced(value: string, from: number, length: number | undefined, uncertain: boolean): string | undefined {
  if (uncertain && !(from === 0 && length === 1) && !value.startsWith('/usr')) return undefined;
  const start = from < 0 ? Math.max(0, value.length + from) : from;
  return length === undefined ? value.slice(start) : value.slice(start, length < 0 ? value.length + length : start + length);
}

/** Parameters that are empty where a text is no script with arguments: inside a word they only hide it. */
export const isFiller = (name: string): boolean => /^[@*1-9!?-]$/.test(name);
export const isSeparator = (inside: string): boolean => inside === 'IFS' || /^IFS[:%#]/.test(inside);
