import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@holdpoint/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client as Database } from 'pg';
import { baseBackup } from './base-backup.ts';
import { Client, root, TestGuard, TestSystem, type Json, type Result } from './harness.ts';
import { Platform } from './platform.ts';

const deploy = (id: string): { id: string; name: string; arguments: object } => ({ id, name: 'deploy', arguments: { ref: 'main', id } });
const read = (id: string): { id: string; name: string; arguments: object } => ({ id, name: 'read_file', arguments: { path: id } });
const secretKey = randomBytes(32).toString('base64');
/** Allowed and answered after the log's writer was stopped: acknowledged by NATS, and in Postgres not yet. */
const unwritten = 7;

let folder: string;
let dataDir: string;
let backup: string;
/** The one that runs. */
let running: TestSystem | undefined;
let restored: TestSystem;
let guard: TestGuard;
let revokedKey: string;
let approvedId: string;
let pendingId: string;
let doneId: string;
let eventId: string;
let policyVersion: number | null;
let written: readonly string[];
let lost: readonly string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-'));
  [dataDir, backup] = [join(folder, 'data'), join(folder, 'backup')];
  const before = await TestSystem.start({ dataDir, secretKey });
  running = before;
  guard = await before.guard('keep', [{ name: 'Ask', tool_pattern: 'deploy', action: 'require_approval' }]);
  const { body: revoked } = await guard.admin.expect(201, 'POST', '/v1/keys', { name: 'revoked', guards: ['keep'], roles: ['agent'] });
  await guard.admin.call('DELETE', `/v1/keys/${String(revoked['id'])}`);
  revokedKey = String(revoked['key']);

  const parked = async (id: string): Promise<string> => (await guard.ask(deploy(id))).approval_id ?? '';
  [approvedId, pendingId, doneId] = [await parked('approved'), await parked('pending'), await parked('done')];
  await guard.approve(approvedId);
  await guard.approve(doneId);
  const platform = await Platform.connect(before, guard.id, guard.agent.key);
  await platform.submit({ session_id: 's1', tool_call: deploy('event') });
  await platform.close();
  eventId = await eventually(async () => {
    const { body } = await guard.approver.call('GET', `${guard.path}/approvals?status=pending`);
    return (body['data'] as { id: string; tool_call: { id: string } }[]).find((one) => one.tool_call.id === 'event')?.id;
  });
  const released = await guard.ask(deploy('done'));
  expect(released).toMatchObject({ action: 'allow', metadata: { replayed: false } });
  const allowed = await guard.ask(read('written'));
  policyVersion = allowed.metadata.policy_version;
  written = [released, allowed].map(({ metadata }) => metadata.decision_id);
  for (const id of written) await eventually(async () => (await decision(id)) === 200, { what: `the decision ${id} in the log` });

  await before.system.service('decision-log').stop();
  const answered: Result[] = [];
  for (let at = 0; at < unwritten; at += 1) answered.push(await guard.ask(read(`unwritten-${at}`)));
  expect(answered.map(({ action }) => action)).toEqual(answered.map(() => 'allow'));
  lost = answered.map(({ metadata }) => metadata.decision_id);

  await baseBackup({ adminUrl: before.system.stack.postgres?.url ?? '', cluster: join(dataDir, 'postgres/cluster'), to: join(backup, 'cluster') });
  copyFileSync(join(dataDir, 'secrets.json'), join(backup, 'secrets.json'));
  copyFileSync(join(dataDir, 'holdpoint.json'), join(backup, 'holdpoint.json'));
  await before.stop();

  // Everything is gone: Postgres's files, and NATS's store with what it had acknowledged.
  rmSync(dataDir, { recursive: true });
  mkdirSync(join(dataDir, 'postgres'), { recursive: true, mode: 0o700 });
  cpSync(join(backup, 'cluster'), join(dataDir, 'postgres/cluster'), { recursive: true });
  for (const file of ['secrets.json', 'holdpoint.json']) copyFileSync(join(backup, file), join(dataDir, file));
  restored = await TestSystem.start({ dataDir, secretKey });
  running = restored;
  guard = new TestGuard('keep', new Client(restored.system.url, guard.admin.key), new Client(restored.system.url, guard.agent.key), new Client(restored.system.url, guard.approver.key));
}, 180_000);

afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

describe('a system that was backed up, wiped and restored', () => {
  it('passes `holdpoint db check`, and would tell if the key were another one', async () => {
    // Found by the data folder, key and all: `npm start` was given this key from outside.
    const sound = await dbCheck({ HOLDPOINT_DATA_DIR: dataDir, HOLDPOINT_SECRET_KEY: secretKey });
    expect(sound).toEqual({ code: 0, failed: [] });
    const wrong = await dbCheck({ HOLDPOINT_DATA_DIR: dataDir, HOLDPOINT_SECRET_KEY: randomBytes(32).toString('base64') });
    expect(wrong).toEqual({ code: 1, failed: ['sealed calls and secrets'] });
  });

  it('has its guards, policies and keys: the same version decides, and a revoked key stays out', async () => {
    const result = await guard.ask(read('after'));
    expect(result).toMatchObject({ action: 'allow', metadata: { policy_version: policyVersion } });
    expect((await new Client(restored.system.url, revokedKey).call('POST', `${guard.path}/agent/validate`, { session_id: 's1', tool_calls: [read('revoked')] })).status).toBe(401);
  });

  it('still has the parked call: people see it, approve it, and it is released', async () => {
    expect(await guard.approval(pendingId)).toMatchObject({ status: 'pending', tool_call: deploy('pending') });
    expect(await guard.ask(deploy('pending'))).toMatchObject({ action: 'require_approval', approval_id: pendingId });
    expect((await guard.approve(pendingId)).status).toBe(200);
    expect(await guard.ask(deploy('pending'))).toMatchObject({ action: 'allow', approval_id: pendingId, metadata: { replayed: false } });
  });

  it('releases the call that was approved before, to exactly one of 20 that ask at once', async () => {
    expect(await guard.approval(approvedId)).toMatchObject({ status: 'approved' });
    const results = await Promise.all(Array.from({ length: 20 }, () => guard.ask(deploy('approved'))));
    expect(results.filter(({ action, metadata }) => action === 'allow' && metadata.replayed === false)).toHaveLength(1);
  });

  it('finishes the call that came as an event, though NATS knows nothing of it any more', async () => {
    expect((await guard.approve(eventId)).status).toBe(200);
    const final = await eventually(async () => {
      const { body } = await guard.admin.call('GET', `${guard.path}/decisions`);
      return (body['data'] as Json[]).find((one) => one['tool_call_id'] === 'event' && one['action'] === 'allow');
    });
    expect(final).toMatchObject({ approval_id: eventId, metadata: { replayed: false } });
  });

  it('never releases again what was released before the backup', async () => {
    const result = await guard.ask(deploy('done'));
    expect({ released: result.action === 'allow' && result.metadata.replayed !== true, approval: (await guard.approval(doneId))['status'] }).toEqual({ released: false, approval: 'released' });
  });

  it('has lost no decision but those that NATS had acknowledged and Postgres had not yet', async () => {
    const found = await Promise.all([...written, ...lost].map(decision));
    expect(found).toEqual([...written.map(() => 200), ...lost.map(() => 404)]);
    expect(lost).toHaveLength(unwritten);
    const next = await guard.ask(read('next'));
    await eventually(async () => (await decision(next.metadata.decision_id)) === 200);
  });

  it('lapses what is approved by the statement of the manual, for a backup that does not know what was released since', async () => {
    const { approval_id: id = '' } = await guard.ask(deploy('unsure'));
    await guard.approve(id);
    const database = new Database({ connectionString: inHoldpoint(restored.system.stack.postgres?.url ?? '') });
    await database.connect();
    await database.query(statementOfTheManual());
    await database.end();
    await eventually(async () => (await guard.approval(id))['status'] === 'lapsed');
    expect(await guard.ask(deploy('unsure'))).toMatchObject({ action: 'block', code: 'approval_lapsed' });
    expect(await dbCheck({ HOLDPOINT_DATA_DIR: dataDir, HOLDPOINT_SECRET_KEY: secretKey })).toEqual({ code: 0, failed: [] });
  });
});

async function decision(id: string): Promise<number> {
  return (await guard.admin.call('GET', `${guard.path}/decisions/${id}`)).status;
}

/** As a person calls it. */
async function dbCheck(env: Readonly<Record<string, string>>): Promise<{ code: number; failed: readonly string[] }> {
  const { code, out } = await new Promise<{ code: number; out: string }>((resolve) => {
    execFile(process.execPath, [join(root, 'apps/cli/holdpoint.mjs'), 'db', 'check', '--json'], { env: { PATH: process.env['PATH'], ...env } }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), out: stdout || stderr }));
  });
  const { checks } = JSON.parse(out) as { checks: { name: string; ok: boolean }[] };
  return { code, failed: checks.filter(({ ok }) => !ok).map(({ name }) => name) };
}

function statementOfTheManual(): string {
  const [, statement = ''] = /```sql\n\s*(UPDATE approval_workflow[^`]+)```/.exec(readFileSync(join(root, 'docs/operations/backup-and-restore.md'), 'utf8')) ?? [];
  expect(statement).toContain('lapses_at');
  return statement;
}

function inHoldpoint(adminUrl: string): string {
  const url = new URL(adminUrl);
  url.pathname = '/holdpoint';
  return url.href;
}
