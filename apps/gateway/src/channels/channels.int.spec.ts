import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateChannel, DeleteChannel, GetChannel, ListChannels, ListDeliveries, ProblemDocument, RotateChannelSecret, TestChannel, UpdateChannel, type Channel } from '@holdpoint/contracts';
import { FakeServices, startGateway, type RunningGateway } from '../testing/fake-services.ts';

const id = 'ch_01jd0000000000000000000000';
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const path = '/v1/guard/default/channels';
const channel: Channel = { id, type: 'webhook', guard: 'default', name: 'finance', url: 'https://example.com/', is_active: true, may_decide: false, created_at: '2026-11-24T22:00:00.000Z', created_by: 'key:admin0000000', updated_at: '2026-11-24T22:00:00.000Z' };
const delivery = { id: 'msg_1', channel_id: id, type: 'test' as const, status: 'failed' as const, created_at: '2026-11-24T22:00:00.000Z', attempts: [] };

describe('channels', () => {
  const services = new FakeServices();
  let gateway: RunningGateway;

  beforeAll(async () => {
    const shown = () => ({ ok: channel });
    const withSecret = () => ({ ok: { ...channel, secret } });
    for (const contract of [GetChannel, UpdateChannel, DeleteChannel]) services.on(contract, shown);
    for (const contract of [CreateChannel, RotateChannelSecret]) services.on(contract, withSecret);
    for (const contract of [ListChannels, ListDeliveries]) services.on(contract, () => ({ ok: { data: [], next_cursor: null } }));
    services.on(TestChannel, () => ({ ok: delivery }));
    gateway = await startGateway(services);
  });
  afterAll(() => gateway.stopAll());

  const send = (method: string, url: string, body?: unknown, key = 'admin0000000') => gateway.send({ method, url, key, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

  it.each([
    ['POST', path, { type: 'webhook', name: 'finance', url: 'https://example.com/', may_decide: true }, 201, CreateChannel, { draft: { type: 'webhook', may_decide: true } }],
    ['GET', path, undefined, 200, ListChannels, { limit: 50 }],
    ['GET', `${path}/${id}`, undefined, 200, GetChannel, { channel_id: id }],
    ['PUT', `${path}/${id}`, { is_active: false }, 200, UpdateChannel, { channel_id: id, patch: { is_active: false } }],
    ['DELETE', `${path}/${id}`, undefined, 200, DeleteChannel, { channel_id: id }],
    ['POST', `${path}/${id}/rotate-secret`, undefined, 200, RotateChannelSecret, { channel_id: id, rotation: {} }],
    ['POST', `${path}/${id}/rotate-secret`, { secret, overlap_seconds: 0 }, 200, RotateChannelSecret, { rotation: { secret, overlap_seconds: 0 } }],
    ['POST', `${path}/${id}/test`, undefined, 200, TestChannel, { channel_id: id }],
    ['GET', `${path}/${id}/deliveries?limit=7`, undefined, 200, ListDeliveries, { channel_id: id, limit: 7 }],
  ])('%s %s reaches the approval service, with the key that asks', async (method, url, body, status, contract, asked) => {
    const response = await send(method, url, body);
    expect(response.status).toBe(status);
    expect(services.bodiesOf(contract).at(-1)).toMatchObject({ actor: { key_id: 'admin0000000' }, guard_id: 'default', ...asked });
  });

  it.each([
    ['no type', { name: 'n', url: 'https://example.com/' }, '/type', /required/],
    ['a type that is not built yet', { type: 'slack', name: 'n', url: 'https://example.com/' }, '/type', /`slack` is not built yet/],
    ['another type', { type: 'pager', name: 'n', url: 'https://example.com/' }, '/type', /`webhook`/],
    ['no name', { type: 'webhook', url: 'https://example.com/' }, '/name', /required/],
    ['an unknown field', { type: 'webhook', name: 'n', url: 'https://example.com/', retries: 3 }, '/retries', /unknown field/],
    ['a short secret', { type: 'webhook', name: 'n', url: 'https://example.com/', secret: 'whsec_c2hvcnQ=' }, '/secret', /24 to 64 bytes/],
    ['a URL with a NUL', { type: 'webhook', name: 'n', url: 'https://example.com/\0' }, '/url', /control characters/],
    ['a flag that is text', { type: 'webhook', name: 'n', url: 'https://example.com/', may_decide: 'yes' }, '/may_decide', /boolean/],
  ])('with %s: 400 that names the place, and not the value', async (_, body, where, message) => {
    const before = services.asked.length;
    const response = await send('POST', path, body);
    expect(response.status).toBe(400);
    const problem = ProblemDocument.parse(response.json());
    expect(problem.errors?.find((one) => one.path === where)?.message).toMatch(message);
    expect(response.body).not.toContain('c2hvcnQ');
    expect(services.asked.slice(before).filter(({ subject }) => subject === CreateChannel.subject)).toEqual([]);
  });

  it.each(['agent0000000', 'approver0000'])('are not for %s', async (key) => {
    for (const [method, url] of [['GET', path], ['POST', path], ['GET', `${path}/${id}`], ['DELETE', `${path}/${id}`], ['POST', `${path}/${id}/test`], ['POST', `${path}/${id}/rotate-secret`], ['GET', `${path}/${id}/deliveries`]] as const) {
      expect([url, (await send(method, url, undefined, key)).status]).toEqual([url, 403]);
    }
  });

  it('answers 404 for what is no channel id', async () => {
    expect((await send('GET', `${path}/ch_1`)).status).toBe(404);
    expect((await send('GET', `/v1/guard/elsewhere/channels/${id}`)).status).toBe(404);
  });
});
