import { python, ruleOf, write } from '../examples.ts';
import type { Analyser, Rule } from '../../rule.ts';
import { plainPath } from './plain-path.ts';
import { secretFileAt, secretFileLiterals, secretFiles } from './secret-files.ts';

const READS = /(?:open|read\w*|load\w*|file_get_contents|readfile|include(?:_once)?|require(?:_once)?|path|file|slurp|copy\w*|move|sendfile|send_file|stream|scanner|expanduser|join|glob|walk|listdir|readdir|scandir|system|popen|run|call|check_output|exec\w*|spawn\w*|passthru|backtick|cat|connect|archive|add|write|zip)\W{0,4}(?:[\w.]{1,40}\()?\W{0,12}$/i;
/** A path put together from the home folder. */
const FROM_HOME = /(?:home(?:dir|_dir)?\(\)|\bHOME\b["']?[\])]{0,3}|expanduser\(\s*["']~["']\s*\))\s*[+,/]\s*$/i;
const MAX_HITS = 64;
const MAX_LITERAL = 300;

const namedInCode: Rule = ruleOf(
  'files.named-in-code', 'sensitive_file_access', 'medium', 'program text that names a file of secrets', write('src/backup.py', 'SOURCES = ["/home/app/.ssh/id_rsa"]\n'), python('print(open("notes.txt").read())'), 'MITRE ATT&CK T1552.001',
);

/** String literals of program text. Code that runs now and reads such a file is worse than code that is written and names one. */
export const secretFilesInCode: Analyser = {
  name: 'platform.secret-files-in-code',
  rules: [...secretFiles.map(({ rule }) => rule), namedInCode],
  roles: ['code'],
  literals: secretFileLiterals,
  analyse(view) {
    const { text, hits, budget, place } = view;
    let reached = -1;
    for (const hit of hits.slice(0, MAX_HITS)) {
      if (hit < reached) continue;
      budget.spend(8 * MAX_LITERAL);
      const literal = literalAround(text, hit);
      if (!literal) continue;
      const found = [literal, tokenAround(text, hit, literal)].map(({ start, end }) => ({ start, end, known: secretFileAt(plainPath(unescaped(text.slice(start, end)))) })).find(({ known }) => known);
      if (!found?.known) continue;
      reached = literal.end;
      const runs = place.file === '' && isRead(text, literal, found.start);
      view.report(runs ? found.known.rule : namedInCode, found.start, found.end);
    }
  },
};

function isRead(text: string, literal: Span, from: number): boolean {
  const before = text.slice(Math.max(0, literal.start - 60), literal.start - 1);
  return READS.test(before.concat(commandBefore(text, literal, from))) || FROM_HOME.test(before);
}

export type Span = Readonly<{ start: number; end: number }>;

/** The quoted string around a place, on one line; undefined outside of strings. */
export function literalAround(text: string, at: number): Span | undefined {
  let start = at;
  for (; start > 0 && at - start < MAX_LITERAL; start -= 1) {
    const character = text[start - 1];
    if (character === '\n') return undefined;
    if (character === '"' || character === "'" || character === '`') break;
  }
  const quote = text[start - 1];
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  for (let end = at; end < text.length && end - start < MAX_LITERAL; end += 1) {
    const character = text[end];
    if (character === '\n') return undefined;
    if (character === quote) return { start, end };
  }
  return undefined;
}

/** The word around a place, within the string: `cat /etc/shadow` holds a path that is not the whole string. */
function tokenAround(text: string, at: number, { start, end }: Span): Span {
  const before = text.slice(start, at).search(/[^\s=;|<>(),]*$/);
  const after = text.slice(at, end).search(/[\s;|<>(),]/);
  return { start: start + Math.max(0, before), end: after < 0 ? end : at + after };
}

/** What a command line in a string does with the path: the string's first word counts as the reader. */
function commandBefore(text: string, literal: Span, from: number): string {
  return /^(?:sudo )?(?:cat|head|tail|less|more|cp|tar|base64|xxd|od|strings|grep|awk|sed|curl|scp|nc|type|copy)\s/.test(text.slice(literal.start, from)) ? ' cat' : '';
}

export const unescaped = (literal: string): string => literal.replaceAll('\\\\', '\\');
