/** Where the characters of a rewritten text come from: ascending pairs of places. Between two pairs it is one to one, or one escape became something else. */
export class Offsets {
  readonly #out: number[] = [0];
  readonly #source: number[] = [0];

  /** The output goes on at `out` with what stands at `source`. */
  mark(out: number, source: number): void {
    this.#out.push(out);
    this.#source.push(source);
  }

  /** Where the character at `at` begins: for all that came from one escape, where that begins. */
  begin(at: number): number {
    const pair = this.#lastUpTo(at);
    return (this.#source[pair] ?? 0) + (this.#isEscape(pair) ? 0 : at - (this.#out[pair] ?? 0));
  }

  /** Where the character before `at` ends: for all that came from one escape, where that ends. */
  end(at: number): number {
    if (at <= 0) return 0;
    const pair = this.#lastUpTo(at - 1);
    return this.#isEscape(pair) ? (this.#source[pair + 1] ?? 0) : (this.#source[pair] ?? 0) + at - (this.#out[pair] ?? 0);
  }

  #lastUpTo(at: number): number {
    let low = 0;
    let high = this.#out.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#out[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #isEscape(pair: number): boolean {
    const [out, source] = [this.#out[pair + 1], this.#source[pair + 1]];
    return out !== undefined && source !== undefined && out - (this.#out[pair] ?? 0) !== source - (this.#source[pair] ?? 0);
  }
}
