import { z } from 'zod';
import { logLevels, type LogLevel } from './logger.ts';
import { tracingSettings, tracingVariables, type TracingSettings } from './tracing-variables.ts';

/** Variables that every service reads; spread into the schema of its config. */
export const serviceVariables = {
  /** `nats://host:port`, several separated by commas. */
  NATS_URL: z.string().min(1),
  /** Absent where the NATS server asks for none. */
  NATS_USER: z.string().min(1).optional(),
  NATS_PASSWORD: z.string().min(1).optional(),
  /** Servers of a NATS cluster that each stream is kept on: the same for every service. */
  HOLDPOINT_STREAM_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  ...tracingVariables,
};

/** Variables of a service that serves its metrics and health on a port of its own. */
export const operationsVariables = { HOLDPOINT_METRICS_HOST: z.string().min(1).default('127.0.0.1') };

/** A port to listen on; 0: any free one, said in the log. */
export const portVariable = (byDefault: number) => z.coerce.number().int().min(0).max(65_535).default(byDefault);

/** A list, its entries separated by commas. `read` gives null for what is none; `wanted` says what they must be. */
export const listVariable = <Entry>(read: (entry: string) => Entry | null, wanted: string) =>
  z.string().transform((list, context): readonly Entry[] =>
    list
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .flatMap((entry) => {
        const value = read(entry);
        if (value === null) context.addIssue({ code: 'custom', message: `must be ${wanted}, separated by commas` });
        return value === null ? [] : [value];
      }),
  );

export type ServiceSettings = Readonly<{
  nats: Readonly<{ servers: string; user?: string; password?: string; replicas?: number }>;
  logLevel: LogLevel;
  /** Absent: nothing is traced. */
  tracing?: TracingSettings;
}>;

/** What the common variables mean. */
export function serviceSettings(env: z.output<z.ZodObject<typeof serviceVariables>>): ServiceSettings {
  const { NATS_URL, NATS_USER, NATS_PASSWORD, HOLDPOINT_STREAM_REPLICAS, LOG_LEVEL } = env;
  const tracing = tracingSettings(env);
  return {
    nats: { servers: NATS_URL, replicas: HOLDPOINT_STREAM_REPLICAS, ...(NATS_USER === undefined ? {} : { user: NATS_USER }), ...(NATS_PASSWORD === undefined ? {} : { password: NATS_PASSWORD }) },
    logLevel: LOG_LEVEL,
    ...(tracing === null ? {} : { tracing }),
  };
}
