import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { guardDefaults, RenewLease, ReturnLease, type PolicySet } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import { Lease } from './lease.ts';
import { PolicySets } from './policy-sets.ts';

type Reply = Readonly<{ revision: number; more: boolean; sets: PolicySet[] }>;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the lease', () => {
  it('counts from the moment its renewal was sent, not from the answer', async () => {
    const { lease, policyAdmin } = evaluator();
    policyAdmin.tookMs = 900;
    void lease.start();
    await jest.advanceTimersByTimeAsync(901);
    policyAdmin.down = true;
    expect(lease.freshness()).toEqual({ fresh: true });
    await jest.advanceTimersByTimeAsync(4_999 - 901);
    expect(lease.freshness()).toEqual({ fresh: true });
    await jest.advanceTimersByTimeAsync(1);
    expect(lease.freshness()).toMatchObject({ fresh: false });
  });

  it('does not hold before the first answer, however long an owner lets policies be stale', () => {
    expect(evaluator().lease.freshness()).toEqual({ fresh: false, forMs: Number.POSITIVE_INFINITY });
  });

  it('does not count until every set of the reply is applied', async () => {
    const { lease, policyAdmin, sets } = evaluator();
    policyAdmin.replies.push(Promise.resolve({ revision: 1, more: true, sets: [policySet({ guard_id: 'a' })] }));
    const rest = deferred();
    policyAdmin.replies.push(rest.promise, Promise.resolve({ revision: 2, more: false, sets: [] }));
    void lease.start();
    await jest.advanceTimersByTimeAsync(100);
    expect(policyAdmin.asked).toEqual([0, 1]);
    expect([sets.guards, lease.freshness().fresh]).toEqual([1, false]);
    rest.resolve({ revision: 2, more: false, sets: [policySet({ guard_id: 'b' })] });
    await jest.advanceTimersByTimeAsync(0);
    expect([sets.guards, lease.freshness().fresh]).toEqual([2, true]);
  });

  it('is renewed every second, also after a failure, and tells for how long it has not been', async () => {
    const { lease, policyAdmin } = evaluator();
    void lease.start();
    await jest.advanceTimersByTimeAsync(2_500);
    expect(policyAdmin.asked).toHaveLength(3);
    policyAdmin.down = true;
    await jest.advanceTimersByTimeAsync(7_500);
    // Sent last at 2,000; it ran out at 7,000.
    expect(lease.freshness()).toEqual({ fresh: false, forMs: 3_000 });
    policyAdmin.down = false;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(lease.freshness()).toEqual({ fresh: true });
  });
});

describe('a lease that has lapsed', () => {
  it('because the process stood still must be asked for before anything is judged as stale', async () => {
    const { lease, policyAdmin } = evaluator();
    void lease.start();
    await jest.advanceTimersByTimeAsync(500);
    expect(lease.mustBeAskedFor).toBe(false);
    const underWay = deferred();
    policyAdmin.replies.push(underWay.promise);
    // As after SIGSTOP: the renewal that was under way fails only now, and was sent long ago.
    await jest.advanceTimersByTimeAsync(9_000);
    underWay.fail(new Error('timeout'));
    await jest.advanceTimersByTimeAsync(0);
    expect([lease.freshness().fresh, lease.mustBeAskedFor]).toEqual([false, true]);
    await lease.renew();
    expect([lease.freshness().fresh, lease.mustBeAskedFor]).toEqual([true, false]);
  });

  it('because policy-admin does not answer need not: it was asked in vain, again and again', async () => {
    const { lease, policyAdmin } = evaluator();
    void lease.start();
    await jest.advanceTimersByTimeAsync(500);
    policyAdmin.down = true;
    for (let n = 0; n < 60; n += 1) {
      await jest.advanceTimersByTimeAsync(250);
      expect(lease.mustBeAskedFor).toBe(false);
    }
    expect(lease.freshness().fresh).toBe(false);
  });
});

describe('newer policies', () => {
  it('are fetched at once when policy-admin says that there are some, and confirmed by a second renewal', async () => {
    const { lease, policyAdmin, sets } = evaluator();
    void lease.start();
    await jest.advanceTimersByTimeAsync(10);
    policyAdmin.publish(policySet({ version: 2 }));
    policyAdmin.tell(1);
    await jest.advanceTimersByTimeAsync(0);
    expect(sets.get('default')?.source.version).toBe(2);
    expect(policyAdmin.asked).toEqual([0, 0, 1]);
  });

  it('of a revision that is applied already are not fetched', async () => {
    const { lease, policyAdmin } = evaluator();
    policyAdmin.publish(policySet());
    void lease.start();
    await jest.advanceTimersByTimeAsync(10);
    const before = policyAdmin.asked.length;
    policyAdmin.tell(1);
    await jest.advanceTimersByTimeAsync(10);
    expect(policyAdmin.asked).toHaveLength(before);
  });

  it('that come during a renewal are fetched by another one right after it', async () => {
    const { lease, policyAdmin, sets } = evaluator();
    void lease.start();
    await jest.advanceTimersByTimeAsync(0);
    const underWay = deferred();
    policyAdmin.replies.push(underWay.promise);
    await jest.advanceTimersByTimeAsync(1_000);
    policyAdmin.publish(policySet());
    policyAdmin.tell(1);
    underWay.resolve({ revision: 0, more: false, sets: [] });
    await jest.advanceTimersByTimeAsync(0);
    expect(sets.get('default')?.source.version).toBe(1);
  });

  it('are started again from nothing, without a lease, when the database was restored', async () => {
    const { lease, policyAdmin, sets } = evaluator();
    policyAdmin.publish(policySet({ version: 9 }));
    policyAdmin.publish(policySet({ guard_id: 'gone', version: 1 }));
    void lease.start();
    await jest.advanceTimersByTimeAsync(10);
    policyAdmin.restore([policySet({ version: 3 })]);
    const again = deferred();
    policyAdmin.replies.push(Promise.resolve({ revision: 1, more: false, sets: [] }), again.promise);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([sets.guards, lease.freshness().fresh]).toEqual([0, false]);
    again.resolve(policyAdmin.current(0));
    await jest.advanceTimersByTimeAsync(0);
    expect([sets.guards, sets.get('default')?.source.version, lease.freshness().fresh]).toEqual([1, 3, true]);
  });
});

describe('whoever asks for a renewal', () => {
  it('is told after one that was sent since, however many others keep asking', async () => {
    const { lease, policyAdmin } = evaluator();
    policyAdmin.tookMs = 10;
    void lease.start();
    await jest.advanceTimersByTimeAsync(1);
    let toldAt: number | undefined;
    const startedAt = performance.now();
    void lease.renew().then(() => (toldAt = performance.now() - startedAt));
    for (let n = 0; n < 100; n += 1) {
      void lease.renew();
      await jest.advanceTimersByTimeAsync(1);
    }
    // The one under way when it asked, and the next.
    expect(toldAt).toBeLessThanOrEqual(20);
    expect(policyAdmin.asked.length).toBeLessThanOrEqual(12);
  });

  it('shares it with all who ask meanwhile', async () => {
    const { lease, policyAdmin } = evaluator();
    policyAdmin.tookMs = 10;
    const all = Promise.all(Array.from({ length: 50 }, () => lease.renew()));
    await jest.advanceTimersByTimeAsync(20);
    await all;
    expect(policyAdmin.asked).toHaveLength(2);
  });

  it('while the evaluator starts is told when it holds every set', async () => {
    const { lease, policyAdmin, sets } = evaluator();
    policyAdmin.tookMs = 10;
    policyAdmin.publish(policySet());
    let started = false;
    void lease.start().then(() => (started = true));
    await jest.advanceTimersByTimeAsync(9);
    expect(started).toBe(false);
    await jest.advanceTimersByTimeAsync(11);
    expect([started, sets.guards, lease.freshness().fresh]).toEqual([true, 1, true]);
  });

  it('is told, too, when policy-admin cannot be reached', async () => {
    const { lease, policyAdmin } = evaluator();
    policyAdmin.down = true;
    await lease.renew();
    expect(lease.freshness().fresh).toBe(false);
  });
});

describe('an evaluator that stops', () => {
  it('gives its lease back after the renewal under way, and asks for none any more', async () => {
    const { lease, policyAdmin } = evaluator();
    policyAdmin.tookMs = 10;
    void lease.start();
    await jest.advanceTimersByTimeAsync(5);
    const stopped = lease.stop();
    await jest.advanceTimersByTimeAsync(10_000);
    await stopped;
    expect(policyAdmin.asked).toHaveLength(1);
    expect(policyAdmin.returned).toEqual(['evaluator_1']);
    expect(lease.freshness().fresh).toBe(false);
    await lease.renew();
    expect(policyAdmin.asked).toHaveLength(1);
  });
});

function deferred(): { promise: Promise<Reply>; resolve: (reply: Reply) => void; fail: (error: Error) => void } {
  let resolve: (reply: Reply) => void = nothing;
  let fail: (error: Error) => void = nothing;
  const promise = new Promise<Reply>((settle, reject) => {
    resolve = settle;
    fail = reject;
  });
  return { promise, resolve: (reply) => resolve(reply), fail: (error) => fail(error) };
}

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };

class FakePolicyAdmin {
  readonly asked: number[] = [];
  readonly returned: string[] = [];
  /** Given instead of the current state, in order. */
  readonly replies: Promise<Reply>[] = [];
  down = false;
  tookMs = 0;
  private sets: { revision: number; set: PolicySet }[] = [];
  private hear: (body: { revision: number }) => void = nothing;

  readonly messaging = {
    request: async (contract: object, body: { evaluator_id: string; applied: number }): Promise<object> => {
      if (contract === ReturnLease) {
        this.returned.push(body.evaluator_id);
        return {};
      }
      if (contract !== RenewLease) throw new Error('not policy-admin’s');
      this.asked.push(body.applied);
      if (this.down) throw new Error('nobody answers');
      const given = this.replies.shift();
      if (given) return await given;
      const reply = this.current(body.applied);
      if (this.tookMs > 0) await new Promise((resolve) => setTimeout(resolve, this.tookMs));
      return reply;
    },
    onBroadcast: (_contract: object, hear: (body: { revision: number }) => void) => {
      this.hear = hear;
      return nothing;
    },
  } as unknown as Messaging;

  publish(set: PolicySet): void {
    this.sets.push({ revision: this.sets.length + 1, set });
  }

  restore(sets: readonly PolicySet[]): void {
    this.sets = sets.map((set, place) => ({ revision: place + 1, set }));
  }

  current(applied: number): Reply {
    return { revision: this.sets.length, more: false, sets: this.sets.filter(({ revision }) => revision > applied).map(({ set }) => set) };
  }

  tell(revision: number): void {
    this.hear({ revision });
  }
}

function evaluator(): { lease: Lease; policyAdmin: FakePolicyAdmin; sets: PolicySets } {
  const policyAdmin = new FakePolicyAdmin();
  const sets = new PolicySets(silent);
  return { policyAdmin, sets, lease: new Lease(policyAdmin.messaging, sets, 'evaluator_1', silent) };
}

function policySet(given: Partial<PolicySet> = {}): PolicySet {
  return { guard_id: 'default', version: 1, hash: 'cafe', deleted: false, policies: [], ...guardDefaults, ...given };
}
