/** A copy of a JSON value in which the strings and numbers at some JSON pointers are others. Everything else is kept as it is, `__proto__` too. */
export function rewritten(value: unknown, edits: ReadonlyMap<string, string | number>): unknown {
  return edits.size === 0 ? value : rewriteAt(value, '', edits);
}

function rewriteAt(value: unknown, path: string, edits: ReadonlyMap<string, string | number>): unknown {
  if (typeof value === 'string' || typeof value === 'number') return edits.get(path) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as unknown[]).map((item, index) => rewriteAt(item, `${path}/${index}`, edits));
  const copy = {};
  for (const [key, item] of Object.entries(value)) {
    const inner = rewriteAt(item, path + pointerToken(key), edits);
    Object.defineProperty(copy, key, { value: inner, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}

/** `/` and the key, escaped as RFC 6901 wants it. */
export function pointerToken(key: string): string {
  return `/${key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key}`;
}

/** The value that a JSON pointer leads to; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const token of path.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return undefined;
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    at = Object.hasOwn(at, key) ? (at as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return at;
}
