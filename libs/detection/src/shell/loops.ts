import type { Command, Word } from './command.ts';

const MAX_LOOPS = 16;
const MAX_VALUES = 8;
/** A value that stands for paths is worth looking at: `/home/*`, `~/x`. */
const IS_PATH = /^(?:[/~*]|\$\{?HOME)/;
/** A listing of a folder: its names, whatever they are. */
const LISTING = /^(?:\$\(|`)\s*ls\s[^|;)`]{1,120}[)`]$/;

/** The variables of `for` loops over paths, and what each goes over. */
export class Loops {
  readonly #values = new Map<string, readonly string[]>();

  keep({ args }: Command): void {
    const [name = '', over, ...values] = args.slice(0, 2 + 4 * MAX_VALUES).map(({ text }) => text);
    const paths = values.map((value) => (LISTING.test(value) ? '*' : value)).filter((value) => IS_PATH.test(value)).slice(0, MAX_VALUES);
    if (over === 'in' && paths.length > 0 && this.#values.size < MAX_LOOPS && /^\w{1,40}$/.test(name)) this.#values.set(name, paths);
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** The first loop's variable that a word names, with what it stands for. */
  find(words: readonly Word[]): readonly [name: string, values: readonly string[]] | undefined {
    for (const { text, dynamic } of words.slice(0, 64)) {
      const name = dynamic ? /\$\{?(\w{1,40})/.exec(text.slice(0, 200))?.[1] : undefined;
      const values = name === undefined ? undefined : this.#values.get(name);
      if (name !== undefined && values) return [name, values];
    }
    return undefined;
  }
}

/** What a command of a loop is in each of its first rounds: `rm -rf "$d"` in `for d in /home/*`. */
export function inLoop(command: Command, loops: Loops): readonly Command[] {
  if (command.name === 'for') loops.keep(command);
  if (loops.isEmpty || command.name === 'for') return [];
  const found = loops.find([...command.args, ...command.redirects.flatMap(({ target }) => target ?? [])]);
  if (!found) return [];
  const [name, values] = found;
  return values.map((value) => {
    const filled = (word: Word): Word => (word.dynamic ? { ...word, text: word.text.slice(0, 1_024).replaceAll(`\${${name}}`, () => value).replaceAll(`$${name}`, () => value) } : word);
    return { ...command, args: command.args.slice(0, 64).map(filled), redirects: command.redirects.map((redirect) => (redirect.target ? { ...redirect, target: filled(redirect.target) } : redirect)) };
  });
}
