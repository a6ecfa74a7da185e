import type { Glob } from './glob.ts';

type Instruction = Glob['program'][number];

/** Places that wait for a character, or are an end; in rising order. */
export type Places = readonly number[];

/** Some globs as one, to be followed through all names at once: it accepts what any of them matches. */
export class Automaton {
  readonly start: Places;
  /** The programs one after the other, each with its prefix; null: the end of one. */
  private readonly program: readonly (Instruction | null)[];

  constructor(globs: readonly Glob[]) {
    const program: (Instruction | null)[] = [];
    const starts = globs.map(({ prefix, program: own }) => {
      const start = program.length;
      for (const members of prefix) program.push({ op: 'set', members, negated: false });
      const by = program.length;
      for (const instruction of own) program.push(moved(instruction, by));
      program.push(null);
      return start;
    });
    this.program = program;
    this.start = this.settled(starts);
  }

  accepts(places: Places): boolean {
    return places.some((place) => this.program[place] === null);
  }

  /** True only where whatever follows is accepted. */
  acceptsAllThatFollows(places: Places): boolean {
    return places.some((place) => this.program[place]?.op === 'run' && this.program[place + 1] === null);
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

  *sets(): Generator<string> {
    for (const instruction of this.program) if (instruction?.op === 'set') yield instruction.members;
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

function moved(instruction: Instruction, by: number): Instruction {
  if (instruction.op === 'fork') return { op: 'fork', to: instruction.to.map((place) => place + by) };
  return instruction.op === 'jump' ? { op: 'jump', to: instruction.to + by } : instruction;
}

/** Printable ASCII without the space: what tool names are made of. */
const ALPHABET = Array.from({ length: 0x7e - 0x20 }, (_, at) => String.fromCharCode(0x21 + at));

/** One character for all those that none of the globs tells apart. */
export function lettersOf(...automata: readonly Automaton[]): readonly string[] {
  const sets = [...new Set(automata.flatMap((automaton) => [...automaton.sets()]))];
  const named = new Set(sets.join(''));
  const unnamed = ALPHABET.find((char) => !named.has(char));
  const byMembership = new Map<string, string>();
  for (const letter of named) {
    const membership = sets.map((members) => (members.includes(letter) ? '1' : '0')).join('');
    if (!byMembership.has(membership)) byMembership.set(membership, letter);
  }
  return [...byMembership.values(), ...(unnamed === undefined ? [] : [unnamed])];
}
