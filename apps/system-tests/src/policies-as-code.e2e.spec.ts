import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root, TestSystem, type TestGuard } from './harness.ts';

let folder: string;
let test: TestSystem;
let guard: TestGuard;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-policies-as-code-'));
  test = await TestSystem.start({ evaluators: 2 });
  guard = await test.guard('shop', []);
  await guard.addPolicy({ name: 'Large payments', tool_pattern: 'payment_*', action: 'require_approval', priority: 20, conditions: { arguments: { '/amount': { gt: 1000 } } } });
  await guard.addPolicy({ name: 'Reads', tool_pattern: 'read_*', action: 'warn', priority: 10, description: 'Who reads is seen.' });
}, 120_000);
afterAll(async () => {
  await test.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe('policies as code, against the running system', () => {
  it('are pulled, changed in the file, looked at, pushed, and decide by when the push ends', async () => {
    expect(await holdpoint(['policy', 'pull', 'p.yaml'])).toMatchObject({ code: 0, err: expect.stringContaining('2 policies of guard `shop`') });
    expect(await holdpoint(['policy', 'diff', 'p.yaml'])).toMatchObject({ code: 0, out: expect.stringContaining('no difference') });
    expect(await holdpoint(['policy', 'lint', '--strict', 'p.yaml'])).toMatchObject({ code: 0 });

    write('p.yaml', `${read('p.yaml').replace('action: warn', 'action: block').replace('    description: Who reads is seen.\n', '')}  - name: Deletes\n    tool_pattern: "delete_*"\n    action: block\n`);
    const looked = await holdpoint(['policy', 'diff', 'p.yaml']);
    expect(looked).toMatchObject({ code: 1, out: expect.stringMatching(/~ Reads: tightens .*\n\+ Deletes: tightens .*\nAll of it tightens\.\n$/s) });
    expect(await holdpoint(['policy', 'push', 'p.yaml'])).toMatchObject({ code: 2, err: expect.stringContaining('give --yes') });
    expect(await holdpoint(['policy', 'push', 'p.yaml', '--yes', '--wait'])).toMatchObject({ code: 0, out: expect.stringContaining('Pushed: guard `shop` is at version '), err: '' });
    for (const name of ['read_file', 'delete_file']) {
      for (const id of ['a', 'b', 'c']) expect(await guard.ask({ id: `${name}-${id}`, name, arguments: {} })).toMatchObject({ action: 'block' });
    }
    expect((await policies()).find(({ name }) => name === 'Reads')).not.toHaveProperty('description');
    expect(await holdpoint(['policy', 'push', 'p.yaml', '--yes'])).toMatchObject({ code: 0, out: expect.stringContaining('no difference') });
  }, 60_000);

  it('judge offline as the system does', async () => {
    expect(await holdpoint(['policy', 'pull', 'now.json', '--force'])).toMatchObject({ code: 0 });
    const calls = [
      { id: 'd1', name: 'payment_create', arguments: { amount: 4800 } },
      { id: 'd2', name: 'payment_create', arguments: { amount: 5 } },
      { id: 'd3', name: 'read_file', arguments: { path: '../../../../etc/passwd' } },
      { id: 'd4', name: 'delete_user', arguments: {} },
    ];
    const { code, out } = await holdpoint(['decide', '--policies', 'now.json'], calls.map((call) => JSON.stringify({ session_id: 's2', tool_calls: [call] })).join('\n'));
    const offline = out.trimEnd().split('\n').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(code).toBe(0);
    for (const [index, call] of calls.entries()) {
      const { action, policy_matched, risk_score, threats_detected, metadata } = await guard.ask(call, { session: 's2' });
      expect(offline[index]).toMatchObject({ id: call.id, action, policy: policy_matched, policy_id: metadata.policy_id, risk_score, threats_detected });
    }
  }, 60_000);

  it('of a second guard come from the same file, default action included', async () => {
    const other = await test.guard('shop-two', []);
    write('both.yaml', `default_action: block\n${read('now.json').startsWith('{') ? `policies: ${JSON.stringify((JSON.parse(read('now.json')) as { policies: unknown }).policies)}` : ''}\n`);
    expect(await holdpoint(['policy', 'push', 'both.yaml', '--yes', '--wait', '--guard', 'shop-two'])).toMatchObject({ code: 0, err: '' });
    expect(await other.ask({ id: 'o1', name: 'anything', arguments: {} })).toMatchObject({ action: 'block', policy_matched: null });
    expect(await holdpoint(['policy', 'diff', 'both.yaml', '--guard', 'shop-two'])).toMatchObject({ code: 0 });
  }, 60_000);

  it('are not pushed over what somebody else has written, and the one who writes loses nothing', async () => {
    await holdpoint(['policy', 'pull', 'race.yaml', '--force']);
    const before = read('race.yaml');
    const pushes = Array.from({ length: 4 }, async (_, at) => {
      const name = `race-${at}.yaml`;
      write(name, before.replace('action: block', `action: block\n    description: by ${at}`));
      return { at, ...(await holdpoint(['policy', 'push', name, '--yes'])) };
    });
    const done = await Promise.all(pushes);
    const shown = (await policies()).find(({ name }) => name === 'Reads')?.['description'];
    const won = done.filter(({ code }) => code === 0);
    // One after the other they would all count; of those that met, the one that came first.
    expect(won.map(({ at }) => `by ${at}`)).toContain(shown);
    for (const { code, err } of done) if (code !== 0) expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('meanwhile') });
  }, 60_000);

  it('cannot be pushed by who may not, and no key is shown', async () => {
    const key = guard.agent.key;
    const told = await holdpoint(['policy', 'push', 'p.yaml', '--yes'], '', { HOLDPOINT_API_KEY: key });
    expect(told).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^holdpoint: the key may not do that: .*\n$/) });
    expect(await holdpoint(['policy', 'diff', 'p.yaml', '--guard', 'nowhere'])).toMatchObject({ code: 2, err: expect.stringMatching(/^holdpoint: there is no guard `nowhere` at http:.*\n$/) });
    expect(await holdpoint(['policy', 'diff', 'p.yaml'], '', { HOLDPOINT_API_KEY: `hp_sk_${'x'.repeat(12)}_${'y'.repeat(43)}` })).toMatchObject({ code: 2, err: expect.stringMatching(/^holdpoint: the key is not known at http:.*\n$/) });
    expect(test.logLines.join('\n')).not.toContain(key);
  }, 60_000);
});

async function policies(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await guard.admin.expect(200, 'GET', `${guard.path}/policies`)).body['data'] as readonly Readonly<Record<string, unknown>>[];
}

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

async function holdpoint(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): Promise<Readonly<{ code: number | null; out: string; err: string }>> {
  const given = { HOLDPOINT_URL: test.system.url, HOLDPOINT_API_KEY: test.admin.key, INIT_CWD: folder, ...env };
  const remote = args[0] === 'policy' && ['pull', 'diff', 'push'].includes(args[1] ?? '') && !args.includes('--guard') ? ['--guard', 'shop'] : [];
  const child = spawn(process.execPath, [join(root, 'apps/cli/holdpoint.mjs'), ...args, ...remote], { env: { ...process.env, ...given }, stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
