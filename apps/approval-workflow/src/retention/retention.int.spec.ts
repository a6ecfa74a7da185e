import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Messaging } from '@holdpoint/messaging';
import { createTestDatabase, type TestDatabase } from '@holdpoint/test-kit';
import { again, claim, guard, log, migrated, openWorkflow, type Workflow } from '../testing/workflow.ts';
import { Retention } from './retention.ts';

jest.setTimeout(60_000);

const day = 24 * 3_600_000;

let database: TestDatabase;
let one: Workflow;

beforeAll(async () => {
  database = await createTestDatabase('retention', migrated);
  one = await openWorkflow(database);
}, 120_000);

afterAll(async () => {
  await one.close();
  await database.drop();
});

describe('what is older than its guard keeps it', () => {
  it('goes with its votes, its audit trail and its outcome', async () => {
    const [old, young] = [await rejected(), await rejected()];
    await one.timePasses(old, 31 * day);
    await one.timePasses(young, 29 * day);
    await one.query('INSERT INTO outcomes (guard_id, session_id, call_id, key_id, status, at) VALUES ($1, $2, $3, $4, $5, 1)', [guard, 's', 'c', 'k', 'executed']);
    await retention({ [guard]: 30 }).enforce();
    expect(await left([old, young])).toEqual([young]);
    expect(await one.audit(old)).toEqual([]);
    expect(await one.audit(young)).toEqual(['parked', 'voted', 'rejected']);
    expect(await one.query('SELECT 1 FROM votes WHERE approval_id = $1', [old])).toEqual([]);
    expect(await one.query('SELECT 1 FROM outcomes WHERE session_id = $1', ['s'])).toEqual([]);
  });

  it('stays while it is open, or came as an event that has no final decision', async () => {
    const [pending, approved, unfinished, finished] = [await one.park(claim()), await one.park(claim()), await rejected('a'), await rejected('b')];
    await one.votes(approved, 'approve');
    await one.eventCalls.finish([finished]);
    for (const id of [pending, approved, unfinished, finished]) await one.timePasses(id, 1_000 * day);
    await retention({ [guard]: 1 }).enforce();
    expect(await left([pending, approved, unfinished, finished])).toEqual([pending, approved, unfinished]);
  });

  it('cannot be deleted by mistake while it is open, nor an audit row without its approval', async () => {
    const [pending, unfinished] = [await one.park(claim()), await rejected('c')];
    await expect(one.query('DELETE FROM approvals WHERE approval_id = $1', [pending])).rejects.toThrow('an open approval is not deleted');
    await expect(one.query('DELETE FROM approvals WHERE approval_id = $1', [unfinished])).rejects.toThrow('an unfinished event call is not deleted');
    await expect(one.query('DELETE FROM audit WHERE approval_id = $1', [pending])).rejects.toThrow('append-only');
  });

  it('counts from the release where a call was approved long before it ran', async () => {
    const asked = claim({ release_minutes: 30 * 24 * 60 });
    const id = await one.park(asked);
    await one.votes(id, 'approve');
    await one.timePasses(id, 5 * day);
    expect(await one.claim(again(asked))).toMatchObject({ state: 'released', approval_id: id });
    await retention({ [guard]: 1 }).enforce();
    expect(await one.claim(again(asked))).toMatchObject({ state: 'replayed', approval_id: id });
    expect(await one.audit(id)).toEqual(['parked', 'voted', 'approved', 'released']);
    await one.timePasses(id, 2 * day);
    await retention({ [guard]: 1 }).enforce();
    expect(await left([id])).toEqual([]);
  });

  it('stays when nobody says how long its guard keeps it, or the guard keeps it longer', async () => {
    const id = await rejected();
    await one.timePasses(id, 31 * day);
    await retention({ other: 1 }).enforce();
    await retention({ [guard]: 32 }).enforce();
    expect(await left([id])).toEqual([id]);
  });

  it('goes though it replaced another, and was replaced itself', async () => {
    const asked = claim();
    const [stale, heir] = [await one.park(asked), await one.park(again(asked, { policy_id: 'pol_2', policy_version: 8 }))];
    await one.timePasses(stale, 31 * day);
    await retention({ [guard]: 30 }).enforce();
    expect(await left([stale, heir])).toEqual([heir]);
  });

  it('goes by two replicas at once, all of it', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => rejected()));
    for (const id of ids) await one.timePasses(id, 31 * day);
    await Promise.all([retention({ [guard]: 30 }).enforce(), retention({ [guard]: 30 }).enforce()]);
    await retention({ [guard]: 30 }).enforce();
    expect(await left(ids)).toEqual([]);
  });
});

/** By the word of a policy-admin that keeps these guards for so many days. */
function retention(days: Readonly<Record<string, number>>): Retention {
  const guards = Object.entries(days).map(([id, retention_days]) => ({ id, retention_days, failure_mode: 'closed', max_policy_staleness_seconds: 60, deleted: false }));
  const messaging = { request: async () => ({ revision: 1, more: false, keys: [], guards, live_evaluators: 0 }) } as unknown as Pick<Messaging, 'request'>;
  return new Retention({ messaging, db: one.db, log });
}

async function rejected(event?: string): Promise<string> {
  const id = await one.park(claim(event === undefined ? {} : { event_key: event.repeat(64) }));
  await one.votes(id, 'reject');
  return id;
}

async function left(ids: readonly string[]): Promise<string[]> {
  const rows = await one.query<{ approval_id: string }>('SELECT approval_id FROM approvals WHERE approval_id = ANY($1)', [ids]);
  return ids.filter((id) => rows.some(({ approval_id }) => approval_id === id));
}
