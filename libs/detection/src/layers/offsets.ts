/** Where the characters of a rewritten text come from: ascending pairs of places, one to one in between. */
export class Offsets {
  readonly #out: number[] = [0];
  readonly #source: number[] = [0];

  /** The output goes on at `out` with what stands at `source`. */
  mark(out: number, source: number): void {
    this.#out.push(out);
    this.#source.push(source);
  }

  /** Never past where the next mark begins: several characters that came from one escape all lead to it. */
  origin(at: number): number {
    let low = 0;
    let high = this.#out.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#out[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    const source = (this.#source[low] ?? 0) + at - (this.#out[low] ?? 0);
    return Math.min(source, this.#source[low + 1] ?? source);
  }
}
