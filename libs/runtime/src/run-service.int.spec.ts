import { execFile, spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const project = join(import.meta.dirname, '..');
const compiler = join(project, '../../node_modules/.bin/tsc');
const logLevelOnly = "z.object({ LOG_LEVEL: z.string().default('info') }).transform(({ LOG_LEVEL }) => ({ logLevel: LOG_LEVEL }))";

let built: string;
beforeAll(async () => {
  await mkdir(join(project, 'dist'), { recursive: true });
  built = await mkdtemp(join(project, 'dist', 'run-service-'));
  const emit = ['--outDir', built, '--composite', 'false', '--incremental', 'false', '--declaration', 'false', '--declarationMap', 'false'];
  await promisify(execFile)(compiler, ['-p', join(project, 'tsconfig.lib.json'), ...emit]);
}, 60_000);
afterAll(() => rm(built, { recursive: true, force: true }));

describe('a service', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('told to end by %s, stops and exits 0', async (signal) => {
    const child = await run(running("async () => log.info({}, 'let go')"));
    await child.line('started');
    child.kill(signal);
    expect(await child.exit).toEqual({ code: 0, signal: null });
    expect(child.messages()).toEqual(['started', 'stopping', 'let go', 'stopped']);
  });

  it('takes two signals at once for one', async () => {
    const child = await run(running("async () => { await new Promise((resolve) => setImmediate(resolve)); log.info({}, 'let go'); }"));
    await child.line('started');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await child.exit).toEqual({ code: 0, signal: null });
    expect(child.messages().filter((message) => message === 'let go')).toHaveLength(1);
  });

  it('that does not stop is ended at once by a later signal', async () => {
    const child = await run(running('() => new Promise(() => undefined)'));
    await child.line('started');
    child.kill('SIGTERM');
    await child.line('stopping');
    const again = setInterval(() => child.kill('SIGTERM'), 100);
    expect(await child.exit).toEqual({ code: 143, signal: null });
    clearInterval(again);
  });

  it('that does not stop within ten seconds exits 1', async () => {
    const child = await run(running('() => new Promise(() => undefined)'));
    await child.line('started');
    child.kill('SIGTERM');
    expect(await child.exit).toEqual({ code: 1, signal: null });
    expect(child.messages()).toContain('not stopped in time');
  }, 30_000);

  it('whose stop fails exits 1', async () => {
    const child = await run(running("async () => { throw new Error('stuck'); }"));
    await child.line('started');
    child.kill('SIGTERM');
    expect(await child.exit).toEqual({ code: 1, signal: null });
    expect(child.messages()).toContain('could not stop cleanly');
  });

  it('told to end while it starts, is not left half started', async () => {
    const child = await run(`
      log.info({}, 'starting');
      await new Promise((resolve) => shutdown.addEventListener('abort', resolve, { once: true }));
      return { stop: async () => log.info({}, 'let go') };`);
    await child.line('starting');
    child.kill('SIGTERM');
    expect(await child.exit).toEqual({ code: 0, signal: null });
    expect(child.messages()).toEqual(['starting', 'stopping', 'let go', 'stopped']);
  });

  it('with an invalid configuration exits 78, with every problem on standard error and nothing on standard output', async () => {
    const child = await run('', { schema: 'z.object({ NATS_URL: z.url(), PORT: z.coerce.number() })', env: { PORT: 'hunter2' } });
    expect(await child.exit).toEqual({ code: 78, signal: null });
    expect(child.stderr()).toMatch(/^gateway: invalid configuration\n {2}NATS_URL: is required\n {2}PORT: .+\n$/);
    expect(child.stderr()).not.toContain('hunter2');
    expect(child.messages()).toEqual([]);
  });

  it('that cannot start exits 1 with one log line', async () => {
    const child = await run("throw new Error('the port is taken');");
    expect(await child.exit).toEqual({ code: 1, signal: null });
    expect(child.lines()).toMatchObject([{ level: 'error', msg: 'could not start', service: 'gateway', err: { message: 'the port is taken' } }]);
    expect(child.stderr()).toBe('');
  });

  it.each([
    ['an exception that nothing catches', "setImmediate(() => { throw new Error('a defect'); });"],
    ['a rejection that nothing handles', "setImmediate(() => void Promise.reject(new Error('a defect')));"],
  ])('stops after %s and exits 1', async (_, defect) => {
    const child = await run(`${defect} ${running("async () => log.info({}, 'let go')")}`);
    expect(await child.exit).toEqual({ code: 1, signal: null });
    expect(child.lines()).toContainEqual(expect.objectContaining({ level: 'error', err: expect.objectContaining({ message: 'a defect' }) }));
    expect(child.messages()).toContain('let go');
  });

  it('logs at the level of its configuration', async () => {
    const child = await run("log.info({}, 'unheard'); log.warn({}, 'heard'); throw new Error('done');", { env: { LOG_LEVEL: 'warn' } });
    await child.exit;
    expect(child.messages()).toEqual(['heard', 'could not start']);
  });

  /** A child process whose service starts with `body`. */
  function run(body: string, { schema = logLevelOnly, env }: Readonly<{ schema?: string; env?: Environment }> = {}) {
    return child(`await runService({ name: 'gateway', config: () => readConfig(${schema}, process.env), start: async (config, { log, shutdown }) => { ${body} } });`, env);
  }
});

describe('a job', () => {
  it('that is done exits 0 and says what came of it', async () => {
    const job = await run("log.info({}, 'at work'); return { applied: ['a'] };");
    expect(await job.exit).toEqual({ code: 0, signal: null });
    expect(job.lines()).toMatchObject([{ msg: 'at work' }, { level: 'info', service: 'sweep', msg: 'swept', applied: ['a'] }]);
    expect(job.stderr()).toBe('');
  });

  it('that fails exits 1 with one log line', async () => {
    const job = await run("throw new Error('no broom');");
    expect(await job.exit).toEqual({ code: 1, signal: null });
    expect(job.lines()).toMatchObject([{ level: 'error', msg: 'could not sweep', err: { message: 'no broom' } }]);
    expect(job.stderr()).toBe('');
  });

  it('that is refused also tells on standard error why', async () => {
    const job = await run("throw new Refused('the floor is wet');");
    expect(await job.exit).toEqual({ code: 1, signal: null });
    expect(job.messages()).toEqual(['could not sweep']);
    expect(job.stderr()).toBe('sweep: the floor is wet\n');
  });

  it('with an invalid configuration exits 78 before it begins, with every problem on standard error and nothing on standard output', async () => {
    const job = await run("log.info({}, 'at work'); return {};", { schema: 'z.object({ NATS_URL: z.url(), PORT: z.coerce.number() })', env: { PORT: 'hunter2' } });
    expect(await job.exit).toEqual({ code: 78, signal: null });
    expect(job.stderr()).toMatch(/^sweep: invalid configuration\n {2}NATS_URL: is required\n {2}PORT: .+\n$/);
    expect(job.stderr()).not.toContain('hunter2');
    expect(job.messages()).toEqual([]);
  });

  /** A child process whose job is `body`. */
  function run(body: string, { schema = 'z.object({})', env }: Readonly<{ schema?: string; env?: Environment }> = {}) {
    return child(
      `class Refused extends Error {}
       const config = () => readConfig(${schema}, process.env);
       await runJob({ name: 'sweep', config, run: async (config, log) => { ${body} }, done: 'swept', failed: 'could not sweep', refusal: Refused });`,
      env,
    );
  }
});

type Environment = Readonly<Record<string, string>>;

async function child(body: string, env: Environment = {}) {
  const script = join(built, `service-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(script, `import { z } from 'zod';\nimport { readConfig, runJob, runService } from './index.js';\n${body}`);
  const started = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  started.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    for (const look of waiting) look();
  });
  started.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const lines = () =>
    out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const messages = () => lines().map(({ msg }) => msg);
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    started.once('close', (code, signal) => resolve({ code, signal }));
  });
  const line = async (message: string): Promise<void> => {
    const heard = new Promise<void>((resolve) => {
      const look = () => {
        if (!out.endsWith('\n') || !messages().includes(message)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
    const gone = exit.then(() => {
      throw new Error(`ended before it said \`${message}\`: ${out}${err}`);
    });
    await Promise.race([heard, gone]);
    gone.catch(() => undefined);
  };
  return { kill: (signal: NodeJS.Signals) => started.kill(signal), exit, line, lines, messages, stderr: () => err };
}

/** The end of a start. */
function running(stop: string): string {
  return `log.info({}, 'started'); return { stop: ${stop} };`;
}
