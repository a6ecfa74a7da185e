import type { Rule } from '../rule.ts';
import type { Word } from './words-of-text.ts';

/** `parted`: the mark that has to stand before the word; `:` is any mark, a comma too. */
type Step = Readonly<{ words: ReadonlySet<string>; gap: number; across: boolean; not: boolean; parted: Word['parted'] }>;

/** A small grammar over words: what it says to rule. */
export type Phrase = Readonly<{
  rule: Rule;
  steps: readonly Step[];
  leads: boolean;
}>;
export type Match = Readonly<{ phrase: Phrase; first: number; last: number }>;

/**
 * Reads a phrase: words and alternatives (`ignore|forget`), classes (`@orders`), gaps of up to n words in the same sentence (`..3`) or across
 * sentences (`~20`), words that may not come next (`!policy`), words behind a comma (`,tell`) or behind any mark (`:tell`), any word (`<any>`, not first); `^` at the beginning: only where an order may begin.
 */
export function phrase(rule: Rule, written: string, classes: Readonly<Record<string, string>>): Phrase {
  const steps: Step[] = [];
  let gap = 0;
  let across = false;
  let leads = false;
  for (const part of written.split(' ')) {
    if (part === '^') leads = true;
    else if (/^(?:\.\.|~)\d+$/.test(part)) {
      gap = Number(part.replace(/\D+/, ''));
      across = part.startsWith('~');
    } else {
      const not = part.startsWith('!');
      const parted = part.startsWith(',') ? ',' : part.startsWith(':') ? ':' : '';
      steps.push({ not, parted, words: new Set(part.slice(not || parted ? 1 : 0).split('|').flatMap((word) => membersOf(word, classes))), gap, across });
      gap = 0;
      across = false;
    }
  }
  return { rule, steps, leads };
}

function membersOf(word: string, classes: Readonly<Record<string, string>>): readonly string[] {
  if (!word.startsWith('@')) return [word];
  const members = classes[word.slice(1)];
  if (members === undefined) throw new TypeError(`no word class \`${word}\``);
  return members.split(/\s+/).filter(Boolean).flatMap((member) => membersOf(member, classes));
}

/** Phrases, found by their first word. */
export class Phrasebook {
  readonly #byFirst = new Map<string, Phrase[]>();

  constructor(phrases: readonly Phrase[]) {
    for (const one of phrases) {
      for (const word of one.steps[0]?.words ?? []) {
        const known = this.#byFirst.get(word);
        if (known) known.push(one);
        else this.#byFirst.set(word, [one]);
      }
    }
  }

  find(words: readonly Word[], onMatch: (match: Match) => void): void {
    for (let first = 0; first < words.length; first += 1) {
      const word = words[first];
      if (!word) continue;
      for (const one of this.#byFirst.get(word.word) ?? []) {
        if (one.leads && !word.leads) continue;
        const last = lastOf(one, words, first);
        if (last >= 0) onMatch({ phrase: one, first, last });
      }
    }
  }
}

const ANY = '<any>';

const stands = ({ words, parted }: Step, word: Word): boolean => (words.has(word.word) || words.has(ANY)) && (parted === '' || word.parted === parted || (parted === ':' && word.parted === ','));

/** The last word of a phrase that begins at `first`, or -1. Each step looks at each word once, whatever the gaps. */
function lastOf({ steps }: Phrase, words: readonly Word[], first: number): number {
  let reached = [first];
  for (let number = 1; number < steps.length; number += 1) {
    const step = steps[number];
    if (!step) return -1;
    if (step.not) {
      reached = reached.filter((at) => !step.words.has(words[at + 1]?.sentence === words[at]?.sentence ? (words[at + 1]?.word ?? '') : ''));
      if (reached.length === 0) return -1;
      continue;
    }
    const next: number[] = [];
    let looked = first;
    for (const from of reached) {
      const sentence = words[from]?.sentence;
      for (let at = Math.max(from + 1, looked + 1); at <= from + 1 + step.gap; at += 1) {
        const word = words[at];
        if (!word || (!step.across && word.sentence !== sentence)) break;
        looked = at;
        if (stands(step, word)) next.push(at);
      }
    }
    if (next.length === 0) return -1;
    reached = next;
  }
  return reached[0] ?? -1;
}
