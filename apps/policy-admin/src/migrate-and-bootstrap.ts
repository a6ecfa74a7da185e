import { migrate, openDatabase } from '@holdpoint/persistence';
import type { Logger } from '@holdpoint/runtime';
import type { z } from 'zod';
import type { MigrateEnvironment } from './config.ts';
import { makeFirstAdminKey } from './keys/first-admin-key.ts';
import { readKey } from './keys/make-key.ts';
import { decisionLogMigrations } from './migrations/decision-log.ts';
import { policyAdminMigrations } from './migrations/policy-admin.ts';

type MigrateConfig = z.output<typeof MigrateEnvironment>;

/** Brings both services' schemas up to the code; on a database without keys makes the guard `default` and the given admin key. Any number may run at once. */
export async function migrateAndBootstrap(config: MigrateConfig, log: Logger): Promise<{ applied: readonly string[]; admin_key_created: boolean }> {
  const { adminUrl, database, policyAdminPassword, decisionLogPassword } = config;
  const { applied } = await migrate({
    adminUrl,
    database,
    services: [
      { service: 'policy_admin', password: policyAdminPassword, migrations: policyAdminMigrations },
      { service: 'decision_log', password: decisionLogPassword, migrations: decisionLogMigrations },
    ],
    log,
  });
  return { applied, admin_key_created: await bootstrapped(config, log) };
}

async function bootstrapped({ adminUrl, database, policyAdminPassword, adminKey }: MigrateConfig, log: Logger): Promise<boolean> {
  const key = adminKey === undefined ? null : readKey(adminKey);
  if (!key) return false;
  const url = new URL(adminUrl);
  url.username = 'policy_admin';
  url.password = encodeURIComponent(policyAdminPassword);
  url.pathname = `/${encodeURIComponent(database)}`;
  const db = await openDatabase({ url: url.href, schema: 'policy_admin', applicationName: 'policy-admin-migrate', entities: [], poolSize: 1, log });
  try {
    return await makeFirstAdminKey(db, key);
  } finally {
    await db.destroy();
  }
}
