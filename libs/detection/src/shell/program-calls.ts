import { Budget } from '../budget.ts';
import type { Word } from './command.ts';
import { stringsOfCall } from './program-strings.ts';

/** Longest program of a command line that is looked at. */
const MAX_PROGRAM = 4_096;
const MAX_CALLS = 16;

/** Interpreters that take a program as a word, by the option before it; awk takes its first operand. */
const PROGRAM_OPTIONS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:python|pypy)[\d.]*$/, /^-[A-Za-z]*c$/],
  [/^(?:perl|ruby)[\d.]*$/, /^-[A-Za-z]*[eE]$/],
  [/^(?:node|nodejs|bun|tsx)$/, /^(?:-[a-z]*[ep]|--eval|--print)$/],
  [/^php[\d.]*$/, /^(?:-[a-z]*r|--run)$/],
  [/^deno$/, /^eval$/],
  [/^lua[\d.]*$/, /^-e$/],
];
const AWK = /^[gmn]?awk$/;
/** Where backquotes run a command. */
const BACKQUOTES = /^(?:perl|ruby|php)/;

const CALL = /\b(?:system|popen[23]?|exec|exec[lv]p?e?|exec(?:File)?Sync|execFile|spawn(?:Sync)?|spawn[lv]p?e?|run|call|check_call|check_output|getoutput|getstatusoutput|Popen|shell_exec|passthru|proc_open|pcntl_exec|execa|execute)\s*\(|\b(?:system|exec)\s+(?=["'])|(?:%x|\bqx)\s*([{([/|!])|`/g;
const CLOSING: Readonly<Record<string, string | undefined>> = { '{': '}', '(': ')', '[': ']' };

/** Whether a program runs what it reads as its input, if no word says what else. */
export const isInterpreter = (name: string): boolean => PROGRAM_OPTIONS.some(([program]) => program.test(name));

/** The program that an interpreter is given as a word. */
export function programGivenTo(name: string, args: readonly Word[]): Word | undefined {
  if (AWK.test(name)) return args.find(({ text }) => !text.startsWith('-'));
  const option = PROGRAM_OPTIONS.find(([program]) => program.test(name))?.[1];
  if (!option) return undefined;
  const at = args.findIndex(({ text }) => option.test(text));
  return at < 0 ? undefined : args[at + 1];
}

/** The commands that such a program hands to a shell, each as a word with the program's place: `os.system('id')`, `` `id` ``, `subprocess.run(['id', '-u'])`. */
export function commandsRunBy(name: string, program: Word): readonly Word[] {
  const text = program.text.slice(0, MAX_PROGRAM);
  const commands: string[] = [];
  CALL.lastIndex = 0;
  for (let call = CALL.exec(text); call && commands.length < MAX_CALLS; call = CALL.exec(text)) {
    const [opening, bracket] = call;
    const from = call.index + opening.length;
    const script = opening === '`' ? (BACKQUOTES.test(name) ? upTo('`', text, from) : undefined) : bracket !== undefined ? upTo(CLOSING[bracket] ?? bracket, text, from) : givenTo(text, from, opening.endsWith('('));
    if (script === undefined || script === '') continue;
    commands.push(script);
    if (!opening.endsWith('(')) CALL.lastIndex = from + script.length + 1;
  }
  return commands.map((script) => ({ ...program, text: script }));
}

function upTo(closing: string, text: string, from: number): string | undefined {
  const end = text.indexOf(closing, from);
  return end < 0 ? undefined : text.slice(from, end);
}

/** One string is a line for a shell; several are the words of a command. */
function givenTo(text: string, from: number, bracketed: boolean): string | undefined {
  const strings = bracketed ? stringsOfCall(text, from, new Budget(MAX_PROGRAM * 8)) : stringsOfCall(`${text.slice(from).split('\n', 1)[0] ?? ''})`, 0, new Budget(MAX_PROGRAM * 8));
  const [first] = strings;
  if (!first || strings.length === 1 || /\s/.test(first.text)) return first?.text;
  return strings.map((each) => (/^[\w./:=@%+,~-]+$/.test(each.text) ? each.text : `'${each.text.replaceAll("'", "'\\''")}'`)).join(' ');
}
