import { type Glob, parseGlob } from './glob.ts';

type Instruction = Glob['program'][number];
/** Several programs as one, each with its prefix; null: the end of one, where it has matched. */
type Machine = Readonly<{ instructions: readonly (Instruction | null)[]; starts: readonly number[] }>;

/** `escape`: a tool name that the glob matches and none of the others; the shortest one. */
export type Cover = Readonly<{ covered: true }> | Readonly<{ covered: false; escape: string }>;

/** Printable ASCII without the space: what tool names are made of. */
const ALPHABET = Array.from({ length: 0x7e - 0x21 + 1 }, (_, at) => String.fromCharCode(0x21 + at));
const MAX_NAME_LENGTH = 128;
const MAX_WORK = 500_000;

export const everyName: Glob = parseGlob('*');

/**
 * Whether every tool name that `glob` matches is matched by one of `others`. Exact, by following both through all names at once; null where that takes
 * more than a bounded number of steps.
 */
export function coverOf(others: readonly Glob[], glob: Glob): Cover | null {
  const [narrow, wide] = [machineOf([glob]), machineOf(others)];
  const letters = lettersFor([narrow, wide]);
  const start = closure(wide, wide.starts);
  let left = MAX_WORK;
  const seen = new Set<string>();
  let layer = closure(narrow, narrow.starts).map((place) => ({ place, reached: start, name: '' }));
  for (let length = 1; length <= MAX_NAME_LENGTH && layer.length > 0; length += 1) {
    const next: typeof layer = [];
    for (const { place, reached, name } of layer) {
      for (const letter of letters) {
        const places = step(narrow, [place], letter);
        if (places.length === 0) continue;
        left -= reached.length + places.length;
        if (left < 0) return null;
        const then = step(wide, reached, letter);
        if (matchesAllThatFollows(wide, then)) continue;
        const key = then.join(',');
        for (const one of places) {
          if (narrow.instructions[one] === null && !isEnd(wide, then)) return { covered: false, escape: name + letter };
          if (seen.size === seen.add(`${one}:${key}`).size) continue;
          next.push({ place: one, reached: then, name: name + letter });
        }
      }
    }
    layer = next;
  }
  return { covered: true };
}

function machineOf(globs: readonly Glob[]): Machine {
  const instructions: (Instruction | null)[] = [];
  const starts = globs.map(({ prefix, program }) => {
    const start = instructions.length;
    for (const members of prefix) instructions.push({ op: 'set', members, negated: false });
    const base = instructions.length;
    for (const instruction of program) instructions.push(moved(instruction, base));
    instructions.push(null);
    return start;
  });
  return { instructions, starts };
}

function moved(instruction: Instruction, by: number): Instruction {
  if (instruction.op === 'fork') return { op: 'fork', to: instruction.to.map((place) => place + by) };
  return instruction.op === 'jump' ? { op: 'jump', to: instruction.to + by } : instruction;
}

/** Places that read a character, or are an end, in order. */
function closure({ instructions }: Machine, places: readonly number[]): number[] {
  const reached = new Set<number>();
  const left = [...places];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    if (reached.size === reached.add(place).size) continue;
    const instruction = instructions[place];
    if (instruction?.op === 'fork') left.push(...instruction.to);
    else if (instruction?.op === 'jump') left.push(instruction.to);
    else if (instruction?.op === 'run') left.push(place + 1);
  }
  return [...reached].filter((place) => !['fork', 'jump'].includes(instructions[place]?.op ?? '')).sort((a, b) => a - b);
}

function step(machine: Machine, places: readonly number[], letter: string): number[] {
  const next = places.flatMap((place) => {
    const instruction = machine.instructions[place];
    if (instruction?.op === 'run') return [place];
    return instruction?.op === 'any' || (instruction?.op === 'set' && instruction.members.includes(letter) !== instruction.negated) ? [place + 1] : [];
  });
  return closure(machine, next);
}

const isEnd = ({ instructions }: Machine, places: readonly number[]): boolean => places.some((place) => instructions[place] === null);

/** INVARIANT: true only where nothing that follows could escape, so such a place need not be followed. */
const matchesAllThatFollows = ({ instructions }: Machine, places: readonly number[]): boolean => places.some((place) => instructions[place]?.op === 'run' && instructions[place + 1] === null);

/** One letter for all those that no set of the machines tells apart. */
function lettersFor(machines: readonly Machine[]): readonly string[] {
  const sets = new Set(machines.flatMap(({ instructions }) => instructions.flatMap((one) => (one?.op === 'set' ? [one.members] : []))));
  const byMembership = new Map<string, string>();
  for (const letter of ALPHABET) {
    const membership = [...sets].map((members) => (members.includes(letter) ? '1' : '0')).join('');
    if (!byMembership.has(membership)) byMembership.set(membership, letter);
  }
  return [...byMembership.values()];
}
