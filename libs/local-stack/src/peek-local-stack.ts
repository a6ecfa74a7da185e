import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a local stack was last started with, for programs that look at it from outside while it runs. */
export type LocalStackAddresses = Readonly<{
  /** The superuser's, database `postgres`. */
  postgresUrl: string;
  /** As HOLDPOINT_SECRET_KEY takes it; absent where the key was given from outside. */
  secretKey: string | undefined;
}>;

/** Reads a data folder without taking it. Undefined where no Postgres of ours was ever started. */
export function peekLocalStack(dataDir: string): LocalStackAddresses | undefined {
  const secrets = read(join(dataDir, 'secrets.json'));
  const { postgres: port } = read(join(dataDir, 'ports.json'));
  const { postgres: password, 'secret-key': secretKey } = secrets;
  if (typeof password !== 'string' || typeof port !== 'number') return undefined;
  return {
    postgresUrl: `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    secretKey: typeof secretKey === 'string' ? Buffer.from(secretKey, 'base64url').toString('base64') : undefined,
  };
}

function read(file: string): Readonly<Record<string, unknown>> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>) : {};
}
