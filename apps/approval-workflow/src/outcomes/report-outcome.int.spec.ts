import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { OutcomeReport } from '@holdpoint/contracts';
import { createTestDatabase, type TestDatabase } from '@holdpoint/test-kit';
import { again, claim, guard, migrated, openWorkflow, type Workflow } from '../testing/workflow.ts';

jest.setTimeout(60_000);

let database: TestDatabase;
let one: Workflow;
let two: Workflow;

beforeAll(async () => {
  database = await createTestDatabase('outcomes', migrated);
  [one, two] = await Promise.all([openWorkflow(database), openWorkflow(database)]);
}, 120_000);

afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await database.drop();
});

describe('an outcome', () => {
  it('of a released call ends its replay, with an audit row, and is shown with the approval', async () => {
    const { asked, id } = await released();
    expect(await one.claim(again(asked))).toMatchObject({ state: 'replayed' });
    expect(await reports(asked, { status: 'executed', detail: 'payment 17' })).toEqual({
      ok: { session_id: 'session', tool_call_id: asked.tool_call.id, status: 'executed', detail: 'payment 17', reported_at: expect.any(String) },
    });
    expect(await one.claim(again(asked))).toMatchObject({ state: 'already_released' });
    expect(await one.audit(id)).toEqual(['parked', 'voted', 'approved', 'released', 'outcome_reported']);
    expect((await one.shown(id)).outcome).toEqual({ status: 'executed', detail: 'payment 17', reported_at: expect.any(String) });
  });

  it('counts once: the same again is answered the same, a different one is refused', async () => {
    const { asked, id } = await released();
    const first = await reports(asked, { status: 'failed' });
    expect(await reports(asked, { status: 'failed' })).toEqual(first);
    expect(await reports(asked, { status: 'executed' })).toMatchObject({ refused: { status: 409, code: 'outcome_already_reported' } });
    expect((await one.shown(id)).outcome?.status).toBe('failed');
    expect((await one.audit(id)).filter((event) => event === 'outcome_reported')).toHaveLength(1);
  });

  it.each(['parked', 'never parked'])('that comes many times at once for a call that was %s counts once', async (kind) => {
    const asked = kind === 'parked' ? (await released()).asked : claim();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => [one, two][n % 2]!.outcomes.report({ guard_id: guard, key_id: asked.key_id, report: report(asked, { status: n % 4 < 2 ? 'executed' : 'failed' }) })),
    );
    const accepted = answers.flatMap((answer) => ('ok' in answer ? [answer.ok] : []));
    expect(accepted).toHaveLength(10);
    expect(new Set(accepted.map(({ status, reported_at }) => `${status} ${reported_at}`)).size).toBe(1);
    expect(await one.query('SELECT 1 FROM outcomes WHERE call_id = $1', [asked.tool_call.id])).toHaveLength(1);
  });

  it('of a call that was never parked is kept', async () => {
    const asked = claim();
    expect(await reports(asked, { status: 'unknown' })).toMatchObject({ ok: { status: 'unknown' } });
    expect(await reports(asked, { status: 'executed' })).toMatchObject({ refused: { code: 'outcome_already_reported' } });
  });

  it('of a call that waits for a person or for its release is refused, and none is kept', async () => {
    const asked = claim();
    const id = await one.park(asked);
    expect(await reports(asked, { status: 'executed' })).toMatchObject({ refused: { status: 409, code: 'not_released' } });
    await one.votes(id, 'approve');
    expect(await reports(asked, { status: 'executed' })).toMatchObject({ refused: { status: 409, code: 'not_released' } });
    expect(await one.claim(again(asked))).toMatchObject({ state: 'released' });
    expect(await reports(asked, { status: 'executed' })).toMatchObject({ ok: { status: 'executed' } });
  });

  it('of a call that a person rejected is kept: somebody may have to know', async () => {
    const asked = claim();
    const id = await one.park(asked);
    await one.votes(id, 'reject');
    expect(await reports(asked, { status: 'executed' })).toMatchObject({ ok: { status: 'executed' } });
    expect(await one.shown(id)).toMatchObject({ status: 'rejected', outcome: { status: 'executed' } });
  });

  it('by another key than the asker’s moves and shows nothing', async () => {
    const { asked, id } = await released();
    expect(await reports({ ...asked, key_id: 'other-key' }, { status: 'failed' })).toMatchObject({ ok: { status: 'failed' } });
    expect(await one.claim(again(asked))).toMatchObject({ state: 'replayed' });
    expect((await one.shown(id)).outcome).toBeUndefined();
  });
});

async function released() {
  const asked = claim();
  const id = await one.park(asked);
  await one.votes(id, 'approve');
  expect(await one.claim(again(asked))).toMatchObject({ state: 'released' });
  return { asked, id };
}

function report({ session_id, tool_call }: ReturnType<typeof claim>, outcome: Pick<OutcomeReport, 'status' | 'detail'>): OutcomeReport {
  return { session_id, tool_call_id: tool_call.id, ...outcome };
}

async function reports(asked: ReturnType<typeof claim>, outcome: Pick<OutcomeReport, 'status' | 'detail'>) {
  return await one.outcomes.report({ guard_id: guard, key_id: asked.key_id, report: report(asked, outcome) });
}
