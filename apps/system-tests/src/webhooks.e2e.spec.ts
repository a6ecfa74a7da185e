import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@holdpoint/test-kit';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestSystem, type Json, type TestGuard } from './harness.ts';

jest.setTimeout(60_000);

type Told = Readonly<{ type: string; data: Readonly<{ id: string; status: string; arguments_hash: string; tool_call: Json; risk_score?: number; threats_detected?: readonly string[] }> }>;

let test: TestSystem;
let guard: TestGuard;
let receiver: Receiver;
let channel: Json;

beforeAll(async () => {
  test = await TestSystem.start({ privateDestinations: '127.0.0.1' });
  receiver = await Receiver.start();
  guard = await test.guard('webhooks', []);
  channel = (await guard.admin.expect(201, 'POST', `${guard.path}/channels`, { type: 'webhook', name: 'finance', url: receiver.url, may_decide: true })).body;
  await guard.admin.expect(201, 'POST', `${guard.path}/channels`, { type: 'webhook', name: 'not named by the policy', url: `${receiver.url}other` });
  await guard.addPolicy({ name: 'Approve payments', tool_pattern: 'pay_*', action: 'require_approval', approval_config: { notification_channels: [channel['id']] } });
}, 180_000);

afterAll(async () => {
  await receiver.close();
  await test.stop();
}, 60_000);

describe('a person behind a webhook', () => {
  it('is told of a parked call, decides, and the agent who waits gets its answer', async () => {
    const answer = guard.ask({ id: 'call_1', name: 'pay_invoice', arguments: { amount: 250 } }, { wait: 30 });
    const requested = await receiver.next('approval.requested');
    expect(requested.data).toMatchObject({ status: 'pending', tool_call: { id: 'call_1', arguments: { amount: 250 } } });

    const decision = await decide({ approval_id: requested.data.id, decision: 'approve', arguments_hash: requested.data.arguments_hash, comment: 'agreed' });
    expect(decision).toMatchObject({ status: 200, body: { status: 'approved', settled_by: `webhook:${String(channel['id'])}` } });
    expect(await answer).toMatchObject({ action: 'allow', approval_id: requested.data.id, metadata: { replayed: false } });
    expect((await receiver.next('approval.resolved')).data).toMatchObject({ id: requested.data.id, status: 'approved' });
    expect(receiver.paths).toEqual(['/', '/']);
    expect(await guard.approval(requested.data.id)).toMatchObject({ settled_by: `webhook:${String(channel['id'])}`, comment: 'agreed' });
  });

  it('says no, and the agent hears why', async () => {
    const { approval_id } = await guard.ask({ id: 'call_2', name: 'pay_invoice', arguments: { amount: 1_000_000 } });
    const { data } = await receiver.next('approval.requested');
    expect(data.id).toBe(approval_id);
    expect(await decide({ approval_id, decision: 'reject', arguments_hash: data.arguments_hash, comment: 'far too much' })).toMatchObject({ status: 200 });
    expect(await guard.ask({ id: 'call_2', name: 'pay_invoice', arguments: { amount: 1_000_000 } })).toMatchObject({ action: 'block', code: 'approval_rejected', message: expect.stringContaining('far too much') });
  });

  it('is told how dangerous the call looks, and by what', async () => {
    const { approval_id, risk_score, threats } = await guard.ask({ id: 'call_risky', name: 'pay_invoice', arguments: { attachment: '../../../../etc/shadow' } });
    expect(threats).not.toEqual([]);
    const { data } = await receiver.next('approval.requested');
    expect(data).toMatchObject({ id: approval_id, risk_score, threats });
    expect(await guard.approval(data.id)).toMatchObject({ risk_score, threats });
  });

  it('is told again after the approval service was killed', async () => {
    receiver.answerWith(503);
    const { approval_id } = await guard.ask({ id: 'call_3', name: 'pay_invoice', arguments: { amount: 3 } });
    const first = await receiver.next('approval.requested');
    await eventually(async () => {
      const { body } = await guard.admin.expect(200, 'GET', `${guard.path}/channels/${String(channel['id'])}/deliveries?limit=1`);
      return (body['data'] as { attempts: unknown[] }[])[0]?.attempts.length === 1;
    });
    const service = test.system.service('approval-workflow');
    await service.kill();
    receiver.answerWith(200);
    service.start();
    const again = await receiver.next('approval.requested');
    expect([first.data.id, again.data.id]).toEqual([approval_id, approval_id]);
    expect(receiver.ids.slice(-2)).toEqual([receiver.ids.at(-1), receiver.ids.at(-1)]);
  });
});

describe('the port for webhooks', () => {
  it('is a part of the system’s health', async () => {
    // The service was started again a moment ago.
    await eventually(async () => {
      const { body } = await guard.admin.expect(200, 'GET', '/health/parts');
      return (body['parts'] as Json[]).some(({ part, ok }) => part === 'approval-workflow.webhooks' && ok === true);
    });
  });

  it('takes nothing that is not signed', async () => {
    const response = await fetch(`${test.system.approvalsUrl}/webhooks/approvals/${String(channel['id'])}`, { method: 'POST', body: '{}' });
    expect([response.status, ((await response.json()) as Json)['code']]).toEqual([401, 'bad_signature']);
  });
});

describe('a channel', () => {
  it('is not for addresses that are not public', async () => {
    const { body } = await guard.admin.expect(400, 'POST', `${guard.path}/channels`, { type: 'webhook', name: 'n', url: 'http://169.254.169.254/' });
    expect(body).toMatchObject({ code: 'invalid_input', errors: [{ path: '/url' }] });
  });

  it('tells what became of a test', async () => {
    receiver.answerWith(418);
    const { body } = await guard.admin.expect(200, 'POST', `${guard.path}/channels/${String(channel['id'])}/test`);
    expect(body).toMatchObject({ type: 'test', status: 'failed', attempts: [{ status: 418 }] });
    const { body: listed } = await guard.admin.expect(200, 'GET', `${guard.path}/channels/${String(channel['id'])}/deliveries?limit=1`);
    expect(listed).toMatchObject({ data: [body], next_cursor: expect.any(String) });
  });

  it('keeps its secret out of every log line', () => {
    const key = String(channel['secret']).slice('whsec_'.length);
    expect(test.logLines.filter((line) => line.includes(key))).toEqual([]);
    expect(test.logLines.some((line) => line.startsWith('approval-workflow') && line.includes('"webhook"'))).toBe(true);
  });
});

async function decide(decision: object): Promise<Readonly<{ status: number; body: Json }>> {
  const body = JSON.stringify(decision);
  const [id, timestamp] = [randomUUID(), String(Math.floor(Date.now() / 1_000))];
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature({ id, timestamp, body }) };
  const response = await fetch(`${test.system.approvalsUrl}/webhooks/approvals/${String(channel['id'])}`, { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as Json };
}

/** As Standard Webhooks says. */
function signature({ id, timestamp, body }: Readonly<{ id: string; timestamp: string; body: string }>): string {
  const key = Buffer.from(String(channel['secret']).slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** What stands behind a channel. */
class Receiver {
  readonly ids: string[] = [];
  readonly paths: string[] = [];
  private readonly got: { headers: IncomingHttpHeaders; body: string }[] = [];
  private status = 200;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => {
        this.got.push({ headers: request.headers, body });
        this.paths.push(String(request.url));
        this.ids.push(String(request.headers['webhook-id']));
        response.writeHead(this.status).end();
      });
    });
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    return new Receiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  answerWith(status: number): void {
    this.status = status;
  }

  /** The next message of that type, verified; others before it are passed over. */
  async next(type: string): Promise<Told> {
    return await eventually(
      () => {
        const message = this.got.shift();
        if (message === undefined) return false;
        const { body, headers } = message;
        expect(headers['webhook-signature']).toBe(signature({ id: String(headers['webhook-id']), timestamp: String(headers['webhook-timestamp']), body }));
        const told = JSON.parse(body) as Told;
        return told.type === type && told;
      },
      { timeoutMs: 30_000, what: `a message of type ${type}` },
    );
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
