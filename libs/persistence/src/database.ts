import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type EntityManager, type EntitySchema } from 'typeorm';
import { isTransientDatabaseError } from './database-errors.ts';
import { StatementSpans } from './statement-spans.ts';

/** The part of the services' logger that persistence needs. */
export type DatabaseLog = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>>;

export type EntityClass = (abstract new (...args: never[]) => object) | EntitySchema;

export type DatabaseOptions = Readonly<{
  /** `postgres://role:password@host:port/database` */
  url: string;
  /** The service's own schema: where its tables are found and made. */
  schema: string;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /** Every entity, listed. */
  entities: readonly EntityClass[];
  /** Connections at most; 10 unless set. */
  poolSize?: number;
  /** The server ends a statement that runs longer; 15 s unless set. */
  statementTimeoutMs?: number;
  /** How long the first connection is tried again while the database cannot be reached; 30 s unless set. */
  firstConnectionMs?: number;
  /** Hears of connections lost while idle. */
  log?: DatabaseLog;
}>;

/**
 * A pool of connections to one service's schema, in UTC. Resolves once a connection was made; rejects at once when the database
 * refuses (password, name), and after `firstConnectionMs` when it cannot be reached. A connection lost later is replaced by the next query.
 */
export async function openDatabase(options: DatabaseOptions): Promise<DataSource> {
  const { schema, applicationName, statementTimeoutMs = 15_000 } = options;
  const url = databaseUrl(options.url);
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new TypeError(`not a schema name: \`${schema}\``);
  // Settings travel with the connection, so that no pooled connection can be without them.
  const settings = { search_path: schema, timezone: 'UTC', statement_timeout: statementTimeoutMs, idle_in_transaction_session_timeout: 60_000 };
  const connect = () =>
    initialized(
      new DataSource({
        type: 'postgres',
        url: url.href,
        schema,
        applicationName,
        entities: [...options.entities],
        synchronize: false,
        installExtensions: false,
        useUTC: true,
        poolSize: options.poolSize ?? 10,
        connectTimeoutMS: 5_000,
        poolErrorHandler: (error: unknown) => options.log?.warn({ err: error, applicationName }, 'an idle database connection was lost'),
        extra: {
          keepAlive: true,
          keepAliveInitialDelayMillis: 10_000,
          idleTimeoutMillis: 60_000,
          options: Object.entries(settings)
            .map(([name, value]) => `-c ${name}=${value}`)
            .join(' '),
        },
      }),
    );
  const dataSource = await retryWhileUnreachable(connect, options.firstConnectionMs ?? 30_000);
  dataSource.subscribers.push(new StatementSpans(schema));
  return dataSource;
}

/** The database's clock, in whole epoch milliseconds. It goes on inside a transaction: read it after taking locks. */
export async function databaseNow(tx: EntityManager): Promise<number> {
  const [row] = await tx.query<[{ now: number }]>('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now');
  return row.now;
}

/** Parses a Postgres address. The error never shows it: it holds a password. */
export function databaseUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'postgres:' && parsed?.protocol !== 'postgresql:') {
    throw new TypeError('the database address must look like postgres://user:password@host:5432/name');
  }
  return parsed;
}

/** Runs `connect` until it succeeds, fails for a reason that waiting cannot mend, or `forMs` have passed. */
export async function retryWhileUnreachable<T>(connect: () => Promise<T>, forMs: number): Promise<T> {
  const giveUpAt = performance.now() + forMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      return await connect();
    } catch (error) {
      if (!isTransientDatabaseError(error) || performance.now() + pauseMs > giveUpAt) throw error;
      await delay(pauseMs);
    }
  }
}

async function initialized(dataSource: DataSource): Promise<DataSource> {
  try {
    return await dataSource.initialize();
  } catch (error) {
    // `initialize` leaves its pool open when the connection breaks between its first two queries.
    const driver: { master?: unknown; disconnect(): Promise<void> } = dataSource.driver;
    if (driver.master !== undefined) await driver.disconnect();
    throw error;
  }
}
