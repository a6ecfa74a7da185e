import { isJsonObject } from '../json.ts';
import { quoted } from '../quoted.ts';

/**
 * A JSON value, fit to stand in a sentence: numbers, `true`, `false` and `null` as they are, anything else as compact JSON in backticks, of which at
 * most `max` characters. A text keeps its quotation marks, so that `"5"` is not taken for 5.
 */
export function shown(value: unknown, max = 80): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  return quoted(excerpt(value, max), max);
}

/** Of a list somewhat more is shown than of a single value. */
export const shownList = (values: readonly unknown[]): string => shown(values, 160);

/** INVARIANT: where something is left out, the text is longer than `room`, so that whoever cuts it there says so; no value is too deep to be shown. */
function excerpt(value: unknown, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, Math.max(0, room)));
  if (Array.isArray(value)) return enclosed('[', value, (item, left) => excerpt(item, left), ']', room);
  if (!isJsonObject(value)) return String(value);
  return enclosed('{', Object.keys(value), (key, left) => entry(key, value[key], left), '}', room);
}

function entry(key: string, value: unknown, room: number): string {
  const start = `${excerpt(key, room)}:`;
  return start.length > room ? start : start + excerpt(value, room - start.length);
}

function enclosed<T>(open: string, items: readonly T[], write: (item: T, room: number) => string, close: string, room: number): string {
  let text = open;
  for (const [place, item] of items.entries()) {
    if (text.length > room) return text;
    text += (place === 0 ? '' : ',') + write(item, room - text.length);
  }
  return text + close;
}
