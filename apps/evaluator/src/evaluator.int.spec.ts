import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  allContracts,
  DecisionsLogged,
  EvaluateToolCalls,
  Health,
  permissionsOf,
  ScanContent,
  serviceNames,
  type DecisionRecord,
  type EvaluateAnswer,
  type EvaluateCall,
  type RequestContract,
  type ServiceName,
} from '@holdpoint/contracts';
import { openMessaging, type Messaging } from '@holdpoint/messaging';
import { createLogger, Metrics, type RunningService } from '@holdpoint/runtime';
import { createTestDatabase, eventually, startNats, type TestDatabase, type TestNats } from '@holdpoint/test-kit';
import { z } from 'zod';
import type { ReportAnswer } from './decisions/results.ts';
import { scannerName } from './scans/seen.ts';
import { startEvaluator } from './start-evaluator.ts';
import { FakeApprovals, FakePolicyAdmin, policies, policySet } from './testing/fake-services.ts';
import { evaluatorUrl, migrated } from './testing/limits-database.ts';

let nats: TestNats;
let database: TestDatabase;
let gateway: Messaging;
let operator: Messaging;
let policyAdmin: FakePolicyAdmin;
let approvals: FakeApprovals;
const stopping: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [nats, database] = await Promise.all([
    startNats({ users: [{ user: 'operator' }, ...serviceNames.map((user) => ({ user, permissions: permissionsOf(user, allContracts) }))] }),
    createTestDatabase('evaluator', migrated),
  ]);
  [gateway, operator] = await Promise.all([connected('gateway'), connected('decision-log', 'operator')]);
}, 60_000);

afterAll(async () => {
  await Promise.all([gateway.close(), operator.close()]);
  await Promise.all([nats.stop(), database.drop()]);
});

beforeEach(async () => {
  policyAdmin = new FakePolicyAdmin(connected);
  approvals = new FakeApprovals(connected);
  policyAdmin.publish(policySet());
  await Promise.all([policyAdmin.serve(), approvals.serve(), operator.ensureStreams([DecisionsLogged])]);
  await operator.request(PurgeLog, {}, { timeoutMs });
});

afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
  await Promise.all([approvals.leave(), policyAdmin.leave()]);
});

describe('an evaluator', () => {
  it('takes calls once the policies are here', async () => {
    policyAdmin.tookMs = 300;
    const happened: string[] = [];
    policyAdmin.onRenewed = () => happened.push('renewed');
    await evaluator();
    happened.push('takes calls');
    expect(happened.slice(0, 2)).toEqual(['renewed', 'renewed']);
    expect(await validate([call('read_file')])).toMatchObject([{ result: { action: 'allow', metadata: { policy_version: 1, policy_hash: 'hash_1' } } }]);
    expect(await gateway.request(Health.evaluator, {}, { timeoutMs: 2_000 })).toMatchObject({ ready: true });
  });

  it('has a decision in the stream when its answer arrives, and of the arguments nothing but their shape', async () => {
    await evaluator();
    for (const name of ['read_file', 'payment_create', 'delete_file', 'odd_file']) {
      const answers = await validate([call(name, { path: climbs }), call(name, { note: 'my diary' })]);
      const last = (await stored()).slice(-2);
      for (const { result } of answers) expect(last.find(({ id }) => id === result?.metadata.decision_id)).toMatchObject({ ...result, tool_name: name, threats: result?.threats.map((threat) => ({ ...threat, match: '' })) });
      expect(answers[0]?.result?.threats.map(({ match }) => match)).toContain(climbs);
      expect(last.map((record) => record.arguments)).toEqual(expect.arrayContaining([{ path: '[string]' }, { note: '[string]' }]));
    }
    expect(JSON.stringify(await stored())).not.toMatch(/diary|etc\/passwd/);
  });

  it('keeps no piece of the arguments where the guard keeps none of them', async () => {
    policyAdmin.publish(policySet({ version: 2, record_arguments: 'none' }));
    await evaluator();
    expect(await validate([call('read_file', { path: climbs })])).toMatchObject([{ result: { threats: expect.arrayContaining([expect.objectContaining({ match: climbs })]) } }]);
    expect(await stored()).toMatchObject([{ risk_score: expect.any(Number), threats: expect.arrayContaining([expect.objectContaining({ rule: expect.any(String), path: '', match: '' })]) }]);
    expect(JSON.stringify(await stored())).not.toMatch(/"\/path"|etc\/passwd/);
  });

  it('judges by what its scanner sees, and hands out what is left of a cleaned call, which the log keeps only in full', async () => {
    const rules = [{ ...policies[0]!, name: 'Clean', tool_pattern: '*', action: 'sanitize' as const, conditions: { risk_score_min: 0.7 } }, ...policies.slice(1)];
    policyAdmin.publish(policySet({ version: 2, policies: rules }));
    policyAdmin.publish(policySet({ guard_id: 'full', policies: rules, record_arguments: 'full' }));
    await evaluator();
    const asked = { path: climbs, note: 'für März' };
    const answers = await validate([call('read_file', asked), call('read_file', asked, { guard_id: 'full' }), call('read_file', { path: 'a.txt' }), named('odd_file')]);
    expect(answers.map(({ result }) => result?.action)).toEqual(['sanitize', 'sanitize', 'allow', 'warn']);
    for (const { result } of answers.slice(0, 2)) expect(result).toMatchObject({ sanitized_arguments: { path: '', note: 'für März' }, changes: expect.arrayContaining([expect.objectContaining({ path: '/path', how: 'removed' })]) });
    const records = (await stored()).filter(({ action }) => action === 'sanitize');
    expect(records.map(({ guard_id, sanitized_arguments }) => [guard_id, sanitized_arguments]).sort()).toEqual([['default', undefined], ['full', { path: '', note: 'für März' }]]);
  });

  it('tells a named approval that its call runs cleaned, before it does', async () => {
    policyAdmin.publish(policySet({ version: 2, policies: [{ ...policies[0]!, tool_pattern: '*', action: 'sanitize' }] }));
    await evaluator();
    const [answer] = await validate([call('read_file', { path: climbs }, { approval_id: 'apr_named' })]);
    expect(answer?.result?.action).toBe('sanitize');
    expect(approvals.verdicts).toMatchObject([{ approval_id: 'apr_named', action: 'sanitize' }]);
  });

  it('answers a batch in as many messages as its findings and cleaned arguments need', async () => {
    policyAdmin.publish(policySet({ version: 2, policies: [{ ...policies[0]!, tool_pattern: '*', action: 'sanitize', conditions: { risk_score_min: 0.7 } }] }));
    await evaluator();
    const text = 'x'.repeat(900_000);
    const answers = await validate(Array.from({ length: 6 }, () => call('read_file', { path: climbs, text })), 50_000);
    expect(answers.map(({ result }) => result?.action)).toEqual(Array.from({ length: 6 }, () => 'sanitize'));
  }, 60_000);

  it('answers a batch of 256 calls, each once, in order, and logs each once', async () => {
    await evaluator();
    const names = ['read_file', 'payment_create', 'delete_file', 'odd_file'];
    const answers = await validate(Array.from({ length: 256 }, (_, n) => call(names[n % 4]!)));
    expect(answers.map(({ index }) => index)).toEqual(Array.from({ length: 256 }, (_, n) => n));
    expect(answers.map(({ result }) => result?.action)).toEqual(Array.from({ length: 256 }, (_, n) => ['allow', 'require_approval', 'block', 'warn'][n % 4]));
    const ids = answers.map(({ result }) => result?.metadata.decision_id);
    expect((await stored()).map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(new Set(ids).size).toBe(256);
  });

  it('parks large calls in several messages', async () => {
    await evaluator();
    const text = 'x'.repeat(900_000);
    const answers = await validate(Array.from({ length: 6 }, () => call('payment_create', { text })), 10_000);
    expect(answers.map(({ result }) => result?.action)).toEqual(Array.from({ length: 6 }, () => 'require_approval'));
    expect(approvals.messages).toBe(6);
    expect(new Set(approvals.claims.map(({ tool_call }) => tool_call.id)).size).toBe(6);
  });

  it('judges and parks arguments exactly as they were sent', async () => {
    await evaluator();
    const sent = '{"constructor":"rm -rf","__proto__":{"admin":true},"nul":"\\u0000"}';
    await validate([call('payment_create', JSON.parse(sent) as Record<string, unknown>)]);
    expect(JSON.stringify(approvals.claims[0]?.tool_call.arguments)).toBe(JSON.stringify(JSON.parse(sent)));
  });

  it('gives its lease back when it stops, after it has answered what it holds', async () => {
    const running = await evaluator();
    const release = approvals.hold();
    const answer = validate([call('payment_create')]);
    await eventually(() => approvals.claims.length === 1);
    const stopped = running.stop();
    release();
    expect(await answer).toMatchObject([{ result: { action: 'require_approval' } }]);
    await stopped;
    expect(policyAdmin.returned).toHaveLength(1);
    await expect(validate([call('read_file')])).rejects.toMatchObject({ reason: 'no_responders' });
  });
});

describe('a content by itself', () => {
  it('is scanned, whatever the policies, and nothing is logged', async () => {
    await evaluator();
    const scan = (content: unknown) => gateway.request(ScanContent, { content, trace_id: 'trace_1' }, { timeoutMs: 5_000 });
    expect(await scan({ body: 'The weather is fine.' })).toMatchObject({ action: 'allow', risk_score: 0, threats: [], metadata: { scanner: scannerName, trace_id: 'trace_1' } });
    expect(await stored()).toEqual([]);
  });

  it('waits for other contents, and calls wait for one of them at most, however laborious they are', async () => {
    await evaluator();
    const content = 'password=a;token: '.repeat(20_000);
    let scanned = 0;
    const scans = Array.from({ length: 6 }, async () => {
      await gateway.request(ScanContent, { content, trace_id: 'trace_1' }, { timeoutMs: 20_000 });
      scanned += 1;
    });
    expect(await validate([call('read_file')], 20_000)).toMatchObject([{ result: { action: 'allow' } }]);
    expect(scanned).toBeLessThanOrEqual(1);
    await Promise.all(scans);
  }, 30_000);
});

describe('the decision log', () => {
  it.each([
    ['is full', () => operator.ensureStreams([{ ...DecisionsLogged, maxBytes: 1 }])],
    ['does not answer', logIsSilent],
  ])('that %s blocks every call, and lets them go again once it is back', async (_what, breakIt) => {
    await evaluator();
    await breakIt();
    const answers = await validate([call('read_file'), call('payment_create'), call('odd_file')], 10_000);
    expect(answers.map(({ result }) => [result?.action, result?.code])).toEqual(Array.from({ length: 3 }, () => ['block', 'decision_log_unavailable']));
    expect(await stored()).toEqual([]);
    await mended();
    expect(await validate([call('read_file')])).toMatchObject([{ result: { action: 'allow' } }]);
    expect(await stored()).toHaveLength(1);
  }, 30_000);

  it('that was wiped is made again, before the answer', async () => {
    await evaluator();
    await operator.request(DeleteLog, {}, { timeoutMs });
    expect(await validate([call('read_file')])).toMatchObject([{ result: { action: 'allow' } }]);
    expect(await stored()).toHaveLength(1);
  });
});

describe('the approval service', () => {
  it('that is slow holds back nothing that needs no person', async () => {
    await evaluator();
    const release = approvals.hold();
    const parts = gateway.requestParts(EvaluateToolCalls, { calls: [call('payment_create'), call('read_file'), call('delete_file')] }, { timeoutMs: 5_000 });
    expect((await parts.next()).value).toMatchObject({ answers: [{ index: 1 }, { index: 2 }] });
    await Promise.all(Array.from({ length: 40 }, async () => expect(await validate([call('read_file')])).toMatchObject([{ result: { action: 'allow' } }])));
    release();
    expect((await parts.next()).value).toMatchObject({ answers: [{ index: 0, result: { action: 'require_approval' } }] });
    expect(await parts.next()).toMatchObject({ done: true });
  });

  it('that is slow fills the parking lot, not the evaluator', async () => {
    await evaluator({ concurrency: 1, parkingLimit: 3 });
    const release = approvals.hold();
    const waiting = Array.from({ length: 3 }, () => validate([call('payment_create')]));
    await eventually(() => approvals.claims.length === 3);
    expect(await validate([call('payment_create'), call('read_file')])).toMatchObject([{ result: { action: 'block', code: 'approval_service_unavailable' } }, { result: { action: 'allow' } }]);
    release();
    for (const answers of await Promise.all(waiting)) expect(answers).toMatchObject([{ result: { action: 'require_approval' } }]);
    expect(await validate([call('payment_create')])).toMatchObject([{ result: { action: 'require_approval' } }]);
  });

  it.each(['open', 'closed'] as const)('that is away blocks what a person must see, in failure mode %s too, and nothing else', async (failure_mode) => {
    policyAdmin.publish(policySet({ version: 2, failure_mode }));
    await evaluator();
    await approvals.leave();
    const answers = await validate([call('payment_create'), call('read_file'), named('read_file'), named('delete_file')]);
    expect(answers.map(({ result }) => [result?.action, result?.code])).toEqual([
      ['block', 'approval_service_unavailable'],
      ['allow', undefined],
      ['block', 'approval_service_unavailable'],
      ['block', undefined],
    ]);
  });

  it('that does not answer in time blocks before the caller’s time is up', async () => {
    await evaluator();
    const release = approvals.hold();
    expect(await validate([call('payment_create')], 500)).toMatchObject([{ result: { action: 'block', code: 'approval_service_unavailable' } }]);
    release();
  });

  it('gets a retry under the same request id, and its release is logged by it alone', async () => {
    await evaluator();
    const first = new Map<string, string>();
    approvals.claim = ({ request_id, release_record }) => {
      if (!first.has(request_id)) first.set(request_id, release_record.id);
      return { state: 'released', approval_id: 'apr_1', release_id: request_id, release_decision_id: first.get(request_id)! };
    };
    const asked = call('payment_create');
    const [once, again] = [await validate([asked]), await validate([asked])];
    expect(once).toMatchObject([{ result: { action: 'allow', metadata: { replayed: false, release_id: asked.request_id } } }]);
    expect(again[0]?.result?.metadata).toEqual(once[0]?.result?.metadata);
    expect(await stored()).toEqual([]);
    expect(approvals.claims[0]?.release_record).toMatchObject({ action: 'allow', request_id: asked.request_id });
  });

  it('hears of a named approval that needs no person before the call is let go', async () => {
    await evaluator();
    const release = approvals.hold();
    const answer = validate([named('read_file')]);
    await eventually(() => approvals.verdicts.length === 1);
    expect(approvals.verdicts).toMatchObject([{ approval_id: 'apr_named', action: 'allow', policy_version: 1 }]);
    release();
    expect(await answer).toMatchObject([{ result: { action: 'allow' } }]);
  });

  it.each<[ReportAnswer, string]>([
    ['failed', 'block'],
    ['outdated', 'require_approval'],
  ])('that says `%s` of a named approval makes an allow a %s, and a block stands', async (said, action) => {
    await evaluator();
    approvals.report = () => said;
    const answers = await validate([named('read_file'), named('delete_file')]);
    expect(answers.map(({ result }) => result?.action)).toEqual([action, 'block']);
    expect(answers[1]?.result?.code).toBeUndefined();
  });
});

describe('policies', () => {
  // Twelve renewals on the timer alone would take longer than this test may.
  it('that change are fetched when policy-admin says so, judged by, and confirmed', async () => {
    await evaluator();
    for (let version = 2; version < 14; version += 1) {
      const revision = policyAdmin.publish(policySet({ version, hash: `hash_${version}`, default_action: version % 2 === 0 ? 'block' : 'allow' }));
      policyAdmin.tell(revision);
      await eventually(() => policyAdmin.confirmed === revision);
      expect(await validate([call('read_file')])).toMatchObject([{ result: { action: version % 2 === 0 ? 'block' : 'allow', metadata: { policy_version: version, policy_hash: `hash_${version}` } } }]);
    }
  }, 11_000);

  it('that change unheard are judged by after the next renewal', async () => {
    await evaluator();
    const revision = policyAdmin.publish(policySet({ version: 2, default_action: 'block' }));
    await eventually(() => policyAdmin.confirmed === revision);
    expect(await validate([call('read_file')])).toMatchObject([{ result: { action: 'block' } }]);
  });

  it('of a guard just made are fetched when its first call comes', async () => {
    await evaluator();
    policyAdmin.publish(policySet({ guard_id: 'young', version: 1, hash: 'young' }));
    const answers = await validate([call('read_file', {}, { guard_id: 'young' }), call('read_file'), call('read_file', {}, { guard_id: 'nowhere' })]);
    expect(answers).toMatchObject([{ result: { action: 'allow', metadata: { policy_hash: 'young' } } }, { result: { action: 'allow' } }, { not_judged: 'no_policy_set' }]);
  });

  it('that cannot be read block their guard’s calls, and no other’s', async () => {
    policyAdmin.publish(policySet({ guard_id: 'odd', failure_mode: 'open', policies: [{ ...policies[0]!, tool_pattern: '[' }] }));
    await evaluator();
    expect(await validate([call('read_file', {}, { guard_id: 'odd' }), call('read_file')])).toMatchObject([
      { result: { action: 'block', code: 'could_not_judge', metadata: { policy_version: 1, policy_hash: 'hash_1' } } },
      { result: { action: 'allow' } },
    ]);
  });

  it('that policy-admin can no longer confirm go on for as long as their guard allows, and say so', async () => {
    policyAdmin.publish(policySet({ guard_id: 'strict', max_policy_staleness_seconds: 0 }));
    policyAdmin.publish(policySet({ guard_id: 'strict-open', max_policy_staleness_seconds: 0, failure_mode: 'open' }));
    await evaluator();
    await policyAdmin.leave();
    const calls = [call('read_file'), call('read_file', {}, { guard_id: 'strict' }), call('read_file', {}, { guard_id: 'strict-open' }), call('payment_create', {}, { guard_id: 'strict-open' })];
    const answers = await eventually(async () => {
      const given = await validate(calls);
      return given[0]?.result?.metadata.policy_stale === true && given;
    });
    expect(answers.map(({ result }) => [result?.action, result?.code, result?.metadata.policy_stale, result?.metadata.failed_open])).toEqual([
      ['allow', undefined, true, undefined],
      ['block', 'could_not_judge', true, undefined],
      ['warn', undefined, true, true],
      ['block', 'could_not_judge', true, undefined],
    ]);
    expect(await gateway.request(Health.evaluator, {}, { timeoutMs: 2_000 })).toMatchObject({ ready: false });
    await policyAdmin.serve();
    await eventually(async () => (await validate(calls)).every(({ result }) => result?.metadata.policy_stale === undefined));
  }, 30_000);

  it('by which a call was judged are no answer once the lease has run out', async () => {
    await evaluator();
    await policyAdmin.leave();
    // The lease ends while one of these is parked.
    approvals.tookMs = 2_500;
    const answers: EvaluateAnswer[] = [];
    await eventually(async () => {
      answers.push(...(await validate([call('payment_create')], 10_000)));
      return answers.some(({ not_judged }) => not_judged !== undefined);
    });
    expect(answers.at(-1)).toEqual({ index: 0, not_judged: 'lease_lapsed' });
    expect(answers.slice(0, -1).every(({ result }) => result?.action === 'require_approval' && result.metadata.policy_stale === undefined)).toBe(true);
  }, 30_000);
});

describe('a limit', () => {
  const limited = { ...policies[0]!, name: 'Calmly', tool_pattern: 'calm_*', action: 'rate_limit' as const, rate_limit: { max_requests: 3, window_seconds: 600 } };

  const policyId = (name: string): string => `pol_${name.padEnd(26, '0')}`;

  it('holds for all evaluators together, whatever travels together, and says when to come again', async () => {
    policyAdmin.publish(policySet({ version: 2, policies: [{ ...limited, id: policyId('together') }, ...policies] }));
    await Promise.all([evaluator(), evaluator()]);
    const answers = (await Promise.all(Array.from({ length: 6 }, () => validate([call('calm_1'), call('read_file'), call('calm_2')])))).flat();
    const calm = answers.filter(({ index }) => index !== 1).map(({ result }) => result);
    expect(calm.filter((result) => result?.action === 'allow')).toHaveLength(3);
    for (const result of calm.filter((one) => one?.action !== 'allow')) expect(result).toMatchObject({ action: 'block', message: 'Rate limit exceeded', code: 'rate_limit_exceeded', policy_matched: 'Calmly', retry_after_seconds: expect.any(Number) });
    expect(answers.filter(({ index }) => index === 1).every(({ result }) => result?.action === 'allow')).toBe(true);
  });

  it('counts a request that the gateway sends again once', async () => {
    policyAdmin.publish(policySet({ version: 2, policies: [{ ...limited, id: policyId('again') }] }));
    await evaluator();
    const asked = call('calm_1');
    for (let n = 0; n < 4; n += 1) expect(await validate([asked])).toMatchObject([{ result: { action: 'allow' } }]);
    expect((await validate([call('calm_1'), call('calm_1'), call('calm_1')])).map(({ result }) => result?.action).sort()).toEqual(['allow', 'allow', 'block']);
  });

  it('that stands above a person counts a call once, however often it is asked about', async () => {
    policyAdmin.publish(policySet({ version: 2, policies: [{ ...limited, id: policyId('person'), tool_pattern: 'payment_*', priority: 1, rate_limit: { max_requests: 2, window_seconds: 600, on_within: 'continue' } }, ...policies] }));
    await evaluator();
    const asked = call('payment_create');
    for (let n = 0; n < 5; n += 1) expect(await validate([{ ...asked, request_id: `req_of_turn_${n}` }])).toMatchObject([{ result: { action: 'require_approval' } }]);
    expect((await validate([call('payment_create'), call('payment_create')])).map(({ result }) => result?.code)).toEqual(expect.arrayContaining([undefined, 'rate_limit_exceeded']));
  });

  it.each(['open', 'closed'] as const)('without Postgres blocks what it must count, in failure mode %s too, and nothing else', async (failure_mode) => {
    policyAdmin.publish(policySet({ version: 2, failure_mode, policies: [{ ...limited, id: policyId('away') }, ...policies] }));
    await evaluator({ databaseUrl: 'postgres://evaluator:nobody@127.0.0.1:1/holdpoint' });
    const answers = await validate([call('calm_1'), call('read_file'), call('payment_create')]);
    expect(answers.map(({ result }) => [result?.action, result?.code])).toEqual([['block', 'rate_limiter_unavailable'], ['allow', undefined], ['require_approval', undefined]]);
    expect(await gateway.request(Health.evaluator, {}, { timeoutMs: 2_000 })).toMatchObject({ ready: false, parts: expect.arrayContaining([{ part: 'postgres', ok: false, detail: 'cannot be reached' }]) });
  });

  it('in a database that refuses its role keeps the evaluator from starting', async () => {
    const wrong = new URL(evaluatorUrl(database));
    wrong.password = 'not-the-password';
    await expect(evaluator({ databaseUrl: wrong.href })).rejects.toThrow(/password/);
  });
});

describe('nats', () => {
  it('that stands still: nothing is allowed, and when it moves again calls are judged again', async () => {
    await evaluator();
    const before = await validate([call('read_file')]);
    expect(before).toMatchObject([{ result: { action: 'allow' } }]);
    await nats.kill('SIGSTOP');
    const during = validate([call('read_file')], 1_000);
    await expect(during).rejects.toMatchObject({ reason: 'timeout' });
    await nats.kill('SIGCONT');
    await eventually(async () => (await validate([call('read_file')]))[0]?.result?.action === 'allow');
  }, 30_000);
});

const timeoutMs = 5_000;
const climbs = '../../../../etc/passwd';

let calls = 0;
function call(name: string, toolArguments: Record<string, unknown> = {}, given: Partial<EvaluateCall> = {}): EvaluateCall {
  calls += 1;
  return { request_id: `req_${calls}`, guard_id: 'default', key_id: 'aaaaaaaaaaaa', session_id: 'session_1', tool_call: { id: `call_${calls}`, name, arguments: toolArguments }, trace_id: 'trace_1', ...given };
}

const named = (name: string): EvaluateCall => call(name, {}, { approval_id: 'apr_named' });

/** As the gateway asks: every answer, in the order of the calls. */
async function validate(asked: readonly EvaluateCall[], timeoutMs = 5_000): Promise<readonly EvaluateAnswer[]> {
  const answers: EvaluateAnswer[] = [];
  for await (const part of gateway.requestParts(EvaluateToolCalls, { calls: [...asked] }, { timeoutMs })) answers.push(...part.answers);
  return answers.sort((a, b) => a.index - b.index);
}

async function evaluator(given: Partial<{ concurrency: number; parkingLimit: number; databaseUrl: string }> = {}): Promise<RunningService> {
  const { user, password } = nats.user('evaluator');
  const config = { nats: { servers: nats.url, user, password }, databaseUrl: evaluatorUrl(database), logLevel: 'silent' as const, operations: { host: '127.0.0.1', port: 0 }, concurrency: 32, parkingLimit: 500, ...given };
  const metrics = new Metrics({ service: 'evaluator' });
  const running = await startEvaluator({ config, log: createLogger({ service: 'evaluator', level: 'silent' }), metrics, shutdown: new AbortController().signal });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= running.stop().then(() => metrics.close()));
  stopping.push(stop);
  return { ...running, stop };
}

async function connected(name: ServiceName, as: string = name): Promise<Messaging> {
  const { user, password } = nats.user(as);
  return await openMessaging({ servers: nats.url, user, password, name, log: createLogger({ service: name, level: 'silent' }) });
}

/** JetStream's own requests, as an operator's tool would send them. */
const jetStream = <Reply extends z.ZodType>(verb: string, reply: Reply) =>
  ({ kind: 'request', subject: `$JS.API.STREAM.${verb}.${DecisionsLogged.stream}`, server: 'decision-log', callers: [], replies: 'one', promise: '', request: z.record(z.string(), z.unknown()), reply }) as const satisfies RequestContract;
const PurgeLog = jetStream('PURGE', z.object({ success: z.literal(true) }));
const DeleteLog = jetStream('DELETE', z.object({ success: z.literal(true) }));
const LogState = jetStream('INFO', z.object({ state: z.object({ messages: z.int(), first_seq: z.int(), last_seq: z.int() }) }));
const LogMessage = jetStream('MSG.GET', z.object({ message: z.object({ data: z.string() }) }));

/** Every record in the stream, in its order. */
async function stored(): Promise<readonly DecisionRecord[]> {
  const { state } = await operator.request(LogState, {}, { timeoutMs });
  const records: DecisionRecord[] = [];
  for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; seq += 1) {
    const { message } = await operator.request(LogMessage, { seq }, { timeoutMs });
    const { decisions } = JSON.parse(Buffer.from(message.data, 'base64').toString()) as { decisions: DecisionRecord[] };
    records.push(...decisions);
  }
  return records;
}

/** Messages for the log go somewhere that never acknowledges them. */
async function logIsSilent(): Promise<void> {
  const { stream, subjects } = DecisionsLogged;
  await operator.request(DeleteLog, {}, { timeoutMs });
  const stop = await operator.answer(subjects[0], stream, () => undefined);
  await operator.ensureStreams([{ ...DecisionsLogged, subjects: ['elsewhere'] }]);
  silence = stop;
}

let silence: (() => Promise<void>) | undefined;
async function mended(): Promise<void> {
  await silence?.();
  silence = undefined;
  await operator.ensureStreams([DecisionsLogged]);
}
