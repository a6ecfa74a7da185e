import { type Budget, BudgetSpent } from '../budget.ts';
import { encodedPieces } from './encoded-pieces.ts';
import { withoutGlobs } from './globs.ts';
import type { Written } from './json-text.ts';
import { HAS_ESCAPES, HAS_GLOBS, HAS_RUNS, traitsOf } from './traits.ts';
import { unescaped } from './unescape.ts';

/** A text that stands in another one, perhaps encoded. */
export type Layer = Readonly<{
  text: string;
  /** Encodings undone, outermost first. */
  decodings: readonly string[];
  /** How many times something was undone. */
  depth: number;
  /** Where the character at a place in `text` begins in the text as it was sent. */
  begin: (at: number) => number;
  /** Where the character before a place in `text` ends in the text as it was sent. */
  end: (at: number) => number;
}>;

/** Encodings undone one inside the other, at most. */
const MAX_DEPTH = 3;

const same = (at: number): number => at;
const none: readonly string[] = [];

/** The text as it was sent. */
export const asSent = (text: string): Layer => ({ text, decodings: none, depth: 0, begin: same, end: same });

/** What holds other texts. */
export type Held = 'JSON' | 'form' | 'patch';

/** A string of the JSON or the form, or a file of the patch, that a layer holds. It has all its encodings yet to come. */
export const within = (text: string, { decodings, begin, end }: Layer, written: Written, held: Held): Layer => ({ text, decodings: [...decodings, held], depth: 0, begin: (at) => begin(written.begin(at)), end: (at) => end(written.end(at)) });

/** A text whose first characters, `ahead` of them, nobody sent: they were put before what a layer holds. */
export const behind = (text: string, ahead: number, { decodings, begin, end }: Layer): Layer => {
  const sent = (at: number): number => Math.max(0, at - ahead);
  return { text, decodings, depth: 0, begin: (at) => begin(sent(at)), end: (at) => end(sent(at)) };
};

/**
 * The text itself, then what undoing encodings gives, each once: escapes of all kinds undone together, and every base64 or hex piece that
 * holds text, by itself; of a command or a path (`globs`) also what its globs hide. Throws `BudgetSpent` where the readings grow past a few times the text.
 */
export function layersOf(first: Layer, budget: Budget, globs = false): readonly Layer[] {
  const { text } = first;
  budget.spend(text.length);
  let traits = traitsOf(text, globs);
  if (traits === 0) return [first];
  const layers = [first];
  const seen = new Set([text]);
  let room = 6 * text.length + 4_096;
  for (let at = 0; at < layers.length; at += 1) {
    const layer = layers[at];
    if (!layer || layer.depth >= MAX_DEPTH) continue;
    if (at > 0) {
      budget.spend(layer.text.length);
      traits = traitsOf(layer.text, globs);
    }
    for (const inner of innerOf(layer, traits, budget)) {
      if (seen.has(inner.text)) continue;
      seen.add(inner.text);
      room -= inner.text.length;
      if (room < 0) throw new BudgetSpent();
      layers.push(inner);
    }
  }
  return layers;
}

function innerOf({ text, decodings, depth: outer, begin, end }: Layer, traits: number, budget: Budget): readonly Layer[] {
  const inner: Layer[] = [];
  const depth = outer + 1;
  /** A piece of the text that says something else: whatever is found in it, the whole piece says it. */
  const piece = (said: string, encoding: string, from: number, to: number): void => {
    inner.push({ text: said, decodings: [...decodings, encoding], depth, begin: () => begin(from), end: () => end(to) });
  };
  if (traits & HAS_ESCAPES) {
    budget.spend(2 * text.length);
    const plain = unescaped(text);
    if (plain) inner.push({ text: plain.text, decodings: [...decodings, ...plain.kinds], depth, begin: (at) => begin(plain.offsets.begin(at)), end: (at) => end(plain.offsets.end(at)) });
    for (const hidden of plain?.hidden ?? []) piece(hidden.text, 'tag characters', hidden.start, hidden.end);
  }
  if (traits & HAS_GLOBS) {
    const named = withoutGlobs(text, budget);
    if (named) inner.push({ text: named.text, decodings: [...decodings, 'globs'], depth, begin: (at) => begin(named.offsets.begin(at)), end: (at) => end(named.offsets.end(at)) });
  }
  if (traits & HAS_RUNS) {
    budget.spend(4 * text.length);
    for (const { text: said, encoding, start, end: to } of encodedPieces(text)) piece(said, encoding, start, to);
  }
  return inner;
}
