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
  /** Literal -> the detectors it wakes. */
  readonly #woken: readonly Int32Array[];
  /** Detector -> bits of the roles under which it is asked. */
  readonly #roles: Int32Array;
  /** Role -> detectors without literals. */
  readonly #always: ReadonlyMap<Role, readonly number[]>;

  constructor(detectors: readonly Detector[]) {
    this.#analysers = detectors.map((detector) => (isAnalyser(detector) ? detector : windowed(detector)));
    const woken = new Map<string, number[]>();
    for (const [index, { literals }] of detectors.entries()) for (const literal of literals) woken.set(literal, [...(woken.get(literal) ?? []), index]);
    this.#literals = new Literals([...woken.keys()]);
    this.#woken = [...woken.values()].map((indexes) => Int32Array.from(new Set(indexes)));
    this.#roles = Int32Array.from(detectors, ({ roles }) => roles.reduce((bits, role) => bits | bitOf(role), 0));
    this.#always = new Map(ROLES.map((role) => [role, detectors.flatMap(({ literals, roles }, index) => (literals.length === 0 && roles.includes(role) ? [index] : []))]));
  }

  /** Throws `BudgetSpent`. */
  detect(viewed: ViewedText, budget: Budget, onFinding: (finding: Finding) => void): void {
    const { text, place } = viewed;
    budget.spend(text.length + 1);
    const role = bitOf(place.role);
    let hits: Map<number, number[]> | undefined;
    this.#literals.search(text, (literal, at) => {
      for (const detector of this.#woken[literal] ?? []) {
        if (((this.#roles[detector] ?? 0) & role) === 0) continue;
        hits ??= new Map();
        const places = hits.get(detector);
        if (places) places.push(at);
        else hits.set(detector, [at]);
      }
    });
    const report = (rule: Rule, start: number, end: number): void => onFinding({ rule, start, end });
    for (const detector of this.#always.get(place.role) ?? []) this.#ask(detector, { ...viewed, hits: [], budget, report });
    if (!hits) return;
    for (const [detector, places] of hits) this.#ask(detector, { ...viewed, hits: places.sort((a, b) => a - b), budget, report });
  }

  #ask(index: number, view: View): void {
    view.budget.spend(view.hits.length);
    this.#analysers[index]?.analyse(view);
  }
}

const bitOf = (role: Role): number => 1 << ROLES.indexOf(role);
