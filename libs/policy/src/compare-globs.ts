import { type Glob, parseGlob } from './glob.ts';
import type { Relation } from './relation.ts';

/** Enough for globs that people write. */
const MAX_STEPS = 200_000;

/** How the names that `after` matches lie to those that `before` does; `unknown` where that takes more than so many steps. Throws on what `globProblem` names. */
export function compareGlobs(before: string, after: string, maxSteps: number = MAX_STEPS): Relation {
  if (before === after) return 'same';
  const [a, b] = [new Automaton(parseGlob(before)), new Automaton(parseGlob(after))];
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

/** Places in a program that wait for a character, or are its end; in rising order. */
type Places = readonly number[];

class Automaton {
  readonly start: Places;
  private readonly program: Glob['program'];

  constructor({ prefix, program }: Glob) {
    const offset = prefix.length;
    this.program = [
      ...Array.from(prefix, (char) => ({ op: 'set' as const, members: char, negated: false })),
      ...program.map((one) => {
        if (one.op === 'fork') return { op: one.op, to: one.to.map((place) => place + offset) };
        return one.op === 'jump' ? { op: one.op, to: one.to + offset } : one;
      }),
    ];
    this.start = this.settled([0]);
  }

  accepts(places: Places): boolean {
    return places.at(-1) === this.program.length;
  }

  after(places: Places, letter: string): Places {
    return this.settled(
      places.flatMap((place) => {
        const instruction = this.program[place];
        if (instruction?.op === 'run') return [place];
        return instruction?.op === 'any' || (instruction?.op === 'set' && instruction.members.includes(letter) !== instruction.negated) ? [place + 1] : [];
      }),
    );
  }

  *letters(): Generator<string> {
    for (const instruction of this.program) if (instruction.op === 'set') yield* instruction.members;
  }

  /** Every place that is reached from these without a character. */
  private settled(from: readonly number[]): Places {
    const reached = new Set<number>();
    const waiting = [...from];
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      if (reached.has(place)) continue;
      reached.add(place);
      const instruction = this.program[place];
      if (instruction?.op === 'fork') waiting.push(...instruction.to);
      else if (instruction?.op === 'jump') waiting.push(instruction.to);
      else if (instruction?.op === 'run') waiting.push(place + 1);
    }
    return [...reached].filter((place) => !['fork', 'jump'].includes(this.program[place]?.op ?? 'end')).sort((x, y) => x - y);
  }
}

/** All characters that either glob tells apart, and one that stands for the others. */
function lettersOf(a: Automaton, b: Automaton): readonly string[] {
  const named = new Set([...a.letters(), ...b.letters()]);
  const other = Array.from({ length: 0x7e - 0x20 }, (_, at) => String.fromCharCode(0x21 + at)).find((char) => !named.has(char));
  return other === undefined ? [...named] : [...named, other];
}
