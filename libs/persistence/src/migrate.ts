import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { sqlStateOf } from './database-errors.ts';
import { databaseUrl, retryWhileUnreachable, type DatabaseLog } from './database.ts';
import { scramVerifier } from './scram-verifier.ts';

/** Forward only: raw SQL, run as the service's role, in its schema, in one transaction with the record that it ran. */
export interface Migration {
  readonly name?: string;
  up(runner: QueryRunner): Promise<unknown>;
}

export type MigrationClass = new () => Migration;

export type ServiceMigrations = Readonly<{
  /** Name of the role and of the schema, e.g. `policy_admin`. */
  service: string;
  /** Printable ASCII. */
  password: string;
  /** In the order in which they run. New ones are appended; none is ever removed, renamed or reordered. */
  migrations: readonly MigrationClass[];
}>;

type MigrateOptions = Readonly<{
  /** A superuser, or a role with CREATEDB and CREATEROLE. */
  adminUrl: string;
  /** Created when missing. */
  database: string;
  services: readonly ServiceMigrations[];
  log: DatabaseLog;
}>;

/** The database, or its code, is not in a state that migrations may be run on. The message says why, for people. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
  readonly code = 'migration_refused';
}

/** Advisory lock keys: (`namespace`, 1) guards roles and databases, (`namespace`, 2) the schemas of one database. */
const lockNamespace = 0x40_1d_90_17;
const connectForMs = 30_000;

/**
 * Brings roles, schemas and tables of every service up to the code. Concurrent runs wait for each other; a second run changes nothing but
 * the roles' passwords. `applied` names what ran, as `<service>/<migration>`.
 */
export async function migrate({ adminUrl, database, services, log }: MigrateOptions): Promise<{ applied: readonly string[] }> {
  const plans = services.map(planOf);
  if (new Set(plans.map(({ service }) => service)).size < plans.length) throw new MigrationRefused('a service is listed twice');
  const address = databaseUrl(adminUrl);

  const admin = await connectAdmin(address);
  try {
    await admin.query('SELECT pg_advisory_lock($1, 1)', [lockNamespace]);
    await createDatabase(admin, database, log);
    for (const plan of plans) await provideRole(admin, plan);
  } finally {
    await admin.end();
  }

  const dataSource = new DataSource({ type: 'postgres', url: onDatabase(address, database), applicationName: 'holdpoint-migrate', poolSize: 1, installExtensions: false, extra: { options: '-c timezone=UTC' } });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    // Held by the session: it ends with it, also when this process is killed.
    await runner.query('SELECT pg_advisory_lock($1, 2)', [lockNamespace]);
    for (const plan of plans) await provideSchema(runner, database, plan);
    // INVARIANT: nothing is applied anywhere before every service's history has been found to fit the code.
    const pending = [];
    for (const plan of plans) pending.push(...(await pendingOf(runner, plan)));
    const applied: string[] = [];
    for (const step of pending) {
      await apply(runner, step);
      applied.push(`${step.service}/${step.name}`);
      log.info({ service: step.service, migration: step.name }, 'migration applied');
    }
    return { applied };
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

type NamedMigration = Readonly<{ name: string; migration: Migration }>;
type Plan = Readonly<{ service: string; role: string; verifier: string; steps: readonly NamedMigration[] }>;
type Step = NamedMigration & Readonly<{ service: string; role: string }>;

function planOf({ service, password, migrations }: ServiceMigrations): Plan {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(service) || service.startsWith('pg_') || service === 'public') {
    throw new MigrationRefused(`\`${service}\` cannot be a service's role and schema: lower-case letters, digits and _, at most 63`);
  }
  const steps = migrations.map((migrationClass) => {
    const migration = new migrationClass();
    return { name: migration.name ?? migrationClass.name, migration };
  });
  const names = steps.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new MigrationRefused(`\`${service}\` lists the migration \`${twice}\` twice`);
  return { service, role: escapeIdentifier(service), verifier: scramVerifier(password), steps };
}

async function connectAdmin(address: URL): Promise<Client> {
  try {
    return await retryWhileUnreachable(() => connected(address.href), connectForMs);
  } catch (error) {
    // The address may name the very database that is to be created.
    if (sqlStateOf(error) !== '3D000') throw error;
    return await connected(onDatabase(address, 'postgres'));
  }
}

async function connected(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString, application_name: 'holdpoint-migrate', connectionTimeoutMillis: 5_000 });
  // A connection that is lost fails the query in hand; without a listener it would end the process as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

function onDatabase(address: URL, database: string): string {
  const url = new URL(address);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

async function createDatabase(admin: Client, database: string, log: DatabaseLog): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 1) return;
  await admin.query(`CREATE DATABASE ${escapeIdentifier(database)} TEMPLATE template0 ENCODING 'UTF8'`);
  log.info({ database }, 'database created');
}

/** The server sees, and may log, the verifier only, never the password. */
async function provideRole(admin: Client, { service, role, verifier }: Plan): Promise<void> {
  const { rows } = await admin.query<{ rolsuper: boolean }>('SELECT rolsuper FROM pg_roles WHERE rolname = $1', [service]);
  if (rows[0]?.rolsuper === true) throw new MigrationRefused(`the role \`${service}\` is a superuser: a service's role must not be`);
  if (rows.length === 0) await admin.query(`CREATE ROLE ${role} NOCREATEDB NOCREATEROLE`);
  await admin.query(`ALTER ROLE ${role} LOGIN PASSWORD ${escapeLiteral(verifier)}`);
  const { rows: members } = await admin.query<{ member: boolean }>("SELECT pg_has_role(current_user, $1, 'MEMBER') AS member", [service]);
  // Whoever is no superuser must be a member to act as the role; CREATEROLE allows to become one.
  const { rows: me } = await admin.query<{ rolsuper: boolean }>('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
  if (me[0]?.rolsuper !== true && members.length > 0) await admin.query(`GRANT ${role} TO CURRENT_USER`);
}

async function provideSchema(runner: QueryRunner, database: string, { service, role }: Plan): Promise<void> {
  const name = escapeIdentifier(database);
  await runner.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC; GRANT CONNECT ON DATABASE ${name} TO ${role}`);
  await runner.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  await runner.query(`CREATE SCHEMA IF NOT EXISTS ${role} AUTHORIZATION ${role}`);
  const rows = await runner.manager.query<{ owner: string }[]>('SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = $1', [service]);
  if (rows[0]?.owner !== service && rows[0]?.owner !== role) throw new MigrationRefused(`the schema \`${service}\` belongs to another role`);
  await runner.query(`REVOKE ALL ON SCHEMA ${role} FROM PUBLIC`);
}

/** What has not run yet. Refuses a history that is not a beginning of the list. */
async function pendingOf(runner: QueryRunner, { service, role, steps }: Plan): Promise<readonly Step[]> {
  const recorded = await asService(runner, role, async () => {
    await runner.query('CREATE TABLE IF NOT EXISTS migrations (id serial PRIMARY KEY, name text NOT NULL UNIQUE, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())');
    return await runner.manager.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
  });
  recorded.forEach(({ name }, at) => {
    if (!steps.some((step) => step.name === name)) {
      throw new MigrationRefused(`the database is ahead of this version: \`${service}\` has the migration \`${name}\`, which this version does not know; run the version that made it, or a newer one`);
    }
    const expected = steps[at]?.name;
    if (expected !== name) throw new MigrationRefused(`\`${service}\` lists the migration \`${String(expected)}\` before \`${name}\`, which has run already: new migrations go to the end of the list`);
  });
  return steps.slice(recorded.length).map((step) => ({ ...step, service, role }));
}

async function apply(runner: QueryRunner, { service, role, name, migration }: Step): Promise<void> {
  try {
    await asService(runner, role, async () => {
      await migration.up(runner);
      await runner.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
    });
  } catch (error) {
    throw new Error(`the migration \`${service}/${name}\` failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** One transaction with no more rights than the service has itself. */
async function asService<T>(runner: QueryRunner, role: string, act: () => Promise<T>): Promise<T> {
  await runner.startTransaction();
  try {
    await runner.query(`SET LOCAL ROLE ${role}; SET LOCAL search_path TO ${role}`);
    const result = await act();
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive && !runner.isReleased) await runner.rollbackTransaction();
    throw error;
  }
}
