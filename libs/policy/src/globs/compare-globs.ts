import { Automaton, lettersOf, type Places } from './glob-automaton.ts';
import { type Glob, parseGlob } from './glob.ts';
import type { Relation } from '../analysis/relation.ts';

/** Enough for globs that people write. */
const MAX_STEPS = 200_000;

/** How the names that `after` matches lie to those that `before` does; `unknown` where that takes more than so many steps. Throws on what `globProblem` names. */
export function compareGlobs(before: string, after: string, maxSteps: number = MAX_STEPS): Relation {
  if (before === after) return 'same';
  const [a, b] = [new Automaton([parseGlob(before)]), new Automaton([parseGlob(after)])];
  const alphabet = lettersOf(a, b);
  let budget = Math.min(maxSteps, MAX_STEPS);
  let [onlyBefore, onlyAfter] = [false, false];
  const waiting: (readonly [Places, Places])[] = [[a.start, b.start]];
  const seen = new Set<string>();
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [inA, inB] = pair;
    const key = `${inA.join()}|${inB.join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    onlyBefore ||= a.accepts(inA) && !b.accepts(inB);
    onlyAfter ||= b.accepts(inB) && !a.accepts(inA);
    if (onlyBefore && onlyAfter) return 'other';
    budget -= alphabet.length * (inA.length + inB.length + 1);
    if (budget < 0) return 'unknown';
    for (const letter of alphabet) {
      const next = [a.after(inA, letter), b.after(inB, letter)] as const;
      if (next[0].length + next[1].length > 0) waiting.push(next);
    }
  }
  if (onlyBefore) return 'narrower';
  return onlyAfter ? 'wider' : 'same';
}

/** False only where no name matches both. Cheap: looks at how they begin. */
export function mayMeet(a: Glob, b: Glob): boolean {
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}
