import { parseArgs } from 'node:util';

type OptionTypes = Readonly<Record<string, 'string' | 'boolean'>>;
/** Absent: not given. */
export type Options<T extends OptionTypes> = { readonly [K in keyof T]?: T[K] extends 'string' ? string : boolean };

/**
 * Reads the arguments of a command: `--name value`, `--name=value`, `--name`, and, where `files` says so, what has no dashes before it. What is not known, incomplete
 * or given twice is a problem, in a sentence that names it.
 */
export function readOptions<const T extends OptionTypes>(
  args: readonly string[],
  types: T,
  { files = false }: Readonly<{ files?: boolean }> = {},
): Readonly<{ options: Options<T>; files: readonly string[] }> | Readonly<{ problem: string }> {
  const { tokens } = parseArgs({ args: [...args], options: Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }])), strict: false, allowPositionals: true, tokens: true });
  if (args.some((arg) => arg.includes('hp_sk_'))) return { problem: 'takes no API key on its command line, where others could read it' };
  const options: Record<string, string | boolean> = {};
  const named: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (!files) return { problem: `takes no \`${token.value}\`` };
      named.push(token.value);
      continue;
    }
    const type = Object.hasOwn(types, token.name) && token.rawName.startsWith('--') ? types[token.name] : undefined;
    if (type === undefined) return { problem: `does not know \`${token.rawName}\`` };
    if (Object.hasOwn(options, token.name)) return { problem: `was given \`${token.rawName}\` twice` };
    if (type === 'boolean' && token.value !== undefined) return { problem: `takes no value for \`${token.rawName}\`` };
    if (type === 'string' && (token.value === undefined || (token.value.startsWith('-') && !token.inlineValue))) return { problem: `needs a value for \`${token.rawName}\`` };
    options[token.name] = token.value ?? true;
  }
  return { options: options as Options<T>, files: named };
}

export const wantsHelp = (args: readonly string[]): boolean => args.includes('--help') || args.includes('-h');
