import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LocalStackError, System, type Environment } from '@holdpoint/local-stack';
import { isProblem, readableLine } from '../up/log-lines.ts';
import type { Terminal } from '../up/up.ts';
import { accountTable, unaccountedFor } from './account.ts';
import { Api, ApiError } from './api.ts';
import { readCalls, UnreadableCalls, type Call } from './calls.ts';
import { demoPolicies } from './policies.ts';
import { decideAll, replay, type Story, type Votes } from './replay.ts';

type Context = Readonly<{ root: string; env: Environment; terminal: Terminal; stop: AbortSignal; args: readonly string[] }>;

const logWithinMs = 30_000;

/** `holdpoint demo`: replays calls, decides as a person would, and accounts for every one. Returns the exit code: 0 only when all adds up. */
export async function demo(context: Context): Promise<number> {
  const { terminal, env, root } = context;
  try {
    const { values } = parseArgs({ args: [...context.args], options: { calls: { type: 'string' } } });
    const calls = readCalls(values.calls === undefined ? join(root, 'apps/cli/sample/calls.jsonl') : resolve(env['INIT_CWD'] ?? '.', values.calls));
    const { HOLDPOINT_URL: url, HOLDPOINT_KEY: key } = env;
    if (url !== undefined && key !== undefined) return await replayOn(url, key, calls, context);
    return await withOwnSystem(context, (system) => replayOn(system.url, system.adminKey ?? '', calls, context));
  } catch (error) {
    if (error instanceof UnreadableCalls || error instanceof LocalStackError || error instanceof ApiError || isUsageError(error)) {
      terminal.err(`holdpoint: ${(error as Error).message}`);
      return 1;
    }
    throw error;
  }
}

async function withOwnSystem({ root, env, terminal, stop }: Context, act: (system: System) => Promise<number>): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdpoint-demo-'));
  terminal.out('Starting NATS, Postgres and the services for the demo …');
  try {
    const system = await System.start({
      root,
      dataDir,
      env,
      onLine: (part, line) => {
        if (isProblem(line) && part !== 'postgres' && part !== 'nats') terminal.err(readableLine(part, line, new Date()));
      },
      evaluators: 2,
      signal: stop,
    });
    try {
      return await act(system);
    } finally {
      await system.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function replayOn(url: string, adminKey: string, calls: readonly Call[], { terminal, stop }: Context): Promise<number> {
  const admin = new Api(url, adminKey);
  const guard = `demo-${randomBytes(4).toString('hex')}`;
  await admin.call('POST', '/v1/guards', { id: guard, name: 'Demo', default_action: 'allow' });
  const keyFor = async (role: string, owner: string): Promise<Api> => {
    const { key } = await admin.call<{ key: string }>('POST', '/v1/keys', { name: `demo ${role}`, guards: [guard], roles: [role], owner_email: owner });
    return new Api(url, key);
  };
  const agent = await keyFor('agent', 'agent@example.com');
  const person = await keyFor('approver', 'person@example.com');
  for (const policy of demoPolicies) await admin.call('POST', `/v1/guard/${guard}/policies?wait=active`, policy);
  terminal.out(`Guard \`${guard}\` with ${demoPolicies.length} policies; ${calls.length} calls to replay.`);

  const votes: Votes = { approved: 0, rejected: 0 };
  let over = false;
  const startedAt = performance.now();
  const deciding = decideAll(person, guard, votes, () => over);
  const replaying = replay(agent, guard, calls, stop).finally(() => (over = true));
  const [stories] = await Promise.all([replaying, deciding]);
  const seconds = (performance.now() - startedAt) / 1_000;

  const missingRows = await decisionsMissing(admin, guard, stories);
  terminal.out(`\n${accountTable(stories)}\n`);
  terminal.out(`A person approved ${votes.approved} and rejected ${votes.rejected}. ${calls.length} calls in ${seconds.toFixed(1)} s.`);
  const problems = unaccountedFor({ calls: calls.length, stories, votes, missingRows });
  for (const problem of problems) terminal.err(`not accounted for: ${problem}`);
  if (problems.length === 0) terminal.out('Every call, vote and decision is accounted for.');
  return problems.length === 0 ? 0 : 1;
}

/** How many answered decisions the log does not show, once it has had time to. */
async function decisionsMissing(admin: Api, guard: string, stories: readonly Story[]): Promise<number> {
  const wanted = new Set(stories.flatMap((story) => story.decisions));
  const until = performance.now() + logWithinMs;
  for (;;) {
    const missing = new Set(wanted);
    let cursor: string | null = null;
    do {
      const page: { data: readonly { id: string }[]; next_cursor: string | null } = await admin.call(
        'GET',
        `/v1/guard/${guard}/decisions?limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      for (const { id } of page.data) missing.delete(id);
      cursor = page.next_cursor;
    } while (cursor !== null);
    if (missing.size === 0 || performance.now() > until) return missing.size;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const isUsageError = (error: unknown): boolean => error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
