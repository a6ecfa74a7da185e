import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Log } from './log.ts';
import { natsConfig, type NatsDoor, type NatsUser } from './nats-config.ts';
import { startServerPart, type PortChoice, type ServerPart } from './server-part.ts';
import { endLeftover, startServerProcess, type ServerExit } from './server-process.ts';

/** A NATS server with JetStream. `url` carries no credentials: they are in `users`. */
export type NatsServer = ServerPart & Readonly<{ users: readonly NatsUser[]; storeDir: string }>;

type NatsServerOptions = Readonly<{
  binary: string;
  version: string;
  /** Holds the configuration (0600: it has the passwords) and the JetStream store. */
  folder: string;
  users: readonly NatsUser[];
  door?: NatsDoor<string> | undefined;
  sync?: string | undefined;
  port: PortChoice;
  env: Environment;
  log: Log;
  onExit: (exit: ServerExit, lastLines: readonly string[]) => void;
}>;

const levels: Readonly<Record<string, string>> = { TRC: 'trace', DBG: 'debug', INF: 'info', WRN: 'warn', ERR: 'error', FTL: 'error' };

export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { folder, log } = options;
  const identityFile = join(folder, 'process');
  const configFile = join(folder, 'nats.conf');
  const storeDir = join(folder, 'store');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ended = await endLeftover(identityFile, 'SIGTERM', 8_000);
  if (ended !== undefined) log({ part: 'stack', level: 'warn', message: `ended nats-server ${ended}, left behind by a start that was killed` });

  const part = await startServerPart({
    name: 'nats-server',
    version: options.version,
    port: options.port,
    url: (port) => `nats://127.0.0.1:${port}`,
    start: (port) => {
      const config = natsConfig({
        serverVersion: options.version,
        port,
        storeDir,
        users: options.users,
        ...(options.door === undefined ? {} : { door: options.door }),
        ...(options.sync === undefined ? {} : { sync: options.sync }),
      });
      writeFileSync(configFile, config, { mode: 0o600 });
      return startServerProcess({
        command: options.binary,
        args: ['--config', configFile],
        cwd: folder,
        env: { PATH: options.env['PATH'], HOME: folder },
        identityFile,
        onLine: (line) => log({ part: 'nats', ...readLine(line) }),
      });
    },
    ready: /Server is ready/,
    stopSignal: 'SIGTERM',
    failure: 'nats_failed',
    onExit: options.onExit,
  });
  return {
    ...part,
    get pid() {
      return part.pid;
    },
    users: options.users,
    storeDir,
  };
}

/** `[4711] 2026/11/23 08:15:00.000000 [INF] Server is ready` */
function readLine(line: string): { level: string; message: string } {
  const [, tag = '', message = line] = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] (.*)$/.exec(line) ?? [];
  // The passwords stand in a file that only this user reads, and are generated: the server's advice to hash them is noise.
  const level = message.startsWith('Plaintext passwords detected') ? 'debug' : (levels[tag] ?? 'info');
  return { level, message };
}
