import type { Phrase } from './phrase.ts';
import { costOf, heldBy, literalsOf, wakesOf } from './waking.ts';
import { WordNumbers } from './word-numbers.ts';

/** How far from a literal the words of its phrase may stand. */
const BEFORE = 160;
const AFTER = 200;
/** Word classes are asked for unless they are as common as this. */
const COMMON_CLASS = 2_600;
const MOST_CLASSES = 3;

/** Classes of words all of which a phrase needs. */
type Needed = readonly number[];

/** Tells, before a text is cut into words, which literals have words around them that could make up one of the phrases they wake. */
export class Gate {
  readonly literals: readonly string[];
  readonly #words = new WordNumbers();
  readonly #byBeginning = new Map<number, { literal: string; needed: readonly Needed[] }[]>();
  /** Where a word of each class was seen last. */
  readonly #seen: Int32Array;

  constructor(phrases: readonly Phrase[]) {
    this.literals = literalsOf(phrases);
    const classes = new Map<string, number>();
    const woken = phrases.map((phrase) => ({ wakes: wakesOf(phrase), needed: rareClassesOf(phrase).map((words) => this.#classOf(words, classes)) }));
    for (const literal of this.literals) {
      const needed = woken.filter(({ wakes }) => wakes.some((wake) => heldBy(wake, literal))).map((one) => one.needed);
      const beginning = beginningOf(literal, 0);
      this.#byBeginning.set(beginning, [...(this.#byBeginning.get(beginning) ?? []), { literal, needed: needed.some(({ length }) => length === 0) ? [[]] : needed }]);
    }
    this.#seen = new Int32Array(classes.size);
  }

  #classOf(words: ReadonlySet<string>, classes: Map<string, number>): number {
    const name = [...words].join(' ');
    const known = classes.get(name);
    if (known !== undefined) return known;
    for (const word of words) this.#words.add(word, classes.size);
    classes.set(name, classes.size);
    return classes.size - 1;
  }

  /** `hits` in order. Looks at each character once. */
  open(text: string, hits: readonly number[]): number[] {
    const seen = this.#seen.fill(-BEFORE);
    const mark = (classes: readonly number[], at: number): boolean => {
      for (const one of classes) seen[one] = at;
      return true;
    };
    const passed: number[] = [];
    let read = 0;
    let last = -1;
    for (const hit of hits) {
      if (hit === last) continue;
      last = hit;
      const from = Math.max(0, hit - BEFORE);
      read = this.#words.read(text, Math.max(read, from), Math.min(text.length, hit + AFTER), mark);
      if (this.#opens(text, hit, from)) passed.push(hit);
    }
    return passed;
  }

  #opens(text: string, hit: number, from: number): boolean {
    for (const { literal, needed } of this.#byBeginning.get(beginningOf(text, hit)) ?? []) {
      if (needed.some((classes) => classes.every((one) => (this.#seen[one] ?? -1) >= from)) && text.slice(hit, hit + literal.length).toLowerCase() === literal) return true;
    }
    return false;
  }
}

function rareClassesOf({ steps }: Phrase): ReadonlySet<string>[] {
  return steps
    .filter(({ not }) => !not)
    .map(({ words }) => ({ words, cost: costOf(words) }))
    .filter(({ cost }) => cost < COMMON_CLASS)
    .sort((a, b) => a.cost - b.cost)
    .slice(0, MOST_CLASSES)
    .map(({ words }) => words);
}

/** Three characters as one number, without regard to case. */
function beginningOf(text: string, at: number): number {
  const lower = (code: number): number => (code >= 0x41 && code <= 0x5a ? code + 32 : code);
  return (lower(text.charCodeAt(at)) * 0x10000 + lower(text.charCodeAt(at + 1))) * 0x10000 + lower(text.charCodeAt(at + 2));
}
