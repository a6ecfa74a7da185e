import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@holdpoint/runtime';
import { createTestDatabase, eventually, startPostgres, type TestDatabase, type TestPostgres } from '@holdpoint/test-kit';
import { evaluatorUrl, migrated } from '../testing/limits-database.ts';
import type { Counted } from './counters.ts';
import { LimitsDatabase } from './limits-database.ts';

const log = createLogger({ service: 'test', level: 'silent' });

let postgres: TestPostgres;
let database: TestDatabase;

beforeAll(async () => {
  postgres = await startPostgres();
  database = await createTestDatabase('limits_database', migrated);
}, 60_000);

afterAll(() => postgres.stop());

describe('the database of limits', () => {
  it('may be away when an evaluator starts, and is found when it is there; when it goes, and comes back, that is seen', async () => {
    await postgres.kill();
    const limits = new LimitsDatabase(evaluatorUrl(database), log);
    await limits.start();
    try {
      expect(limits.health()).toEqual({ part: 'postgres', ok: false, detail: 'cannot be reached' });
      await expect(limits.admit([[call(1)]])).rejects.toThrow('not connected');
      await postgres.restart();
      await eventually(() => limits.health().ok);
      expect(await limits.admit([[call(1)]])).toEqual([{ admitted: true }]);

      await postgres.kill();
      await expect(limits.admit([[call(2)]])).rejects.toThrow();
      expect(limits.health()).toEqual({ part: 'postgres', ok: false, detail: 'does not answer' });
      await postgres.restart();
      await eventually(() => limits.health().ok);
      // What was counted before stands.
      expect(await limits.admit([[call(3)]])).toMatchObject([{ admitted: false }]);
    } finally {
      await limits.stop();
    }
  }, 60_000);
});

const call = (n: number): Counted => ({ policyId: 'pol_1', key: Buffer.from('key'), overflow: null, id: Buffer.from(`id ${n}`), most: 1, window: 600_000_000, memory: 600_000_000 });
