import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@holdpoint/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client as Database } from 'pg';
import { TestSystem, type Result, type TestGuard } from './harness.ts';
import { Platform, type PublicEvent } from './platform.ts';

type Call = Readonly<{ id: string; name: string; arguments: object }>;
type Guarded = Readonly<{ guard: TestGuard; mode: string }>;

let test: TestSystem;
let database: Database;

/** An argument value that nothing else in the system contains. */
const secret = (mode: string, what: string): string => `canary-${mode}-${what}-4111111111111111`;
const call = (mode: string, what: string, name: string): Call => ({ id: what, name, arguments: { card: secret(mode, what), nested: { list: [secret(mode, what)] } } });

beforeAll(async () => {
  test = await TestSystem.start();
  const url = new URL(test.system.stack.postgres?.url ?? '');
  url.pathname = '/holdpoint';
  database = new Database({ connectionString: url.href });
  await database.connect();
}, 120_000);

afterAll(async () => {
  await database.end();
  await test.stop();
}, 30_000);

const policies = [
  { name: 'Ask', tool_pattern: 'deploy', action: 'require_approval' },
  { name: 'Never', tool_pattern: 'drop_*', action: 'block' },
];

describe.each(['none', 'redacted', 'full'])('a guard that records arguments: %s', (mode) => {
  let released: Result;

  beforeAll(async () => {
    const guard = await test.guard(`data-${mode}`, policies, { record_arguments: mode });
    const results = [await guard.ask(call(mode, 'allowed', 'read_file')), await guard.ask(call(mode, 'blocked', 'drop_table')), await guard.ask(call(mode, 'parked', 'deploy'))];
    released = await parkedAndReleased({ guard, mode }, 'released');
    for (const result of [...results, released]) await logged(guard, result);
    await eventually(async () => (await database.query('SELECT 1 FROM approval_workflow.outbox')).rowCount === 0);
  }, 60_000);

  it('keeps of them what it says, and in the decision log only', async () => {
    const places = { none: [], redacted: [], full: ['decision_log.decisions'] }[mode];
    expect(await placesWith(`canary-${mode}-`)).toEqual(places);
    const { rows } = await database.query<{ record: string }>('SELECT record FROM decision_log.decisions WHERE guard_id = $1', [`data-${mode}`]);
    expect(rows).toHaveLength(5);
    const kept = rows.map(({ record }) => (JSON.parse(record) as { arguments?: object }).arguments);
    for (const one of kept) {
      expect(one).toEqual(
        { none: undefined, redacted: { card: '[string]', nested: { list: ['[string]'] } }, full: { card: expect.stringMatching(`^canary-${mode}-`), nested: { list: [expect.stringMatching(`^canary-${mode}-`)] } } }[mode],
      );
    }
  });

  it('keeps of a released call no more than of any other', async () => {
    const { rows } = await database.query<{ record: string }>('SELECT record FROM decision_log.decisions WHERE id = $1', [released.metadata.decision_id]);
    expect(rows[0]?.record.includes(secret(mode, 'released'))).toBe(mode === 'full');
  });

  it('shows a parked call whole to people all the same: what waits is sealed', async () => {
    const { rows } = await database.query<{ approval_id: string }>(`SELECT approval_id FROM approval_workflow.approvals WHERE guard_id = $1 AND status = 'pending'`, [`data-${mode}`]);
    const { body } = await test.admin.expect(200, 'GET', `/v1/guard/data-${mode}/approvals/${rows[0]?.approval_id ?? ''}`);
    expect(body).toMatchObject({ tool_call: call(mode, 'parked', 'deploy') });
  });

  it('leaves no argument in a log line, nor, unless it keeps them, in a file of NATS', () => {
    expect(test.logLines.filter((line) => line.includes(`canary-${mode}-`))).toEqual([]);
    expect(filesWith(`canary-${mode}-`).length > 0).toBe(mode === 'full');
  });
});

describe('a guard that changes its mind about recording', () => {
  it('decides about what comes, releases of calls that were parked before included, and keeps what it has', async () => {
    const mode = 'changed';
    const guard = await test.guard('data-changed', policies, { record_arguments: 'full' });
    const before = await guard.ask(call(mode, 'before', 'read_file'));
    const { approval_id: id = '' } = await guard.ask(call(mode, 'across', 'deploy'));
    await guard.admin.expect(200, 'PATCH', '/v1/guards/data-changed?wait=active', { record_arguments: 'none' });
    await guard.approve(id);
    const across = await guard.ask(call(mode, 'across', 'deploy'));
    expect(across).toMatchObject({ action: 'allow', metadata: { replayed: false } });
    const after = await guard.ask(call(mode, 'after', 'read_file'));
    for (const result of [before, across, after]) await logged(guard, result);
    const holding = async ({ metadata }: Result, what: string): Promise<boolean> => {
      const { rows } = await database.query<{ record: string }>('SELECT record FROM decision_log.decisions WHERE id = $1', [metadata.decision_id]);
      return rows[0]?.record.includes(secret(mode, what)) === true;
    };
    expect([await holding(before, 'before'), await holding(across, 'across'), await holding(after, 'after')]).toEqual([true, false, false]);
  });
});

describe.each(['none', 'redacted', 'full'])('calls that came as events, of a guard that records arguments: %s', (mode) => {
  const canary = `event-${mode}`;
  let events: PublicEvent[];

  beforeAll(async () => {
    const guard = await test.guard(canary, policies, { record_arguments: mode });
    const platform = await Platform.connect(test, guard.id, guard.agent.key);
    events = [];
    // The same event may come twice.
    const followed = (more: readonly PublicEvent[]): void => void events.push(...more.filter(({ sequence }) => !events.some((event) => event.sequence === sequence)));
    const finals = (): number => events.filter(({ subject, body }) => subject.endsWith('.decision.made') && body['action'] !== 'require_approval').length;
    for (const [what, name] of [['allowed', 'read_file'], ['blocked', 'drop_table'], ['approved', 'deploy']] as const) await platform.submit({ session_id: 's1', tool_call: call(canary, what, name) });
    const parked = await eventually(async () => {
      const { body } = await guard.approver.call('GET', `${guard.path}/approvals?status=pending`);
      return (body['data'] as { id: string }[])[0]?.id;
    });
    await guard.approve(parked);
    await eventually(async () => (followed(await platform.next()), finals() >= 3), { timeoutMs: 30_000, what: 'three final decisions' });
    await platform.close();
    await eventually(async () => (await database.query('SELECT 1 FROM approval_workflow.outbox')).rowCount === 0);
  }, 60_000);

  it('are kept no more of than of calls over HTTP', async () => {
    expect(await placesWith(`canary-${canary}-`)).toEqual(mode === 'full' ? ['decision_log.decisions'] : []);
  });

  it('are made known with no more than the log keeps', () => {
    expect(events.map(({ body }) => body['action']).filter((action) => action !== undefined).sort()).toEqual(['allow', 'allow', 'block', 'require_approval']);
    expect(events.some(({ body }) => JSON.stringify(body).includes(`canary-${canary}-`))).toBe(mode === 'full');
  });

  it('leave no argument in a log line', () => {
    expect(test.logLines.filter((line) => line.includes(`canary-${canary}-`))).toEqual([]);
  });
});

async function parkedAndReleased({ guard, mode }: Guarded, what: string): Promise<Result> {
  const { approval_id: id = '' } = await guard.ask(call(mode, what, 'deploy'));
  await guard.approve(id);
  const released = await guard.ask(call(mode, what, 'deploy'));
  expect(released).toMatchObject({ action: 'allow', metadata: { replayed: false } });
  return released;
}

async function logged(guard: TestGuard, { metadata: { decision_id: id } }: Result): Promise<void> {
  await eventually(async () => (await guard.admin.call('GET', `${guard.path}/decisions/${id}`)).status === 200, { what: `the decision ${id} in the log` });
}

/** Every table of ours that holds this text in any column, as text or as bytes. */
async function placesWith(text: string): Promise<readonly string[]> {
  const { rows: tables } = await database.query<{ name: string }>(
    `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
     WHERE table_schema IN ('policy_admin', 'decision_log', 'approval_workflow', 'evaluator') AND table_type = 'BASE TABLE' AND table_name !~ '^decisions_(default|\\d)' ORDER BY 1`,
  );
  expect(tables.length).toBeGreaterThan(8);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await database.query<{ found: boolean }>(`SELECT EXISTS (SELECT 1 FROM ${name} AS one WHERE strpos(one::text, $1) > 0 OR strpos(one::text, $2) > 0) AS found`, [text, Buffer.from(text).toString('hex')]);
    if (rows[0]?.found === true) found.push(name);
  }
  return found;
}

/** NATS's files, what was deleted from streams and not yet overwritten included. The server is running and writes a file anew under another name: one that is gone when it is read has been renamed, so all are listed anew. */
function filesWith(text: string): readonly string[] {
  for (;;) {
    const files = natsFiles();
    expect(files.length).toBeGreaterThan(0);
    const contents = files.map(contentOf);
    if (!contents.includes(undefined)) return files.filter((_, at) => contents[at]?.includes(text));
  }
}

function natsFiles(): readonly string[] {
  const folder = test.system.stack.nats?.storeDir ?? '';
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Undefined if the file is gone. */
function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
