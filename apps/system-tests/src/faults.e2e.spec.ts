import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClaimApprovals } from '@holdpoint/contracts';
import { eventually } from '@holdpoint/test-kit';
import { NatsWay, TestSystem, type Result, type TestGuard } from './harness.ts';

let test: TestSystem;
let guard: TestGuard;

/** How a claim looks on its way to the NATS server. */
const claim = `${ClaimApprovals.subject} `;
const deploy = (id: string): { id: string; name: string; arguments: object } => ({ id, name: 'deploy', arguments: { ref: 'main', id } });

beforeAll(async () => {
  test = await TestSystem.start({ evaluators: 2 });
  guard = await test.guard('faults', [
    { name: 'Ask', tool_pattern: 'deploy', action: 'require_approval' },
    { name: 'Ask briefly', tool_pattern: 'brief', action: 'require_approval', approval_config: { timeout_minutes: 0.05 } },
  ]);
}, 120_000);

afterAll(() => test.stop(), 30_000);

const pendingOf = (callId: string): Promise<string> =>
  eventually(async () => {
    const { body } = await guard.approver.call('GET', `${guard.path}/approvals?status=pending`);
    return (body['data'] as { id: string; tool_call: { id: string } }[]).find((one) => one.tool_call.id === callId)?.id;
  });

describe('two evaluators, one guard', () => {
  it('release an approved call to exactly one of 50 that ask at once', async () => {
    const parked = await Promise.all(Array.from({ length: 10 }, () => guard.ask(deploy('race'))));
    expect(new Set(parked.map((result) => result.approval_id)).size).toBe(1);
    await guard.approve(parked[0]?.approval_id ?? '');
    const results = await Promise.all(Array.from({ length: 50 }, () => guard.ask(deploy('race'))));
    expect(results.filter((result) => result.action === 'allow' && result.metadata.replayed === false)).toHaveLength(1);
    expect(results.filter((result) => result.action === 'allow' && result.metadata.replayed === true)).toHaveLength(49);
    expect(new Set(results.map((result) => result.metadata.release_id)).size).toBe(1);
  });

  it('decide alike, and a policy that is active decides on both', async () => {
    for (let flip = 0; flip < 6; flip += 1) {
      const { body, status } = await guard.admin.call('POST', `${guard.path}/policies?wait=active`, { name: `Flip ${flip}`, tool_pattern: 'flip', action: flip % 2 === 0 ? 'block' : 'allow', priority: flip });
      expect(status).toBe(201);
      const results = await Promise.all(Array.from({ length: 20 }, (_, index) => guard.ask({ id: `f${flip}-${index}`, name: 'flip', arguments: {} })));
      expect(new Set(results.map((result) => result.policy_matched))).toEqual(new Set([body['name']]));
    }
  });
});

describe('a gateway that dies while a caller waits', () => {
  it('loses nothing: the call is asked again and released once', async () => {
    const cut = guard.ask(deploy('cut'), { wait: 60 }).then(
      () => 'answered',
      () => 'cut off',
    );
    const approvalId = await pendingOf('cut');
    const gateway = test.system.service('gateway');
    await gateway.kill();
    expect(await cut).toBe('cut off');
    gateway.start();
    await test.system.ready();
    await guard.approve(approvalId);
    const result: Result = await guard.ask(deploy('cut'), { wait: 30 });
    expect(result).toMatchObject({ action: 'allow', approval_id: approvalId, metadata: { replayed: false } });
  });
});

describe('an evaluator that dies after parking and before answering', () => {
  it('leaves one parked call, which another evaluator finds', async () => {
    const way = await NatsWay.to(test.system.stack.nats?.url ?? '', claim);
    const doomed = test.system.addEvaluator({ NATS_URL: way.url });
    await eventually(() => test.logLines.some((line) => line.startsWith(`${doomed.name} `) && line.includes('"msg":"ready"')));
    // The others stand aside until this one has parked.
    const others = [test.system.service('evaluator'), test.system.service('evaluator-2')];
    for (const other of others) await other.stop();

    const asked = guard.ask(deploy('orphan'));
    await eventually(() => way.isFrozen);
    const approvalId = await pendingOf('orphan');
    await doomed.kill();
    const cut = await asked;
    expect(cut.action).toBe('block');
    expect(['engine_unavailable', 'could_not_judge']).toContain(cut.code);

    for (const other of others) other.start();
    await guard.approve(approvalId);
    const released = await eventually(async () => {
      const result = await guard.ask(deploy('orphan'));
      return result.action === 'allow' ? result : undefined;
    });
    expect(released).toMatchObject({ approval_id: approvalId, metadata: { replayed: false } });
    await way.close();
  }, 60_000);
});

describe('an approval service that is down when a deadline passes', () => {
  it('expires the call when it is back', async () => {
    const parked = await guard.ask({ id: 'brief-1', name: 'brief', arguments: {} });
    const approvals = test.system.service('approval-workflow');
    await approvals.kill();
    expect(await guard.ask(deploy('while-down'))).toMatchObject({ action: 'block', code: 'approval_service_unavailable' });
    approvals.start();
    await eventually(async () => ((await guard.approver.call('GET', `${guard.path}/approvals/${parked.approval_id ?? ''}`)).body['status'] as string) === 'expired', { timeoutMs: 20_000 });
  }, 40_000);
});
