import type { MigrationClass } from '@holdpoint/persistence';
import { Approvals001 } from './001-approvals.ts';
import { EventCalls002 } from './002-event-calls.ts';
import { Channels003 } from './003-channels.ts';

/** In the order in which they run; new ones are appended. */
export const migrations: readonly MigrationClass[] = [Approvals001, EventCalls002, Channels003];

/** The service's Postgres role and schema. */
export const schema = 'approval_workflow';
