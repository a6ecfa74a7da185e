import { resolve } from 'node:path';
import { Client } from 'pg';
import { wantsHelp } from '../command/options.ts';
import type { Terminal } from '../up/up.ts';
import { approvalChecks } from './approval-checks.ts';
import { builtServices, type BuiltServices } from './built-services.ts';
import { type CheckResult, runChecks } from './check.ts';
import { clockCheck } from './clock-check.ts';
import { InvalidDatabaseConfig, readDatabaseCheckConfig } from './config.ts';
import { partitionCheck } from './decision-log-checks.ts';
import { limitCheck } from './limit-checks.ts';
import { schemaChecks } from './schema-checks.ts';
import { sealCheck } from './seal-check.ts';

const dbUsage = `holdpoint db check [--json]

  Looks at the database, changes nothing, and reports one line per check. Exit code 0: all is well; 1: something is not.
  DATABASE_ADMIN_URL and HOLDPOINT_DATABASE name it; without, it is the one that \`npm start\` runs at the moment.
  With HOLDPOINT_SECRET_KEY it also tries to open the parked calls.
`;

type Context = Readonly<{ root: string; env: Readonly<Record<string, string | undefined>>; terminal: Terminal; args: readonly string[] }>;
type Target = Readonly<{ url: string; secretKey: Buffer | undefined }>;

const connectTimeoutMs = 10_000;

/** `holdpoint db …`. Returns the exit code. */
export async function db({ root, env, terminal, args }: Context): Promise<number> {
  const [command, ...options] = args;
  if (wantsHelp(args)) {
    terminal.out(dbUsage);
    return 0;
  }
  const unknown = options.find((option) => option !== '--json');
  if (command !== 'check' || unknown !== undefined) {
    terminal.err(`holdpoint db ${command === 'check' ? `check does not know \`${unknown ?? ''}\`` : `has no command \`${command ?? ''}\``}\n\n${dbUsage}`);
    return 64;
  }
  try {
    const target = await targetOf(root, env);
    if (target === undefined) {
      terminal.err('holdpoint: no database: give DATABASE_ADMIN_URL, or run this while `npm start` runs');
      return 1;
    }
    const results = await checkDatabase(target, await builtServices(root), Date.now);
    const ok = results.every((result) => result.ok);
    if (options.includes('--json')) terminal.out(JSON.stringify({ ok, checks: results }));
    else for (const result of results) terminal.out(line(result));
    return ok ? 0 : 1;
  } catch (error) {
    if (error instanceof InvalidDatabaseConfig) {
      terminal.err(`holdpoint: the environment is not right\n${error.message}`);
      return 78;
    }
    terminal.err(`holdpoint: the database cannot be looked at: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** Every check, in the order of the report. */
export async function checkDatabase({ url, secretKey }: Target, services: BuiltServices, clock: () => number): Promise<readonly CheckResult[]> {
  const client = new Client({ connectionString: url, application_name: 'holdpoint-db-check', connectionTimeoutMillis: connectTimeoutMs });
  // A connection that is lost fails the query in hand; without a listener it would end the process as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await runChecks(client, [...schemaChecks(services.migrations), partitionCheck, ...approvalChecks, limitCheck, sealCheck(secretKey, services.sealUnder), clockCheck(clock)]);
  } finally {
    await client.end();
  }
}

async function targetOf(root: string, env: Context['env']): Promise<Target | undefined> {
  const { adminUrl, database, dataDir, secretKey } = readDatabaseCheckConfig(env);
  if (adminUrl !== undefined) return { url: onDatabase(adminUrl, database), secretKey };
  // Loaded only here: where only services are installed there is no local stack.
  const { runningStack } = await import('./running-stack.ts');
  const local = runningStack(resolve(root, dataDir));
  return local && { url: onDatabase(local.adminUrl, database), secretKey: secretKey ?? local.secretKey };
}

function onDatabase(address: string, database: string): string {
  const url = new URL(address);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

function line({ name, ok, detail }: CheckResult): string {
  return `${ok ? 'ok   ' : 'FAIL '} ${name}${detail === '' ? '' : `: ${detail}`}`;
}
