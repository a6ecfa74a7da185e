/** Bits of a character's class, and so of a third of a key. */
const BITS = 6;
const KEYS = 1 << (3 * BITS);

/**
 * Finds every occurrence of many literals in one pass, without regard to ASCII case. Each literal is filed under the rarest three characters in a
 * row that it holds; a text is read three characters at a time, and only where something is filed under them are literals compared.
 * In text that holds none of them this costs about a nanosecond a character, however many literals there are.
 */
export class Literals {
  /** Key of three characters -> number of a drawer; 0: none. */
  readonly #drawers = new Uint16Array(KEYS);
  /** Drawer -> what is filed there: literal, and how far into it the three characters stand. */
  readonly #filed: Filed[][] = [[]];

  /** `literals`: lower-case, not empty. Throws a TypeError on others. */
  constructor(literals: readonly string[]) {
    for (const [literal, text] of literals.entries()) {
      if (text === '' || text !== asciiLowerCase(text)) throw new TypeError(`a literal must be lower-case and not empty, not \`${text}\``);
      const offset = rarestIn(text);
      for (const key of keysAt(text, offset)) this.#file(key, { literal, text, offset });
    }
  }

  /** Calls `onHit` with a literal's number and where it begins. `wanted`: by literal, 0 for those that are not looked for. */
  search(text: string, onHit: (literal: number, at: number) => void, wanted?: Uint8Array): void {
    const drawers = this.#drawers;
    let key = (classOf(text.charCodeAt(0)) << BITS) | classOf(text.charCodeAt(1));
    for (let at = 0; at < text.length; at += 1) {
      key = ((key << BITS) | (at + 2 < text.length ? classOf(text.charCodeAt(at + 2)) : 0)) & (KEYS - 1);
      const drawer = drawers[key];
      if (drawer !== undefined && drawer !== 0) this.#compare(drawer, text, at, onHit, wanted);
    }
  }

  #compare(drawer: number, text: string, at: number, onHit: (literal: number, at: number) => void, wanted: Uint8Array | undefined): void {
    for (const { literal, text: sought, offset } of this.#filed[drawer] ?? []) {
      const from = at - offset;
      if (wanted?.[literal] === 0) continue;
      if (from >= 0 && standsAt(text, from, sought)) onHit(literal, from);
    }
  }

  #file(key: number, filed: Filed): void {
    const drawer = this.#drawers[key] ?? 0;
    if (drawer !== 0) {
      this.#filed[drawer]?.push(filed);
      return;
    }
    this.#drawers[key] = this.#filed.length;
    this.#filed.push([filed]);
  }
}

type Filed = Readonly<{ literal: number; text: string; offset: number }>;

/** A class of its own for every letter, digit and most marks; what lies beyond ASCII is spread over all of them. 0 stands for the end of the text too. */
const CLASSES = Uint8Array.from({ length: 128 }, (_class, code) => {
  const character = String.fromCharCode(code).toLowerCase();
  return 'abcdefghijklmnopqrstuvwxyz0123456789 \n./-_=()"\';:,<>${}[]\\&|%@#'.indexOf(character) + 1;
});

function classOf(code: number): number {
  return code < 128 ? (CLASSES[code] ?? 0) : code % 63;
}

/** Of a thousand characters of prose and code, how many are of this class, roughly; the rest counts as rare. */
const FREQUENT: Readonly<Record<string, number>> = {
  ' ': 160, e: 90, t: 65, a: 60, o: 58, i: 55, n: 55, s: 50, r: 50, h: 30, l: 32, d: 28, c: 25, u: 22, m: 18, p: 18, f: 15, g: 13, y: 11, b: 11, w: 9, v: 7, k: 5,
  '.': 12, ',': 9, '-': 8, '/': 8, '(': 6, ')': 6, ':': 6, '"': 8, "'": 6, '=': 6, '\n': 18, _: 6, ';': 5, '<': 4, '>': 4, '{': 4, '}': 4, '0': 6, '1': 6, '2': 5,
};
const frequencyOf = (character: string): number => FREQUENT[character] ?? 2;

/** Where the three characters in a row begin that are expected least often. */
function rarestIn(text: string): number {
  let rarest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at + 3 <= text.length; at += 1) {
    const expected = [...text.slice(at, at + 3)].reduce((product, character) => product * frequencyOf(character), 1);
    if (expected >= least) continue;
    least = expected;
    rarest = at;
  }
  return rarest;
}

/** The keys under which a literal must be filed: one, or, for a shorter one, one for each class that may follow. */
function keysAt(text: string, offset: number): readonly number[] {
  const classes = Array.from({ length: Math.min(3, text.length - offset) }, (_class, place) => classOf(text.charCodeAt(offset + place)));
  let keys = [0];
  for (let place = 0; place < 3; place += 1) {
    const own = classes[place];
    const here = own === undefined ? Array.from({ length: 1 << BITS }, (_class, number) => number) : [own];
    keys = keys.flatMap((key) => here.map((one) => (key << BITS) | one));
  }
  return keys;
}

function standsAt(text: string, from: number, literal: string): boolean {
  if (from + literal.length > text.length) return false;
  for (let at = 0; at < literal.length; at += 1) {
    const code = text.charCodeAt(from + at);
    const wanted = literal.charCodeAt(at);
    if (code !== wanted && !(code >= 65 && code <= 90 && code + 32 === wanted)) return false;
  }
  return true;
}

const asciiLowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
