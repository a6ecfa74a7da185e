import { createServer, type Server } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { policy } from '../policies/policy.ts';

const key = `hp_sk_${'a'.repeat(12)}_${'s'.repeat(43)}`;

let folder: string;
let fake: FakeGateway;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-guard-'));
  fake = await FakeGateway.start();
});
afterEach(async () => {
  await fake.stop();
  rmSync(folder, { recursive: true, force: true });
});

const payments = { name: 'Payments', tool_pattern: 'payment_*', action: 'require_approval', priority: 20, conditions: { arguments: { '/amount': { gt: 1000 } } } };
const reads = { name: 'Reads', tool_pattern: 'read_*', action: 'allow', priority: 10 };
const theRest = { name: 'The rest', tool_pattern: '*', action: 'block', priority: -5, is_active: false, description: 'yes: "no" #1' };

describe('holdpoint policy pull', () => {
  it('writes what the guard has, in the order in which it is asked, and the same each time', async () => {
    fake.has(reads, payments, theRest);
    expect(await run(['pull', 'p.yaml'])).toEqual({ code: 0, out: [], err: ['3 policies of guard `default`, version 7: p.yaml'] });
    expect(text('p.yaml')).toBe(`# The policies of guard default, in the order in which they are asked.
default_action: allow
policies:
  - id: pol_2
    name: Payments
    tool_pattern: payment_*
    action: require_approval
    priority: 20
    conditions:
      arguments:
        /amount:
          gt: 1000
  - id: pol_1
    name: Reads
    tool_pattern: read_*
    action: allow
    priority: 10
  - id: pol_3
    name: The rest
    description: 'yes: "no" #1'
    tool_pattern: "*"
    action: block
    priority: -5
    is_active: false
`);
    expect(await run(['pull', 'p.yaml'])).toMatchObject({ code: 0 });
    expect(await run(['diff', 'p.yaml'])).toEqual({ code: 0, out: [expect.stringContaining(', version 7 -> p.yaml'), 'no difference'], err: [] });
    expect(await run(['pull', 'p.json'])).toMatchObject({ code: 0 });
    expect(await run(['diff', 'p.json'])).toMatchObject({ code: 0 });
  });

  it('writes to standard output without a file, and over another text only when told to', async () => {
    fake.has(reads);
    const { out } = await run(['pull']);
    expect(out.join('\n')).toContain('name: Reads');
    writeFileSync(join(folder, 'p.yaml'), 'mine: true\n');
    expect(await run(['pull', 'p.yaml'])).toMatchObject({ code: 2, err: ['holdpoint: p.yaml says something else: give --force to write over it'] });
    expect(text('p.yaml')).toBe('mine: true\n');
    expect(await run(['pull', 'p.yaml', '--force'])).toMatchObject({ code: 0 });
    expect(text('p.yaml')).toContain('Reads');
    expect(existsSync(join(folder, 'p.yaml.new'))).toBe(false);
  });

  it('reads all pages, and again when somebody writes between two of them', async () => {
    fake.has(...Array.from({ length: 450 }, (_, at) => ({ ...reads, name: `P${at}`, priority: -at })));
    fake.afterPage = () => {
      fake.version += 1;
      fake.afterPage = undefined;
    };
    expect(await run(['pull', 'p.json'])).toMatchObject({ code: 0, err: ['450 policies of guard `default`, version 8: p.json'] });
  });

  it('leaves out a default action that it may not read', async () => {
    fake.has(reads);
    fake.refuse = (_method, path) => (path.startsWith('/v1/guards/') ? [403, 'missing_role'] : null);
    expect(await run(['pull', 'p.yaml'])).toMatchObject({ code: 0, err: [expect.stringContaining('the key may not read its default action')] });
    expect(text('p.yaml')).not.toContain('default_action');
    writeFileSync(join(folder, 'q.yaml'), 'default_action: block\npolicies: []\n');
    expect(await run(['diff', 'q.yaml'])).toMatchObject({ code: 2, err: [expect.stringContaining('that takes the role admin')] });
  });
});

describe('holdpoint policy diff', () => {
  it('says what comes, goes and changes, and whether that loosens or tightens', async () => {
    fake.has(reads, payments, theRest);
    file('p.yaml', [{ ...payments, id: 'pol_2', name: 'Large payments', conditions: { arguments: { '/amount': { gt: 5000 } } } }, reads, { name: 'Deletes', tool_pattern: 'delete_*', action: 'block' }], 'block');
    const { code, out } = await run(['diff', 'p.yaml']);
    expect([code, ...out]).toEqual([
      1,
      `guard \`default\` at ${fake.url}, version 7 -> p.yaml`,
      '- The rest: changes no verdict (it was not active)',
      expect.stringMatching(/^~ Payments -> Large payments: loosens.* \(name: it matches fewer calls \(`conditions\.arguments\.\/amount`\)\)$/),
      expect.stringMatching(/^\+ Deletes: tightens \(/),
      '~ default_action allow -> block: tightens',
      expect.stringMatching(/^All of it /),
    ]);
    const json = JSON.parse((await run(['diff', 'p.yaml', '--format', 'json'])).out.join('\n')) as object;
    expect(json).toMatchObject({ version: 7, default_action: { before: 'allow', after: 'block' }, added: [{ policy: { name: 'Deletes' } }], removed: [{ policy: { id: 'pol_3' } }], changed: [{ after: { id: 'pol_2' } }] });
    expect(fake.writes).toEqual([]);
  });

  it.each([
    ['tool_pattern', { tool_pattern: 'payment_create' }, /^~ Payments: \w+ \(it matches fewer calls \(`tool_pattern`\)\)$/],
    ['two conditions', { conditions: { arguments: { '/amount': { gt: 2000 } }, risk_score_min: 0.5 } }, /^~ Payments: \w+ \(it matches fewer calls \(`conditions\.arguments\.\/amount`, `conditions\.risk_score_min`\)\)$/],
    ['a condition and the action', { action: 'block', conditions: {} }, /^~ Payments: \w+ \(action: `require_approval` became `block`; it matches more calls \(`conditions\.arguments\.\/amount`\)\)$/],
  ])('names %s once', async (_what, change, line) => {
    fake.has(payments);
    file('p.yaml', [{ ...payments, ...change }]);
    expect((await run(['diff', 'p.yaml'])).out.slice(1, -1)).toEqual([expect.stringMatching(line)]);
  });

  it('knows policies of another guard’s file by their names, where those are no question', async () => {
    fake.has(reads, payments, { ...theRest, name: 'Twin' }, { ...theRest, name: 'Twin', priority: -6 });
    file('p.yaml', [{ ...payments, id: 'pol_90' }, { ...reads, id: 'pol_91' }, { ...theRest, id: 'pol_92', name: 'Twin' }]);
    expect((await run(['diff', 'p.yaml'])).out.slice(1, -1).map((line) => line.slice(0, 6))).toEqual(['- Twin', '- Twin', '+ Twin']);
  });

  it('refuses an order that the guard would not ask in', async () => {
    fake.has({ ...reads, name: 'A' }, { ...reads, name: 'B' });
    writeFileSync(join(folder, 'p.yaml'), 'policies:\n  - { name: B, tool_pattern: "read_*", action: allow, priority: 10 }\n  - { name: A, tool_pattern: "read_*", action: allow, priority: 10 }\n');
    expect(await run(['push', 'p.yaml', '--yes'])).toEqual({ code: 2, out: [], err: [expect.stringMatching(/^p\.yaml:2:5: stands above `A` and has the same priority/)] });
    expect(fake.writes).toEqual([]);
  });
});

describe('holdpoint policy push', () => {
  it('makes the guard what the file says, tightening first, each write on the version that the last one made', async () => {
    fake.has(reads, payments, { ...theRest, is_active: true });
    file('p.yaml', [{ ...payments, description: 'Ask finance.' }, { ...reads, action: 'block', tool_pattern: 'read_secret*' }, { name: 'Deletes', tool_pattern: 'delete_*', action: 'allow', priority: 3 }], 'warn');
    const { code, out, err } = await run(['push', 'p.yaml', '--yes', '--wait']);
    expect({ code, err, last: out.at(-1) }).toEqual({ code: 0, err: [], last: 'Pushed: guard `default` is at version 12.' });
    expect(fake.writes.map(({ method, path, ifMatch }) => `${method} ${path} ${ifMatch ?? ''}`)).toEqual([
      expect.stringMatching(/^PATCH .*/),
      expect.stringMatching(/^(PATCH|POST) .*/),
      expect.stringMatching(/^(PATCH|POST) .*/),
      expect.stringMatching(/^(PATCH|POST|DELETE) .*/),
      expect.stringMatching(/^(POST|DELETE) .*\?wait=active .*/),
    ]);
    expect(fake.writes.filter(({ path }) => path.includes('wait='))).toHaveLength(1);
    expect(fake.writes.find(({ method }) => method === 'POST')?.ifMatch).toMatch(/^"\d+"$/);
    expect(fake.default_action).toBe('warn');
    expect(await run(['diff', 'p.yaml'])).toMatchObject({ code: 0 });
    expect(await run(['push', 'p.yaml'])).toMatchObject({ code: 0, out: [expect.any(String), 'no difference'] });
  });

  it('takes away what the file leaves out', async () => {
    fake.has(payments);
    file('p.yaml', [{ name: 'Payments', tool_pattern: 'payment_*', action: 'require_approval', priority: 20 }]);
    await run(['push', 'p.yaml', '--yes']);
    expect(fake.policies[0]).not.toHaveProperty('conditions');
  });

  it('asks first, and needs --yes where nobody can be asked', async () => {
    fake.has(reads);
    file('p.yaml', []);
    expect(await run(['push', 'p.yaml'])).toMatchObject({ code: 2, err: ['holdpoint: nothing was pushed: give --yes where nobody can be asked'] });
    expect(await run(['push', 'p.yaml'], { answer: false })).toMatchObject({ code: 1, out: [expect.any(String), expect.any(String), expect.any(String), 'Nothing was pushed.'] });
    expect(fake.writes).toEqual([]);
    expect(await run(['push', 'p.yaml'], { answer: true })).toMatchObject({ code: 0 });
    expect(fake.policies).toEqual([]);
  });

  it('writes nothing on top of what somebody else has written since it looked', async () => {
    fake.has(reads, payments);
    file('p.yaml', [payments, { ...reads, action: 'block' }, { name: 'New', tool_pattern: 'x', action: 'block' }]);
    const meanwhile = (): void => {
      fake.policies = fake.policies.map((one) => (one.id === 'pol_1' ? { ...one, description: 'hers', updated_at: '2026-11-28T09:00:00.000001Z' } : one));
      fake.version += 1;
    };
    const { code, err } = await run(['push', 'p.yaml'], { answer: true, asked: meanwhile });
    expect(code).toBe(2);
    expect(err.at(-1)).toMatch(/^holdpoint: .* meanwhile\. 0 of 2 changes are written; diff tells what is left$/);
    expect(fake.policies.find(({ id }) => id === 'pol_1')).toMatchObject({ action: 'allow', description: 'hers' });
  });

  it('stops at the first write that fails, and says what it had done', async () => {
    fake.has(reads, payments);
    file('p.yaml', [payments, { ...reads, action: 'block' }, { name: 'New', tool_pattern: 'x', action: 'warn' }]);
    fake.refuse = (method) => (method === 'POST' ? [409, 'too_many_policies'] : null);
    const { code, err } = await run(['push', 'p.yaml', '--yes']);
    expect([code, ...err]).toEqual([2, 'holdpoint: written before it stopped: ~ Reads', expect.stringMatching(/^holdpoint: \+ New: .* answers 409: .*\. 1 of 2 changes are written/)]);
  });

  it('stops where somebody writes between two of its own', async () => {
    fake.has(reads, payments);
    file('p.yaml', [{ ...payments, action: 'block' }, { ...reads, action: 'block' }]);
    fake.afterWrite = () => void (fake.version += 1);
    expect(await run(['push', 'p.yaml', '--yes'])).toMatchObject({ code: 2, err: [expect.any(String), expect.stringMatching(/somebody else has written meanwhile\. 2 of 2 changes are written/)] });
  });

  it('changes no default action that somebody else has changed since it looked', async () => {
    fake.has();
    file('p.yaml', [], 'warn');
    const asked = (): void => void (fake.default_action = 'block');
    expect(await run(['push', 'p.yaml'], { answer: true, asked })).toMatchObject({ code: 2, err: [expect.stringContaining('somebody else has changed the default action meanwhile. 0 of 1')] });
    expect(fake.default_action).toBe('block');
  });

  it('ends between two writes when it is told to, and says what it had done', async () => {
    fake.has(reads, payments);
    file('p.yaml', [{ ...payments, action: 'block' }, { ...reads, action: 'block' }]);
    const stop = new AbortController();
    fake.afterWrite = () => stop.abort();
    expect(await run(['push', 'p.yaml', '--yes'], { stop })).toMatchObject({ code: 130, err: [expect.stringMatching(/^holdpoint: written before it stopped: ~ \w+$/), expect.stringContaining('interrupted. 1 of 2')] });
    fake.afterPage = () => stop.abort();
    expect(await run(['pull'], { stop })).toEqual({ code: 130, out: [], err: ['holdpoint: interrupted'] });
  });

  it('says who does not decide by it yet', async () => {
    fake.has();
    fake.waitingFor = 'evaluator-2';
    file('p.yaml', [reads]);
    expect(await run(['push', 'p.yaml', '--yes', '--wait'])).toMatchObject({ code: 2, err: ['holdpoint: not every evaluator decides by it yet: evaluator-2'] });
  });

  it('reads the file before it asks anybody', async () => {
    writeFileSync(join(folder, 'p.yaml'), 'policies:\n  - name: X\n');
    expect(await run(['push', 'p.yaml', '--yes'], { url: 'http://127.0.0.1:9' })).toMatchObject({ code: 2, err: [expect.stringMatching(/^p\.yaml:2:5: \/policies\/0\/tool_pattern is required/), expect.any(String)] });
  });
});

describe('a guard that cannot be reached', () => {
  it.each<[string, Partial<Readonly<{ refuse: [number, string]; url: string; args: readonly string[]; env: Record<string, string> }>>, RegExp]>([
    ['for want of a key', { env: { HOLDPOINT_API_KEY: '' } }, /^holdpoint: no key: put one into HOLDPOINT_API_KEY/],
    ['with what is no key', { env: { HOLDPOINT_API_KEY: 'hunter2' } }, /^holdpoint: what stands in HOLDPOINT_API_KEY is no key/],
    ['with a key file that is not there', { args: ['--key-file', 'key'] }, /^holdpoint: the key file key cannot be read: there is no such file/],
    ['with a wrong key', { refuse: [401, 'unknown_key'] }, /^holdpoint: the key is not known at http:/],
    ['without the role', { refuse: [403, 'missing_role'] }, /^holdpoint: the key may not do that: missing_role/],
    ['because there is none', { refuse: [404, 'guard_not_found'] }, /^holdpoint: there is no guard `default` at http:/],
    ['while the gateway is in trouble', { refuse: [503, 'peer_unavailable'] }, /^holdpoint: http:.* answers 503: peer_unavailable/],
    ['where nobody listens', { url: 'http://127.0.0.1:9' }, /^holdpoint: nobody answers at http:\/\/127\.0\.0\.1:9 \(\w+/],
    ['behind an address with a password in it', { url: 'http://user:secret@127.0.0.1' }, /^holdpoint: the address of the gateway must be/],
    ['by a bad name', { args: ['--guard', 'No Such'] }, /^holdpoint: a guard is called/],
  ])('%s: one line, and no key in it', async (_what, { refuse, url, args = [], env }, line) => {
    if (refuse) fake.refuse = () => refuse;
    const told = await run(['pull', ...args], { ...(url !== undefined && { url }), ...(env && { env }) });
    expect(told).toEqual({ code: 2, out: [], err: [expect.stringMatching(line)] });
    expect(told.err[0]).not.toMatch(/secret|hunter2|\n/);
  });

  it('is not asked with a key that a redirect could take along', async () => {
    fake.redirect = `${fake.url}/elsewhere`;
    expect(await run(['pull'])).toMatchObject({ code: 2, err: [expect.stringMatching(/^holdpoint: nobody answers at /)] });
    expect(fake.paths).not.toContain('/elsewhere');
  });

  it('takes the key from a file, and the address from the environment', async () => {
    fake.has();
    writeFileSync(join(folder, 'key'), `${key}\n`);
    const { port } = new URL(fake.url);
    expect(await run(['pull', '--key-file', 'key'], { env: { HOLDPOINT_HOST: '0.0.0.0', HOLDPOINT_PORT: port }, url: null })).toMatchObject({ code: 0 });
    expect(await run(['pull'], { env: { HOLDPOINT_URL: `${fake.url}/`, HOLDPOINT_KEY: key }, url: null })).toMatchObject({ code: 0 });
  });

  it('shows no key that was given by mistake', async () => {
    for (const args of [['push', 'p.yaml', key], ['diff', key, 'x'], ['lint', `--key=${key}`, 'p.yaml'], ['pull', '--key', key], ['diff', key], ['pull', '--url', key]]) {
      const { code, out, err } = await run(args);
      expect(code).toBe(64);
      expect([...out, ...err].join('\n')).not.toContain('sssss');
    }
  });
});

type Stored = Readonly<Record<string, unknown>> & Readonly<{ id: string; updated_at: string; created_at: string; priority: number }>;

/** As much of the gateway as a push asks for. */
class FakeGateway {
  policies: Stored[] = [];
  version = 7;
  default_action = 'allow';
  waitingFor = '';
  redirect: string | undefined;
  refuse: (method: string, path: string) => [number, string] | null = () => null;
  afterPage: (() => void) | undefined;
  afterWrite: (() => void) | undefined;
  readonly writes: { method: string; path: string; ifMatch: string | undefined }[] = [];
  readonly paths: string[] = [];
  private made = 0;

  private constructor(private readonly server: Server) {}

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<FakeGateway> {
    const server = createServer((request, response) => {
      void (async () => {
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        const body = pieces.length === 0 ? undefined : (JSON.parse(Buffer.concat(pieces).toString()) as object);
        const { status, headers = {}, answer } = fake_.answer(request.method ?? '', request.url ?? '', { authorization: request.headers.authorization, ifMatch: request.headers['if-match'], body });
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
      })();
    });
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const fake_ = new FakeGateway(server);
    return fake_;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  has(...drafts: readonly object[]): void {
    this.policies = drafts.map((draft) => this.stored(draft));
  }

  answer(method: string, url: string, { authorization, ifMatch, body }: Readonly<{ authorization: string | undefined; ifMatch: string | undefined; body: object | undefined }>): Readonly<{ status: number; headers?: Record<string, string>; answer: object }> {
    this.paths.push(url);
    if (this.redirect !== undefined) return { status: 302, headers: { location: this.redirect }, answer: {} };
    const refused = authorization === `Bearer ${key}` ? this.refuse(method, url) : ([401, 'unknown_key'] as const);
    if (refused) return { status: refused[0], answer: { status: refused[0], code: refused[1], detail: refused[1] } };
    const [path = '', query = ''] = url.split('?');
    const id = /\/policies\/(.+)$/.exec(path)?.[1];
    const held = this.policies.find((one) => one.id === id);
    if (method === 'GET') return this.read(path, new URLSearchParams(query), held);

    const tag = path.startsWith('/v1/guards/') ? this.guardTag : held ? tagOf(held) : `"${this.version}"`;
    if (ifMatch !== tag) return { status: 412, answer: { status: 412, code: 'precondition_failed', detail: 'stale' } };
    this.writes.push({ method, path: url, ifMatch });
    if (path.startsWith('/v1/guards/')) this.default_action = (body as { default_action: string }).default_action;
    else if (method === 'POST') this.policies.push(this.stored(body ?? {}));
    else this.policies = this.policies.flatMap((one) => (one !== held ? [one] : method === 'DELETE' ? [] : [withoutNulls({ ...one, ...body, updated_at: this.now() })]));
    this.version += 1;
    const version = String(this.version);
    this.afterWrite?.();
    return { status: this.waitingFor === '' ? 200 : 202, headers: { 'x-policy-version': version, ...(this.waitingFor !== '' && { 'x-policy-waiting-for': this.waitingFor }) }, answer: {} };
  }

  private read(path: string, query: URLSearchParams, held: Stored | undefined): ReturnType<FakeGateway['answer']> {
    if (path.startsWith('/v1/guards/')) return { status: 200, headers: { etag: this.guardTag }, answer: { id: 'default', default_action: this.default_action } };
    if (held) return { status: 200, headers: { etag: tagOf(held) }, answer: held };
    const from = Number(query.get('cursor') ?? 0);
    const ordered = this.policies.toSorted((a, b) => b.priority - a.priority || (a.created_at < b.created_at ? -1 : 1));
    const headers = { etag: `"${this.version}"` };
    this.afterPage?.();
    return { status: 200, headers, answer: { data: ordered.slice(from, from + 200), next_cursor: from + 200 < ordered.length ? String(from + 200) : null } };
  }

  private get guardTag(): string {
    return `"guard-${this.default_action}"`;
  }

  private stored(draft: object): Stored {
    this.made += 1;
    const now = this.now();
    return { priority: 0, is_active: true, ...draft, id: `pol_${this.made}`, created_at: now, updated_at: now };
  }

  private now(): string {
    return `2026-11-28T08:00:${String(this.made % 60).padStart(2, '0')}.${String(this.version * 1_000 + this.made).padStart(6, '0')}Z`;
  }
}

const tagOf = (policy: Stored): string => `"tag-${policy.id}-${policy.updated_at}"`;
const withoutNulls = (policy: Stored): Stored => Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== null)) as Stored;

function file(name: string, policies: readonly object[], defaultAction?: string): void {
  writeFileSync(join(folder, name), JSON.stringify(defaultAction === undefined ? policies : { default_action: defaultAction, policies }));
}

const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

type Asked = Readonly<{ stop?: AbortController; answer?: boolean; asked?: () => void; url?: string | null; env?: Readonly<Record<string, string>> }>;

async function run(args: readonly string[], { stop = new AbortController(), answer, asked, url = fake.url, env = { HOLDPOINT_API_KEY: key } }: Asked = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const isRemote = ['pull', 'diff', 'push'].includes(args[0] ?? '');
  const code = await policy({
    args: url === null || !isRemote ? args : [...args, '--url', url],
    terminal: { out: (line) => out.push(line), err: (line) => err.push(line) },
    pathOf: (name) => join(folder, name),
    env,
    stop: stop.signal,
    ask: () => {
      asked?.();
      return answer === undefined ? null : Promise.resolve(answer);
    },
  });
  return { code, out, err };
}
