import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, eventually, type TestDatabase } from '@holdpoint/test-kit';
import type { DataSource } from 'typeorm';
import { migrated, openReplica } from '../testing/limits-database.ts';
import { Counters, type Admission, type Counted } from './counters.ts';

let database: TestDatabase;
let replicas: DataSource[];
let counters: Counters;

beforeAll(async () => {
  database = await createTestDatabase('counters', migrated);
  replicas = await Promise.all(Array.from({ length: 4 }, () => openReplica(database, 4)));
  counters = replica(0);
}, 60_000);

afterAll(async () => {
  await Promise.all(replicas.map((one) => one.destroy()));
  await database.drop();
});

beforeEach(() => rows('TRUNCATE counters, counted_keys, admissions'));

describe('a counter', () => {
  it('lets past as many as its limit, and tells the others when there is room again', async () => {
    const asked = Array.from({ length: 5 }, () => [limit({ most: 3, window: 10 * second })]);
    const answers = await counters.admit(asked);
    expect(answers.map(({ admitted }) => admitted)).toEqual([true, true, true, false, false]);
    for (const answer of answers.slice(3)) {
      expect(answer).toMatchObject({ refusedBy: 0 });
      // The oldest call is in a sub-window of 10 s / 64, which leaves the window as a whole.
      expect(retryOf(answer)).toBeGreaterThan(9_900);
      expect(retryOf(answer)).toBeLessThanOrEqual(10_157);
    }
  });

  it('has room again when so many have left the window that one more fits, and not before', async () => {
    const asked = { most: 3, window: 64 * second };
    await counters.admit([[limit(asked)]]);
    await timePasses(10 * second);
    await counters.admit([[limit(asked)], [limit(asked)]]);
    await timePasses(20 * second);
    const wait = retryOf(await one(limit(asked)));
    expect(wait).toBeGreaterThan(33_000);
    expect(wait).toBeLessThanOrEqual(35_000);
    // A policy that was tightened meanwhile waits for two to leave.
    expect(retryOf(await one(limit({ ...asked, most: 2 })))).toBeGreaterThan(43_000);
    await timePasses(wait * 1_000 - 500_000);
    expect(await one(limit(asked))).toMatchObject({ admitted: false });
    await timePasses(500_000);
    expect(await one(limit(asked))).toEqual({ admitted: true });
    expect(await one(limit(asked))).toMatchObject({ admitted: false });
  });

  it('is one for each key', async () => {
    const answers = await counters.admit([[limit({ most: 1 })], [limit({ most: 1, key: key('b') })], [limit({ most: 1 })]]);
    expect(answers.map(({ admitted }) => admitted)).toEqual([true, true, false]);
  });

  it('keeps no more than it needs', async () => {
    for (let n = 0; n < 200; n += 1) {
      await one(limit({ most: 1_000, window: 64 * second }));
      await timePasses(second);
    }
    const [row] = await rows<{ kept: number; sum: number }>('SELECT cardinality(ends) AS kept, (SELECT sum(n)::int FROM unnest(calls) n) AS sum FROM counters');
    expect(row?.kept).toBeLessThanOrEqual(66);
    expect(row?.sum).toBe(row?.kept);
  });
});

describe('a policy that is changed', () => {
  it('goes on with what has been counted: more are let past at once, or fewer', async () => {
    await counters.admit([[limit({ most: 2 })], [limit({ most: 2 })]]);
    expect(await one(limit({ most: 3 }))).toEqual({ admitted: true });
    expect(await one(limit({ most: 3 }))).toMatchObject({ admitted: false });
    expect(await one(limit({ most: 1 }))).toMatchObject({ admitted: false });
  });

  it.each([
    ['longer', 6_400, 30],
    ['shorter', 64, 0],
  ])('to a %s window still knows every call of it that it knew before', async (_what, seconds, leftAfter) => {
    await counters.admit([[limit({ most: 2, window: 640 * second })], [limit({ most: 2, window: 640 * second })]]);
    await timePasses(30 * second);
    expect(await one(limit({ most: 2, window: seconds * second }))).toMatchObject({ admitted: false });
    await timePasses((seconds - leftAfter - 45) * second);
    expect(await one(limit({ most: 2, window: seconds * second }))).toMatchObject({ admitted: false });
  });

  it('again and again, between windows, keeps its counters small and forgets nobody', async () => {
    let windows = 1_000;
    for (let n = 0; n < 400; n += 1) {
      windows += 1;
      await one(limit({ most: 1_000_000, window: windows * second }));
    }
    const [row] = await rows<{ kept: number; sum: number }>('SELECT cardinality(ends) AS kept, (SELECT sum(n)::int FROM unnest(calls) n) AS sum FROM counters');
    expect(row?.kept).toBeLessThanOrEqual(300);
    expect(row?.sum).toBe(400);
  });
});

describe('a call that is delivered again', () => {
  it('is let past again and counted once; a repeat of the caller counts again', async () => {
    const delivered = limit({ most: 2 });
    for (let n = 0; n < 5; n += 1) expect(await one(delivered)).toEqual({ admitted: true });
    expect(await one(limit({ most: 2 }))).toEqual({ admitted: true });
    expect(await one(limit({ most: 2 }))).toMatchObject({ admitted: false });
    expect(await one(delivered)).toEqual({ admitted: true });
  });

  it('to several evaluators at once is counted once', async () => {
    const delivered = limit({ most: 2 });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => replica(n % 4).admit([[delivered]])));
    expect(answers.flat().every(({ admitted }) => admitted)).toBe(true);
    expect(await one(limit({ most: 2 }))).toEqual({ admitted: true });
    expect(await one(limit({ most: 2 }))).toMatchObject({ admitted: false });
  });

  it('after it was refused is judged like any other', async () => {
    await one(limit({ most: 1, window: 64 * second }));
    const delivered = limit({ most: 1, window: 64 * second });
    expect(await one(delivered)).toMatchObject({ admitted: false });
    await timePasses(66 * second);
    expect(await one(delivered)).toEqual({ admitted: true });
  });

  it('is remembered as long as that is wanted', async () => {
    const delivered = limit({ most: 1, memory: 10 * second });
    expect(await one(delivered)).toEqual({ admitted: true });
    await timePasses(11 * second);
    expect(await one(delivered)).toMatchObject({ admitted: false });
  });
});

describe('a call with several limits', () => {
  it('is counted by all of them or by none, so that waiting for one does not use up another', async () => {
    const [wide, narrow] = [limit({ policyId: 'wide', key: key('wide'), most: 2, window: 1_000 * second }), limit({ policyId: 'narrow', key: key('narrow'), most: 1, window: 64 * second })];
    const call = () => [{ ...wide, id: id() }, { ...narrow, id: id() }];
    expect(await counters.admit([call(), call()])).toMatchObject([{ admitted: true }, { admitted: false, refusedBy: 1 }]);
    await timePasses(66 * second);
    expect(await counters.admit([call()])).toEqual([{ admitted: true }]);
    const [answer] = await counters.admit([call()]);
    expect(answer).toMatchObject({ admitted: false, refusedBy: 0 });
    // Both have no room: the later of the two counts.
    expect(retryOf(answer!)).toBeGreaterThan(900_000);
  });

  it('in whatever order others lock them, waits for nobody for ever', async () => {
    const keys = Array.from({ length: 6 }, (_, n) => `k${n}`);
    const shuffled = (n: number) => [...keys].sort((a, b) => key(`${n}${a}`).compare(key(`${n}${b}`))).map((name) => limit({ policyId: name, key: key(name), most: 1_000_000 }));
    const answers = await Promise.all(Array.from({ length: 80 }, (_, n) => replica(n % 4).admit([shuffled(n), shuffled(n + 1)])));
    expect(answers.flat().every(({ admitted }) => admitted)).toBe(true);
    expect(await rows<{ sum: number }>('SELECT (SELECT sum(n)::int FROM unnest(calls) n) AS sum FROM counters')).toEqual(keys.map(() => ({ sum: 160 })));
  });
});

describe('four evaluators on one key', () => {
  it('never let more past in any interval of the window, by the times of the database', async () => {
    const [most, window] = [40, second];
    let admitted = 0;
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        while (admitted < 4 * most) {
          const answers = await replica(n % 4).admit(Array.from({ length: 1 + (n % 5) }, () => [limit({ most, window })]));
          admitted += answers.filter((answer) => answer.admitted).length;
        }
      }),
    );
    const times = (await rows<{ at: string }>('SELECT admitted_at AS at FROM admissions ORDER BY 1')).map(({ at }) => Number(at));
    expect(times).toHaveLength(admitted);
    expect(mostWithin(times, window)).toBe(most);
  }, 30_000);
});

describe('values of `by` without end', () => {
  it('past the most keys share one counter, and those that were there before keep theirs', async () => {
    const few = replica(0, 3);
    const by = (name: string) => [limit({ most: 2, key: key(name), overflow: key('the rest') })];
    expect(await few.admit([by('a'), by('b'), by('c')])).toEqual([{ admitted: true }, { admitted: true }, { admitted: true }]);
    expect((await few.admit([by('d'), by('e'), by('f'), by('g')])).map(({ admitted }) => admitted)).toEqual([true, true, false, false]);
    expect((await few.admit([by('a'), by('b'), by('c'), by('d')])).map(({ admitted }) => admitted)).toEqual([true, true, true, false]);
    expect(await rows('SELECT count(*)::int AS n FROM counters')).toEqual([{ n: 4 }]);
    expect(await rows('SELECT keys FROM counted_keys')).toEqual([{ keys: 3 }]);
    expect([await few.fullPolicies(), await replica(0, 4).fullPolicies()]).toEqual([1, 0]);
  });

  it('from many sides at once make no more counters than that', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, n) => replica(n % 4, 20).admit([[limit({ key: key(`v${n}`), overflow: key('the rest') })], [limit({ key: key(`v${n + 1}`), overflow: key('the rest') })]])));
    expect(await rows('SELECT count(*)::int AS n FROM counters WHERE is_counted')).toEqual([{ n: 20 }]);
    expect(await rows('SELECT keys FROM counted_keys')).toEqual([{ keys: 20 }]);
  });

  it('who gets a counter of its own brings along what was counted with others', async () => {
    const by = (name: string) => [limit({ most: 2, window: 64 * second, key: key(name), overflow: key('the rest') })];
    await replica(0, 1).admit([by('a')]);
    await replica(0, 1).admit([by('d'), by('d')]);
    // There is room for one more key now, and not for a third call of `d`.
    expect(await replica(0, 2).admit([by('d')])).toMatchObject([{ admitted: false }]);
    await timePasses(66 * second);
    expect(await replica(0, 2).admit([by('d')])).toEqual([{ admitted: true }]);
  });
});

describe('what counts no more', () => {
  it('is deleted, and makes room for other values; what counts stays', async () => {
    const few = replica(0, 2);
    const by = (name: string) => [limit({ most: 2, window: 64 * second, memory: 64 * second, key: key(name), overflow: key('the rest') })];
    await few.admit([by('a'), by('b'), by('c'), [limit({ window: 64 * second, memory: 64 * second, key: key('together') })]]);
    expect(await few.deleteExpired(() => true)).toBe(0);
    await timePasses(200 * second);
    await few.admit([by('b')]);
    // An admission each, and the counters of all but `b`.
    expect(await few.deleteExpired(() => true)).toBe(4 + 3);
    expect(await rows('SELECT keys FROM counted_keys')).toEqual([{ keys: 1 }]);
    expect(await few.admit([by('d')])).toEqual([{ admitted: true }]);
    expect(await rows('SELECT keys FROM counted_keys')).toEqual([{ keys: 2 }]);
  });

  it('is deleted by several at once, beside those who count', async () => {
    await counters.admit(Array.from({ length: 200 }, (_, n) => [limit({ window: second, memory: second, key: key(`v${n}`), overflow: key('the rest') })]));
    await timePasses(10 * second);
    const hot = async () => {
      for (let n = 0; n < 20; n += 1) await replica(1).admit([[limit({ key: key('v7'), overflow: key('the rest') })]]);
    };
    await Promise.all([hot(), hot(), ...Array.from({ length: 3 }, (_, n) => replica(n).deleteExpired(() => true))]);
    await eventually(async () => (await replica(0).deleteExpired(() => true)) === 0);
    expect(await rows('SELECT key FROM counters')).toEqual([{ key: key('v7') }]);
    expect(await rows('SELECT keys FROM counted_keys')).toEqual([{ keys: 1 }]);
  });
});

describe('a connection that hangs', () => {
  it('is given up, and its place is free again', async () => {
    const lone = await openReplica(database, 1);
    const hung = new Counters(() => lone);
    const locked = replicas[3]!.createQueryRunner();
    await locked.startTransaction();
    await locked.query('LOCK TABLE admissions IN ACCESS EXCLUSIVE MODE');
    await expect(hung.admit([[limit({})]])).rejects.toThrow();
    await locked.rollbackTransaction();
    await locked.release();
    expect(await hung.admit([[limit({})]])).toEqual([{ admitted: true }]);
    await lone.destroy();
  }, 20_000);
});

const second = 1_000_000;
let ids = 0;

function key(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 16);
}

function id(): Buffer {
  return key(`id ${(ids += 1)}`);
}

function limit(given: Partial<Counted>): Counted {
  return { policyId: 'pol_1', key: key('a'), overflow: null, id: id(), most: 10, window: 1_000 * second, memory: 1_000 * second, ...given };
}

const replica = (n: number, keys?: number): Counters => new Counters(() => replicas[n]!, keys);

async function one(asked: Counted): Promise<Admission> {
  return (await counters.admit([[asked]]))[0]!;
}

function retryOf(answer: Admission): number {
  if (answer.admitted) throw new Error('it was let past');
  return answer.retryAfterMs;
}

/** Everything that was counted happened so much earlier (microseconds). */
async function timePasses(us: number): Promise<void> {
  await rows(`UPDATE counters SET ends = ARRAY(SELECT e - ${Math.round(us)} FROM unnest(ends) WITH ORDINALITY AS x (e, n) ORDER BY n), expires_at = expires_at - ${Math.round(us)}`);
  await rows(`UPDATE admissions SET admitted_at = admitted_at - ${Math.round(us)}, expires_at = expires_at - ${Math.round(us)}`);
}

/** The most instants (rising) that lie in one interval of that length, both ends included. */
function mostWithin(times: readonly number[], length: number): number {
  let [from, most] = [0, 0];
  for (const [to, time] of times.entries()) {
    while (time - times[from]! > length) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

async function rows<Row extends object>(statement: string): Promise<readonly Row[]> {
  const runner = replicas[0]!.createQueryRunner();
  try {
    return (await runner.query(statement, [], true)).records as readonly Row[];
  } finally {
    await runner.release();
  }
}
