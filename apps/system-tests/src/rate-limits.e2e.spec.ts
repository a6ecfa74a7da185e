import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdpoint/test-kit';
import { Client as Database } from 'pg';
import { mostWithin, readGrants, recordGrants } from './grants.ts';
import { TestSystem, type Result, type TestGuard } from './harness.ts';
import { Platform } from './platform.ts';

const [most, windowSeconds] = [30, 2];
const windowUs = windowSeconds * 1_000_000;

let test: TestSystem;
let guard: TestGuard;
let database: Database;

beforeAll(async () => {
  test = await TestSystem.start({ evaluators: 4 });
  const url = new URL(test.system.stack.postgres?.url ?? '');
  url.pathname = '/holdpoint';
  database = new Database({ connectionString: url.href });
  await database.connect();
  await recordGrants(database);
  guard = await test.guard('limits', [
    { name: 'Hot', tool_pattern: 'hot', action: 'rate_limit', rate_limit: { max_requests: most, window_seconds: windowSeconds } },
    { name: 'Each user', tool_pattern: 'own', action: 'rate_limit', rate_limit: { max_requests: 2, window_seconds: 600, by: 'end_user_id' } },
    { name: 'Once', tool_pattern: 'once', action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 600 } },
    { name: 'People look', tool_pattern: 'deploy', action: 'require_approval' },
    { name: 'Slow', tool_pattern: 'slow', action: 'rate_limit', rate_limit: { max_requests: 1, window_seconds: 3 } },
  ]);
}, 120_000);

afterAll(async () => {
  await database.end();
  await test.stop();
}, 30_000);

describe('four evaluators and one hot key, one of them killed, calls delivered again', () => {
  it('let at most as many past as the limit says, in every interval of its window', async () => {
    const platform = await Platform.connect(test, guard.id, guard.agent.key);
    let [allowed, refused, asked, kills] = [0, 0, 0, 0];
    const doomed = test.system.service('evaluator-3');
    const enough = (): boolean => allowed >= 7 * most && kills >= 3;
    const callers = Array.from({ length: 16 }, async (_, caller) => {
      while (!enough()) {
        const results = await askTogether(Array.from({ length: 1 + (caller % 4) }, () => `hot-${(asked += 1)}`));
        allowed += results.filter(({ action }) => action === 'allow').length;
        refused += results.filter(({ code }) => code === 'rate_limit_exceeded').length;
      }
    });
    // Each event twice, as a platform does that does not know whether its message arrived.
    const events = Array.from({ length: 2 }, async () => {
      while (!enough()) {
        const call = { session_id: 'events', tool_call: { id: `event-${(asked += 1)}`, name: 'hot', arguments: {} } };
        await Promise.all([platform.submit(call), platform.submit(call)]);
      }
    });
    const killing = (async () => {
      while (!enough()) {
        const before = allowed;
        // With requests in hand: their gateway asks another evaluator, with the same ids.
        await eventually(() => allowed >= before + most || enough(), { timeoutMs: 60_000 });
        await doomed.kill();
        kills += 1;
        doomed.start();
      }
    })();
    await Promise.all([...callers, ...events, killing]);
    await platform.close();

    // The only limit that anybody has met so far.
    const { grants, uncounted } = await readGrants(database);
    expect(grants.reduce((sum, { calls }) => sum + calls, 0)).toBeGreaterThanOrEqual(allowed);
    expect(uncounted).toEqual([]);
    expect(refused).toBeGreaterThan(0);
    expect(mostWithin(grants, windowUs)).toBeLessThanOrEqual(most);
  }, 120_000);
});

describe('a caller that is told when to come again', () => {
  it('is let past when it does, nobody else being there', async () => {
    expect((await guard.ask({ id: 'slow-1', name: 'slow', arguments: {} })).action).toBe('allow');
    for (let turn = 2; turn < 5; turn += 1) {
      const refused = (await guard.ask({ id: `slow-${turn}`, name: 'slow', arguments: {} })) as Result & { retry_after_seconds?: number };
      const heardAt = performance.now();
      expect(refused).toMatchObject({ action: 'block', message: 'Rate limit exceeded', code: 'rate_limit_exceeded', policy_matched: 'Slow' });
      const seconds = refused.retry_after_seconds ?? 0;
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(Number.isInteger(seconds)).toBe(true);
      await eventually(() => performance.now() - heardAt >= seconds * 1_000);
      expect((await guard.ask({ id: `slow-${turn}-again`, name: 'slow', arguments: {} })).action).toBe('allow');
    }
  }, 30_000);
});

describe('a request that is held while people decide on one of its calls', () => {
  it('has its other calls counted once, though all are judged again', async () => {
    const calls = ['deploy', 'once'].map((name) => ({ id: `held-${name}`, name, arguments: {} }));
    const held = guard.agent.expect(200, 'POST', `${guard.path}/agent/validate`, { session_id: 'held', tool_calls: calls }, { prefer: 'wait=30' });
    const approvalId = await eventually(async () => {
      const { body } = await guard.approver.call('GET', `${guard.path}/approvals?status=pending`);
      return (body['data'] as { id: string }[])[0]?.id;
    });
    await guard.approve(approvalId);
    const results = (await held).body['results'] as Result[];
    expect(results.map(({ action }) => action)).toEqual(['allow', 'allow']);
    expect(await guard.ask({ id: 'another', name: 'once', arguments: {} })).toMatchObject({ action: 'block', code: 'rate_limit_exceeded' });
  }, 40_000);
});

describe('a limit for each user', () => {
  it('counts users apart, and those who are not named together', async () => {
    const asked = async (end_user_id?: string): Promise<string> => {
      const { body } = await guard.agent.expect(200, 'POST', `${guard.path}/agent/validate`, { session_id: 's', ...(end_user_id !== undefined && { end_user_id }), tool_calls: [{ id: 'x', name: 'own', arguments: {} }] });
      return String(body['action']);
    };
    const askers = ['ann', 'ann', 'bob', 'ann', undefined, undefined, 'bob', undefined, 'bob'];
    const actions: string[] = [];
    for (const asker of askers) actions.push(await asked(asker));
    expect(actions).toEqual(['allow', 'allow', 'allow', 'block', 'allow', 'allow', 'allow', 'block', 'block']);
    const { rows } = await database.query<{ found: boolean }>("SELECT EXISTS (SELECT 1 FROM evaluator.counters c WHERE c::text LIKE '%ann%') AS found");
    expect(rows).toEqual([{ found: false }]);
  });
});

async function askTogether(ids: readonly string[]): Promise<readonly Result[]> {
  const { body } = await guard.agent.expect(200, 'POST', `${guard.path}/agent/validate`, { session_id: 'hot', tool_calls: ids.map((id) => ({ id, name: 'hot', arguments: {} })) });
  return body['results'] as Result[];
}
