import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import {
  type Actor,
  allContracts,
  AwaitActive,
  CreateGuard,
  CreateKey,
  CreatePolicy,
  DeleteGuard,
  DeletePolicy,
  GetGuard,
  GetPolicy,
  Health,
  ListGuards,
  ListKeys,
  ListPolicies,
  parseApiKey,
  permissionsOf,
  type Policy,
  type Reply,
  type RequestContract,
  ReorderPolicies,
  RenewLease,
  ReturnLease,
  RevisionChanged,
  RevokeKey,
  SyncAccess,
  UpdateGuard,
  UpdatePolicy,
} from '@holdpoint/contracts';
import { type Messaging, openMessaging } from '@holdpoint/messaging';
import { createLogger, Metrics, newId, type RunningService } from '@holdpoint/runtime';
import { createTestDatabase, eventually, startNats, type TestDatabase, type TestNats } from '@holdpoint/test-kit';
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import type { z } from 'zod';
import { migrateAndBootstrap } from './migrate-and-bootstrap.ts';
import { startPolicyAdmin } from './start-policy-admin.ts';

const passwords = { policyAdminPassword: 'policy-admin-test', decisionLogPassword: 'decision-log-test' };
const log = createLogger({ service: 'test', level: 'silent' });
const root: Actor = { key_id: 'ROOTROOTROOT', roles: ['agent', 'approver', 'admin', 'auditor'], guards: '*' };

jest.setTimeout(30_000);

let nats: TestNats;
let database: TestDatabase;
let replicas: RunningService[];
let gateway: Messaging;
let evaluator: Messaging;
let sql: Client;

beforeAll(async () => {
  [nats, database] = await Promise.all([
    startNats({ users: (['policy-admin', 'gateway', 'evaluator'] as const).map((user) => ({ user, permissions: permissionsOf(user, allContracts) })) }),
    createTestDatabase('policy admin'),
  ]);
  await migrateAndBootstrap({ adminUrl: database.url, database: database.name, ...passwords, adminKey: undefined }, log);
  const config = { nats: credentials('policy-admin'), databaseUrl: roleUrl(), logLevel: 'silent', operations: { host: '127.0.0.1', port: 0 } } as const;
  replicas = await Promise.all([1, 2].map(() => startPolicyAdmin(config, { log, metrics: new Metrics({ service: 'policy-admin' }), shutdown: new AbortController().signal })));
  gateway = await openMessaging({ ...credentials('gateway'), name: 'gateway', log });
  evaluator = await openMessaging({ ...credentials('evaluator'), name: 'evaluator', log });
  sql = new Client({ connectionString: database.url, options: '-c search_path=policy_admin' });
  await sql.connect();
}, 120_000);

afterAll(async () => {
  await sql.end();
  await Promise.all([gateway.close(), evaluator.close()]);
  await Promise.all(replicas.map((replica) => replica.stop()));
  await Promise.all([nats.stop(), database.drop()]);
}, 60_000);

describe('guards', () => {
  it('are made with defaults, listed by id, changed in part, and hidden from those who may not see them', async () => {
    const made = ok(await ask(CreateGuard, { actor: root, draft: { id: 'shop', name: 'Shop' } }));
    expect(made.value).toMatchObject({ id: 'shop', default_action: 'allow', failure_mode: 'closed', retention_days: 90, policy_version: 1 });

    const changed = ok(await ask(UpdateGuard, { actor: root, guard_id: 'shop', patch: { default_action: 'block' } }));
    expect(changed).toMatchObject({ policy_version: 2, value: { name: 'Shop', default_action: 'block', policy_version: 2 } });
    expect(changed.revision).toBeGreaterThan(made.revision);
    expect(ok(await ask(GetGuard, { actor: root, guard_id: 'shop' }))).toMatchObject({ default_action: 'block', policy_version: 2 });

    const stranger = admin(['other']);
    expect(refusal(await ask(GetGuard, { actor: stranger, guard_id: 'shop' }))).toMatchObject({ status: 404, code: 'guard_not_found' });
    expect(refusal(await ask(UpdateGuard, { actor: stranger, guard_id: 'shop', patch: {} }))).toMatchObject({ status: 404, code: 'guard_not_found' });
    expect(ok(await ask(ListGuards, { actor: stranger, limit: 10 })).data).toEqual([]);
    expect(refusal(await ask(CreateGuard, { actor: stranger, draft: { name: 'x' } }))).toMatchObject({ status: 403, code: 'all_guards_required' });
    expect(refusal(await ask(CreateGuard, { actor: root, draft: { id: 'shop', name: 'again' } }))).toMatchObject({ status: 409, code: 'guard_exists' });
    expect(ok(await ask(CreateGuard, { actor: root, draft: { name: 'nameless' } })).value.id).toMatch(/^g-[0-9a-f]{12}$/);
  });

  it('leave when deleted, for good, and their policies stop', async () => {
    const guard = await newGuard();
    const policy = await newPolicy(guard, {});
    const before = await revision();
    const gone = ok(await ask(DeleteGuard, { actor: root, guard_id: guard }));
    expect(refusal(await ask(GetGuard, { actor: root, guard_id: guard }))).toMatchObject({ status: 404 });
    expect(refusal(await ask(GetPolicy, { actor: root, guard_id: guard, policy_id: policy.id }))).toMatchObject({ status: 404, code: 'guard_not_found' });
    expect(refusal(await ask(CreateGuard, { actor: root, draft: { id: guard, name: 'back' } }))).toMatchObject({ status: 409, code: 'guard_exists' });
    const { sets } = await renew(newId('ev'), before);
    expect(sets).toMatchObject([{ guard_id: guard, version: gone.policy_version, deleted: true, policies: [] }]);
    expect((await sync(before)).guards).toMatchObject([{ id: guard, deleted: true }]);
  });

  it('can be paged through', async () => {
    const ids = ['page-a', 'page-b', 'page-c'];
    for (const id of ids) await newGuard(id);
    const actor = admin(ids);
    const first = ok(await ask(ListGuards, { actor, limit: 2 }));
    expect(first.data.map(({ id }) => id)).toEqual(['page-a', 'page-b']);
    const second = ok(await ask(ListGuards, { actor, limit: 2, cursor: first.next_cursor ?? '' }));
    expect(second).toMatchObject({ data: [{ id: 'page-c' }], next_cursor: null });
    expect(refusal(await ask(ListGuards, { actor, limit: 2, cursor: 'nonsense' }))).toMatchObject({ status: 400, errors: [{ path: '/cursor' }] });
  });
});

describe('policies', () => {
  it('are kept to the letter, changed in part, and removed', async () => {
    const guard = await newGuard();
    const conditions = JSON.parse('{"arguments": {"/__proto__": {"eq": {"__proto__": 1, "constructor": [1.5, "é"]}}}, "end_user_id": "u"}') as NonNullable<Policy['conditions']>;
    const made = ok(await ask(CreatePolicy, { actor: root, guard_id: guard, draft: { name: 'n', tool_pattern: 'pay_*', action: 'require_approval', conditions, approval_config: { timeout_minutes: 0.5 } } }));
    expect(made.policy_version).toBe(2);
    const { etag, ...read } = ok(await ask(GetPolicy, { actor: root, guard_id: guard, policy_id: made.value.id }));
    expect(etag).toBe(made.etag);
    expect(JSON.stringify(read)).toBe(JSON.stringify(made.value));
    expect(JSON.stringify(read.conditions)).toBe(JSON.stringify(conditions));

    const changed = ok(await ask(UpdatePolicy, { actor: root, guard_id: guard, policy_id: read.id, patch: { conditions: null, is_active: false } })).value;
    expect(changed).toEqual({ ...without(read, 'conditions'), is_active: false, updated_at: changed.updated_at });
    expect(changed.updated_at > read.updated_at).toBe(true);

    expect(ok(await ask(DeletePolicy, { actor: root, guard_id: guard, policy_id: read.id }))).toMatchObject({ policy_version: 4, value: { id: read.id } });
    expect(refusal(await ask(GetPolicy, { actor: root, guard_id: guard, policy_id: read.id }))).toMatchObject({ status: 404, code: 'policy_not_found' });
  });

  it('that limit keep their limit, also through an order and in the set that evaluators get', async () => {
    const guard = await newGuard();
    const rate_limit = { max_requests: 5, window_seconds: 60, by: 'end_user_id', on_within: 'continue' } as const;
    const made = await newPolicy(guard, { action: 'rate_limit', rate_limit });
    expect(made.rate_limit).toEqual(rate_limit);
    const other = await newPolicy(guard, {});
    ok(await ask(ReorderPolicies, { actor: root, guard_id: guard, policy_ids: [other.id, made.id] }));
    expect(ok(await ask(GetPolicy, { actor: root, guard_id: guard, policy_id: made.id })).rate_limit).toEqual(rate_limit);
    const reader = newId('ev');
    expect((await renew(reader, (await revision()) - 1)).sets[0]?.policies.find(({ id }) => id === made.id)?.rate_limit).toEqual(rate_limit);
    await giveBack(reader);
    const changed = ok(await ask(UpdatePolicy, { actor: root, guard_id: guard, policy_id: made.id, patch: { action: 'block', rate_limit: null } })).value;
    expect(changed).not.toHaveProperty('rate_limit');
  });

  it('that cannot be used are refused with a pointer to every problem, and change nothing', async () => {
    const guard = await newGuard();
    const before = await revision();
    const draft = { name: '', tool_pattern: '[', action: 'rate_limit', conditions: { argument_pattern: '(?=x)', time_window: { timezone: 'Mars/Base' } }, extra: 1 };
    const refused = refusal(await ask(CreatePolicy, { actor: root, guard_id: guard, draft }));
    expect(refused).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(refused.errors?.map(({ path }) => path).sort()).toEqual(['/conditions/argument_pattern', '/conditions/time_window/timezone', '/extra', '/name', '/rate_limit', '/tool_pattern']);
    expect(refusal(await ask(CreatePolicy, { actor: root, guard_id: guard, draft: null }))).toMatchObject({ status: 400 });
    expect(await revision()).toBe(before);
  });

  it('are for admins to change and for auditors to read', async () => {
    const guard = await newGuard();
    const auditor: Actor = { ...root, roles: ['auditor'] };
    expect(refusal(await ask(CreatePolicy, { actor: auditor, guard_id: guard, draft: {} }))).toMatchObject({ status: 403, code: 'role_missing' });
    expect(ok(await ask(ListPolicies, { actor: auditor, guard_id: guard, limit: 5 })).data).toEqual([]);
    expect(refusal(await ask(ListPolicies, { actor: { ...root, roles: ['agent'] }, guard_id: guard, limit: 5 }))).toMatchObject({ status: 403 });
  });

  it('are listed, page by page, in the order in which they decide: priority, then age', async () => {
    const guard = await newGuard();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await newPolicy(guard, { name, priority: name === 'd' ? 7 : 0 });
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { data: Policy[]; next_cursor: string | null } = ok(await ask(ListPolicies, { actor: root, guard_id: guard, limit: 2, ...(cursor !== undefined && { cursor }) }));
      listed.push(...page.data.map(({ name }) => name));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(listed).toEqual(['d', 'a', 'b', 'c', 'e']);
  });

  it('can be reordered; ids that are unknown or listed twice are named', async () => {
    const guard = await newGuard();
    const [a, b, c] = [await newPolicy(guard, {}), await newPolicy(guard, {}), await newPolicy(guard, { is_active: false })];
    const { value } = ok(await ask(ReorderPolicies, { actor: root, guard_id: guard, policy_ids: [c.id, a.id] }));
    expect(value.data.map(({ id, priority }) => [id, priority])).toEqual([
      [c.id, 30],
      [b.id, 20],
      [a.id, 10],
    ]);
    expect(ok(await ask(ListPolicies, { actor: root, guard_id: guard, limit: 5 })).data).toEqual(value.data);
    const refused = refusal(await ask(ReorderPolicies, { actor: root, guard_id: guard, policy_ids: [a.id, 'pol_unknown', a.id] }));
    expect(refused).toMatchObject({ status: 400, errors: [{ path: '/policy_ids/1' }, { path: '/policy_ids/2' }] });
  });

  it('of concurrent writers on two replicas all count: no version is lost, none is given twice', async () => {
    const guard = await newGuard();
    const writes = await Promise.all(Array.from({ length: 40 }, (_, at) => ask(CreatePolicy, { actor: root, guard_id: guard, draft: { name: `p${at}`, tool_pattern: '*', action: 'allow' } })));
    expect(writes.map((write) => ok(write).policy_version).sort((x, y) => x - y)).toEqual(Array.from({ length: 40 }, (_, at) => at + 2));
    expect(new Set(writes.map((write) => ok(write).revision)).size).toBe(40);
    const { rows } = await sql.query<{ version: number; body: string; hash: string }>('SELECT version, body, hash FROM policy_sets WHERE guard_id = $1 ORDER BY version', [guard]);
    expect(rows.map(({ version, body }) => [version, (JSON.parse(body) as { policies: unknown[] }).policies.length])).toEqual(Array.from({ length: 41 }, (_, at) => [at + 1, at]));
    for (const { body, hash } of rows) expect(createHash('sha256').update(body).digest('hex')).toBe(hash);
    const ages = ok(await ask(ListPolicies, { actor: root, guard_id: guard, limit: 200 })).data.map(({ created_at }) => created_at);
    expect(new Set(ages).size).toBe(40);
  });

  it('may not outgrow what one message carries', async () => {
    const guard = await newGuard();
    const large = { arguments: { '/x': { in: Array.from({ length: 250 }, (_, at) => `${at}`.padEnd(4_000, 'x')) } } };
    for (let at = 0; at < 6; at += 1) await newPolicy(guard, { conditions: large });
    expect(refusal(await ask(CreatePolicy, { actor: root, guard_id: guard, draft: { name: 'n', tool_pattern: '*', action: 'allow', is_active: false, conditions: large } }))).toMatchObject({
      status: 409,
      code: 'policy_set_too_large',
    });
    expect((await renew(newId('ev'), 0)).sets.length).toBeGreaterThan(0);
    ok(await ask(DeleteGuard, { actor: root, guard_id: guard }));
  });

  it('are numbered sets that nobody can change afterwards, and every write is in the audit trail', async () => {
    const guard = await newGuard();
    await newPolicy(guard, { name: 'audited' });
    await expect(asRole(`UPDATE policy_sets SET body = '{}' WHERE guard_id = '${guard}'`)).rejects.toThrow('written once');
    await expect(asRole('DELETE FROM policy_sets')).rejects.toThrow('written once');
    await expect(asRole('TRUNCATE audit')).rejects.toThrow('written once');
    const { rows } = await sql.query<{ actor: string; action: string }>('SELECT actor, action FROM audit WHERE guard_id = $1 ORDER BY id', [guard]);
    expect(rows).toEqual([
      { actor: 'key:ROOTROOTROOT', action: 'guard.created' },
      { actor: 'key:ROOTROOTROOT', action: 'policy.created' },
    ]);
  });
});

describe('keys', () => {
  it('are shown once; only a hash is kept', async () => {
    const guard = await newGuard();
    const draft = { name: 'agent key', guards: [guard], roles: ['agent' as const], agent_ids: ['bot'], ip_ranges: ['10.0.0.0/8'], owner_email: 'a@example.org', expires_at: '2099-01-01T00:00:00+01:00' };
    const before = await revision();
    const made = ok(await ask(CreateKey, { actor: root, draft }));
    const parts = parseApiKey(made.key);
    expect(made).toMatchObject({ ...draft, id: parts?.id, created_by: 'key:ROOTROOTROOT', expires_at: '2098-12-31T23:00:00.000Z' });
    const secretHash = createHash('sha256').update(parts?.secret ?? '').digest('hex');
    expect((await sync(before)).keys).toEqual([
      { id: made.id, secret_hash: secretHash, guards: [guard], roles: ['agent'], agent_ids: ['bot'], ip_ranges: ['10.0.0.0/8'], owner_email: 'a@example.org', expires_at: Date.parse(draft.expires_at), revoked: false },
    ]);
    const { rows } = await sql.query<{ everything: string }>(`SELECT string_agg(t, ' ') AS everything FROM (SELECT keys::text AS t FROM keys UNION ALL SELECT audit::text FROM audit) all_rows`);
    expect(rows[0]?.everything).not.toContain(parts?.secret);
    expect(ok(await ask(ListKeys, { actor: admin([guard]), limit: 10 })).data).toEqual([without(made, 'key')]);
  });

  it('hand out no more than they have', async () => {
    const [mine, other] = [await newGuard(), await newGuard()];
    const actor: Actor = { ...admin([mine]), roles: ['admin', 'agent'] };
    const exceeding = refusal(await ask(CreateKey, { actor, draft: { name: 'k', guards: [mine, other], roles: ['agent', 'approver'] } }));
    expect(exceeding).toMatchObject({ status: 403, code: 'key_exceeds_own', errors: [{ path: '/guards/1' }, { path: '/roles/1' }] });
    expect(refusal(await ask(CreateKey, { actor, draft: { name: 'k', guards: '*', roles: ['agent'] } }))).toMatchObject({ status: 403, errors: [{ path: '/guards' }] });
    expect(ok(await ask(CreateKey, { actor, draft: { name: 'k', guards: [mine], roles: ['agent'] } })).guards).toEqual([mine]);
  });

  it('with unknown guards, a past expiry or a malformed range are refused by pointer', async () => {
    const draft = { name: 'k', guards: ['no-such-guard'], roles: ['agent' as const], expires_at: '2020-01-01T00:00:00Z', ip_ranges: ['10.0.0.0/8', '10.0.0.0/99'] };
    expect(refusal(await ask(CreateKey, { actor: root, draft })).errors?.map(({ path }) => path)).toEqual(['/guards/0', '/expires_at', '/ip_ranges/1']);
  });

  it('are revoked for good by those who may manage all their guards, told to everybody, and a second time changes nothing', async () => {
    const [mine, other] = [await newGuard(), await newGuard()];
    const wide = ok(await ask(CreateKey, { actor: root, draft: { name: 'wide', guards: [mine, other], roles: ['agent'] } }));
    expect(refusal(await ask(RevokeKey, { actor: admin([mine]), key_id: wide.id }))).toMatchObject({ status: 404, code: 'key_not_found' });
    const heard: number[] = [];
    const stop = gateway.onBroadcast(RevisionChanged, (body) => void heard.push(body.revision));
    await gateway.flush();
    const before = await revision();
    const revoked = ok(await ask(RevokeKey, { actor: admin([mine, other]), key_id: wide.id }));
    expect(revoked.revoked_at).toBeDefined();
    await eventually(() => heard.includes(before + 1), { what: 'the news of the revocation' });
    stop();
    expect(await sync(before)).toMatchObject({ revision: before + 1, keys: [{ id: wide.id, revoked: true }] });
    expect(ok(await ask(RevokeKey, { actor: root, key_id: wide.id }))).toEqual(revoked);
    expect(await revision()).toBe(before + 1);
  });

  it('that manage everything cannot revoke each other to the last', async () => {
    const draft = { name: 'root', guards: '*' as const, roles: ['admin' as const] };
    const made = [ok(await ask(CreateKey, { actor: root, draft })), ok(await ask(CreateKey, { actor: root, draft }))];
    const answers = await Promise.all(made.map(({ id }) => ask(RevokeKey, { actor: root, key_id: id })));
    expect(answers.filter((answer) => 'ok' in answer)).toHaveLength(1);
    expect(answers.flatMap((answer) => ('refused' in answer ? [answer.refused] : []))).toMatchObject([{ status: 409, code: 'last_admin_key' }]);
  });
});

describe('what gateways hold', () => {
  it('is synced in the order of one counter, in replies of bounded size, to the same end', async () => {
    const guards = new Map<string, unknown>();
    const keys = new Map<string, unknown>();
    let since = 0;
    for (;;) {
      const reply = await sync(since);
      for (const guard of reply.guards) guards.set(guard.id, guard);
      for (const key of reply.keys) keys.set(key.id, key);
      since = reply.revision;
      if (!reply.more) break;
    }
    const { rows } = await sql.query<{ guards: number; keys: number; revision: number }>('SELECT (SELECT count(*)::int FROM guards) AS guards, (SELECT count(*)::int FROM keys) AS keys, value::int AS revision FROM revision');
    expect([guards.size, keys.size, since]).toEqual([rows[0]?.guards, rows[0]?.keys, rows[0]?.revision]);
    expect(await sync(since)).toMatchObject({ revision: since, more: false, keys: [], guards: [] });
    expect((await sync(since + 1_000)).revision).toBe(since);
  });

  it('comes in several replies when it is much', async () => {
    const before = await revision();
    await sql.query(
      `INSERT INTO keys (id, secret_hash, name, all_guards, guards, roles, revision, created_by, created_at)
       SELECT 'BULK' || lpad(n::text, 8, '0'), '', 'bulk', false, '{bulk}', '{agent}', $1 + n, 'test', now() FROM generate_series(1, 1200) n`,
      [before],
    );
    await sql.query('UPDATE revision SET value = value + 1200');
    const first = await sync(before);
    expect([first.keys.length, first.more, first.revision]).toEqual([500, true, before + 500]);
    const second = await sync(first.revision);
    const third = await sync(second.revision);
    expect([third.keys.length, third.more, third.revision]).toEqual([200, false, before + 1_200]);
  });
});

describe('leases', () => {
  beforeEach(() => sql.query('DELETE FROM leases'));

  it('carry every newer set, and only the newest of each guard', async () => {
    const guard = await newGuard();
    const before = await revision();
    await newPolicy(guard, { name: 'low', priority: -1 });
    await newPolicy(guard, { name: 'off', is_active: false });
    const last = await newPolicy(guard, { name: 'high' });
    const id = newId('ev');
    const reply = await renew(id, before);
    expect(reply).toMatchObject({ revision: before + 3, more: false, sets: [{ guard_id: guard, version: 4, deleted: false, default_action: 'allow', record_arguments: 'redacted' }] });
    expect(reply.sets[0]?.policies.map(({ name }) => name)).toEqual(['high', 'low']);
    expect(reply.sets[0]?.policies[0]).toEqual(last);
    expect(await renew(id, reply.revision)).toEqual({ revision: before + 3, more: false, sets: [] });
    await giveBack(id);
  });

  it('bring large sets in several replies, each one whole', async () => {
    const before = await revision();
    const large = { arguments: { '/x': { in: Array.from({ length: 250 }, (_, at) => `${at}`.padEnd(4_000, 'x')) } } };
    const guards = [await newGuard(), await newGuard(), await newGuard()];
    for (const guard of guards) for (let at = 0; at < 2; at += 1) await newPolicy(guard, { conditions: large });
    const id = newId('ev');
    const first = await renew(id, before);
    expect([first.sets.map(({ guard_id }) => guard_id), first.more]).toEqual([guards.slice(0, 2), true]);
    const second = await renew(id, first.revision);
    expect([second.sets.map(({ guard_id }) => guard_id), second.more, second.revision]).toEqual([guards.slice(2), false, await revision()]);
    await giveBack(id);
    for (const guard_id of guards) ok(await ask(DeleteGuard, { actor: root, guard_id }));
  });

  it('start from the beginning after the database was restored: a revision never given confirms nothing', async () => {
    const id = newId('ev');
    const reply = await renew(id, 1_000_000_000);
    expect(reply.sets.length).toBeGreaterThan(0);
    const now = await revision();
    expect((await gateway.request(AwaitActive, { revision: now, timeout_ms: 0 }, { timeoutMs: 5_000 })).waiting_for).toContain(id);
    await giveBack(id);
  });

  it('never let a write slip between lease and sets: what a renewal misses, waits for it', async () => {
    const guard = await newGuard();
    const id = newId('ev');
    let applied = (await renew(id, await revision())).revision;
    for (let round = 0; round < 30; round += 1) {
      const [reply, write] = await Promise.all([renew(id, applied), ask(UpdateGuard, { actor: root, guard_id: guard, patch: { replay_seconds: round } })]);
      const written = ok(write).revision;
      const waitingFor = await awaitActive(written, 0);
      // The lease is live throughout, and what it has confirmed is older than the write.
      expect(waitingFor).toContain(id);
      const missed = reply.revision < written;
      expect(missed).toBe(!reply.sets.some(({ replay_seconds }) => replay_seconds === round));
      applied = missed ? (await renew(id, reply.revision)).revision : reply.revision;
      await renew(id, applied);
      expect(await awaitActive(written, 5_000)).not.toContain(id);
    }
    await giveBack(id);
  });

  it('stand before the sets are read: a write in between finds the lease', async () => {
    const guard = await newGuard();
    const id = newId('ev');
    const before = await revision();
    await sql.query('BEGIN; LOCK TABLE policy_sets IN ACCESS EXCLUSIVE MODE');
    const renewal = renew(id, before);
    await eventually(async () => (await sql.query('SELECT 1 FROM leases WHERE evaluator_id = $1', [id])).rowCount === 1, { what: 'a committed lease' });
    await sql.query('COMMIT');
    const { revision: written } = ok(await ask(UpdateGuard, { actor: root, guard_id: guard, patch: { replay_seconds: 1 } }));
    const reply = await renewal;
    expect(reply.revision >= written || (await awaitActive(written, 0)).includes(id)).toBe(true);
    await giveBack(id);
  });

  it('that run out are waited for no longer, and one that stopped is named until then', async () => {
    const [live, stopped] = [newId('ev'), newId('ev')];
    const before = await revision();
    await Promise.all([renew(live, before), renew(stopped, before)]);
    await newGuard();
    const now = await revision();
    await renew(live, now);
    const named = await awaitActive(now, 100);
    expect(named).toContain(stopped);
    expect(named).not.toContain(live);
    expect((await sync(now)).live_evaluators).toBeGreaterThanOrEqual(2);
    expect(await awaitActive(now, 8_000)).not.toContain(stopped);
    await Promise.all([giveBack(live), giveBack(stopped)]);
  });

  it('given back end at once for those who wait', async () => {
    const id = newId('ev');
    await renew(id, 0);
    const waiting = awaitActive(await revision(), 9_000);
    await giveBack(id);
    expect(await waiting).not.toContain(id);
  });
});

it('says how it is', async () => {
  expect(await gateway.request(Health['policy-admin'], {}, { timeoutMs: 5_000 })).toEqual({
    ready: true,
    parts: [
      { part: 'nats', ok: true },
      { part: 'postgres', ok: true },
    ],
  });
});

function credentials(user: string) {
  return { servers: nats.url, user, password: nats.user(user).password };
}

function roleUrl(): string {
  const url = new URL(database.url);
  url.username = 'policy_admin';
  url.password = passwords.policyAdminPassword;
  return url.href;
}

async function asRole(statement: string): Promise<void> {
  const client = new Client({ connectionString: roleUrl(), options: '-c search_path=policy_admin' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function ask<C extends RequestContract>(contract: C, body: z.input<C['request']>): Promise<z.output<C['reply']>> {
  return gateway.request(contract, body, { timeoutMs: 20_000 });
}

const admin = (guards: string[]): Actor => ({ key_id: 'ADMINADMIN00', roles: ['admin'], guards });
const sync = (since: number) => gateway.request(SyncAccess, { since }, { timeoutMs: 5_000 });
const renew = (evaluatorId: string, applied: number) => evaluator.request(RenewLease, { evaluator_id: evaluatorId, applied }, { timeoutMs: 5_000 });
const giveBack = (evaluatorId: string) => evaluator.request(ReturnLease, { evaluator_id: evaluatorId }, { timeoutMs: 5_000 });
const awaitActive = async (from: number, timeoutMs: number) => (await gateway.request(AwaitActive, { revision: from, timeout_ms: timeoutMs }, { timeoutMs: timeoutMs + 5_000 })).waiting_for;

async function revision(): Promise<number> {
  const { rows } = await sql.query<{ value: string }>('SELECT value FROM revision');
  return Number(rows[0]?.value);
}

let guards = 0;
async function newGuard(id = `guard-${(guards += 1)}`): Promise<string> {
  return ok(await ask(CreateGuard, { actor: root, draft: { id, name: id } })).value.id;
}

async function newPolicy(guardId: string, fields: object): Promise<Policy> {
  return ok(await ask(CreatePolicy, { actor: root, guard_id: guardId, draft: { name: 'n', tool_pattern: '*', action: 'allow', ...fields } })).value;
}

function ok<T>(reply: Reply<T>): T {
  if ('refused' in reply) throw new Error(`refused: ${JSON.stringify(reply.refused)}`);
  return reply.ok;
}

function refusal(reply: Reply<unknown>) {
  if ('ok' in reply) throw new Error('not refused');
  return reply.refused;
}

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as Omit<T, K>;
}
