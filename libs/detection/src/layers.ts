import type { Budget } from './budget.ts';

/** A text that stands in another one, perhaps encoded. */
export type Layer = Readonly<{
  text: string;
  /** Encodings undone, outermost first. */
  decodings: readonly string[];
  /** Where a character of `text` begins in the text as it was sent; `text.length` is the end. */
  origin: (at: number) => number;
}>;

/** The text as it was sent, then every reading that undoing encodings gives, each once. */
export function layersOf(text: string, _budget: Budget): readonly Layer[] {
  return [{ text, decodings: [], origin: (at) => at }];
}
