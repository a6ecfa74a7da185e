import 'reflect-metadata';
import { MigrationRefused } from '@holdpoint/persistence';
import { createLogger, InvalidConfig, readConfig } from '@holdpoint/runtime';
import { MigrateEnvironment } from './config.ts';
import { migrateAndBootstrap } from './migrate-and-bootstrap.ts';

const log = createLogger({ service: 'policy-admin-migrate', level: 'info' });

try {
  const result = await migrateAndBootstrap(readConfig(MigrateEnvironment, process.env), log);
  log.info(result, 'migrated');
} catch (error) {
  if (error instanceof InvalidConfig) {
    process.stderr.write(`policy-admin-migrate: ${error.message}\n`);
    process.exitCode = 78;
  } else {
    if (error instanceof MigrationRefused) process.stderr.write(`policy-admin-migrate: ${error.message}\n`);
    log.error({ err: error }, 'could not migrate');
    process.exitCode = 1;
  }
}
