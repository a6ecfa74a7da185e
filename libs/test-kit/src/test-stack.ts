import { startNats, type TestNats, type TestNatsOptions } from './test-nats.ts';
import { startPostgres, type TestPostgres } from './test-postgres.ts';

export type TestStack = Readonly<{ nats: TestNats; postgres: TestPostgres; stop(): Promise<void> }>;

/** A NATS and a Postgres of the caller's own, started together. */
export async function testStack(options: TestNatsOptions = {}): Promise<TestStack> {
  const [nats, postgres] = await Promise.allSettled([startNats(options), startPostgres()]);
  if (nats.status === 'fulfilled' && postgres.status === 'fulfilled') {
    return {
      nats: nats.value,
      postgres: postgres.value,
      stop: async () => {
        await Promise.all([nats.value.stop(), postgres.value.stop()]);
      },
    };
  }
  for (const part of [nats, postgres]) if (part.status === 'fulfilled') await part.value.stop();
  throw nats.status === 'rejected' ? nats.reason : (postgres as PromiseRejectedResult).reason;
}
