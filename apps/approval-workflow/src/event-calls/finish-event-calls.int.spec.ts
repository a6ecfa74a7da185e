import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApprovalNews, type ApprovalClaim, type DecisionRecord, type EvaluateCall } from '@holdpoint/contracts';
import { PeerUnavailable } from '@holdpoint/messaging';
import { newId } from '@holdpoint/runtime';
import { createTestDatabase, eventually, type TestDatabase } from '@holdpoint/test-kit';
import { DeadlineSweep } from '../approvals/deadline-sweep.ts';
import { Seal } from '../approvals/seal.ts';
import { again, bob, claim, guard, log, migrated, openWorkflow, seal, type Workflow } from '../testing/workflow.ts';
import { FinishEventCalls, type Resume } from './finish-event-calls.ts';

jest.setTimeout(60_000);

let database: TestDatabase;
let replicas: readonly Workflow[];
let one: Workflow;
const finishers: FinishEventCalls[] = [];

beforeAll(async () => {
  database = await createTestDatabase('finishing', migrated);
  replicas = await Promise.all([openWorkflow(database, wake), openWorkflow(database), openWorkflow(database)]);
  one = replicas[0]!;
}, 120_000);

afterEach(async () => {
  await Promise.all(finishers.splice(0).map((finisher) => finisher.stop()));
});

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await database.drop();
});

describe('a settled call that came as an event', () => {
  it('is judged again with all it was asked with, and finished when its decision is in the log', async () => {
    const asked = eventClaim({ end_user_id: 'user', agent_id: 'agent', owner_email: 'owner@example.com', context: { ticket: 7 }, trace_id: 'f'.repeat(32) });
    const id = await one.park(asked);
    const resumed: EvaluateCall[] = [];
    finishing(one, async (calls) => calls.map((call) => (resumed.push(call), 'decided')));
    await one.votes(id, 'approve');
    await eventually(() => finishedAt(id));
    const { guard_id, key_id, session_id, tool_call, event_key, context } = asked;
    expect(resumed).toEqual([
      { request_id: `resume-${id}`, approval_id: id, guard_id, key_id, owner_email: 'owner@example.com', session_id, end_user_id: 'user', agent_id: 'agent', context, event_key, tool_call, trace_id: 'f'.repeat(32) },
    ]);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['approved', (id) => one.votes(id, 'approve')],
    ['rejected', (id) => one.votes(id, 'reject')],
    ['cancelled', (id) => one.cancels(id)],
    ['expired', (id) => overdue(id)],
    ['lapsed', async (id) => one.votes(id, 'approve').then(() => overdue(id))],
    ['superseded', (id) => supersede(id)],
    ['released', async (id) => [await one.votes(id, 'approve'), await one.claim(again(await askedAs(id)))]],
  ])('is finished when it is %s', async (status, settle) => {
    const id = await one.park(eventClaim());
    await settle(id);
    expect(await statusOf(id)).toBe(status);
    finishing(one, async (calls) => calls.map(() => 'decided'));
    await eventually(() => finishedAt(id));
  });

  it('is finished exactly once, however many replicas race for it', async () => {
    const ids = await Promise.all(numbers(150).map(() => one.park(eventClaim())));
    const answered: string[] = [];
    const inHand = new Set<string>();
    const atOnce: string[] = [];
    const evaluator: Resume = async (calls) => {
      for (const { approval_id } of calls) {
        if (inHand.has(approval_id!)) atOnce.push(approval_id!);
        inHand.add(approval_id!);
      }
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      for (const { approval_id } of calls) inHand.delete(approval_id!);
      answered.push(...calls.map(({ approval_id }) => approval_id!));
      return calls.map(() => 'decided');
    };
    for (const replica of replicas) finishing(replica, evaluator);
    await Promise.all(ids.map((id, at) => replicas[at % 3]!.votes(id, at % 2 === 0 ? 'approve' : 'reject')));
    await eventually(async () => (await one.eventCalls.unfinished()) === 0);
    expect(atOnce).toEqual([]);
    expect(answered.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
  });

  it('is asked about again, as the same request, when the answer was lost', async () => {
    const id = await one.park(eventClaim());
    await one.votes(id, 'approve');
    const asked: string[] = [];
    finishing(one, async (calls) => {
      asked.push(...calls.map(({ request_id }) => request_id));
      if (asked.length === 1) throw new PeerUnavailable('hp.rpc.v1.evaluator.resume', 'timeout');
      return calls.map(() => 'decided');
    });
    await eventually(() => finishedAt(id));
    expect(asked).toEqual([`resume-${id}`, `resume-${id}`]);
  });

  it('is taken over by another replica when the one that asked dies before it has marked it', async () => {
    const id = await one.park(eventClaim());
    await one.votes(id, 'approve');
    // What a dead replica leaves behind: a row that it has taken and will never mark.
    const [taken] = await replicas[1]!.eventCalls.claim({ limit: 64, forMs: 400 });
    expect(taken?.approval.approvalId).toBe(id);
    const asked: number[] = [];
    finishing(one, async (calls) => (asked.push(Date.now()), calls.map(() => 'decided')));
    await eventually(() => finishedAt(id));
    expect(asked).toHaveLength(1);
  });

  it('waits for an evaluator while there is none, and is finished soon after one comes', async () => {
    const id = await one.park(eventClaim());
    let isUp = false;
    finishing(
      one,
      async (calls) => {
        if (!isUp) throw new PeerUnavailable('hp.rpc.v1.evaluator.resume', 'no_responders');
        return calls.map(() => 'decided');
      },
      { askAgainMs: 3_600_000 },
    );
    await one.votes(id, 'approve');
    await eventually(async () => (await resumeAt(id)) > 0);
    expect(await finishedAt(id)).toBeUndefined();
    isUp = true;
    await eventually(() => finishedAt(id));
  });

  it('is asked about again later when nothing could be decided yet', async () => {
    const id = await one.park(eventClaim());
    await one.votes(id, 'reject');
    let asked = 0;
    finishing(one, async (calls) => calls.map(() => ((asked += 1) < 3 ? 'later' : 'decided')));
    await eventually(() => finishedAt(id));
    expect(asked).toBe(3);
  });

  it('is not asked about while it waits for people, nor when it is no event', async () => {
    await one.park(eventClaim());
    await one.votes(await one.park(claim()), 'approve');
    let asked = 0;
    const finisher = finishing(one, async (calls) => ((asked += calls.length), calls.map(() => 'decided')));
    await finisher.stop();
    expect(asked).toBe(0);
    expect(await one.eventCalls.unfinished()).toBe(0);
  });

  it('whose seal is broken is reported once, stays, and holds back no other', async () => {
    const [broken, whole] = [await one.park(eventClaim()), await one.park(eventClaim())];
    await one.query('UPDATE approvals SET sealed_call = $2 WHERE approval_id = $1', [broken, new Seal(Buffer.alloc(32, 6)).seal(broken, '{}')]);
    await Promise.all([one.votes(whole, 'approve'), one.query(`UPDATE approvals SET status = 'rejected', settled_at = 1 WHERE approval_id = $1`, [broken])]);
    const errors: string[] = [];
    const reporting = { ...log, error: (_: object, message: string) => void errors.push(message), warn: log.warn.bind(log) };
    finishing(one, async (calls) => calls.map(() => 'decided'), { log: reporting as unknown as typeof log });
    await eventually(() => finishedAt(whole));
    await eventually(async () => (await resumeAt(broken)) > Date.now() + 60_000);
    expect(errors).toEqual(['a settled event call cannot be finished']);
    expect(await one.eventCalls.unfinished()).toBe(1);
    await one.query('UPDATE approvals SET finished_at = 1 WHERE approval_id = $1', [broken]);
  });

  it('is not judged again before its word that it waits has reached the log', async () => {
    const [held, told] = [await one.park(announcedClaim()), await one.park(announcedClaim())];
    expect(await pendingWordsOf(held)).toHaveLength(1);
    await one.query('DELETE FROM outbox WHERE msg_id = $1', [`${told}.pending`]);
    await Promise.all([one.votes(held, 'reject'), one.votes(told, 'reject')]);
    const resumed: string[] = [];
    finishing(one, async (calls) => (resumed.push(...calls.map(({ approval_id }) => approval_id!)), calls.map(() => 'decided')));
    await eventually(() => finishedAt(told));
    expect(resumed).toEqual([told]);
    await one.query('DELETE FROM outbox WHERE msg_id = $1', [`${held}.pending`]);
    await eventually(() => finishedAt(held));
    expect(resumed).toEqual([told, held]);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['approved', (id) => one.votes(id, 'approve')],
    ['rejected', (id) => one.votes(id, 'reject')],
    ['expired', (id) => one.timePasses(id, 61 * 60_000)],
  ])('is left to be finished from its row when its message comes again after it was %s, and answers it once it is finished', async (_, settle) => {
    const asked = announcedClaim();
    const id = await one.park(asked);
    await settle(id);
    expect(await one.claim(again(asked))).toMatchObject({ state: 'pending', approval_id: id });
    await one.query('UPDATE approvals SET finished_at = 1 WHERE approval_id = $1', [id]);
    expect((await one.claim(again(asked))).state).not.toBe('pending');
  });

  it('travels in requests that the broker takes', async () => {
    const ids = await Promise.all(numbers(6).map(() => one.park(eventClaim({ tool_call: { id: newId('call'), name: 'write', arguments: { text: 'x'.repeat(40_000) } } }))));
    const sizes: number[] = [];
    await Promise.all(ids.map((id) => one.query(`UPDATE approvals SET status = 'rejected', settled_at = 1 WHERE approval_id = $1`, [id])));
    finishing(one, async (calls) => (sizes.push(calls.length), calls.map(() => 'decided')), { maxRequestBytes: 100_000 });
    await eventually(async () => (await one.eventCalls.unfinished()) === 0);
    expect(sizes).toEqual([2, 2, 2]);
  });
});

describe('a call that came as an event, parked anew', () => {
  it('is finished by the row that took the place of the stale one, whoever asked', async () => {
    const asked = eventClaim();
    const id = await one.park(asked);
    await one.votes(id, 'approve');
    const overHttp = again(asked, { policy_id: 'pol_2', policy_version: 8, event_key: undefined });
    const heir = await one.park(overHttp);
    expect([await statusOf(id), heir === id]).toEqual(['stale', false]);
    const resumed: (string | undefined)[] = [];
    finishing(one, async (calls) => (resumed.push(...calls.map(({ approval_id }) => approval_id)), calls.map(() => 'decided')));
    await one.votes(heir, 'approve');
    await eventually(() => finishedAt(heir));
    expect(resumed).toEqual([heir]);
  });

  it('is left by the superseded row it had', async () => {
    const asked = eventClaim();
    const id = await one.park(asked);
    await supersede(id);
    const finisher = finishing(one, async (calls) => {
      await Promise.all(calls.map(() => one.claim(again(asked, { policy_version: 9 }))));
      return calls.map(() => 'parked');
    });
    await eventually(() => finishedAt(id));
    await finisher.stop();
    expect(await one.query<{ status: string }>('SELECT status FROM approvals WHERE event_key = $1 AND finished_at IS NULL', [asked.event_key])).toEqual([{ status: 'pending' }]);
  });

  it('that was parked over HTTP first is finished from that row', async () => {
    const asked = claim();
    const id = await one.park(asked);
    const submitted = announcedClaim({ ...asked, event_key: 'e'.repeat(64) });
    expect(await one.claim(again(submitted))).toMatchObject({ state: 'pending', approval_id: id });
    expect(await pendingWordsOf(id)).toMatchObject([{ event_key: 'e'.repeat(64), approval_id: id }]);
    await one.query('DELETE FROM outbox WHERE msg_id = $1', [`${id}.pending`]);
    finishing(one, async (calls) => calls.map(() => 'decided'));
    await one.votes(id, 'reject');
    await eventually(() => finishedAt(id));
  });

  it('is not told to wait for a row that another call has been let go with', async () => {
    const asked = claim();
    await supersede(await one.park(remembered(asked)));
    expect(await one.claim(again(asked, { policy_version: 6 }))).toMatchObject({ state: 'pending' });
    expect(await one.claim(again(asked, { policy_version: 6, event_key: 'd'.repeat(64) }))).toEqual({ state: 'failed' });
  });
});

describe('what the world hears', () => {
  it('of an approval: that it is asked for, and each status it takes, without arguments', async () => {
    const threat = { type: 'credential_exposure', severity: 'high' as const, rule: 'secrets.any', path: '/sesame', start: 0, end: 6, match: 'ses…', message: 'a secret' };
    const asked = claim({ tool_call: { id: newId('call'), name: 'pay', arguments: { secret: 'sesame' } }, findings: { risk_score: 0.8, threats_detected: ['credential_exposure'], threats: [threat] } });
    const id = await one.park(asked);
    await one.votes(id, 'approve');
    await one.claim(again(asked));
    const news = await newsOf(id);
    expect(news.map(({ subject, msg_id }) => [subject, msg_id])).toEqual([
      [`hp.v1.guard.${guard}.approval.requested`, `${id}.pending`],
      [`hp.v1.guard.${guard}.approval.resolved`, `${id}.approved`],
      [`hp.v1.guard.${guard}.approval.resolved`, `${id}.released`],
    ]);
    expect(news.map(({ body }) => ApprovalNews.parse(JSON.parse(body))).map(({ approval_id, status, tool_call_id, settled_by }) => [approval_id, status, tool_call_id, settled_by])).toEqual([
      [id, 'pending', asked.tool_call.id, undefined],
      [id, 'approved', asked.tool_call.id, `key:${bob.key_id}`],
      [id, 'released', asked.tool_call.id, `key:${bob.key_id}`],
    ]);
    expect(news.map(({ body }) => JSON.parse(body) as ApprovalNews).map(({ risk_score, threats_detected }) => [risk_score, threats_detected])).toEqual([[0.8, ['credential_exposure']], [undefined, undefined], [undefined, undefined]]);
    expect(JSON.stringify(news)).not.toMatch(/sesame|ses…/);
  });

  it('of a deadline as of a person', async () => {
    const id = await one.park(claim());
    await overdue(id);
    expect((await newsOf(id)).map(({ msg_id }) => msg_id)).toEqual([`${id}.pending`, `${id}.expired`]);
  });
});

function eventClaim(change: Partial<ApprovalClaim> = {}): ApprovalClaim {
  return remembered(claim({ event_key: newId('key').padEnd(64, '0'), ...change }));
}

/** As an event's own message asks, with the word that it waits. */
function announcedClaim(change: Partial<ApprovalClaim> = {}): ApprovalClaim {
  const asked = eventClaim(change);
  return remembered({ ...asked, submitted: true, pending_record: { ...asked.release_record, id: newId('dec'), action: 'require_approval' } });
}

/** What the log is still to be told of calls that wait. */
async function pendingWordsOf(id: string): Promise<readonly DecisionRecord[]> {
  const rows = await one.query<{ body: string }>(`SELECT body FROM outbox WHERE topic = 'DECISION_LOG' AND msg_id = $1`, [`${id}.pending`]);
  return rows.flatMap(({ body }) => (JSON.parse(body) as { decisions: DecisionRecord[] }).decisions);
}

/** By call id. */
const byCall = new Map<string, ApprovalClaim>();

async function askedAs(id: string): Promise<ApprovalClaim> {
  const [row] = await one.query<{ call_id: string }>('SELECT call_id FROM approvals WHERE approval_id = $1', [id]);
  return byCall.get(row!.call_id)!;
}

function remembered(asked: ApprovalClaim): ApprovalClaim {
  byCall.set(asked.tool_call.id, asked);
  return asked;
}

function wake(): void {
  for (const finisher of finishers) finisher.wake();
}

function finishing({ eventCalls: rows }: Workflow, resume: Resume, more: Partial<ConstructorParameters<typeof FinishEventCalls>[0]> = {}): FinishEventCalls {
  const finisher = new FinishEventCalls({ rows, seal, resume, log, maxRequestBytes: 500_000, askAgainMs: 300, idleMs: 20, ...more });
  finishers.push(finisher);
  finisher.start();
  return finisher;
}

async function overdue(id: string): Promise<void> {
  await one.timePasses(id, 61 * 60_000);
  const sweep = new DeadlineSweep({ approvals: one.approvals, log });
  sweep.start();
  await eventually(async () => ['expired', 'lapsed'].includes(await statusOf(id)));
  await sweep.stop();
}

async function supersede(id: string): Promise<void> {
  const { tool_call, guard_id, key_id, session_id, arguments_hash } = await askedAs(id);
  const named = { approval_id: id, guard_id, key_id, session_id, call_id: tool_call.id, tool_name: tool_call.name, tool_type: tool_call.type, arguments_hash, action: 'allow' as const, policy_id: null, policy_version: 8 };
  expect(await one.verdicts.all([named])).toEqual(['superseded']);
}

async function statusOf(id: string): Promise<string> {
  const [row] = await one.query<{ status: string }>('SELECT status FROM approvals WHERE approval_id = $1', [id]);
  return row!.status;
}

async function finishedAt(id: string): Promise<number | undefined> {
  const [row] = await one.query<{ finished_at: string | null }>('SELECT finished_at FROM approvals WHERE approval_id = $1', [id]);
  return row?.finished_at ? Number(row.finished_at) : undefined;
}

async function resumeAt(id: string): Promise<number> {
  const [row] = await one.query<{ resume_at: string }>('SELECT resume_at FROM approvals WHERE approval_id = $1', [id]);
  return Number(row!.resume_at);
}

async function newsOf(id: string): Promise<readonly { subject: string; msg_id: string; body: string }[]> {
  return await one.query(`SELECT subject, msg_id, body FROM outbox WHERE topic = 'EVENTS' AND msg_id LIKE $1 ORDER BY id`, [`${id}.%`]);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
