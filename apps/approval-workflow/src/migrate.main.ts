import { migrate, MigrationRefused } from '@holdpoint/persistence';
import { readConfig, runJob } from '@holdpoint/runtime';
import { MigrateEnvironment } from './config.ts';
import { migrations, schema } from './migrations/migrations.ts';

await runJob({
  name: 'approval-workflow-migrate',
  config: () => readConfig(MigrateEnvironment, process.env),
  run: ({ adminUrl, database, password }, log) => migrate({ adminUrl, database, services: [{ service: schema, password, migrations }], log }),
  done: 'migrated',
  failed: 'could not migrate',
  refusal: MigrationRefused,
});
