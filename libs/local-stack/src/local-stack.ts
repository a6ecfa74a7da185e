import { join } from 'node:path';
import { createAccount, fromSeed } from '@nats-io/nkeys';
import { openDataFolder, type DataFolder } from './data-folder.ts';
import type { Environment, Log } from './log.ts';
import { locateNatsServer, type NatsServerBinary } from './locate-nats-server.ts';
import { natsSyncInterval, type NatsDoor, type NatsPermissions } from './nats-config.ts';
import { startNatsServer, type NatsServer } from './nats-server.ts';
import { startPostgresServer, type PostgresServer } from './postgres-server.ts';
import type { ServerExit } from './server-process.ts';

export type LocalStackOptions = Readonly<{
  /** Everything that is kept lies in this folder, made 0700; a second start goes on with it. */
  dataDir: string;
  /** Their passwords are generated once and kept. An empty list leaves NATS open to every local program: for tests only. */
  natsUsers: readonly Readonly<{ user: string; permissions?: NatsPermissions }>[];
  /** Opens NATS to holders of API keys; the user of the system account who finds and cuts their connections. Its secrets: `natsDoor` of the result. */
  natsDoor?: Readonly<{ user: string; permissions: NatsPermissions }> | undefined;
  /** `PATH`, `HOME`, `XDG_CACHE_HOME`, `HOLDPOINT_NATS_SERVER`; handed on to the tools that fetch a nats-server. */
  env: Environment;
  log: Log;
  /** Default true; false where a NATS_URL is given. */
  nats?: boolean;
  /** Default true; false where a DATABASE_URL is given. */
  postgres?: boolean;
  /** These very ports, or `port_in_use`. Without: the ports of the last start if they are free, else free ones. Loopback only. */
  ports?: Readonly<{ nats?: number | undefined; postgres?: number | undefined }>;
  /** `test` keeps nothing through a power cut, and is faster. */
  durability?: 'full' | 'test';
  /** JetStream's `sync_interval`; default `natsSyncInterval` with full durability. */
  natsSync?: string;
  /** A server ended that nobody here asked to. It is not started again. */
  onExit?: (part: 'nats' | 'postgres', exit: ServerExit, lastLines: readonly string[]) => void;
  /** The server to run, instead of the one that `locateNatsServer` finds. */
  natsServer?: NatsServerBinary;
  /** A folder made by `makePostgresTemplate`, with the password it was made with: a new data folder starts from it. */
  postgresTemplate?: Readonly<{ folder: string; password: string }>;
}>;

/** What the gateway opens the public door with; the seed signs users, and never reaches the server. */
export type NatsDoorSecrets = Readonly<{ issuerSeed: string; user: string; password: string }>;

export type LocalStack = Readonly<{
  dataDir: string;
  nats?: NatsServer;
  natsDoor?: NatsDoorSecrets;
  /** `url` is the superuser's, database `postgres`. */
  postgres?: PostgresServer;
  /** 256 random bits in base64url, generated once per name and kept (0600). */
  secret(name: string): string;
  /** Ends the servers within 10 s, then lets go of the data folder. May be called twice. */
  stop(): Promise<void>;
}>;

/**
 * Starts what a laptop or a test needs: NATS with JetStream, and Postgres, on loopback, with generated credentials, data in one folder.
 * Rejects with a `LocalStackError`, and leaves nothing running, when a part cannot start.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const folder = openDataFolder(options.dataDir);
  const [nats, postgres] = await Promise.allSettled([
    options.nats === false ? undefined : startNats(options, folder),
    options.postgres === false ? undefined : startPostgres(options, folder),
  ]);
  const started = [nats, postgres].flatMap((part) => (part.status === 'fulfilled' && part.value !== undefined ? [part.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((part) => part.stop()));
    folder.release();
  };
  if (nats.status === 'rejected' || postgres.status === 'rejected') {
    await stop();
    throw nats.status === 'rejected' ? nats.reason : (postgres as PromiseRejectedResult).reason;
  }
  return {
    dataDir: folder.path,
    ...(nats.value === undefined ? {} : { nats: nats.value }),
    ...(postgres.value === undefined ? {} : { postgres: postgres.value }),
    ...(nats.value === undefined || options.natsDoor === undefined ? {} : { natsDoor: doorSecrets(folder, options.natsDoor.user) }),
    secret: (name) => folder.secret(name),
    stop,
  };
}

async function startNats(options: LocalStackOptions, folder: DataFolder): Promise<NatsServer> {
  const { env, log } = options;
  const binary = options.natsServer ?? (await locateNatsServer({ env, log }));
  log({ part: 'stack', level: 'info', message: `nats-server ${binary.version} from ${binary.source}: ${binary.path}` });
  const server = await startNatsServer({
    binary: binary.path,
    version: binary.version,
    folder: join(folder.path, 'nats'),
    users: options.natsUsers.map((user) => ({ ...user, password: folder.secret(`nats.${user.user}`) })),
    door: options.natsDoor === undefined ? undefined : doorOf(folder, options.natsDoor),
    sync: options.natsSync ?? (options.durability === 'test' ? undefined : natsSyncInterval),
    port: { demanded: options.ports?.nats, wished: folder.rememberedPort('nats') },
    env,
    log,
    onExit: (exit, lastLines) => options.onExit?.('nats', exit, lastLines),
  });
  folder.rememberPort('nats', server.port);
  return server;
}

function doorSecrets(folder: DataFolder, user: string): NatsDoorSecrets {
  const fresh = new TextDecoder().decode(createAccount().getSeed());
  return { issuerSeed: folder.secret('nats.issuer', fresh), user, password: folder.secret(`nats.${user}`) };
}

/** The public key of an nkey seed: what a server needs to know of it. */
export const natsIssuerOf = (seed: string): string => fromSeed(new TextEncoder().encode(seed)).getPublicKey();

function doorOf(folder: DataFolder, { user, permissions }: NonNullable<LocalStackOptions['natsDoor']>): NatsDoor<string> {
  const { issuerSeed, password } = doorSecrets(folder, user);
  return { issuer: natsIssuerOf(issuerSeed), system: { user, password, permissions } };
}

async function startPostgres(options: LocalStackOptions, folder: DataFolder): Promise<PostgresServer> {
  const template = options.postgresTemplate;
  const server = await startPostgresServer({
    folder: join(folder.path, 'postgres'),
    password: folder.secret('postgres', template?.password),
    template: template === undefined ? undefined : join(template.folder, 'cluster'),
    durability: options.durability ?? 'full',
    port: { demanded: options.ports?.postgres, wished: folder.rememberedPort('postgres') },
    env: options.env,
    log: options.log,
    onExit: (exit, lastLines) => options.onExit?.('postgres', exit, lastLines),
  });
  folder.rememberPort('postgres', server.port);
  return server;
}
