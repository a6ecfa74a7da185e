import type { Budget } from './budget.ts';
import { Literals } from './literals.ts';
import { type Place, ROLES, type Role } from './place.ts';
import { type Detector, isAnalyser, type PatternRule, type Rule, type View } from './rule.ts';

export type Finding = Readonly<{ rule: Rule; start: number; end: number }>;
export type ViewedText = Readonly<{ text: string; place: Place; decodings: readonly string[] }>;

const BEFORE = 64;
const AFTER = 256;
/** Matches around one literal that a rule may refuse. */
const MAX_LOOKS = 8;

/** Asks every detector about a text, after one pass for all their literals has told which of them have anything to look at. */
export class Engine {
  readonly #detectors: readonly Detector[];
  /** Detector -> its expression, able to go on after a match. */
  readonly #patterns: readonly (RegExp | undefined)[];
  readonly #literals: Literals;
  /** Literal -> the detectors it wakes. */
  readonly #woken: readonly Int32Array[];
  /** Detector -> bits of the roles under which it is asked. */
  readonly #roles: Int32Array;
  /** Role -> detectors without literals. */
  readonly #always: ReadonlyMap<Role, readonly number[]>;

  constructor(detectors: readonly Detector[]) {
    this.#detectors = detectors;
    this.#patterns = detectors.map((detector) => (isAnalyser(detector) ? undefined : new RegExp(detector.pattern.source, `${detector.pattern.flags.replace(/[gy]/g, '')}g`)));
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
    else lookAround(detector, this.#patterns[index] ?? detector.pattern, view);
  }
}

/** Runs a rule's expression on the text around each literal: from where the last match ended, or `before` characters ahead. */
function lookAround(rule: PatternRule, pattern: RegExp, view: View): void {
  const { text, hits, budget, report } = view;
  const { before = BEFORE, after = AFTER, accepts } = rule;
  let reached = 0;
  for (const hit of hits) {
    if (hit < reached) continue;
    const from = Math.max(reached, hit - before);
    const window = text.slice(from, hit + after);
    budget.spend(window.length);
    pattern.lastIndex = 0;
    for (let match = pattern.exec(window), looks = 0; match && looks < MAX_LOOKS; match = pattern.exec(window), looks += 1) {
      const at = from + match.index;
      if (match[0] === '') pattern.lastIndex += 1;
      if (accepts && !accepts(match, view, at)) continue;
      report(rule, at, at + match[0].length);
      reached = Math.max(hit + 1, at + match[0].length);
      break;
    }
  }
}

const bitOf = (role: Role): number => 1 << ROLES.indexOf(role);
