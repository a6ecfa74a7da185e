import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdpoint/test-kit';
import { Client, root } from './harness.ts';

let folder: string;
let dataDir: string;
const launched: Launched[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-launcher-'));
  dataDir = join(folder, 'data');
});
afterEach(async () => {
  for (const one of launched.splice(0)) await one.stop();
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `holdpoint up` as `npm start` runs it. */
class Launched {
  output = '';
  readonly ended: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  }

  static up(variables: Readonly<Record<string, string>>): Launched {
    const one = new Launched(
      spawn(process.execPath, [join(root, 'apps/cli/dist/main.js'), 'up'], { env: { ...process.env, HOLDPOINT_DATA_DIR: dataDir, HOLDPOINT_PORT: '0', HOLDPOINT_APPROVALS_PORT: '0', ...variables }, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    launched.push(one);
    return one;
  }

  async ready(): Promise<string> {
    return eventually(() => /Holdpoint is ready at (\S+)/.exec(this.output)?.[1], { timeoutMs: 90_000, what: `readiness after\n${this.output}` });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}

/** Processes whose command line or environment names the test's folder. */
function processesOf(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(text));
      } catch {
        return false;
      }
    });
}

describe('npm start', () => {
  it('shows the key once, ends everything on SIGTERM, and goes on with the same data', async () => {
    const first = Launched.up({});
    const url = await first.ready();
    const key = /hp_sk_[A-Za-z0-9]{12}_[\w-]{43}/.exec(first.output)?.[0] ?? '';
    const curl = /curl .*-d '(.*)'/.exec(first.output)?.[1] ?? '';
    const answer = await new Client(url, key).expect(200, 'POST', '/v1/guard/default/agent/validate', JSON.parse(curl));
    expect(answer.body).toMatchObject({ action: 'allow', tool_call_id: 'call_1' });
    expect(await first.stop()).toBe(0);
    expect(processesOf(folder)).toEqual([]);

    const second = Launched.up({});
    const again = new Client(await second.ready(), key);
    expect(second.output).toContain('has its admin key already');
    expect((await again.call('GET', '/v1/guards/default')).status).toBe(200);

    const third = Launched.up({});
    expect(await third.ended).toBe(1);
    expect(third.output).toMatch(/holdpoint: .*(in use|locked|running)/);
    second.signal('SIGINT');
    expect(await second.ended).toBe(0);
    expect(processesOf(folder)).toEqual([]);
  }, 180_000);

  it('answers a caller it holds with the pending state before it ends', async () => {
    const one = Launched.up({ HOLDPOINT_ADMIN_KEY: `hp_sk_${'a'.repeat(12)}_${'b'.repeat(43)}`, HOLDPOINT_DATA_DIR: join(folder, 'held') });
    const client = new Client(await one.ready(), `hp_sk_${'a'.repeat(12)}_${'b'.repeat(43)}`);
    expect(one.output).not.toContain('b'.repeat(43));
    await client.expect(201, 'POST', '/v1/guard/default/policies?wait=active', { name: 'Ask', tool_pattern: 'deploy', action: 'require_approval' });
    const held = client.call('POST', '/v1/guard/default/agent/validate', { session_id: 's', tool_calls: [{ id: 'c', name: 'deploy', arguments: {} }] }, { prefer: 'wait=300' });
    await eventually(async () => ((await client.call('GET', '/v1/guard/default/approvals?status=pending')).body['data'] as unknown[]).length > 0);
    one.signal('SIGTERM');
    expect((await held).body).toMatchObject({ action: 'require_approval' });
    expect(await one.ended).toBe(0);
  }, 120_000);

  it('leaves no process behind when it is killed, and starts again on the same data', async () => {
    const killed = Launched.up({ HOLDPOINT_DATA_DIR: join(folder, 'killed') });
    await killed.ready();
    killed.signal('SIGKILL');
    await killed.ended;
    await eventually(() => processesOf(folder).length === 0, { timeoutMs: 20_000, what: 'the end of all processes' });
    const next = Launched.up({ HOLDPOINT_DATA_DIR: join(folder, 'killed') });
    await next.ready();
    expect(next.output).toContain('has its admin key already');
  }, 120_000);

  describe('says in one sentence what is wrong', () => {
    let taken: Server;
    beforeAll(async () => {
      taken = createServer();
      await new Promise<void>((resolve) => taken.listen({ host: '127.0.0.1', port: 0 }, resolve));
    });
    afterAll(() => void taken.close());

    it('when the port is in use', async () => {
      const { port } = taken.address() as AddressInfo;
      const one = Launched.up({ HOLDPOINT_PORT: String(port), HOLDPOINT_DATA_DIR: join(folder, 'port') });
      expect(await one.ended).toBe(1);
      expect(one.output.trim().split('\n').at(-1)).toContain(`holdpoint: port ${port} on 127.0.0.1`);
    });

    it('when the admin key is malformed', async () => {
      const one = Launched.up({ HOLDPOINT_ADMIN_KEY: 'hunter2', HOLDPOINT_DATA_DIR: join(folder, 'key') });
      expect(await one.ended).toBe(1);
      expect(one.output).toContain('holdpoint: HOLDPOINT_ADMIN_KEY must be');
      expect(one.output).not.toContain('hunter2');
    });

    it('when a service cannot use its settings', async () => {
      const one = Launched.up({ HOLDPOINT_PRIVATE_DESTINATIONS: '10.0.0.0/99', HOLDPOINT_DATA_DIR: join(folder, 'ranges') });
      expect(await one.ended).toBe(1);
      expect(one.output).toContain('HOLDPOINT_PRIVATE_DESTINATIONS');
      expect(one.output).toContain('holdpoint: approval-workflow cannot use its settings');
    }, 60_000);

    it('when the environment is not right', async () => {
      const one = Launched.up({ EVALUATOR_REPLICAS: 'many' });
      expect(await one.ended).toBe(78);
      expect(one.output).toContain('EVALUATOR_REPLICAS: must be a number');
    });
  });
});
