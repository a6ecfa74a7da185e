import { z } from 'zod';

/** What `holdpoint db check` reads. An empty variable counts as absent. */
export const DatabaseCheckEnvironment = z.object({
  /** Absent: the Postgres that `npm start` runs at the moment. */
  DATABASE_ADMIN_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be an address such as postgres://user:password@127.0.0.1:5432/postgres' }).optional(),
  HOLDPOINT_DATABASE: z.string().default('holdpoint'),
  HOLDPOINT_DATA_DIR: z.string().default('.holdpoint'),
  HOLDPOINT_SECRET_KEY: z
    .string()
    .regex(/^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=?)$/, 'must be 32 bytes, as base64 or as 64 hex digits')
    .optional(),
});

type DatabaseCheckConfig = Readonly<{
  adminUrl: string | undefined;
  database: string;
  dataDir: string;
  secretKey: Buffer | undefined;
}>;

export class InvalidDatabaseConfig extends Error {
  override readonly name = 'InvalidDatabaseConfig';
}

/** Throws with every problem at once, and no value. */
export function readDatabaseCheckConfig(env: Readonly<Record<string, string | undefined>>): DatabaseCheckConfig {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = DatabaseCheckEnvironment.safeParse(present);
  if (!result.success) throw new InvalidDatabaseConfig(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  const { DATABASE_ADMIN_URL: adminUrl, HOLDPOINT_DATABASE: database, HOLDPOINT_DATA_DIR: dataDir, HOLDPOINT_SECRET_KEY: key } = result.data;
  return { adminUrl, database, dataDir, secretKey: key === undefined ? undefined : secretKeyOf(key) };
}

/** The 32 bytes of a key that is written as base64 or as 64 hex digits. */
export const secretKeyOf = (text: string): Buffer => Buffer.from(text, text.length === 64 ? 'hex' : 'base64');
