import { connect, PermissionViolationError } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { makePostgresTemplate, startLocalStack, type LocalStack, type LocalStackOptions } from './index.ts';
import { identityOf } from './process-identity.ts';

jest.setTimeout(60_000);

const password = 'of-this-file-only';
const log = (): void => undefined;
let template: string;
let folder: string;
const running: LocalStack[] = [];

beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), 'holdpoint-template-'));
  await makePostgresTemplate({ folder: template, password, env: process.env, log });
});
afterAll(() => {
  rmSync(template, { recursive: true, force: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-stack-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((stack) => stack.stop()));
  rmSync(folder, { recursive: true, force: true });
});

describe('a second start', () => {
  it('finds the data, the ports and the passwords of the first', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE parked (id int); INSERT INTO parked VALUES (7)');
    const secret = first.secret('HOLDPOINT_SECRET_KEY');
    await first.stop();
    const second = await start();

    expect(await query(second, 'SELECT id FROM parked')).toEqual([{ id: 7 }]);
    expect([second.nats?.port, second.postgres?.port]).toEqual([first.nats?.port, first.postgres?.port]);
    expect(second.nats?.users).toEqual(first.nats?.users);
    expect(second.secret('HOLDPOINT_SECRET_KEY')).toBe(secret);
  });

  it('moves to another port where a remembered one is taken by now', async () => {
    const first = await start({ postgres: false });
    await first.stop();
    const thief = await hold(first.nats!.port);
    const second = await start({ postgres: false });
    expect(second.nats?.port).not.toBe(first.nats?.port);
    await release(thief);
  });

  it('is refused while the first one runs, and says who holds the folder', async () => {
    await start({ postgres: false });
    await expect(start({ postgres: false })).rejects.toMatchObject({
      code: 'data_dir_locked',
      message: `the data folder \`${dataDir()}\` is in use by process ${process.pid}; stop that one or choose another folder`,
    });
  });

  it('takes over the lock of a process that is gone, though its pid is another process now', async () => {
    const first = await start({ postgres: false });
    await first.stop();
    writeFileSync(join(dataDir(), 'lock'), `${process.pid}\nan earlier boot\n`);
    await expect(start({ postgres: false })).resolves.toBeDefined();
  });
});

describe('a data folder', () => {
  it('is ours alone, with every secret in it', async () => {
    await start({ postgres: false });
    const paths = readdirSync(dataDir(), { recursive: true, encoding: 'utf8' });
    expect(statSync(dataDir()).mode & 0o777).toBe(0o700);
    for (const path of ['secrets.json', 'nats/nats.conf']) {
      expect(paths).toContain(path);
      expect(statSync(join(dataDir(), path)).mode & 0o777).toBe(0o600);
    }
  });

  it.each([
    ['holds files of others', () => writeFileSync(join(dataDir(), 'thesis.tex'), ''), 'holds files that are not ours'],
    ['is of another format', () => writeFileSync(join(dataDir(), 'holdpoint.json'), '{"format":"holdpoint-data","version":99}'), 'is of data format 99, this program reads format 1'],
    ['has a marker of others', () => writeFileSync(join(dataDir(), 'holdpoint.json'), '{}'), 'has a `holdpoint.json` that is not ours'],
  ])('that %s is left alone', async (_, prepare, why) => {
    mkdirSync(dataDir());
    prepare();
    const before = readdirSync(dataDir());
    await expect(start()).rejects.toMatchObject({ code: 'data_dir_foreign', message: `the data folder \`${dataDir()}\` ${why}; choose another one` });
    expect(readdirSync(dataDir())).toEqual(before);
  });

  it('that is a file is refused in a sentence', async () => {
    writeFileSync(dataDir(), '');
    await expect(start()).rejects.toMatchObject({ code: 'data_dir_foreign', message: expect.stringContaining('is not a folder') as unknown });
  });
});

describe('a port that was asked for', () => {
  it.each(['nats', 'postgres'] as const)('and is in use is named, for %s; nothing is left running or locked', async (part) => {
    const thief = await hold();
    const { port } = thief.address() as AddressInfo;
    const before = children();
    const only = { nats: part === 'nats', postgres: part === 'postgres', ports: { [part]: port } };
    await expect(start(only)).rejects.toMatchObject({
      code: 'port_in_use',
      message: `port ${port} on 127.0.0.1, asked for by ${part === 'nats' ? 'nats-server' : 'postgres'}, is in use by another program; stop that one or choose another port`,
    });
    expect(children()).toEqual(before);
    await release(thief);
    const stack = await start(only);
    expect(stack[part]?.port).toBe(port);
  });
});

describe('stop', () => {
  it('leaves no child, and may be called twice', async () => {
    const before = children();
    const stack = await start();
    const pids = [stack.nats!.pid, stack.postgres!.pid];
    expect(children().length).toBeGreaterThan(before.length);
    await stack.stop();
    await stack.stop();
    expect(pids.map((pid) => identityOf(pid))).toEqual([undefined, undefined]);
    expect(children()).toEqual(before);
  });

  it('ends servers that a debugger or a person has paused', async () => {
    const stack = await start();
    await stack.nats!.kill('SIGSTOP');
    await stack.postgres!.kill('SIGSTOP');
    await stack.stop();
    expect(stack.nats!.isRunning()).toBe(false);
    expect(stack.postgres!.isRunning()).toBe(false);
  });
});

describe('a server that ends by itself', () => {
  it('is reported, one that was asked to is not', async () => {
    const ended: string[] = [];
    let report = (): void => undefined;
    const reported = new Promise<void>((resolve) => (report = resolve));
    const stack = await start({
      onExit: (part, { signal }) => {
        ended.push(`${part} ${String(signal)}`);
        report();
      },
    });
    await stack.postgres!.kill('SIGKILL');
    process.kill(stack.nats!.pid, 'SIGKILL');
    await reported;
    expect(ended).toEqual(['nats SIGKILL']);
  });
});

describe('NATS users', () => {
  it('may do what their permissions say, and nothing without the password', async () => {
    const stack = await start({ postgres: false, natsUsers: [{ user: 'asker' }, { user: 'answerer', permissions: { publish: [], subscribe: ['work'], allowResponses: true } }] });
    const { port, users } = stack.nats!;
    const [asker, answerer] = await Promise.all(users.map(({ user, password: pass }) => connect({ port, user, pass })));
    answerer!.subscribe('work', { callback: (_, message) => void message.respond('done') });
    await answerer!.flush();
    expect((await asker!.request('work')).string()).toBe('done');

    const refused = new Promise((resolve) => {
      answerer!.subscribe('elsewhere', { callback: (error) => resolve(error) });
    });
    await expect(refused).resolves.toBeInstanceOf(PermissionViolationError);
    await Promise.all([asker!.close(), answerer!.close()]);
    await expect(connect({ port, user: 'asker', pass: 'wrong', reconnect: false })).rejects.toThrow();
    await expect(connect({ port, reconnect: false })).rejects.toThrow();
  });
});

describe('Postgres', () => {
  it('lets nobody in without the password, and speaks UTF-8 and UTC', async () => {
    const stack = await start({ nats: false });
    const wrong = new URL(stack.postgres!.url);
    wrong.password = 'wrong';
    await expect(query({ postgres: { url: wrong.href } }, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(await query(stack, "SELECT current_setting('TimeZone') AS zone, upper('ä') AS upper")).toEqual([{ zone: 'UTC', upper: 'Ä' }]);
  });
});

function dataDir(): string {
  return join(folder, 'data');
}

async function start(options: Partial<LocalStackOptions> = {}): Promise<LocalStack> {
  const stack = await startLocalStack({
    dataDir: dataDir(),
    natsUsers: [{ user: 'gateway' }],
    env: process.env,
    log,
    durability: 'test',
    postgresTemplate: { folder: template, password },
    ...options,
  });
  running.push(stack);
  return stack;
}

/** Processes whose parent we are. */
function children(): string[] {
  return execFileSync('ps', ['-A', '-o', 'ppid=,pid=,comm='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([parent, , name]) => Number(parent) === process.pid && name !== 'ps')
    .map(([, pid, name]) => `${String(pid)} ${String(name)}`);
}

function hold(port = 0): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

function release(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function query({ postgres }: { postgres?: { url: string } }, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: postgres!.url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}
