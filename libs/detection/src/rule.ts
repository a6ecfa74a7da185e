import type { Budget } from './budget.ts';
import type { Place, Role } from './place.ts';
import type { Severity, ThreatType } from './threat.ts';

/** A tool call, or an output. */
export type Example = Readonly<{ tool: string; type?: string; arguments: Readonly<Record<string, unknown>> }> | Readonly<{ tool?: string; output: string }>;

/** What a rule is, for people; the table in `docs/detection-rules.md` is made from these. A test holds every rule to its examples. */
export type Rule = Readonly<{
  /** `<subject>.<what>`, kebab-case: `shell.rm-root`. Stable: policies and logs may name it. */
  id: string;
  type: ThreatType;
  severity: Severity;
  /** What it sees, as a noun phrase: `recursive deletion of the root, a home or a system folder`. */
  sees: string;
  /** The rule must fire here. */
  positive: Example;
  /** Looks alike and is harmless: the rule must be silent. */
  nearMiss: Example;
  /** Where the rule or its numbers come from: an URL or a name and section. */
  source?: string;
}>;

/** One text under one reading: a string as it was sent, or what is left after undoing an encoding. */
export type View = Readonly<{
  text: string;
  place: Place;
  /** Encodings undone, outermost first; empty for the text as it was sent. */
  decodings: readonly string[];
  /** Where the detector's literals begin in `text`, ascending. Empty for detectors without literals. */
  hits: readonly number[];
  budget: Budget;
  /** Reports a finding of one of the detector's rules; offsets into `text`. */
  report: (rule: Rule, start: number, end: number) => void;
}>;

type Waking = Readonly<{
  /** Readings under which it is asked at all. */
  roles: readonly Role[];
  /**
   * Lower-case literals, compared without regard to ASCII case. One of them must stand in the text before the detector is asked; one with `\b` in
   * front (the character U+0008) only where a word begins: `\bnc ` is not found in `func `.
   * None: it is asked for every text of its roles, so its first look must be one cheap linear test.
   */
  literals: readonly string[];
}>;

/**
 * A rule that one regular expression tells. It is run on the text around its literals, from `before` characters (default 64) ahead of one to
 * `after` characters (default 256) past its beginning; windows that touch are one, up to a couple of thousand characters: whatever the expression
 * does, its cost has a bound. A caret in it means the beginning of the text.
 */
export type PatternRule = Rule &
  Waking &
  Readonly<{
    pattern: RegExp;
    before?: number;
    after?: number;
    /** A last look at a match: `at` is its place in the view's text. */
    accepts?: (match: RegExpExecArray, view: View, at: number) => boolean;
  }>;

/** Code that understands a text and may tell several rules. Its work is charged to `view.budget`, about one step a character looked at. */
export type Analyser = Waking & Readonly<{ name: string; rules: readonly Rule[]; analyse: (view: View) => void }>;

/** A call as a whole. */
export type ViewedCall = Readonly<{
  tool: string;
  arguments: Readonly<Record<string, unknown>>;
  budget: Budget;
  /** Reports a finding that no single string shows; it is told of the call (the empty JSON pointer) with the tool's name. */
  report: (rule: Rule) => void;
}>;

/** Code that reads a call as a whole, once: what its tool does to what its arguments name. Most tools must cost it next to nothing. */
export type CallAnalyser = Readonly<{ name: string; rules: readonly Rule[]; analyse: (call: ViewedCall) => void }>;

export type Detector = PatternRule | Analyser;

export const isAnalyser = (detector: Detector): detector is Analyser => 'analyse' in detector;
export const rulesOf = (detector: Detector): readonly Rule[] => (isAnalyser(detector) ? detector.rules : [detector]);
