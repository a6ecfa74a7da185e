import type { Budget } from '../budget.ts';
import type { Rule } from '../rule.ts';
import { type Command, MOST_WORDS } from './command.ts';

/** A rule about one command, told by its program's name, then by a look at its words. */
export type CommandRule = Rule &
  Readonly<{
    /** Programs it is about; `*` alone: every command, also those without a name. */
    programs: readonly string[];
    /** Literals that wake it, where the programs' names are too common or too short. */
    literals?: readonly string[];
    holds: (command: Command, words: readonly string[]) => boolean;
  }>;

/** What one rule costs for each command, and for each word of it. */
const STEPS_PER_COMMAND = 12;
const STEPS_PER_WORD = 4;

/** Reports the rules that hold for each command. */
export class CommandRules {
  readonly rules: readonly CommandRule[];
  readonly #byProgram = new Map<string, CommandRule[]>();

  constructor(rules: readonly CommandRule[]) {
    this.rules = rules;
    for (const rule of rules) for (const program of rule.programs) this.#byProgram.set(program, [...(this.#byProgram.get(program) ?? []), rule]);
  }

  /** Throws `BudgetSpent`. */
  check(command: Command, budget: Budget, report: (rule: Rule, command: Command) => void): void {
    const named = this.#byProgram.get(command.name) ?? [];
    const every = command.redirects.length > 0 || command.assignments.length > 0 || command.pipedFrom ? (this.#byProgram.get('*') ?? []) : [];
    if (named.length === 0 && every.length === 0) return;
    const words = command.args.slice(0, MOST_WORDS).map(({ text }) => text);
    budget.spend((named.length + every.length) * (STEPS_PER_COMMAND + STEPS_PER_WORD * (words.length + command.redirects.length)));
    for (const rule of [...named, ...every]) if (rule.holds(command, words)) report(rule, command);
  }
}

/** Whether a short option is among the words, alone or in a cluster, or one of the long ones. */
export const hasOption = (words: readonly string[], short: string, ...long: readonly string[]): boolean =>
  words.some((word) => (/^-[A-Za-z0-9]+$/.test(word) ? word.includes(short) : false) || (word.startsWith('--') && long.some((name) => word === name || word.startsWith(`${name}=`))));

export const operandsOf = (words: readonly string[]): readonly string[] => {
  const end = words.indexOf('--');
  return words.filter((word, index) => (end >= 0 && index > end) || !word.startsWith('-'));
};

/** The words as one line, cut where no rule looks any more: an expression may look at it more than once. */
export const lineOf = (words: readonly string[]): string => words.join(' ').slice(0, 2_048);
