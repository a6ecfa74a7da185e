import { listVariable, operationsVariables, portVariable, serviceSettings, serviceVariables } from '@holdpoint/runtime';
import { z } from 'zod';
import { parseRange } from './channels/destinations.ts';

const text = z.string().min(1);

/** 32 bytes, written as base64 or as 64 hex digits. */
const SecretKey = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=?)$/, 'must be 32 bytes, as base64 or as 64 hex digits')
  .transform((key) => Buffer.from(key, key.length === 64 ? 'hex' : 'base64'));

const Ranges = listVariable(parseRange, 'addresses or CIDR ranges');

/** What approval-workflow reads from its environment. */
export const ApprovalWorkflowEnvironment = z
  .object({
    ...serviceVariables,
    ...operationsVariables,
    DATABASE_URL: text,
    HOLDPOINT_SECRET_KEY: SecretKey,
    HOLDPOINT_METRICS_PORT_APPROVAL_WORKFLOW: portVariable(0),
    /** Where decisions by webhook arrive. */
    HOLDPOINT_APPROVALS_HOST: text.default('127.0.0.1'),
    HOLDPOINT_APPROVALS_PORT: portVariable(8_081),
    /** What webhooks may reach besides public addresses. */
    HOLDPOINT_PRIVATE_DESTINATIONS: Ranges.default([]),
  })
  .transform((env) => ({
    ...serviceSettings(env),
    databaseUrl: env.DATABASE_URL,
    secretKey: env.HOLDPOINT_SECRET_KEY,
    operations: { host: env.HOLDPOINT_METRICS_HOST, port: env.HOLDPOINT_METRICS_PORT_APPROVAL_WORKFLOW },
    webhooks: { host: env.HOLDPOINT_APPROVALS_HOST, port: env.HOLDPOINT_APPROVALS_PORT },
    privateDestinations: env.HOLDPOINT_PRIVATE_DESTINATIONS,
  }));
export type ApprovalWorkflowConfig = Readonly<z.output<typeof ApprovalWorkflowEnvironment>>;

/** What the migrate step of this service reads. */
export const MigrateEnvironment = z
  .object({
    /** A superuser, or a role with CREATEDB and CREATEROLE. */
    DATABASE_ADMIN_URL: text,
    HOLDPOINT_DATABASE: text.default('holdpoint'),
    /** Given to the role that the service connects as. */
    APPROVAL_WORKFLOW_DB_PASSWORD: z.string().regex(/^[\x20-\x7e]{8,}$/, 'must be 8 or more printable ASCII characters'),
  })
  .transform((env) => ({ adminUrl: env.DATABASE_ADMIN_URL, database: env.HOLDPOINT_DATABASE, password: env.APPROVAL_WORKFLOW_DB_PASSWORD }));
