import type { MigrationClass } from '@holdpoint/persistence';
import { RateLimits001 } from './001-rate-limits.ts';

/** In the order in which they run; new ones are appended. */
export const migrations: readonly MigrationClass[] = [RateLimits001];

/** The service's Postgres role and schema. */
export const schema = 'evaluator';
