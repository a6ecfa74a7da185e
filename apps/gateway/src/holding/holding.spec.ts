import { describe, expect, it } from '@jest/globals';
import { ApprovalResolved, ReadApprovalStatuses, type EvaluateCall, type ToolCallResult } from '@holdpoint/contracts';
import { FakeServices, judged, silent } from '../testing/fake-services.ts';
import { ApprovalWaits } from './approval-waits.ts';
import { judgeHeld } from './hold.ts';
import { waitOf } from './wait-preference.ts';

describe('how long a caller wants to be held', () => {
  it.each<[number | undefined, string | undefined, number, string | undefined]>([
    [undefined, undefined, 0, undefined],
    [undefined, 'wait=10', 10, 'wait=10'],
    [undefined, 'respond-async, wait=10', 10, 'wait=10'],
    [undefined, 'wait="10"; foo=bar', 10, 'wait=10'],
    [undefined, 'Wait = 5', 5, 'wait=5'],
    [undefined, 'wait=100000', 600, 'wait=600'],
    [undefined, 'wait=-1', 0, undefined],
    [undefined, 'wait=soon', 0, undefined],
    [undefined, 'await=10', 0, undefined],
    [7, 'wait=10', 7, undefined],
    [0, 'wait=10', 0, undefined],
  ])('?wait=%s, Prefer: %s -> %d s, applied %s', (query, prefer, seconds, applied) => {
    expect(waitOf(query, prefer)).toEqual({ seconds, applied });
  });
});

describe('a held caller', () => {
  it('is answered at once when nothing is pending', async () => {
    const { held, asked } = holding([[judged('c')]]);
    await expect(held()).resolves.toEqual([judged('c')]);
    expect(asked).toHaveLength(1);
  });

  it('is asked again for, by a new request that names the approval, when a person has decided', async () => {
    const { held, asked, services } = holding([[parked('c')], [judged('c', { approval_id: approvalId })]]);
    const answer = held();
    await turn();
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'approved' });
    expect((await answer)[0]?.action).toBe('allow');
    expect(asked[1]?.[0]).toMatchObject({ approval_id: approvalId, tool_call: asked[0]?.[0]?.tool_call });
    expect(asked[1]?.[0]?.request_id).not.toBe(asked[0]?.[0]?.request_id);
  });

  it('does not miss a decision that was heard while it asked', async () => {
    const services = new FakeServices();
    const { held, asked } = holding(
      [
        () => {
          services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'approved' });
          return [parked('c')];
        },
        [judged('c')],
      ],
      services,
    );
    expect((await held())[0]?.action).toBe('allow');
    expect(asked).toHaveLength(2);
  });

  it('waits until none of its calls is pending, then every call is judged again', async () => {
    const other = 'apr_00000000000000000000000002';
    const { held, asked, services } = holding([[parked('a'), judged('b'), parked('c', other)], [judged('a'), judged('b'), judged('c')]]);
    const answer = held(['a', 'b', 'c']);
    await turn();
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'approved' });
    await turn();
    expect(asked).toHaveLength(1);
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: other, status: 'rejected' });
    await answer;
    expect(asked[1]?.map(({ tool_call, approval_id }) => [tool_call.id, approval_id])).toEqual([['a', approvalId], ['b', undefined], ['c', other]]);
    // For limits they are the requests that they were.
    expect(asked[1]?.map(({ first_request_id }) => first_request_id)).toEqual(asked[0]?.map(({ request_id }) => request_id));
  });

  it('goes on waiting when its call is parked anew', async () => {
    const anew = 'apr_00000000000000000000000002';
    const { held, services } = holding([[parked('c')], [parked('c', anew)], [judged('c')]]);
    const answer = held();
    await turn();
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'stale' });
    await turn();
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: anew, status: 'approved' });
    expect((await answer)[0]?.action).toBe('allow');
  });

  it('is judged again when the time is up, by the policies of then', async () => {
    const { held, asked } = holding([[parked('a'), judged('b')], [parked('a'), judged('b', { action: 'block' })]]);
    expect((await held(['a', 'b'], { waitMs: 5 })).map(({ action }) => action)).toEqual(['require_approval', 'block']);
    expect(asked).toHaveLength(2);
  });

  it('that hung up is not asked again for', async () => {
    const gone = new AbortController();
    const { held, asked, services } = holding([[parked('c')], [judged('c')]]);
    const answer = held(['c'], { gone: gone.signal });
    await turn();
    gone.abort();
    services.broadcast(ApprovalResolved, { guard_id: 'default', approval_id: approvalId, status: 'approved' });
    await answer;
    expect(asked).toHaveLength(1);
  });

  it('gets its pending state at once when the gateway stops', async () => {
    const { held, waits, asked } = holding([[parked('c')]]);
    const answer = held();
    await turn();
    expect(waits.size).toBe(1);
    waits.stop();
    expect((await answer)[0]?.action).toBe('require_approval');
    expect(asked).toHaveLength(1);
    expect(waits.size).toBe(0);
  });
});

const approvalId = 'apr_00000000000000000000000001';
const parked = (callId: string, id: string = approvalId): ToolCallResult => judged(callId, { action: 'require_approval', approval_id: id });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const callOf = (id: string): EvaluateCall => ({ request_id: `req_${id}`, guard_id: 'default', key_id: 'k', session_id: 's', tool_call: { id, name: 'pay', arguments: {} }, trace_id: 't' });

function holding(script: readonly (ToolCallResult[] | (() => ToolCallResult[]))[], services = new FakeServices()) {
  services.on(ReadApprovalStatuses, () => ({ statuses: [] }));
  const waits = new ApprovalWaits({ messaging: services.messaging, log: silent });
  waits.start();
  const asked: (readonly EvaluateCall[])[] = [];
  const ask = (calls: readonly EvaluateCall[]): Promise<ToolCallResult[]> => {
    const next = script[asked.length] ?? [];
    asked.push(calls);
    return Promise.resolve(typeof next === 'function' ? next() : next);
  };
  const held = async (ids = ['c'], { waitMs = 60_000, gone = new AbortController().signal } = {}) => {
    const results = await judgeHeld({ calls: ids.map(callOf), waitMs, gone, ask, waits });
    waits.stop();
    return results;
  };
  return { held, asked, services, waits };
}
