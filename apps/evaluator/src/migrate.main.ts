import { migrate } from '@holdpoint/persistence';
import { createLogger, InvalidConfig, readConfig } from '@holdpoint/runtime';
import { MigrateEnvironment } from './config.ts';
import { migrations, schema } from './migrations/migrations.ts';

const log = createLogger({ service: 'evaluator-migrate', level: 'info' });

try {
  const { adminUrl, database, password } = readConfig(MigrateEnvironment, process.env);
  const { applied } = await migrate({ adminUrl, database, services: [{ service: schema, password, migrations }], log });
  log.info({ applied }, 'migrated');
} catch (error) {
  if (error instanceof InvalidConfig) {
    process.stderr.write(`evaluator-migrate: ${error.message}\n`);
    process.exitCode = 78;
  } else {
    log.error({ err: error }, 'could not migrate');
    process.exitCode = 1;
  }
}
