/**
 * Finds every occurrence of many literals in one pass (Aho and Corasick, "Efficient string matching", CACM 18 (6), 1975),
 * without regard to ASCII case.
 */
export class Literals {
  /** Character code -> column; 0: in no literal. */
  readonly #columns: Uint8Array;
  readonly #width: number;
  /** State times width plus column -> state times width. */
  readonly #next: Int32Array;
  /** State -> first place in `#found`, or -1. */
  readonly #firstFound: Int32Array;
  /** Runs of literal numbers, each ended by -1. */
  readonly #found: Int32Array;
  readonly #lengths: Int32Array;

  /** `literals`: distinct, lower-case, not empty. Throws a TypeError on more than 255 different characters. */
  constructor(literals: readonly string[]) {
    const characters = [...new Set(literals.join(''))];
    if (characters.some((character) => character.length !== 1)) throw new TypeError('literals hold characters of the basic plane only');
    if (characters.length > 254) throw new TypeError('the literals have too many different characters');
    this.#columns = new Uint8Array(65_536);
    for (const [index, character] of characters.entries()) {
      this.#columns[character.charCodeAt(0)] = index + 1;
      const upper = character.toUpperCase();
      if (/^[a-z]$/.test(character)) this.#columns[upper.charCodeAt(0)] = index + 1;
    }
    this.#width = characters.length + 1;
    this.#lengths = Int32Array.from(literals, ({ length }) => length);
    const { next, ends } = this.#trie(literals);
    const links = this.#link(next, ends);
    this.#next = Int32Array.from(next, (state) => state * this.#width);
    this.#firstFound = links.firstFound;
    this.#found = links.found;
  }

  /** Calls `onHit` with a literal's number and where it begins, ordered by where literals end. */
  search(text: string, onHit: (literal: number, at: number) => void): void {
    const columns = this.#columns;
    const next = this.#next;
    const firstFound = this.#firstFound;
    const width = this.#width;
    let state = 0;
    for (let at = 0; at < text.length; at += 1) {
      state = next[state + (columns[text.charCodeAt(at)] ?? 0)] ?? 0;
      if (state === 0) continue;
      const found = firstFound[state / width] ?? -1;
      if (found >= 0) this.#tell(found, at + 1, onHit);
    }
  }

  #tell(found: number, end: number, onHit: (literal: number, at: number) => void): void {
    for (let place = found; ; place += 1) {
      const literal = this.#found[place] ?? -1;
      if (literal < 0) return;
      onHit(literal, end - (this.#lengths[literal] ?? 0));
    }
  }

  #trie(literals: readonly string[]): { next: number[]; ends: number[][] } {
    const width = this.#width;
    const next: number[] = new Array<number>(width).fill(0);
    const ends: number[][] = [[]];
    for (const [number, literal] of literals.entries()) {
      let state = 0;
      for (let at = 0; at < literal.length; at += 1) {
        const edge = state * width + (this.#columns[literal.charCodeAt(at)] ?? 0);
        if (!next[edge]) {
          next[edge] = ends.length;
          ends.push([]);
          for (let column = 0; column < width; column += 1) next.push(0);
        }
        state = next[edge] ?? 0;
      }
      ends[state]?.push(number);
    }
    return { next, ends };
  }

  /** Turns the trie into an automaton, breadth first: a missing edge leads where the longest proper suffix leads. */
  #link(next: number[], ends: readonly number[][]): { firstFound: Int32Array; found: Int32Array } {
    const width = this.#width;
    const suffix = new Int32Array(ends.length);
    const all: number[][] = ends.map((own) => [...own]);
    const queue = next.slice(0, width).filter((state) => state !== 0);
    for (let head = 0; head < queue.length; head += 1) {
      const state = queue[head] ?? 0;
      const shorter = suffix[state] ?? 0;
      all[state]?.push(...(all[shorter] ?? []));
      for (let column = 0; column < width; column += 1) {
        const edge = state * width + column;
        const target = next[edge] ?? 0;
        const fallback = next[shorter * width + column] ?? 0;
        if (target === 0) {
          next[edge] = fallback;
          continue;
        }
        suffix[target] = fallback;
        queue.push(target);
      }
    }
    const firstFound = new Int32Array(ends.length).fill(-1);
    const found: number[] = [];
    for (const [state, literals] of all.entries()) {
      if (literals.length === 0) continue;
      firstFound[state] = found.length;
      found.push(...literals, -1);
    }
    return { firstFound, found: Int32Array.from(found) };
  }
}
