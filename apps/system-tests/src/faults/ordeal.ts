import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@holdpoint/test-kit';
import { Client } from 'pg';
import { recordGrants } from '../grants.ts';
import type { TestSystem } from '../harness.ts';
import { hashOf } from './checker/answers.ts';
import { check, type Verdict } from './checker/checker.ts';
import type { Violation } from './checker/evidence.ts';
import { readFinalState, type FinalState } from './final-state.ts';
import { History, type Ask } from './history.ts';
import type { Conceded } from './conceded.ts';
import { backlog } from './nats-store.ts';
import { Nemesis, type ScheduleName } from './nemesis.ts';
import type { Seeded } from './seeded.ts';
import { loadedGuard, Workload, type LoadedGuard } from './workload.ts';

export type OrdealOptions = Readonly<{ test: TestSystem; schedule: ScheduleName; forMs: number; random: Seeded }>;
/** What was asked, heard and broken under one schedule. */
export type Ordeal = Readonly<{ schedule: ScheduleName; history: History; nemesis: Nemesis; guards: readonly string[]; stillBroken: readonly Violation[] }>;

const mendedWithinMs = 60_000;

/** Load and faults; then healing, after which all must work again. Expects `observe`. */
export async function undergo({ test, schedule, forMs, random }: OrdealOptions): Promise<Ordeal> {
  const history = new History();
  const nemesis = new Nemesis(test.system, random.fork(schedule), () => history.now());
  const name = schedule.replaceAll(' ', '-');
  const guards = [await loadedGuard(test, name, 'closed'), await loadedGuard(test, `${name}-open`, 'open')];
  const workload = new Workload(history, random.fork('workload'));
  for (const guard of guards) workload.start(guard);
  try {
    await delay(500);
    await nemesis.run(schedule, forMs);
    await delay(500);
  } finally {
    await workload.stop();
    for (const { events } of guards) await events.close();
  }
  await mended(test);
  const ids = guards.map(({ guard }) => guard.id);
  const asked = await sweep(workload, guards, { history, state: await readFinalState(databaseUrl(test), ids) });
  return { schedule, history, nemesis, guards: ids, stillBroken: asked.flatMap(stillBroken) };
}

/** From now on Postgres keeps what is judged later and would be gone by then. */
export async function observe(test: TestSystem): Promise<void> {
  const client = new Client({ connectionString: databaseUrl(test) });
  await client.connect();
  try {
    await recordGrants(client);
  } finally {
    await client.end();
  }
}

/** Compares what was answered with what is kept. Expects `quiet`. `conceded`: decisions of all stores that are gone. */
export async function judge(test: TestSystem, { history, guards, stillBroken: broken }: Ordeal, conceded: Conceded): Promise<Verdict> {
  const { violations, counts } = check(history.operations, await readFinalState(databaseUrl(test), guards), conceded);
  return { violations: [...broken, ...violations], counts };
}

/** Keeps what is needed to understand a failure; returns the folder. */
export function keep({ schedule, history, nemesis }: Ordeal, { verdict, seed, logLines }: Readonly<{ verdict?: Verdict; seed: number; logLines: readonly string[] }>): string {
  const folder = mkdtempSync(join(tmpdir(), `holdpoint-faults-${schedule.replaceAll(' ', '-')}-`));
  writeFileSync(join(folder, 'history.jsonl'), history.jsonLines());
  writeFileSync(join(folder, 'nemesis.log'), `seed ${seed}\n${nemesis.lines.join('\n')}\n`);
  writeFileSync(join(folder, 'services.log'), `${logLines.join('\n')}\n`);
  writeFileSync(join(folder, 'verdict.json'), JSON.stringify({ seed, ...verdict }, null, 2));
  return folder;
}

/** Every part says that it is up. */
async function mended(test: TestSystem): Promise<void> {
  await test.system.ready();
  const up = async (): Promise<true> => {
    const response = await fetch(`${test.system.url}/health/parts`, { signal: AbortSignal.timeout(5_000) });
    const { parts } = (await response.json()) as { parts: readonly { part: string; ok: boolean }[] };
    const down = parts.filter(({ ok }) => !ok).map(({ part }) => part);
    if (down.length > 0) throw new Error(`${down.join(', ')} not up`);
    return true;
  };
  await eventually(up, { timeoutMs: mendedWithinMs, everyMs: 100, what: 'all parts up' });
}

/** Nothing is on its way to Postgres any more. What a killed writer had in hand comes again after half a minute. */
export async function quiet(test: TestSystem): Promise<void> {
  const still = async (): Promise<true> => {
    const [messages, rows] = [await backlog(test.system.stack), await rowsUnderWay(test)];
    if (messages + rows > 0) throw new Error(`${messages} messages and ${rows} rows are left`);
    return true;
  };
  await eventually(still, { timeoutMs: mendedWithinMs, everyMs: 200, what: 'an end of all work' });
}

/** Tools whose policy no admin edits: approved, they are released. Others may have become stale by now. */
const steady = /^(pay|brief)_/;

/** After the healing: what is approved is still released to its asker, once, and a new call goes its whole way. */
async function sweep(workload: Workload, guards: readonly LoadedGuard[], { history, state }: Readonly<{ history: History; state: FinalState }>): Promise<readonly Operation[]> {
  const asked: Operation[] = [];
  for (const loaded of guards) {
    const client = `${loaded.guard.id} sweep`;
    const rows = state.approvals.filter(({ guard, status, toolName }) => guard === loaded.guard.id && status === 'approved' && steady.test(toolName));
    const approved = new Set(rows.map((row) => `${row.session} ${row.callId} ${row.argumentsHash}`));
    const first = new Map<string, Ask>();
    for (const operation of history.operations) {
      if (operation.kind !== 'ask' || operation.guard !== loaded.guard.id) continue;
      for (const call of operation.calls) {
        const key = `${operation.session} ${call.id} ${hashOf(call.arguments)}`;
        if (approved.has(key)) first.set(key, { ...operation, calls: [call] });
      }
    }
    for (const { session, calls } of first.values()) asked.push(await workload.ask(loaded, client, { session, calls, waitS: 0 }));

    const call = { id: 'after', name: 'pay_after', arguments: { amount: 1 } };
    const parked = await workload.ask(loaded, client, { session: client, calls: [call], waitS: 0 });
    const approvalId = parked.results?.[0]?.approval_id ?? '';
    await workload.vote(loaded, client, { voter: loaded.approvers[0], approvalId, choice: 'approve' });
    asked.push(await workload.ask(loaded, client, { session: client, calls: [call], waitS: 5 }));
  }
  return asked;
}

type Operation = Awaited<ReturnType<Workload['ask']>>;

function stillBroken(operation: Operation): readonly Violation[] {
  const [result] = operation.results ?? [];
  if (result?.action === 'allow') return [];
  return [{ rule: 'all works again after the healing', what: `an approved call was answered ${result?.action ?? operation.ending} ${result?.code ?? ''}`, evidence: operation }];
}

/** Messages not sent yet, and settled event calls without their final decision. */
async function rowsUnderWay(test: TestSystem): Promise<number> {
  const client = new Client({ connectionString: databaseUrl(test) });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(`
      SELECT (SELECT count(*) FROM approval_workflow.outbox)
        + (SELECT count(*) FROM approval_workflow.approvals WHERE event_key IS NOT NULL AND finished_at IS NULL AND status NOT IN ('pending', 'stale')) AS count`);
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}

/** The superuser's, of the services' database. */
function databaseUrl(test: TestSystem): string {
  const url = new URL(test.system.stack.postgres?.url ?? '');
  url.pathname = '/holdpoint';
  return url.href;
}
