import { isJsonObject } from '../json.ts';
import { appendToken } from '../json-pointer.ts';
import { isLongerThan, MAX_TEXT_BYTES } from './pattern.ts';
import { searchableForms } from './searchable-forms.ts';
import { textTooLong, type Unjudgeable } from './unjudgeable.ts';

/** Deeper arguments than the API takes; a bound for whoever calls without it. */
const MAX_DEPTH = 128;

/** Every text a pattern is searched in, and how many characters they have together. */
export type ArgumentTexts = Readonly<{ texts: ReadonlySet<string>; length: number }>;

/** Every string leaf and key and the compact JSON, raw and normalised. Nothing is cut: a text over the cap cannot be judged. */
export function argumentTexts(document: unknown): ArgumentTexts | Unjudgeable {
  const texts = new Set<string>();

  const add = (text: string, pointer: string): Unjudgeable | null => {
    if (isLongerThan(MAX_TEXT_BYTES, text)) return textTooLong(pointer);
    for (const form of searchableForms(text)) texts.add(form);
    return null;
  };
  const visit = (value: unknown, pointer: string, depth: number): Unjudgeable | null => {
    if (typeof value === 'string') return add(value, pointer);
    if (typeof value !== 'object' || value === null) return null;
    if (depth === MAX_DEPTH) return { because: `the arguments are nested deeper than ${MAX_DEPTH} levels` };
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        const obstacle = visit(item, appendToken(pointer, index), depth + 1);
        if (obstacle) return obstacle;
      }
      return null;
    }
    if (!isJsonObject(value)) return null;
    for (const key of Object.keys(value)) {
      const inner = appendToken(pointer, key);
      const obstacle = add(key, inner) ?? visit(value[key], inner, depth + 1);
      if (obstacle) return obstacle;
    }
    return null;
  };

  const obstacle = visit(document, '', 0);
  if (obstacle) return obstacle;
  // After the walk, so that no document is too deep to be written down.
  for (const form of searchableForms(compactJson(document))) texts.add(form);
  let length = 0;
  for (const text of texts) length += text.length;
  return { texts, length };
}

/** `undefined` is no JSON and has no text. */
function compactJson(document: unknown): string {
  return document === undefined ? '' : JSON.stringify(document);
}
