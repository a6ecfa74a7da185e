import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { guardDefaults } from '@holdpoint/contracts';
import type { Logger } from '@holdpoint/runtime';
import type { JudgedCall } from '../decisions/results.ts';
import { unseen } from '../scans/seen.ts';
import type { Admission, Counted } from './counters.ts';
import { lanes, RateLimiter } from './rate-limiter.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a limiter', () => {
  it('has calls of one batch counted by one statement, and answers in their order', async () => {
    const { limiter, database } = limited();
    const answers = await limiter.admit([call('a'), call('b'), call('a')], 1_000);
    expect(answers).toEqual([within, { admitted: false, refusedBy: 0, retryAfterMs: 7 }, within]);
    expect(database.statements.map((statement) => statement.length)).toEqual([3]);
  });

  it('has calls that come while all lanes are under way counted together by the next statement', async () => {
    const { limiter, database } = limited();
    const release = database.hold();
    const asked = Array.from({ length: lanes + 50 }, () => limiter.admit([call('a')], 1_000));
    expect(database.statements).toHaveLength(lanes);
    expect(limiter.queued).toBe(50);
    release();
    await Promise.all(asked);
    expect(database.statements.map((statement) => statement.length)).toEqual([...Array.from({ length: lanes }, () => 1), 50]);
  });

  it('never has one call that was delivered twice counted by one statement', async () => {
    const { limiter, database } = limited();
    const twice = call('a');
    expect(await limiter.admit([twice, call('a'), twice], 1_000)).toEqual([within, within, within]);
    expect(database.statements.map((statement) => statement.length)).toEqual([2, 1]);
  });

  it('ends every wait in time, and asks for nobody who has given up', async () => {
    const { limiter, database } = limited();
    const release = database.hold();
    const asked = Array.from({ length: lanes + 3 }, () => limiter.admit([call('a'), call('a')], 500));
    await jest.advanceTimersByTimeAsync(499);
    const late = limiter.admit([call('a')], 500);
    await jest.advanceTimersByTimeAsync(1);
    for (const answers of await Promise.all(asked)) expect(answers).toEqual(['unavailable', 'unavailable']);
    release();
    expect(await late).toEqual([within]);
    expect(database.statements.map((statement) => statement.length)).toEqual([...Array.from({ length: lanes }, () => 2), 1]);
  });

  it('without Postgres says so at once, and goes on when it is back', async () => {
    const { limiter, database } = limited();
    database.fails = new Error('away');
    expect(await limiter.admit([call('a')], 1_000)).toEqual(['unavailable']);
    database.fails = undefined;
    expect(await limiter.admit([call('a')], 1_000)).toEqual([within]);
  });

  it('turns calls away rather than keep an endless queue', async () => {
    const { limiter, database } = limited();
    const release = database.hold();
    const asked = Array.from({ length: 100 }, () => limiter.admit(Array.from({ length: 100 }, () => call('a')), 1_000));
    expect(await limiter.admit(Array.from({ length: 1_000 }, () => call('a')), 1_000)).toEqual(Array.from({ length: 1_000 }, () => 'unavailable'));
    release();
    expect((await Promise.all(asked)).flat().every((answer) => answer !== 'unavailable')).toBe(true);
  });
});

const within: Admission = { admitted: true };
const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };

/** Lets past whoever is counted by policy `a`. */
class FakeDatabase {
  readonly statements: (readonly (readonly Counted[])[])[] = [];
  fails: Error | undefined;
  private waits: Promise<void> = Promise.resolve();

  hold(): () => void {
    let release = nothing;
    this.waits = new Promise((resolve) => (release = resolve));
    return () => release();
  }

  async admit(calls: readonly (readonly Counted[])[]): Promise<readonly Admission[]> {
    this.statements.push(calls);
    await this.waits;
    if (this.fails) throw this.fails;
    return calls.map(([first]) => (first?.policyId === 'a' ? within : { admitted: false, refusedBy: 0, retryAfterMs: 7 }));
  }
}

function limited(): { limiter: RateLimiter; database: FakeDatabase } {
  const database = new FakeDatabase();
  return { database, limiter: new RateLimiter(database, { answered: nothing, counted: nothing }, silent) };
}

let calls = 0;
function call(policyId: string): JudgedCall {
  calls += 1;
  const policy = { id: policyId, name: policyId, tool_pattern: '*', action: 'rate_limit' as const, priority: 0, is_active: true, created_at: '', updated_at: '' };
  return {
    index: 0,
    call: { request_id: `req_${calls}`, guard_id: 'default', key_id: 'aaaaaaaaaaaa', session_id: 'session_1', tool_call: { id: 'call_1', name: 'pay', arguments: {} }, trace_id: 'trace_1' },
    held: { source: { guard_id: 'default', version: 1, hash: 'cafe', deleted: false, ...guardDefaults }, compiled: null },
    seen: unseen,
    verdict: { action: 'allow', policy, version: 1, reason: 'Allowed.' },
    limits: [{ policy, rate_limit: { max_requests: 1, window_seconds: 1 }, by: null, value: null }],
    argumentsHash: 'beef',
    decisionId: 'dec_1',
    at: 0,
    stale: false,
    standIn: false,
    failedOpen: false,
  };
}
