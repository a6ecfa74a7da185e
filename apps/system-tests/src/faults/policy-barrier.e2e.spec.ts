import { env } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestSystem } from '../harness.ts';
import { History, type Ask, type Edit } from './history.ts';
import { Seeded } from './seeded.ts';
import { loadedGuard, Workload, type LoadedGuard } from './workload.ts';

const seed = Number(env['HOLDPOINT_FAULTS_SEED'] ?? Date.now() % 1_000_000);
const flips = 200;
const askers = 6;
/** Pauses of one evaluator: shorter than its lease, and longer. */
const pausesMs = [800, 6_000, 2_500, 5_500];

let test: TestSystem;
let loaded: LoadedGuard;
let policyId: string;
const history = new History();
const workload = new Workload(history, new Seeded(seed));

beforeAll(async () => {
  test = await TestSystem.start({ evaluators: 4 });
  loaded = await loadedGuard(test, 'barrier', 'closed');
  policyId = await loaded.guard.addPolicy({ name: 'Flips', tool_pattern: 'flip_*', action: 'allow', priority: 50 });
}, 120_000);

afterAll(async () => {
  await loaded.events.close();
  await test.stop();
}, 30_000);

describe(`a policy write with \`wait=active\`, four evaluators, seed ${seed}`, () => {
  it(`answered 200: whatever is asked from then on is judged by it, over ${flips} flips and stopped evaluators`, async () => {
    let done = false;
    const asking = Array.from({ length: askers }, async (_, index) => {
      for (let count = 0; !done; count += 1) {
        const session = `asker ${index}`;
        await workload.ask(loaded, session, { session, calls: [{ id: `flip_${index}_${count}`, name: `flip_${index}`, arguments: {} }], waitS: 0 });
      }
    });
    const pausing = pauseOneAfterTheOther(() => done);
    for (let flip = 0; flip < flips; flip += 1) {
      await workload.patch(loaded.guard, 'admin', { policyId, patch: { action: flip % 2 === 0 ? 'block' : 'allow' }, waitActive: true });
    }
    done = true;
    await Promise.all([...asking, pausing]);

    const edits = history.operations.filter((operation): operation is Edit => operation.kind === 'edit');
    const asks = history.operations.filter((operation): operation is Ask => operation.kind === 'ask');
    const active = edits.filter(({ status }) => status === 200);
    const late = asks.filter((ask) => startsAfter(active, ask) !== undefined);
    const byVersion = asks.flatMap((ask) => {
      const least = startsAfter(active, ask);
      const [result] = ask.results ?? [];
      const version = result?.metadata.policy_version ?? null;
      return least === undefined || version === null ? [] : [{ ask, result, least, version }];
    });
    const tooOld = byVersion.filter(({ version, least }) => version < least);
    const stale = byVersion.filter(({ result }) => result?.metadata.policy_stale === true);
    const actionOf = new Map(edits.map(({ version, patch }) => [version, (patch as { action: string }).action]));
    const wrong = byVersion.filter(({ version, result }) => result?.code === undefined && actionOf.has(version) && result?.action !== actionOf.get(version));
    const tookMs = edits.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((a, b) => a - b);
    console.log(
      `barrier, seed ${seed}: ${JSON.stringify({
        flips: edits.length,
        'answered 200': active.length,
        'answered 202': edits.filter(({ status }) => status === 202).length,
        decisions: asks.length,
        'after an active flip': late.length,
        'not judged': late.length - byVersion.length,
        'by an older version': tooOld.length,
        'by stale policies': stale.length,
        'median flip ms': Math.round(tookMs[flips / 2] ?? 0),
        'longest flip ms': Math.round(tookMs.at(-1) ?? 0),
      })}`,
    );
    expect(edits.map(({ ending }) => ending)).toEqual(edits.map(() => 'ok'));
    expect(tooOld.slice(0, 3)).toEqual([]);
    expect(wrong.slice(0, 3)).toEqual([]);
    // policy-admin was there all the time: nobody may have judged without it.
    expect(stale.slice(0, 3)).toEqual([]);
    expect(active.length).toBeGreaterThan(flips / 2);
    expect(byVersion.length).toBeGreaterThan(flips);
  }, 180_000);
});

/** The version that had to decide: that of the newest write answered 200 before the question began. */
function startsAfter(active: readonly Edit[], { startedAt }: Ask): number | undefined {
  let version: number | undefined;
  for (const edit of active) {
    if (edit.endedAt >= startedAt) break;
    version = edit.version;
  }
  return version;
}

async function pauseOneAfterTheOther(isDone: () => boolean): Promise<void> {
  const evaluators = test.system.services.filter(({ name }) => name.startsWith('evaluator'));
  for (const [index, ms] of pausesMs.entries()) {
    if (isDone()) return;
    const evaluator = evaluators[index % evaluators.length]!;
    await delay(500);
    evaluator.signal('SIGSTOP');
    await delay(ms);
    evaluator.signal('SIGCONT');
  }
}
