import { isJsonObject } from './json.ts';

/** An array of one value, or `[]` where the pointer leads nowhere: `null` and `undefined` stay values. */
export type Found = readonly [] | readonly [unknown];
const NOTHING: Found = [];

/** What is wrong with an RFC 6901 pointer, with the place; null when nothing is. */
export function pointerProblem(pointer: string): string | null {
  if (pointer !== '' && !pointer.startsWith('/')) return 'a JSON pointer is empty or starts with `/`';
  const badEscape = /~(?![01])/.exec(pointer);
  return badEscape ? `\`~\` must be followed by 0 or 1, at character ${badEscape.index + 1}` : null;
}

export function pointerTokens(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function appendToken(pointer: string, token: string | number): string {
  const text = String(token);
  return `${pointer}/${/[~/]/.test(text) ? text.replaceAll('~', '~0').replaceAll('/', '~1') : text}`;
}

/** INVARIANT: own keys only, so that `__proto__` or `constructor` finds data or nothing. */
export function valueAt(document: unknown, tokens: readonly string[]): Found {
  let value = document;
  for (const token of tokens) {
    if (Array.isArray(value)) {
      if (!/^(?:0|[1-9]\d{0,9})$/.test(token) || Number(token) >= value.length) return NOTHING;
      value = value[Number(token)] as unknown;
    } else if (isJsonObject(value) && Object.hasOwn(value, token)) {
      value = value[token];
    } else {
      return NOTHING;
    }
  }
  return [value];
}
