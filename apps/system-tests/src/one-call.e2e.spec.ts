import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdpoint/test-kit';
import { TestSystem, type Result, type TestGuard } from './harness.ts';

let test: TestSystem;
let guard: TestGuard;

const payment = (id: string, amount = 4_800): { id: string; name: string; arguments: object } => ({ id, name: 'payment_create', arguments: { amount, to: 'cus_1', note: 'für März\u0000' } });

beforeAll(async () => {
  test = await TestSystem.start();
  guard = await test.guard('shop', [
    { name: 'Payments need a person', tool_pattern: 'payment_*', action: 'require_approval', priority: 10 },
    { name: 'No shells', tool_pattern: 'execute_*', action: 'block', priority: 20 },
    { name: 'Quick or never', tool_pattern: 'quick_*', action: 'require_approval', approval_config: { timeout_minutes: 0.02 } },
  ]);
}, 120_000);

afterAll(() => test.stop(), 30_000);

/** Every answered decision becomes exactly one row that says the same. */
async function logged({ metadata: { decision_id: id } }: Result): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const { status, body } = await guard.admin.call('GET', `${guard.path}/decisions/${id}`);
    return status === 200 ? body : undefined;
  });
}

describe('a call that policies decide alone', () => {
  it('is allowed when none says otherwise', async () => {
    const result = await guard.ask({ id: 'a1', name: 'read_file', arguments: { path: 'README.md' } });
    expect(result).toMatchObject({ action: 'allow', policy_matched: null, risk_score: 0, threats_detected: [], metadata: { scanner: expect.stringMatching(/^holdpoint-detection\/\d/) } });
    expect(await logged(result)).toMatchObject({ id: result.metadata.decision_id, action: 'allow', tool_name: 'read_file', session_id: 's1' });
  });

  it('is blocked by a policy that blocks', async () => {
    const result = await guard.ask({ id: 'b1', name: 'execute_shell', arguments: { command: 'id' } });
    expect(result).toMatchObject({ action: 'block', policy_matched: 'No shells' });
    expect(await logged(result)).toMatchObject({ action: 'block', metadata: { policy_id: result.metadata.policy_id } });
  });
});

describe('a call that needs a person', () => {
  it('is released once when approved, and the answer repeats for a while', async () => {
    const parked = await guard.ask(payment('p1'));
    expect(parked).toMatchObject({ action: 'require_approval', policy_matched: 'Payments need a person' });
    expect(await guard.approval(parked.approval_id ?? '')).toMatchObject({ status: 'pending', tool_call: payment('p1') });
    expect((await guard.approve(parked.approval_id ?? '', { comment: 'known customer' })).status).toBe(200);

    const released = await guard.ask(payment('p1'));
    expect(released).toMatchObject({ action: 'allow', approval_id: parked.approval_id, metadata: { replayed: false } });
    const again = await guard.ask(payment('p1'));
    expect(again).toMatchObject({ action: 'allow', metadata: { replayed: true, release_id: released.metadata.release_id } });
    expect(await logged(released)).toMatchObject({ action: 'allow', approval_id: parked.approval_id });
    expect(await guard.approval(parked.approval_id ?? '')).toMatchObject({ status: 'released' });
  });

  it('answers a caller that waits as soon as a person has approved', async () => {
    const waiting = guard.ask(payment('p2'), { wait: 60 });
    const [approval] = await eventually(async () => {
      const { body } = await guard.approver.call('GET', `${guard.path}/approvals?status=pending`);
      const found = (body['data'] as { id: string; tool_call: { id: string } }[]).filter((one) => one.tool_call.id === 'p2');
      return found.length > 0 ? found : undefined;
    });
    await guard.approve(approval?.id ?? '');
    expect(await waiting).toMatchObject({ action: 'allow', approval_id: approval?.id, metadata: { replayed: false } });
  });

  it('is blocked for good when rejected, with the person’s words', async () => {
    const parked = await guard.ask(payment('p3'));
    await guard.reject(parked.approval_id ?? '', { comment: 'wrong account' });
    const result = await guard.ask(payment('p3'));
    expect(result).toMatchObject({ action: 'block', code: 'approval_rejected' });
    expect(result.message).toContain('wrong account');
    const late = await guard.approve(parked.approval_id ?? '');
    expect(late).toMatchObject({ status: 409, body: { code: 'already_settled' } });
  });

  it('expires when nobody decides', async () => {
    const parked = await guard.ask({ id: 'q1', name: 'quick_job', arguments: {} });
    expect(parked.action).toBe('require_approval');
    await eventually(async () => ((await guard.approval(parked.approval_id ?? ''))['status'] as string) === 'expired');
    expect(await guard.ask({ id: 'q1', name: 'quick_job', arguments: {} })).toMatchObject({ action: 'block', code: 'approval_expired' });
  });

  it('is bound to the arguments that were parked', async () => {
    const parked = await guard.ask(payment('p4', 10));
    await guard.approve(parked.approval_id ?? '');
    expect(await guard.ask(payment('p4', 10_000_000))).toMatchObject({ action: 'block', code: 'call_id_conflict' });
    expect(await guard.ask(payment('p4', 10))).toMatchObject({ action: 'allow', metadata: { replayed: false } });
  });

  it('is never approved by the one who asks', async () => {
    const parked = await guard.ask(payment('p5'));
    const path = `${guard.path}/approvals/${parked.approval_id ?? ''}/approve`;
    expect((await guard.agent.call('POST', path, {})).status).toBe(403);
    const { body } = await guard.admin.expect(201, 'POST', '/v1/keys', { name: 'the same person', guards: [guard.id], roles: ['approver'], owner_email: 'AGENT@example.com' });
    const response = await fetch(`${test.system.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${String(body['key'])}`, 'content-type': 'application/json' }, body: '{}' });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'own_request']);
  });
});

describe('policies that change while a call is parked', () => {
  it('win over the approval: a tightened policy blocks an approved call', async () => {
    const strict = await test.guard('strict', [{ name: 'Ask', tool_pattern: 'deploy', action: 'require_approval', priority: 1 }]);
    const call = { id: 'd1', name: 'deploy', arguments: { ref: 'main' } };
    const waiting = strict.ask(call, { wait: 60 });
    const id = await eventually(async () => ((await strict.approver.call('GET', `${strict.path}/approvals?status=pending`)).body['data'] as { id: string }[])[0]?.id);
    await strict.addPolicy({ name: 'Freeze', tool_pattern: 'deploy', action: 'block', priority: 99 });
    await strict.approve(id);
    expect(await waiting).toMatchObject({ action: 'block', policy_matched: 'Freeze' });
    expect(await strict.approval(id)).toMatchObject({ status: 'approved', last_verdict: { action: 'block' } });
  });

  it('free the call when they are loosened, and the approval is superseded', async () => {
    const loose = await test.guard('loose', [{ name: 'Ask', tool_pattern: 'deploy', action: 'require_approval', priority: 1 }]);
    const call = { id: 'd1', name: 'deploy', arguments: { ref: 'main' } };
    const parked = await loose.ask(call);
    await loose.addPolicy({ name: 'Free', tool_pattern: 'deploy', action: 'allow', priority: 99 });
    expect(await loose.ask({ ...call, approval_id: parked.approval_id ?? '' })).toMatchObject({ action: 'allow', policy_matched: 'Free' });
    expect(await loose.approval(parked.approval_id ?? '')).toMatchObject({ status: 'superseded' });
  });
});
