import type { Budget } from '../budget.ts';
import type { JsonText, Written } from './json-text.ts';
import { unescaped } from './unescape.ts';

const MAX_NAME = 64;
const FIRST = /[A-Za-z_][\w.[\]-]{0,63}=[^=\s]/y;
const MAX_PAIRS = 256;

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
  const places = new Map<string, Written>();
  let at = 0;
  for (const pair of text.split('&', MAX_PAIRS)) {
    const equals = pair.indexOf('=');
    const [name, from] = [pair.slice(0, equals), at + equals + 1];
    at += pair.length + 1;
    if (equals <= 0 || !/^[\w.[\]%+-]{1,128}$/.test(name)) return undefined;
    const { value, written } = valueAt(pair.slice(equals + 1).replaceAll('+', ' '), from);
    Object.defineProperty(fields, name, { value, enumerable: true, writable: true, configurable: true });
    places.set(name, written);
  }
  return { values: [fields], strict: false, placeOf: (holder, key) => (holder === fields ? places.get(String(key)) : undefined), placeOfKey: () => undefined };
}

function valueAt(raw: string, from: number): Readonly<{ value: string; written: Written }> {
  const plain = raw.includes('%') ? unescaped(raw) : undefined;
  if (!plain) return { value: raw, written: { begin: (at) => from + at, end: (at) => from + at } };
  const { text, offsets } = plain;
  return { value: text, written: { begin: (at) => from + offsets.begin(at), end: (at) => from + offsets.end(at) } };
}
