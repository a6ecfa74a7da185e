import type { Budget } from '../budget.ts';
import { type Command, MOST_WORDS, type Redirect, type Word } from './command.ts';
import { constantOutput } from './constant-output.ts';
import { withoutKeywords, withoutSchedule } from './leading-words.ts';
import { commandsRunBy, isInterpreter } from './program-calls.ts';
import { SHELLS } from './programs.ts';
import type { Variables } from './variables.ts';
import { type Substituted, WordReader } from './word-reader.ts';
import { carriedBy, isAssignment, unwrapped } from './wrappers.ts';

const MAX_DEPTH = 6;
const MAX_FED = 4_096;
const MAX_FOLDER = 512;
const MAX_COMMANDS = 150_000;
/** Steps that it costs to begin to read one. */
const SUBSTITUTION = 32;

export type Session = { readonly budget: Budget; readonly variables: Variables; commands: Command[]; folder: string; closed: boolean; whole: boolean };

/** Where a parser reads. `origin`: what to add to an offset to find it in the script, or the one place that all of it comes from. */
export type Range = Readonly<{ text: string; from: number; to: number; depth: number; origin: number | Readonly<{ start: number; end: number }> }>;

/** Reads one list of commands, to the end of its range or to the `)` that closes it. */
export class Parser {
  readonly #session: Session;
  readonly #range: Range;
  readonly #reader: WordReader;
  #words: Word[] = [];
  #redirects: Redirect[] = [];
  #input: Word | undefined;
  #start = -1;
  #operator = '';
  #last: Command | undefined;
  #piped: Command | undefined;
  /** Commands of substitutions in the words of the command that is being read. */
  #inner: Command[] = [];
  /** Where the text goes on behind the here-documents that began on this line. */
  #resume = -1;
  #newline = -1;

  constructor(session: Session, range: Range) {
    this.#session = session;
    this.#range = range;
    this.#reader = new WordReader(range, session, (from, to, text, stop, derivedFrom) => this.#substitute(from, to, text, stop, derivedFrom && this.#placed(derivedFrom.start, derivedFrom.end)));
  }

  get last(): Command | undefined {
    return this.#last;
  }

  /** Answers where it stopped. */
  list(stop = false): number {
    const { text, to } = this.#range;
    const reader = this.#reader;
    let brackets = 0;
    while (reader.at < to) {
      const code = text.charCodeAt(reader.at);
      if (code === 32 || code === 9 || code === 13) reader.at += 1;
      else if (code === 92 && text.charCodeAt(reader.at + 1) === 10) reader.at += 2;
      else if (code === 10) {
        this.#finish('\n', reader.at);
        reader.at = this.#resume > reader.at ? this.#resume : reader.at + 1;
      } else if (code === 59) this.#separate(';');
      else if (code === 38) this.#ampersand();
      else if (code === 124) this.#separate(text.charCodeAt(reader.at + 1) === 124 ? '||' : '|');
      else if (code === 40) {
        if (this.#isFunctionName()) continue;
        this.#separate('(');
        brackets += 1;
      } else if (code === 41) {
        if (brackets === 0 && stop) {
          this.#finish('', reader.at);
          return reader.at + 1;
        }
        this.#separate(')');
        brackets = Math.max(0, brackets - 1);
      } else if (code === 35 && this.#atWordStart()) {
        reader.at = this.#lineEnd();
      } else if (code === 60 || code === 62) this.#redirect(undefined);
      else this.#word();
    }
    this.#finish('', to);
    if (stop) this.#session.closed = false;
    return to;
  }

  #atWordStart(): boolean {
    const before = this.#reader.at === this.#range.from ? 32 : this.#range.text.charCodeAt(this.#reader.at - 1);
    return before <= 32 || before === 59 || before === 38 || before === 124 || before === 40 || before === 41;
  }

  #lineEnd(): number {
    const { text, to } = this.#range;
    if (this.#newline < this.#reader.at) {
      const found = text.indexOf('\n', this.#reader.at);
      this.#newline = found < 0 ? to : found;
    }
    return Math.min(this.#newline, to);
  }

  #separate(operator: string): void {
    const at = this.#reader.at;
    this.#finish(operator, at);
    this.#reader.at = at + (operator === '|' && this.#range.text.charCodeAt(at + 1) === 38 ? 2 : operator.length);
  }

  /** `&`, `&&`, `&>file`. */
  #ampersand(): void {
    const next = this.#range.text.charCodeAt(this.#reader.at + 1);
    if (next === 62) {
      this.#reader.at += 1;
      this.#redirect(undefined, '&');
    } else this.#separate(next === 38 ? '&&' : '&');
  }

  /** `name()`, which begins a function: its name is no command. */
  #isFunctionName(): boolean {
    const { text, to } = this.#range;
    let at = this.#reader.at + 1;
    while (at < to && text.charCodeAt(at) === 32) at += 1;
    if (text.charCodeAt(at) !== 41 || this.#words.length !== 1) return false;
    this.#words = [];
    this.#start = -1;
    this.#reader.at = at + 1;
    return true;
  }

  #word(): void {
    const { text } = this.#range;
    const from = this.#reader.at;
    if (this.#start < 0) this.#start = from;
    const before = this.#words.length;
    this.#reader.read(this.#words);
    if (this.#reader.at === from) this.#reader.at += 1;
    const next = text.charCodeAt(this.#reader.at);
    const word = this.#words.length === before + 1 ? this.#words[before] : undefined;
    if (!word) return;
    if ((next === 60 || next === 62) && /^(?:\d{1,3}|\{\w+\})$/.test(word.text) && !word.quoted && this.#reader.at < this.#range.to) {
      this.#words.pop();
      this.#redirect(/^\d/.test(word.text) ? Number(word.text) : undefined);
    }
  }

  /** A redirection, a here-document or a process substitution. */
  #redirect(fd: number | undefined, prefix = ''): void {
    const { text, to } = this.#range;
    const reader = this.#reader;
    if (this.#start < 0) this.#start = reader.at;
    const from = reader.at;
    if (text.charCodeAt(from + 1) === 40 && prefix === '') {
      reader.at = this.#substitute(from + 2, to, text, true).end;
      this.#words.push({ text: text.slice(from, Math.min(reader.at, from + 512)), ...this.#placed(from, reader.at), quoted: false, dynamic: true });
      return;
    }
    const operator = OPERATORS.find((each) => text.startsWith(each, from)) ?? '>';
    reader.at += operator.length;
    while (reader.at < to && (text.charCodeAt(reader.at) === 32 || text.charCodeAt(reader.at) === 9)) reader.at += 1;
    const words: Word[] = [];
    if ((operator === '<' || operator === '>') && /^[<>]\($/.test(text.slice(reader.at, reader.at + 2))) return this.#redirect(fd);
    if (reader.at < to) reader.read(words);
    const [target, ...rest] = words;
    if (operator === '<<' || operator === '<<-') this.#hereDocument(target, operator === '<<-');
    else if (operator === '<<<') this.#input = target;
    this.#redirects.push({ operator: prefix + operator, target, fd });
    this.#words.push(...rest);
  }

  #hereDocument(delimiter: Word | undefined, tabs: boolean): void {
    const { text, to } = this.#range;
    const from = Math.max(this.#resume, this.#lineEnd() + 1);
    if (!delimiter || from > to) return;
    for (let at = from; ; ) {
      const newline = text.indexOf('\n', at);
      const end = newline < 0 || newline > to ? to : newline;
      const line = text.slice(at, Math.min(end, at + 256)).trimEnd();
      const last = end >= to;
      const found = (tabs ? line.replace(/^\t+/, '') : line) === delimiter.text;
      if (found || last) {
        const close = found ? Math.max(from, at - 1) : to;
        this.#session.budget.spend(end - from);
        this.#resume = Math.max(end < to ? end + 1 : to, from);
        const body = text.slice(from, close);
        this.#input = { text: body, ...this.#placed(from, close), quoted: delimiter.quoted, dynamic: !delimiter.quoted && /[$`]/.test(body) };
        return;
      }
      at = end + 1;
    }
  }

  #placed(start: number, end: number): Readonly<{ start: number; end: number }> {
    const { origin } = this.#range;
    return typeof origin === 'number' ? { start: start + origin, end: end + origin } : origin;
  }

  /** Reads the commands of a substitution; they follow the command that is being read. */
  #substitute(from: number, to: number, text: string, stop: boolean, origin = this.#range.origin, carried = false): Substituted {
    const { depth } = this.#range;
    if (depth >= MAX_DEPTH) {
      this.#session.whole = false;
      return { end: from, output: undefined };
    }
    const outer = this.#session.commands;
    const own: Command[] = [];
    this.#session.commands = own;
    const parser = new Parser(this.#session, { text, from, to, depth: depth + 1, origin });
    this.#session.budget.spend(SUBSTITUTION + (stop ? 0 : to - from));
    const end = parser.list(stop);
    this.#session.commands = outer;
    for (const command of own) (carried ? outer : this.#inner).push(command);
    const single = parser.last && own.every((command) => command.depth > depth + 1 || command === parser.last || command.operator === '' || command.operator === '|') ? parser.last : undefined;
    return { end, output: single && constantOutput(single)?.replace(/\n+$/, '') };
  }

  /** Ends the command that is being read, if there is one. */
  #finish(next: string, end: number): void {
    if (this.#words.length > 0 || this.#redirects.length > 0) {
      const words = withoutSchedule(withoutKeywords(this.#words));
      const redirects = this.#redirects;
      const input = this.#input;
      const inner = this.#inner;
      const place = this.#placed(this.#start, end);
      this.#words = [];
      this.#redirects = [];
      this.#input = undefined;
      this.#inner = [];
      if (words.length > 0 || redirects.length > 0) this.#last = this.#emit(words, { redirects, input, start: place.start, end: place.end, pipedFrom: this.#piped, operator: this.#operator });
      for (const command of inner) this.#session.commands.push(command);
      if (this.#last) this.#runInput(this.#last);
    }
    this.#start = -1;
    if (next === '' || (next === '\n' && this.#operator === '|' && this.#last === this.#piped)) return;
    this.#operator = next;
    this.#piped = next === '|' ? this.#last : undefined;
  }

  #emit(words: readonly Word[], around: Pick<Command, 'redirects' | 'input' | 'start' | 'end' | 'pipedFrom' | 'operator'>, outer: readonly string[] = [], level = 0): Command {
    const { variables, commands } = this.#session;
    let first = 0;
    while (first < words.length && isAssignment(words[first]?.text ?? '')) first += 1;
    const assignments = words.slice(0, first);
    const rest = first === 0 ? words : words.slice(first);
    const { at, name, wrappers } = unwrapped(rest);
    const args = rest.slice(at + 1);
    if (rest.length === 0) for (const { text, dynamic } of assignments) variables.assign(text, dynamic);
    else if (DECLARING.has(name)) for (const { text, dynamic } of args) if (isAssignment(text)) variables.assign(text, dynamic);
    const { redirects, input, start, end, pipedFrom, operator } = around;
    const command: Command = { name, args, wrappers: outer.length > 0 ? [...outer, ...wrappers] : wrappers, redirects, assignments, input, start, end, folder: this.#session.folder, pipedFrom, depth: this.#range.depth + level, operator };
    if (name === 'cd' || name === 'pushd') this.#session.folder = folderBehind(this.#session.folder, args);
    if (commands.length < MAX_COMMANDS) commands.push(command);
    else this.#session.whole = false;
    if (args.length > MOST_WORDS) this.#session.whole = false;
    for (const { words: given, reading } of carriedBy(name, args)) {
      const carried = name === 'xargs' && pipedFrom ? this.#fed(given, pipedFrom) : given;
      if (carried.length === 0) continue;
      if (level + this.#range.depth >= MAX_DEPTH) {
        this.#session.whole = false;
        break;
      }
      if (reading === 'shell') this.#reread(carried);
      else this.#emit(carried, { ...around, input: undefined }, [...command.wrappers, name], level + 1);
    }
    return command;
  }

  /** What `xargs` runs, with the words that it reads, if those can be told: in the place of `{}`, or behind the others. */
  #fed(words: readonly Word[], from: Command): readonly Word[] {
    const input = from.name === 'ls' ? namesIn(from.args) : constantOutput(from);
    if (input === undefined || input.length > MAX_FED || words.length === 0 || !this.#session.variables.allows(input.length * 2)) return words;
    const read = input.split(/[\s\0]+/).filter((text) => text !== '').map((text): Word => ({ text, start: from.start, end: from.end, quoted: false, dynamic: false }));
    const hole = words.findIndex(({ text }) => text.includes('{}'));
    if (hole < 0) return [...words, ...read];
    return words.flatMap((word, at) => (at === hole ? read.map((each) => ({ ...word, text: word.text.replace('{}', () => each.text) })) : [word]));
  }

  /** Words that a shell reads once more. */
  #reread(words: readonly Word[]): void {
    const [first, last] = [words[0], words.at(-1)];
    if (!first || !last) return;
    const text = words.length === 1 ? first.text : words.map((word) => word.text).join(' ');
    this.#substitute(0, text.length, text, false, this.#originOf(text, first, last), true);
  }

  /** One number where the text stands in the script as it is. */
  #originOf(text: string, first: Word, last: Word): Range['origin'] {
    const { origin } = this.#range;
    if (typeof origin !== 'number') return origin;
    for (const shift of [1, 0]) if (this.#range.text.startsWith(text, first.start - origin + shift)) return first.start + shift;
    return { start: first.start, end: last.end };
  }

  /** Text that a command hands to a shell, or writes where a shell or cron will read it. */
  #runInput(command: Command): void {
    const { name, args, redirects, pipedFrom } = command;
    if (this.#range.depth >= MAX_DEPTH) return;
    if (SHELLS.has(name) || name === 'ssh' || name === 'crontab' || name === 'at' || name === 'batch') {
      const reads = args.every(({ text }) => /^[-+]/.test(text)) || args.some(({ text }) => text === '-s' || text === '/dev/stdin') || name === 'ssh' || name === 'at';
      if (!reads || args.some(({ text }) => /^-[a-z]*c$/.test(text))) return;
      if (command.input) this.#reread([command.input]);
      else if (pipedFrom) this.#rereadOutput(pipedFrom);
    } else if (command.input && isInterpreter(name) && args.every(({ text }) => text.startsWith('-') && !/^-\w*[ce]$/.test(text))) {
      for (const script of commandsRunBy(name, command.input)) this.#reread([script]);
    } else if ((name === 'cat' || name === 'echo' || name === 'printf') && redirects.some(({ operator, target }) => operator.startsWith('>') && target && SCRIPT_FILE.test(target.text))) {
      if (name === 'cat' && command.input) this.#reread([command.input]);
      else this.#rereadOutput(command);
    }
  }

  #rereadOutput(command: Command): void {
    const text = constantOutput(command);
    if (text !== undefined && this.#session.variables.allows(text.length)) this.#substitute(0, text.length, text, false, { start: command.start, end: command.end }, true);
  }
}

/** What `ls` says of files that it is told. */
const namesIn = (args: readonly Word[]): string => args.filter(({ text }) => !text.startsWith('-')).map(({ text }) => text).join('\n');

/** Where `cd` leads from a folder. */
function folderBehind(folder: string, args: readonly Word[]): string {
  const word = args.find(({ text }) => !/^-[LPe@]*$/.test(text) && text !== '--');
  if (!word) return args.length === 0 ? '~' : '';
  if (word.dynamic && !/^\$\{?HOME\b/.test(word.text)) return '';
  const led = /^[/~$]/.test(word.text) ? word.text : folder === '' ? '' : `${folder}/${word.text}`;
  return led.length > MAX_FOLDER ? '' : led;
}

const OPERATORS = ['<<<', '<<-', '<<', '<>', '<&', '<', '>>', '>|', '>&', '>'];
const DECLARING: ReadonlySet<string> = new Set(['export', 'declare', 'local', 'typeset', 'readonly']);
const SCRIPT_FILE = /\.(?:sh|bash|zsh|command)$|(?:^|\/)\.?(?:bash|zsh)(?:rc|_profile|_login|_logout|env)$|(?:^|\/)\.?profile$|cron|rc\.local$|\/(?:init|profile|rc\d?|update-motd)\.d\//;
