import { peekLocalStack } from '@holdpoint/local-stack';
import { secretKeyOf } from './config.ts';

/** The Postgres and the key of what `npm start` runs on this data folder; undefined where it never ran. */
export function runningStack(dataDir: string): Readonly<{ adminUrl: string; secretKey: Buffer | undefined }> | undefined {
  const stack = peekLocalStack(dataDir);
  return stack && { adminUrl: stack.postgresUrl, secretKey: stack.secretKey === undefined ? undefined : secretKeyOf(stack.secretKey) };
}
