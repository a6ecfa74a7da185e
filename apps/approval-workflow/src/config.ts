import { z } from 'zod';

const text = z.string().min(1);
const port = z.coerce.number().int().min(0).max(65_535);

/** 32 bytes, written as base64 or as 64 hex digits. */
const SecretKey = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=?)$/, 'must be 32 bytes, as base64 or as 64 hex digits')
  .transform((key) => Buffer.from(key, key.length === 64 ? 'hex' : 'base64'));

/** What approval-workflow reads from its environment. */
export const ApprovalWorkflowEnvironment = z
  .object({
    NATS_URL: text,
    NATS_USER: text,
    NATS_PASSWORD: text,
    DATABASE_URL: text,
    HOLDPOINT_SECRET_KEY: SecretKey,
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    HOLDPOINT_METRICS_HOST: text.default('127.0.0.1'),
    HOLDPOINT_METRICS_PORT_APPROVAL_WORKFLOW: port.default(0),
  })
  .transform((env) => ({
    nats: { servers: env.NATS_URL, user: env.NATS_USER, password: env.NATS_PASSWORD },
    databaseUrl: env.DATABASE_URL,
    secretKey: env.HOLDPOINT_SECRET_KEY,
    logLevel: env.LOG_LEVEL,
    operations: { host: env.HOLDPOINT_METRICS_HOST, port: env.HOLDPOINT_METRICS_PORT_APPROVAL_WORKFLOW },
  }));
export type ApprovalWorkflowConfig = Readonly<z.output<typeof ApprovalWorkflowEnvironment>>;

/** What the migrate step of this service reads. */
export const MigrateEnvironment = z
  .object({
    /** A superuser, or a role with CREATEDB and CREATEROLE. */
    DATABASE_ADMIN_URL: text,
    HOLDPOINT_DATABASE: text.default('holdpoint'),
    /** Given to the role that the service connects as. */
    APPROVAL_WORKFLOW_DB_PASSWORD: text,
  })
  .transform((env) => ({ adminUrl: env.DATABASE_ADMIN_URL, database: env.HOLDPOINT_DATABASE, password: env.APPROVAL_WORKFLOW_DB_PASSWORD }));
