import type { MigrationClass } from '@holdpoint/persistence';
import { Approvals001 } from './001-approvals.ts';

/** In the order in which they run; new ones are appended. */
export const migrations: readonly MigrationClass[] = [Approvals001];

/** The service's Postgres role and schema. */
export const schema = 'approval_workflow';
