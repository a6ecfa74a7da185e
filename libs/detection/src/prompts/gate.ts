import type { KnownWords, Sightings } from './known-words.ts';
import type { Phrase } from './phrase.ts';
import { costOf } from './word-costs.ts';

/** What stands behind the rarest word of a phrase (`step` 1) or before it (-1): a word of the class, within so many words. */
type Beside = Readonly<{ wordClass: number; step: 1 | -1; within: number }>;
/** Known words without a blank between them that may stand inside a phrase: parts of an address. */
const MOST_UNPARTED = 64;
/** With so many sightings it pays to ask first which phrases have all their words anywhere in the text. */
const MANY = 128;
const PERHAPS = 1;
const NEVER = 2;

/**
 * Tells, before a text is cut into words, where a phrase could stand: it has the phrase's words in their order, near enough.
 * INVARIANT: what `Phrasebook` finds in a text it finds where the gate opens, but for phrases around an address of more than `MOST_UNPARTED` known words.
 */
export class Gate {
  /** Word -> where its phrases begin in `#phrases`: those of whose rarest step it is. The next word's beginning is its end. */
  readonly #begins: Int32Array;
  /** For each phrase how many steps stand beside the rarest one, then these, the rarest first: a row of `#has` and within how many words, below 0 for words before it. */
  readonly #phrases: Int32Array;
  readonly #classes = new Map<string, number>();
  readonly #members: (readonly number[])[] = [];
  /** One bit for each class and word: whether the class has the word. */
  readonly #has: Int32Array;
  readonly #stride: number;
  /** Of one text: by word whether it is sighted, and whether it can open. */
  readonly #sighted: Uint8Array;
  readonly #can: Uint8Array;

  /** Files the phrases' words in `words`, which has all others already. */
  constructor(phrases: readonly Phrase[], words: KnownWords) {
    const read = phrases.map((phrase) => this.#read(phrase, words));
    const byRarest: (readonly Beside[])[][] = Array.from({ length: words.size }, () => []);
    for (const { rarest, besides } of read) for (const word of this.#members[rarest] ?? []) byRarest[word]?.push(besides);
    this.#sighted = new Uint8Array(words.size);
    this.#can = new Uint8Array(words.size);
    this.#stride = (words.size + 31) >> 5;
    const stride = this.#stride;
    this.#has = new Int32Array(stride * this.#members.length);
    for (const [wordClass, members] of this.#members.entries()) {
      for (const word of members) {
        const cell = wordClass * stride + (word >> 5);
        this.#has[cell] = (this.#has[cell] ?? 0) | (1 << (word & 31));
      }
    }
    const filed: number[] = [];
    this.#begins = Int32Array.from([...byRarest, []], (ofWord) => {
      const begin = filed.length;
      for (const besides of ofWord) filed.push(besides.length, ...besides.flatMap(({ wordClass, step, within }) => [wordClass * stride, step * within]));
      return begin;
    });
    this.#phrases = Int32Array.from(filed);
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
    const { length, words, at } = sightings;
    const begins = this.#begins;
    const can = this.#can;
    const many = length >= MANY;
    if (many) this.#sight(sightings);
    const opened: number[] = [];
    for (let index = 0; index < length; index += 1) {
      const word = words[index] ?? 0;
      const begin = begins[word] ?? 0;
      const end = begins[word + 1] ?? 0;
      if (begin === end || (many && (can[word] === NEVER || (can[word] === 0 && (can[word] = this.#mayOpen(begin, end)) === NEVER)))) continue;
      if (this.#opens(begin, end, sightings, index)) opened.push(at[index] ?? 0);
    }
    return opened;
  }

  #sight({ length, words }: Sightings): void {
    this.#can.fill(0);
    this.#sighted.fill(0);
    for (let index = 0; index < length; index += 1) this.#sighted[words[index] ?? 0] = 1;
  }

  /** Whether all words of any of these phrases are sighted, wherever. */
  #mayOpen(begin: number, end: number): typeof PERHAPS | typeof NEVER {
    const phrases = this.#phrases;
    for (let at = begin; at < end; ) {
      const next = at + 1 + 2 * (phrases[at] ?? 0);
      let step = at + 1;
      while (step < next && this.#isSighted((phrases[step] ?? 0) / this.#stride)) step += 2;
      if (step === next) return PERHAPS;
      at = next;
    }
    return NEVER;
  }

  #isSighted(wordClass: number): boolean {
    for (const word of this.#members[wordClass] ?? []) if (this.#sighted[word] === 1) return true;
    return false;
  }

  #opens(begin: number, end: number, sightings: Sightings, index: number): boolean {
    const phrases = this.#phrases;
    for (let at = begin; at < end; ) {
      const next = at + 1 + 2 * (phrases[at] ?? 0);
      let step = at + 1;
      while (step < next && this.#stands(sightings, index, phrases[step] ?? 0, phrases[step + 1] ?? 0)) step += 2;
      if (step === next) return true;
      at = next;
    }
    return false;
  }

  #stands({ length, words, places }: Sightings, index: number, row: number, within: number): boolean {
    const has = this.#has;
    const here = places[index] ?? 0;
    if (within > 0) {
      const end = Math.min(length, index + within + MOST_UNPARTED + 1);
      for (let at = index + 1; at < end && (places[at] ?? 0) - here <= within; at += 1) if (holds(has, row, words[at] ?? 0)) return true;
    } else {
      const end = Math.max(0, index + within - MOST_UNPARTED);
      for (let at = index - 1; at >= end && here - (places[at] ?? 0) <= -within; at -= 1) if (holds(has, row, words[at] ?? 0)) return true;
    }
    return false;
  }
}

const holds = (has: Int32Array, row: number, word: number): boolean => ((has[row + (word >> 5)] ?? 0) & (1 << (word & 31))) !== 0;
