import { env } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestSystem } from '../harness.ts';
import { Conceded } from './conceded.ts';
import type { ScheduleName } from './nemesis.ts';
import { judge, keep, observe, quiet, undergo, type Ordeal } from './ordeal.ts';
import { Seeded } from './seeded.ts';

/** `npm run faults` sets these, and draws a seed. Here it is always the same, so that every run of the tests asks and breaks the same. */
const seed = Number(env['HOLDPOINT_FAULTS_SEED'] ?? 805_115);
const minutes = Number(env['HOLDPOINT_FAULTS_MINUTES'] ?? 1.6);
const only = env['HOLDPOINT_FAULTS_SCHEDULE'];
const keepAlways = env['HOLDPOINT_FAULTS_KEEP'] !== undefined;

/** Shares of the whole time. */
const schedules: readonly (readonly [ScheduleName, number])[] = [
  ['services killed', 1],
  ['services paused', 1.2],
  ['postgres restarted', 1],
  ['nats killed', 0.7],
  ['nats store rewound', 0.8],
  ['nats store deleted', 0.8],
  ['evaluators come and go', 0.7],
  ['everything', 2],
];
const chosen = schedules.filter(([name]) => only === undefined || name === only);
const shares = chosen.reduce((sum, [, share]) => sum + share, 0);

let test: TestSystem;
const crashes: string[] = [];
const ordeals = new Map<ScheduleName, Ordeal>();

beforeAll(async () => {
  test = await TestSystem.start({
    evaluators: 2,
    onCrash: (service, exit) => {
      crashes.push(`${service.name} ended by itself: ${JSON.stringify(exit)}`);
      setTimeout(() => service.start(), 1_000);
    },
  });
  await observe(test);
  for (const [schedule, share] of chosen) {
    ordeals.set(schedule, await undergo({ test, schedule, forMs: (minutes * 60_000 * share) / shares, random: new Seeded(seed) }));
  }
  await quiet(test);
}, minutes * 60_000 + 480_000);

afterAll(() => test.stop(), 30_000);

describe(`faults under load, seed ${seed}`, () => {
  it.each(chosen.map(([schedule]) => schedule))('%s: nothing answered is lost, nothing is released twice, no doubt becomes an allow, no limit lets too many past', async (schedule) => {
    const ordeal = ordeals.get(schedule)!;
    const verdict = await judge(test, ordeal, Conceded.all([...ordeals.values()].map(({ nemesis }) => nemesis.conceded)));
    console.log(`${schedule}, seed ${seed}: ${JSON.stringify(verdict.counts)}`);
    if (keepAlways || verdict.violations.length > 0) {
      console.log(`history, faults and logs are kept in ${keep(ordeal, { verdict, seed, logLines: [...crashes, ...test.logLines] })}`);
    }
    expect(verdict.violations.slice(0, 5)).toEqual([]);
    // A history in which nothing happened proves nothing.
    expect(verdict.counts['answer allow (released)']).toBeGreaterThan(0);
    expect(verdict.counts['let past by limits']).toBeGreaterThan(0);
    expect(verdict.counts['answer block rate_limit_exceeded']).toBeGreaterThan(0);
    expect(ordeal.nemesis.lines.length).toBeGreaterThan(1);
  });
});
