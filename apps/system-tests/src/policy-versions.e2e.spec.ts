import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestSystem, type Json, type TestGuard } from './harness.ts';

let test: TestSystem;
let guard: TestGuard;

beforeAll(async () => {
  test = await TestSystem.start();
  guard = await test.guard('versions', []);
}, 120_000);

afterAll(() => test.stop(), 30_000);

let calls = 0;
const deploy = () => guard.ask({ id: `deploy-${(calls += 1)}`, name: 'deploy', arguments: { ref: 'main' } });
const tagOf = ({ headers }: { headers: Headers }) => headers.get('etag') ?? '';
const policies = (method: string, path: string, body?: object, headers: Record<string, string> = {}) => guard.admin.call(method, `${guard.path}/policies${path}`, body, headers);

describe('a policy that was loosened by mistake', () => {
  it('is had back, and calls are judged by the restored version as soon as that is answered', async () => {
    const id = await guard.addPolicy({ name: 'No deploys', tool_pattern: 'deploy', action: 'block' });
    const strict = Number((await deploy()).metadata.policy_version);
    expect((await policies('PATCH', `/${id}?wait=active`, { action: 'allow' })).status).toBe(200);
    expect(await deploy()).toMatchObject({ action: 'allow', metadata: { policy_version: strict + 1 } });

    const { body: diff } = await policies('GET', `/versions/${strict}..${strict + 1}`);
    expect(diff).toMatchObject({ effect: 'loosened', changed: [{ before: { action: 'block' }, after: { action: 'allow' }, fields: ['action'] }] });
    const restored = await policies('POST', `/versions/${strict}/restore?wait=active`, undefined, { 'if-match': `"${strict + 1}"` });
    expect([restored.status, tagOf(restored)]).toEqual([200, `"${strict + 2}"`]);
    expect(await deploy()).toMatchObject({ action: 'block', policy_matched: 'No deploys', metadata: { policy_id: id, policy_version: strict + 2 } });
    const { body: versions } = await policies('GET', '/versions?limit=1');
    expect(versions['data']).toMatchObject([{ version: strict + 2, action: 'policies.restored', summary: `Restored version ${strict}.` }]);
  });

  it('is not lost between two admins: who goes by an old tag is told the present one', async () => {
    const id = await guard.addPolicy({ name: 'Shared', tool_pattern: 'shared', action: 'warn' });
    const read = tagOf(await policies('GET', `/${id}`));
    const first = await policies('PATCH', `/${id}`, { description: 'mine' }, { 'if-match': read });
    const second = await policies('PATCH', `/${id}`, { description: 'yours' }, { 'if-match': read });
    expect([first.status, second.status, second.body['code'], tagOf(second)]).toEqual([200, 412, 'precondition_failed', tagOf(first)]);
    expect((await policies('GET', `/${id}`)).body).toMatchObject({ description: 'mine' });
  });
});

describe('a template', () => {
  it('judges as its dry run showed', async () => {
    const dry = await policies('POST', '/templates/strict-production/apply', { mode: 'replace', dry_run: true });
    expect(dry).toMatchObject({ status: 200, body: { dry_run: true, removed: [{ name: 'No deploys' }, { name: 'Shared' }] } });
    expect((await deploy()).policy_matched).toBe('No deploys');
    const applied = await policies('POST', '/templates/strict-production/apply?wait=active', { mode: 'replace' }, { 'if-match': tagOf(dry) });
    expect(applied.status).toBe(200);
    expect((applied.body['data'] as Json[]).map(({ name }) => name)).toEqual((dry.body['data'] as Json[]).map(({ name }) => name));
    expect(await deploy()).toMatchObject({ action: 'allow', policy_matched: 'Harmless calls' });
    expect(await guard.ask({ id: 'x', name: 'execute_anything', arguments: {} })).toMatchObject({ action: 'block', policy_matched: 'No execution' });
  });
});
