export { databaseNow, openDatabase } from './database.ts';
export type { DatabaseLog, DatabaseOptions, EntityClass } from './database.ts';
export { isTransientDatabaseError, sqlStateOf } from './database-errors.ts';
export { migrate, MigrationRefused } from './migrate.ts';
export type { Migration, MigrationClass, ServiceMigrations } from './migrate.ts';
export { currentTraceparent, OutboxRow, outboxMigrationSql } from './outbox.row.ts';
export { OutboxRelay } from './outbox-relay.ts';
export type { OutboxRelayOptions } from './outbox-relay.ts';
