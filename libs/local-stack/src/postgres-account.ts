import { chownSync, lchownSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { LocalStackError } from './local-stack-error.ts';
import type { Environment, Log } from './log.ts';
import { copyBinaries, findPostgresBinaries, linksAreComplete, makeLinks, type PostgresBinaries } from './postgres-binaries.ts';
import { findOnPath, lastLine, runCommand } from './run-command.ts';

/**
 * How Postgres programs run, given that Postgres refuses to run as root:
 * - an ordinary user runs them directly;
 * - root runs them in a user namespace of their own, in which root's files appear to belong to an ordinary user. Data and
 *   binaries stay root's, and 0700 parent folders stay shut and yet passable, because to the kernel it is still root;
 * - where namespaces are not to be had (containers often forbid them), root starts them as an existing unprivileged user. The
 *   cluster is then entered before the change of user and called `/proc/self/cwd`, so that no parent folder need be opened.
 */
export type PostgresAccount = Readonly<{
  route: 'direct' | 'namespace' | 'other-user';
  /** Of the server, such as `18.4`. */
  version: string;
  binaries: PostgresBinaries;
  /** Who must own the cluster's files. */
  owner: Readonly<{ uid: number; gid: number }>;
  /** `program` from the binaries, run in, and told about, the cluster folder. */
  command(program: 'initdb' | 'postgres', cluster: string, args: readonly string[]): PostgresCommand;
}>;

export type PostgresCommand = Readonly<{ command: string; args: readonly string[]; cwd: string; env: Environment; uid?: number; gid?: number }>;

type Route = Omit<PostgresAccount, 'version'>;
type User = Readonly<{ name: string; uid: number; gid: number }>;

/** Finds a route on which `postgres` really runs, for a cluster in `folder` (which must exist). Throws `postgres_missing` with what was tried. */
export async function choosePostgresAccount({ folder, env, log }: { folder: string; env: Environment; log: Log }): Promise<PostgresAccount> {
  const binaries = findPostgresBinaries();
  if (!linksAreComplete(binaries)) {
    try {
      makeLinks(binaries);
    } catch (error) {
      log({ part: 'stack', level: 'debug', message: `cannot complete the Postgres package in place: ${String(error)}` });
    }
  }
  const refusals: string[] = [];
  for (const account of candidates(binaries, env, refusals)) {
    const probe = account.command('postgres', folder, ['--version']);
    const { code, stdout, stderr } = await runCommand(probe.command, probe.args, { ...probe, timeoutMs: 20_000 });
    const version = /\d+(\.\d+)*/.exec(stdout)?.[0];
    if (code === 0 && version !== undefined) return { ...account, version };
    refusals.push(`${account.route}: ${lastLine(stderr)}`);
  }
  throw new LocalStackError('postgres_missing', `the Postgres that came with the installation does not run here (${refusals.join('; ')}); give a DATABASE_URL to use another`);
}

/** Makes the folder, and all in it, the account's. Needed when an earlier start took another route. */
export function giveFolder(folder: string, { uid, gid }: PostgresAccount['owner']): void {
  if (lstatSync(folder).uid === uid) return;
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) lchownSync(join(folder, entry), uid, gid);
  // Last, so that a chown cut short is done again.
  chownSync(folder, uid, gid);
}

function* candidates(binaries: PostgresBinaries, env: Environment, refusals: string[]): Generator<Route> {
  const self = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  const others = unprivilegedUsers();
  // initdb wants a name for its user: a bare uid, common in containers, needs a namespace as root does.
  if (self.uid !== 0 && hasName()) {
    yield direct(binaries, self, env);
  }
  const unshare = findOnPath('unshare', env);
  const [mapped] = others;
  if (unshare === undefined) refusals.push('namespace: no `unshare` on the PATH');
  else if (mapped !== undefined) yield inNamespace(unshare, mapped, binaries, self, env);
  if (self.uid !== 0) return;
  for (const user of others) {
    yield asOtherUser(user, binaries, env);
    for (const folder of ['/var/cache/holdpoint', '/tmp/holdpoint-cache']) {
      try {
        const copy = copyBinaries(binaries, folder);
        if (copy === undefined) refusals.push(`other-user: \`${folder}\` is not only ours`);
        else yield asOtherUser(user, copy, env);
      } catch (error) {
        refusals.push(`other-user: no copy in \`${folder}\`: ${String(error)}`);
      }
    }
  }
}

function direct(binaries: PostgresBinaries, owner: PostgresAccount['owner'], env: Environment): Route {
  return {
    route: 'direct',
    binaries,
    owner,
    command: (program, cluster, args) => ({ command: join(binaries.home, 'bin', program), args: inCluster(cluster, args), cwd: cluster, env: serverEnvironment(env) }),
  };
}

function inNamespace(unshare: string, user: User, binaries: PostgresBinaries, owner: PostgresAccount['owner'], env: Environment): Route {
  return {
    route: 'namespace',
    binaries,
    owner,
    command: (program, cluster, args) => ({
      command: unshare,
      args: ['--user', `--map-user=${user.uid}`, '--', join(binaries.home, 'bin', program), ...inCluster(cluster, args)],
      cwd: cluster,
      env: serverEnvironment(env),
    }),
  };
}

function asOtherUser({ uid, gid }: User, binaries: PostgresBinaries, env: Environment): Route {
  return {
    route: 'other-user',
    binaries,
    owner: { uid, gid },
    command: (program, cluster, args) => ({
      command: join(binaries.home, 'bin', program),
      args: inCluster(process.platform === 'linux' ? '/proc/self/cwd' : cluster, args),
      cwd: cluster,
      env: serverEnvironment(env),
      uid,
      gid,
    }),
  };
}

function inCluster(cluster: string, args: readonly string[]): readonly string[] {
  const [first] = args;
  return first === '--version' ? args : first === '--single' ? ['--single', '-D', cluster, ...args.slice(1)] : ['-D', cluster, ...args];
}

/** Nothing of ours may steer or leak into the server: no PG* variables, no locale, no time zone. */
function serverEnvironment(env: Environment): Environment {
  return { PATH: env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** Users that Postgres may run as: its own if the system has one, else nobody. */
function unprivilegedUsers(): readonly User[] {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  return ['postgres', 'nobody'].flatMap((name) => users.find((user) => user.name === name && user.uid > 0) ?? []);
}
