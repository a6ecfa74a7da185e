import { describe, expect, it } from '@jest/globals';
import { ClaimApprovals, FindFinalDecisions, guardDefaults, ReportVerdicts, type ApprovalClaim, type ClaimAnswer, type DecisionRecord, type EvaluateCall, type NamedVerdict, type PolicySet } from '@holdpoint/contracts';
import { PublishUnconfirmed, type Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import type { Freshness } from '../policies/lease.ts';
import { PolicySets, type HeldSet } from '../policies/policy-sets.ts';
import { scannerName } from '../scans/seen.ts';
import type { LimitAnswer } from '../limits/rate-limiter.ts';
import { Decide } from './decide.ts';
import type { Answer, JudgedCall, ReportAnswer } from './results.ts';

describe('a decision', () => {
  it('is not answered before the log has acknowledged it', async () => {
    const { decide, world } = evaluator();
    const written = deferred();
    world.publish = () => written.promise;
    const first = decide.all([call('read_file')], forever).next();
    expect(await Promise.race([first, turns(20, 'nothing yet')])).toBe('nothing yet');
    written.resolve();
    expect((await first).value).toMatchObject([{ index: 0, result: { action: 'allow' } }]);
    expect(world.logged).toHaveLength(1);
  });

  it('carries version and hash, whatever it is', async () => {
    const { decide, world } = evaluator();
    world.claim = ({ tool_call }) => ({ state: tool_call.name === 'payment_2' ? 'rejected' : 'pending' });
    const answers = await answered(decide, ['read_file', 'delete_file', 'payment_1', 'payment_2', 'odd_file'].map((name) => call(name)));
    expect(answers.map(({ result }) => result?.action)).toEqual(['allow', 'block', 'require_approval', 'block', 'warn']);
    for (const { result } of answers) expect(result).toMatchObject({ risk_score: 0, metadata: { scanner: scannerName, policy_version: 4, policy_hash: 'cafe' } });
  });

  it('that the log does not take is a block of its own id, and its neighbours’ are not', async () => {
    const { decide, world } = evaluator();
    world.publish = (records) => (records.some(({ action }) => action === 'allow') ? Promise.reject(new Error('stream is full')) : Promise.resolve());
    const answers = await answered(decide, [call('read_file'), call('payment_1')]);
    expect(answers[0]?.result).toMatchObject({ action: 'block', code: 'decision_log_unavailable', metadata: { policy_version: 4 } });
    expect(answers[1]?.result).toMatchObject({ action: 'require_approval', approval_id: 'apr_1' });
    expect(world.offered.map(({ id }) => id)).not.toContain(answers[0]?.result?.metadata.decision_id);
  });

  it('travels to the log in as many messages as the server needs, and one that is too large takes none along', async () => {
    const { decide, world } = evaluator();
    world.publish = (records) => {
      const tooLarge = records.length > 3 || records.some(({ tool_name }) => tool_name === 'huge');
      return tooLarge ? Promise.reject(new PublishUnconfirmed('hp.log.v1.decisions', 'too_large')) : Promise.resolve();
    };
    const answers = await answered(decide, Array.from({ length: 10 }, (_, n) => call(n === 4 ? 'huge' : 'read_file')));
    expect(answers.map(({ result }) => result?.code)).toEqual(Array.from({ length: 10 }, (_, n) => (n === 4 ? 'decision_log_unavailable' : undefined)));
    expect(world.logged.filter(({ tool_name }) => tool_name === 'read_file')).toHaveLength(9);
  });

  it('of a released call is in the log already, with the id of its release', async () => {
    const { decide, world } = evaluator();
    world.claim = ({ release_record }) => ({ state: 'released', approval_id: 'apr_1', release_id: 'req_payment_1', release_decision_id: release_record.id });
    const [answer] = await answered(decide, [call('payment_1')]);
    expect(answer?.result).toMatchObject({ action: 'allow', approval_id: 'apr_1', metadata: { replayed: false, release_id: 'req_payment_1', decision_id: world.claims[0]?.release_record.id } });
    expect(world.offered).toEqual([]);
  });

  it('of a repeated release is logged under its own id', async () => {
    const { decide, world } = evaluator();
    world.claim = () => ({ state: 'replayed', approval_id: 'apr_1', release_id: 'req_0', release_decision_id: 'dec_0' });
    const [answer] = await answered(decide, [call('payment_1')]);
    expect(answer?.result?.metadata).toMatchObject({ replayed: true, release_id: 'req_0' });
    expect(world.logged.map(({ id }) => id)).toEqual([answer?.result?.metadata.decision_id]);
  });
});

describe('a lease that runs out while a call is judged', () => {
  it.each(['read_file', 'delete_file', 'payment_1'])('%s is given back unanswered', async (name) => {
    const { decide, world } = evaluator();
    world.publish = () => {
      world.freshness = { fresh: false, forMs: 1 };
      return Promise.resolve();
    };
    expect(await answered(decide, [call(name)])).toEqual([{ index: 0, not_judged: 'lease_lapsed' }]);
  });

  it('a release is given back, too: the same request gets it again', async () => {
    const { decide, world } = evaluator();
    world.claim = ({ release_record }) => {
      world.freshness = { fresh: false, forMs: 1 };
      return { state: 'released', approval_id: 'apr_1', release_decision_id: release_record.id };
    };
    expect(await answered(decide, [call('payment_1')])).toEqual([{ index: 0, not_judged: 'lease_lapsed' }]);
  });

  it('what was judged without one is answered, and says so', async () => {
    const { decide, world } = evaluator();
    world.freshness = { fresh: false, forMs: 1_000 };
    expect(await answered(decide, [call('read_file')])).toMatchObject([{ result: { action: 'allow', metadata: { policy_stale: true } } }]);
  });
});

describe('an evaluator that stood still past its lease', () => {
  it('asks policy-admin before it judges', async () => {
    const { decide, world, sets } = evaluator();
    world.freshness = { fresh: false, forMs: 2_000 };
    world.stoodStill = true;
    world.renew = () => {
      sets.apply([policySet({ version: 5, default_action: 'block' })], 2);
      world.freshness = { fresh: true };
      return Promise.resolve();
    };
    const [answer] = await answered(decide, [call('read_file')]);
    expect(answer?.result).toMatchObject({ action: 'block', metadata: { policy_version: 5 } });
    expect(answer?.result?.metadata.policy_stale).toBeUndefined();
  });

  it('and goes on with what it holds, saying so, when that fails', async () => {
    const { decide, world } = evaluator();
    world.freshness = { fresh: false, forMs: 2_000 };
    world.stoodStill = true;
    expect(await answered(decide, [call('read_file')])).toMatchObject([{ result: { action: 'allow', metadata: { policy_stale: true } } }]);
    expect(world.renewals).toBe(1);
  });
});

describe('one bad call of a batch', () => {
  it('with arguments that cannot be hashed is blocked by itself', async () => {
    const { decide } = evaluator();
    const bad = call('payment_1', { text: '\ud800' });
    const answers = await answered(decide, [call('read_file'), bad, call('payment_2')]);
    expect(answers.map(({ result }) => [result?.action, result?.code])).toEqual([['allow', undefined], ['block', 'could_not_judge'], ['require_approval', undefined]]);
  });

  it('on which the judge itself fails is blocked by itself, and logged as such', async () => {
    const { decide, world, sets } = evaluator();
    const broken = { source: { ...sets.get('default')!.source, guard_id: 'broken' }, compiled: { candidatesFor: () => { throw new Error('a defect'); } } } as unknown as HeldSet;
    world.heldToo.set('broken', broken);
    const answers = await answered(decide, [call('read_file'), call('read_file', {}, { guard_id: 'broken' })]);
    expect(answers.map(({ result }) => [result?.action, result?.code])).toEqual([['allow', undefined], ['block', 'could_not_judge']]);
    expect(answers[1]?.result?.metadata).toMatchObject({ policy_version: 4, policy_hash: 'cafe' });
    expect(world.logged).toHaveLength(2);
  });

  it('that breaks the asking for approvals leaves those answered that need none', async () => {
    const { decide } = evaluator();
    const parts: (readonly Answer[])[] = [];
    const asked = async (): Promise<void> => {
      for await (const part of decide.all([call('payment_1', {}, { context: 1n }), call('read_file')], forever)) parts.push(part);
    };
    await expect(asked()).rejects.toThrow(TypeError);
    expect(parts).toMatchObject([[{ index: 1, result: { action: 'allow' } }]]);
  });
});

describe('a large call', () => {
  const large = (name: string) => call(name, { text: 'words and words '.repeat(12_000) });

  it('never holds back small ones: they are answered before it is judged', async () => {
    const { decide, world } = evaluator();
    const parts = decide.all([large('read_1'), call('read_2'), large('read_3'), call('payment_4')], forever);
    const early = [...((await parts.next()).value as Answer[]), ...((await parts.next()).value as Answer[])];
    expect(early.map(({ index }) => index).sort()).toEqual([1, 3]);
    expect(world.offered.map(({ tool_name }) => tool_name)).not.toContain('read_3');
    const late = [...((await parts.next()).value as Answer[]), ...((await parts.next()).value as Answer[])];
    expect(late.map(({ index }) => index).sort()).toEqual([0, 2]);
  });

  it('is not judged once its time is over, and has no answer; what was judged before has', async () => {
    const { decide, world } = evaluator();
    let left = 2;
    const answers: Answer[] = [];
    for await (const part of decide.all([large('read_1'), large('payment_2'), call('read_3')], () => left--)) answers.push(...part);
    expect(answers.map(({ index }) => index).sort()).toEqual([0, 2]);
    expect([world.logged.length, world.claims.length]).toEqual([2, 0]);
  });

  it('among those of a guard that had to be looked for takes nothing along when the look fails', async () => {
    const { decide, world } = evaluator();
    world.renew = () => Promise.reject(new Error('away'));
    const parts: (readonly Answer[])[] = [];
    const asked = async (): Promise<void> => {
      for await (const part of decide.all([large('read_1'), call('read_2', {}, { guard_id: 'young' }), call('read_3', large('x').tool_call.arguments, { guard_id: 'young' })], forever)) parts.push(part);
    };
    await expect(asked()).rejects.toThrow('away');
    expect(parts).toMatchObject([[{ index: 0, result: { action: 'allow' } }]]);
  });
});

describe('a guard that the evaluator does not know', () => {
  it('is looked for once, and found', async () => {
    const { decide, world, sets } = evaluator();
    world.renew = () => {
      sets.apply([policySet({ guard_id: 'young' })], 2);
      return Promise.resolve();
    };
    const answers = await answered(decide, [call('read_file', {}, { guard_id: 'young' }), call('payment_1', {}, { guard_id: 'young' })]);
    expect(answers.map(({ result }) => result?.action)).toEqual(['allow', 'require_approval']);
    expect(world.renewals).toBe(1);
  });

  it('is given back when there is none, and never holds back its neighbours', async () => {
    const { decide, world } = evaluator();
    const renewal = deferred();
    world.renew = () => renewal.promise;
    const parts = decide.all([call('read_file', {}, { guard_id: 'nowhere' }), call('read_file'), call('payment_1')], forever);
    const early = [...((await parts.next()).value as Answer[]), ...((await parts.next()).value as Answer[])];
    expect(early.map(({ index }) => index).sort()).toEqual([1, 2]);
    renewal.resolve();
    expect((await parts.next()).value).toEqual([{ index: 0, not_judged: 'no_policy_set' }]);
  });
});

describe('parking', () => {
  it('never holds back what needs no person', async () => {
    const { decide, world } = evaluator();
    const answer = deferred();
    world.beforeApprovals = () => answer.promise;
    const parts = decide.all([call('payment_1'), call('read_file'), call('payment_2'), call('delete_file')], forever);
    expect(((await parts.next()).value as Answer[]).map(({ index }) => index)).toEqual([1, 3]);
    answer.resolve();
    expect(((await parts.next()).value as Answer[]).map(({ index }) => index)).toEqual([0, 2]);
  });

  it('has a limit of its own: as many as fit are parked, more are blocked at once, and places come back', async () => {
    const { decide, world } = evaluator({ parkingLimit: 3 });
    const answer = deferred();
    world.beforeApprovals = () => answer.promise;
    const first = decide.all([call('payment_1'), call('payment_2')], forever);
    const parked = first.next();
    const second = decide.all([call('payment_3'), call('payment_4'), call('read_file')], forever);
    const early = (await second.next()).value as Answer[];
    expect(early.map(({ index, result }) => [index, result?.action, result?.code])).toEqual([[1, 'block', 'approval_service_unavailable'], [2, 'allow', undefined]]);
    answer.resolve();
    expect([...((await parked).value as Answer[]), ...((await second.next()).value as Answer[])].map(({ result }) => result?.action)).toEqual(['require_approval', 'require_approval', 'require_approval']);

    world.beforeApprovals = () => Promise.reject(new Error('away'));
    await answered(decide, [call('payment_5'), call('payment_6'), call('payment_7')]);
    world.beforeApprovals = () => Promise.resolve();
    expect((await answered(decide, [call('payment_5'), call('payment_6'), call('payment_7')])).map(({ result }) => result?.action)).toEqual(['require_approval', 'require_approval', 'require_approval']);
  });

  it('without the approval service is a block, whatever the failure mode', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([policySet({ failure_mode: 'open', version: 5 })], 2);
    world.beforeApprovals = () => Promise.reject(new Error('nobody answers'));
    expect(await answered(decide, [call('payment_1')])).toMatchObject([{ result: { action: 'block', code: 'approval_service_unavailable', metadata: { policy_version: 5 } } }]);
  });

  it.each([
    ['did not answer', (world: World) => (world.beforeApprovals = () => Promise.reject(new Error('nobody answers')))],
    ['does not know', (world: World) => (world.claim = () => ({ state: 'failed' }))],
  ])('a block because the service %s never has the decision id of a release that it may have committed', async (_what, fail) => {
    const { decide, world } = evaluator();
    fail(world);
    const [answer] = await answered(decide, [call('payment_1')]);
    const claimed = world.claims[0]?.release_record.id;
    expect(world.logged.map(({ id }) => id)).toEqual([answer?.result?.metadata.decision_id]);
    expect(claimed).toMatch(/^dec_/);
    expect(world.logged.map(({ id }) => id)).not.toContain(claimed);
  });

  it('an answer for fewer calls than were asked blocks the rest', async () => {
    const { decide, world } = evaluator();
    world.answersGiven = 1;
    const answers = await answered(decide, [call('payment_1'), call('payment_2')]);
    expect(answers.map(({ result }) => result?.code)).toEqual([undefined, 'approval_service_unavailable']);
  });

  it('keeps its messages well below what the server takes', async () => {
    const { decide, world } = evaluator({ record: 'full' });
    const large = { text: 'é'.repeat(40_000) };
    await answered(decide, [call('payment_0', { text: 'é'.repeat(150_000) }), ...Array.from({ length: 20 }, (_, n) => call(`payment_${n + 1}`, large))]);
    expect(world.claims).toHaveLength(21);
    expect(world.claimMessages.length).toBeGreaterThan(1);
    for (const message of world.claimMessages) expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(world.messaging.maxPayload);
  });

  it('binds the claim to what was judged, and asks with the ids of the request', async () => {
    const { decide, world } = evaluator();
    await answered(decide, [call('payment_1', { amount: 10 }, { end_user_id: 'user_1', owner_email: 'o@example.org', context: { why: 'x' } })]);
    expect(world.claims).toMatchObject([
      { request_id: 'req_payment_1', guard_id: 'default', key_id: 'aaaaaaaaaaaa', owner_email: 'o@example.org', end_user_id: 'user_1', context: { why: 'x' }, policy_id: 'pol_1', policy_version: 4, quorum: 1, timeout_minutes: 60, release_minutes: 60, replay_seconds: 60, arguments_hash: expect.stringMatching(/^[0-9a-f]{64}$/), release_record: { action: 'allow', request_id: 'req_payment_1', arguments: { amount: '[number]' } } },
    ]);
  });
});

describe('the people who are asked', () => {
  it.each(['none', 'redacted', 'full'] as const)('are told what the scanner saw, with secrets masked, however little the guard records (%s)', async (record) => {
    const { decide, world } = evaluator({ record });
    const secret = ['AKIA', 'IOSFODNN7QWERTYU'].join('');
    await answered(decide, [call('payment_1', { path: '../../../../etc/passwd', note: secret })]);
    const [{ findings } = {}] = world.claims;
    expect(findings).toMatchObject({ risk_score: expect.any(Number), threats_detected: expect.arrayContaining(['path_traversal', 'credential_exposure']) });
    expect(findings?.risk_score).toBeGreaterThan(0.5);
    expect(findings?.threats.find(({ type }) => type === 'path_traversal')?.match).toContain('../');
    expect(JSON.stringify(findings)).not.toContain(secret);
  });

  it('are told when nothing was seen, too', async () => {
    const { decide, world } = evaluator();
    await answered(decide, [call('payment_1')]);
    expect(world.claims[0]?.findings).toEqual({ risk_score: 0, threats_detected: [], threats: [] });
  });
});

describe('a call that meets a limit', () => {
  const limited = (on_within: 'allow' | 'continue' = 'allow') => ({ ...policySet().policies[0]!, id: 'pol_limit', name: 'Calmly', tool_pattern: '{pay,payment,delete,odd}*', priority: 9, action: 'rate_limit' as const, rate_limit: { max_requests: 5, window_seconds: 60, on_within } });
  const withLimit = (on_within?: 'allow' | 'continue', given: Partial<PolicySet> = {}) => policySet({ version: 5, policies: [limited(on_within), ...policySet().policies], ...given });
  const over: LimitAnswer = { admitted: false, refusedBy: 0, retryAfterMs: 16_001 };

  it('and is within it is allowed, or judged by the policies below', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([withLimit()], 2);
    expect(await answered(decide, [call('payment_1')])).toMatchObject([{ result: { action: 'allow', policy_matched: 'Calmly', message: expect.stringContaining('within its limit') } }]);
    sets.apply([withLimit('continue', { version: 6 })], 3);
    const answers = await answered(decide, [call('payment_1'), call('odd_1'), call('delete_1'), call('pay')]);
    expect(answers.map(({ result }) => [result?.action, result?.policy_matched])).toEqual([['require_approval', 'require_approval payment_*'], ['warn', 'warn odd_*'], ['block', 'block delete_*'], ['allow', null]]);
    expect(world.counted.map(({ call: { tool_call } }) => tool_call.name)).toEqual(['payment_1', 'payment_1', 'odd_1', 'delete_1', 'pay']);
  });

  it('and is over it is blocked, says when to come again, and asks nobody', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([withLimit('continue')], 2);
    world.limits = () => over;
    const answers = await answered(decide, [call('payment_1'), call('odd_1'), call('read_file')]);
    for (const { result } of answers.slice(0, 2)) expect(result).toMatchObject({ action: 'block', message: 'Rate limit exceeded', code: 'rate_limit_exceeded', retry_after_seconds: 17, policy_matched: 'Calmly', metadata: { policy_id: 'pol_limit' } });
    expect(answers[2]?.result).toMatchObject({ action: 'allow' });
    expect(world.claims).toEqual([]);
    expect(world.logged.find(({ tool_name }) => tool_name === 'odd_1')).toMatchObject({ code: 'rate_limit_exceeded', retry_after_seconds: 17 });
  });

  it('names the limit that has no room', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([withLimit('continue', { policies: [limited('continue'), { ...limited(), id: 'pol_second', name: 'Second', priority: 8 }] })], 2);
    world.limits = () => ({ ...over, refusedBy: 1, retryAfterMs: 1 });
    expect(await answered(decide, [call('pay')])).toMatchObject([{ result: { policy_matched: 'Second', retry_after_seconds: 1 } }]);
  });

  it('that nobody can count is blocked, whatever the failure mode, and one that came as an event is given back', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([withLimit('continue', { failure_mode: 'open' })], 2);
    world.limits = () => 'unavailable';
    const answers = await answered(decide, [call('pay'), call('read_file'), call('payment_2', {}, { event_key: 'key' }), named('odd_1')]);
    const blocked = { result: { action: 'block', code: 'rate_limiter_unavailable', message: expect.stringMatching(/Ask again in a few seconds with the same call id\.$/), metadata: { policy_id: 'pol_limit' } } };
    expect(answers).toMatchObject([blocked, { result: { action: 'allow' } }, { not_judged: 'part_unavailable' }, blocked]);
    expect([world.claims, world.verdicts]).toEqual([[], []]);
  });

  it('never holds back its neighbours, not even those that wait for a person', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([withLimit('continue', { policies: [{ ...limited('continue'), tool_pattern: 'odd*' }, ...policySet().policies] })], 2);
    const count = deferred();
    world.beforeLimits = () => count.promise;
    const parts = decide.all([call('odd_1'), call('read_file'), call('payment_1')], forever);
    const early = [...((await parts.next()).value as Answer[]), ...((await parts.next()).value as Answer[])];
    expect(early.map(({ index }) => index).sort()).toEqual([1, 2]);
    count.resolve();
    expect((await parts.next()).value).toMatchObject([{ index: 0, result: { action: 'warn' } }]);
  });

  it('takes its parking place once it is counted', async () => {
    const { decide, world, sets } = evaluator({ parkingLimit: 1 });
    sets.apply([withLimit('continue')], 2);
    const count = deferred();
    world.beforeLimits = () => count.promise;
    const first = answered(decide, [call('payment_1')]);
    await turns(5, undefined);
    world.beforeLimits = () => Promise.resolve();
    expect(await answered(decide, [call('payment_2')])).toMatchObject([{ result: { action: 'require_approval' } }]);
    count.resolve();
    expect(await first).toMatchObject([{ result: { action: 'require_approval' } }]);
  });

  it('is not counted by policies that are too old to count', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([withLimit('allow', { failure_mode: 'open', max_policy_staleness_seconds: 1 })], 2);
    world.freshness = { fresh: false, forMs: 2_000 };
    expect(await answered(decide, [call('pay')])).toMatchObject([{ result: { action: 'block', code: 'could_not_judge' } }]);
    expect(world.counted).toEqual([]);
  });

  it('that came as an event is decided over its limit; once a person has decided on it, it waits for room', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([withLimit('continue')], 2);
    world.limits = () => over;
    const event = { event_key: 'key' };
    const answers = await answered(decide, [call('payment_1', {}, event), call('payment_2', {}, { ...event, approval_id: 'apr_named' })]);
    expect(answers).toMatchObject([{ result: { code: 'rate_limit_exceeded' } }, { not_judged: 'part_unavailable' }]);
    expect(world.logged.map(({ tool_name }) => tool_name)).toEqual(['payment_1']);
  });

  it('and names its approval tells it that it is blocked for now', async () => {
    const { decide, world, sets } = evaluator();
    sets.apply([withLimit('continue')], 2);
    world.limits = () => over;
    expect(await answered(decide, [named('payment_1')])).toMatchObject([{ result: { code: 'rate_limit_exceeded', retry_after_seconds: 17 } }]);
    expect(world.verdicts).toMatchObject([{ action: 'block', policy_id: 'pol_limit' }]);
  });
});

describe('a call that names its approval', () => {
  it('is let go only after its row has heard of it', async () => {
    const { decide, world } = evaluator();
    const heard = deferred();
    world.beforeApprovals = () => heard.promise;
    const first = decide.all([named('read_file')], forever).next();
    expect(await Promise.race([first, turns(20, 'nothing yet')])).toBe('nothing yet');
    expect(world.verdicts).toMatchObject([{ approval_id: 'apr_named', action: 'allow', call_id: 'call_read_file', policy_version: 4 }]);
    heard.resolve();
    expect((await first).value).toMatchObject([{ result: { action: 'allow' } }]);
  });

  it.each<[string, ReportAnswer, string, string | undefined]>([
    ['read_file', 'failed', 'block', 'approval_service_unavailable'],
    ['read_file', 'outdated', 'require_approval', undefined],
    ['odd_file', 'superseded', 'warn', undefined],
    ['delete_file', 'recorded', 'block', undefined],
    ['delete_file', 'failed', 'block', undefined],
  ])('%s, %s: %s', async (name, said, action, code) => {
    const { decide, world } = evaluator();
    world.report = () => said;
    const [answer] = await answered(decide, [named(name)]);
    expect([answer?.result?.action, answer?.result?.code]).toEqual([action, code]);
  });

  it.each([
    ['without the approval service', 10],
    ['without a parking place', 0],
  ])('%s: an allow is blocked, a block stands', async (_what, parkingLimit) => {
    const { decide, world } = evaluator({ parkingLimit });
    world.beforeApprovals = () => Promise.reject(new Error('nobody answers'));
    const answers = await answered(decide, [named('read_file'), named('delete_file')]);
    expect(answers.map(({ result }) => [result?.action, result?.code])).toEqual([['block', 'approval_service_unavailable'], ['block', undefined]]);
  });

  it('that today’s policies want a person for is claimed, not reported', async () => {
    const { decide, world } = evaluator();
    await answered(decide, [named('payment_1')]);
    expect([world.claims.length, world.verdicts.length]).toEqual([1, 0]);
  });
});

describe('a call that came as an event', () => {
  const event = (name: string, given: Partial<EvaluateCall> = {}): EvaluateCall => call(name, {}, { event_key: `key_${name}`, ...given });

  it('bears its key in the log, and in the record of its release', async () => {
    const { decide, world } = evaluator();
    await answered(decide, [event('read_file'), event('payment_1')]);
    expect(world.logged.map(({ event_key, action }) => [event_key, action]).sort()).toEqual([['key_payment_1', 'require_approval'], ['key_read_file', 'allow']]);
    expect(world.claims).toMatchObject([{ event_key: 'key_payment_1', trace_id: 'trace_1', release_record: { event_key: 'key_payment_1' }, pending_record: { action: 'require_approval' }, submitted: true }]);
  });

  it('that is decided already is neither parked nor released, and leaves its neighbours alone', async () => {
    const { decide, world } = evaluator();
    world.final.add('key_payment_1');
    const answers = await answered(decide, [event('payment_1'), event('payment_2'), call('payment_3')]);
    expect(answers.map(({ result, not_judged }) => result?.action ?? not_judged)).toEqual(['decided_before', 'require_approval', 'require_approval']);
    expect(world.claims.map(({ event_key }) => event_key)).toEqual(['key_payment_2', undefined]);
  });

  it.each<[string, (world: World) => void]>([
    ['the approval service is away', (world) => (world.beforeApprovals = () => Promise.reject(new Error('nobody answers')))],
    ['a claim fails', (world) => (world.claim = () => ({ state: 'failed' }))],
    ['nobody can tell what is decided', (world) => (world.beforeFinal = () => Promise.reject(new Error('behind')))],
    ['the log takes nothing', (world) => (world.publish = () => Promise.reject(new Error('full')))],
  ])('is given back undecided and unlogged while %s', async (_what, breakIt) => {
    const { decide, world } = evaluator();
    breakIt(world);
    expect(await answered(decide, [event('payment_1')])).toEqual([{ index: 0, not_judged: 'part_unavailable' }]);
    expect(world.logged).toEqual([]);
  });

  it('is given back where there is no parking place', async () => {
    const { decide } = evaluator({ parkingLimit: 0 });
    expect(await answered(decide, [event('payment_1')])).toEqual([{ index: 0, not_judged: 'part_unavailable' }]);
  });

  it.each(['open', 'closed'] as const)('is given back when the policies are too old to count, failure mode %s', async (failure_mode) => {
    const { decide, world, sets } = evaluator();
    sets.apply([policySet({ failure_mode, max_policy_staleness_seconds: 1, version: 5 })], 2);
    world.freshness = { fresh: false, forMs: 2_000 };
    const answers = await answered(decide, [event('read_file'), event('delete_file'), event('payment_1'), event('odd_file', { approval_id: 'apr_named' })]);
    expect(answers.map(({ not_judged }) => not_judged)).toEqual(Array.from({ length: 4 }, () => 'part_unavailable'));
    expect([world.logged, world.claims, world.verdicts]).toEqual([[], [], []]);
  });

  it('is decided by policies that are stale within the guard’s patience, and says so', async () => {
    const { decide, world } = evaluator();
    world.freshness = { fresh: false, forMs: 1_000 };
    expect(await answered(decide, [event('read_file')])).toMatchObject([{ result: { action: 'allow', metadata: { policy_stale: true } } }]);
  });

  it('that is logged is decided, also when the lease runs out meanwhile; what is not logged by then is judged again', async () => {
    const { decide, world } = evaluator();
    world.publish = () => {
      world.freshness = { fresh: false, forMs: 1 };
      return Promise.resolve();
    };
    expect(await answered(decide, [event('read_file')])).toMatchObject([{ result: { action: 'allow' } }]);
    world.freshness = { fresh: true };
    world.claim = () => {
      world.freshness = { fresh: false, forMs: 1 };
      return { state: 'pending', approval_id: 'apr_1' };
    };
    expect(await answered(decide, [event('payment_1')])).toEqual([{ index: 0, not_judged: 'lease_lapsed' }]);
    expect(world.logged.map(({ action }) => action)).toEqual(['allow']);
  });

  it.each<[string, () => ClaimAnswer, ReportAnswer, string]>([
    ['payment_1', () => ({ state: 'pending', approval_id: 'apr_named' }), 'superseded', 'part_unavailable'],
    ['read_file', () => ({ state: 'pending' }), 'outdated', 'part_unavailable'],
    ['payment_1', () => ({ state: 'pending', approval_id: 'apr_new' }), 'superseded', 'require_approval'],
  ])('%s that waits for its own, settled approval is not logged again; only another approval is news', async (name, claim, report, wanted) => {
    const { decide, world } = evaluator();
    [world.claim, world.report] = [claim, () => report];
    const [answer] = await answered(decide, [event(name, { approval_id: 'apr_named' })]);
    expect(answer?.result?.action ?? answer?.not_judged).toBe(wanted);
    expect(world.logged).toHaveLength(wanted === 'require_approval' ? 1 : 0);
  });
});

const forever = (): number => 10_000;
const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };

/** The services around one evaluator, as each test wants them. */
class World {
  readonly offered: DecisionRecord[] = [];
  readonly logged: DecisionRecord[] = [];
  readonly claimMessages: { claims: ApprovalClaim[] }[] = [];
  readonly verdicts: NamedVerdict[] = [];
  readonly heldToo = new Map<string, HeldSet>();
  renewals = 0;
  answersGiven = 256;
  freshness: Freshness = { fresh: true };
  stoodStill = false;
  renew: () => Promise<void> = () => Promise.resolve();
  publish: (records: readonly DecisionRecord[]) => Promise<void> = () => Promise.resolve();
  beforeApprovals: () => Promise<void> = () => Promise.resolve();
  beforeFinal: () => Promise<void> = () => Promise.resolve();
  readonly final = new Set<string>();
  readonly counted: JudgedCall[] = [];
  limits: (judged: JudgedCall) => LimitAnswer = () => ({ admitted: true });
  beforeLimits: () => Promise<void> = () => Promise.resolve();
  readonly limiter = {
    admit: async (judged: readonly JudgedCall[]) => {
      this.counted.push(...judged);
      await this.beforeLimits();
      return judged.map((one) => this.limits(one));
    },
  };
  claim: (claim: ApprovalClaim) => ClaimAnswer = () => ({ state: 'pending', approval_id: 'apr_1' });
  report: (verdict: NamedVerdict) => ReportAnswer = () => 'superseded';

  get claims(): readonly ApprovalClaim[] {
    return this.claimMessages.flatMap(({ claims }) => claims);
  }

  readonly messaging = {
    maxPayload: 1_048_576,
    publish: async (_contract: object, _subject: string, { decisions }: { decisions: DecisionRecord[] }) => {
      this.offered.push(...decisions);
      await this.publish(decisions);
      this.logged.push(...decisions);
    },
    request: async (contract: object, body: { claims: ApprovalClaim[]; verdicts: NamedVerdict[]; calls: { event_key: string }[] }) => {
      if (contract === FindFinalDecisions) {
        await this.beforeFinal();
        return { decided: body.calls.map(({ event_key }) => event_key).filter((key) => this.final.has(key)) };
      }
      if (contract === ClaimApprovals) this.claimMessages.push(body);
      else if (contract === ReportVerdicts) this.verdicts.push(...body.verdicts);
      await this.beforeApprovals();
      const answers = contract === ClaimApprovals ? body.claims.map(this.claim) : body.verdicts.map(this.report);
      return { answers: answers.slice(0, this.answersGiven) };
    },
  } as unknown as Pick<Messaging, 'maxPayload' | 'publish' | 'request'>;
}

function evaluator({ parkingLimit = 500, record = 'redacted' }: { parkingLimit?: number; record?: PolicySet['record_arguments'] } = {}) {
  const world = new World();
  const sets = new PolicySets(silent);
  sets.apply([policySet({ record_arguments: record })], 1);
  const lease = {
    freshness: () => world.freshness,
    get mustBeAskedFor() {
      return world.stoodStill;
    },
    renew: () => {
      world.renewals += 1;
      return world.renew();
    },
  };
  const held = { get: (guardId: string) => sets.get(guardId) ?? world.heldToo.get(guardId) };
  const decide = new Decide(world.messaging, held, lease, world.limiter, { answered: nothing, logWritten: nothing }, silent, parkingLimit);
  return { decide, world, sets };
}

function policySet(given: Partial<PolicySet> = {}): PolicySet {
  const policies = (['block delete_*', 'require_approval payment_*', 'warn odd_*'] as const).map((rule, place) => {
    const [action, tool_pattern] = rule.split(' ') as [PolicySet['policies'][number]['action'], string];
    return { id: `pol_${place}`, name: rule, tool_pattern, action, priority: 0, is_active: true, created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' };
  });
  return { guard_id: 'default', version: 4, hash: 'cafe', deleted: false, policies, ...guardDefaults, ...given };
}

function call(name: string, toolArguments: Record<string, unknown> = {}, given: Partial<EvaluateCall> = {}): EvaluateCall {
  return { request_id: `req_${name}`, guard_id: 'default', key_id: 'aaaaaaaaaaaa', session_id: 'session_1', tool_call: { id: `call_${name}`, name, arguments: toolArguments }, trace_id: 'trace_1', ...given };
}

const named = (name: string): EvaluateCall => call(name, {}, { approval_id: 'apr_named' });

/** Every answer of a batch, in the order of its calls. */
async function answered(decide: Decide, calls: readonly EvaluateCall[]): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for await (const part of decide.all(calls, forever)) answers.push(...part);
  expect(answers.map(({ index }) => index).sort((a, b) => a - b)).toEqual(calls.map((_, index) => index));
  return answers.sort((a, b) => a.index - b.index);
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = nothing;
  return { promise: new Promise<void>((settle) => (resolve = settle)), resolve: () => resolve() };
}

/** `value`, once all that could happen without anything from outside has happened. */
async function turns<T>(count: number, value: T): Promise<T> {
  for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve));
  return value;
}
