import type { KnownWords, Sightings } from './known-words.ts';
import type { Phrase } from './phrase.ts';
import { costOf } from './word-costs.ts';

/** What stands behind the rarest word of a phrase (`step` 1) or before it (-1): a word of the class, within so many words. */
type Beside = Readonly<{ wordClass: number; step: 1 | -1; within: number }>;
/** Known words without a blank between them that may stand inside a phrase: parts of an address. */
const MOST_UNPARTED = 64;

/**
 * Tells, before a text is cut into words, where a phrase could stand: it has the phrase's words in their order, near enough.
 * INVARIANT: what `Phrasebook` finds in a text it finds where the gate opens, but for phrases around an address of more than `MOST_UNPARTED` known words.
 */
export class Gate {
  /** Word -> the phrases of whose rarest step it is, each as what stands beside it, the rarest first. */
  readonly #byRarest: (readonly Beside[])[][];
  readonly #classes = new Map<string, number>();
  readonly #members: (readonly number[])[] = [];
  /** One bit for each class and word: whether the class has the word. */
  readonly #has: Int32Array;
  readonly #stride: number;

  /** Files the phrases' words in `words`, which has all others already. */
  constructor(phrases: readonly Phrase[], words: KnownWords) {
    const read = phrases.map((phrase) => this.#read(phrase, words));
    this.#byRarest = Array.from({ length: words.size }, () => []);
    for (const { rarest, besides } of read) for (const word of this.#members[rarest] ?? []) this.#byRarest[word]?.push(besides);
    this.#stride = (words.size + 31) >> 5;
    this.#has = new Int32Array(this.#stride * this.#members.length);
    for (const [wordClass, members] of this.#members.entries()) {
      for (const word of members) {
        const cell = wordClass * this.#stride + (word >> 5);
        this.#has[cell] = (this.#has[cell] ?? 0) | (1 << (word & 31));
      }
    }
  }

  #read({ steps }: Phrase, words: KnownWords): { rarest: number; besides: readonly Beside[] } {
    // Addresses, amounts and the like are no known words: their steps are taken for there.
    let from = 0;
    const known = steps.filter(({ not }) => !not).map((step) => ({ words: step.words, place: (from += step.gap + 1), cost: costOf(step.words) })).filter((step) => ![...step.words].some((word) => word.startsWith('<')));
    const [first, ...others] = known.toSorted((a, b) => a.cost - b.cost);
    if (!first) throw new TypeError('a phrase needs a step of words only');
    const besides = others.map((step): Beside => ({ wordClass: this.#classOf(step.words, words), step: step.place > first.place ? 1 : -1, within: Math.abs(step.place - first.place) }));
    return { rarest: this.#classOf(first.words, words), besides };
  }

  #classOf(members: ReadonlySet<string>, words: KnownWords): number {
    const name = [...members].join(' ');
    const known = this.#classes.get(name);
    if (known !== undefined) return known;
    this.#classes.set(name, this.#members.length);
    return this.#members.push([...members].map((word) => words.add(word))) - 1;
  }

  /** Where the rarest words of phrases stand among their others, in order. Looks at no more sightings than phrases are long. */
  open(sightings: Sightings): number[] {
    const opened: number[] = [];
    for (let index = 0; index < sightings.length; index += 1) {
      const phrases = this.#byRarest[sightings.words[index] ?? -1];
      if (phrases !== undefined && phrases.length > 0 && this.#opens(phrases, sightings, index)) opened.push(sightings.at[index] ?? 0);
    }
    return opened;
  }

  #opens(phrases: readonly (readonly Beside[])[], sightings: Sightings, index: number): boolean {
    for (const besides of phrases) {
      let stand = 0;
      for (const beside of besides) {
        if (!this.#stands(sightings, index, beside)) break;
        stand += 1;
      }
      if (stand === besides.length) return true;
    }
    return false;
  }

  #stands({ length, words, places }: Sightings, index: number, { wordClass, step, within }: Beside): boolean {
    const has = this.#has;
    const row = wordClass * this.#stride;
    const here = places[index] ?? 0;
    const end = step > 0 ? Math.min(length, index + within + MOST_UNPARTED + 1) : Math.max(-1, index - within - MOST_UNPARTED - 1);
    for (let at = index + step; at !== end; at += step) {
      if (((places[at] ?? 0) - here) * step > within) return false;
      const word = words[at] ?? 0;
      if (((has[row + (word >> 5)] ?? 0) & (1 << (word & 31))) !== 0) return true;
    }
    return false;
  }
}
