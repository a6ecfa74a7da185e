import { z } from 'zod';

const port = (byDefault: number) => z.coerce.number('must be a port number').int().min(0).max(65_535).default(byDefault);

/** What `npm start` reads. An empty variable counts as absent. */
export const LauncherEnvironment = z.object({
  HOLDPOINT_HOST: z.string().default('127.0.0.1'),
  /** 0: any free port. */
  HOLDPOINT_PORT: port(8080),
  HOLDPOINT_APPROVALS_HOST: z.string().default('127.0.0.1'),
  /** 0: any free port. */
  HOLDPOINT_APPROVALS_PORT: port(8081),
  HOLDPOINT_PRIVATE_DESTINATIONS: z.string().optional(),
  HOLDPOINT_DATA_DIR: z.string().default('.holdpoint'),
  HOLDPOINT_ADMIN_KEY: z.string().optional(),
  HOLDPOINT_SECRET_KEY: z.string().optional(),
  NATS_URL: z.url('must be an address such as nats://127.0.0.1:4222').optional(),
  DATABASE_URL: z.url('must be an address such as postgres://user:password@127.0.0.1:5432/postgres').optional(),
  EVALUATOR_REPLICAS: z.coerce.number('must be a number').int().min(1).max(64).default(1),
});
export type LauncherConfig = Readonly<z.output<typeof LauncherEnvironment>>;

export class InvalidLauncherConfig extends Error {
  override readonly name = 'InvalidLauncherConfig';
}

/** Throws with every problem at once, and no value. */
export function readLauncherConfig(env: Readonly<Record<string, string | undefined>>): LauncherConfig {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = LauncherEnvironment.safeParse(present);
  if (result.success) return result.data;
  throw new InvalidLauncherConfig(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
}
