import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdpoint/test-kit';
import { root, TestSystem, type Json, type TestGuard } from '../harness.ts';
import { Platform } from '../platform.ts';
import { asMarkdown, cells, harmless, type Call, type Cell, type Mode, type Wanted } from './cells.ts';
import { faults } from './faults.ts';

/** What an asker of one guard heard. */
type Heard = Readonly<{ action?: string; status: number; code?: string; sentence: string }>;
type Observed = Readonly<{ part: string; fault: string; call: Call; mode: Mode; origin: 'HTTP' | 'NATS'; heard: Heard | 'no connection' }>;

const modes: readonly Mode[] = ['closed', 'open'];
const calls: readonly Call[] = ['plain', 'sensitive', 'limited'];
const policies = [
  { name: 'People look', tool_pattern: 'sensitive', action: 'require_approval' },
  { name: 'Calmly', tool_pattern: 'limited', action: 'rate_limit', rate_limit: { max_requests: 1_000_000, window_seconds: 1 } },
];
/** For the faults of policy-admin: how soon its silence counts is the guard's to say. */
const impatient = { max_policy_staleness_seconds: 0 };

let test: TestSystem;
const guards = new Map<string, TestGuard>();
const platforms = new Map<string, Platform>();
const allowedInDoubt: Observed[] = [];
let asked = 0;

beforeAll(async () => {
  test = await TestSystem.start();
  for (const mode of modes) {
    for (const [name, settings] of [[mode, {}], [`${mode}-impatient`, impatient]] as const) {
      const guard = await test.guard(name, policies, { failure_mode: mode, ...settings });
      guards.set(name, guard);
      platforms.set(name, await Platform.connect(test, guard.id, guard.agent.key));
    }
  }
}, 120_000);

afterAll(async () => {
  for (const platform of platforms.values()) await platform.close();
  await test.stop();
}, 30_000);

const named = [...new Set(cells.map(({ part, fault }) => `${part}: ${fault}`))];

describe('the failure matrix', () => {
  it.each(named)('%s', async (name) => {
    const those = cells.filter(({ part, fault }) => `${part}: ${fault}` === name);
    const guardName = (mode: Mode): string => (name.startsWith('policy-admin') ? `${mode}-impatient` : mode);
    const kinds = [...new Set(those.map(({ call }) => call))];
    const mend = await inject(name);
    const events = kinds.flatMap((call) => modes.map((mode) => ({ call, mode, id: nextId(), guard: guardName(mode) })));
    let observed: Observed[] = [];
    let decided: readonly Json[] = [];
    const submitting = events.map(async ({ guard, id, call }) => await platformOf(guard).submit(callOf(id, call)));
    try {
      observed = await Promise.all(kinds.flatMap((call) => modes.flatMap((mode) => (['HTTP', 'NATS'] as const).map((origin) => observe({ name, call, mode, origin, guard: guardName(mode) })))));
      if (!name.startsWith('NATS')) decided = (await Promise.all(modes.map((mode) => newsOf(guardName(mode))))).flat();
    } finally {
      await mend();
      await healed(guardName);
    }
    for (const one of observed) if (one.heard !== 'no connection' && one.heard.action === 'allow') allowedInDoubt.push(one);

    const wrong = those.flatMap((cell) => (cell.origin === 'event' ? [] : differences(cell, observed)));
    expect(wrong).toEqual([]);
    // What came as an event: not decided while the part was away, and decided exactly once when it is back.
    expect(decided.filter(({ tool_call_id }) => events.some(({ id }) => id === tool_call_id))).toEqual([]);
    await Promise.all(submitting);
    for (const { guard, id, call } of events) {
      const heard = await eventually(() => eventsOf(guard, id), { timeoutMs: 30_000, what: `the decision on ${id} (${call})` });
      expect(heard.map(({ action }) => action)).toEqual([wantedOf(call)]);
    }
  }, 90_000);

  it.each(harmless.map(({ part, fault }) => `${part}: ${fault}`))('%s: a call that does not need it is judged as ever', async (name) => {
    const mend = await inject(name);
    try {
      const observed = await Promise.all(modes.flatMap((mode) => (['HTTP', 'NATS'] as const).map((origin) => observe({ name, call: 'plain', mode, origin, guard: mode }))));
      expect(observed.map(({ heard }) => (heard === 'no connection' ? heard : heard.action))).toEqual(observed.map(() => 'allow'));
    } finally {
      await mend();
      await healed((mode) => mode);
    }
  }, 60_000);

  it('holds no cell in which doubt became allow', () => {
    expect(asked).toBeGreaterThanOrEqual(cells.filter(({ origin }) => origin !== 'event').length);
    expect(allowedInDoubt).toEqual([]);
    expect(cells.filter(({ wanted }) => 'action' in wanted && (wanted.action as string) === 'allow')).toEqual([]);
  });

  it('stands in docs/failure-modes.md as it is tested', () => {
    expect(readFileSync(`${root}docs/failure-modes.md`, 'utf8')).toContain(asMarkdown());
  });
});

let counter = 0;
const nextId = (): string => `cell-${(counter += 1)}`;
const callOf = (id: string, name: string): Json => ({ session_id: 'matrix', tool_call: { id, name, arguments: { n: 1 } } });

async function inject(name: string): Promise<() => Promise<void>> {
  const fault = faults[name];
  if (fault === undefined) throw new Error(`nothing causes the fault \`${name}\``);
  return await fault(test);
}

function guardOf(name: string): TestGuard {
  const guard = guards.get(name);
  if (guard === undefined) throw new Error(`no guard ${name}`);
  return guard;
}

function platformOf(name: string): Platform {
  const platform = platforms.get(name);
  if (platform === undefined) throw new Error(`no platform ${name}`);
  return platform;
}

async function observe({ name, call, mode, origin, guard }: Readonly<{ name: string; call: Call; mode: Mode; origin: 'HTTP' | 'NATS'; guard: string }>): Promise<Observed> {
  const body = { session_id: 'matrix', tool_calls: [{ id: nextId(), name: call, arguments: { n: 1 } }] };
  const answered = origin === 'HTTP' ? await guardOf(guard).agent.call('POST', `${guardOf(guard).path}/agent/validate`, body) : await platformOf(guard).validate(body);
  asked += 1;
  const [part = '', fault = ''] = name.split(': ');
  return { part, fault, call, mode, origin, heard: answered === undefined ? 'no connection' : heardFrom(answered) };
}

function heardFrom({ status, body }: Readonly<{ status: number; body: Json }>): Heard {
  const { action, code, message, detail } = body as Readonly<Record<string, string | undefined>>;
  return { status, sentence: (status === 200 ? message : detail) ?? '', ...(action === undefined ? {} : { action }), ...(code === undefined ? {} : { code }) };
}

function differences({ part, fault, call, mode, origin, wanted }: Cell, observed: readonly Observed[]): readonly string[] {
  const cell = `${part}: ${fault}, ${call}, ${mode}, ${origin}`;
  const found = observed.find((one) => one.call === call && one.mode === mode && one.origin === origin);
  if (found === undefined) return [`${cell}: nobody asked`];
  const { heard } = found;
  return isWanted(heard, wanted) ? [] : [`${cell}: wanted ${JSON.stringify(wanted)}, heard ${JSON.stringify(heard)}`];
}

function isWanted(heard: Observed['heard'], wanted: Wanted): boolean {
  if ('waits' in wanted) return heard === 'no connection';
  if (heard === 'no connection' || heard.code !== wanted.code || heard.sentence !== wanted.sentence) return false;
  return 'problem' in wanted ? heard.status === wanted.problem && heard.action === undefined : heard.status === 200 && heard.action === wanted.action;
}

const wantedOf = (call: Call): string => (call === 'sensitive' ? 'require_approval' : 'allow');

/** Both guards judge all kinds of calls as ever. */
async function healed(guardName: (mode: Mode) => string): Promise<void> {
  await test.system.ready();
  for (const mode of modes) {
    for (const call of calls) {
      const wanted = wantedOf(call);
      await eventually(
        async () => {
          const { body } = await guardOf(guardName(mode)).agent.call('POST', `${guardOf(guardName(mode)).path}/agent/validate`, { session_id: 'matrix', tool_calls: [{ id: nextId(), name: call, arguments: {} }] });
          return body['action'] === wanted && (body['metadata'] as Json)['policy_stale'] !== true;
        },
        { timeoutMs: 40_000, everyMs: 100, what: `a guard that judges again (${call}, ${mode})` },
      );
    }
  }
}

const heardOf = new Map<string, Json[]>();

/** Decisions of this guard that were made known since the last look. */
async function newsOf(guard: string): Promise<readonly Json[]> {
  const news = (await platformOf(guard).next(0)).filter(({ subject }) => subject.endsWith('.decision.made')).map(({ body }) => body);
  heardOf.set(guard, [...(heardOf.get(guard) ?? []), ...news]);
  return news;
}

async function eventsOf(guard: string, callId: string): Promise<readonly Json[] | undefined> {
  await newsOf(guard);
  const those = new Map((heardOf.get(guard) ?? []).filter((body) => body['tool_call_id'] === callId).map((body) => [body['id'], body]));
  return those.size === 0 ? undefined : [...those.values()];
}
