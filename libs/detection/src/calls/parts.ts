import { words } from '../tool-reading.ts';

/** One value of a call: the name of its field with `_`, the names above it, and the value; null for an object without content. */
export type Part = Readonly<{ field: string; value: string | number | boolean | null }>;

const MAX_PARTS = 96;
const MAX_DEPTH = 5;
const MAX_TEXT = 300;

/** The first values of a call, in order; longer texts are cut. */
export function partsOf(call: Readonly<Record<string, unknown>>): readonly Part[] {
  const parts: Part[] = [];
  collect(call, '', 0, parts);
  return parts;
}

function collect(value: unknown, field: string, depth: number, parts: Part[]): void {
  if (parts.length >= MAX_PARTS || depth > MAX_DEPTH) return;
  if (typeof value === 'string') parts.push({ field, value: value.slice(0, MAX_TEXT) });
  else if (typeof value === 'number' || typeof value === 'boolean') parts.push({ field, value });
  else if (Array.isArray(value)) for (const item of value.slice(0, MAX_PARTS)) collect(item, field, depth + 1, parts);
  else if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    if (keys.length === 0) parts.push({ field, value: null });
    for (const key of keys.slice(0, MAX_PARTS)) collect((value as Readonly<Record<string, unknown>>)[key], words(key), depth + 1, parts);
  }
}
