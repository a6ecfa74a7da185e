import { operationsVariables, portVariable, serviceSettings, serviceVariables } from '@holdpoint/runtime';
import { z } from 'zod';

/** What an evaluator reads from its environment. */
export const EvaluatorEnvironment = z
  .object({
    ...serviceVariables,
    ...operationsVariables,
    /** Where calls that policies limit are counted. */
    DATABASE_URL: z.string().min(1),
    HOLDPOINT_METRICS_PORT_EVALUATOR: portVariable(0),
    /** Batches judged at the same time; more wait in a bounded queue. */
    EVALUATOR_CONCURRENCY: z.coerce.number().int().min(1).max(1_024).default(32),
    /** Calls that may be waiting for the approval service at the same time; more are blocked at once. */
    EVALUATOR_PARKING_LIMIT: z.coerce.number().int().min(1).max(100_000).default(500),
  })
  .transform((env) => ({
    ...serviceSettings(env),
    databaseUrl: env.DATABASE_URL,
    operations: { host: env.HOLDPOINT_METRICS_HOST, port: env.HOLDPOINT_METRICS_PORT_EVALUATOR },
    concurrency: env.EVALUATOR_CONCURRENCY,
    parkingLimit: env.EVALUATOR_PARKING_LIMIT,
  }));
export type EvaluatorConfig = Readonly<z.output<typeof EvaluatorEnvironment>>;

/** What the migrate step of this service reads. */
export const MigrateEnvironment = z
  .object({
    /** A superuser, or a role with CREATEDB and CREATEROLE. */
    DATABASE_ADMIN_URL: z.string().min(1),
    HOLDPOINT_DATABASE: z.string().min(1).default('holdpoint'),
    /** Given to the role that evaluators connect as. */
    EVALUATOR_DB_PASSWORD: z.string().regex(/^[\x20-\x7e]{8,}$/, 'must be 8 or more printable ASCII characters'),
  })
  .transform((env) => ({ adminUrl: env.DATABASE_ADMIN_URL, database: env.HOLDPOINT_DATABASE, password: env.EVALUATOR_DB_PASSWORD }));
