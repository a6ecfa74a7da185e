import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  ApplyPolicyTemplate,
  ApprovalResolved,
  AwaitActive,
  CreateKey,
  CreatePolicy,
  DeletePolicy,
  DiffPolicyVersions,
  EvaluateToolCalls,
  GetApproval,
  GetGuard,
  GetPolicy,
  GetPolicyVersion,
  Health,
  ListDecisions,
  ListPolicies,
  ListPolicyTemplates,
  ListPolicyVersions,
  PreviewPolicyTemplate,
  ProblemDocument,
  ReadApprovalStatuses,
  ReorderPolicies,
  RestorePolicyVersion,
  RevisionChanged,
  SyncAccess,
  UpdateGuard,
  UpdatePolicy,
  ValidateResponse,
  VoteOnApproval,
  type EvaluateCall,
  type RequestContract,
} from '@holdpoint/contracts';
import { PeerFailed, PeerUnavailable } from '@holdpoint/messaging';
import { eventually } from '@holdpoint/test-kit';
import { allowing, apiKey, evaluating, FakeServices, guardAccess, judged, keyAccess, startGateway, syncing, usualAccess, type RunningGateway } from './testing/fake-services.ts';

jest.setTimeout(60_000);

let services: FakeServices;
let gateway: RunningGateway;

beforeEach(async () => {
  services = allowing(new FakeServices());
  gateway = await startGateway(services);
});
afterEach(() => gateway.stopAll());

const body = (...ids: string[]) => JSON.stringify({ session_id: 's', tool_calls: ids.map((id) => ({ id, name: 'pay', arguments: { amount: 1 } })) });
const validate = ({ guard = 'default', key = 'agent0000000', ids = ['c'], query = '', headers = {}, signal }: { guard?: string; key?: string; ids?: string[]; query?: string; headers?: Record<string, string>; signal?: AbortSignal } = {}) =>
  gateway.send({ method: 'POST', url: `/v1/guard/${guard}/agent/validate${query}`, body: body(...ids), key, headers, ...(signal === undefined ? {} : { signal }) });
const problemOf = ({ json }: { json: () => unknown }) => ProblemDocument.parse(json());
const approvalId = 'apr_00000000000000000000000001';

describe('who may ask', () => {
  it.each([
    ['a bearer key', { authorization: `Bearer ${apiKey('agent0000000')}` }],
    ['a key in X-API-Key', { 'x-api-key': apiKey('agent0000000') }],
  ])('%s is let in', async (_what, headers) => {
    expect((await gateway.send({ method: 'POST', url: '/v1/guard/default/agent/validate', body: body('c'), headers })).status).toBe(200);
  });

  it('a key works as soon as it was made, wherever that was', async () => {
    services.on(SyncAccess, syncing({ keys: [...usualAccess.keys, keyAccess('new000000000')], guards: usualAccess.guards }));
    expect((await validate({ key: 'new000000000' })).status).toBe(200);
  });

  it('a guard works as soon as it was made', async () => {
    services.on(SyncAccess, syncing({ keys: usualAccess.keys, guards: [...usualAccess.guards, guardAccess('new')] }));
    expect((await validate({ guard: 'new' })).status).toBe(200);
  });

  it('a revoked key stops working at the hint', async () => {
    services.on(SyncAccess, () => ({ revision: 2, more: false, keys: [keyAccess('agent0000000', { revoked: true })], guards: [], live_evaluators: 1 }));
    services.broadcast(RevisionChanged, { revision: 2 });
    await eventually(async () => (await validate()).status === 401);
  });

  it('a restored database is read from its beginning', async () => {
    services.on(SyncAccess, ({ since }: { since: number }) => ({ revision: 0, more: false, keys: since === 0 ? [keyAccess('old000000000')] : [], guards: since === 0 ? [guardAccess('default')] : [], live_evaluators: 1 }));
    services.broadcast(RevisionChanged, { revision: 0 });
    await eventually(async () => (await validate()).status === 401);
    expect((await validate({ key: 'old000000000' })).status).toBe(200);
  });

  it('an unknown key is 401 with a challenge; while policy-admin is away it cannot be told: 503', async () => {
    const unknown = await validate({ key: 'nobody000000' });
    expect([unknown.status, unknown.headers['www-authenticate']]).toEqual([401, 'Bearer realm="holdpoint"']);
    services.off(SyncAccess);
    expect(problemOf(await validate({ key: 'nobody000000' }))).toMatchObject({ status: 503, code: 'policy_admin_unavailable' });
    expect((await validate()).status).toBe(200);
  });

  it.each([
    ['expired', { expires_at: 1_000 }, 401],
    ['not expired', { expires_at: 32_503_680_000_000 }, 200],
    ['from another address', { ip_ranges: ['10.0.0.0/8'] }, 401],
    ['from this address', { ip_ranges: ['10.0.0.0/8', '127.0.0.1'] }, 200],
    ['revoked', { revoked: true }, 401],
  ])('a key that is %s', async (_what, more, status) => {
    services.on(SyncAccess, syncing({ keys: [keyAccess('special00000', more)], guards: usualAccess.guards }));
    expect((await validate({ key: 'special00000' })).status).toBe(status);
  });

  it('a missing role is named', async () => {
    const response = await gateway.send({ url: '/v1/guard/default/policies', key: 'agent0000000' });
    expect(problemOf(response)).toMatchObject({ status: 403, code: 'role_missing', detail: expect.stringContaining('`auditor`, `admin`') });
  });
});

describe('tool calls', () => {
  it('are answered in order, the strictest on top', async () => {
    services.on(EvaluateToolCalls, evaluating(({ tool_call: { id } }) => judged(id, id === 'b' ? { action: 'block', message: 'No.' } : {})));
    const response = await validate({ ids: ['a', 'b', 'c'] });
    expect(response.status).toBe(200);
    const answer = ValidateResponse.parse(response.json());
    expect(answer).toMatchObject({ action: 'block', tool_call_id: 'b', message: 'No.' });
    expect(answer.results.map(({ tool_call_id }) => tool_call_id)).toEqual(['a', 'b', 'c']);
  });

  it('carry who asks, by the credential, and the caller’s trace', async () => {
    services.on(SyncAccess, syncing({ keys: [keyAccess('owned0000000', { owner_email: 'a@example.org', agent_ids: ['bot'] })], guards: usualAccess.guards }));
    await validate({ key: 'owned0000000', headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } });
    const [asked] = services.bodiesOf(EvaluateToolCalls) as { calls: EvaluateCall[] }[];
    expect(asked?.calls[0]).toMatchObject({ guard_id: 'default', key_id: 'owned0000000', owner_email: 'a@example.org', agent_id: 'bot', session_id: 's', trace_id: 'a'.repeat(32), request_id: expect.stringMatching(/^req_/) });
  });

  it('a call that is parked slowly does not hold back its neighbours of another request', async () => {
    let park = (): void => undefined;
    const parking = new Promise<void>((resolve) => (park = resolve));
    services.on(EvaluateToolCalls, ({ calls }: { calls: EvaluateCall[] }) =>
      calls.map((call, index) => {
        const part = { answers: [{ index, result: judged(call.tool_call.id) }] };
        return call.tool_call.id === 'slow' ? parking.then(() => part) : part;
      }),
    );
    const slow = validate({ ids: ['slow'] });
    await eventually(() => services.bodiesOf(EvaluateToolCalls).length === 1);
    expect((await validate({ ids: ['quick'] })).status).toBe(200);
    park();
    expect((await slow).status).toBe(200);
  });

  type Script = (attempt: number, call: EvaluateCall) => unknown;
  const noResponders: Script = () => {
    throw new PeerUnavailable('evaluate', 'no_responders');
  };
  const timeout: Script = () => {
    throw new PeerUnavailable('evaluate', 'timeout');
  };
  const broken: Script = () => {
    throw new PeerFailed({ subject: 'evaluate', status: 502, description: 'broken' });
  };
  const notJudged = (why: string): Script => () => [{ answers: [{ index: 0, not_judged: why }] }];
  const nothing: Script = () => [];
  const fine: Script = (_attempt, call) => [{ answers: [{ index: 0, result: judged(call.tool_call.id) }] }];
  const anothers: Script = () => [{ answers: [{ index: 0, result: judged('another') }] }];
  const first = (one: Script, then: Script): Script => (attempt, call) => (attempt === 1 ? one : then)(attempt, call);

  it.each<[string, Script, string, string]>([
    ['nobody there, twice', noResponders, 'block engine_unavailable', 'warn engine_unavailable'],
    ['no policy set, twice', notJudged('no_policy_set'), 'block engine_unavailable', 'warn engine_unavailable'],
    ['nobody there, then no policy set', first(noResponders, notJudged('no_policy_set')), 'block engine_unavailable', 'warn engine_unavailable'],
    ['nobody there, then an answer', first(noResponders, fine), 'allow', 'allow'],
    ['no policy set, then an answer', first(notJudged('no_policy_set'), fine), 'allow', 'allow'],
    ['no answer in time, then an answer', first(timeout, fine), 'allow', 'allow'],
    ['no answer in time, twice', timeout, 'block could_not_judge', 'block could_not_judge'],
    ['no answer in time, then nobody there', first(timeout, noResponders), 'block could_not_judge', 'block could_not_judge'],
    ['a broken answer, twice', broken, 'block could_not_judge', 'block could_not_judge'],
    ['an answer without the call, twice', nothing, 'block could_not_judge', 'block could_not_judge'],
    ['an answer to another call, twice', anothers, 'block could_not_judge', 'block could_not_judge'],
    ['a lapsed lease, twice', notJudged('lease_lapsed'), 'block could_not_judge', 'block could_not_judge'],
    ['a lapsed lease, then nobody there', first(notJudged('lease_lapsed'), noResponders), 'block could_not_judge', 'block could_not_judge'],
  ])('%s: %s when the guard fails closed, %s when it fails open', async (_what, script, closed, open) => {
    for (const [guard, wanted] of [['default', closed], ['open', open]] as const) {
      services.asked.length = 0;
      let attempt = 0;
      services.on(EvaluateToolCalls, ({ calls }: { calls: EvaluateCall[] }) => script((attempt += 1), calls[0]!));
      const response = await validate({ guard });
      expect(response.status).toBe(200);
      const { action, code, metadata } = ValidateResponse.parse(response.json());
      expect([action, code].filter(Boolean).join(' ')).toBe(wanted);
      expect(metadata.failed_open).toBe(action === 'warn' ? true : undefined);
      const ids = (services.bodiesOf(EvaluateToolCalls) as { calls: EvaluateCall[] }[]).map(({ calls }) => calls[0]?.request_id);
      expect(ids).toHaveLength(2);
      expect(ids[1]).toBe(ids[0]);
    }
  });

  it('a call too large to travel is refused by name', async () => {
    services.maxPayload = 20_000;
    const large = JSON.stringify({ session_id: 's', tool_calls: [{ id: 'big', name: 't', arguments: { text: 'x'.repeat(19_000) } }] });
    const response = await gateway.send({ method: 'POST', url: '/v1/guard/default/agent/validate', body: large, key: 'agent0000000' });
    expect(problemOf(response)).toMatchObject({ status: 413, code: 'call_too_large', detail: expect.stringContaining('`big`') });
  });
});

describe('held callers', () => {
  const parkedThenAllowed = evaluating(({ tool_call: { id }, approval_id }) => (approval_id === undefined ? judged(id, { action: 'require_approval', approval_id: approvalId }) : judged(id)));

  beforeEach(() => {
    services.on(EvaluateToolCalls, parkedThenAllowed).on(ReadApprovalStatuses, () => ({ statuses: [{ guard_id: 'default', approval_id: approvalId, status: 'pending' }] }));
  });

  it('are answered when a person has decided', async () => {
    const answer = validate({ headers: { prefer: 'wait=60' } });
    await eventually(() => services.bodiesOf(EvaluateToolCalls).length === 1);
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'approved' });
    const response = await answer;
    expect(response.json()).toMatchObject({ action: 'allow' });
    expect(response.headers['preference-applied']).toBe('wait=60');
  });

  it('are answered when the news was lost, by asking for the state', async () => {
    const answer = validate({ query: '?wait=60' });
    await eventually(() => services.bodiesOf(ReadApprovalStatuses).length > 0);
    services.on(ReadApprovalStatuses, () => ({ statuses: [{ guard_id: 'default', approval_id: approvalId, status: 'approved' }] }));
    expect((await answer).json()).toMatchObject({ action: 'allow' });
  });

  it('who did not ask to wait get the pending state', async () => {
    expect((await validate()).json()).toMatchObject({ action: 'require_approval', approval_id: approvalId });
  });

  it('who hang up are not asked again for', async () => {
    const caller = new AbortController();
    const answer = validate({ query: '?wait=60', signal: caller.signal });
    const waiting = async () => /^holdpoint_waiting_callers 1$/m.test((await gateway.send({ url: '/metrics' })).body);
    const ended = expect(answer).rejects.toThrow();
    await eventually(waiting);
    caller.abort();
    await ended;
    await eventually(async () => !(await waiting()));
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'approved' });
    await validate({ ids: ['later'] });
    expect((services.bodiesOf(EvaluateToolCalls) as { calls: EvaluateCall[] }[]).flatMap(({ calls }) => calls.map(({ tool_call }) => tool_call.id))).toEqual(['c', 'later']);
  });

  it('get their pending state at once when the gateway stops', async () => {
    const answer = validate({ query: '?wait=600' });
    await eventually(async () => /^holdpoint_waiting_callers 1$/m.test((await gateway.send({ url: '/metrics' })).body));
    await gateway.stop();
    expect((await answer).json()).toMatchObject({ action: 'require_approval', approval_id: approvalId });
  });

  it('of one approval get it when it is settled; an agent sees only its own', async () => {
    let status = 'pending';
    services.on(GetApproval, () => ({ ok: { id: approvalId, status } }));
    const answer = gateway.send({ url: `/v1/guard/default/approvals/${approvalId}?wait=60`, key: 'agent0000000' });
    await eventually(() => services.bodiesOf(GetApproval).length === 1);
    expect(services.bodiesOf(GetApproval)).toEqual([{ guard_id: 'default', approval_id: approvalId, asked_by: 'agent0000000' }]);
    status = 'rejected';
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'rejected' });
    expect((await answer).json()).toMatchObject({ status: 'rejected' });
  });
});

describe('management', () => {
  const policy = { id: 'pol_00000000000000000000000001', name: 'p' };
  const create = (query = '') => gateway.send({ method: 'POST', url: `/v1/guard/default/policies${query}`, body: '{"name":"p","__proto__":{"x":1}}', key: 'admin0000000' });

  it('hands a policy on as it was sent, by the actor of the credential, and names the set it made', async () => {
    services.on(CreatePolicy, () => ({ ok: { value: policy, revision: 7, policy_version: 3 } }));
    const response = await create();
    expect([response.status, response.headers['x-policy-version'], response.json()]).toEqual([201, '3', policy]);
    const [asked] = services.bodiesOf(CreatePolicy) as { draft: unknown }[];
    expect(asked).toMatchObject({ guard_id: 'default', actor: { key_id: 'admin0000000', guards: '*', roles: ['agent', 'approver', 'admin', 'auditor'] } });
    expect(JSON.stringify(asked?.draft)).toBe('{"name":"p","__proto__":{"x":1}}');
  });

  it.each<[string, () => unknown, number, string | undefined]>([
    ['all confirmed', () => ({ waiting_for: [] }), 201, undefined],
    ['some have not', () => ({ waiting_for: ['ev_1', 'ev_2'] }), 202, 'ev_1, ev_2'],
    [
      'it cannot be told',
      () => {
        throw new PeerUnavailable('await', 'timeout');
      },
      202,
      'policy-admin',
    ],
  ])('waits for the evaluators when asked to: %s', async (_what, confirm, status, waitingFor) => {
    services.on(CreatePolicy, () => ({ ok: { value: policy, revision: 7, policy_version: 3 } })).on(AwaitActive, confirm);
    const response = await create('?wait=active');
    expect([response.status, response.headers['x-policy-waiting-for']]).toEqual([status, waitingFor]);
    expect(services.bodiesOf(AwaitActive)).toEqual([{ revision: 7, timeout_ms: 10_000 }]);
  });

  it('passes refusals on as problem documents', async () => {
    services.on(CreatePolicy, () => ({ refused: { status: 400, code: 'invalid_policy', detail: 'The policy cannot be used.', errors: [{ path: '/tool_pattern', message: 'required' }] } }));
    expect(problemOf(await create())).toMatchObject({ status: 400, code: 'invalid_policy', errors: [{ path: '/tool_pattern', message: 'required' }], message: 'The policy cannot be used.' });
  });

  it('tells the tag of what it shows in `ETag`, and not in the body', async () => {
    services.on(GetPolicy, () => ({ ok: { ...policy, etag: '"abc"' } })).on(ListPolicies, () => ({ ok: { data: [policy], next_cursor: null, etag: '"3"' } }));
    const one = await gateway.send({ url: `/v1/guard/default/policies/${policy.id}`, key: 'admin0000000' });
    expect([one.status, one.headers.etag, one.json()]).toEqual([200, '"abc"', policy]);
    const list = await gateway.send({ url: '/v1/guard/default/policies', key: 'admin0000000' });
    expect([list.status, list.headers.etag, list.json()]).toEqual([200, '"3"', { data: [policy], next_cursor: null }]);
  });

  it.each<[string, string, RequestContract]>([
    ['POST', '', CreatePolicy],
    ['PUT', `/${policy.id}`, UpdatePolicy],
    ['PATCH', `/${policy.id}`, UpdatePolicy],
    ['DELETE', `/${policy.id}`, DeletePolicy],
    ['POST', '/reorder', ReorderPolicies],
  ])('%s policies%s hands the condition of the writer on, and says what it made; a stale one is 412 with the present tag', async (method, path, contract) => {
    services.on(contract, () => ({ ok: { value: policy, revision: 7, policy_version: 3, etag: '"new"' } }));
    const write = (headers: Record<string, string>) =>
      gateway.send({ method, url: `/v1/guard/default/policies${path}`, key: 'admin0000000', headers, ...(method !== 'DELETE' && { body: path === '/reorder' ? JSON.stringify({ policy_ids: [policy.id] }) : '{}' }) });
    expect((await write({ 'if-match': 'W/"old", "abc"' })).headers.etag).toBe('"new"');
    await write({ 'if-match': '*' });
    await write({});
    expect(services.bodiesOf(contract).map((body) => (body as { if_match?: unknown }).if_match)).toEqual([['"abc"'], '*', undefined]);

    services.on(contract, () => ({ refused: { status: 412, code: 'precondition_failed', detail: 'the policy changed', etag: '"new"' } }));
    const stale = await write({ 'if-match': '"abc"' });
    expect([stale.status, stale.headers.etag, problemOf(stale).code]).toEqual([412, '"new"', 'precondition_failed']);
    expect(stale.json()).not.toHaveProperty('etag');
    services.off(contract);
    expect(problemOf(await write({ 'if-match': 'abc' }))).toMatchObject({ status: 400, code: 'invalid_input', errors: [{ path: '', message: expect.stringContaining('If-Match') }] });
  });

  it('a guard is tagged by its policy set, and changed by what was read of it', async () => {
    services.on(GetGuard, () => ({ ok: { id: 'default', policy_version: 12 } })).on(UpdateGuard, () => ({ ok: { value: { id: 'default' }, revision: 7, policy_version: 13, etag: '"13"' } }));
    expect((await gateway.send({ url: '/v1/guards/default', key: 'admin0000000' })).headers.etag).toBe('"12"');
    const response = await gateway.send({ method: 'PATCH', url: '/v1/guards/default', key: 'admin0000000', body: '{"name":"n"}', headers: { 'if-match': '"12"' } });
    expect([response.status, response.headers.etag]).toEqual([200, '"13"']);
    expect(services.bodiesOf(UpdateGuard)).toMatchObject([{ guard_id: 'default', if_match: ['"12"'] }]);
  });

  it('versions are read, compared and restored by their numbers', async () => {
    services
      .on(ListPolicyVersions, () => ({ ok: { data: [], next_cursor: null } }))
      .on(GetPolicyVersion, () => ({ ok: { version: 3 } }))
      .on(DiffPolicyVersions, () => ({ ok: { from: 3, to: 12 } }))
      .on(RestorePolicyVersion, () => ({ ok: { value: { data: [policy] }, revision: 7, policy_version: 13, etag: '"13"' } }));
    const get = async (path: string) => (await gateway.send({ url: `/v1/guard/default/policies/versions${path}`, key: 'admin0000000' })).status;
    expect([await get('?limit=7'), await get('/3'), await get('/3..12')]).toEqual([200, 200, 200]);
    expect(services.bodiesOf(ListPolicyVersions)).toMatchObject([{ guard_id: 'default', limit: 7 }]);
    expect(services.bodiesOf(GetPolicyVersion)).toMatchObject([{ guard_id: 'default', version: 3 }]);
    expect(services.bodiesOf(DiffPolicyVersions)).toMatchObject([{ guard_id: 'default', from: 3, to: 12 }]);
    for (const path of ['/0', '/03', '/x', '/-1', '/3..', '/..3', '/3..x', '/3...4', '/1234567890']) expect([path, await get(path)]).toEqual([path, 404]);

    const restore = (sent: object) => gateway.send({ method: 'POST', url: '/v1/guard/default/policies/versions/3/restore?wait=active', key: 'admin0000000', ...sent });
    services.on(AwaitActive, () => ({ waiting_for: ['ev_1'] }));
    const restored = await restore({ headers: { 'if-match': '"12"' } });
    expect([restored.status, restored.headers.etag, restored.headers['x-policy-version'], restored.headers['x-policy-waiting-for'], restored.json()]).toEqual([202, '"13"', '13', 'ev_1', { data: [policy] }]);
    expect(services.bodiesOf(RestorePolicyVersion)).toMatchObject([{ guard_id: 'default', version: 3, if_match: ['"12"'] }]);
    expect((await restore({ body: '{"settings":true}' })).status).toBe(400);
  });

  it('a template is applied, or shown as it would be without a version made or waited for', async () => {
    const value = { dry_run: true, data: [], removed: [] };
    services
      .on(ListPolicyTemplates, () => ({ ok: { data: [] } }))
      .on(PreviewPolicyTemplate, () => ({ ok: { value, etag: '"12"' } }))
      .on(ApplyPolicyTemplate, () => ({ ok: { value: { ...value, dry_run: false }, revision: 7, policy_version: 13, etag: '"13"' } }));
    expect((await gateway.send({ url: '/v1/guard/default/policies/templates', key: 'admin0000000' })).json()).toEqual({ data: [] });
    const apply = (body: object, query = '') => gateway.send({ method: 'POST', url: `/v1/guard/default/policies/templates/devops/apply${query}`, key: 'admin0000000', body: JSON.stringify(body), headers: { 'if-match': '"12"' } });
    const dry = await apply({ mode: 'append', dry_run: true }, '?wait=active');
    expect([dry.status, dry.headers.etag, dry.headers['x-policy-version'], dry.json()]).toEqual([200, '"12"', undefined, value]);
    const applied = await apply({ mode: 'append' });
    expect([applied.status, applied.headers.etag, applied.headers['x-policy-version']]).toEqual([200, '"13"', '13']);
    for (const contract of [PreviewPolicyTemplate, ApplyPolicyTemplate]) expect(services.bodiesOf(contract)).toMatchObject([{ guard_id: 'default', template_id: 'devops', mode: 'append', if_match: ['"12"'] }]);
    expect(services.bodiesOf(AwaitActive)).toEqual([]);
    expect(problemOf(await apply({ mode: 'merge', dry: true })).errors?.map(({ path }) => path).sort()).toEqual(['/dry', '/mode']);
    expect((await apply({})).status).toBe(400);
  });

  it.each<[string, string, 'GET' | 'POST', string]>([
    ['/v1/guard/default/policies', 'policy_admin_unavailable', 'GET', ''],
    ['/v1/guard/default/policies', 'policy_admin_unavailable', 'POST', '{}'],
    ['/v1/guard/default/approvals', 'approval_service_unavailable', 'GET', ''],
    ['/v1/guard/default/decisions', 'decision_log_unavailable', 'GET', ''],
  ])('%s: 503 %s while the service behind is away (%s)', async (url, code, method, sent) => {
    const response = await gateway.send({ method, url, key: 'admin0000000', ...(sent === '' ? {} : { body: sent }) });
    expect(problemOf(response)).toMatchObject({ status: 503, code });
    expect(response.headers['retry-after']).toBe('2');
  });

  it('a write without an answer says that it may have happened', async () => {
    services.on(CreatePolicy, () => {
      throw new PeerUnavailable('create', 'timeout');
    });
    expect(problemOf(await create()).detail).toContain('may have been made');
  });

  it('pages with what was asked for', async () => {
    services.on(ListPolicies, () => ({ ok: { data: [], next_cursor: null } })).on(ListDecisions, () => ({ ok: { data: [], next_cursor: 'next' } }));
    await gateway.send({ url: '/v1/guard/default/policies?limit=7&cursor=abc', key: 'admin0000000' });
    await gateway.send({ url: '/v1/guard/default/decisions?from=2026-01-01T00:00:00Z&action=block', key: 'admin0000000' });
    expect(services.bodiesOf(ListPolicies)).toEqual([{ actor: expect.anything(), guard_id: 'default', limit: 7, cursor: 'abc' }]);
    expect(services.bodiesOf(ListDecisions)).toEqual([{ guard_id: 'default', from: Date.UTC(2026, 0, 1), action: 'block', limit: 50 }]);
  });

  it('a person votes with or without words; a bare POST has no body at all', async () => {
    services.on(VoteOnApproval, () => ({ ok: { id: approvalId, status: 'approved' } }));
    const url = `/v1/guard/default/approvals/${approvalId}/approve`;
    expect((await gateway.send({ method: 'POST', url, key: 'approver0000' })).status).toBe(200);
    expect((await gateway.send({ method: 'POST', url, key: 'approver0000', body: '{"comment":"fine"}' })).status).toBe(200);
    expect((await gateway.send({ method: 'POST', url, key: 'approver0000', body: '{"arguments":{}}' })).status).toBe(400);
    expect(services.bodiesOf(VoteOnApproval)).toEqual([
      { actor: expect.objectContaining({ key_id: 'approver0000' }), guard_id: 'default', approval_id: approvalId, choice: 'approve' },
      { actor: expect.objectContaining({ key_id: 'approver0000' }), guard_id: 'default', approval_id: approvalId, choice: 'approve', comment: 'fine' },
    ]);
  });

  it('a new key may be used with its answer; a range that nobody could read is refused', async () => {
    services.on(CreateKey, () => ({ ok: { id: 'fresh0000000', key: apiKey('fresh0000000') } }));
    const draft = { name: 'k', guards: ['default'], roles: ['agent'] };
    const response = await gateway.send({ method: 'POST', url: '/v1/keys', key: 'admin0000000', body: JSON.stringify(draft) });
    expect([response.status, (response.json() as { key: string }).key]).toEqual([201, apiKey('fresh0000000')]);
    const refused = await gateway.send({ method: 'POST', url: '/v1/keys', key: 'admin0000000', body: JSON.stringify({ ...draft, ip_ranges: ['10.0.0.0/8', '10.0.0.0/40'] }) });
    expect(problemOf(refused).errors).toEqual([{ path: '/ip_ranges/1', message: expect.any(String) }]);
  });

  it.each([
    ['HEAD', '/health/live', {}, 200],
    ['HEAD', '/v1/guard/default/policies', { 'x-api-key': apiKey('admin0000000') }, 200],
    ['HEAD', '/v1/guard/default/policies', {}, 401],
    ['DELETE', `/v1/guard/default/policies/${policy.id}`, { 'x-api-key': apiKey('admin0000000'), 'content-type': 'application/json' }, 200],
    ['OPTIONS', '/v1/keys', {}, 405],
  ])('%s %s', async (method, url, headers, status) => {
    services.on(ListPolicies, () => ({ ok: { data: [], next_cursor: null } })).on(DeletePolicy, () => ({ ok: { value: policy, revision: 1, policy_version: 1 } }));
    expect((await gateway.send({ method, url, headers })).status).toBe(status);
  });

  it('a defect is a 500 without its inside', async () => {
    services.on(ListPolicies, () => {
      throw new Error('select secret from table');
    });
    const response = await gateway.send({ url: '/v1/guard/default/policies', key: 'admin0000000' });
    expect(problemOf(response)).toMatchObject({ status: 500, code: 'internal_error' });
    expect(response.body).not.toContain('select');
  });
});

describe('health', () => {
  const up = () => ({ ready: true, parts: [{ part: 'postgres', ok: true }] });
  const peers = Object.values(Health);

  it('is live at once, ready when every part has been up, and stays ready without them', async () => {
    expect((await gateway.send({ url: '/health/live' })).status).toBe(200);
    const before = await gateway.send({ url: '/health/ready' });
    expect([before.status, before.json()]).toEqual([503, { status: 'down', waiting_for: ['policy-admin', 'decision-log', 'evaluator', 'approval-workflow'] }]);
    for (const contract of peers) services.on(contract, up);
    await eventually(async () => (await gateway.send({ url: '/health/ready' })).status === 200);
    for (const contract of peers) services.off(contract);
    expect((await gateway.send({ url: '/health/ready' })).status).toBe(200);
  });

  it('names each part', async () => {
    services.on(Health['policy-admin'], up);
    const { parts } = (await gateway.send({ url: '/health/parts' })).json() as { parts: { part: string; ok: boolean }[] };
    expect(Object.fromEntries(parts.map(({ part, ok }) => [part, ok]))).toEqual({
      gateway: true,
      nats: true,
      'nats-door': true,
      keys: true,
      'policy-admin': true,
      'policy-admin.postgres': true,
      'decision-log': false,
      evaluator: false,
      'approval-workflow': false,
    });
  });

  it('shows the same as metrics', async () => {
    services.on(Health['policy-admin'], up);
    const { body } = await gateway.send({ url: '/metrics' });
    expect(body).toMatch(/^holdpoint_ready 0$/m);
    expect(body).toMatch(/^holdpoint_part_up\{part="policy-admin.postgres"\} 1$/m);
    expect(body).toMatch(/^holdpoint_part_up\{part="evaluator"\} 0$/m);
  });

  it('measures requests by operation and status', async () => {
    await validate();
    expect((await gateway.send({ url: '/metrics' })).body).toMatch(/holdpoint_http_request_duration[a-z_]*_count\{route="validateToolCalls",status="200"\} 1/);
  });
});
