import type { Budget } from '../budget.ts';
import type { View } from '../rule.ts';
import type { Command, Script } from './command.ts';
import { Parser } from './parser.ts';
import { Variables } from './variables.ts';

/** Reads a text as a POSIX shell (and bash) would, without running anything. Linear in the text; throws nothing but `BudgetSpent`. */
export function parseScript(text: string, budget: Budget): Script {
  const commands: Command[] = [];
  const session = { budget, variables: new Variables(budget, text.length), commands, folder: '', closed: true, whole: true };
  new Parser(session, { text, from: 0, to: text.length, depth: 0, origin: 0 }).list();
  return { commands, closed: session.closed, whole: session.whole };
}

let last: Readonly<{ text: string; script: Script; steps: number }> | undefined;

/**
 * The script that a view shows. The last one is remembered, so that analysers of one view share it; each is charged for it all the same.
 * What is not read to its end makes the scan an incomplete one.
 */
export function scriptOf({ text, budget }: Pick<View, 'text' | 'budget'>): Script {
  if (last?.text === text) budget.spend(last.steps);
  else {
    const before = budget.spent;
    const script = parseScript(text, budget);
    last = { text, script, steps: budget.spent - before };
  }
  if (!last.script.whole) budget.leaveUnread();
  return last.script;
}
