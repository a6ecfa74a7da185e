import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Actor, ApprovalClaim, Channel, ChannelDraft, Delivery, Reply } from '@holdpoint/contracts';
import { migrate, openDatabase, OutboxRow } from '@holdpoint/persistence';
import { createLogger, Metrics, newId } from '@holdpoint/runtime';
import { createTestDatabase, eventually, type TestDatabase } from '@holdpoint/test-kit';
import { Webhook } from 'standardwebhooks';
import { Approvals } from '../approvals/approvals.repository.ts';
import { ClaimApprovals } from '../approvals/claim-approvals.ts';
import { DeadlineSweep } from '../approvals/deadline-sweep.ts';
import { ReadApprovals } from '../approvals/read-approvals.ts';
import { Seal } from '../approvals/seal.ts';
import { SettleApprovals } from '../approvals/settle-approvals.ts';
import { serveWebhooks } from '../http/webhook-server.ts';
import { migrations, schema } from '../migrations/migrations.ts';
import { parseRange, type Resolve } from './destinations.ts';
import { openChannels } from './open-channels.ts';
import { newSecret, sign } from './signature.ts';

jest.setTimeout(60_000);

let database: TestDatabase;
let one: Replica;
let two: Replica;
const logged: string[] = [];
const receivers: { close: () => Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase('channels', migrated);
  [one, two] = await Promise.all([replica(), replica()]);
}, 120_000);

afterAll(async () => {
  await Promise.all([one, two].map((each) => each.close()));
  await database.drop();
});

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((each) => each.close()));
  await one.sql(`UPDATE channels SET is_active = false`);
});

describe('managing channels', () => {
  it('shows a secret in the answer that makes it, and never again', async () => {
    const { channel, secret, guard } = await channelOf(await receiver());
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const about = { actor: admin, guard_id: guard, channel_id: channel.id };
    const rotated = ok(await one.channels.manage.rotate({ ...about, rotation: {} }));
    expect(rotated.secret).not.toBe(secret);
    const answers = [
      await one.channels.manage.get(about),
      await one.channels.manage.list({ actor: admin, guard_id: guard, limit: 10 }),
      await one.channels.manage.update({ ...about, patch: { name: 'other' } }),
      await one.channels.read.test(about),
      await one.channels.read.list({ ...about, limit: 10 }),
      await one.channels.manage.delete(about),
    ];
    const shown = JSON.stringify(answers);
    for (const hidden of [secret, rotated.secret]) expect(shown).not.toContain(hidden.slice('whsec_'.length));
    expect(await one.channels.manage.get(about)).toMatchObject({ refused: { status: 404, code: 'channel_not_found' } });
  });

  it('takes a secret of the client’s own, keeps it sealed, and shows only when the one before ends', async () => {
    const given = newSecret();
    const { channel, secret, guard } = await channelOf(await receiver(), { secret: given });
    expect(secret).toBe(given);
    const rotated = ok(await one.channels.manage.rotate({ actor: admin, guard_id: guard, channel_id: channel.id, rotation: { overlap_seconds: 60 } }));
    const left = Date.parse(rotated.previous_secret_expires_at ?? '') - Date.now();
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThan(70_000);
    expect(ok(await one.channels.manage.rotate({ actor: admin, guard_id: guard, channel_id: channel.id, rotation: { overlap_seconds: 0 } })).previous_secret_expires_at).toBeUndefined();
  });

  it.each([
    ['http://127.0.0.2/', '/url'],
    ['http://169.254.169.254/latest', '/url'],
    ['http://0x7f000002/', '/url'],
    ['https://user:pw@example.com/', '/url'],
    ['ftp://example.com/', '/url'],
  ])('refuses the destination %s', async (url, path) => {
    const draft = { type: 'webhook' as const, name: 'n', url };
    expect(await one.channels.manage.create({ actor: admin, guard_id: 'g', draft })).toMatchObject({ refused: { status: 400, code: 'invalid_input', errors: [{ path }] } });
    const { channel, guard } = await channelOf(await receiver());
    expect(await one.channels.manage.update({ actor: admin, guard_id: guard, channel_id: channel.id, patch: { url } })).toMatchObject({ refused: { status: 400, errors: [{ path }] } });
  });

  it('is for admins of the guard, and keeps other guards’ channels out of sight', async () => {
    const { channel, guard } = await channelOf(await receiver());
    const about = { guard_id: guard, channel_id: channel.id };
    for (const actor of [{ ...admin, roles: ['approver', 'agent', 'auditor'] as Actor['roles'] }, { ...admin, guards: ['other'] }]) {
      const denied = { refused: { status: 403, code: 'role_missing' } };
      expect(await one.channels.manage.get({ actor, ...about })).toMatchObject(denied);
      expect(await one.channels.manage.delete({ actor, ...about })).toMatchObject(denied);
      expect(await one.channels.manage.rotate({ actor, ...about, rotation: {} })).toMatchObject(denied);
      expect(await one.channels.read.test({ actor, ...about })).toMatchObject(denied);
      expect(await one.channels.read.list({ actor, ...about, limit: 1 })).toMatchObject(denied);
    }
    expect(await one.channels.manage.get({ actor: admin, guard_id: 'other', channel_id: channel.id })).toMatchObject({ refused: { status: 404 } });
  });

  it('leaves a trail that cannot be changed', async () => {
    const { channel, guard } = await channelOf(await receiver());
    const about = { actor: admin, guard_id: guard, channel_id: channel.id };
    await one.channels.manage.update({ ...about, patch: { is_active: false } });
    await one.channels.manage.rotate({ ...about, rotation: {} });
    await one.channels.manage.delete(about);
    const trail = await one.sql<{ event: string; actor: string }>('SELECT event, actor FROM channel_audit WHERE channel_id = $1 ORDER BY id', [channel.id]);
    expect(trail).toEqual(['created', 'updated', 'secret_rotated', 'deleted'].map((event) => ({ event, actor: 'key:admin-key' })));
    await expect(one.sql('DELETE FROM channel_audit')).rejects.toThrow(/append-only/);
  });

  it('pages through the channels of a guard, the newest first, of which there are at most 50', async () => {
    const guard = newId('g');
    const draft: ChannelDraft = { type: 'webhook', name: 'n', url: 'https://example.com/', is_active: false };
    const made: string[] = [];
    for (let count = 0; count < 50; count += 1) made.unshift(ok(await one.channels.manage.create({ actor: admin, guard_id: guard, draft })).id);
    expect(await one.channels.manage.create({ actor: admin, guard_id: guard, draft })).toMatchObject({ refused: { status: 409, code: 'too_many_channels' } });
    const first = ok(await one.channels.manage.list({ actor: admin, guard_id: guard, limit: 30 }));
    const rest = ok(await one.channels.manage.list({ actor: admin, guard_id: guard, limit: 30, cursor: first.next_cursor ?? '' }));
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(made);
    expect(rest.next_cursor).toBeNull();
  });
});

describe('telling a channel', () => {
  it('of a call that is parked, and of what became of it, signed as Standard Webhooks says', async () => {
    const hears = await receiver();
    const { guard, secret } = await channelOf(hears);
    const asked = claim(guard);
    const approvalId = await one.park(asked);
    const [requested] = await eventually(() => hears.got.length === 1 && hears.got);
    const body = new Webhook(secret).verify(requested!.body, requested!.signed) as Told;
    expect(body).toMatchObject({ type: 'approval.requested', data: { id: approvalId, status: 'pending', guard, tool_call: asked.tool_call, arguments_hash: asked.arguments_hash, path: `/v1/guard/${guard}/approvals/${approvalId}` } });
    expect(requested!.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': expect.stringMatching(/^msg_[0-9a-z]{26}$/) });

    await one.vote(guard, approvalId, 'approve', 'go on');
    const [, resolved] = await eventually(() => hears.got.length === 2 && hears.got);
    expect(new Webhook(secret).verify(resolved!.body, resolved!.signed)).toMatchObject({ type: 'approval.resolved', data: { id: approvalId, status: 'approved', settled_by: 'key:bob', comment: 'go on' } });
  });

  it('whatever settles a call', async () => {
    const hears = await receiver();
    const { guard } = await channelOf(hears);
    const expiring = await one.park(claim(guard, { timeout_minutes: 0.005 }));
    const first = claim(guard);
    const stale = await one.park(first);
    const anew = await one.park({ ...first, request_id: newId('req'), policy_id: 'pol_2', policy_version: 8 });
    expect(anew).not.toBe(stale);
    await eventually(() => ['expired', 'stale'].every((status) => hears.told().some(({ type, data }) => type === 'approval.resolved' && data.status === status)));
    const news = hears.told().map(({ type, data }) => `${type} ${String(data.id)} ${String(data.status)}`);
    expect(news).toEqual(expect.arrayContaining([`approval.resolved ${expiring} expired`, `approval.resolved ${stale} stale`, `approval.requested ${anew} pending`]));
  });

  it('only if it is of the guard, active, and among those that the policy names', async () => {
    const [named, other, inactive] = [await receiver(), await receiver(), await receiver()];
    const { guard, channel } = await channelOf(named);
    await channelOf(other, {}, guard);
    await channelOf(inactive, { is_active: false }, guard);
    await channelOf(inactive);
    const approvalId = await one.park(claim(guard, { notification_channels: [channel.id, 'ch_00000000000000000000000000'] }));
    await one.vote(guard, approvalId, 'reject');
    await eventually(() => named.got.length === 2);
    const everybody = await one.park(claim(guard));
    await eventually(() => named.got.length === 3 && other.got.length === 1);
    expect(other.told()).toMatchObject([{ data: { id: everybody } }]);
    expect(inactive.got).toEqual([]);
  });

  it('cuts what is large, and says where the whole of it is', async () => {
    const hears = await receiver();
    const { guard } = await channelOf(hears);
    const approvalId = await one.park(claim(guard, { tool_call: { id: newId('call'), name: 'pay', arguments: { text: '🙈'.repeat(100_000) } }, context: { text: 'y'.repeat(50_000) } }));
    const [{ body }] = (await eventually(() => hears.got.length === 1 && hears.got)) as [Got];
    expect(body.length).toBeLessThan(20_000);
    const { data } = JSON.parse(body) as Told;
    expect(data).toMatchObject({ arguments_cut: true, context_cut: true, arguments_preview: expect.stringMatching(/^\{"text":"🙈/u), tool_call: { name: 'pay' }, path: `/v1/guard/${guard}/approvals/${approvalId}` });
    expect(data.tool_call).not.toHaveProperty('arguments');
  });

  it('again, with the same id and the same bytes, until it answers with success; the timeline has every attempt', async () => {
    const answers = [500, 404, 204];
    const hears = await receiver((_, response) => void response.writeHead(answers[hears.got.length - 1] ?? 500).end());
    const { guard, channel, secret } = await channelOf(hears);
    await one.park(claim(guard));
    for (const count of [1, 2, 3]) {
      await eventually(() => hears.got.length === count);
      await eventually(async () => (await deliveries(guard, channel))[0]!.attempts.length === count);
      await makeDue(channel);
    }
    const [delivery] = await deliveries(guard, channel);
    expect(delivery).toMatchObject({ type: 'approval.requested', status: 'delivered', attempts: [{ status: 500 }, { status: 404 }, { status: 204 }] });
    expect(new Set(hears.got.map(({ body }) => body)).size).toBe(1);
    expect(new Set(hears.got.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery!.id]));
    for (const { body, signed } of hears.got) new Webhook(secret).verify(body, signed);
  });

  it('waits as the schedule says, and gives up after seven attempts', async () => {
    const hears = await receiver((_, response) => void response.writeHead(503).end());
    const { guard, channel } = await channelOf(hears);
    await one.park(claim(guard));
    const waits: number[] = [];
    for (let count = 1; count <= 7; count += 1) {
      const { status, next_attempt_at, attempts } = await eventually(async () => {
        const [delivery] = await deliveries(guard, channel);
        return delivery!.attempts.length === count && delivery!;
      });
      expect(status).toBe(count < 7 ? 'pending' : 'failed');
      if (next_attempt_at !== undefined) waits.push((Date.parse(next_attempt_at) - Date.parse(attempts.at(-1)!.at)) / 1_000);
      await makeDue(channel);
    }
    for (const [at, seconds] of [5, 300, 1_800, 7_200, 18_000, 36_000].entries()) {
      expect(waits[at]).toBeGreaterThanOrEqual(seconds);
      expect(waits[at]).toBeLessThan(seconds * 1.2 + 5);
    }
    expect(hears.got).toHaveLength(7);
    expect(await one.sql('SELECT 1 FROM deliveries WHERE channel_id = $1 AND sealed_body IS NOT NULL', [channel.id])).toEqual([]);
  });

  it('once each through any number of senders, and a slow receiver holds back no other', async () => {
    const stuck: (() => void)[] = [];
    const slow = await receiver((_, response) => void stuck.push(() => response.writeHead(200).end()));
    const quick = await receiver();
    const { guard } = await channelOf(slow);
    await channelOf(quick, {}, guard);
    await Promise.all(Array.from({ length: 30 }, (_, n) => [one, two][n % 2]!.park(claim(guard))));
    await eventually(() => quick.got.length === 30);
    expect(slow.got.length).toBeLessThanOrEqual(8);
    await eventually(() => {
      for (const answer of stuck.splice(0)) answer();
      return slow.got.length === 30;
    });
    for (const each of [slow, quick]) expect(new Set(each.got.map(({ headers }) => headers['webhook-id'])).size).toBe(30);
  });

  it('guards in turn: one that has many due, or slow receivers, holds back no other', async () => {
    await Promise.all([one, two].map((each) => each.channels.sender.stop()));
    const flooded = newId('g');
    const nowhere = { url: 'http://127.0.0.1:1/' };
    const channels = await Promise.all(Array.from({ length: 8 }, () => channelOf(nowhere, {}, flooded)));
    for (let n = 0; n < 4; n += 1) await one.park(claim(flooded));
    const { guard, channel } = await channelOf(nowhere);
    await one.park(claim(guard));
    await one.park(claim(guard));
    const claiming = { perChannel: 4, leaseMs: 60_000 };
    const slow = new Map(channels.map(({ channel: { id } }) => [id, 1]));
    expect((await one.channels.deliveries.claim({ ...claiming, limit: 1, busy: slow })).map(({ channelId }) => channelId)).toEqual([channel.id]);
    expect((await one.channels.deliveries.claim({ ...claiming, limit: 4, busy: new Map() })).filter(({ channelId }) => channelId === channel.id)).toHaveLength(1);
    await one.sql(`UPDATE deliveries SET status = 'cancelled', sealed_body = NULL, in_hand = false WHERE status = 'pending'`);
    one.reopen();
    two.reopen();
  });

  it('no more of a call that was settled before it could be asked about', async () => {
    const hears = await receiver((_, response) => void response.writeHead(500).end());
    const { guard, channel } = await channelOf(hears);
    const approvalId = await one.park(claim(guard));
    await eventually(async () => (await deliveries(guard, channel))[0]!.attempts.length === 1);
    await one.vote(guard, approvalId, 'reject');
    expect((await deliveries(guard, channel)).map(({ type, status }) => [type, status])).toEqual([
      ['approval.resolved', expect.stringMatching(/pending/)],
      ['approval.requested', 'cancelled'],
    ]);
  });

  it('again, under the same id, when a sender died after it sent and before it wrote that down', async () => {
    const hears = await receiver();
    const { guard, channel } = await channelOf(hears);
    await Promise.all([one, two].map((each) => each.channels.sender.stop()));
    await one.park(claim(guard));
    const [claimed] = await one.channels.deliveries.claim({ limit: 1, perChannel: 1, busy: new Map(), leaseMs: 60_000 });
    expect(await two.channels.deliveries.claim({ limit: 1, perChannel: 1, busy: new Map(), leaseMs: 60_000 })).toEqual([]);
    const dead = claimed!;
    await fetch(hears.url, { method: 'POST', headers: { 'webhook-id': dead.deliveryId }, body: one.channels.deliveries.bodyOf(dead) });

    one.reopen();
    two.reopen();
    await makeDue(channel);
    await eventually(async () => (await deliveries(guard, channel))[0]!.status === 'delivered');
    expect(hears.got.map(({ headers, body }) => [headers['webhook-id'], body])).toEqual([0, 1].map(() => [dead.deliveryId, hears.got[0]!.body]));
    // Should the dead one come back to life, its word changes nothing any more.
    expect(await one.channels.deliveries.record(dead, { status: 500, durationMs: 1 }, { status: 'failed' })).toBe(false);
    expect((await deliveries(guard, channel))[0]!.status).toBe('delivered');
  });

  it('follows no redirect', async () => {
    const target = await receiver();
    const hears = await receiver((_, response) => void response.writeHead(302, { location: target.url }).end());
    expect(await test(hears)).toMatchObject({ type: 'test', status: 'failed', attempts: [{ status: 302, error: 'redirects are not followed' }] });
    expect(target.got).toEqual([]);
  });

  it('disables a channel whose receiver is gone for good', async () => {
    const hears = await receiver((_, response) => void response.writeHead(410).end());
    const { guard, channel } = await channelOf(hears);
    await one.park(claim(guard));
    await eventually(async () => (await shown(guard, channel)).disabled_reason === 'gone');
    expect(await shown(guard, channel)).toMatchObject({ is_active: false });
    expect((await deliveries(guard, channel))[0]).toMatchObject({ status: 'failed', attempts: [{ status: 410, error: expect.stringContaining('disabled') }] });
    await one.park(claim(guard));
    expect(await deliveries(guard, channel)).toHaveLength(1);
    expect(ok(await one.channels.manage.update({ actor: admin, guard_id: guard, channel_id: channel.id, patch: { is_active: true } })).disabled_reason).toBeUndefined();
  });

  it('leaves a channel active that has moved away from the receiver that is gone', async () => {
    const answers: (() => void)[] = [];
    const former = await receiver((_, response) => void answers.push(() => response.writeHead(410).end()));
    const { guard, channel } = await channelOf(former);
    const asked = one.channels.read.test({ actor: admin, guard_id: guard, channel_id: channel.id });
    await eventually(() => answers.length === 1);
    ok(await one.channels.manage.update({ actor: admin, guard_id: guard, channel_id: channel.id, patch: { url: (await receiver()).url } }));
    answers[0]!();
    expect(ok(await asked)).toMatchObject({ status: 'failed', attempts: [{ status: 410 }] });
    expect(await shown(guard, channel)).toMatchObject({ is_active: true });
  });

  it('waits for an answer only so long', async () => {
    const hears = await receiver(() => undefined);
    const { status, attempts } = await test(hears);
    expect([status, attempts[0]!.error]).toEqual(['failed', 'no answer within 1 s']);
    expect(attempts[0]!.duration_ms).toBeLessThan(5_000);
  });

  it('reads little of an endless answer', async () => {
    let sent = 0;
    const hears = await receiver((_, response) => {
      response.writeHead(200);
      const more = (): void => {
        for (let room = true; room && !response.destroyed; sent += 65_536) room = response.write('x'.repeat(65_536));
      };
      response.on('drain', more);
      more();
    });
    expect(await test(hears)).toMatchObject({ status: 'delivered', attempts: [{ status: 200 }] });
    await eventually(() => hears.open() === 0);
    expect(sent).toBeLessThan(20_000_000);
  });

  it('never at an address that is not public, however the name is dressed up', async () => {
    const inner = await receiver();
    const { guard, channel } = await channelOf({ url: `http://rebinding.example:${new URL(inner.url).port}/` });
    const answers = ['127.0.0.2', '::1', '::ffff:127.0.0.2', '10.0.0.1', '169.254.169.254'];
    for (const address of answers) {
      resolves.push(address);
      const delivery = ok(await one.channels.read.test({ actor: admin, guard_id: guard, channel_id: channel.id }));
      expect(delivery).toMatchObject({ status: 'failed', attempts: [{ error: expect.stringContaining('must lead to a public address') }] });
      // What the operator's own names lead to is none of a tenant's business.
      expect(delivery.attempts[0]!.error).not.toContain(address);
    }
    expect(inner.got).toEqual([]);
  });

  it('at the very address that was checked, though the name leads elsewhere a moment later', async () => {
    const hears = await receiver();
    const { guard, channel } = await channelOf({ url: `http://rebinding.example:${new URL(hears.url).port}/` });
    resolves.push('127.0.0.1', '127.0.0.2');
    expect(ok(await one.channels.read.test({ actor: admin, guard_id: guard, channel_id: channel.id }))).toMatchObject({ status: 'delivered' });
    expect(hears.got[0]!.headers.host).toBe(new URL(hears.url).host.replace('127.0.0.1', 'rebinding.example'));
    expect(resolves.splice(0)).toEqual(['127.0.0.2']);
  });

  it.each([
    ['nobody listens', 'http://127.0.0.1:1/', 'the connection was refused'],
    ['the name is unknown', 'https://unknown.invalid/', 'the host name does not resolve'],
  ])('says why it could not: %s', async (_, url, error) => {
    expect(await test({ url })).toMatchObject({ status: 'failed', attempts: [{ error }] });
  });

  it('signs with both secrets while they rotate, and with the new one afterwards', async () => {
    const hears = await receiver();
    const { guard, channel, secret: older } = await channelOf(hears);
    const about = { actor: admin, guard_id: guard, channel_id: channel.id };
    const { secret: newer } = ok(await one.channels.manage.rotate({ ...about, rotation: { overlap_seconds: 3_600 } }));
    await one.channels.read.test(about);
    const [overlapping] = hears.got;
    for (const secret of [older, newer]) new Webhook(secret).verify(overlapping!.body, overlapping!.signed);
    await one.sql('UPDATE channels SET previous_secret_expires_at = 1 WHERE channel_id = $1', [channel.id]);
    await one.channels.read.test(about);
    const [, after] = hears.got;
    new Webhook(newer).verify(after!.body, after!.signed);
    expect(() => new Webhook(older).verify(after!.body, after!.signed)).toThrow();
  });
});

describe('a sender that stops', () => {
  it('breaks off what it sends, and the next one sends it, under the same id', async () => {
    const answers: (() => void)[] = [];
    const hears = await receiver((_, response) => void answers.push(() => response.writeHead(200).end()));
    const { guard, channel } = await channelOf(hears);
    await two.channels.sender.stop();
    await one.park(claim(guard));
    await eventually(() => hears.got.length === 1);
    await one.channels.sender.stop();
    expect((await deliveries(guard, channel))[0]).toMatchObject({ status: 'pending', attempts: [] });
    one.reopen();
    two.reopen();
    await eventually(() => hears.got.length === 2);
    for (const answer of answers) answer();
    await eventually(async () => (await deliveries(guard, channel))[0]!.status === 'delivered');
    expect(new Set(hears.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

describe('deciding by webhook', () => {
  it('casts the channel’s vote', async () => {
    const { approvalId, send } = await decidable();
    const answer = await send({ decision: 'approve', comment: 'fine with me' });
    expect(answer).toMatchObject({ status: 200, body: { id: approvalId, status: 'approved', settled_by: expect.stringMatching(/^webhook:ch_/), comment: 'fine with me' } });
  });

  it('rejects too', async () => {
    const { send } = await decidable();
    expect(await send({ decision: 'reject' })).toMatchObject({ status: 200, body: { status: 'rejected' } });
  });

  it('takes what the reference library signs', async () => {
    const { channel, guard, secret, approvalId } = await decidable();
    const body = JSON.stringify({ approval_id: approvalId, decision: 'approve', arguments_hash: hash });
    const at = new Date();
    const headers = { 'webhook-id': 'msg_of-theirs', 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)), 'webhook-signature': new Webhook(secret).sign('msg_of-theirs', at, body) };
    expect(await one.post(`/webhooks/approvals/${channel.id}`, body, headers)).toMatchObject({ status: 200 });
    expect(await one.status(guard, approvalId)).toBe('approved');
  });

  it('needs the signature of exactly these bytes, under this id, at this time', async () => {
    const { guard, approvalId, signed } = await decidable();
    const { path, body, headers } = signed({ decision: 'approve' });
    const tries: [string, string, Record<string, string>][] = [
      ['another body', body.replace('approve', 'aPprove'), headers],
      ['one more blank', `${body} `, headers],
      ['another id', body, { ...headers, 'webhook-id': `${headers['webhook-id']!}x` }],
      ['another time', body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }],
      ['a changed signature', body, { ...headers, 'webhook-signature': headers['webhook-signature']!.replace(/.=$/, (end) => (end === 'A=' ? 'E=' : 'A=')) }],
      ['no signature', body, { 'webhook-id': headers['webhook-id']!, 'webhook-timestamp': headers['webhook-timestamp']! }],
      ['no id', body, { 'webhook-timestamp': headers['webhook-timestamp']!, 'webhook-signature': headers['webhook-signature']! }],
      ['no time', body, { 'webhook-id': headers['webhook-id']!, 'webhook-signature': headers['webhook-signature']! }],
      ['nothing', body, {}],
    ];
    const answers = await Promise.all(tries.map(([, changed, given]) => one.post(path, changed, given)));
    expect(answers.map(({ status }) => status)).toEqual(tries.map(() => 401));
    const unknown = await one.post(`/webhooks/approvals/ch_${'0'.repeat(26)}`, body, headers);
    expect(unknown).toEqual(answers[0]);
    expect(await one.post('/webhooks/approvals/not-a-channel', body, headers)).toEqual(answers[0]);
    expect(await one.status(guard, approvalId)).toBe('pending');
  });

  it.each([
    [-6, 401],
    [-4, 200],
    [4, 200],
    [6, 401],
  ])('with a clock that is %i minutes off: %i', async (minutes, status) => {
    const { send } = await decidable();
    expect((await send({ decision: 'approve' }, { at: Date.now() + minutes * 60_000 })).status).toBe(status);
  });

  it('says what is wrong with a decision, once it is known whose it is', async () => {
    const { approvalId, post } = await decidable();
    const good = { approval_id: approvalId, decision: 'approve', arguments_hash: hash };
    const bad = ['', 'x', '[]', '{"a":1', JSON.stringify({ ...good, key_id: 'bob' }), JSON.stringify({ ...good, decision: 'APPROVE' }), JSON.stringify({ ...good, arguments_hash: undefined }), `{"decision":"approve",${JSON.stringify(good).slice(1)}`];
    for (const body of bad) expect([body, await post(body)]).toMatchObject([body, { status: 400, body: { code: 'invalid_input', errors: [{ path: expect.any(String) }] } }]);
    expect(await post(JSON.stringify(good))).toMatchObject({ status: 200 });
  });

  it('counts only for what was looked at, in the channel’s own guard', async () => {
    const { send, guard, approvalId } = await decidable();
    const elsewhere = await decidable();
    expect(await send({ decision: 'approve', arguments_hash: 'b'.repeat(64) })).toMatchObject({ status: 409, body: { code: 'arguments_mismatch' } });
    expect(await send({ decision: 'approve', approval_id: elsewhere.approvalId })).toMatchObject({ status: 404, body: { code: 'approval_not_found' } });
    expect(await send({ decision: 'approve', approval_id: `apr_${'0'.repeat(26)}` })).toMatchObject({ status: 404 });
    expect(await one.status(guard, approvalId)).toBe('pending');
    await one.vote(guard, approvalId, 'reject');
    expect(await send({ decision: 'approve' })).toMatchObject({ status: 409, body: { code: 'already_settled', detail: expect.stringContaining('rejected by key:bob') } });
  });

  it.each([{ may_decide: false }, { is_active: false }])('does not count while the channel has %j', async (patch) => {
    const { send, guard, channel, approvalId } = await decidable();
    ok(await one.channels.manage.update({ actor: admin, guard_id: guard, channel_id: channel.id, patch }));
    expect(await send({ decision: 'approve' })).toMatchObject({ status: 403, body: { code: 'channel_may_not_decide' } });
    expect(await one.status(guard, approvalId)).toBe('pending');
  });

  it('by a deleted channel is no decision of anybody', async () => {
    const { send, guard, channel } = await decidable();
    ok(await one.channels.manage.delete({ actor: admin, guard_id: guard, channel_id: channel.id }));
    expect(await send({ decision: 'approve' })).toMatchObject({ status: 401, body: { code: 'bad_signature' } });
  });

  it('happens once, however often it arrives, through whichever replica', async () => {
    const { guard, approvalId, signed } = await decidable();
    const { path, body, headers } = signed({ decision: 'approve' });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => [one, two][n % 2]!.post(path, body, headers)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 200, body: { status: 'approved' } });
    expect(await one.sql('SELECT event FROM audit WHERE approval_id = $1 ORDER BY id', [approvalId])).toEqual([{ event: 'parked' }, { event: 'voted' }, { event: 'approved' }]);
    await one.cancel(guard, approvalId);
    expect(await two.post(path, body, headers)).toEqual(answers[0]);
  });

  it('refuses another decision under an id that is taken, also at the same moment', async () => {
    const { guard, signed, post } = await decidable();
    const others = await Promise.all(Array.from({ length: 8 }, () => one.park(claim(guard))));
    const { headers } = signed({ decision: 'approve' });
    const id = headers['webhook-id']!;
    const answers = await Promise.all(others.map((approval_id, n) => post(JSON.stringify({ approval_id, decision: 'approve', arguments_hash: hash }), { id, through: [one, two][n % 2]! })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body['code'] === 'webhook_id_reused')).toHaveLength(7);
    const statuses = await Promise.all(others.map((approvalId) => one.status(guard, approvalId)));
    expect(statuses.filter((status) => status === 'approved')).toHaveLength(1);
  });

  it('hears its first refusal again, though the second try would have counted', async () => {
    const { send, guard, approvalId } = await decidable();
    const wrong = { decision: 'approve' as const, arguments_hash: 'b'.repeat(64) };
    const first = await send(wrong, { id: 'again' });
    expect(first).toMatchObject({ status: 409, body: { code: 'arguments_mismatch' } });
    expect(await send(wrong, { id: 'again' })).toEqual(first);
    expect(await send({ decision: 'approve' }, { id: 'again' })).toMatchObject({ status: 409, body: { code: 'webhook_id_reused' } });
    expect(await one.status(guard, approvalId)).toBe('pending');
  });

  it('takes either secret while they rotate, and then the new one only', async () => {
    const { guard, channel, secret: older, send, approvalId } = await decidable();
    const { secret: newer } = ok(await one.channels.manage.rotate({ actor: admin, guard_id: guard, channel_id: channel.id, rotation: {} }));
    expect(await send({ decision: 'approve' }, { secret: older })).toMatchObject({ status: 200 });
    const next = await one.park(claim(guard));
    await one.sql('UPDATE channels SET previous_secret_expires_at = 1 WHERE channel_id = $1', [channel.id]);
    expect(await send({ decision: 'approve', approval_id: next }, { secret: older })).toMatchObject({ status: 401 });
    expect(await send({ decision: 'approve', approval_id: next }, { secret: newer })).toMatchObject({ status: 200 });
    expect(approvalId).not.toBe(next);
  });

  it('does not count by a secret that was ended while the decision waited', async () => {
    const { guard, channel, send, approvalId } = await decidable();
    const waiting = await one.whileLocked(approvalId, async () => {
      const answer = send({ decision: 'approve' });
      await eventually(async () => (await one.sql(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).length > 0);
      ok(await two.channels.manage.rotate({ actor: admin, guard_id: guard, channel_id: channel.id, rotation: { overlap_seconds: 0 } }));
      return { answer };
    });
    expect(await waiting.answer).toMatchObject({ status: 401, body: { code: 'bad_signature' } });
    expect(await one.status(guard, approvalId)).toBe('pending');
  });

  it('is taken while strangers begin many requests and never end them', async () => {
    const { channel, send } = await decidable();
    const { port } = new URL(one.url);
    const strangers = Array.from({ length: 200 }, () => connect({ host: '127.0.0.1', port: Number(port) }).on('error', () => undefined));
    try {
      const begun = `POST /webhooks/approvals/${channel.id} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n`;
      await Promise.all(strangers.map((socket) => new Promise((answered) => socket.once('data', answered).write(begun))));
      expect(await send({ decision: 'approve' })).toMatchObject({ status: 200 });
    } finally {
      for (const socket of strangers) socket.destroy();
    }
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is never %s', async (method) => {
    const { guard, approvalId, signed } = await decidable();
    const { path, body, headers } = signed({ decision: 'approve' });
    const response = await fetch(`${one.url}${path}`, { method, headers, ...(method === 'GET' || method === 'HEAD' ? {} : { body }) });
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(await one.status(guard, approvalId)).toBe('pending');
  });

  it.each(['/', '/health/live', '/webhooks/approvals/', '/webhooks/approvals/a/b', '/v1/guards', '/webhooks/approvals/%2e%2e/x'])('has no other path: %s', async (path) => {
    expect(await one.post(path, '{}', {})).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('reads no more than 64 KiB', async () => {
    const { signed, post } = await decidable();
    expect(await post('x'.repeat(65_537))).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(await post('x'.repeat(65_536))).toMatchObject({ status: 400 });
    const { path } = signed({ decision: 'approve' });
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(10_000))) });
    const outcome = await fetch(`${one.url}${path}`, { method: 'POST', body: endless, duplex: 'half' }).then(({ status }) => status, () => 'cut');
    expect([413, 'cut']).toContain(outcome);
  });
});

describe('secrets', () => {
  it('and arguments stand in no table, log line or answer', async () => {
    const hears = await receiver((_, response) => void response.writeHead(500).end());
    const { guard, channel, secret, send, approvalId } = await decidable({}, hears);
    const held = await one.park(claim(guard, { tool_call: { id: newId('call'), name: 'pay', arguments: { iban: 'DE-very-secret' } } }));
    await eventually(() => hears.got.length >= 2);
    expect((await send({ decision: 'approve', comment: 'remembered under seal' })).status).toBe(200);
    expect([approvalId, held].every((id) => id.startsWith('apr_'))).toBe(true);
    const { secret: newer } = ok(await one.channels.manage.rotate({ actor: admin, guard_id: guard, channel_id: channel.id, rotation: {} }));
    const dump = (await Promise.all(['channels', 'channel_audit', 'deliveries', 'delivery_attempts', 'inbound_decisions'].map((table) => one.sql<{ row: string }>(`SELECT t::text AS row FROM ${table} t`)))).flat().map(({ row }) => row).join('\n');
    for (const hidden of [secret, newer]) {
      const text = hidden.slice('whsec_'.length);
      const hex = Buffer.from(text, 'base64').toString('hex');
      for (const written of [text, hex, Buffer.from(hidden).toString('hex')]) expect([dump.includes(written), logged.join('\n').includes(written)]).toEqual([false, false]);
    }
    expect(dump).not.toMatch(/very-secret|remembered under seal/);
    expect(dump).not.toContain(Buffer.from('very-secret').toString('hex'));
    expect(logged.join('\n')).not.toMatch(/very-secret|webhook-signature|v1,/);
    expect(logged.length).toBeGreaterThan(0);
  });
});

const admin: Actor = { key_id: 'admin-key', roles: ['admin'], guards: '*' };
const bob: Actor = { key_id: 'bob', owner_email: 'bob@example.com', roles: ['approver'], guards: '*' };
const password = 'test-password';
const hash = 'a'.repeat(64);
const log = createLogger({ service: 'test', level: 'debug', destination: { write: (line: string) => void logged.push(line) } });
/** What the next look-ups of names lead to; else the names are unknown. */
const resolves: string[] = [];
const resolve: Resolve = (name) => {
  const address = resolves.shift();
  if (address === undefined) return Promise.reject(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }));
  return Promise.resolve([{ address, family: address.includes(':') ? 6 : 4 }]);
};

type Replica = Awaited<ReturnType<typeof replica>>;
type Receiver = Awaited<ReturnType<typeof receiver>>;
type Got = Readonly<{ headers: IncomingHttpHeaders; signed: Record<string, string>; body: string }>;
type Told = Readonly<{ type: string; data: Readonly<Record<string, unknown>> }>;
type Answered = Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>;

async function migrated(adminUrl: string): Promise<void> {
  await migrate({ adminUrl, database: new URL(adminUrl).pathname.slice(1), services: [{ service: schema, password, migrations }], log });
}

/** All of one replica that has to do with channels, on connections and a port of its own. */
async function replica() {
  const url = new URL(database.url);
  url.username = schema;
  url.password = password;
  const db = await openDatabase({ url: url.href, schema, applicationName: 'test', entities: [OutboxRow], poolSize: 12, log });
  const seal = new Seal(Buffer.alloc(32, 5));
  const open = () => openChannels({ db, seal, privateDestinations: [parseRange('127.0.0.1')].filter((range) => range !== null), metrics: new Metrics({ service: 'test' }), log, resolve, timeoutMs: 1_000 });
  let channels = open();
  const approvals = new Approvals({ db, alongside: [(tx, changes) => channels.write(tx, changes)], onCommitted: () => channels.committed() });
  const claims = new ClaimApprovals({ approvals, seal, log });
  const settle = new SettleApprovals({ approvals, seal });
  const read = new ReadApprovals({ approvals, seal, log, maxPageBytes: 2_000_000 });
  const sweep = new DeadlineSweep({ approvals, log });
  const server = await serveWebhooks({ host: '127.0.0.1', port: 0, decisions: channels.decisionsOn(approvals), metrics: new Metrics({ service: 'test' }), log });
  sweep.start();
  channels.sender.start();
  const address = `http://127.0.0.1:${server.port}`;
  return {
    get channels() {
      return channels;
    },
    url: address,
    /** With a sender that runs, in place of one that was stopped. */
    reopen: () => {
      channels = open();
      channels.sender.start();
    },
    sql: async <T>(statement: string, values: unknown[] = []): Promise<T[]> => await db.query<T[]>(statement, values),
    park: async (asked: ApprovalClaim): Promise<string> => {
      const [answer] = await claims.all([asked]);
      expect(answer!.state).toBe('pending');
      return answer!.approval_id!;
    },
    /** Nobody moves the approval meanwhile. */
    whileLocked: <T>(approvalId: string, act: () => Promise<T>): Promise<T> =>
      db.transaction(async (tx) => {
        await tx.query('SELECT 1 FROM approvals WHERE approval_id = $1 FOR UPDATE', [approvalId]);
        return await act();
      }),
    vote: async (guard_id: string, approval_id: string, choice: 'approve' | 'reject', comment?: string) => ok(await settle.vote({ guard_id, approval_id, actor: bob, choice, comment })),
    cancel: async (guard_id: string, approval_id: string) => ok(await settle.cancel({ guard_id, approval_id, actor: admin })),
    status: async (guard_id: string, approval_id: string) => ok(await read.get({ guard_id, approval_id })).status,
    post: async (path: string, body: string, headers: Record<string, string>): Promise<Answered> => {
      const response = await fetch(address + path, { method: 'POST', headers, body });
      return { status: response.status, body: (await response.json()) as Answered['body'] };
    },
    close: async () => {
      await Promise.all([sweep.stop(), channels.sender.stop(), server.close()]);
      await db.destroy();
    },
  };
}

/** Somebody who listens; answers 200 unless told otherwise. */
async function receiver(answer: RequestListener = (_, response) => void response.writeHead(200).end('ok')) {
  const got: Got[] = [];
  let connections = 0;
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => {
      const signed = Object.fromEntries(['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(request.headers[name])]));
      got.push({ headers: request.headers, signed, body });
      answer(request, response);
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('error', () => undefined).on('close', () => (connections -= 1));
  });
  await new Promise<void>((listening) => server.listen({ host: '127.0.0.1', port: 0 }, listening));
  const made = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    told: () => got.map(({ body }) => JSON.parse(body) as Told),
    open: () => connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
  receivers.push(made);
  return made;
}

async function channelOf({ url }: Readonly<{ url: string }>, draft: Partial<ChannelDraft> = {}, guard = newId('g')): Promise<{ guard: string; channel: Channel; secret: string }> {
  const { secret, ...channel } = ok(await one.channels.manage.create({ actor: admin, guard_id: guard, draft: { type: 'webhook', name: 'finance', url, ...draft } }));
  return { guard, channel, secret };
}

/** A test message to that address, and what became of it. */
async function test(to: Readonly<{ url: string }>): Promise<Delivery> {
  const { guard, channel } = await channelOf(to);
  return ok(await one.channels.read.test({ actor: admin, guard_id: guard, channel_id: channel.id }));
}

/** A parked call of a guard with a channel that may decide. */
async function decidable(draft: Partial<ChannelDraft> = {}, to?: Receiver) {
  const { guard, channel, secret } = await channelOf(to ?? (await receiver()), { may_decide: true, ...draft });
  const approvalId = await one.park(claim(guard));
  type How = Readonly<{ id?: string; at?: number; secret?: string; through?: Replica }>;
  const signedText = (body: string, { id = newId('msg'), at = Date.now(), secret: by = secret }: How = {}) => {
    const timestamp = String(Math.floor(at / 1_000));
    const headers: Record<string, string> = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': sign({ id, timestamp, body: Buffer.from(body) }, [by]) };
    return { path: `/webhooks/approvals/${channel.id}`, body, headers };
  };
  const post = async (text: string, how: How = {}): Promise<Answered> => {
    const { path, body, headers } = signedText(text, how);
    return await (how.through ?? one).post(path, body, headers);
  };
  const text = (decision: object): string => JSON.stringify({ approval_id: approvalId, arguments_hash: hash, ...decision });
  return { guard, channel, secret, approvalId, post, signed: (decision: object, how: How = {}) => signedText(text(decision), how), send: (decision: object, how: How = {}) => post(text(decision), how) };
}

async function shown(guard: string, { id }: Channel): Promise<Channel> {
  return ok(await one.channels.manage.get({ actor: admin, guard_id: guard, channel_id: id }));
}

async function deliveries(guard: string, { id }: Channel): Promise<Delivery[]> {
  return ok(await one.channels.read.list({ actor: admin, guard_id: guard, channel_id: id, limit: 50 })).data;
}

/** Whatever its next attempt waits for is over. */
async function makeDue({ id }: Channel): Promise<void> {
  await one.sql(`UPDATE deliveries SET due_at = 1 WHERE channel_id = $1 AND status = 'pending'`, [id]);
  one.channels.sender.wake();
}

function ok<T>(reply: Reply<T>): T {
  if ('refused' in reply) throw new Error(`${reply.refused.code}: ${reply.refused.detail}`);
  return reply.ok;
}

function claim(guard: string, change: Partial<ApprovalClaim> = {}): ApprovalClaim {
  const id = newId('dec');
  const asked = {
    request_id: newId('req'),
    guard_id: guard,
    key_id: 'agent-key',
    session_id: 'session',
    tool_call: { id: newId('call'), name: 'pay', arguments: { amount: 10 } },
    arguments_hash: hash,
    policy_id: 'pol_1',
    policy_version: 7,
    quorum: 1,
    timeout_minutes: 60,
    release_minutes: 60,
    replay_seconds: 60,
    ...change,
  };
  const release_record = {
    ...{ id, guard_id: guard, session_id: 'session', key_id: 'agent-key', request_id: asked.request_id, arguments_hash: hash, tool_name: 'pay', tool_call_id: asked.tool_call.id, action: 'allow' as const },
    ...{ risk_score: 0, threats: [], threats_detected: [], policy_matched: null, message: 'approved', created_at: '2026-01-01T00:00:00.000Z' },
    metadata: { decision_id: id, scanner: 'none' as const, policy_id: 'pol_1', policy_version: 7, trace_id: 'trace', replayed: false },
  };
  return { ...asked, release_record };
}
