import { Literals } from './literals.ts';
import type { Role } from './place.ts';
import { type Analyser, type Detector, isAnalyser, type View } from './rule.ts';
import { windowed } from './windowed.ts';

type ViewedText = Pick<View, 'text' | 'place' | 'decodings' | 'budget' | 'report'>;

/** Asks every detector about a text, after one pass for all their literals has told which of them have anything to look at. */
export class Engine {
  readonly #analysers: readonly Analyser[];
  readonly #detectors: readonly Detector[];
  /** Made when a text of the role comes for the first time. */
  readonly #readings = new Map<Role, Reading>();
  /** Where the literals of each detector stand in the text at hand, and which detectors have any. Kept between texts: most have none. */
  readonly #hits: number[][];
  readonly #woken: number[] = [];

  constructor(detectors: readonly Detector[]) {
    this.#analysers = detectors.map((detector) => (isAnalyser(detector) ? detector : windowed(detector)));
    this.#hits = detectors.map(() => []);
    this.#detectors = detectors;
  }

  /** Throws `BudgetSpent`. */
  detect({ text, place, decodings, budget, report }: ViewedText): void {
    const reading = this.#readings.get(place.role) ?? this.#prepare(place.role);
    budget.spend(text.length + 1);
    // An error may have left some.
    for (let detector = this.#woken.pop(); detector !== undefined; detector = this.#woken.pop()) this.#hits[detector] = [];
    const onHit = (literal: number, at: number): void => {
      const { begins, detectors } = reading.woken[literal] ?? nobody;
      if (begins && isInsideWord(text, at)) return;
      for (const detector of detectors) {
        const hits = this.#hits[detector];
        if (hits?.length === 0) this.#woken.push(detector);
        hits?.push(at);
      }
    };
    reading.literals.search(text, onHit);
    // One view for all of them, and written out: making one costs more than what most detectors do.
    const view = { text, place, decodings, hits: none, budget, report };
    for (const detector of reading.always) this.#analysers[detector]?.analyse(view);
    for (const detector of this.#woken) {
      const hits = this.#hits[detector] ?? none;
      this.#ask(detector, { text, place, decodings, hits: hits.length === 1 ? hits : hits.toSorted((a, b) => a - b), budget, report });
    }
  }

  #prepare(role: Role): Reading {
    const reading = readingOf(role, this.#detectors);
    this.#readings.set(role, reading);
    return reading;
  }

  #ask(index: number, view: View): void {
    view.budget.spend(view.hits.length);
    this.#analysers[index]?.analyse(view);
  }
}

const none: readonly number[] = [];

/** Whom a literal wakes: detectors; `begins`: only where a word begins. */
type Woken = Readonly<{ begins: boolean; detectors: readonly number[] }>;
const nobody: Woken = { begins: false, detectors: none };

/** What is looked for in a text of one role. */
type Reading = Readonly<{
  literals: Literals;
  /** By literal. */
  woken: readonly Woken[];
  /** Detectors without literals. */
  always: readonly number[];
}>;

function readingOf(role: Role, detectors: readonly Detector[]): Reading {
  const woken = new Map<string, number[]>();
  const always: number[] = [];
  for (const [detector, { literals, roles }] of detectors.entries()) {
    if (!roles.includes(role)) continue;
    if (literals.length === 0) always.push(detector);
    for (const literal of new Set(literals)) {
      const detectorsOf = woken.get(literal);
      if (detectorsOf) detectorsOf.push(detector);
      else woken.set(literal, [detector]);
    }
  }
  const named = [...woken].map(([literal, detectorsOf]) => ({ text: literal.replace(WORD_START, ''), begins: literal.startsWith(WORD_START), detectors: detectorsOf }));
  return { literals: new Literals(named.map(({ text }) => text)), woken: named, always };
}

const WORD_START = '\b';

/** A letter behind a backslash is none: `\nnc` is a line end that is written out, and a word behind it. */
const isInsideWord = (text: string, at: number): boolean => at > 0 && isWordCharacter(text.charCodeAt(at - 1)) && (at === 1 || text.charCodeAt(at - 2) !== 92);
const isWordCharacter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95;
