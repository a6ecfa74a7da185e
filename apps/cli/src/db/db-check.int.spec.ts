import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, it, jest } from '@jest/globals';
import { migrate, type MigrationClass } from '@holdpoint/persistence';
import { createTestDatabase, type TestDatabase } from '@holdpoint/test-kit';
import { Client } from 'pg';
import { builtServices, type BuiltServices } from './built-services.ts';
import type { CheckResult } from './check.ts';
import { checkDatabase, db } from './db.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const key = Buffer.alloc(32, 7);
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

jest.setTimeout(30_000);

let services: BuiltServices;
/** Keeps the cluster with its template running between the tests. */
let holder: TestDatabase;
let database: TestDatabase;
let sql: Client;

beforeAll(async () => {
  services = await builtServices(root, 'src');
  holder = await createTestDatabase('db check', migrated);
}, 120_000);
afterAll(() => holder.drop());

beforeEach(async () => {
  database = await createTestDatabase('db check', migrated);
  sql = new Client({ connectionString: database.url });
  await sql.connect();
  // Cloning a database leaves its own rights behind.
  await sql.query(`REVOKE ALL ON DATABASE "${database.name}" FROM PUBLIC`);
});
afterEach(async () => {
  await sql.end();
  await database.drop();
});

describe('a sound database', () => {
  it('passes every check, with calls in every state', async () => {
    await approval('apr_pending', 'pending');
    await approval('apr_approved', 'approved');
    await approval('apr_released', 'released');
    await approval('apr_rejected', 'rejected');
    await approval('apr_stale', 'stale');
    await sql.query(`INSERT INTO evaluator.counters VALUES ('\\x01', 'pol_1', true, '{}', '{}', 9000000000000000); INSERT INTO evaluator.counted_keys VALUES ('pol_1', 1)`);
    const results = await check();
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results.find(({ name }) => name === 'sealed calls and secrets')?.detail).toBe('2 parked calls and 0 channel secrets can be opened');
  });

  it('is looked at only: nothing is changed and nothing is locked', async () => {
    await sql.query('BEGIN; LOCK TABLE approval_workflow.approvals IN ROW EXCLUSIVE MODE; LOCK TABLE decision_log.decisions IN ROW EXCLUSIVE MODE');
    expect((await check()).every(({ ok }) => ok)).toBe(true);
    await sql.query('COMMIT');
  });
});

describe('what is broken is named, and nothing else', () => {
  it.each<[what: string, check: string, detail: RegExp | string, breaking: () => Promise<unknown>]>([
    ['a migration that has not run', 'schema approval_workflow', /^the migrations .+ have not run: run migrate$/, () => sql.query('DELETE FROM approval_workflow.migrations WHERE id = (SELECT max(id) FROM approval_workflow.migrations)')],
    ['a migration of a newer version', 'schema decision_log', 'the migrations FromTheFuture are of another version than this one: run the version that made them, or a newer one', () => sql.query(`INSERT INTO decision_log.migrations (name) VALUES ('FromTheFuture')`)],
    ['a role that can get into another schema', 'roles', 'the role decision_log can get into the schema policy_admin', () => sql.query('GRANT USAGE ON SCHEMA policy_admin TO decision_log')],
    ['a table that belongs to somebody else', 'roles', 'policy_admin.keys belongs to postgres and not to its service\'s role', () => sql.query('ALTER TABLE policy_admin.keys OWNER TO postgres')],
    ['a database that lets everybody in', 'roles', 'every role of the server can connect to the database: run migrate', () => sql.query(`GRANT CONNECT ON DATABASE "${database.name}" TO PUBLIC`)],
    ['a month without its partition', 'partitions', new RegExp(`^the partition decisions_${month(2)} of decision_log.decisions is missing`), () => sql.query(`DROP TABLE decision_log.decisions_${month(2)}`)],
    ['decisions that no month stands ready for', 'partitions', /^decision_log.decisions_default holds decisions/, () => decision('dec_zzzzzzzzzzzzzzzzzzzzzzzzzz')],
    ['an index that is not complete', 'indexes', 'the index approval_workflow.approvals_newest is invalid: REINDEX INDEX approval_workflow.approvals_newest', () => sql.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'approval_workflow.approvals_newest'::regclass`)],
    ['two open approvals of one call', 'one open approval per call', '1 call with more than one approval that is neither stale nor superseded: default/s1/same', async () => {
      await sql.query('DROP INDEX approval_workflow.approvals_call');
      await approval('apr_1', 'pending', { call_id: 'same' });
      await approval('apr_2', 'rejected', { call_id: 'same' });
    }],
    ['an approval without the votes for it', 'approvals by enough people', '1 approval approved or released with fewer votes than the quorum: apr_1', () => approval('apr_1', 'approved', { quorum: '2' })],
    ['an approval without an end', 'approvals lapse', '1 approval approved without a time at which the approval lapses: apr_1', async () => {
      await sql.query('ALTER TABLE approval_workflow.approvals DROP CONSTRAINT approvals_check1');
      await approval('apr_1', 'approved', { lapses_at: 'NULL' });
    }],
    ['a transition without its audit entry', 'audit of transitions', '1 approval without the audit entry of the state that it is in, or of one that it went through: apr_1', async () => {
      await approval('apr_1', 'pending');
      await sql.query(`UPDATE approval_workflow.approvals SET status = 'rejected', settled_at = 1`);
    }],
    ['a call that was released twice', 'one release per approval', /^1 approval released more or less often than the audit trail says.*: apr_1$/, async () => {
      await approval('apr_1', 'released');
      await audit('apr_1', 'released');
    }],
    ['a release that the log has no decision of', 'releases in the decision log', /^1 approval released more than 10 minutes ago whose decision is neither .*: apr_1$/, async () => {
      await approval('apr_1', 'released', { released_at: 'now_ms() - 700000' });
      await sql.query(`DELETE FROM decision_log.decisions`);
    }],
    ['a deadline that nobody kept', 'overdue approvals', /^1 approval past the deadline for more than 10 minutes and not settled.*: apr_1$/, () => approval('apr_1', 'pending', { expires_at: 'now_ms() - 700000' })],
    ['an event call that nobody finished', 'event calls finished', /^1 event call settled more than 10 minutes ago and not finished.*: apr_1$/, async () => {
      await approval('apr_1', 'rejected', { event_key: `'e1'`, settled_at: 'now_ms() - 700000' });
      await approval('apr_2', 'rejected', { event_key: `'e2'`, settled_at: 'now_ms() - 500000' });
      await approval('apr_3', 'rejected', { event_key: `'e3'`, settled_at: 'now_ms() - 700000', finished_at: 'now_ms()' });
    }],
    ['messages that are stuck', 'outbox', /^2 messages of approval_workflow.outbox not sent, the oldest for 11 minutes/, () =>
      sql.query(`INSERT INTO approval_workflow.outbox (topic, subject, msg_id, body, created_at) SELECT 'T', 's', n, '{}', clock_timestamp() - interval '11 min' FROM generate_series(1, 2) n`)],
    ['a counter of a limit that nobody counts', 'limit counters', '1 policy with another number of counters than is on record: pol_1', () =>
      sql.query(`INSERT INTO evaluator.counters VALUES ('\\x01', 'pol_1', true, '{}', '{}', 9000000000000000)`)],
    ['what a limit remembers for too long', 'limit counters', /^2 rows of evaluator.counters and evaluator.admissions expired more than 10 minutes ago/, async () => {
      await sql.query(`INSERT INTO evaluator.counters VALUES ('\\x01', 'pol_1', false, '{}', '{}', 1)`);
      await sql.query(`INSERT INTO evaluator.admissions VALUES ('\\x01', 1, 1)`);
    }],
    ['a parked call that was changed', 'sealed calls and secrets', '1 parked call cannot be opened with this HOLDPOINT_SECRET_KEY: apr_1', async () => {
      await approval('apr_1', 'pending');
      await approval('apr_2', 'pending');
      await sql.query(`UPDATE approval_workflow.approvals SET sealed_call = set_byte(sealed_call, 20, 255 - get_byte(sealed_call, 20)) WHERE approval_id = 'apr_1'`);
    }],
    ['a channel whose secret nobody can open', 'sealed calls and secrets', '1 channel secret cannot be opened with this HOLDPOINT_SECRET_KEY: chn_1', () =>
      sql.query(`INSERT INTO approval_workflow.channels VALUES ('chn_1', 'default', 'webhook', 'n', 'https://example.com', true, true, NULL, '\\x00', NULL, NULL, 1, 'k', 1, NULL)`)],
  ])('%s', async (_what, name, detail, breaking) => {
    await breaking();
    const failed = (await check()).filter(({ ok }) => !ok);
    expect(failed).toEqual([{ name, ok: false, detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) }]);
  });

  it('a role with too many rights', async () => {
    await sql.query('ALTER ROLE decision_log CREATEDB');
    try {
      expect((await check()).filter(({ ok }) => !ok)).toEqual([{ name: 'roles', ok: false, detail: "the role decision_log may do more to the server than a service's role" }]);
    } finally {
      await sql.query('ALTER ROLE decision_log NOCREATEDB');
    }
  });

  it('a key that the calls were not sealed with', async () => {
    await approval('apr_1', 'approved');
    expect((await check({ secretKey: Buffer.alloc(32, 8) })).filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['sealed calls and secrets']);
    expect((await check({ secretKey: undefined })).find(({ name }) => name === 'sealed calls and secrets')).toEqual({ name: 'sealed calls and secrets', ok: true, detail: 'not looked at: give HOLDPOINT_SECRET_KEY' });
  });

  it.each([
    ['ahead', 5_000, /^this machine's clock is 5\.\d s ahead of the database's/],
    ['behind', -60_000, /^this machine's clock is 60\.\d s behind the database's|59\.\d s behind/],
  ])('a clock that is %s', async (_what, offset, detail) => {
    expect((await check({ clock: () => Date.now() + offset })).filter(({ ok }) => !ok)).toEqual([{ name: 'clock', ok: false, detail: expect.stringMatching(detail) }]);
  });

  it('a table that is gone, while the other checks go on', async () => {
    await sql.query('DROP TABLE approval_workflow.outbox');
    const results = await check();
    expect(results.find(({ name }) => name === 'outbox')).toEqual({ name: 'outbox', ok: false, detail: 'could not be checked: relation "approval_workflow.outbox" does not exist' });
    expect(results.find(({ name }) => name === 'sealed calls and secrets')?.ok).toBe(true);
  });
});

describe('a release of which the decision is elsewhere', () => {
  it('is well while the decision is in the outbox, was made just now, is too old for the log, or came after the one that counts for its event', async () => {
    await approval('apr_1', 'released', { released_at: 'now_ms() - 700000' });
    await approval('apr_2', 'released');
    await approval('apr_3', 'released', { released_at: `now_ms() - 91 * 86400000::bigint`, guard_id: `'old'` });
    await approval('apr_4', 'released', { released_at: 'now_ms() - 700000', event_key: `'e4'`, finished_at: 'now_ms()' });
    await sql.query(`DELETE FROM decision_log.decisions`);
    await sql.query(`INSERT INTO decision_log.event_decisions VALUES ('default', 'e4', true, 'dec_other', now())`);
    await sql.query(`INSERT INTO approval_workflow.outbox (topic, subject, msg_id, body) VALUES ('T', 's', 'dec_apr_1', '{}')`);
    await sql.query(
      `INSERT INTO policy_admin.guards VALUES ('old', 'old', 'allow', 'closed', 60, 60, 60, 'none', 90, 1, 1, now(), now())`,
    );
    expect((await check()).filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe('holdpoint db', () => {
  const lines: string[] = [];
  const terminal = { out: (text: string) => void lines.push(text), err: (text: string) => void lines.push(text) };
  beforeEach(() => void lines.splice(0));

  it.each([
    ['another command', ['drop'], 64],
    ['another option', ['check', '--fix'], 64],
  ])('refuses %s', async (_what, args, code) => {
    expect(await db({ root, env: {}, terminal, args })).toBe(code);
    expect(lines[0]).toContain('holdpoint db check');
  });

  it('names what is wrong with the environment without the values', async () => {
    expect(await db({ root, env: { DATABASE_ADMIN_URL: 'mysql://u:secret-value@h/x', HOLDPOINT_SECRET_KEY: 'secret-value' }, terminal, args: ['check'] })).toBe(78);
    expect(lines.join('\n')).toMatch(/DATABASE_ADMIN_URL[^]*HOLDPOINT_SECRET_KEY/);
    expect(lines.join('\n')).not.toContain('secret-value');
  });

  it('says that there is no database to look at', async () => {
    expect(await db({ root, env: { HOLDPOINT_DATA_DIR: '/nowhere/at/all' }, terminal, args: ['check'] })).toBe(1);
    expect(lines).toEqual(['holdpoint: no database: give DATABASE_ADMIN_URL, or run this while `npm start` runs']);
  });
});

async function migrated(adminUrl: string): Promise<void> {
  const load = async (app: string, module: string) => (await import(join(root, 'apps', app, 'src/migrations', `${module}.ts`))) as Record<string, readonly MigrationClass[]>;
  const [policyAdmin, decisionLog, workflow, evaluator] = await Promise.all([load('policy-admin', 'policy-admin'), load('policy-admin', 'decision-log'), load('approval-workflow', 'migrations'), load('evaluator', 'migrations')]);
  const password = 'db-check-test';
  await migrate({
    adminUrl,
    database: new URL(adminUrl).pathname.slice(1),
    services: [
      { service: 'policy_admin', password, migrations: policyAdmin['policyAdminMigrations'] ?? [] },
      { service: 'decision_log', password, migrations: decisionLog['decisionLogMigrations'] ?? [] },
      { service: 'approval_workflow', password, migrations: workflow['migrations'] ?? [] },
      { service: 'evaluator', password, migrations: evaluator['migrations'] ?? [] },
    ],
    log: silent,
  });
}

function check(options: Readonly<{ secretKey?: Buffer | undefined; clock?: () => number }> = {}): Promise<readonly CheckResult[]> {
  return checkDatabase({ url: database.url, secretKey: 'secretKey' in options ? options.secretKey : key }, services, options.clock ?? Date.now);
}

/** An approval as the service leaves it behind: with its votes, its audit trail and, released, its decision. `columns` are SQL. */
async function approval(id: string, status: string, columns: Readonly<Record<string, string>> = {}): Promise<void> {
  await sql.query(`CREATE OR REPLACE FUNCTION pg_temp.now_ms() RETURNS bigint LANGUAGE sql AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint'`);
  const sealed = services.sealUnder(key) as unknown as { seal: (approvalId: string, text: string) => Buffer };
  const settled = status === 'pending' ? 'NULL' : 'now_ms()';
  const accepted = status === 'approved' || status === 'released';
  const values: Record<string, string> = {
    approval_id: `'${id}'`,
    status: `'${status}'`,
    guard_id: `'default'`,
    session_id: `'s1'`,
    tool_name: `'deploy'`,
    key_id: `'KEYKEYKEYKEY'`,
    arguments_hash: `'hash'`,
    quorum: '1',
    policy_version: '1',
    created_at: 'now_ms()',
    expires_at: 'now_ms() + 60000',
    release_ms: '60000',
    settled_at: settled,
    lapses_at: accepted ? 'now_ms() + 60000' : 'NULL',
    released_at: status === 'released' ? 'now_ms()' : 'NULL',
    release_id: status === 'released' ? `'req_1'` : 'NULL',
    release_decision_id: status === 'released' ? `'dec_${id}'` : 'NULL',
    ...columns,
    call_id: `'${columns['call_id'] ?? `call of ${id}`}'`,
  };
  const text = Object.values(values).join(', ').replaceAll('now_ms()', 'pg_temp.now_ms()');
  await sql.query(`INSERT INTO approval_workflow.approvals (${Object.keys(values).join(', ')}, sealed_call) VALUES (${text}, $1)`, [sealed.seal(id, '{}')]);
  await audit(id, 'parked');
  if (accepted) {
    await audit(id, 'approved');
    await sql.query(`INSERT INTO approval_workflow.votes (approval_id, voter, choice, at) VALUES ($1, 'key:ann', 'approve', 1)`, [id]);
  }
  if (status === 'released') await decision(`dec_${id}`);
  if (status !== 'pending' && status !== 'approved') await audit(id, status);
}

async function audit(id: string, event: string): Promise<void> {
  await sql.query(`INSERT INTO approval_workflow.audit (approval_id, guard_id, at, event, actor, detail) VALUES ($1, 'default', 1, $2, 'system', '{}')`, [id, event]);
}

/** Into the present month, unless the id says more. */
async function decision(id: string): Promise<void> {
  const into = id.startsWith('dec_apr_') ? 'decision_log.decisions_check' : 'decision_log.decisions';
  if (id.startsWith('dec_apr_')) {
    await sql.query(`CREATE TABLE IF NOT EXISTS decision_log.decisions_check PARTITION OF decision_log.decisions FOR VALUES FROM ('dec_apr_') TO ('dec_aps'); ALTER TABLE decision_log.decisions_check OWNER TO decision_log`);
  }
  await sql.query(`INSERT INTO ${into} (id, guard_id, session_id, tool_name, action, key_id, created_at, record) VALUES ($1, 'default', 's1', 'deploy', 'allow', 'k', now(), '{}')`, [id]);
}

function month(ahead: number): string {
  const today = new Date();
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + ahead)).toISOString().slice(0, 7).replace('-', '_');
}
