import { operationsVariables, portVariable, serviceSettings, serviceVariables } from '@holdpoint/runtime';
import { z } from 'zod';

/** What an evaluator reads from its environment. */
export const EvaluatorEnvironment = z
  .object({
    ...serviceVariables,
    ...operationsVariables,
    HOLDPOINT_METRICS_PORT_EVALUATOR: portVariable(0),
    /** Batches judged at the same time; more wait in a bounded queue. */
    EVALUATOR_CONCURRENCY: z.coerce.number().int().min(1).max(1_024).default(32),
    /** Calls that may be waiting for the approval service at the same time; more are blocked at once. */
    EVALUATOR_PARKING_LIMIT: z.coerce.number().int().min(1).max(100_000).default(500),
  })
  .transform((env) => ({
    ...serviceSettings(env),
    operations: { host: env.HOLDPOINT_METRICS_HOST, port: env.HOLDPOINT_METRICS_PORT_EVALUATOR },
    concurrency: env.EVALUATOR_CONCURRENCY,
    parkingLimit: env.EVALUATOR_PARKING_LIMIT,
  }));
export type EvaluatorConfig = Readonly<z.output<typeof EvaluatorEnvironment>>;
