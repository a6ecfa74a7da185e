import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import { type Actor, LoggedDecision, type Reply } from '@holdpoint/contracts';
import { openDatabase } from '@holdpoint/persistence';
import { createLogger, newId } from '@holdpoint/runtime';
import { createTestDatabase, type TestDatabase } from '@holdpoint/test-kit';
import type { DataSource } from 'typeorm';
import { migrateAndBootstrap } from '../migrate-and-bootstrap.ts';
import type { DecisionRow } from './decision-row.ts';
import { DecisionsRepository } from './decisions.repository.ts';
import { type DecisionQuery, pageSql } from './logged-decision.ts';
import { ensurePartitions } from './partitions.ts';

const passwords = { policyAdminPassword: 'policy-admin-test', decisionLogPassword: 'decision-log-test', evaluatorPassword: 'evaluator-test' };
const log = createLogger({ service: 'test', level: 'silent' });

jest.setTimeout(60_000);

let database: TestDatabase;
let db: DataSource;
let decisions: DecisionsRepository;

beforeAll(async () => {
  database = await createTestDatabase('reviews');
  await migrateAndBootstrap({ adminUrl: database.url, database: database.name, ...passwords, adminKey: undefined }, log);
  const url = new URL(database.url);
  url.username = 'decision_log';
  url.password = passwords.decisionLogPassword;
  db = await openDatabase({ url: url.href, schema: 'decision_log', entities: [], applicationName: 'reviews-test' });
  decisions = new DecisionsRepository(db);
}, 120_000);

afterAll(async () => {
  await db.destroy();
  await database.drop();
}, 60_000);

describe('a flagged decision', () => {
  it('waits for a review until it has one, which says who and when', async () => {
    const guard = await logged('waits', ['allow', 'warn', 'block', 'warn']);
    const ids = await idsOf(guard, { flagged: true });
    expect(ids).toHaveLength(2);
    expect(await idsOf(guard, { reviewed: false })).toEqual(ids);
    expect(await idsOf(guard, { reviewed: true })).toEqual([]);
    const [newest = ''] = ids;
    const reviewed = ok(await review(guard, newest, { verdict: 'acceptable', comment: 'a migration' }));
    expect(LoggedDecision.parse(reviewed)).toEqual(reviewed);
    expect(reviewed).toMatchObject({ id: newest, flagged: true, review: { verdict: 'acceptable', comment: 'a migration', reviewed_by: 'key:auditor00000', reviewed_at: expect.stringMatching(/^\d{4}-.*Z$/) } });
    expect(ok(await decisions.get(guard, newest))).toEqual(reviewed);
    expect(await idsOf(guard, { reviewed: false })).toEqual(ids.slice(1));
    expect(await idsOf(guard, { reviewed: true })).toEqual([newest]);
    expect(await idsOf(guard, { flagged: true })).toEqual(ids);
  });

  it('keeps its first review, whoever comes later or at the same time', async () => {
    const guard = await logged('first', ['warn']);
    const [id = ''] = await idsOf(guard, {});
    const answers = await Promise.all(['one', 'two', 'three', 'four'].map((comment) => review(guard, id, { comment })));
    const [winner] = answers.flatMap((answer) => ('ok' in answer ? [answer.ok.review] : []));
    expect(answers.filter((answer) => 'ok' in answer)).toHaveLength(1);
    for (const answer of answers) if ('refused' in answer) expect(answer.refused).toMatchObject({ status: 409, code: 'already_reviewed', detail: expect.stringContaining('key:auditor00000') });
    expect(ok(await decisions.get(guard, id)).review).toEqual(winner);
    expect(ok(await review(guard, id, { comment: winner?.comment })).review).toEqual(winner);
    expect(await review(guard, id, { comment: winner?.comment }, { ...auditor, key_id: 'another00000' })).toMatchObject({ refused: { code: 'already_reviewed' } });
    expect(await review(guard, id, { comment: winner?.comment, verdict: 'unacceptable' })).toMatchObject({ refused: { code: 'already_reviewed' } });
  });

  it('may be reviewed without a word', async () => {
    const guard = await logged('silent', ['warn']);
    const [id = ''] = await idsOf(guard, {});
    expect(ok(await review(guard, id, {})).review).toEqual({ reviewed_by: 'key:auditor00000', reviewed_at: expect.any(String) });
    expect('ok' in (await review(guard, id, {}))).toBe(true);
  });

  it.each<[string, Partial<Actor>, string, number]>([
    ['an agent', { roles: ['agent', 'approver'] }, 'rights', 403],
    ['a key of other guards', { guards: ['other'] }, 'rights', 404],
    ['a guard that it does not belong to', {}, 'elsewhere', 404],
    ['text that no column can hold', {}, '\0', 404],
  ])('is not reviewed by %s', async (_what, actor, asked, status) => {
    const guard = 'rights';
    if ((await idsOf(guard, {})).length === 0) await logged(guard, ['warn']);
    const [id = ''] = await idsOf(guard, {});
    expect(await review(asked, id, {}, { ...auditor, ...actor })).toMatchObject({ refused: { status } });
    expect(await idsOf(guard, { reviewed: false })).toEqual([id]);
  });

  it('is what a review is of: others are refused', async () => {
    const guard = await logged('plain', ['allow', 'block', 'sanitize', 'require_approval']);
    for (const id of await idsOf(guard, {})) expect(await review(guard, id, {})).toMatchObject({ refused: { status: 409, code: 'not_flagged' } });
    expect(await idsOf(guard, { flagged: true })).toEqual([]);
    expect(await idsOf(guard, { flagged: false })).toHaveLength(4);
    expect((await decisions.list({ guard_id: guard, limit: 9 }) as { ok: { data: LoggedDecision[] } }).ok.data.every((one) => !('flagged' in one) && !('review' in one))).toBe(true);
  });

  it('stays as it is when it is logged again, and takes its review along when its month is made or deleted', async () => {
    const at = Date.UTC(2037, 3, 2);
    const row = rowOf('moves', 'warn', at);
    await decisions.insert([row]);
    ok(await review('moves', row.id, { comment: 'seen' }));
    await decisions.insert([row]);
    await db.transaction((tx) => ensurePartitions(tx, at));
    expect(ok(await decisions.get('moves', row.id))).toMatchObject({ review: { comment: 'seen' } });
    await decisions.deleteOlder('moves', at + 1, () => true);
    expect(await decisions.get('moves', row.id)).toMatchObject({ refused: { status: 404 } });
  });
});

describe('a page of the log', () => {
  const guard = 'large';
  /** Of each thing that is asked for there are few, far from the newest, among many decisions and in several months. */
  const rare = { tool: 'rare_tool', session_id: 'rare_session', end_user_id: 'rare_user', policy_id: 'rare_policy', action: 'sanitize' as const };

  beforeAll(async () => {
    await db.query(`
      INSERT INTO decisions (id, guard_id, session_id, tool_name, action, policy_id, end_user_id, key_id, created_at, record)
      SELECT 'dec_' || lpad(n::text, 10, '0') || repeat('0', 16), '${guard}', 's' || n % 100, 'tool_' || n % 50, CASE WHEN n % 10 = 0 THEN 'block' ELSE 'allow' END, 'pol_' || n % 20, 'u' || n % 200, 'k', now(), '{"action":"allow"}'
      FROM generate_series(1, 40000) AS n`);
    for (const [place, [column, value]] of Object.entries({ tool_name: rare.tool, session_id: rare.session_id, end_user_id: rare.end_user_id, policy_id: rare.policy_id, action: rare.action }).entries()) {
      await db.query(`UPDATE decisions SET ${column} = $1 WHERE guard_id = '${guard}' AND id IN (SELECT id FROM decisions WHERE guard_id = '${guard}' ORDER BY id LIMIT 3 OFFSET ${100 + 10 * place})`, [value]);
    }
    await db.query(`UPDATE decisions SET action = 'warn' WHERE guard_id = '${guard}' AND id IN (SELECT id FROM decisions WHERE guard_id = '${guard}' ORDER BY id LIMIT 5 OFFSET 300)`);
    await db.query(`UPDATE decisions SET reviewed_at = now(), reviewed_by = 'key:k' WHERE guard_id = '${guard}' AND id IN (SELECT id FROM decisions WHERE guard_id = '${guard}' AND action = 'warn' ORDER BY id LIMIT 2)`);
    // Those that wait are found among many that do not any more.
    await db.query(`UPDATE decisions SET action = 'warn', reviewed_at = now(), reviewed_by = 'key:k' WHERE guard_id = '${guard}' AND id IN (SELECT id FROM decisions WHERE guard_id = '${guard}' ORDER BY id LIMIT 5000 OFFSET 1000)`);
    await db.query('VACUUM ANALYZE decisions');
  }, 120_000);

  it.each<[string, Partial<DecisionQuery>, number]>([
    ['tool', { tool: rare.tool }, 3],
    ['session', { session_id: rare.session_id }, 3],
    ['end user', { end_user_id: rare.end_user_id }, 3],
    ['policy', { policy_id: rare.policy_id }, 3],
    ['action', { action: rare.action }, 3],
    ['flagged', { flagged: true }, 51],
    ['flagged without a review', { reviewed: false }, 3],
    ['reviewed', { reviewed: true }, 51],
    ['nothing', {}, 51],
    ['not flagged', { flagged: false }, 51],
    ['time', { from: 0, to: 2 ** 47 }, 51],
  ])('of those with %s reads no more than it holds', async (_what, query, found) => {
    const page = pageSql({ guard_id: guard, limit: 50, ...query }, undefined);
    const [row] = await db.query<readonly [{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }]>(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${page?.sql ?? ''}`, [...(page?.parameters ?? [])]);
    const scans = nodesOf(row['QUERY PLAN'][0].Plan).filter((node) => node['Node Type'].endsWith('Scan') && node['Relation Name'] !== undefined);
    const total = (rowsOf: (node: PlanNode) => number) => scans.reduce((sum, node) => sum + rowsOf(node) * node['Actual Loops'], 0);
    expect(total((node) => node['Actual Rows'])).toBe(found);
    // Months with a handful of decisions may be read whole; the guard's 40,000 are not.
    expect(total((node) => node['Rows Removed by Filter'] ?? 0)).toBeLessThan(50);
  });

  it.each<Partial<DecisionQuery>>([{}, { flagged: true }, { reviewed: false }, { tool: 'tool_7', action: 'allow' }, { end_user_id: 'u7', session_id: 's7' }])('with %j goes on where the one before ended, and misses none', async (query) => {
    const whole = ok(await decisions.list({ guard_id: guard, limit: 200, ...query })).data.length;
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page: { data: LoggedDecision[]; next_cursor: string | null } = ok(await decisions.list({ guard_id: guard, limit: 40, ...query, ...(cursor !== undefined && { cursor }) }));
      seen.push(page.data.length);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined && seen.length < 5);
    expect(seen.reduce((sum, length) => sum + length, 0)).toBe(whole);
  });
});

type PlanNode = Readonly<{ 'Node Type': string; 'Relation Name'?: string; 'Actual Rows': number; 'Actual Loops': number; 'Rows Removed by Filter'?: number; Plans?: readonly PlanNode[] }>;
const nodesOf = (plan: PlanNode): readonly PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

const auditor: Actor = { key_id: 'auditor00000', roles: ['auditor'], guards: '*' };
const review = (guard_id: string, decision_id: string, given: Readonly<{ verdict?: 'acceptable' | 'unacceptable' | undefined; comment?: string | undefined }>, actor: Actor = auditor) => decisions.review({ actor, guard_id, decision_id, review: given });

async function idsOf(guard_id: string, query: Partial<DecisionQuery>): Promise<readonly string[]> {
  return ok(await decisions.list({ guard_id, limit: 50, ...query })).data.map(({ id }) => id);
}

function ok<T>(reply: Reply<T>): T {
  if ('refused' in reply) throw new Error(JSON.stringify(reply.refused));
  return reply.ok;
}

/** A guard with one decision of each of these actions. */
async function logged(guard: string, actions: readonly LoggedDecision['action'][]): Promise<string> {
  await decisions.insert(actions.map((action, place) => rowOf(guard, action, Date.now() + place)));
  return guard;
}

function rowOf(guard_id: string, action: LoggedDecision['action'], at: number): DecisionRow {
  const id = newId('dec', at);
  const created_at = new Date(at).toISOString();
  const metadata = { decision_id: id, scanner: 'none', policy_id: null, policy_version: 1, trace_id: 't' };
  const record = { id, guard_id, session_id: 's', tool_name: 't', key_id: 'k', request_id: 'r', arguments_hash: 'h', created_at, action, tool_call_id: 'c', risk_score: 0, threats_detected: [], threats: [], policy_matched: null, message: 'm', metadata };
  return { id, guard_id, session_id: 's', tool_name: 't', action, policy_id: null, end_user_id: null, agent_id: null, key_id: 'k', created_at, event_key: null, record: JSON.stringify(record) };
}
