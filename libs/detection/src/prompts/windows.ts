import type { View } from '../rule.ts';
import { type Word, wordsOf } from './words-of-text.ts';

/** How far a sentence is followed to either side of a literal. */
const BEFORE = 120;
const AFTER = 160;
/** The same where a whole order is weighed. */
const FAR_AFTER = 260;
/** Sentences this short do not end a window: `Hi.`, `No. 4`. */
const SHORT = 24;

/** Reads the sentences around the literals, each character at most once. `ahead`: how many further sentences belong to one. */
export function forEachWindow({ text, budget }: View, hits: readonly number[], ahead: number, onWords: (words: readonly Word[]) => void): void {
  let read = 0;
  for (let index = 0; index < hits.length; ) {
    const from = Math.max(read, sentenceStart(text, hits[index] ?? 0));
    let to = sentenceEnd(text, hits[index] ?? 0, ahead);
    index += 1;
    while (index < hits.length && ((hits[index] ?? 0) <= to || sentenceStart(text, hits[index] ?? 0) <= to)) {
      const reached = to;
      while (index + 1 < hits.length && (hits[index + 1] ?? 0) <= reached) index += 1;
      to = Math.max(to, sentenceEnd(text, hits[index] ?? 0, ahead));
      index += 1;
    }
    budget.spend(3 * Math.max(0, to - from) + BEFORE);
    if (to > from) onWords(wordsOf(text, from, to));
    read = to;
  }
}

function sentenceStart(text: string, hit: number): number {
  const least = Math.max(0, hit - BEFORE);
  for (let at = hit - 2; at > least; at -= 1) {
    const code = text.charCodeAt(at);
    if ((code === 0x2e || code === 0x21 || code === 0x3f) && text.charCodeAt(at + 1) === 0x20 && hit - at > SHORT) return at;
    if (code === 0x0a && text.charCodeAt(at + 1) === 0x0a) return at;
  }
  if (least === 0) return 0;
  const space = text.indexOf(' ', least);
  return space < 0 || space >= hit ? least : space;
}

function sentenceEnd(text: string, hit: number, ahead: number): number {
  const most = Math.min(text.length, hit + (ahead > 0 ? FAR_AFTER : AFTER));
  let left = ahead;
  for (let at = hit; at < most; at += 1) {
    const code = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    const ends = ((code === 0x2e || code === 0x21 || code === 0x3f) && (next === 0x20 || next === 0x0a) && at - hit > SHORT) || (code === 0x0a && next === 0x0a) || (code === 0x22 && (next === 0x2c || next === 0x7d || next === 0x5d) && at - hit > SHORT);
    if (ends && (left -= 1) < 0) return at + 1;
  }
  return most;
}
