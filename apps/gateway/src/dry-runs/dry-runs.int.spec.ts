import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DryRun, DryRunToolCall, EvaluateToolCalls, ProblemDocument } from '@holdpoint/contracts';
import { PeerFailed, PeerUnavailable } from '@holdpoint/messaging';
import type { z } from 'zod';
import { FakeServices, keyAccess, startGateway, usualAccess, type RunningGateway } from '../testing/fake-services.ts';

type Question = z.output<typeof DryRunToolCall.request>;

describe('POST …/policies/evaluate', () => {
  const services = new FakeServices();
  let gateway: RunningGateway;

  beforeAll(async () => {
    const keys = [keyAccess('auditor00000', { roles: ['auditor'] }), keyAccess('onlyadmin000', { roles: ['admin'] }), keyAccess('oneagent0000', { agent_ids: ['a1'] }), keyAccess('twoagents000', { agent_ids: ['a1', 'a2'] })];
    gateway = await startGateway(services, { ...usualAccess, keys: [...usualAccess.keys, ...keys] });
  });
  afterAll(() => gateway.stopAll());
  beforeEach(() => {
    services.asked.length = 0;
    services.on(DryRunToolCall, (question: Question) => [{ answer: answerTo(question) }, ...(question.explain ? [{ lines: [line(1), line(2)] }, { lines: [line(3)] }] : [])]);
  });

  const post = (body: unknown, { key = 'onlyadmin000', guard = 'default' } = {}) =>
    gateway.send({ method: 'POST', url: `/v1/guard/${guard}/policies/evaluate`, body: typeof body === 'string' ? body : JSON.stringify(body), key });
  const asked = () => services.bodiesOf(DryRunToolCall) as Question[];
  const tool_call = { id: 'c1', name: 'payment_create', arguments: { amount: 250 } };

  it.each(['onlyadmin000', 'auditor00000', 'admin0000000'])('explains, policy by policy, what would become of a call, to %s', async (key) => {
    const answered = await post({ tool_call, session_id: 's1', end_user_id: 'u1', agent_id: 'a9', at: '2026-03-08T07:30:00+01:00' }, { key });
    expect(answered.status).toBe(200);
    expect(DryRun.parse(answered.json())).toMatchObject({ dry_run: true, action: 'require_approval', explanation: [line(1), line(2), line(3)] });
    expect(asked()).toEqual([{ guard_id: 'default', tool_call, session_id: 's1', end_user_id: 'u1', agent_id: 'a9', at: Date.parse('2026-03-08T06:30:00Z'), explain: true, trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
  });

  it('tells an agent without the explanation, and asks nothing else of anybody', async () => {
    const answered = await post({ tool_call }, { key: 'agent0000000' });
    expect(answered.status).toBe(200);
    expect(answered.json()).toMatchObject({ dry_run: true, action: 'require_approval', policy_matched: 'Payments' });
    expect(answered.json()).not.toHaveProperty('explanation');
    expect(asked()).toMatchObject([{ explain: false }]);
    expect(services.bodiesOf(EvaluateToolCalls)).toEqual([]);
  });

  it.each<[string, object, object | number]>([
    ['oneagent0000', {}, { agent_id: 'a1' }],
    ['twoagents000', { agent_id: 'a2' }, { agent_id: 'a2' }],
    ['twoagents000', {}, 400],
    ['twoagents000', { agent_id: 'a3' }, 403],
  ])('%s with %j asks for its own agents only', async (key, more, wanted) => {
    const answered = await post({ tool_call, ...more }, { key });
    if (typeof wanted === 'number') expect([answered.status, asked()]).toEqual([wanted, []]);
    else expect(asked()).toMatchObject([wanted]);
  });

  it('hands drafts of an admin on exactly as they were sent', async () => {
    const policies = '[{"name":"D","__proto__":{"x":1},"constructor":[null]},5]';
    expect((await post(`{"tool_call":{"name":"t","arguments":{"__proto__":1}},"policies":${policies}}`)).status).toBe(200);
    expect(JSON.stringify(asked()[0]?.drafts)).toBe(policies);
    expect(JSON.stringify(asked()[0]?.tool_call)).toBe('{"name":"t","arguments":{"__proto__":1}}');
  });

  it.each(['agent0000000', 'auditor00000'])('drafts of %s: 403', async (key) => {
    const answered = await post({ tool_call, policies: [] }, { key });
    expect(ProblemDocument.parse(answered.json())).toMatchObject({ status: 403, code: 'role_missing', detail: '`policies` needs the role `admin`.' });
    expect(asked()).toEqual([]);
  });

  it('drafts that cannot be used: 400 with their places', async () => {
    services.on(DryRunToolCall, () => [{ refused: { status: 400, code: 'invalid_input', detail: 'no', errors: [{ path: '/policies/0/tool_pattern', message: 'is not closed' }] } }]);
    const answered = await post({ tool_call, policies: [{}] });
    expect(ProblemDocument.parse(answered.json())).toMatchObject({ status: 400, code: 'invalid_input', errors: [{ path: '/policies/0/tool_pattern' }] });
    expect(asked()).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['no call', {}, '/tool_call'],
    ['several calls', { tool_calls: [tool_call] }, '/tool_calls'],
    ['a tool name that is none', { tool_call: { ...tool_call, name: 'a b' } }, '/tool_call/name'],
    ['arguments that are text', { tool_call: { ...tool_call, arguments: '{}' } }, '/tool_call/arguments'],
    ['an approval', { tool_call: { ...tool_call, approval_id: 'apr_00000000000000000000000000' } }, '/tool_call/approval_id'],
    ['a risk of its own', { tool_call, risk_score: 0 }, '/risk_score'],
    ['who asks, in the body', { tool_call, roles: ['admin'] }, '/roles'],
    ['an instant that is none', { tool_call, at: 'tomorrow' }, '/at'],
    ['an instant without a zone', { tool_call, at: '2026-03-08T07:30:00' }, '/at'],
    ['a day that does not exist', { tool_call, at: '2026-02-30T07:30:00Z' }, '/at'],
    ['policies that are no list', { tool_call, policies: {} }, '/policies'],
    ['a thousand and one policies', { tool_call, policies: Array.from({ length: 1_001 }, () => 0) }, '/policies'],
    ['a NUL in an identifier', { tool_call, session_id: 'a\0b' }, '/session_id'],
    ['a key twice', '{"tool_call":{"name":"t","arguments":{"a":1,"a":2}}}', '/tool_call/arguments/a'],
    ['policies nested without end', `{"tool_call":{"name":"t","arguments":{}},"policies":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, `/policies${'/0'.repeat(127)}`],
    ['a list', '[]', ''],
  ])('%s: 400 that names the place', async (_what, body, path) => {
    const answered = await post(body);
    expect(answered.status).toBe(400);
    expect(ProblemDocument.parse(answered.json()).errors?.map((one) => one.path)).toContain(path);
    expect(asked()).toEqual([]);
  });

  it('over 1 MiB, or too large to travel: 413', async () => {
    expect((await post({ tool_call: { ...tool_call, arguments: { a: 'x'.repeat(2 * 1024 ** 2) } } })).json()).toMatchObject({ status: 413, code: 'body_too_large' });
    services.maxPayload = 100_000;
    expect((await post({ tool_call: { ...tool_call, arguments: { a: 'x'.repeat(95_000) } } })).json()).toMatchObject({ status: 413, code: 'body_too_large' });
    services.maxPayload = 8 * 1024 ** 2;
  });

  it.each<[string, () => unknown]>([
    ['is away', () => { throw new PeerUnavailable(DryRunToolCall.subject, 'no_responders'); }],
    ['does not answer in time', () => { throw new PeerUnavailable(DryRunToolCall.subject, 'timeout'); }],
    ['fails', () => { throw new PeerFailed({ subject: DryRunToolCall.subject, status: 500, description: 'internal error' }); }],
    ['has no policies of the guard', () => [{ not_judged: 'no_policy_set' }]],
    ['holds policies that are too old to count', () => [{ not_judged: 'lease_lapsed' }]],
    ['answers nothing', () => []],
  ])('while the evaluator %s: 503 in both failure modes, after one more try', async (_what, fail) => {
    services.on(DryRunToolCall, fail);
    for (const guard of ['default', 'open']) {
      services.asked.length = 0;
      const answered = await post({ tool_call }, { guard });
      expect([answered.status, asked().length, answered.headers['retry-after']]).toEqual([503, 2, '2']);
      expect(ProblemDocument.parse(answered.json())).toMatchObject({ code: 'engine_unavailable' });
    }
  });

  it('takes the answer of the second try, whole', async () => {
    let tries = 0;
    services.on(DryRunToolCall, (question: Question) => {
      tries += 1;
      return tries === 1 ? [{ answer: answerTo(question) }, { lines: [line(9)] }, Promise.reject(new PeerUnavailable(DryRunToolCall.subject, 'incomplete'))] : [{ answer: answerTo(question) }, { lines: [line(1)] }];
    });
    expect((await post({ tool_call })).json()).toMatchObject({ explanation: [line(1)] });
  });

  it('asks for a role and a guard that the key may see', async () => {
    expect((await post({ tool_call }, { key: 'approver0000' })).status).toBe(403);
    expect((await post({ tool_call }, { key: 'other0000000' })).status).toBe(404);
  });
});

const line = (n: number) => ({ policy_id: `p${n}`, name: `P${n}`, outcome: 'not_matched', because: 'x' });

const answerTo = ({ tool_call, trace_id }: Question) => ({
  dry_run: true,
  action: 'require_approval',
  ...(tool_call.id !== undefined && { tool_call_id: tool_call.id }),
  risk_score: 0,
  threats_detected: [],
  threats: [],
  policy_matched: 'Payments',
  message: 'Waiting.',
  at: '2026-11-28T12:00:00.000Z',
  metadata: { scanner: 'scanner/1', policy_id: 'p1', policy_version: 3, trace_id },
});
