import { parseApiKey } from '@holdpoint/contracts';
import { operationsVariables, portVariable, serviceSettings, serviceVariables } from '@holdpoint/runtime';
import { z } from 'zod';

const text = z.string().min(1);
const password = z.string().regex(/^[\x20-\x7e]{8,}$/, 'must be 8 or more printable ASCII characters');

const service = {
  ...serviceVariables,
  ...operationsVariables,
  DATABASE_URL: text,
};

type ServiceEnvironment = z.output<z.ZodObject<typeof service>>;

const serviceConfig = (env: ServiceEnvironment, metricsPort: number) => ({
  ...serviceSettings(env),
  databaseUrl: env.DATABASE_URL,
  operations: { host: env.HOLDPOINT_METRICS_HOST, port: metricsPort },
});

/** What policy-admin reads from its environment. */
export const PolicyAdminEnvironment = z.object({ ...service, HOLDPOINT_METRICS_PORT_POLICY_ADMIN: portVariable(0) }).transform((env) => serviceConfig(env, env.HOLDPOINT_METRICS_PORT_POLICY_ADMIN));

/** What decision-log reads from its environment. */
export const DecisionLogEnvironment = z.object({ ...service, HOLDPOINT_METRICS_PORT_DECISION_LOG: portVariable(0) }).transform((env) => serviceConfig(env, env.HOLDPOINT_METRICS_PORT_DECISION_LOG));

export type ServiceConfig = Readonly<ReturnType<typeof serviceConfig>>;

/** What the migrate step of both reads. */
export const MigrateEnvironment = z
  .object({
    /** A superuser, or a role with CREATEDB and CREATEROLE. */
    DATABASE_ADMIN_URL: text,
    HOLDPOINT_DATABASE: text.default('holdpoint'),
    /** Given to the roles that the services connect as. */
    POLICY_ADMIN_DB_PASSWORD: password,
    DECISION_LOG_DB_PASSWORD: password,
    /** Becomes the first admin key of a database without any key. */
    HOLDPOINT_ADMIN_KEY: z
      .string()
      .refine((key) => parseApiKey(key) !== null, 'must look like hp_sk_<12 letters or digits>_<43 letters, digits, `_` or `-`>')
      .optional(),
  })
  .transform((env) => ({
    adminUrl: env.DATABASE_ADMIN_URL,
    database: env.HOLDPOINT_DATABASE,
    policyAdminPassword: env.POLICY_ADMIN_DB_PASSWORD,
    decisionLogPassword: env.DECISION_LOG_DB_PASSWORD,
    adminKey: env.HOLDPOINT_ADMIN_KEY,
  }));
