import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import type { Actor, IfMatch, Reply } from '@holdpoint/contracts';
import { openDatabase } from '@holdpoint/persistence';
import { createLogger } from '@holdpoint/runtime';
import { createTestDatabase, type TestDatabase } from '@holdpoint/test-kit';
import type { DataSource } from 'typeorm';
import { GuardsRepository } from '../guards/guards.repository.ts';
import { migrateAndBootstrap } from '../migrate-and-bootstrap.ts';
import { PoliciesRepository } from './policies.repository.ts';

const passwords = { policyAdminPassword: 'policy-admin-test', decisionLogPassword: 'decision-log-test' };
const log = createLogger({ service: 'test', level: 'silent' });
const root: Actor = { key_id: 'ROOTROOTROOT', roles: ['admin'], guards: '*' };

jest.setTimeout(30_000);

/** Two replicas share nothing but the database. */
let database: TestDatabase;
let replicas: DataSource[];
let guards: GuardsRepository;
let ann: PoliciesRepository;
let bob: PoliciesRepository;

beforeAll(async () => {
  database = await createTestDatabase('policy changes');
  await migrateAndBootstrap({ adminUrl: database.url, database: database.name, ...passwords, adminKey: undefined }, log);
  const url = new URL(database.url);
  url.username = 'policy_admin';
  url.password = passwords.policyAdminPassword;
  replicas = await Promise.all([1, 2].map((at) => openDatabase({ url: url.href, schema: 'policy_admin', applicationName: `replica-${at}`, entities: [], poolSize: 4, log })));
  [ann, bob] = replicas.map((db) => new PoliciesRepository(db)) as [PoliciesRepository, PoliciesRepository];
  guards = new GuardsRepository(replicas[0]!);
}, 120_000);

afterAll(async () => {
  await Promise.all(replicas.map((db) => db.destroy()));
  await database.drop();
}, 60_000);

describe('two admins who edit at once', () => {
  it('never lose one’s change: of edits that go by the same tag one counts, and the other is told the present one', async () => {
    const guard = await newGuard();
    const { value: policy, etag: read } = ok(await ann.create(by(guard), draft({})));
    const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? ann : bob).update(by(guard, [read!]), policy.id, { description: `edit ${at}` })));
    const [won, ...others] = answers.filter((answer) => 'ok' in answer);
    expect(others).toEqual([]);
    const now = ok(await ann.get(root, guard, policy.id));
    expect(now).toMatchObject({ description: ok(won!).value.description, etag: ok(won!).etag });
    const lost = answers.filter((answer) => 'refused' in answer).map(refusal);
    expect(lost).toHaveLength(9);
    for (const refused of lost) expect(refused).toMatchObject({ status: 412, code: 'precondition_failed', etag: now.etag, detail: expect.stringContaining(now.etag) });
    expect(ok(await bob.update(by(guard, [now.etag]), policy.id, { is_active: false })).value).toMatchObject({ description: now.description, is_active: false });
  });

  it('who read the list before the other one wrote cannot reorder, or add to, what they have not seen', async () => {
    const guard = await newGuard();
    const [a, b] = [ok(await ann.create(by(guard), draft({}))).value, ok(await ann.create(by(guard), draft({}))).value];
    const { etag: read } = await list(guard);
    const reorders = await Promise.all([ann.reorder(by(guard, [read]), [b.id, a.id]), bob.reorder(by(guard, [read]), [b.id, a.id])]);
    expect(reorders.filter((answer) => 'ok' in answer)).toHaveLength(1);
    const { etag: now } = await list(guard);
    expect(reorders.flatMap((answer) => ('refused' in answer ? [answer.refused] : []))).toMatchObject([{ status: 412, etag: now }]);
    expect(refusal(await bob.create(by(guard, [read]), draft({})))).toMatchObject({ status: 412, etag: now });
    ok(await bob.create(by(guard, [read, now]), draft({})));
  });

  it('cannot delete what the other one has just changed', async () => {
    const guard = await newGuard();
    const { value: policy, etag: read } = ok(await ann.create(by(guard), draft({})));
    const { etag: now } = ok(await bob.update(by(guard), policy.id, { action: 'block' }));
    expect(refusal(await ann.delete(by(guard, [read!]), policy.id))).toMatchObject({ status: 412, etag: now });
    const gone = ok(await ann.delete(by(guard, [now!]), policy.id));
    expect(gone.etag).toBeUndefined();
    expect(refusal(await ann.update(by(guard, [now!]), policy.id, {}))).toMatchObject({ status: 404 });
    expect(refusal(await ann.update(by(guard, '*'), policy.id, {}))).toMatchObject({ status: 404 });
  });

  it.each<[string, IfMatch | undefined, boolean]>([
    ['without a condition write on what is there', undefined, true],
    ['with `*` write on anything that is there', '*', true],
    ['with one good tag among several write', ['"other"', 'THE TAG'], true],
    ['with other tags only do not', ['"other"', '"1"', '"2"'], false],
    ['with weak tags only (none is left to compare) do not', [], false],
  ])('%s', async (_what, condition, counts) => {
    const guard = await newGuard();
    const { value: policy, etag } = ok(await ann.create(by(guard), draft({})));
    const ifMatch = Array.isArray(condition) ? condition.map((tag) => (tag === 'THE TAG' ? etag! : tag)) : condition;
    expect('ok' in (await ann.update(by(guard, ifMatch), policy.id, { priority: 3 }))).toBe(counts);
  });

  it('are told of a stale read before anything is said of what they sent; what does not exist comes first', async () => {
    const guard = await newGuard();
    const { value: policy, etag } = ok(await ann.create(by(guard), draft({})));
    expect(refusal(await ann.update(by(guard, ['"old"']), policy.id, { priority: 'high' }))).toMatchObject({ status: 412 });
    expect(refusal(await ann.update(by(guard, [etag!]), policy.id, { priority: 'high' }))).toMatchObject({ status: 400 });
    expect(refusal(await ann.update(by(guard, ['"old"']), 'pol_unknown', {}))).toMatchObject({ status: 404 });
    expect(refusal(await ann.update({ ...by(guard, ['"old"']), actor: { ...root, roles: ['auditor'] } }, policy.id, {}))).toMatchObject({ status: 403 });
  });
});

describe('a tag', () => {
  it('of a policy is the same in every answer that shows it, and another after every change, also one back and forth', async () => {
    const guard = await newGuard();
    const { value: policy, etag: first } = ok(await ann.create(by(guard), draft({ conditions: { arguments: { '/__proto__': { eq: { '2': 1, '1': 'é' } } } } })));
    expect(first).toMatch(/^"[\w-]{22}"$/);
    expect(ok(await bob.get(root, guard, policy.id)).etag).toBe(first);
    const there = ok(await ann.update(by(guard), policy.id, { priority: 7 })).etag;
    const back = ok(await ann.update(by(guard), policy.id, { priority: 0 })).etag;
    expect(new Set([first, there, back]).size).toBe(3);
    expect(ok(await bob.get(root, guard, policy.id)).etag).toBe(back);
  });

  it('of the list is the number of the policy set: another after every write, to a policy, the order or the settings', async () => {
    const guard = await newGuard();
    expect(await list(guard)).toEqual({ data: [], next_cursor: null, etag: '"1"' });
    const [a, b] = [ok(await ann.create(by(guard), draft({}))).value, ok(await ann.create(by(guard), draft({}))).value];
    expect((await list(guard)).etag).toBe('"3"');
    expect(ok(await ann.reorder(by(guard), [b.id, a.id])).etag).toBe('"4"');
    ok(await guards.update(root, guard, { default_action: 'block' }));
    expect((await list(guard)).etag).toBe('"5"');
  });
});

const draft = (fields: object) => ({ name: 'n', tool_pattern: '*', action: 'allow', ...fields });
const by = (guardId: string, ifMatch?: IfMatch) => ({ actor: root, guardId, ifMatch });
const list = async (guard: string) => ok(await ann.list(root, guard, { limit: 200 }));

let made = 0;
async function newGuard(): Promise<string> {
  const id = `guard-${(made += 1)}`;
  return ok(await guards.create(root, { id, name: id })).value.id;
}

function ok<T>(reply: Reply<T>): T {
  if ('refused' in reply) throw new Error(`refused: ${JSON.stringify(reply.refused)}`);
  return reply.ok;
}

function refusal(reply: Reply<unknown>) {
  if ('ok' in reply) throw new Error('not refused');
  return reply.refused;
}
