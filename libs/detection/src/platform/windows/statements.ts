import type { Budget } from '../../budget.ts';

export type Dialect = 'powershell' | 'cmd';

/**
 * A statement in one spelling: escapes (`^`, backtick) and quotes removed, literal strings joined, variables with known values filled in,
 * blanks single, registry roots short. `text` is lower-case. A pipe stays within its statement, as ` | `.
 */
export type Statement = Readonly<{ text: string; written: string; words: readonly string[]; start: number; end: number }>;

/** Longest statement that is kept; the rest of a longer one is passed over. */
const MAX_STATEMENT = 2_000;
const MAX_STATEMENTS = 150_000;
const MAX_VALUE = 400;
const MAX_VARIABLES = 64;

/** Characters that mean nothing but themselves, many at once. */
const ORDINARY = /[A-Za-z0-9_.\\:/*?+~[\]-]{1,1000}/y;

const KNOWN_VARIABLES: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  systemroot: 'C:\\Windows',
  windir: 'C:\\Windows',
  systemdrive: 'C:',
  homedrive: 'C:',
  comspec: 'cmd',
  userprofile: 'C:\\Users\\u',
  home: 'C:\\Users\\u',
  appdata: 'C:\\Users\\u\\AppData\\Roaming',
  localappdata: 'C:\\Users\\u\\AppData\\Local',
  temp: 'C:\\Users\\u\\AppData\\Local\\Temp',
  tmp: 'C:\\Users\\u\\AppData\\Local\\Temp',
  programdata: 'C:\\ProgramData',
  allusersprofile: 'C:\\ProgramData',
  programfiles: 'C:\\Program Files',
  public: 'C:\\Users\\Public',
};

/** Statements of a PowerShell script or a batch file, in order. Linear in the text. */
export function statementsOf(text: string, dialect: Dialect, budget: Budget): readonly Statement[] {
  return new Reader(text, dialect, budget).read();
}

class Reader {
  readonly #text: string;
  readonly #powershell: boolean;
  readonly #budget: Budget;
  readonly #variables = new Map<string, string>();
  readonly #statements: Statement[] = [];
  #at = 0;
  #out = '';
  #word = '';
  #words: string[] = [];
  #start = -1;

  constructor(text: string, dialect: Dialect, budget: Budget) {
    this.#text = text;
    this.#powershell = dialect === 'powershell';
    this.#budget = budget;
  }

  read(): readonly Statement[] {
    this.#budget.spend(this.#text.length * 2 + 1);
    while (this.#at < this.#text.length && this.#statements.length < MAX_STATEMENTS) this.#step();
    if (this.#at < this.#text.length) this.#budget.leaveUnread();
    this.#close();
    return this.#statements;
  }

  #step(): void {
    ORDINARY.lastIndex = this.#at;
    const [ordinary] = ORDINARY.exec(this.#text) ?? [];
    if (ordinary !== undefined) {
      if (this.#start < 0) this.#start = this.#at;
      if (this.#out.length < MAX_STATEMENT) {
        this.#out += ordinary;
        this.#word += ordinary;
      }
      this.#at += ordinary.length;
      return;
    }
    const character = this.#text.charAt(this.#at);
    const next = this.#text.charAt(this.#at + 1);
    if (character === '\n' || (character === ';' && this.#powershell) || (character === '&' && !this.#powershell && next !== '$')) {
      this.#close();
      this.#at += 1;
      return;
    }
    if (this.#start < 0 && character.trim() !== '') this.#start = this.#at;
    if (character === (this.#powershell ? '`' : '^')) {
      if (next === '\n' || next === '\r') this.#add(' ');
      else this.#add(next);
      this.#at += next === '\r' && this.#text.charAt(this.#at + 2) === '\n' ? 3 : 2;
    } else if (this.#powershell && character === '#' && /^$|\s$/.test(this.#out.slice(-1))) this.#skipTo('\n');
    else if (this.#powershell && character === '<' && next === '#') {
      this.#skipTo('#>');
      this.#at += 2;
    } else if (this.#powershell && character === '@' && (next === "'" || next === '"')) this.#hereString(next);
    else if (character === '"' || (character === "'" && this.#powershell)) this.#string(character);
    else if ((character === '$' && this.#powershell) || ((character === '%' || character === '!') && !this.#powershell)) this.#variable();
    else if (character === '|') {
      this.#add(' | ');
      this.#at += 1;
    } else {
      this.#add(character);
      this.#at += 1;
    }
  }

  #skipTo(end: string): void {
    const found = this.#text.indexOf(end, this.#at);
    this.#at = found < 0 ? this.#text.length : found;
  }

  #hereString(quote: string): void {
    const end = this.#text.indexOf(`\n${quote}@`, this.#at);
    const to = end < 0 ? this.#text.length : end;
    this.#add(this.#text.slice(this.#at + 2, Math.min(to, this.#at + MAX_STATEMENT)).replaceAll('\n', ' '), true);
    this.#at = end < 0 ? to : to + 3;
  }

  /** Content of a quoted string; neighbours joined by `+` are one. */
  #string(quote: string): void {
    const text = this.#text;
    this.#at += 1;
    let from = this.#at;
    while (this.#at < text.length) {
      const character = text.charAt(this.#at);
      if (character === quote) {
        if (this.#powershell && text.charAt(this.#at + 1) === quote) {
          this.#add(text.slice(from, this.#at + 1), true);
          this.#at += 2;
          from = this.#at;
          continue;
        }
        break;
      }
      if (character === '\n' && !this.#powershell) break;
      if (quote === '"' && ((this.#powershell && (character === '$' || character === '`')) || (!this.#powershell && character === '%'))) {
        this.#add(text.slice(from, this.#at), true);
        if (character === '`') {
          this.#add(text.charAt(this.#at + 1), true);
          this.#at += 2;
        } else this.#variable();
        from = this.#at;
        continue;
      }
      this.#at += 1;
    }
    this.#add(text.slice(from, this.#at).slice(0, MAX_STATEMENT), true);
    if (text.charAt(this.#at) === quote) this.#at += 1;
    if (!this.#powershell) return;
    const joint = /^\s{0,20}\+\s{0,20}(?=['"])/.exec(text.slice(this.#at, this.#at + 44));
    if (joint) this.#at += joint[0].length;
  }

  #variable(): void {
    const rest = this.#text.slice(this.#at, this.#at + 80);
    const match = this.#powershell ? /^\$(?:\{((?:env:)?[\w:]{1,60})\}|((?:env:|global:|script:)?\w{1,60}))/i.exec(rest) : /^[%!](\w[\w()]{0,60})(?::~(-?\d{1,4})(?:,(-?\d{1,4}))?)?[%!]/.exec(rest);
    if (!match) {
      this.#add(this.#text.charAt(this.#at));
      this.#at += 1;
      return;
    }
    const name = (match[1] ?? match[2] ?? '').toLowerCase().replace(/^(?:env|global|script):/, '');
    const isAssigned = this.#powershell && /(?:^|[{(])\s{0,20}$/.test(this.#out.slice(-24)) && /^\s{0,20}=(?!=)/.test(this.#text.slice(this.#at + match[0].length, this.#at + match[0].length + 24));
    const value = isAssigned ? undefined : (this.#variables.get(name) ?? KNOWN_VARIABLES[name]);
    if (value === undefined) this.#add(match[0], true);
    else if (!this.#powershell && match[2] !== undefined) this.#add(sliceOf(value, Number(match[2]), match[3] === undefined ? undefined : Number(match[3])), true);
    else this.#add(value, true);
    this.#at += match[0].length;
  }

  /** `whole`: blanks in it do not end a word. */
  #add(text: string, whole = false): void {
    if (this.#out.length >= MAX_STATEMENT) return;
    if (!whole && text.trim() === '') {
      if (this.#out !== '' && !this.#out.endsWith(' ')) this.#out += ' ';
      this.#endWord();
      return;
    }
    this.#out += whole ? text.replace(/\s+/g, ' ') : text;
    if (!whole && (text === ' | ' || (text.length === 1 && '(){},='.includes(text)))) this.#endWord();
    else if (this.#word.length < MAX_STATEMENT) this.#word += text;
  }

  #endWord(): void {
    if (this.#word !== '' && this.#words.length < 4_096) this.#words.push(this.#word);
    this.#word = '';
  }

  #close(): void {
    this.#endWord();
    const written = this.#out.replace(/\s+/g, ' ').trim().slice(0, MAX_STATEMENT);
    if (written !== '' && this.#start >= 0) {
      const text = written
        .toLowerCase()
        .replace(/(?:registry::)?hkey_(?:local_machine|(current_user)|(classes_root)|(users))/g, (_, user?: string, classes?: string, users?: string) => (user ? 'hkcu' : classes ? 'hkcr' : users ? 'hku' : 'hklm'))
        .replace(/\b(hk(?:lm|cu|cr|u)):\\?/g, '$1\\')
        .replace(/\s*\|\s*/g, ' | ');
      this.#statements.push({ text, written, words: this.#words, start: this.#start, end: this.#at });
      this.#assign(written);
    }
    this.#out = '';
    this.#words = [];
    this.#start = -1;
  }

  #assign(written: string): void {
    const match = this.#powershell ? /^(?:[^{]{0,80}\{ ?)?\$(?:env:|global:|script:)?(\w{1,60}) ?\+?= ?(.+)$/.exec(written) : /^(?:@?set) (?:\/a )?"?(\w{1,60}) ?=(.+)$/i.exec(written);
    if (match?.[1] !== undefined && match[2] !== undefined && this.#variables.size < MAX_VARIABLES) this.#variables.set(match[1].toLowerCase(), match[2].slice(0, MAX_VALUE));
  }
}

/** `%name:~from,count%`. */
function sliceOf(value: string, from: number, count: number | undefined): string {
  const start = from < 0 ? Math.max(0, value.length + from) : from;
  if (count === undefined) return value.slice(start);
  return count < 0 ? value.slice(start, count) : value.slice(start, start + count);
}
