import { codesOf } from './codes.ts';

/** Finds runs of certain ASCII characters that are long enough. It looks at every n-th character of a text only, n being that length, and around it where it may be a run's: no run can slip between. */
export class Runs {
  /** By code: 1 for what a run may hold. For every code: asking whether it is ASCII costs more. */
  readonly #members = new Uint8Array(65_536);
  readonly #shortest: number;

  constructor(characters: string, shortest: number) {
    for (let at = 0; at < characters.length; at += 1) this.#members[characters.charCodeAt(at)] = 1;
    this.#shortest = shortest;
  }

  /** Calls `onRun` with the beginning and the end of each run; goes on where it says: behind the run, or farther. */
  each(text: string, onRun: (start: number, end: number) => number): void {
    let start = this.next(text, 0);
    while (start >= 0) {
      const end = this.end(text, start);
      start = this.next(text, onRun(start, end));
    }
  }

  /** Where the first run begins of what stands at `from` and behind it; -1 if there is none. */
  next(text: string, from: number): number {
    const codes = codesOf(text);
    const members = this.#members;
    const { length } = text;
    const shortest = this.#shortest;
    for (let at = from + shortest - 1; at < length; at += shortest) {
      if (members[codes[at] ?? 0] === 0) continue;
      let start = at;
      while (start > from && members[codes[start - 1] ?? 0] === 1) start -= 1;
      while (at + 1 < length && members[codes[at + 1] ?? 0] === 1) at += 1;
      if (at + 1 - start >= shortest) return start;
    }
    return -1;
  }

  /** Where the run that begins at `start` ends. */
  end(text: string, start: number): number {
    const codes = codesOf(text);
    const members = this.#members;
    const { length } = text;
    let end = start;
    while (end < length && members[codes[end] ?? 0] === 1) end += 1;
    return end;
  }

  /** Whether a run may hold the character with this code. */
  has(code: number): boolean {
    return this.#members[code] === 1;
  }
}

export const DIGITS = '0123456789';
export const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const LETTERS_AND_DIGITS = `${CAPITALS}${CAPITALS.toLowerCase()}${DIGITS}`;
