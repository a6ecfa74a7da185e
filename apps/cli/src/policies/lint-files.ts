import { LINT_RULES, type LintFinding, lintPolicyFile } from '@holdpoint/policy';
import { readOptions } from '../command/options.ts';
import type { Place } from '../documents/document.ts';
import { type FileDocument, placed, readFileDocument } from '../documents/read-file.ts';
import type { PolicyContext } from './policy.ts';

const rules = Object.entries(LINT_RULES).map(([rule, { level, sees }]) => `    ${rule.padEnd(14)} ${level.padEnd(8)} ${sees}`);

export const lintUsage = `holdpoint policy lint [--strict] [--format text|json] FILE…

  Tells what looks wrong in files of policies, each a list or {default_action?, policies}, in YAML or JSON:

${rules.join('\n')}

  What is told is certain, and not all that could be: text patterns, for one, are not compared. Inactive policies are left alone.

  --strict        warnings count as errors
  --format json   one list of {file, line, column, level, rule, path, policy, message} instead of lines; unreadable files are told on stderr all the same

  Exit code 0: no errors; 1: errors; 2: a file cannot be read; 64: the command is not used like this.
`;

type Placed = Place & LintFinding & Readonly<{ file: string; policy: string | null }>;

/** `holdpoint policy lint`. Returns the exit code. */
export function lintFiles({ args, terminal, pathOf }: PolicyContext): number {
  const read = readOptions(args, { strict: 'boolean', format: 'string' }, { files: true });
  const problem = 'problem' in read ? read.problem : problemIn(read.options.format, read.files);
  if ('problem' in read || problem !== null) {
    terminal.err(`holdpoint policy lint ${problem ?? ''}\n\n${lintUsage}`);
    return 64;
  }
  const { options, files } = read;
  const documents = files.map((name) => readFileDocument(name, pathOf(name)));
  const unreadable = documents.flatMap((document) => ('unreadable' in document ? document.unreadable : []));
  const found = documents.flatMap((document) => ('unreadable' in document ? [] : findingsIn(document)));
  for (const line of unreadable) terminal.err(line);
  if (options.format === 'json') terminal.out(JSON.stringify(found, null, 2));
  else for (const line of [...found.map(lineOf), summary(found, files.length)]) terminal.out(line);
  if (unreadable.length > 0) return 2;
  return found.some(({ level }) => level === 'error' || options.strict === true) ? 1 : 0;
}

function problemIn(format: string | undefined, files: readonly string[]): string | null {
  if (format !== undefined && format !== 'text' && format !== 'json') return 'takes for `--format` text or json';
  return files.length === 0 ? 'needs a file of policies' : null;
}

function findingsIn({ name, document }: FileDocument): readonly Placed[] {
  return lintPolicyFile(document.value).map((finding) => ({ file: name, ...document.placeOf(finding.path), ...finding, policy: policyAt(document.value, finding.path) }));
}

function lineOf({ file, line, column, level, rule, path, policy, message }: Placed): string {
  const field = path.replace(/^(?:\/policies)?(?:\/\d+)?/, '');
  const about = policy === null ? path : `policy \`${policy}\`${field === '' ? '' : `: ${field}`}`;
  return placed(file, { line, column, message: `${level}: ${about === '' ? '' : `${about} `}${message} [${rule}]` });
}

/** The name of the policy that a JSON pointer into a file of policies leads into. */
function policyAt(value: unknown, path: string): string | null {
  const place = /^(?:\/policies)?\/(\d+)/.exec(path)?.[1];
  const list = Array.isArray(value) ? value : (value as { policies?: unknown } | null)?.policies;
  const policy: unknown = place !== undefined && Array.isArray(list) ? list[Number(place)] : undefined;
  const name = (policy as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : null;
}

function summary(found: readonly Placed[], files: number): string {
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  const errors = found.filter(({ level }) => level === 'error').length;
  return `${count(files, 'file')}: ${found.length === 0 ? 'nothing to tell' : `${count(errors, 'error')}, ${count(found.length - errors, 'warning')}`}`;
}
