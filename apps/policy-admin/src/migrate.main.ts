import 'reflect-metadata';
import { MigrationRefused } from '@holdpoint/persistence';
import { readConfig, runJob } from '@holdpoint/runtime';
import { MigrateEnvironment } from './config.ts';
import { migrateAndBootstrap } from './migrate-and-bootstrap.ts';

await runJob({
  name: 'policy-admin-migrate',
  config: () => readConfig(MigrateEnvironment, process.env),
  run: migrateAndBootstrap,
  done: 'migrated',
  failed: 'could not migrate',
  refusal: MigrationRefused,
});
