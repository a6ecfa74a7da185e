import type { Budget } from '../budget.ts';
import type { JsonText, Written } from './json-text.ts';
import { unescaped } from './unescape.ts';

const MAX_NAME = 64;
const FIRST = /[A-Za-z_][\w.[\]-]{0,63}=[^=\s]/y;
const MAX_PAIRS = 4_096;

/** Whether a text begins as the body of a form does: `name=…`. Cheap for any other text. */
export function mayBeForm(text: string): boolean {
  const equals = text.indexOf('=');
  if (equals <= 0 || equals > MAX_NAME) return false;
  FIRST.lastIndex = 0;
  return FIRST.test(text);
}

/** Reads `name=value&name=value` as an object, percent and plus signs undone. Undefined: it is something else. */
export function readForm(text: string, budget: Budget): JsonText | undefined {
  budget.spend(2 * text.length);
  if (/[\s"'<>(){};|`]/.test(text)) return undefined;
  const fields: Record<string, unknown> = {};
  const places: Places = new Map([[fields, new Map<string | number, Written>()]]);
  let at = 0;
  const pairs = text.split('&', MAX_PAIRS + 1);
  if (pairs.length > MAX_PAIRS) budget.leaveUnread();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const [name, from] = [pair.slice(0, equals), at + equals + 1];
    at += pair.length + 1;
    if (equals <= 0 || !/^[\w.[\]%+-]{1,128}$/.test(name)) return undefined;
    const { value, written } = valueAt(pair.slice(equals + 1).replaceAll('+', ' '), from);
    keep(fields, name, value, written, places);
  }
  return { values: [fields], strict: false, placeOf: (holder, key) => places.get(holder)?.get(key), placeOfKey: () => undefined };
}

type Places = Map<object, Map<string | number, Written>>;

/** A name that comes twice holds a list of its values, since nobody knows which one counts. */
function keep(fields: Record<string, unknown>, name: string, value: string, written: Written, places: Places): void {
  const own = places.get(fields);
  const before = own?.get(name);
  if (!before) {
    Object.defineProperty(fields, name, { value, enumerable: true, writable: true, configurable: true });
    own?.set(name, written);
    return;
  }
  const earlier = fields[name];
  if (Array.isArray(earlier)) places.get(earlier)?.set(earlier.push(value) - 1, written);
  else {
    const list = [earlier, value];
    Object.defineProperty(fields, name, { value: list, enumerable: true, writable: true, configurable: true });
    places.set(list, new Map([[0, before], [1, written]]));
  }
}

function valueAt(raw: string, from: number): Readonly<{ value: string; written: Written }> {
  const plain = raw.includes('%') ? unescaped(raw) : undefined;
  if (!plain) return { value: raw, written: { begin: (at) => from + at, end: (at) => from + at } };
  const { text, offsets } = plain;
  return { value: text, written: { begin: (at) => from + offsets.begin(at), end: (at) => from + offsets.end(at) } };
}
