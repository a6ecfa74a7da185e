import type { View } from '../rule.ts';
import { type Word, wordsOf } from './words-of-text.ts';

const BEFORE = 160;
const AFTER = 260;

/** Reads the text around the literals, each character at most once. */
export function forEachWindow({ text, budget }: View, hits: readonly number[], onWords: (words: readonly Word[]) => void): void {
  for (let index = 0; index < hits.length; ) {
    const hit = hits[index] ?? 0;
    const from = Math.max(0, hit - BEFORE);
    let to = Math.min(text.length, hit + AFTER);
    for (index += 1; index < hits.length && (hits[index] ?? 0) - BEFORE <= to; index += 1) to = Math.min(text.length, (hits[index] ?? 0) + AFTER);
    budget.spend(3 * (to - from));
    onWords(wordsOf(text, wordBoundary(text, from), to));
  }
}

/** Not inside a word, so that half a word is not read as one. */
function wordBoundary(text: string, from: number): number {
  if (from === 0) return 0;
  const space = text.indexOf(' ', from);
  return space < 0 || space > from + 40 ? from : space;
}
