import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guardSubjects, parseApiKey } from '@holdpoint/contracts';
import { eventually } from '@holdpoint/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { root, TestSystem, type Json, type TestGuard } from './harness.ts';

type Event = Readonly<{ sequence: number; subject: string; body: Json }>;
type Agent = Readonly<{ nats: NatsConnection; keyId: string }>;

let test: TestSystem;
let shop: TestGuard;
let bank: TestGuard;
const open: NatsConnection[] = [];

/** A program of somebody else's: a NATS client, an API key, and the inbox prefix that goes with it. */
async function agentOf(key: string): Promise<Agent> {
  const keyId = parseApiKey(key)?.id ?? '';
  const nats = await connect({ servers: test.system.stack.nats?.url ?? '', token: key, inboxPrefix: `_INBOX.${keyId}`, reconnect: false });
  open.push(nats);
  return { nats, keyId };
}

const call = (id: string, name = 'read_file') => ({ id, name, arguments: { path: 'README.md' } });
const ask = async ({ nats }: Agent, subject: string, body: object, timeout = 10_000): Promise<Json> => (await nats.request(subject, JSON.stringify(body), { timeout })).json<Json>();

/** Everything that has happened on the guard, read until nothing is left; each answer acknowledges the one before. */
async function events(agent: Agent, guardId: string): Promise<Event[]> {
  const found: Event[] = [];
  let ack: unknown;
  for (;;) {
    const answer = await ask(agent, guardSubjects.decisionsNext(guardId, agent.keyId), { ...(ack === undefined ? {} : { ack }) });
    const page = answer['events'] as Event[];
    found.push(...page);
    if (page.length === 0) return found;
    ack = answer['cursor'];
  }
}

beforeAll(async () => {
  test = await TestSystem.start();
  const policies = [{ name: 'Payments need a person', tool_pattern: 'payment_*', action: 'require_approval' }];
  shop = await test.guard('shop', policies);
  bank = await test.guard('bank', policies);
  await eventually(async () => {
    const { body } = await shop.admin.call('GET', '/health/parts');
    return (body['parts'] as { part: string; ok: boolean }[]).some(({ part, ok }) => part === 'nats-door' && ok);
  });
}, 120_000);

afterAll(async () => {
  await Promise.all(open.map((nats) => nats.close()));
  await test.stop();
}, 30_000);

describe('an agent on NATS', () => {
  it('is answered as over HTTP, also when a person has to decide first', async () => {
    const agent = await agentOf(shop.agent.key);
    expect(await ask(agent, guardSubjects.validate('shop', agent.keyId), { session_id: 's', tool_calls: [call('n1')] })).toMatchObject({ action: 'allow', tool_call_id: 'n1' });
    const hdrs = headers();
    hdrs.set('Holdpoint-Wait', '30');
    const waiting = agent.nats.request(guardSubjects.validate('shop', agent.keyId), JSON.stringify({ session_id: 's', tool_calls: [call('n2', 'payment_create')] }), { timeout: 35_000, headers: hdrs });
    const [approval] = await eventually(async () => {
      const { body } = await shop.approver.call('GET', `${shop.path}/approvals?status=pending`);
      const found = body['data'] as { id: string }[];
      return found.length > 0 ? found : undefined;
    });
    await shop.approve(approval?.id ?? '');
    expect((await waiting).json()).toMatchObject({ action: 'allow', approval_id: approval?.id, metadata: { replayed: false } });
  });

  it('publishes a tool call as to JetStream, and reads the decision', async () => {
    const agent = await agentOf(shop.agent.key);
    const ack = await jetstream(agent.nats).publish(guardSubjects.toolCallSubmitted('shop', agent.keyId), JSON.stringify({ session_id: 's', tool_call: call('e1') }));
    expect(ack).toMatchObject({ stream: 'TOOL_CALLS', seq: expect.any(Number) });
    const made = await eventually(async () => (await events(agent, 'shop')).find(({ subject, body }) => subject === guardSubjects.decisionMade('shop') && body['tool_call_id'] === 'e1'), { timeoutMs: 20_000 });
    expect(made.body).toMatchObject({ action: 'allow', guard_id: 'shop', session_id: 's' });
  });

  it('is told what is wrong in a JetStream client’s own words', async () => {
    const key = await everyGuardsKey();
    const agent = await agentOf(key);
    await expect(jetstream(agent.nats).publish(guardSubjects.toolCallSubmitted('nowhere', agent.keyId), '{}')).rejects.toMatchObject({ message: 'There is no such guard.' });
  });

  it('is not disturbed by another tenant’s call of the same id, sent at the same moment', async () => {
    const [one, two] = [await agentOf(shop.agent.key), await agentOf(bank.agent.key)];
    const same = { session_id: 'same', tool_call: call('call_1') };
    const submit = ({ nats, keyId }: Agent, guardId: string) => jetstream(nats).publish(guardSubjects.toolCallSubmitted(guardId, keyId), JSON.stringify(same), { msgID: 'call_1' });
    const acks = await Promise.all([submit(one, 'shop'), submit(two, 'bank')]);
    expect(acks[0].seq).not.toBe(acks[1].seq);
    for (const [agent, guardId] of [[one, 'shop'], [two, 'bank']] as const) {
      const made: Event[] = [];
      await eventually(async () => {
        made.push(...(await events(agent, guardId)).filter(({ body }) => body['tool_call_id'] === 'call_1'));
        return made.length > 0;
      }, { timeoutMs: 20_000 });
      expect(made.map(({ body }) => body['guard_id'])).toEqual([guardId]);
    }
  });

  it('cannot reach what is inside', async () => {
    const { nats, keyId } = await agentOf(shop.agent.key);
    const forbidden = ['hp.rpc.v1.evaluator.evaluate', 'hp.work.v1.tool-calls', '$JS.API.STREAM.NAMES', '$SYS.REQ.USER.AUTH', guardSubjects.validate('bank', keyId), guardSubjects.decisionMade('shop')];
    for (const subject of forbidden) await expect(nats.request(subject, '{}', { timeout: 2_000 })).rejects.toThrow(/permissions violation/i);
    const deaf = (subject: string) =>
      new Promise<string>((resolve) => {
        nats.subscribe(subject, { callback: (error) => resolve(error?.message ?? '') });
        void nats.flush();
      });
    for (const subject of ['>', guardSubjects.decisionMade('bank'), '_INBOX.>', '_INBOX_gateway.>']) expect(await deaf(subject)).toMatch(/permissions violation/i);
  });

  it('is cut off within 5 s when its key is revoked, and not let in again', async () => {
    const { body } = await test.admin.expect(201, 'POST', '/v1/keys', { name: 'leaving', guards: ['shop'], roles: ['agent'] });
    const key = String(body['key']);
    const { nats } = await agentOf(key);
    const revokedAt = performance.now();
    await test.admin.expect(200, 'DELETE', `/v1/keys/${String(body['id'])}`);
    await nats.closed();
    expect(performance.now() - revokedAt).toBeLessThan(5_000);
    await expect(agentOf(key)).rejects.toThrow(/authorization/i);
  });
});

describe('docs/nats.md', () => {
  it('shows programs that work', async () => {
    const [connecting = '', asking, scanning, submitting, reporting, reading] = [...readFileSync(join(root, 'docs/nats.md'), 'utf8').matchAll(/```js\n([^]*?)```/g)].map(([, code = '']) => code);
    // Text only: what is no text is written in colours where the surroundings ask for them.
    const program = [
      connecting.replace('nats://127.0.0.1:4222', test.system.stack.nats?.url ?? ''),
      asking,
      'console.log(`${action} ${message !== undefined} ${approval_id}`);',
      scanning,
      'console.log(`${advice} ${processed_content !== undefined} ${threats_detected.includes("prompt_injection")}`);',
      submitting,
      'console.log(`${stream} ${seq > 0}`);',
      reporting,
      "async function handle(subject, body) { if (body.tool_call_id === 'call-2') { console.log(`${subject} ${body.action}`); await nats.close(); process.exit(0); } }",
      reading,
    ].join('\n');
    const key = await everyGuardsKey();
    const child = execFile(process.execPath, ['--input-type=module', '--eval', program], { cwd: join(root, 'apps/system-tests'), env: { ...process.env, HOLDPOINT_KEY: key }, timeout: 30_000 });
    let said = '';
    child.stdout?.on('data', (text: string) => (said += text));
    child.stderr?.on('data', (text: string) => (said += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, said }).toEqual({ code: 0, said: 'allow true undefined\nsanitize true true\nTOOL_CALLS true\nhp.v1.guard.default.decision.made allow\n' });
  });
});

async function everyGuardsKey(): Promise<string> {
  const { body } = await test.admin.expect(201, 'POST', '/v1/keys', { name: 'every guard', guards: '*', roles: ['agent'] });
  return String(body['key']);
}
