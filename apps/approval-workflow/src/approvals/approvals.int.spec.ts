import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Actor, ApprovalClaim, ClaimAnswer, NamedVerdict, Refusal, Threat } from '@holdpoint/contracts';
import { migrate, openDatabase, OutboxRow } from '@holdpoint/persistence';
import { createLogger, newId } from '@holdpoint/runtime';
import { createTestDatabase, eventually, type TestDatabase } from '@holdpoint/test-kit';
import type { DataSource } from 'typeorm';
import { migrations, schema } from '../migrations/migrations.ts';
import { Approvals, type Change } from './approvals.repository.ts';
import { ClaimApprovals } from './claim-approvals.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { ReadApprovals } from './read-approvals.ts';
import { ReportVerdicts } from './report-verdicts.ts';
import { Seal, SealBroken } from './seal.ts';
import { SettleApprovals } from './settle-approvals.ts';

jest.setTimeout(60_000);

const minute = 60_000;

let database: TestDatabase;
let one: Replica;
let two: Replica;

beforeAll(async () => {
  database = await createTestDatabase('approvals', migrated);
  [one, two] = await Promise.all([replica(), replica()]);
}, 120_000);

afterAll(async () => {
  await Promise.all([one, two].map(({ db }) => db.destroy()));
  await database.drop();
});

afterEach(() => {
  one.changes.length = 0;
});

describe('parking', () => {
  it('keeps the call, and answers with its id and deadline', async () => {
    const asked = claim({ timeout_minutes: 1.5 });
    const answer = await one.claim(asked);
    expect(answer).toMatchObject({ state: 'pending', approval_id: expect.stringMatching(/^apr_[0-9a-z]{26}$/), expires_at: expect.any(Number) });
    const shown = await one.shown(answer);
    expect(shown).toMatchObject({ status: 'pending', guard: asked.guard_id, tool_call: asked.tool_call, arguments_hash: asked.arguments_hash, requested_by: `key:${asked.key_id}`, policy_id: 'pol_1', policy_version: 7 });
    expect(Date.parse(shown.expires_at) - Date.parse(shown.created_at)).toBe(90_000);
  });

  it('shows what the scanner saw of it to whoever decides, then and later', async () => {
    const findings = { risk_score: 0.9, threats_detected: ['path_traversal'], threats: [threat] };
    const answer = await one.claim(claim({ findings }));
    expect(await one.shown(answer)).toMatchObject(findings);
    expect(await one.votes(answer, bob, 'approve')).toMatchObject({ ok: findings });
    expect(await one.shown(answer)).toMatchObject({ status: 'approved', ...findings });
  });

  it('says nothing of a scan of calls that were parked without one', async () => {
    expect(Object.keys(await one.shown(await one.claim(claim()))).filter((field) => /risk|threats/.test(field))).toEqual([]);
  });

  it('shows what was seen of the call when it was parked anew', async () => {
    const asked = claim({ findings: { risk_score: 0, threats_detected: [], threats: [] } });
    await one.claim(asked);
    const anew = await one.claim({ ...asked, request_id: newId('req'), policy_id: 'pol_2', policy_version: 8, findings: { risk_score: 0.9, threats_detected: ['path_traversal'], threats: [threat] } });
    expect(await one.shown(anew)).toMatchObject({ policy_id: 'pol_2', risk_score: 0.9, threats: [threat] });
  });

  it('parks a call once, however many ask at the same time through whichever replica', async () => {
    const asked = claim();
    const answers = await Promise.all(numbers(40).map((n) => [one, two][n % 2]!.claim({ ...asked, request_id: `req-${n}` })));
    expect(new Set(answers.map(({ state }) => state))).toEqual(new Set(['pending']));
    expect(new Set(answers.map(({ approval_id }) => approval_id)).size).toBe(1);
    expect(await one.audit(answers[0]!)).toEqual([['parked', `key:${asked.key_id}`]]);
  });

  it('takes batches that ask for the same calls in opposite orders', async () => {
    const calls = numbers(60).map(() => claim());
    const answers = await Promise.all([one.claims.all(calls), two.claims.all(calls.toReversed()), one.claims.all(calls.toReversed()), two.claims.all(calls)]);
    const ids = answers.map((some, n) => (n % 3 === 0 ? some : some.toReversed()).map(({ approval_id }) => approval_id));
    expect(ids[0]).toHaveLength(60);
    for (const same of ids) expect(same).toEqual(ids[0]);
    expect(answers.flat().every(({ state }) => state === 'pending')).toBe(true);
  });

  it('answers a claim that cannot be written alone, and all others', async () => {
    const [good, bad, alsoGood] = [claim(), claim({ session_id: 'nul \u0000' }), claim()];
    expect(await one.claims.all([good, bad, alsoGood])).toMatchObject([{ state: 'pending' }, { state: 'failed' }, { state: 'pending' }]);
  });

  it('keeps the same call apart by guard and session', async () => {
    const asked = claim();
    const answers = await one.claims.all([asked, { ...asked, guard_id: 'other' }, { ...asked, session_id: 'other' }]);
    expect(new Set(answers.map(({ approval_id }) => approval_id)).size).toBe(3);
  });

  it.each([
    ['NUL', '{"sql":"a\\u0000b"}'],
    ['keys of prototypes', '{"__proto__":{"admin":true},"constructor":{"prototype":1},"toString":null}'],
    ['odd unicode', JSON.stringify({ 'ключ': '\u202e🙈\u200b\ufeff\u2028', 'e\u0301': 'é', '': '\\ud83d' })],
    ['numbers at the edge', '{"a":9007199254740992,"b":5e-324,"c":1.7976931348623157e+308,"d":-0.1}'],
    ['depth', '{"a":'.repeat(60) + '1' + '}'.repeat(60)],
    ['a lot', JSON.stringify({ text: 'ä'.repeat(300_000) })],
  ])('shows arguments exactly as they were sent: %s', async (_, json) => {
    const answer = await one.claim(claim({ tool_call: { id: newId('call'), name: '__proto__', type: 'mcp', arguments: JSON.parse(json) as Record<string, unknown> }, context: JSON.parse(json) }));
    const shown = await one.shown(answer);
    expect(JSON.stringify(shown.tool_call.arguments)).toBe(JSON.stringify(JSON.parse(json)));
    expect(JSON.stringify(shown.context)).toBe(JSON.stringify(JSON.parse(json)));
    expect(shown.tool_call).toMatchObject({ name: '__proto__', type: 'mcp' });
  });
});

describe('asking again with the same call', () => {
  it('pending: waits on, under the same id', async () => {
    const { asked, answer } = await parked();
    expect(await one.again(asked)).toEqual(answer);
  });

  it('approved: released to the one request that asks first; its retry hears the same, all others the replay', async () => {
    const { asked, answer } = await approved();
    const first = { ...asked, request_id: 'req-first', release_record: recordOf(asked, 'dec-first') };
    const released = await one.claim(first);
    expect(released).toMatchObject({ state: 'released', approval_id: answer.approval_id, release_id: 'req-first', release_decision_id: 'dec-first', settled_by: 'key:bob' });
    expect(await two.claim(first)).toEqual(released);
    expect(await two.again(asked)).toEqual({ ...released, state: 'replayed' });
    expect(await one.shown(answer)).toMatchObject({ status: 'released', released_at: expect.any(String), settled_by: 'key:bob' });
  });

  it('released: replayed until its time is over, then already released; the releasing request alone hears it again', async () => {
    const { asked, answer } = await approved({ replay_seconds: 60 });
    const first = { ...asked, request_id: 'req-first' };
    await one.claim(first);
    await timePasses(answer, 60_000);
    expect(await one.again(asked)).toMatchObject({ state: 'already_released' });
    expect(await one.claim(first)).toMatchObject({ state: 'released' });
  });

  it('released, no replay wanted: already released', async () => {
    const { asked } = await approved({ replay_seconds: 0 });
    await one.again(asked);
    expect(await one.again(asked)).toMatchObject({ state: 'already_released' });
  });

  it('rejected: stays so, with what the person said', async () => {
    const { asked, answer } = await parked();
    await one.votes(answer, bob, 'reject', 'not this supplier');
    expect(await one.again(asked)).toMatchObject({ state: 'rejected', comment: 'not this supplier', settled_by: 'key:bob' });
  });

  it('cancelled: stays so, with what was said', async () => {
    const { asked, answer } = await parked();
    await one.cancels(answer, { ...agent, key_id: asked.key_id }, 'changed my mind');
    expect(await one.again(asked)).toMatchObject({ state: 'cancelled', comment: 'changed my mind', settled_by: `key:${asked.key_id}` });
  });

  it('overdue: expired by whoever asks', async () => {
    const { asked, answer } = await parked({ timeout_minutes: 10 });
    await timePasses(answer, 10 * minute);
    expect(await one.again(asked)).toMatchObject({ state: 'expired', settled_by: 'system' });
    expect(await one.audit(answer)).toEqual([['parked', expect.any(String)], ['expired', 'system']]);
  });

  it('approved and not used in time: lapsed, and never released', async () => {
    const { asked, answer } = await approved({ release_minutes: 5 });
    await timePasses(answer, 5 * minute);
    expect(await one.again(asked)).toMatchObject({ state: 'lapsed', settled_by: 'system' });
    expect(await outboxOf(asked)).toEqual([]);
  });

  it.each<[string, (asked: ApprovalClaim) => Partial<ApprovalClaim>]>([
    ['other arguments', () => ({ arguments_hash: 'f'.repeat(64) })],
    ['another user', () => ({ end_user_id: 'mallory' })],
    ['no user', () => ({ end_user_id: undefined })],
    ['another agent', () => ({ agent_id: 'other' })],
    ['another tool', ({ tool_call }) => ({ tool_call: { ...tool_call, name: 'other' } })],
    ['another type of tool', ({ tool_call }) => ({ tool_call: { ...tool_call, type: 'other' } })],
    ['another key', () => ({ key_id: 'other' })],
  ])('%s: a conflict, and nothing is released', async (_, change) => {
    const waiting = await parked();
    expect(await one.again({ ...waiting.asked, ...change(waiting.asked) })).toEqual({ state: 'conflict' });
    const ready = await approved();
    expect(await one.again({ ...ready.asked, ...change(ready.asked) })).toEqual({ state: 'conflict' });
    expect(await one.shown(ready.answer)).toMatchObject({ status: 'approved' });
  });

  it('from another key, after the release: already released', async () => {
    const { asked } = await approved();
    await one.again(asked);
    expect(await one.again({ ...asked, key_id: 'other' })).toMatchObject({ state: 'already_released' });
  });
});

describe('one release', () => {
  it('goes to exactly one of 50 racing requests on two replicas, with its decision', async () => {
    for (const round of numbers(5)) {
      const { asked, answer } = await approved();
      const requests = numbers(50).map((n) => ({ ...asked, request_id: `req-${round}-${n}`, release_record: recordOf(asked, `dec-${round}-${n}-${asked.tool_call.id}`) }));
      const answers = await Promise.all(requests.map((request, n) => [one, two][n % 2]!.claim(request)));
      const winners = requests.filter((_, n) => answers[n]!.state === 'released');
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ state }) => state === 'replayed')).toHaveLength(49);
      expect(new Set(answers.map(({ release_id }) => release_id))).toEqual(new Set([winners[0]!.request_id]));
      expect(await outboxOf(asked)).toEqual([{ topic: 'DECISION_LOG', msgId: winners[0]!.release_record.id, decisions: [{ ...winners[0]!.release_record, approval_id: answer.approval_id }] }]);
      expect((await one.audit(answer)).filter(([event]) => event === 'released')).toHaveLength(1);
    }
  });

  it('is gone with a transaction that fails: no release without its decision', async () => {
    const { asked, answer } = await approved();
    await administered('ALTER TABLE approval_workflow.outbox ADD CONSTRAINT broken CHECK (false) NOT VALID');
    expect(await one.again(asked)).toEqual({ state: 'failed' });
    await administered('ALTER TABLE approval_workflow.outbox DROP CONSTRAINT broken');
    expect(await one.shown(answer)).toMatchObject({ status: 'approved' });
    expect(await one.again(asked)).toMatchObject({ state: 'released' });
  });
});

describe('when another policy decides today', () => {
  it.each(['pending', 'approved'] as const)('a call that was %s becomes stale and is parked anew, linked both ways', async (status) => {
    const { asked, answer } = await (status === 'pending' ? parked() : approved());
    const anew = await one.again({ ...asked, policy_id: 'pol_2', policy_version: 8 });
    expect(anew.state).toBe('pending');
    expect(anew.approval_id).not.toBe(answer.approval_id);
    expect(await one.shown(answer)).toMatchObject({ status: 'stale', replaced_by: anew.approval_id, settled_by: 'system' });
    expect(await one.shown(anew)).toMatchObject({ status: 'pending', policy_id: 'pol_2', policy_version: 8 });
    expect(await administered('SELECT replaces FROM approval_workflow.approvals WHERE approval_id = $1', [anew.approval_id])).toEqual([{ replaces: answer.approval_id }]);
    expect((await one.audit(answer)).at(-1)).toEqual(['stale', 'system']);
    expect(await one.audit(anew)).toEqual([['parked', `key:${asked.key_id}`]]);
    expect(await one.again({ ...asked, policy_id: 'pol_2', policy_version: 8 })).toMatchObject({ state: 'pending', approval_id: anew.approval_id });
    expect(await one.votes(answer, bob, 'approve')).toMatchObject(refused(409, 'already_settled'));
  });

  it('parks it anew once, however many find it stale', async () => {
    const { asked, answer } = await approved();
    const answers = await Promise.all(numbers(30).map((n) => [one, two][n % 2]!.again({ ...asked, policy_id: 'pol_2', policy_version: 8 })));
    expect(answers.every(({ state }) => state === 'pending')).toBe(true);
    expect(new Set(answers.map(({ approval_id }) => approval_id))).toEqual(new Set([(await one.shown(answer)).replaced_by]));
  });

  it('an older policy set neither makes it stale nor releases it', async () => {
    const waiting = await parked();
    expect(await one.again({ ...waiting.asked, policy_id: 'pol_0', policy_version: 6 })).toMatchObject({ state: 'pending', approval_id: waiting.answer.approval_id });
    const ready = await approved();
    for (const policy_id of ['pol_0', 'pol_1']) {
      expect(await one.again({ ...ready.asked, policy_id, policy_version: 6 })).toMatchObject({ state: 'pending', approval_id: ready.answer.approval_id });
    }
    expect(await one.shown(ready.answer)).toMatchObject({ status: 'approved' });
  });
});

describe('a named call that policies judge without a person', () => {
  it.each(['allow', 'warn'] as const)('%s: the row is superseded, and the same call later parks anew', async (action) => {
    for (const { asked, answer } of [await parked(), await approved()]) {
      expect(await one.verdicts.all([verdict(asked, answer, { action, policy_version: 8 })])).toEqual(['superseded']);
      expect(await one.shown(answer)).toMatchObject({ status: 'superseded', settled_by: 'system', last_verdict: { action, policy_id: 'pol_9', policy_version: 8 } });
      const anew = await one.again({ ...asked, policy_version: 9 });
      expect(anew).toMatchObject({ state: 'pending' });
      expect(anew.approval_id).not.toBe(answer.approval_id);
    }
  });

  it('an older policy set does not park again what a newer one let go', async () => {
    const { asked, answer } = await parked();
    await one.verdicts.all([verdict(asked, answer, { policy_version: 8 })]);
    expect(await one.again({ ...asked, policy_version: 7 })).toEqual({ state: 'pending', approval_id: answer.approval_id });
    expect(await one.shown(answer)).toMatchObject({ status: 'superseded' });
  });

  it('let go by an older policy set than the one that parked it: it goes on waiting', async () => {
    const { asked, answer } = await parked();
    expect(await one.verdicts.all([verdict(asked, answer, { policy_version: 6 })])).toEqual(['outdated']);
    expect(await one.shown(answer)).toMatchObject({ status: 'pending' });
  });

  it('block: the row stays and says so', async () => {
    const { asked, answer } = await parked();
    const block = verdict(asked, answer, { action: 'block', policy_version: 8 });
    expect(await one.verdicts.all([block, block])).toEqual(['recorded', 'recorded']);
    expect(await one.shown(answer)).toMatchObject({ status: 'pending', last_verdict: { action: 'block', policy_id: 'pol_9', policy_version: 8 } });
  });

  it('of another call, of another key, of nothing, or over: ignored', async () => {
    const { asked, answer } = await parked();
    const over = await parked();
    await one.votes(over.answer, bob, 'reject');
    expect(
      await one.verdicts.all([
        verdict(asked, answer, { arguments_hash: 'f'.repeat(64) }),
        verdict(asked, answer, { key_id: 'other' }),
        verdict(asked, { state: 'pending', approval_id: newId('apr') }),
        verdict(over.asked, over.answer),
      ]),
    ).toEqual(['ignored', 'ignored', 'ignored', 'ignored']);
    expect(await one.shown(answer)).toMatchObject({ status: 'pending' });
  });
});

describe('deciding', () => {
  it.each([
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ] as const)('%s settles it, with who, when and what was said', async (choice, status) => {
    const { answer } = await parked();
    expect(await one.votes(answer, bob, choice, 'as discussed')).toMatchObject({ ok: { status, settled_by: 'key:bob', settled_at: expect.any(String), comment: 'as discussed' } });
    expect(await one.audit(answer)).toEqual([['parked', expect.any(String)], ['voted', 'key:bob'], [status, 'key:bob']]);
    expect(one.changes.flatMap(({ events }) => events)).toContainEqual(expect.objectContaining({ type: 'approval-settled', status }));
  });

  it('two people at the same time: one wins, the other is told who', async () => {
    for (const round of numbers(20)) {
      const { answer } = await parked();
      const [mine, theirs] = await Promise.all([one.votes(answer, bob, 'approve'), two.votes(answer, carol, round % 2 === 0 ? 'reject' : 'approve')]);
      const winners = [mine, theirs].filter((reply) => 'ok' in reply);
      expect(winners).toHaveLength(1);
      const shown = await one.shown(answer);
      const loser = [mine, theirs].find((reply) => 'refused' in reply);
      expect(loser).toMatchObject(refused(409, 'already_settled', `already ${shown.status} by ${shown.settled_by!} at ${shown.settled_at!}`));
    }
  });

  it.each<[string, (asked: ApprovalClaim) => Actor, number, string]>([
    ['the key that asked', (asked) => ({ ...bob, key_id: asked.key_id }), 403, 'own_request'],
    ["another key of the asking key's owner", () => ({ ...bob, owner_email: 'Alice@Example.com' }), 403, 'own_request'],
    ['a key without the role', () => ({ ...bob, roles: ['agent', 'admin', 'auditor'] }), 403, 'not_an_approver'],
    ['an approver of another guard', () => ({ ...bob, guards: ['other'] }), 403, 'not_an_approver'],
  ])('is not for %s', async (_, actorOf, status, code) => {
    const { asked, answer } = await parked({ owner_email: 'alice@example.com' });
    expect(await one.votes(answer, actorOf(asked), 'approve')).toMatchObject(refused(status, code));
    expect(await one.votes(answer, actorOf(asked), 'reject')).toMatchObject(refused(status, code));
    expect(await one.shown(answer)).toMatchObject({ status: 'pending' });
  });

  it('on other arguments than those parked is refused; on those, it counts', async () => {
    const { asked, answer } = await parked();
    expect(await one.votes(answer, bob, 'approve', undefined, 'f'.repeat(64))).toMatchObject(refused(409, 'arguments_mismatch'));
    expect(await one.votes(answer, bob, 'approve', undefined, asked.arguments_hash)).toMatchObject({ ok: { status: 'approved' } });
  });

  it('comes too late after the deadline, and the row is settled by it', async () => {
    const { answer } = await parked({ timeout_minutes: 1 });
    await timePasses(answer, minute);
    expect(await one.votes(answer, bob, 'approve')).toMatchObject(refused(409, 'approval_expired'));
    expect((await one.audit(answer)).at(-1)).toEqual(['expired', 'system']);
    expect(await one.votes(answer, bob, 'approve')).toMatchObject(refused(409, 'approval_expired'));
  });

  it('comes too late when the deadline passes while it waits for its turn', async () => {
    const { answer } = await parked();
    const late = await two.db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM approvals WHERE approval_id = $1 FOR UPDATE', [answer.approval_id]);
      const voting = one.votes(answer, bob, 'approve');
      await eventually(async () => (await administered('SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = $1', ['Lock'])).length > 0);
      await tx.query('UPDATE approvals SET expires_at = floor(extract(epoch FROM clock_timestamp()) * 1000) WHERE approval_id = $1', [answer.approval_id]);
      return { voting };
    });
    expect(await late.voting).toMatchObject(refused(409, 'approval_expired'));
  });

  it('a second time by the same person, where more than one is wanted, does not count', async () => {
    const { answer } = await parked({ quorum: 2 });
    expect(await one.votes(answer, bob, 'approve')).toMatchObject({ ok: { status: 'pending' } });
    expect(await two.votes(answer, { ...bob, key_id: 'bobs-other-key' }, 'approve')).toMatchObject(refused(409, 'already_voted'));
    expect(await two.votes(answer, carol, 'approve')).toMatchObject({ ok: { status: 'approved' } });
  });

  it("an approval that does not exist, or is another guard's, is not found", async () => {
    const { answer } = await parked();
    const request = { approval_id: answer.approval_id!, actor: bob, choice: 'approve' as const };
    expect(await one.settle.vote({ ...request, guard_id: 'other' })).toMatchObject(refused(404, 'approval_not_found'));
    expect(await one.settle.vote({ ...request, guard_id: guard, approval_id: newId('apr') })).toMatchObject(refused(404, 'approval_not_found'));
    expect(await one.shown(answer)).toMatchObject({ status: 'pending' });
  });

  it('cancelling is for the key that asked, and for admins', async () => {
    const [mine, forAdmin, notYours] = [await parked(), await approved(), await parked()];
    expect(await one.cancels(mine.answer, { ...agent, key_id: mine.asked.key_id })).toMatchObject({ ok: { status: 'cancelled' } });
    expect(await one.cancels(forAdmin.answer, { ...bob, key_id: 'root', roles: ['admin'] }, 'stop this')).toMatchObject({ ok: { status: 'cancelled', comment: 'stop this', settled_by: 'key:root' } });
    expect(await one.cancels(notYours.answer, bob)).toMatchObject(refused(403, 'not_allowed_to_cancel'));
    expect(await one.cancels(mine.answer, { ...bob, roles: ['admin'] })).toMatchObject(refused(409, 'already_settled'));
  });
});

describe('reading', () => {
  it('lists newest first, page by page, by status', async () => {
    const guard_id = 'list';
    const answers = await one.claims.all(numbers(7).map(() => claim({ guard_id })));
    const ids = (await Promise.all(answers.map(async (answer) => (await one.shown(answer, guard_id)).id))).toSorted().toReversed();
    await one.settle.vote({ guard_id, approval_id: ids[2]!, actor: bob, choice: 'reject' });
    const listed: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { ok } = (await one.read.list({ guard_id, limit: 3, ...(cursor === undefined ? {} : { cursor }) })) as { ok: { data: { id: string }[]; next_cursor: string | null } };
      listed.push(...ok.data.map(({ id }) => id));
      cursor = ok.next_cursor;
    }
    expect(listed).toEqual(ids);
    expect(await one.read.list({ guard_id, limit: 10, status: 'rejected' })).toMatchObject({ ok: { data: [{ id: ids[2] }], next_cursor: null } });
    expect(await one.read.list({ guard_id, limit: 10, cursor: 'nonsense' })).toMatchObject(refused(400, 'invalid_input'));
  });

  it('keeps a page below what a message holds', async () => {
    const guard_id = 'heavy';
    await one.claims.all(numbers(5).map(() => claim({ guard_id, tool_call: { id: newId('call'), name: 'upload', arguments: { text: 'x'.repeat(600_000) } } })));
    const page = (await one.read.list({ guard_id, limit: 5 })) as { ok: { data: unknown[]; next_cursor: string | null } };
    expect(page.ok.data).toHaveLength(3);
    expect(page.ok.next_cursor).not.toBeNull();
  });

  it('shows nothing as pending whose time is over, and has settled it', async () => {
    const [listed, got, asked] = [await parked({ guard_id: 'late' }), await parked({ guard_id: 'late-too' }), await parked()];
    for (const { answer } of [listed, got, asked]) await timePasses(answer, 60 * minute);
    expect(await one.read.list({ guard_id: 'late', limit: 10, status: 'pending' })).toMatchObject({ ok: { data: [] } });
    expect(await one.read.get({ guard_id: 'late-too', approval_id: got.answer.approval_id! })).toMatchObject({ ok: { status: 'expired' } });
    expect(await one.read.statuses({ approvals: [{ guard_id: guard, approval_id: asked.answer.approval_id! }] })).toEqual({ statuses: [{ guard_id: guard, approval_id: asked.answer.approval_id, status: 'expired' }] });
    for (const { answer } of [listed, got, asked]) expect((await one.audit(answer)).at(-1)).toEqual(['expired', 'system']);
  });

  it('shows an agent its own approvals only', async () => {
    const { asked, answer } = await parked();
    const request = { guard_id: guard, approval_id: answer.approval_id! };
    expect(await one.read.get({ ...request, asked_by: asked.key_id })).toMatchObject({ ok: { id: answer.approval_id } });
    expect(await one.read.get({ ...request, asked_by: 'other' })).toMatchObject(refused(404, 'approval_not_found'));
    expect(await one.read.get({ ...request, guard_id: 'other' })).toMatchObject(refused(404, 'approval_not_found'));
  });

  it('tells the states of many, and leaves out what it does not know', async () => {
    const [waiting, ready] = [await parked(), await approved()];
    const keys = [waiting, ready].map(({ answer }) => ({ guard_id: guard, approval_id: answer.approval_id! }));
    const { statuses } = await one.read.statuses({ approvals: [...keys, { guard_id: guard, approval_id: newId('apr') }, { ...keys[0]!, guard_id: 'other' }] });
    expect(statuses).toHaveLength(2);
    expect(statuses).toEqual(expect.arrayContaining([{ ...keys[0], status: 'pending' }, { ...keys[1], status: 'approved' }]));
  });
});

describe('what is at rest', () => {
  it('holds no argument, no context and nothing that matched in the open', async () => {
    const { answer } = await parked({ tool_call: { id: newId('call'), name: 'pay', arguments: { iban: 'DE02120300000000202051' } }, context: { note: 'Geheimnis' }, findings: { risk_score: 0.8, threats_detected: ['path_traversal'], threats: [{ ...threat, match: 'Fundstelle' }] } });
    const dump = JSON.stringify(await administered("SELECT a.*, encode(sealed_call, 'escape') AS raw, (SELECT string_agg(detail, ' ') FROM approval_workflow.audit) AS trail FROM approval_workflow.approvals a WHERE approval_id = $1", [answer.approval_id]));
    expect(dump).not.toMatch(/DE0212|Geheimnis|Fundstelle/);
  });

  it('changed, or moved to another row, is an error and never other arguments', async () => {
    const [changed, moved, whole] = [await parked({ guard_id: 'tampered' }), await parked({ guard_id: 'tampered' }), await parked({ guard_id: 'tampered' })];
    await administered('UPDATE approval_workflow.approvals SET sealed_call = set_byte(sealed_call, 25, get_byte(sealed_call, 25) # 1) WHERE approval_id = $1', [changed.answer.approval_id]);
    await administered('UPDATE approval_workflow.approvals SET sealed_call = (SELECT sealed_call FROM approval_workflow.approvals WHERE approval_id = $2) WHERE approval_id = $1', [moved.answer.approval_id, whole.answer.approval_id]);
    for (const { answer } of [changed, moved]) {
      const key = { guard_id: 'tampered', approval_id: answer.approval_id! };
      await expect(one.read.get(key)).rejects.toThrow(SealBroken);
      await expect(one.settle.vote({ ...key, actor: bob, choice: 'approve' })).rejects.toThrow(SealBroken);
      expect(await one.read.statuses({ approvals: [key] })).toMatchObject({ statuses: [{ status: 'pending' }] });
    }
    expect(await one.read.list({ guard_id: 'tampered', limit: 10 })).toMatchObject({ ok: { data: [{ id: whole.answer.approval_id }], next_cursor: null } });
  });

  it('is an audit trail that cannot be rewritten, not even by the service', async () => {
    const { answer } = await approved();
    for (const statement of ["UPDATE audit SET actor = 'key:mallory'", 'DELETE FROM audit', 'TRUNCATE audit']) await expect(one.db.query(statement)).rejects.toThrow(/append-only/);
    expect(await one.audit(answer)).toHaveLength(3);
  });
});

describe('deadlines', () => {
  it('are settled soon after by a sweep, also one that starts later, and shared by several', async () => {
    const expiring = await Promise.all(numbers(30).map(() => parked()));
    const lapsing = await Promise.all(numbers(5).map(() => approved()));
    for (const { answer } of [...expiring, ...lapsing]) await timePasses(answer, 60 * minute);
    const sweeps = [one, two].map(({ approvals }) => new DeadlineSweep({ approvals, log }));
    for (const sweep of sweeps) sweep.start();
    await eventually(async () => {
      const rows = await administered<{ status: string }>('SELECT status FROM approval_workflow.approvals WHERE approval_id = ANY($1)', [[...expiring, ...lapsing].map(({ answer }) => answer.approval_id)]);
      return rows.filter(({ status }) => status === 'expired').length === 30 && rows.filter(({ status }) => status === 'lapsed').length === 5;
    });
    await Promise.all(sweeps.map((sweep) => sweep.stop()));
    for (const { answer } of expiring) expect(await one.audit(answer)).toEqual([['parked', expect.any(String)], ['expired', 'system']]);
  });

  it('fire on a running sweep without anybody asking', async () => {
    const sweep = new DeadlineSweep({ approvals: one.approvals, log });
    sweep.start();
    const { answer } = await parked({ timeout_minutes: 0.005 });
    await eventually(() => one.changes.some(({ approval, events }) => approval.approvalId === answer.approval_id && events.some((event) => event.type === 'approval-settled' && event.status === 'expired')));
    await sweep.stop();
  });

  it('leave the rest alone', async () => {
    const [waiting, ready] = [await parked(), await approved()];
    await one.approvals.settleOverdue({ limit: 1_000, lockedRows: 'skip' });
    expect([(await one.shown(waiting.answer)).status, (await one.shown(ready.answer)).status]).toEqual(['pending', 'approved']);
  });
});

const guard = 'default';
const log = createLogger({ service: 'test', level: 'silent' });
const bob: Actor = { key_id: 'bob', owner_email: 'bob@example.com', roles: ['approver'], guards: '*' };
const carol: Actor = { key_id: 'carol', owner_email: 'carol@example.com', roles: ['approver'], guards: [guard] };
const agent: Actor = { key_id: 'agent', roles: ['agent'], guards: [guard] };
const password = 'test-password';

type Replica = Awaited<ReturnType<typeof replica>>;
type Shown = Extract<Awaited<ReturnType<ReadApprovals['get']>>, { ok: unknown }>['ok'];

async function migrated(adminUrl: string): Promise<void> {
  await migrate({ adminUrl, database: new URL(adminUrl).pathname.slice(1), services: [{ service: schema, password, migrations }], log });
}

/** All of one replica but its messages, on connections of its own. */
async function replica() {
  const url = new URL(database.url);
  url.username = schema;
  url.password = password;
  const db: DataSource = await openDatabase({ url: url.href, schema, applicationName: 'test', entities: [OutboxRow], poolSize: 12, log });
  const changes: Change[] = [];
  const approvals = new Approvals({ db, onCommitted: (committed) => changes.push(...committed) });
  const seal = new Seal(Buffer.alloc(32, 5));
  const claims = new ClaimApprovals({ approvals, seal, log });
  const read = new ReadApprovals({ approvals, seal, log, maxPageBytes: 2_000_000 });
  const settle = new SettleApprovals({ approvals, seal });
  const claimOne = async (asked: ApprovalClaim): Promise<ClaimAnswer> => (await claims.all([asked]))[0]!;
  return {
    db,
    approvals,
    changes,
    claims,
    read,
    settle,
    verdicts: new ReportVerdicts({ approvals, log }),
    claim: claimOne,
    /** As another request of the same caller. */
    again: (asked: ApprovalClaim) => claimOne({ ...asked, request_id: newId('req'), release_record: recordOf(asked, newId('dec')) }),
    votes: (answer: ClaimAnswer, actor: Actor, choice: 'approve' | 'reject', comment?: string, arguments_hash?: string) =>
      settle.vote({ guard_id: guard, approval_id: answer.approval_id!, actor, choice, comment, arguments_hash }),
    cancels: (answer: ClaimAnswer, actor: Actor, comment?: string) => settle.cancel({ guard_id: guard, approval_id: answer.approval_id!, actor, comment }),
    shown: async (answer: ClaimAnswer, guard_id = guard): Promise<Shown> => {
      const reply = await read.get({ guard_id, approval_id: answer.approval_id! });
      if ('refused' in reply) throw new Error(reply.refused.detail);
      return reply.ok;
    },
    audit: async (answer: ClaimAnswer) => (await db.query<{ event: string; actor: string }[]>('SELECT event, actor FROM audit WHERE approval_id = $1 ORDER BY id', [answer.approval_id])).map(({ event, actor }) => [event, actor]),
  };
}

async function parked(change: Partial<ApprovalClaim> = {}): Promise<{ asked: ApprovalClaim; answer: ClaimAnswer }> {
  const asked = claim(change);
  const answer = await one.claim(asked);
  expect(answer.state).toBe('pending');
  return { asked, answer };
}

async function approved(change: Partial<ApprovalClaim> = {}): Promise<{ asked: ApprovalClaim; answer: ClaimAnswer }> {
  const { asked, answer } = await parked(change);
  expect(await one.votes(answer, bob, 'approve')).toMatchObject({ ok: { status: 'approved' } });
  return { asked, answer };
}

/** For one approval: everything about it happened so much earlier. */
async function timePasses({ approval_id }: ClaimAnswer, ms: number): Promise<void> {
  const times = ['created_at', 'expires_at', 'settled_at', 'approved_at', 'lapses_at', 'released_at', 'replay_until'].map((column) => `${column} = ${column} - ${ms}`);
  await administered(`UPDATE approval_workflow.approvals SET ${times.join(', ')} WHERE approval_id = $1`, [approval_id]);
}

async function administered<T>(statement: string, values: unknown[] = []): Promise<T[]> {
  return await one.db.query<T[]>(statement, values);
}

async function outboxOf({ tool_call }: ApprovalClaim): Promise<readonly object[]> {
  const rows = await administered<{ topic: string; msg_id: string; body: string }>('SELECT topic, msg_id, body FROM approval_workflow.outbox WHERE body LIKE $1', [`%${tool_call.id}%`]);
  return rows.map(({ topic, msg_id, body }) => ({ topic, msgId: msg_id, decisions: (JSON.parse(body) as { decisions: unknown[] }).decisions }));
}

const threat: Threat = { type: 'path_traversal', severity: 'high', rule: 'paths.climbs', path: '/path', start: 0, end: 9, match: '../../etc', message: 'climbs out of its folder' };

function claim(change: Partial<ApprovalClaim> = {}): ApprovalClaim {
  const asked: Omit<ApprovalClaim, 'release_record'> = {
    request_id: newId('req'),
    guard_id: guard,
    key_id: 'agent-key',
    session_id: 'session',
    end_user_id: 'user',
    agent_id: 'agent',
    tool_call: { id: newId('call'), name: 'pay', type: 'function', arguments: { amount: 10 } },
    arguments_hash: 'a'.repeat(64),
    policy_id: 'pol_1',
    policy_version: 7,
    quorum: 1,
    timeout_minutes: 60,
    release_minutes: 60,
    replay_seconds: 60,
    ...change,
  };
  return { ...asked, release_record: change.release_record ?? recordOf(asked, newId('dec')) };
}

function recordOf({ tool_call, guard_id, session_id, key_id, request_id, arguments_hash }: Omit<ApprovalClaim, 'release_record'>, id: string): ApprovalClaim['release_record'] {
  return {
    id,
    guard_id,
    session_id,
    key_id,
    request_id,
    arguments_hash,
    tool_name: tool_call.name,
    tool_call_id: tool_call.id,
    action: 'allow',
    risk_score: 0,
    threats: [],
    threats_detected: [],
    policy_matched: 'Approve payments',
    message: 'approved',
    metadata: { decision_id: id, scanner: 'none', policy_id: 'pol_1', policy_version: 7, trace_id: 'trace', replayed: false },
    created_at: '2026-01-01T00:00:00.000Z',
  };
}

function verdict({ guard_id, key_id, session_id, end_user_id, agent_id, tool_call, arguments_hash }: ApprovalClaim, { approval_id }: ClaimAnswer, change: Partial<NamedVerdict> = {}): NamedVerdict {
  return {
    approval_id: approval_id!,
    guard_id,
    key_id,
    session_id,
    end_user_id,
    agent_id,
    call_id: tool_call.id,
    tool_name: tool_call.name,
    tool_type: tool_call.type,
    arguments_hash,
    action: 'allow',
    policy_id: 'pol_9',
    policy_version: 7,
    ...change,
  };
}

function refused(status: number, code: string, detail?: string): { refused: Partial<Refusal> } {
  return { refused: { status: status as Refusal['status'], code, ...(detail === undefined ? {} : { detail }) } };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
