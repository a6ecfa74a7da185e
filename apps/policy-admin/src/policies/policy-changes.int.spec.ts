import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import 'reflect-metadata';
import type { Actor, IfMatch, Reply } from '@holdpoint/contracts';
import { openDatabase } from '@holdpoint/persistence';
import { compilePolicySet } from '@holdpoint/policy';
import { createLogger } from '@holdpoint/runtime';
import { createTestDatabase, type TestDatabase } from '@holdpoint/test-kit';
import type { DataSource } from 'typeorm';
import { GuardsRepository } from '../guards/guards.repository.ts';
import { migrateAndBootstrap } from '../migrate-and-bootstrap.ts';
import { PoliciesRepository } from './policies.repository.ts';
import { PolicyTemplatesRepository } from './policy-templates.repository.ts';
import { PolicyVersionsRepository } from './policy-versions.repository.ts';

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
let versions: PolicyVersionsRepository;
let templates: PolicyTemplatesRepository;

beforeAll(async () => {
  database = await createTestDatabase('policy changes');
  await migrateAndBootstrap({ adminUrl: database.url, database: database.name, ...passwords, adminKey: undefined }, log);
  const url = new URL(database.url);
  url.username = 'policy_admin';
  url.password = passwords.policyAdminPassword;
  replicas = await Promise.all([1, 2].map((at) => openDatabase({ url: url.href, schema: 'policy_admin', applicationName: `replica-${at}`, entities: [], poolSize: 4, log })));
  [ann, bob] = replicas.map((db) => new PoliciesRepository(db)) as [PoliciesRepository, PoliciesRepository];
  guards = new GuardsRepository(replicas[0]!);
  versions = new PolicyVersionsRepository(replicas[0]!);
  templates = new PolicyTemplatesRepository(replicas[1]!);
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

describe('a guard', () => {
  it('goes by the same tag as its list: its settings are not changed, nor is it deleted, over a change that was not seen', async () => {
    const guard = await newGuard();
    const { etag } = ok(await guards.update(by(guard, ['"1"']), { failure_mode: 'open' }));
    expect(etag).toBe('"2"');
    expect(refusal(await guards.update(by(guard, ['"1"']), { failure_mode: 'closed' }))).toMatchObject({ status: 412, etag });
    ok(await ann.create(by(guard, ['"2"']), draft({})));
    expect(refusal(await guards.delete(by(guard, ['"2"'])))).toMatchObject({ status: 412, etag: '"3"' });
    expect(ok(await guards.get(root, guard))).toMatchObject({ failure_mode: 'open' });
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
    ok(await guards.update(by(guard), { default_action: 'block' }));
    expect((await list(guard)).etag).toBe('"5"');
  });
});

describe('versions', () => {
  it('say who did what and when, newest first, page by page', async () => {
    const guard = await newGuard();
    const { value: a } = ok(await ann.create(by(guard), draft({ name: 'A' })));
    const { value: b } = ok(await ann.create(by(guard), draft({ name: 'B', is_active: false })));
    ok(await ann.update(by(guard), a.id, { action: 'block', conditions: { end_user_id: 'u' } }));
    ok(await ann.reorder(by(guard), [b.id, a.id]));
    ok(await ann.delete({ ...by(guard), actor: { ...root, key_id: 'ANOTHERADMIN' } }, b.id));
    ok(await guards.update(by(guard), { default_action: 'block' }));

    const pages = await pagesOf((cursor) => versions.list(root, guard, { limit: 3, cursor }));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat().map(({ version, action, subject_id, summary, active, inactive }) => [version, action, subject_id, summary, active, inactive])).toEqual([
      [7, 'guard.updated', null, 'Changed settings of the guard: `default_action`.', 1, 0],
      [6, 'policy.deleted', b.id, 'Deleted policy `B`.', 1, 0],
      [5, 'policies.reordered', null, 'Put 2 policies into another order.', 1, 1],
      [4, 'policy.updated', a.id, 'Changed policy `A`: `action`, `conditions`.', 1, 1],
      [3, 'policy.created', b.id, 'Created policy `B`.', 1, 1],
      [2, 'policy.created', a.id, 'Created policy `A`.', 1, 0],
      [1, 'guard.created', null, 'Created the guard.', 0, 0],
    ]);
    expect(pages.flat().map(({ author }) => author).slice(0, 2)).toEqual(['key:ROOTROOTROOT', 'key:ANOTHERADMIN']);
    expect(pages.flat().every(({ created_at }, at, all) => at === 0 || created_at < all[at - 1]!.created_at)).toBe(true);
  });

  it('are whole: inactive policies too, in deciding order, as they were, with the settings of then', async () => {
    const guard = await newGuard();
    const low = ok(await ann.create(by(guard), draft({ name: 'low', priority: -5, conditions: { arguments: { '/__proto__': { eq: 1 } } } }))).value;
    const off = ok(await ann.create(by(guard), draft({ name: 'off', is_active: false }))).value;
    const { data } = await list(guard);
    ok(await ann.delete(by(guard), low.id));
    ok(await guards.update(by(guard), { default_action: 'block' }));
    const whole = ok(await versions.get(root, guard, 3));
    expect(whole).toMatchObject({ version: 3, complete: true, settings: { default_action: 'allow', failure_mode: 'closed' }, policies: [off, low] });
    expect(JSON.stringify(whole.policies)).toBe(JSON.stringify(data));
    expect(refusal(await versions.get(root, guard, 99))).toMatchObject({ status: 404, code: 'version_not_found' });
  });

  it('are for admins and auditors who see the guard', async () => {
    const guard = await newGuard();
    for (const ask of [(actor: Actor) => versions.list(actor, guard, { limit: 5 }), (actor: Actor) => versions.get(actor, guard, 1), (actor: Actor) => versions.diff(actor, guard, { from: 1, to: 1 }), (actor: Actor) => templates.list(actor, guard)]) {
      ok<unknown>(await ask({ ...root, roles: ['auditor'] }));
      expect(refusal(await ask({ ...root, roles: ['agent', 'approver'] }))).toMatchObject({ status: 403 });
      expect(refusal(await ask({ ...root, guards: ['other'] }))).toMatchObject({ status: 404, code: 'guard_not_found' });
    }
    const auditor = { ...by(guard), actor: { ...root, roles: ['auditor' as const] } };
    expect(refusal(await versions.restore(auditor, 1))).toMatchObject({ status: 403 });
    expect(refusal(await templates.apply(auditor, { templateId: 'devops', mode: 'append' }))).toMatchObject({ status: 403 });
    expect(refusal(await templates.preview(auditor, { templateId: 'devops', mode: 'append' }))).toMatchObject({ status: 403 });
  });

  it('say what going from one to another adds, removes, loosens and tightens', async () => {
    const guard = await newGuard();
    const a = ok(await ann.create(by(guard), draft({ name: 'A', action: 'block', priority: 9 }))).value;
    const b = ok(await ann.create(by(guard), draft({ name: 'B' }))).value;
    const narrowed = ok(await ann.update(by(guard), a.id, { conditions: { risk_score_min: 0.5 } })).value;
    ok(await ann.delete(by(guard), b.id));
    const diff = ok(await versions.diff(root, guard, { from: 3, to: 5 }));
    expect(diff).toMatchObject({
      from: 3,
      to: 5,
      complete: true,
      settings: [],
      added: [],
      removed: [{ policy: b, effect: 'neither' }],
      changed: [{ before: a, after: narrowed, fields: ['conditions.risk_score_min'], effect: 'loosened', because: expect.any(String) }],
      reordered: [],
      effect: 'loosened',
      omitted: 0,
    });
    expect(ok(await versions.diff(root, guard, { from: 5, to: 3 }))).toMatchObject({ effect: 'tightened', added: [{ policy: { id: b.id } }] });
    ok(await guards.update(by(guard), { default_action: 'require_approval', failure_mode: 'open', replay_seconds: 5 }));
    expect(ok(await versions.diff(root, guard, { from: 5, to: 6 }))).toMatchObject({
      effect: 'both',
      settings: [
        { field: 'default_action', before: 'allow', after: 'require_approval', effect: 'tightened' },
        { field: 'failure_mode', before: 'closed', after: 'open', effect: 'loosened' },
        { field: 'replay_seconds', before: 60, after: 5, effect: 'neither' },
      ],
    });
    expect(refusal(await versions.diff(root, guard, { from: 1, to: 99 }))).toMatchObject({ status: 404, code: 'version_not_found' });
  });

  it('differ by more than one answer can hold: what is left out is counted', async () => {
    const guard = await newGuard();
    const large = { arguments: { '/x': { in: Array.from({ length: 250 }, (_, at) => `${at}`.padEnd(4_000, 'x')) } } };
    for (let at = 0; at < 5; at += 1) ok(await ann.create(by(guard), draft({ name: `large ${at}`, conditions: large })));
    const diff = ok(await versions.diff(root, guard, { from: 1, to: 6 }));
    expect([diff.added.length, diff.omitted, diff.effect]).toEqual([4, 1, 'neither']);
    ok(await guards.delete(by(guard)));
  });
});

describe('a restored version', () => {
  it('is a new one with the policies of then: same ids, same order, inactive and deleted ones too; settings stay as they are now', async () => {
    const guard = await newGuard();
    const [a, b, c] = [ok(await ann.create(by(guard), draft({ name: 'A' }))).value, ok(await ann.create(by(guard), draft({ name: 'B' }))).value, ok(await ann.create(by(guard), draft({ name: 'C', is_active: false }))).value];
    for (const { id } of [a, c]) ok(await ann.delete(by(guard), id));
    const changed = ok(await ann.update(by(guard), b.id, { action: 'block' })).value;
    const later = ok(await ann.create(by(guard), draft({ name: 'D' }))).value;
    ok(await guards.update(by(guard), { default_action: 'block' }));

    const restored = ok(await versions.restore(by(guard, ['"9"']), 4));
    expect([restored.policy_version, restored.etag]).toEqual([10, '"10"']);
    expect((await list(guard)).data).toEqual(restored.value.data);
    expect(restored.value.data.map(({ id, action, created_at }) => [id, action, created_at])).toEqual([a, b, c].map(({ id, action, created_at }) => [id, action, created_at]));
    for (const one of restored.value.data) expect(one.updated_at > changed.updated_at).toBe(true);
    expect(refusal(await ann.get(root, guard, later.id))).toMatchObject({ status: 404 });

    const whole = ok(await versions.get(root, guard, 10));
    expect(whole).toMatchObject({ action: 'policies.restored', summary: 'Restored version 4.', settings: { default_action: 'block' }, policies: restored.value.data });
    expect(ok(await versions.diff(root, guard, { from: 4, to: 10 }))).toMatchObject({ added: [], removed: [], changed: [], settings: [{ field: 'default_action' }] });
    const after = ok(await ann.create(by(guard), draft({ name: 'E' }))).value;
    expect(after.created_at > later.created_at).toBe(true);
  });

  it('can be that of an empty guard, or the present one, and does not exist where its number was never given', async () => {
    const guard = await newGuard();
    const { value: policy } = ok(await ann.create(by(guard), draft({})));
    expect(ok(await versions.restore(by(guard), 2)).value.data).toEqual([policy]);
    expect(ok(await versions.restore(by(guard), 1)).value.data).toEqual([]);
    expect(refusal(await versions.restore(by(guard), 5))).toMatchObject({ status: 404, code: 'version_not_found' });
    expect((await list(guard)).etag).toBe('"4"');
  });

  it('racing an edit loses nothing: by tag, one of the two counts; without, the later one knows the earlier', async () => {
    for (let round = 0; round < 5; round += 1) {
      const guard = await newGuard();
      const { value: policy } = ok(await ann.create(by(guard), draft({ name: 'first' })));
      ok(await ann.update(by(guard), policy.id, { name: 'second' }));
      const { etag } = await list(guard);
      const [restore, edit] = await Promise.all([versions.restore(by(guard, [etag]), 2), bob.reorder(by(guard, [etag]), [policy.id])]);
      expect([restore, edit].filter((answer) => 'ok' in answer)).toHaveLength(1);

      const [again, patch] = await Promise.all([versions.restore(by(guard), 2), bob.update(by(guard), policy.id, { description: 'mine' })]);
      const order = ok(again).policy_version < ok(patch).policy_version;
      const [there] = (await list(guard)).data;
      expect(there?.name).toBe('first');
      expect(there?.description).toBe(order ? 'mine' : undefined);
      // Either way both are there to go back to.
      expect(ok(await versions.get(root, guard, ok(patch).policy_version)).policies).toMatchObject([{ description: 'mine' }]);
    }
  });

  it('is refused as a whole where this version of the product cannot use it, or where it was not kept whole', async () => {
    const guard = await newGuard();
    ok(await ann.create(by(guard), draft({ name: 'mine' })));
    const before = await list(guard);
    await stored(guard, 900, { active: [{ ...before.data[0]!, name: 'other', surprise: true }], inactive: [{ ...before.data[0]!, id: 'pol_2', is_active: false, conditions: { tool_names: ['x'] } }] });
    const refused = refusal(await versions.restore(by(guard), 900));
    expect(refused).toMatchObject({ status: 409, code: 'version_not_usable' });
    expect(refused.errors?.map(({ path }) => path)).toEqual(['/policies/0/surprise', '/policies/1/conditions/tool_names']);
    expect(refusal(await versions.diff(root, guard, { from: 900, to: 2 }))).toMatchObject({ code: 'version_not_usable' });
    expect(ok(await versions.get(root, guard, 900)).policies).toMatchObject([{ surprise: true }, { conditions: { tool_names: ['x'] } }]);

    await stored(guard, 901, { active: [{ ...before.data[0]!, name: 'other' }], inactive: null });
    expect(refusal(await versions.restore(by(guard), 901))).toMatchObject({ status: 409, code: 'version_incomplete' });
    expect(ok(await versions.get(root, guard, 901))).toMatchObject({ complete: false, summary: 'Changed a policy.', active: null, inactive: null });
    expect(ok(await versions.diff(root, guard, { from: 901, to: 2 }))).toMatchObject({ complete: false, changed: [{ fields: ['name'] }] });
    expect(await list(guard)).toEqual(before);
  });
});

describe('templates', () => {
  it('are listed with their rules', async () => {
    const { data } = ok(await templates.list(root, await newGuard()));
    expect(data.map(({ id }) => id)).toEqual(['strict-production', 'development-permissive', 'code-assistant', 'financial-compliance', 'customer-support', 'devops', 'data-analyst', 'browsing-agent']);
    expect(data[0]?.rules[0]).toMatchObject({ name: 'No execution', tool_pattern: 'execute_*', action: 'block' });
  });

  it('replace all policies, or come below them, in the order of their rules; a dry run says the same and writes nothing', async () => {
    const guard = await newGuard();
    const [high, off] = [ok(await ann.create(by(guard), draft({ name: 'high', priority: 100 }))).value, ok(await ann.create(by(guard), draft({ name: 'off', priority: -20, is_active: false }))).value];
    const { etag } = await list(guard);

    const dry = ok(await templates.preview(by(guard, [etag]), { templateId: 'code-assistant', mode: 'append' }));
    expect(dry).toMatchObject({ etag, value: { dry_run: true, removed: [], data: [high, off, {}, {}, {}, {}] } });
    expect(await list(guard)).toMatchObject({ etag, data: [high, off] });
    const appended = ok(await templates.apply(by(guard, [dry.etag]), { templateId: 'code-assistant', mode: 'append' }));
    expect(appended.value.data.map(({ name, priority }) => [name, priority])).toEqual([['high', 100], ['off', -20], ['Reading files', -30], ['Writing files', -40], ['No shell', -50], ['No requests', -60]]);
    expect(appended.value.data).toEqual(dry.value.data.map((one) => ({ id: expect.any(String), created_at: expect.any(String), updated_at: expect.any(String), ...one })));
    expect(dry.value.data.slice(2).every((one) => !('id' in one) && !('created_at' in one))).toBe(true);
    expect((await list(guard)).data).toEqual(appended.value.data);
    expect(refusal(await templates.apply(by(guard, [dry.etag]), { templateId: 'code-assistant', mode: 'append' }))).toMatchObject({ status: 412, etag: appended.etag });

    const wouldReplace = ok(await templates.preview(by(guard), { templateId: 'strict-production', mode: 'replace' }));
    expect(wouldReplace.value.removed).toEqual(appended.value.data);
    const replaced = ok(await templates.apply(by(guard), { templateId: 'strict-production', mode: 'replace' }));
    expect(replaced.value.removed).toEqual(appended.value.data);
    expect(replaced.value.data.map(({ tool_pattern, action, priority }) => [tool_pattern, action, priority])).toEqual([['execute_*', 'block', 50], ['*_file', 'require_approval', 40], ['http_*', 'require_approval', 30], ['*', 'allow', 20], ['*', 'require_approval', 10]]);
    expect(ok(await versions.get(root, guard, replaced.policy_version))).toMatchObject({ action: 'template.applied', summary: 'Put the template `strict-production` in the place of all policies.', active: 5, inactive: 0 });
    expect(ok(await versions.restore(by(guard), 3)).value.data.map(({ id }) => id)).toEqual([high.id, off.id]);
  });

  it('squeeze in where there is little room below, and are refused by name where there is none', async () => {
    const guard = await newGuard();
    ok(await ann.create(by(guard), draft({ priority: -999_990 })));
    const { value } = ok(await templates.apply(by(guard), { templateId: 'code-assistant', mode: 'append' }));
    expect(value.data.map(({ priority }) => priority)).toEqual([-999_990, -999_991, -999_992, -999_993, -999_994]);
    ok(await ann.create(by(guard), draft({ priority: -999_998 })));
    const before = await list(guard);
    for (const act of [() => templates.apply(by(guard), { templateId: 'code-assistant', mode: 'append' }), () => templates.preview(by(guard), { templateId: 'code-assistant', mode: 'append' })]) {
      expect(refusal(await act())).toMatchObject({ status: 409, code: 'no_room_below' });
    }
    expect(await list(guard)).toEqual(before);
    expect(refusal(await templates.apply(by(guard), { templateId: 'nothing', mode: 'append' }))).toMatchObject({ status: 404, code: 'template_not_found' });
  });

  it('each make a set that evaluators can use', async () => {
    for (const { id } of ok(await templates.list(root, await newGuard())).data) {
      const guard = await newGuard();
      const { value } = ok(await templates.apply(by(guard), { templateId: id, mode: 'append' }));
      compilePolicySet({ guard_id: guard, version: 1, default_action: 'allow', policies: (await list(guard)).data });
      expect((await list(guard)).data).toEqual(value.data);
    }
  });
});

/** A version as another version of the product may have left it. */
async function stored(guard: string, version: number, { active, inactive }: { active: object[]; inactive: object[] | null }): Promise<void> {
  const set = { guard_id: guard, version, deleted: false, default_action: 'allow', failure_mode: 'closed', max_policy_staleness_seconds: 60, replay_seconds: 60, release_minutes: 60, record_arguments: 'redacted', policies: active };
  const revision = 1_000_000 + (made += 1);
  await replicas[0]!.query("INSERT INTO policy_sets (guard_id, version, revision, hash, body, bytes, author, created_at, inactive) VALUES ($1, $2, $3, '', $4, 0, 'key:OLD', now(), $5)", [guard, version, revision, JSON.stringify(set), inactive && JSON.stringify(inactive)]);
  await replicas[0]!.query("INSERT INTO audit (actor, action, guard_id, revision, detail) VALUES ('key:OLD', 'policy.updated', $1, $2, '{}')", [guard, revision]);
}

async function pagesOf<T>(read: (cursor: string | undefined) => Promise<Reply<{ data: T[]; next_cursor: string | null }>>): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: string | undefined;
  do {
    const page = ok(await read(cursor));
    pages.push(page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

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
