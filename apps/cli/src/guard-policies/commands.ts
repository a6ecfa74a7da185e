import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readOptions } from '../command/options.ts';
import { formatOf, reasonOf } from '../documents/read-file.ts';
import { type ReadPolicies, readPolicies } from '../policies/read-policies.ts';
import type { Terminal } from '../up/up.ts';
import { type Gateway, gatewayOf } from './config.ts';
import { type Difference, differenceOf, differenceText, isSame } from './difference.ts';
import { GuardApi, GuardTrouble, WrittenMeanwhile } from './guard-api.ts';
import { planOf, type Step } from './plan.ts';
import { policiesText } from './policies-text.ts';
import { pushSteps } from './push-steps.ts';

const where = `  --url URL         the gateway; without it HOLDPOINT_URL, else where npm start listens (HOLDPOINT_HOST, HOLDPOINT_PORT)
  --guard ID        default unless given
  --key-file FILE   holds the API key; without it HOLDPOINT_API_KEY, else HOLDPOINT_KEY. Keys are never taken from the command line, and never shown
`;

export const pullUsage = `holdpoint policy pull [FILE] [--force] [--url URL] [--guard ID] [--key-file FILE]

  Writes the policies of a guard, in the order in which they are asked, to a file (.yaml, .yml or .json), or as YAML to standard output. Ids are kept, so that a
  push knows which is which; times are left out. The same policies are always the same text. The key needs the role auditor or admin; the guard's
  default action is written where it may be read (admin).

  --force           write over a file that says something else
${where}
  Exit code 0: written; 2: not, and why; 64: the command is not used like this.
`;

export const diffUsage = `holdpoint policy diff FILE [--format text|json] [--url URL] [--guard ID] [--key-file FILE]

  Tells what a push of the file would do: which policies come (+), go (-) or change (~), and whether that loosens or tightens. A policy of the file is the
  guard's of that id; without such an id, the one of that name.

  --format json     {version, effect, default_action, added, removed, changed, reordered} instead of lines
${where}
  Exit code 0: no difference; 1: differences; 2: not known, and why; 64: the command is not used like this.
`;

export const pushUsage = `holdpoint policy push FILE [--yes] [--wait] [--url URL] [--guard ID] [--key-file FILE]

  Makes the policies of a guard those of the file; without default_action in the file, the guard's stays. Shows the difference, asks, and then writes
  one policy after the other, what tightens first. Every write says on which version it stands: where somebody else writes meanwhile, nothing of theirs is
  lost, the push stops, and what it had done by then is told. The key needs the role admin.

  --yes             do not ask; needed where nobody can be asked
  --wait            end only when every evaluator decides by it
${where}
  Exit code 0: the guard has what the file says; 1: not wanted after all; 2: not, or not all, and why; 64: the command is not used like this.
`;

/** `ask`: whether a person agrees; null: there is nobody to ask. */
export type GuardPoliciesContext = Readonly<{
  args: readonly string[];
  terminal: Terminal;
  pathOf: (name: string) => string;
  env: Readonly<Record<string, string | undefined>>;
  stop: AbortSignal;
  ask: (question: string) => Promise<boolean> | null;
}>;

const gatewayOptions = { url: 'string', guard: 'string', 'key-file': 'string' } as const;

/** `holdpoint policy pull`. Returns the exit code. */
export async function pull({ args, terminal, pathOf, env, stop }: GuardPoliciesContext): Promise<number> {
  const read = readOptions(args, { ...gatewayOptions, force: 'boolean' }, { files: true });
  if ('problem' in read || read.files.length > 1) return misused(terminal, 'pull', 'problem' in read ? read.problem : 'takes one file', pullUsage);
  const { options, files: [name] } = read;
  const format = name === undefined ? 'yaml' : formatOf(name);
  if (format === undefined) return misused(terminal, 'pull', 'takes a file that ends in .yaml, .yml or .json', pullUsage);
  return await withGuard({ terminal, stop, gateway: gatewayOf({ url: options.url, guard: options.guard, keyFile: options['key-file'], env, pathOf }) }, async (api, { guard }) => {
    const held = await api.read();
    const text = policiesText({ guard, ...held }, format);
    if (name === undefined) terminal.out(text.trimEnd());
    else if (!writeOver(pathOf(name), text, options.force === true)) throw new GuardTrouble(`${name} says something else: give --force to write over it`);
    terminal.err(`${held.policies.length} ${held.policies.length === 1 ? 'policy' : 'policies'} of guard \`${guard}\`, version ${held.version}${name === undefined ? '' : `: ${name}`}${held.default_action === null ? '; the key may not read its default action' : ''}`);
    return 0;
  });
}

/** `holdpoint policy diff`. Returns the exit code. */
export async function diff({ args, terminal, pathOf, env, stop }: GuardPoliciesContext): Promise<number> {
  const read = readOptions(args, { ...gatewayOptions, format: 'string' }, { files: true });
  const problem = 'problem' in read ? read.problem : (oneFile(read.files) ?? (['text', 'json', undefined].includes(read.options.format) ? null : 'takes for `--format` text or json'));
  if ('problem' in read || problem !== null) return misused(terminal, 'diff', problem ?? '', diffUsage);
  const { options, files: [name = ''] } = read;
  return await withFile({ terminal, name, pathOf }, (file) =>
    withGuard({ terminal, stop, gateway: gatewayOf({ url: options.url, guard: options.guard, keyFile: options['key-file'], env, pathOf }) }, async (api, gateway) => {
      const compared = await compare(api, file, terminal);
      if (compared === null) return 2;
      const { difference, version } = compared;
      const { policies, default_action, effect } = difference;
      if (options.format === 'json') terminal.out(JSON.stringify({ version: Number(version), ...policies, default_action, effect }, null, 2));
      else for (const line of [headline(gateway, version, name), ...differenceText(difference)]) terminal.out(line);
      return isSame(difference) ? 0 : 1;
    }),
  );
}

/** `holdpoint policy push`. Returns the exit code. */
export async function push({ args, terminal, pathOf, env, stop, ask }: GuardPoliciesContext): Promise<number> {
  const read = readOptions(args, { ...gatewayOptions, yes: 'boolean', wait: 'boolean' }, { files: true });
  const problem = 'problem' in read ? read.problem : oneFile(read.files);
  if ('problem' in read || problem !== null) return misused(terminal, 'push', problem ?? '', pushUsage);
  const { options, files: [name = ''] } = read;
  return await withFile({ terminal, name, pathOf }, (file) =>
    withGuard({ terminal, stop, gateway: gatewayOf({ url: options.url, guard: options.guard, keyFile: options['key-file'], env, pathOf }) }, async (api, gateway) => {
      const compared = await compare(api, file, terminal);
      if (compared === null) return 2;
      const { difference, version } = compared;
      for (const line of [headline(gateway, version, name), ...differenceText(difference)]) terminal.out(line);
      if (isSame(difference)) return 0;
      const { steps, isSafe } = planOf(difference.before, difference.after);
      if (!isSafe) terminal.out('These changes cannot all be written at once: between them, some calls may for a moment get a weaker answer than before and after.');
      const agreed = options.yes === true ? Promise.resolve(true) : ask(`Push this to guard \`${gateway.guard}\`? [y/N] `);
      if (agreed === null) throw new GuardTrouble('nothing was pushed: give --yes where nobody can be asked');
      if (!(await agreed)) {
        terminal.out('Nothing was pushed.');
        return 1;
      }
      return await pushAll({ api, gateway, terminal, steps, version, stop, wait: options.wait === true });
    }),
  );
}

type Pushing = Readonly<{ api: GuardApi; gateway: Gateway; terminal: Terminal; steps: readonly Step[]; version: string; stop: AbortSignal; wait: boolean }>;

async function pushAll({ api, gateway, terminal, steps, version, stop, wait }: Pushing): Promise<number> {
  const written: Step[] = [];
  try {
    const last = await pushSteps(steps, { api, guard: gateway.guard, version, wait, stop, done: (step) => void written.push(step) });
    terminal.out(`Pushed: guard \`${gateway.guard}\` is at version ${last?.version ?? version}.`);
    if (last === null || last.waitingFor === '') return 0;
    terminal.err(`holdpoint: not every evaluator decides by it yet: ${last.waitingFor}`);
    return 2;
  } catch (error) {
    if (!(error instanceof GuardTrouble) && !(error instanceof WrittenMeanwhile)) throw error;
    const [next] = steps.slice(written.length);
    if (written.length > 0) terminal.err(`holdpoint: written before it stopped: ${written.map(stepText).join('; ')}`);
    throw new GuardTrouble(`${next === undefined ? '' : `${stepText(next)}: `}${error.message}. ${written.length} of ${steps.length} changes are written; diff tells what is left`);
  }
}

function stepText(step: Step): string {
  if (step.kind === 'default_action') return `default_action ${step.action}`;
  return `${{ add: '+', change: '~', remove: '-' }[step.kind]} ${step.policy.name}`.replace(/\p{Cc}+/gu, ' ');
}

async function compare(api: GuardApi, file: ReadPolicies, terminal: Terminal): Promise<Readonly<{ difference: Difference; version: string }> | null> {
  const held = await api.read();
  if (file.default_action !== undefined && held.default_action === null) throw new GuardTrouble('the file names a `default_action`, and the key may not read the guard’s: that takes the role admin');
  const difference = differenceOf(file, held);
  if (!('unreadable' in difference)) return { difference, version: held.version };
  for (const line of difference.unreadable) terminal.err(line);
  return null;
}

const headline = ({ url, guard }: Gateway, version: string, name: string): string => `guard \`${guard}\` at ${url}, version ${version} -> ${name}`;

const oneFile = (files: readonly string[]): string | null => (files.length === 1 ? null : 'needs one file of policies');

function misused(terminal: Terminal, command: string, problem: string, usage: string): number {
  terminal.err(`holdpoint policy ${command} ${problem}\n\n${usage}`);
  return 64;
}

async function withFile({ terminal, name, pathOf }: Readonly<{ terminal: Terminal; name: string; pathOf: (name: string) => string }>, act: (file: ReadPolicies) => Promise<number>): Promise<number> {
  const file = readPolicies(name, pathOf(name));
  if (!('unreadable' in file)) return await act(file);
  for (const line of file.unreadable) terminal.err(line);
  return 2;
}

type Asking = Readonly<{ terminal: Terminal; stop: AbortSignal; gateway: ReturnType<typeof gatewayOf> }>;

async function withGuard({ terminal, stop, gateway }: Asking, act: (api: GuardApi, gateway: Gateway) => Promise<number>): Promise<number> {
  try {
    if ('problem' in gateway) throw new GuardTrouble(gateway.problem);
    return await act(new GuardApi(gateway, stop), gateway);
  } catch (error) {
    if (!(error instanceof GuardTrouble)) throw error;
    terminal.err(`holdpoint: ${error.message}`);
    return stop.aborted ? 130 : 2;
  }
}

/** False where the file is there and says something else. The file is whole at every moment. */
function writeOver(path: string, text: string, force: boolean): boolean {
  try {
    if (existsSync(path)) {
      if (readFileSync(path, 'utf8') === text) return true;
      if (!force) return false;
    }
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    return true;
  } catch (error) {
    throw new GuardTrouble(`${path} cannot be written: ${reasonOf(error)}`);
  }
}
