import { constants, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { LocalStackError } from './local-stack-error.ts';
import type { Environment, Log } from './log.ts';
import { choosePostgresAccount, giveFolder, type PostgresAccount } from './postgres-account.ts';
import { lastLine, runCommand, type CommandResult } from './run-command.ts';
import { startServerPart, type PortChoice, type ServerPart } from './server-part.ts';
import { endLeftover, startServerProcess, type ServerExit } from './server-process.ts';

/** A Postgres cluster. `url` is the superuser's, database `postgres`. */
export type PostgresServer = ServerPart;

type PostgresServerOptions = Readonly<{
  /** Holds the cluster. */
  folder: string;
  password: string;
  /** A stopped cluster with the same password to start from, instead of a new one. */
  template?: string | undefined;
  durability: 'full' | 'test';
  port: PortChoice;
  env: Environment;
  log: Log;
  onExit: (exit: ServerExit, lastLines: readonly string[]) => void;
}>;

const superuser = 'postgres';

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '',
  // What statements and their details hold belongs to callers and stays out of the log.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  jit: 'off',
} as const;

/** A killed server still loses no commit: only the machine's own end does. */
const testSettings = { fsync: 'off', full_page_writes: 'off', shared_buffers: '32MB', max_wal_size: '256MB' } as const;

const levels: Readonly<Record<string, string>> = { DEBUG: 'debug', LOG: 'info', INFO: 'info', NOTICE: 'info', WARNING: 'warn', ERROR: 'warn', FATAL: 'error', PANIC: 'error' };

export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { folder, log, env, password } = options;
  const cluster = join(folder, 'cluster');
  const identityFile = join(folder, 'process');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ended = await endLeftover(identityFile, 'SIGINT', 8_000);
  if (ended !== undefined) log({ part: 'stack', level: 'warn', message: `ended postgres ${ended}, left behind by a start that was killed` });

  const account = await choosePostgresAccount({ folder, env, log });
  log({ part: 'stack', level: 'debug', message: `postgres runs by the route \`${account.route}\`` });
  if (!existsSync(cluster)) await makeCluster({ account, folder, cluster, password, template: options.template, durability: options.durability });
  giveFolder(cluster, account.owner);

  const { version } = account;
  const clusterVersion = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (clusterVersion !== version.split('.')[0]) {
    throw new LocalStackError('data_dir_foreign', `\`${cluster}\` was written by Postgres ${clusterVersion}, this is Postgres ${version}; choose another data folder`);
  }

  const all = { ...settings, ...(options.durability === 'test' ? testSettings : {}) };
  const part = await startServerPart({
    name: 'postgres',
    version,
    port: options.port,
    url: (port) => `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    start: (port) =>
      startServerProcess({
        ...account.command('postgres', cluster, ['-p', String(port), ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]),
        identityFile,
        onLine: (line) => log({ part: 'postgres', ...readLine(line) }),
      }),
    ready: /database system is ready to accept connections/,
    // Fast shutdown: open transactions are rolled back, nobody is waited for.
    stopSignal: 'SIGINT',
    failure: 'postgres_failed',
    onExit: options.onExit,
  });
  try {
    await signIn(part.url);
  } catch (cause) {
    await part.stop();
    throw new LocalStackError('postgres_failed', `postgres started, but does not accept the password kept beside \`${folder}\``, { cause });
  }
  return part;
}

/** A cluster that is not running, for tests to start from: one `initdb` instead of many. Made under another name, then renamed. */
export async function makePostgresTemplate(options: { folder: string; password: string; env: Environment; log: Log }): Promise<void> {
  const { folder, password, env, log } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const account = await choosePostgresAccount({ folder, env, log });
  await makeCluster({ account, folder, cluster: join(folder, 'cluster'), password, template: undefined, durability: 'test' });
}

type NewCluster = Readonly<{
  account: PostgresAccount;
  folder: string;
  cluster: string;
  password: string;
  template: string | undefined;
  durability: 'full' | 'test';
}>;

/** INVARIANT: `cluster` exists only once it is complete and has its password. */
async function makeCluster({ account, folder, cluster, password, template, durability }: NewCluster): Promise<void> {
  const half = `${cluster}.half`;
  for (const name of readdirSync(folder)) {
    if (name.startsWith('cluster.half')) rmSync(join(folder, name), { recursive: true, force: true });
  }
  if (template === undefined) {
    mkdirSync(half, { mode: 0o700 });
    giveFolder(half, account.owner);
    const init = account.command('initdb', half, [
      `--username=${superuser}`,
      '--auth=reject',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durability === 'test' ? ['--no-sync', '--wal-segsize=1'] : []),
    ]);
    demandSuccess('initdb', await runCommand(init.command, init.args, { ...init, timeoutMs: 120_000 }));
    writeFileSync(join(half, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
    // Through standard input: the password stands in no file and no argument list.
    const single = account.command('postgres', half, ['--single', '-c', 'log_min_messages=fatal', 'postgres']);
    const result = await runCommand(single.command, single.args, { ...single, timeoutMs: 60_000, input: `ALTER ROLE ${superuser} PASSWORD '${password.replaceAll("'", "''")}'\n` });
    demandSuccess('setting the password', result);
    if (/^(ERROR|FATAL|PANIC):/m.test(result.stderr)) throw new LocalStackError('postgres_failed', `setting the password failed: ${lastLine(result.stderr)}`);
  } else {
    cpSync(template, half, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  }
  renameSync(half, cluster);
}

function demandSuccess(what: string, { code, stdout, stderr }: CommandResult): void {
  if (code !== 0) throw new LocalStackError('postgres_failed', `${what} failed: ${lastLine(stderr) || lastLine(stdout)}`);
}

async function signIn(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}

/** `LOG:  database system is ready to accept connections` */
function readLine(line: string): { level: string; message: string } {
  const [, tag = '', message = line] = /^([A-Z]+)\d?: {2}(.*)$/.exec(line) ?? [];
  return { level: levels[tag] ?? 'info', message };
}
