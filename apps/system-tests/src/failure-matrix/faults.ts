import { readdirSync, readFileSync } from 'node:fs';
import { kill } from 'node:process';
import { ClaimApprovals, DecisionsLogged, EvaluateToolCalls, RenewLease, SyncAccess } from '@holdpoint/contracts';
import { eventually } from '@holdpoint/test-kit';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { TestSystem } from '../harness.ts';
import { connectAs } from '../platform.ts';

/** Breaks a part; resolves to what mends it. */
export type Inject = (test: TestSystem) => Promise<() => Promise<void>>;

/** By `part: fault` of the table. */
export const faults: Readonly<Record<string, Inject>> = {
  'evaluator: down': (test) => killed(test, 'evaluator'),
  'evaluator: slow': (test) => frozen(test, 'evaluator'),
  'evaluator: answers what is no JSON': (test) => replaced(test, 'evaluator', EvaluateToolCalls.subject, () => '{"answers":[{'),
  'evaluator: answers an allow without its evidence': (test) =>
    replaced(test, 'evaluator', EvaluateToolCalls.subject, (calls) => ({ answers: calls.map((_, index) => ({ index, result: { action: 'allow' } })) })),
  'evaluator: answers about other calls': (test) => replaced(test, 'evaluator', EvaluateToolCalls.subject, (calls) => ({ answers: calls.map((_, index) => ({ index, result: allowOf('another call') })) })),
  'evaluator: answers about no call': (test) => replaced(test, 'evaluator', EvaluateToolCalls.subject, () => ({ answers: [] })),
  'evaluator: answers an error': (test) => replaced(test, 'evaluator', EvaluateToolCalls.subject, () => new Error('no')),
  'policy sets: never arrived': async (test) => {
    const mend = await killed(test, 'policy-admin');
    const evaluator = test.system.service('evaluator');
    await evaluator.kill();
    const from = test.logLines.length;
    evaluator.start();
    // It takes calls although it holds no policies: that is what is asked about.
    await eventually(() => test.logLines.slice(from).some((line) => line.startsWith('evaluator ') && line.includes('"msg":"ready"')), { timeoutMs: 20_000, what: 'an evaluator without policies' });
    return mend;
  },
  'policy-admin: down for longer than the guard allows': async (test) => await untilKeysAreOld(await killed(test, 'policy-admin')),
  'policy-admin: slow for longer than the guard allows': async (test) => await untilKeysAreOld(await frozen(test, 'policy-admin')),
  'policy-admin: answers what is no JSON for longer than the guard allows': async (test) =>
    await untilKeysAreOld(await replaced(test, 'policy-admin', [RenewLease.subject, SyncAccess.subject], () => '{"revision":')),
  'policy-admin: answers a lease and keys that are none for longer than the guard allows': async (test) =>
    await untilKeysAreOld(await replaced(test, 'policy-admin', [RenewLease.subject, SyncAccess.subject], () => ({ granted: 'yes', sets: {}, keys: 'all', revision: -1 }))),
  'approval-workflow: down': (test) => killed(test, 'approval-workflow'),
  'approval-workflow: slow': (test) => frozen(test, 'approval-workflow'),
  'approval-workflow: answers what is no JSON': (test) => replaced(test, 'approval-workflow', ClaimApprovals.subject, () => 'released'),
  'approval-workflow: answers a state that is none': (test) => replaced(test, 'approval-workflow', ClaimApprovals.subject, () => ({ answers: [{ state: 'fine' }] })),
  'approval-workflow: answers about no call': (test) => replaced(test, 'approval-workflow', ClaimApprovals.subject, () => ({ answers: [] })),
  'decision log: takes nothing': async (test) => {
    return await withLogStream(test, { max_bytes: 1 }, { max_bytes: DecisionsLogged.maxBytes });
  },
  'decision log: never says that it took anything': async (test) => await withLogStream(test, { no_ack: true }, { no_ack: false }),
  'log writer: down': (test) => killed(test, 'decision-log'),
  'Postgres: down': async (test) => {
    await test.system.stack.postgres?.kill();
    return async () => await test.system.stack.postgres?.restart();
  },
  'Postgres: slow': (test) => {
    const postgres = test.system.stack.postgres?.pid ?? 0;
    const frozen = [postgres, ...childrenOf(postgres)];
    for (const pid of frozen) kill(pid, 'SIGSTOP');
    return Promise.resolve(() => {
      for (const pid of frozen) kill(pid, 'SIGCONT');
      return Promise.resolve();
    });
  },
  'NATS: down': async (test) => {
    await test.system.stack.nats?.kill();
    return async () => await test.system.stack.nats?.restart();
  },
  'NATS: slow': async (test) => {
    await test.system.stack.nats?.kill('SIGSTOP');
    return async () => await test.system.stack.nats?.kill('SIGCONT');
  },
};

async function killed(test: TestSystem, name: string): Promise<() => Promise<void>> {
  const service = test.system.service(name);
  await service.kill();
  return () => {
    service.start();
    return Promise.resolve();
  };
}

function frozen(test: TestSystem, name: string): Promise<() => Promise<void>> {
  const service = test.system.service(name);
  service.signal('SIGSTOP');
  return Promise.resolve(() => {
    service.signal('SIGCONT');
    return Promise.resolve();
  });
}

/** Processes that this one started: Postgres gives each of its connections one. */
function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        // After the name, which is in brackets and may hold anything: state, then the parent.
        const [, , ppid] = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/s, '').split(' ');
        return Number(ppid) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Longer than any guard of the matrix trusts keys without policy-admin. */
async function untilKeysAreOld(mend: () => Promise<void>): Promise<() => Promise<void>> {
  const since = performance.now();
  await eventually(() => performance.now() - since > 6_500, { timeoutMs: 10_000 });
  return mend;
}

type Said = string | object | Error;

/** In the place of a service, under its own name: somebody who answers some requests with nonsense. */
async function replaced(
  test: TestSystem,
  name: 'evaluator' | 'approval-workflow' | 'policy-admin',
  subjects: string | readonly string[],
  answer: (asked: readonly unknown[]) => Said,
): Promise<() => Promise<void>> {
  const mend = await killed(test, name);
  const nats = await connectAs(test, name);
  for (const subject of [subjects].flat()) {
    nats.subscribe(subject, {
      queue: name,
      callback: (_, request) => {
        const asked = request.json<Readonly<{ calls?: unknown[]; claims?: unknown[] }>>();
        const said = answer(asked.calls ?? asked.claims ?? []);
        const ended = headers();
        ended.set('Holdpoint-Part', '0');
        ended.set('Holdpoint-End', '1');
        if (said instanceof Error) {
          ended.set('Nats-Service-Error', said.message);
          ended.set('Nats-Service-Error-Code', '500');
        }
        request.respond(typeof said === 'string' ? said : said instanceof Error ? '{}' : JSON.stringify(said), { headers: ended });
      },
    });
  }
  await nats.flush();
  return async () => {
    await nats.close();
    await mend();
  };
}

/** The log's stream with another configuration, and nobody who works it off, until it is mended. */
async function withLogStream(test: TestSystem, broken: object, whole: object): Promise<() => Promise<void>> {
  const mend = await killed(test, 'decision-log');
  const nats = await connectAs(test, 'evaluator');
  await configureLog(nats, broken);
  return async () => {
    await configureLog(nats, whole);
    await nats.close();
    await mend();
  };
}

async function configureLog(nats: NatsConnection, change: object): Promise<void> {
  const { stream } = DecisionsLogged;
  const { config } = (await nats.request(`$JS.API.STREAM.INFO.${stream}`)).json<{ config: object }>();
  const updated = (await nats.request(`$JS.API.STREAM.UPDATE.${stream}`, JSON.stringify({ ...config, ...change }))).json<{ error?: { description: string } }>();
  if (updated.error !== undefined) throw new Error(updated.error.description);
}

const allowOf = (callId: string): object => ({
  action: 'allow',
  tool_call_id: callId,
  risk_score: 0,
  threats_detected: [],
  threats: [],
  policy_matched: null,
  message: 'fine',
  metadata: { decision_id: 'dec_00000000000000000000000000', scanner: 'none', policy_id: null, policy_version: 1, trace_id: '00000000000000000000000000000001' },
});
