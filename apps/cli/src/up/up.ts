import { resolve } from 'node:path';
import { LocalStackError, System, type Environment } from '@holdpoint/local-stack';
import { readLauncherConfig } from './config.ts';
import { isProblem, readableLine } from './log-lines.ts';
import { welcome } from './welcome.ts';

const abandonStartAfterMs = 10_000;

export type Terminal = Readonly<{ out: (line: string) => void; err: (line: string) => void }>;

/** `holdpoint up`: runs the whole system until SIGINT or SIGTERM. Returns the exit code. */
export async function up({ root, env, terminal, stop }: Readonly<{ root: string; env: Environment; terminal: Terminal; stop: AbortSignal }>): Promise<number> {
  const config = readLauncherConfig(env);
  const starting = System.start({
    root,
    dataDir: resolve(root, config.HOLDPOINT_DATA_DIR),
    env,
    onLine: (part, line) => {
      // NATS and Postgres speak much and rarely of interest: only what is wrong, unless asked for.
      if ((part === 'nats' || part === 'postgres') && env['LOG_LEVEL'] !== 'debug' && !isProblem(line)) return;
      terminal.out(readableLine(part, line, new Date()));
    },
    host: config.HOLDPOINT_HOST,
    port: config.HOLDPOINT_PORT === 0 ? undefined : config.HOLDPOINT_PORT,
    approvalsHost: config.HOLDPOINT_APPROVALS_HOST,
    approvalsPort: config.HOLDPOINT_APPROVALS_PORT === 0 ? undefined : config.HOLDPOINT_APPROVALS_PORT,
    privateDestinations: config.HOLDPOINT_PRIVATE_DESTINATIONS,
    evaluators: config.EVALUATOR_REPLICAS,
    adminKey: config.HOLDPOINT_ADMIN_KEY,
    secretKey: config.HOLDPOINT_SECRET_KEY,
    natsUrl: config.NATS_URL,
    databaseUrl: config.DATABASE_URL,
    signal: stop,
  });
  const stopped = new Promise<void>((done) => stop.addEventListener('abort', () => done(), { once: true }));
  // What takes long before the services start (fetching a server, say) cannot be interrupted, only left behind.
  const overdue = stopped.then(() => new Promise<null>((done) => setTimeout(done, abandonStartAfterMs, null).unref()));
  try {
    const system = await Promise.race([starting, overdue]);
    if (system === null) return 0;
    terminal.out(welcome({ url: system.url, approvalsUrl: system.approvalsUrl, natsUrl: system.natsDoorUrl, adminKey: system.adminKey, given: config.HOLDPOINT_ADMIN_KEY !== undefined }));
    await stopped;
    terminal.out('Stopping.');
    await system.stop();
    terminal.out('Stopped.');
    return 0;
  } catch (error) {
    if (stop.aborted) return 0;
    if (!(error instanceof LocalStackError)) throw error;
    terminal.err(`holdpoint: ${error.message}`);
    return 1;
  }
}
