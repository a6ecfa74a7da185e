export { eventually } from './eventually.ts';
export type { EventuallyOptions } from './eventually.ts';
export { startNats } from './test-nats.ts';
export type { TestNats, TestNatsOptions } from './test-nats.ts';
export { createTestDatabase, postgresTemplate, startPostgres } from './test-postgres.ts';
export type { KeyedPrepare, PostgresTemplate, Prepare, TestDatabase, TestPostgres } from './test-postgres.ts';
export { testStack } from './test-stack.ts';
export type { TestStack } from './test-stack.ts';
