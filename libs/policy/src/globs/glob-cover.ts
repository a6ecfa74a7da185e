import { Automaton, lettersOf, type Places } from './glob-automaton.ts';
import { type Glob, parseGlob } from './glob.ts';

/** `escape`: a shortest tool name that the glob matches and none of the others. */
export type Cover = Readonly<{ covered: true }> | Readonly<{ covered: false; escape: string }>;

const MAX_NAME_LENGTH = 128;
const MAX_STEPS = 500_000;

export const everyName: Glob = parseGlob('*');

/**
 * Whether every tool name that `glob` matches is matched by one of `others`; without others: whether it matches none. Exact; null where that takes more than
 * a bounded number of steps.
 */
export function coverOf(others: readonly Glob[], glob: Glob): Cover | null {
  const [narrow, wide] = [new Automaton([glob]), new Automaton(others)];
  const letters = lettersOf(narrow, wide);
  const seen = new Set<string>();
  let budget = MAX_STEPS;
  // One place of the glob at a time, beside all that the others have reached.
  let layer: readonly Readonly<{ at: Places; reached: Places; name: string }>[] = narrow.start.map((place) => ({ at: [place], reached: wide.start, name: '' }));
  for (let length = 1; length <= MAX_NAME_LENGTH && layer.length > 0; length += 1) {
    const next: { at: Places; reached: Places; name: string }[] = [];
    for (const { at, reached, name } of layer) {
      for (const letter of letters) {
        const places = narrow.after(at, letter);
        budget -= reached.length + places.length;
        if (budget < 0) return null;
        if (places.length === 0) continue;
        const then = wide.after(reached, letter);
        if (wide.acceptsAllThatFollows(then)) continue;
        if (narrow.accepts(places) && !wide.accepts(then)) return { covered: false, escape: name + letter };
        const key = then.join(',');
        for (const place of places) if (seen.size < seen.add(`${place}:${key}`).size) next.push({ at: [place], reached: then, name: name + letter });
      }
    }
    layer = next;
  }
  return { covered: true };
}
