import { runCases } from '@holdpoint/policy';
import { readOptions } from '../command/options.ts';
import { about } from '../documents/document.ts';
import { placed, readFileDocument, type Unreadable } from '../documents/read-file.ts';
import type { PolicyContext } from './policy.ts';

export const testUsage = `holdpoint policy test FILE…

  Runs files of cases, in YAML or JSON:

    topic: payments
    policies:                       # lists that cases may name
      ours: [{ name: Large payments need a person, tool_pattern: "payment_*", action: require_approval, conditions: { arguments: { /amount: { gt: 1000 } } } }]
    cases:
      - name: a large payment waits
        policies: ours              # or a list of its own
        calls:
          - call: { tool_name: payment_create, arguments: { amount: 4800 } }
            at: 2026-03-08T07:30:00Z
            want: { action: require_approval, policy: Large payments need a person }

  A call has tool_name, and where they matter tool_type, arguments, end_user_id, agent_id, session_id, risk_score, threat_types; nobody scans it.
  Wanted is an action, and where they matter the policy (null: none), code and reason; with rate_limit, \`within\` is wanted while there is room in the limit.

  Exit code 0: all is as wanted; 1: something is not; 2: a file cannot be read; 64: the command is not used like this.
`;

type Tested = Readonly<{ cases: number; failed: number; lines: readonly string[] }>;

/** `holdpoint policy test`. Returns the exit code. */
export function testFiles({ args, terminal, pathOf }: PolicyContext): number {
  const read = readOptions(args, {}, { files: true });
  const problem = 'problem' in read ? read.problem : read.files.length === 0 ? 'needs a file of cases' : null;
  if ('problem' in read || problem !== null) {
    terminal.err(`holdpoint policy test ${problem ?? ''}\n\n${testUsage}`);
    return 64;
  }
  const tested = read.files.map((name) => testFile(name, pathOf(name)));
  const unreadable = tested.flatMap((one) => ('unreadable' in one ? one.unreadable : []));
  const run = tested.flatMap((one) => ('unreadable' in one ? [] : [one]));
  for (const line of run.flatMap(({ lines }) => lines)) terminal.out(line);
  for (const line of unreadable) terminal.err(line);
  const [cases, failed] = [sum(run.map((one) => one.cases)), sum(run.map((one) => one.failed))];
  terminal.out(`${cases} ${cases === 1 ? 'case' : 'cases'} in ${run.length} ${run.length === 1 ? 'file' : 'files'}: ${failed === 0 ? 'all as wanted' : `${cases - failed} as wanted, ${failed} not`}`);
  if (unreadable.length > 0) return 2;
  return failed === 0 ? 0 : 1;
}

function testFile(name: string, path: string): Tested | Unreadable {
  const file = readFileDocument(name, path);
  if ('unreadable' in file) return file;
  const { document } = file;
  const { results, problems } = runCases(document.value);
  if (problems.length > 0) return { unreadable: problems.map((problem) => placed(name, { ...document.placeOf(problem.path), message: about(problem.path, problem.message) })) };
  const failed = results.filter(({ failures }) => failures.length > 0);
  const lines = failed.flatMap((one) => [
    placed(name, { ...document.placeOf(one.path), message: one.name }),
    ...one.failures.map((failure) => `  ${placed(name, { ...document.placeOf(failure.path), message: `${inCase(one.path, failure.path)} ${failure.message}` })}`),
  ]);
  return { cases: results.length, failed: failed.length, lines };
}

/** A failure may stand in a list that the case names, elsewhere in the file. */
const inCase = (path: string, failure: string): string => (failure.startsWith(`${path}/`) ? failure.slice(path.length) : failure);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
