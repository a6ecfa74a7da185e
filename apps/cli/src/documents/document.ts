import { maxDocumentDepth, parseStrictJson, pointer as pointerOf } from '@holdpoint/contracts';
import { type Alias, Composer, type CST, type Document as YamlDocument, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, Parser, type Scalar } from 'yaml';

/** Both start at 1; columns count UTF-16 units. */
export type Place = Readonly<{ line: number; column: number }>;
export type PlacedProblem = Place & Readonly<{ message: string }>;

/** A file as a JSON value. `placeOf`: where the value at a JSON pointer stands, or what is nearest around it; of a map or list that has a name, the name. */
export type Document = Readonly<{ value: unknown; placeOf: (pointer: string) => Place }>;
export type Format = 'json' | 'yaml';

/** What aliases may multiply a document to. */
const MAX_NODES = 500_000;
const MAX_PROBLEMS = 20;
const NUMBER = /^-?[0-9]/;
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * Reads JSON as the gateway does, or YAML 1.2 that says the same as some JSON: no duplicate keys, no tags, no numbers that JSON would not write or a double not hold.
 * INVARIANT: `__proto__` and the like stay own properties.
 */
export function readDocument(text: string, format: Format): Document | Readonly<{ problems: readonly PlacedProblem[] }> {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (format === 'json') {
    const parsed = parseStrictJson(text);
    // The parser below counts lines as it goes; a text that is refused before it gets there has its own count.
    if (!parsed.ok) return { problems: [{ ...placeIn(text, parsed.at), message: about(parsed.problem.path, parsed.because) }] };
    const { places } = read(text, lines);
    return { value: parsed.value, placeOf: placeFinder(places, placeAt) };
  }
  const { value, places, problems } = read(text, lines);
  if (problems.length > 0) return { problems: problems.slice(0, MAX_PROBLEMS).map(({ at, message }) => ({ ...placeAt(at), message })) };
  return { value, placeOf: placeFinder(places, placeAt) };
}

/** Where an offset (UTF-16) into a text stands. */
export function placeIn(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

export const about = (path: string, message: string): string => (path === '' ? message : `${path} ${message}`);

type Problem = Readonly<{ at: number; message: string }>;
type Reading = Readonly<{ value: unknown; places: ReadonlyMap<string, number>; problems: readonly Problem[] }>;

function read(text: string, lines: LineCounter): Reading {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) return refused([{ at: deep, message: `nested deeper than ${maxDocumentDepth} levels` }]);
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: true, strict: true, prettyErrors: false, intAsBigInt: true });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) return refused([{ at: 0, message: 'is empty' }]);
  const found = [...document.errors, ...document.warnings].map(({ message, pos: [at] }) => ({ at, message: sentence(message) }));
  if (second) found.push({ at: second.range[0], message: 'a second document starts here; only one is read' });
  return found.length > 0 ? refused(found) : new Walk(document).whole();
}

const refused = (problems: readonly Problem[]): Reading => ({ value: undefined, places: new Map(), problems });

/** Where tokens are nested too deep, if they are. What composes them recurses, and this does not. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const left: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { token, depth } = next;
    if (depth > maxDocumentDepth + 1) return token.offset;
    const inner = token.type === 'document' ? [token] : 'items' in token ? token.items : [];
    for (const { key, value } of inner as readonly { key?: CST.Token | null; value?: CST.Token }[]) {
      if (key) left.push({ token: key, depth: depth + 1 });
      if (value) left.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}

/** The parser's sentence in the house's form, and in words of who writes the file. */
function sentence(message: string): string {
  if (message.startsWith('Map keys must be unique')) return 'duplicate key';
  if (message.startsWith('Unresolved tag')) return 'tags are not read';
  return `${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\s+/g, ' ')}`;
}

/** `at`: the offset to name for the value. What an alias stands for has no pointer: everything in it is where the alias is. */
type Where = Readonly<{ pointer: string | undefined; depth: number; at: number }>;

const within = ({ pointer, depth }: Where, token: string | number, at: number): Where => ({ pointer: pointer === undefined ? undefined : `${pointer}${pointerOf([token])}`, depth: depth + 1, at });

class Walk {
  private readonly places = new Map<string, number>();
  private readonly problems: Problem[] = [];
  /** Filled as the walk goes, so that an alias finds what stands before it. */
  private readonly anchors = new Map<string, Node>();
  private left = MAX_NODES;

  constructor(private readonly document: YamlDocument.Parsed) {}

  whole(): Reading {
    const root = this.document.contents;
    const value = root === null ? null : this.valueOf(root, { pointer: '', depth: 0, at: root.range[0] });
    return { value, places: this.places, problems: this.problems };
  }

  private valueOf(node: Node | null, where: Where): unknown {
    const { pointer, depth, at } = where;
    this.left -= 1;
    if (this.left < 0 || depth > maxDocumentDepth) return this.refuse(at, this.left < 0 ? `holds more than ${MAX_NODES} values` : `nested deeper than ${maxDocumentDepth} levels`);
    if (pointer !== undefined) this.places.set(pointer, at);
    if (node === null) return null;
    if (isAlias(node)) return this.aliased(node, where);
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) return this.refuse(at, 'tags are not read');
    if (node.anchor !== undefined && this.anchors.get(node.anchor) !== node) {
      if (this.anchors.has(node.anchor)) return this.refuse(at, `\`&${node.anchor}\` names something already`);
      this.anchors.set(node.anchor, node);
    }
    if (isMap(node)) return this.mapOf(node.items as readonly Pair<Node, Node | null>[], where);
    if (isSeq(node)) return (node.items as readonly (Node | null)[]).map((item, index) => this.valueOf(item, within(where, index, startOf(item) ?? at)));
    if (isScalar(node)) return this.scalarOf(node, at);
    return this.refuse(at, 'cannot be read');
  }

  private mapOf(pairs: readonly Pair<Node, Node | null>[], where: Where): unknown {
    const map: Record<string, unknown> = {};
    for (const { key, value } of pairs) {
      const keyAt = startOf(key) ?? where.at;
      const name = nameOf(key);
      if (name === undefined || Object.hasOwn(map, name)) {
        this.refuse(keyAt, name === undefined ? 'a key must be a text' : 'duplicate key');
        continue;
      }
      const at = isScalar(value) || isAlias(value) ? (startOf(value) ?? keyAt) : keyAt;
      // An ordinary assignment to `__proto__` would set something else.
      Object.defineProperty(map, name, { value: this.valueOf(value, within(where, name, at)), enumerable: true, configurable: true, writable: true });
    }
    return map;
  }

  private scalarOf(node: Scalar, at: number): unknown {
    const { value, source = '' } = node;
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return LONE_SURROGATE.test(value) ? this.refuse(at, 'lone surrogate') : value;
    if (typeof value !== 'number' && typeof value !== 'bigint') return this.refuse(at, 'is nothing that JSON could say');
    const number = NUMBER.test(source) ? parseStrictJson(source) : undefined;
    if (number?.ok) return number.value;
    return this.refuse(at, number?.because.startsWith('text after') === false ? number.because : 'a number must be written as in JSON; a text that looks like one goes in quotes');
  }

  private aliased(alias: Alias, { depth, at }: Where): unknown {
    const target = this.anchors.get(alias.source);
    return target === undefined ? this.refuse(at, `nothing is called \`${alias.source}\` before this`) : this.valueOf(target, { pointer: undefined, depth: depth + 1, at });
  }

  /** Null stands where nothing could be read; the problem says that it is not meant. */
  private refuse(at: number, message: string): null {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ at, message });
    return null;
  }
}

/** Of a key as it is written: `7` and `"7"` are one name. */
function nameOf(key: Node): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  const name = typeof key.value === 'string' ? key.value : key.source;
  return name === undefined || LONE_SURROGATE.test(name) ? undefined : name;
}

const startOf = (node: Node | null): number | undefined => node?.range?.[0];

function placeFinder(places: ReadonlyMap<string, number>, placeAt: (offset: number) => Place): Document['placeOf'] {
  return (wanted) => {
    for (let at = wanted; ; at = at.slice(0, at.lastIndexOf('/'))) {
      const offset = places.get(at);
      if (offset !== undefined) return placeAt(offset);
      if (at === '') return { line: 1, column: 1 };
    }
  };
}
