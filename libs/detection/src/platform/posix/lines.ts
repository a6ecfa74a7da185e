import type { Command, Script, Word } from '../../shell/command.ts';
import type { View } from '../../rule.ts';

/** Longest text that is matched against a table at once: an expression may look at it more than once. */
const MAX_LINE = 2_000;
/** What the pieces of a longer line share, and how much of its beginning stands before each. */
const OVERLAP = 400;
const HEAD = 60;

/** A command as one text: `name arg arg`. Of a long one `text` is the beginning, and the rest stands in pieces with the command's name before them. */
export type Line = Readonly<{ command: Command; text: string; /** Its place among the script’s commands. */ at: number; further: readonly string[] }>;

export type Seen = Readonly<{ view: View; script: Script; lines: readonly Line[] }>;

export function linesOf({ budget }: View, { commands }: Script): readonly Line[] {
  return commands.map((command, at) => {
    const whole = [command.name, ...command.args.map(({ text }) => text)].join(' ');
    budget.spend(whole.length + 100);
    return { command, text: whole.slice(0, MAX_LINE), at, further: whole.length > MAX_LINE ? furtherOf(whole) : none };
  });
}

const none: readonly string[] = [];

/** The first words are a program's own commands, `iam attach-user-policy`, and stand before each piece. */
function furtherOf(whole: string): readonly string[] {
  const head = whole.slice(0, Math.max(whole.indexOf(' '), whole.lastIndexOf(' ', HEAD)) + 1).slice(0, OVERLAP);
  const pieces: string[] = [];
  for (let from = MAX_LINE - OVERLAP; from < whole.length - OVERLAP; from += MAX_LINE - 2 * OVERLAP) pieces.push(head + whole.slice(from, from + MAX_LINE - OVERLAP));
  return pieces;
}

/** A command's line, and each further piece of it as a line of its own. */
export const piecesOf = (line: Line): readonly Line[] => (line.further.length === 0 ? [line] : [line, ...line.further.map((text) => ({ ...line, text, further: none }))]);

/** Commands next to one: holders stand before what they hold. */
export const around = (commands: readonly Command[], at: number): readonly Command[] => commands.slice(Math.max(0, at - 32), at + 64);

/** The commands whose output it reads, the nearest first. */
export function pipedInto(command: Command): readonly Command[] {
  const sources: Command[] = [];
  for (let source = command.pipedFrom; source && sources.length < 8; source = source.pipedFrom) sources.push(source);
  return sources;
}

export const operandsOf = ({ args }: Command): readonly Word[] => args.filter(({ text }) => !text.startsWith('-') || text === '-');

/** The words behind an option, or within it: `-o file`, `-ofile`, `--output=file`. `short`: letters of it. */
export function optionValues({ args }: Command, short: string, long: RegExp): readonly Word[] {
  const values: Word[] = [];
  for (const [at, word] of args.entries()) {
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
