import type { Budget } from './budget.ts';
import { Literals } from './literals.ts';
import { type Place, ROLES, type Role } from './place.ts';
import { type Detector, isAnalyser, type PatternRule, type Rule, type View } from './rule.ts';

export type Finding = Readonly<{ rule: Rule; start: number; end: number }>;
export type ViewedText = Readonly<{ text: string; place: Place; decodings: readonly string[] }>;

const BEFORE = 64;
const AFTER = 256;

/** Asks every detector about a text, after one pass for all their literals has told which of them have anything to look at. */
export class Engine {
  readonly #detectors: readonly Detector[];
  readonly #literals: Literals;
  /** Literal -> the detectors it wakes. */
  readonly #woken: readonly Int32Array[];
  /** Detector -> bits of the roles under which it is asked. */
  readonly #roles: Int32Array;
  /** Role -> detectors without literals. */
  readonly #always: ReadonlyMap<Role, readonly number[]>;

  constructor(detectors: readonly Detector[]) {
    this.#detectors = detectors;
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
    const detector = this.#detectors[index];
    if (!detector) return;
    view.budget.spend(view.hits.length);
    if (isAnalyser(detector)) detector.analyse(view);
    else lookAround(detector, view);
  }
}

/** Runs a rule's expression on the text around each literal, unless a match before reached past it. */
function lookAround(rule: PatternRule, view: View): void {
  const { text, hits, budget, report } = view;
  const { before = BEFORE, after = AFTER, pattern, accepts } = rule;
  let reached = -1;
  for (const hit of hits) {
    if (hit < reached) continue;
    const from = Math.max(0, hit - before);
    const window = text.slice(from, hit + after);
    budget.spend(window.length);
    pattern.lastIndex = 0;
    const match = pattern.exec(window);
    if (!match) continue;
    const at = from + match.index;
    if (accepts && !accepts(match, view, at)) continue;
    report(rule, at, at + match[0].length);
    reached = Math.max(hit + 1, at + match[0].length);
  }
}

const bitOf = (role: Role): number => 1 << ROLES.indexOf(role);
