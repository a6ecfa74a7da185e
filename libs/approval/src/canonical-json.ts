/** Deeper values are refused: real arguments are capped far below, and a cycle ends here instead of filling memory. */
export const maxCanonicalDepth = 10_000;

type Container = Readonly<{ keys: readonly string[] | null; values: readonly unknown[]; close: ']' | '}' }>;
type Frame = { readonly container: Container; position: number };

/**
 * The RFC 8785 (JCS) text of a JSON value: keys in UTF-16 code unit order, numbers and strings as ECMAScript writes them, no white space.
 * `__proto__` and `toJSON` are keys like any other.
 * @throws TypeError, with the JSON pointer, for what JSON cannot hold: lone surrogates, non-finite numbers, `undefined`, functions, symbols,
 * bigints, sparse arrays, objects that are not plain, nesting beyond `maxCanonicalDepth`.
 */
export function canonicalJson(value: unknown): string {
  const open: Frame[] = [];
  let current = value;
  let text = '';
  for (;;) {
    const container = containerOf(current, open);
    if (container === null) {
      text += scalarText(current, open);
    } else {
      if (open.length === maxCanonicalDepth) throw new TypeError(`nested deeper than ${maxCanonicalDepth} levels`);
      open.push({ container, position: -1 });
      text += container.keys ? '{' : '[';
    }

    let frame = open.at(-1);
    while (frame !== undefined && frame.position + 1 === frame.container.values.length) {
      text += frame.container.close;
      open.pop();
      frame = open.at(-1);
    }
    if (frame === undefined) return text;

    frame.position += 1;
    if (frame.position > 0) text += ',';
    const key = frame.container.keys?.[frame.position];
    if (key !== undefined) text += `${stringText(key, open)}:`;
    current = frame.container.values[frame.position];
  }
}

/** The same text, or null for what JSON cannot hold. */
export function canonicalJsonOrNull(value: unknown): string | null {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function containerOf(value: unknown, open: readonly Frame[]): Container | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return { keys: null, values: value, close: ']' };

  const prototype: unknown = Object.getPrototypeOf(value);
  // A prototype without a prototype is some realm's Object.prototype; a Date's or a Map's is not.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw notJson('an object that is not plain', open);
  // sort() without a comparer is by UTF-16 code units, which is what the RFC asks for.
  const keys = Object.keys(value).sort();
  const own = value as Readonly<Record<string, unknown>>;
  return { keys, values: keys.map((key) => own[key]), close: '}' };
}

function scalarText(value: unknown, open: readonly Frame[]): string {
  switch (typeof value) {
    case 'string':
      return stringText(value, open);
    case 'number':
      if (!Number.isFinite(value)) throw notJson('a number that is not finite', open);
      return String(value); // also turns -0 into 0
    case 'boolean':
      return String(value);
    case 'object':
      return 'null'; // the only object that is no container
    default:
      throw notJson(`a value of type ${typeof value}`, open);
  }
}

/** Under the `u` flag a surrogate matches only where it stands alone. */
const loneSurrogate = /\p{Surrogate}/u;

function stringText(value: string, open: readonly Frame[]): string {
  if (loneSurrogate.test(value)) throw notJson('a lone surrogate', open);
  return JSON.stringify(value);
}

function notJson(what: string, open: readonly Frame[]): TypeError {
  const path = open.map(({ container, position }) => {
    const step = container.keys === null ? String(position) : (container.keys[position] ?? '');
    return `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  });
  return new TypeError(`${what} at \`${path.join('')}\` has no canonical JSON form`);
}
