import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdpoint/test-kit';
import { type Client, root, TestSystem, type Json, type TestGuard } from './harness.ts';
import { Platform } from './platform.ts';

let test: TestSystem;
let guard: TestGuard;
let platform: Platform;

const climbs = { path: '../../../../etc/passwd', note: 'für März' };

beforeAll(async () => {
  test = await TestSystem.start();
  guard = await test.guard('dry', [
    { name: 'Clean', tool_pattern: 'open_*', action: 'sanitize', priority: 90, conditions: { risk_score_min: 0.7 } },
    { name: 'Large payments', tool_pattern: 'payment_*', action: 'require_approval', priority: 80, conditions: { arguments: { '/amount': { gt: 1000 } } } },
    { name: 'Watch', tool_pattern: 'odd_*', action: 'warn', priority: 70 },
    { name: 'Often', tool_pattern: 'search_*', action: 'rate_limit', priority: 60, rate_limit: { max_requests: 1, window_seconds: 3_600, by: 'end_user_id' } },
    { name: 'Off', tool_pattern: '*', action: 'block', is_active: false },
  ]);
  platform = await Platform.connect(test, guard.id, guard.agent.key);
}, 120_000);

afterAll(async () => {
  await platform.close();
  await test.stop();
}, 30_000);

const ask = async (client: Client, body: Json, status = 200): Promise<Json> => (await client.expect(status, 'POST', `${guard.path}/policies/evaluate`, body)).body;
const call = (name: string, toolArguments: object = {}) => ({ tool_call: { id: `dry ${name}`, name, arguments: toolArguments }, session_id: 's1', end_user_id: 'u1' });

/** What the page sends to a path. */
function example(path: string): Json {
  const page = readFileSync(join(root, 'docs/evaluate-and-review.md'), 'utf8');
  const [, body = ''] = new RegExp(`curl [^\n]*${path}[^\n]* -d '\\s*(\\{[^']*\\})'`).exec(page) ?? [];
  return JSON.parse(body) as Json;
}

describe('a dry run', () => {
  it('answers the example of the page', async () => {
    expect(await ask(guard.admin, example('/policies/evaluate'))).toMatchObject({ dry_run: true, action: 'allow', at: '2026-11-28T02:10:00.000Z', explanation: expect.arrayContaining([expect.objectContaining({ because: '`/amount` is 250, not greater than 1000' })]) });
  });

  it('says what would become of a call, and why, policy by policy', async () => {
    const answer = await ask(guard.admin, call('payment_create', { amount: 250 }));
    expect(answer).toMatchObject({ dry_run: true, action: 'allow', policy_matched: null, metadata: { policy_version: 6, scanner: expect.stringMatching(/^holdpoint-detection/) } });
    expect((answer['explanation'] as Json[]).map(({ name, outcome, because }) => [name, outcome, because])).toEqual([
      ['Clean', 'not_matched', '`open_*` does not match `payment_create`'],
      ['Large payments', 'condition_failed', '`/amount` is 250, not greater than 1000'],
      ['Watch', 'not_matched', '`odd_*` does not match `payment_create`'],
      ['Often', 'not_matched', '`search_*` does not match `payment_create`'],
    ]);
  });

  it('goes through the scanner, and shows what would be left', async () => {
    expect(await ask(guard.admin, call('open_file', climbs))).toMatchObject({ action: 'sanitize', sanitized_arguments: { path: '', note: 'für März' }, threats_detected: expect.arrayContaining(['path_traversal']) });
  });

  it('tells an agent whether a call would need approval, and no more than validate would', async () => {
    const answer = await ask(guard.agent, call('payment_create', { amount: 5_000 }));
    expect(answer).toMatchObject({ action: 'require_approval', policy_matched: 'Large payments', message: expect.stringContaining('this is a dry run') });
    for (const field of ['explanation', 'limits', 'approval_id']) expect(answer).not.toHaveProperty(field);
    expect(await ask(guard.agent, { ...call('payment_create'), policies: [] }, 403)).toMatchObject({ code: 'role_missing' });
  });

  it('tries drafts in place of the policies there are, which stay as they are', async () => {
    const listed = (await guard.admin.expect(200, 'GET', `${guard.path}/policies`)).body['data'] as Json[];
    const drafts = [...listed, { name: 'Late nothing', tool_pattern: 'payment_*', action: 'block', priority: 85, conditions: { time_window: { days: ['saturday'], timezone: 'Asia/Kolkata' } } }];
    const saturday = await ask(guard.admin, { ...call('payment_create', { amount: 250 }), policies: drafts, at: '2026-11-27T20:00:00Z' });
    expect(saturday).toMatchObject({ action: 'block', policy_matched: 'Late nothing', at: '2026-11-27T20:00:00.000Z' });
    const friday = await ask(guard.admin, { ...call('payment_create', { amount: 250 }), policies: drafts, at: '2026-11-27T18:00:00Z' });
    expect(friday).toMatchObject({ action: 'allow' });
    expect(friday['explanation']).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'Late nothing', because: 'it is Friday 23:30 in Asia/Kolkata; the window is Saturday all day' }), expect.objectContaining({ name: 'Off', outcome: 'inactive' })]));
    expect(await ask(guard.admin, { ...call('x'), policies: [{ name: 'D', tool_pattern: '[', action: 'block' }] }, 400)).toMatchObject({ errors: [{ path: '/policies/0/tool_pattern' }] });
    expect((await guard.admin.expect(200, 'GET', `${guard.path}/policies`)).body['data']).toEqual(listed);
  });

  it('leaves nothing behind: no decision, no approval, no event, no count', async () => {
    for (const name of ['payment_create', 'odd_job', 'search_web', 'search_web', 'open_file']) {
      for (const client of [guard.agent, guard.admin]) await ask(client, call(name, { amount: 5_000, ...climbs }));
    }
    expect(await ask(guard.admin, call('search_web'))).toMatchObject({ action: 'rate_limit', within: { action: 'allow' }, limits: [{ name: 'Often', by: 'end_user_id', value: 'u1' }] });
    // One call in an hour is let past, and none has been counted.
    const search = (id: string) => guard.agent.expect(200, 'POST', `${guard.path}/agent/validate`, { session_id: 's1', end_user_id: 'u1', tool_calls: [{ id, name: 'search_web', arguments: {} }] });
    expect((await search('counted')).body).toMatchObject({ action: 'allow' });
    expect((await search('over')).body).toMatchObject({ action: 'block', code: 'rate_limit_exceeded' });
    expect(await ask(guard.admin, call('search_web'))).toMatchObject({ action: 'rate_limit', within: { action: 'allow' } });
    // The real decisions are the first and only ones that anybody hears of.
    const real = await guard.ask({ id: 'real', name: 'payment_create', arguments: { amount: 5_000 } });
    expect(real).toMatchObject({ action: 'require_approval' });
    const logged = await eventually(async () => {
      const { body } = await guard.admin.call('GET', `${guard.path}/decisions`);
      return (body['data'] as Json[]).length > 2 ? (body['data'] as Json[]) : undefined;
    });
    expect(logged.map(({ tool_call_id }) => tool_call_id)).toEqual(['real', 'over', 'counted']);
    const { body } = await guard.approver.expect(200, 'GET', `${guard.path}/approvals`);
    expect((body['data'] as Json[]).map(({ id }) => id)).toEqual([real.approval_id]);
    const heard: unknown[] = [];
    await eventually(async () => {
      heard.push(...(await platform.next()).map(({ body }) => body['tool_call_id']));
      return heard.includes('real');
    });
    expect([...new Set(heard)].sort()).toEqual(['counted', 'over', 'real']);
    const metrics = await (await fetch(`${test.system.url}/metrics`)).text();
    expect([...metrics.matchAll(/^holdpoint_decision_duration_seconds_count\{(.*)\} (\d+)$/gm)].map(([, labels, count]) => [/action="(\w+)"/.exec(labels ?? '')?.[1], count])).toEqual(expect.arrayContaining([['require_approval', '1'], ['allow', '1'], ['block', '1']]));
    expect(metrics).not.toMatch(/holdpoint_decision_duration_seconds_count\{.*"(?:warn|sanitize)"/);
  });

  it('is no decision: while no evaluator answers it is 503, whatever the failure mode', async () => {
    await guard.admin.expect(200, 'PATCH', `/v1/guards/${guard.id}`, { failure_mode: 'open' });
    const evaluator = test.system.service('evaluator');
    await evaluator.kill();
    expect(await ask(guard.agent, call('odd_job'), 503)).toMatchObject({ code: 'engine_unavailable' });
    evaluator.start();
    await eventually(async () => (await guard.agent.call('POST', `${guard.path}/policies/evaluate`, call('odd_job'))).status === 200, { timeoutMs: 30_000 });
  });
});

describe('a decision that warns', () => {
  it('waits for a review, and stands reviewed in the log', async () => {
    const flagged = await guard.ask({ id: 'flagged', name: 'odd_job', arguments: {} });
    expect(flagged).toMatchObject({ action: 'warn' });
    const queue = async () => (await guard.admin.expect(200, 'GET', `${guard.path}/decisions?reviewed=false`)).body['data'] as Json[];
    const waiting = await eventually(async () => {
      const found = await queue();
      return found.length > 0 ? found : undefined;
    });
    expect(waiting).toMatchObject([{ id: flagged.metadata.decision_id, flagged: true, tool_call_id: 'flagged' }]);
    const review = (body: Json, status: number) => guard.admin.expect(status, 'POST', `${guard.path}/decisions/${flagged.metadata.decision_id}/review`, body);
    const found = example('/review');
    const { body } = await review(found, 200);
    expect(body).toMatchObject({ flagged: true, review: { ...found, reviewed_by: expect.stringMatching(/^key:[A-Za-z0-9]{12}$/) } });
    expect((await review(found, 200)).body).toEqual(body);
    expect((await review({ verdict: 'unacceptable' }, 409)).body).toMatchObject({ code: 'already_reviewed' });
    expect(await queue()).toEqual([]);
    expect((await guard.admin.expect(200, 'GET', `${guard.path}/decisions?flagged=true`)).body['data']).toEqual([body]);
  });
});
