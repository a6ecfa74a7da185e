import { migrate, openDatabase } from '@holdpoint/persistence';
import { createLogger } from '@holdpoint/runtime';
import type { DataSource } from 'typeorm';
import { migrations, schema } from '../migrations/migrations.ts';

const log = createLogger({ service: 'test', level: 'silent' });
const password = 'test-password';

export async function migrated(adminUrl: string): Promise<void> {
  await migrate({ adminUrl, database: new URL(adminUrl).pathname.slice(1), services: [{ service: schema, password, migrations }], log });
}

/** Where an evaluator finds the database of a test. */
export function evaluatorUrl({ url: adminUrl }: Readonly<{ url: string }>): string {
  const url = new URL(adminUrl);
  url.username = schema;
  url.password = password;
  return url.href;
}

/** On connections of its own, like one replica. */
export function openReplica(database: Readonly<{ url: string }>, poolSize = 8): Promise<DataSource> {
  return openDatabase({ url: evaluatorUrl(database), schema, applicationName: 'test', entities: [], poolSize, log });
}
