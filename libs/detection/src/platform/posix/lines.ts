import type { Command, Script, Word } from '../../shell/command.ts';
import type { View } from '../../rule.ts';

/** Longest command line that is matched against a table; of a longer one, the beginning. */
const MAX_LINE = 2_000;

/** A command as one text: `name arg arg`. */
export type Line = Readonly<{ command: Command; text: string; /** Its place among the script’s commands. */ at: number }>;

export type Seen = Readonly<{ view: View; script: Script; lines: readonly Line[] }>;

export function linesOf({ budget }: View, { commands }: Script): readonly Line[] {
  return commands.map((command, at) => {
    let text = command.name;
    for (const word of command.args) {
      if (text.length > MAX_LINE) break;
      text += ` ${word.text}`;
    }
    text = text.slice(0, MAX_LINE);
    budget.spend(text.length + 100);
    return { command, text, at };
  });
}

/** Commands next to one: holders stand before what they hold. */
export const around = (commands: readonly Command[], at: number): readonly Command[] => commands.slice(Math.max(0, at - 32), at + 64);

/** The commands whose output it reads, the nearest first. */
export function pipedInto(command: Command): readonly Command[] {
  const sources: Command[] = [];
  for (let source = command.pipedFrom; source && sources.length < 8; source = source.pipedFrom) sources.push(source);
  return sources;
}

/** Words of one command that are looked at. */
const MAX_WORDS = 1_000;

export const operandsOf = ({ args }: Command): readonly Word[] => args.slice(0, MAX_WORDS).filter(({ text }) => !text.startsWith('-') || text === '-');

/** The words behind an option, or within it: `-o file`, `-ofile`, `--output=file`. `short`: letters of it. */
export function optionValues({ args }: Command, short: string, long: RegExp): readonly Word[] {
  const values: Word[] = [];
  for (const [at, word] of args.slice(0, MAX_WORDS).entries()) {
    const { text } = word;
    const next = args[at + 1];
    if (!text.startsWith('-') || text.length < 2) continue;
    if (text.startsWith('--')) {
      const equals = text.indexOf('=');
      if (!long.test(equals > 0 ? text.slice(2, equals) : text.slice(2))) continue;
      if (equals > 0) values.push({ ...word, text: text.slice(equals + 1) });
      else if (next) values.push(next);
    } else if (short !== '' && /^-[a-zA-Z#]{1,8}$/.test(text) && short.includes(text.slice(-1))) {
      if (next) values.push(next);
    } else if (short !== '' && text.length > 2 && short.includes(text.charAt(1))) values.push({ ...word, text: text.slice(2) });
  }
  return values;
}
