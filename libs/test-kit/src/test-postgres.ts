import { createHash, randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { holdpointCache, makePostgresTemplate, postgresVersion, startLocalStack, withCacheLock, type Log, type PostgresServer } from '@holdpoint/local-stack';
import { Client } from 'pg';

export type TestPostgres = PostgresServer;
export type PostgresTemplate = Readonly<{ folder: string; password: string }>;
export type TestDatabase = Readonly<{
  /** The superuser's. */
  url: string;
  name: string;
  /** Removes the database, whoever is still connected. */
  drop(): Promise<void>;
}>;

/** Brings an empty database to where tests start, say by migrations. Gets the superuser's URL of that database; leaves no connection open. */
export type Prepare = (adminUrl: string) => Promise<void>;

/** Where a cluster is shared by many processes, an equal `key` shares the prepared template among them. */
export type KeyedPrepare = Readonly<{ key: string; prepare: Prepare }>;

/** Serialises the preparing of templates in one cluster: migrations make roles, and roles belong to the cluster. */
const templateLock = 4_851_203;
const templateFormat = 1;

const own: PostgresServer[] = [];
const keys = new WeakMap<Prepare, string>();
let lazy: { server: Promise<PostgresServer>; databases: number } | undefined;

/**
 * A Postgres cluster of the caller's own, for specs that stop, kill or restart it. Until it is stopped, `createTestDatabase` in this
 * spec file uses it. Nothing of it survives `stop()`.
 */
export async function startPostgres({ log = silent }: { log?: Log } = {}): Promise<TestPostgres> {
  const server = await startCluster(log);
  own.push(server);
  return {
    ...server,
    get pid() {
      return server.pid;
    },
    stop: async () => {
      own.splice(own.indexOf(server), 1);
      await server.stop();
    },
  };
}

/**
 * A database for one spec file; its name contains `test` and `name`. It is cloned from a template that `prepare` brought up once.
 * It lies in the cluster of `startPostgres`, else in that of `HOLDPOINT_TEST_DATABASE_URL` (a superuser's), else in one that starts now
 * and ends when the last database of this spec file is dropped.
 */
export async function createTestDatabase(name: string, prepare?: Prepare | KeyedPrepare): Promise<TestDatabase> {
  const { url, leave } = await enterCluster();
  try {
    const database = `test_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').slice(0, 40)}_${randomBytes(5).toString('hex')}`;
    const template = prepare === undefined ? 'template1' : await preparedTemplate(url, prepare);
    await administer(url, (client) => client.query(`CREATE DATABASE "${database}" TEMPLATE "${template}"`));
    return {
      url: urlOf(url, database),
      name: database,
      drop: async () => {
        try {
          await administer(url, (client) => client.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`));
        } finally {
          await leave();
        }
      },
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

async function enterCluster(): Promise<{ url: string; leave: () => Promise<void> }> {
  const nobody = (): Promise<void> => Promise.resolve();
  const started = own.at(-1);
  if (started !== undefined) return { url: started.url, leave: nobody };
  const given = env['HOLDPOINT_TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return { url: given, leave: nobody };
  lazy ??= { server: startCluster(silent), databases: 0 };
  const entered = lazy;
  entered.databases += 1;
  const leave = async (): Promise<void> => {
    entered.databases -= 1;
    if (entered.databases > 0) return;
    if (lazy === entered) lazy = undefined;
    await (await entered.server).stop();
  };
  return { url: (await entered.server).url, leave };
}

/** The name of a database that `prepare` has completed; nobody is connected to it. */
async function preparedTemplate(url: string, given: Prepare | KeyedPrepare): Promise<string> {
  const { key, prepare } = typeof given === 'function' ? { key: keyOf(given), prepare: given } : given;
  const template = `test_template_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  await administer(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock]);
    const { rows } = await client.query<{ datistemplate: boolean }>('SELECT datistemplate FROM pg_database WHERE datname = $1', [template]);
    if (rows[0]?.datistemplate === true) return;
    await client.query(`DROP DATABASE IF EXISTS "${template}" WITH (FORCE)`);
    await client.query(`CREATE DATABASE "${template}"`);
    await prepare(urlOf(url, template));
    // Only what was prepared to the end is a template.
    await client.query(`ALTER DATABASE "${template}" IS_TEMPLATE true`);
  });
  return template;
}

function keyOf(prepare: Prepare): string {
  const key = keys.get(prepare) ?? randomBytes(16).toString('hex');
  keys.set(prepare, key);
  return key;
}

async function administer<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  // A server that a spec kills also drops this connection; the query in progress tells.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function startCluster(log: Log): Promise<PostgresServer> {
  const template = await postgresTemplate({ log });
  const dataDir = mkdtempSync(join(fastFolder(), 'holdpoint-test-postgres-'));
  try {
    const stack = await startLocalStack({ dataDir, natsUsers: [], env, log, nats: false, durability: 'test', postgresTemplate: template });
    const server = stack.postgres;
    if (server === undefined) throw new Error('the stack has no Postgres');
    return {
      ...server,
      get pid() {
        return server.pid;
      },
      stop: async () => {
        await stack.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** What a new cluster starts from: one `initdb` per machine and Postgres version instead of one per spec file. */
export async function postgresTemplate({ log = silent }: { log?: Log } = {}): Promise<PostgresTemplate> {
  const cache = join(holdpointCache(env), 'test-postgres');
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const folder = join(cache, `${postgresVersion()}-${templateFormat}`);
  if (!existsSync(folder)) {
    await withCacheLock(`${folder}.lock`, 120_000, async () => {
      if (existsSync(folder)) return;
      const half = `${folder}.half`;
      rmSync(half, { recursive: true, force: true });
      const password = randomBytes(32).toString('base64url');
      await makePostgresTemplate({ folder: half, password, env, log });
      writeFileSync(join(half, 'password'), password, { mode: 0o600 });
      renameSync(half, folder);
    });
  }
  return { folder, password: readFileSync(join(folder, 'password'), 'utf8') };
}

/** A cluster is a thousand small files: memory where the system offers enough of it, else the temporary folder. */
function fastFolder(): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > 2 * 1024 ** 3 ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

function silent(): void {
  return undefined;
}
