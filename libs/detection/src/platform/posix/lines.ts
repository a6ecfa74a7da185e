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

/** The word behind an option, or within it: `-o file`, `-ofile`, `--output=file`. */
export function optionValues({ args }: Command, short: string, long: RegExp): readonly Word[] {
  const values: Word[] = [];
  for (const [at, word] of args.slice(0, MAX_WORDS).entries()) {
    const next = args[at + 1];
    if (short !== '' && word.text.startsWith('-') && !word.text.startsWith('--') && [...short].some((letter) => word.text.endsWith(letter) && /^-[a-zA-Z#]{1,8}$/.test(word.text))) {
      if (next) values.push(next);
    } else if (short !== '' && word.text.length > 2 && [...short].some((letter) => word.text.startsWith(`-${letter}`))) values.push({ ...word, text: word.text.slice(2) });
    else if (word.text.startsWith('--')) {
      const equals = word.text.indexOf('=');
      if (!long.test(equals > 0 ? word.text.slice(2, equals) : word.text.slice(2))) continue;
      if (equals > 0) values.push({ ...word, text: word.text.slice(equals + 1) });
      else if (next) values.push(next);
    }
  }
  return values;
}
