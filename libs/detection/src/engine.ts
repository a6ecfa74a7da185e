import type { Budget } from './budget.ts';
import { Literals } from './literals.ts';
import { type Place, ROLES, type Role } from './place.ts';
import { type Analyser, type Detector, isAnalyser, type Rule, type View } from './rule.ts';
import { windowed } from './windowed.ts';

export type Finding = Readonly<{ rule: Rule; start: number; end: number }>;
export type ViewedText = Readonly<{ text: string; place: Place; decodings: readonly string[] }>;

/** Asks every detector about a text, after one pass for all their literals has told which of them have anything to look at. */
export class Engine {
  readonly #analysers: readonly Analyser[];
  readonly #literals: Literals;
  readonly #readings: ReadonlyMap<Role, Reading>;

  constructor(detectors: readonly Detector[]) {
    this.#analysers = detectors.map((detector) => (isAnalyser(detector) ? detector : windowed(detector)));
    const literals = [...new Set(detectors.flatMap((detector) => detector.literals))];
    this.#literals = new Literals(literals);
    this.#readings = new Map(ROLES.map((role) => [role, readingOf(role, detectors, literals)]));
  }

  /** Throws `BudgetSpent`. */
  detect(viewed: ViewedText, budget: Budget, onFinding: (finding: Finding) => void): void {
    const { text, place, decodings } = viewed;
    const reading = this.#readings.get(place.role);
    if (!reading) return;
    budget.spend(text.length + 1);
    let hits: Map<number, number[]> | undefined;
    const onHit = (literal: number, at: number): void => {
      for (const detector of reading.woken[literal] ?? []) {
        hits ??= new Map();
        const places = hits.get(detector);
        if (places) places.push(at);
        else hits.set(detector, [at]);
      }
    };
    this.#literals.search(text, onHit, reading.wanted);
    const report = (rule: Rule, start: number, end: number): void => onFinding({ rule, start, end });
    // Written out: spreading an object here costs more than what most detectors do.
    for (const detector of reading.always) this.#ask(detector, { text, place, decodings, hits: none, budget, report });
    if (!hits) return;
    for (const [detector, places] of hits) this.#ask(detector, { text, place, decodings, hits: places.sort((a, b) => a - b), budget, report });
  }

  #ask(index: number, view: View): void {
    view.budget.spend(view.hits.length);
    this.#analysers[index]?.analyse(view);
  }
}

const none: readonly number[] = [];

/** What is looked for in a text of one role. */
type Reading = Readonly<{
  /** By literal: whether any detector of the role waits for it. */
  wanted: Uint8Array;
  /** By literal: the detectors it wakes. */
  woken: readonly (readonly number[] | undefined)[];
  /** Detectors without literals. */
  always: readonly number[];
}>;

function readingOf(role: Role, detectors: readonly Detector[], literals: readonly string[]): Reading {
  const numbers = new Map(literals.map((literal, number) => [literal, number]));
  const woken: (number[] | undefined)[] = literals.map(() => undefined);
  const always: number[] = [];
  for (const [detector, { literals: own, roles }] of detectors.entries()) {
    if (!roles.includes(role)) continue;
    if (own.length === 0) always.push(detector);
    for (const literal of new Set(own)) (woken[numbers.get(literal) ?? 0] ??= []).push(detector);
  }
  return { wanted: Uint8Array.from(woken, (some) => (some ? 1 : 0)), woken, always };
}
