import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

/** What an evaluator reads from its environment. */
export const EvaluatorEnvironment = z
  .object({
    NATS_URL: z.string().min(1),
    NATS_USER: z.string().optional(),
    NATS_PASSWORD: z.string().optional(),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    HOLDPOINT_METRICS_HOST: z.string().default('127.0.0.1'),
    HOLDPOINT_METRICS_PORT_EVALUATOR: port.default(0),
    /** Batches judged at the same time; more wait in a bounded queue. */
    EVALUATOR_CONCURRENCY: z.coerce.number().int().min(1).max(1_024).default(32),
    /** Calls that may be waiting for the approval service at the same time; more are blocked at once. */
    EVALUATOR_PARKING_LIMIT: z.coerce.number().int().min(1).max(100_000).default(500),
  })
  .transform((env) => ({
    nats: { servers: env.NATS_URL, ...(env.NATS_USER === undefined ? {} : { user: env.NATS_USER }), ...(env.NATS_PASSWORD === undefined ? {} : { password: env.NATS_PASSWORD }) },
    logLevel: env.LOG_LEVEL,
    operations: { host: env.HOLDPOINT_METRICS_HOST, port: env.HOLDPOINT_METRICS_PORT_EVALUATOR },
    concurrency: env.EVALUATOR_CONCURRENCY,
    parkingLimit: env.EVALUATOR_PARKING_LIMIT,
  }));
export type EvaluatorConfig = Readonly<z.output<typeof EvaluatorEnvironment>>;
