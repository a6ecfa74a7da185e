import 'reflect-metadata';
import { agentPermissions, allContracts, ApprovalResolved, EvaluateToolCalls, guardSubjects, permissionsOf, PublicEvents, ReadApprovalStatuses, ScanContent, serviceNames, SyncAccess, systemUser, systemUserPermissions, ToolCallsSubmitted, type EvaluateCall, type KeyAccess, type RequestContract, type ServiceName } from '@holdpoint/contracts';
import { NatsStrategy, openMessaging, type Messaging } from '@holdpoint/messaging';
import { eventually, startNats, type TestNats } from '@holdpoint/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { apiKey, evaluating, guardAccess, judged, keyAccess, silent, startGatewayOn, type RunningGateway } from '../testing/fake-services.ts';

jest.setTimeout(60_000);

const agent = 'agent0000000';
const other = 'other0000000';
const approvalId = 'apr_00000000000000000000000001';

/** What policy-admin knows; a change makes a new revision. */
let keys: KeyAccess[];
let revision = 1;
const change = (id: string, more: Partial<KeyAccess>): void => {
  keys = keys.map((key) => (key.id === id ? { ...key, ...more } : key));
  revision += 1;
};

@Controller()
class PolicyAdmin {
  @MessagePattern(SyncAccess.subject)
  sync(): unknown {
    return { revision, more: false, keys, guards: [guardAccess('shop'), guardAccess('other'), guardAccess('third'), guardAccess('large'), guardAccess('strict', { max_policy_staleness_seconds: 0 })], live_evaluators: 1 };
  }
}

@Controller()
class ApprovalWorkflow {
  @MessagePattern(ReadApprovalStatuses.subject)
  statuses(@Payload() { approvals }: { approvals: object[] }): unknown {
    return { statuses: approvals.map((name) => ({ ...name, status: 'pending' })) };
  }
}

const asked: EvaluateCall[] = [];

/** Parks `pay` until its approval is named. */
@Controller()
class Evaluator {
  @MessagePattern(EvaluateToolCalls.subject)
  async *evaluate(@Payload() { calls }: { calls: EvaluateCall[] }): AsyncGenerator {
    asked.push(...calls);
    yield* evaluating(({ tool_call, approval_id }) => judged(tool_call.id, tool_call.name === 'pay' && approval_id === undefined ? { action: 'require_approval', approval_id: approvalId } : {}))({ calls });
  }

  @MessagePattern(ScanContent.subject)
  scan(@Payload() { content, tool_name, trace_id }: { content: unknown; tool_name?: string; trace_id: string }): unknown {
    return { action: 'warn', risk_score: 0.5, threats_detected: ['pii_exposure'], threats: [], message: `${tool_name ?? 'no tool'}: ${JSON.stringify(content)}`, metadata: { scanner: 'scanner/1', trace_id } };
  }
}

@Module({ controllers: [PolicyAdmin] })
class PolicyAdminModule {}
@Module({ controllers: [ApprovalWorkflow] })
class ApprovalWorkflowModule {}
@Module({ controllers: [Evaluator] })
class EvaluatorModule {}

let nats: TestNats;
let messaging: Messaging;
let gateway: Omit<RunningGateway, 'services'>;
let policyAdmin: INestMicroservice;
/** May do everything, as nobody but a test does. */
let watcher: NatsConnection;
const open = new Map<ServiceName, Messaging>();
const services: INestMicroservice[] = [];
const clients: NatsConnection[] = [];

const connection = async (name: ServiceName): Promise<Messaging> => {
  const known = open.get(name);
  if (known !== undefined) return known;
  const made = await openMessaging({ servers: nats.url, user: name, password: nats.user(name).password, name, log: silent });
  open.set(name, made);
  return made;
};
const serve = async (service: ServiceName, module: new () => object, contracts: RequestContract[]): Promise<INestMicroservice> => {
  const app = await NestFactory.createMicroservice(module, { strategy: new NatsStrategy({ messaging: await connection(service), service, contracts, concurrency: 8 }), logger: false });
  await app.listen();
  services.push(app);
  return app;
};
/** A client such as anybody's, with the one thing that Holdpoint asks of it: its own inbox prefix. */
const client = async (keyId: string, more: object = {}): Promise<NatsConnection> => {
  const made = await connect({ servers: nats.url, token: apiKey(keyId), inboxPrefix: `_INBOX.${keyId}`, reconnect: false, ...more });
  clients.push(made);
  return made;
};
/** Everything that the server forbids this client. */
const violationsOf = (nc: NatsConnection): string[] => {
  const found: string[] = [];
  void (async () => {
    for await (const status of nc.status()) if (status.type === 'error') found.push(status.error.message);
  })();
  return found;
};
const settings = () => {
  const { issuerSeed, user, password } = nats.door!;
  return { nats: { servers: nats.url, user: 'gateway', password: nats.user('gateway').password }, door: { issuerSeed, systemUser: user, systemPassword: password } };
};
const isOpen = (one: Pick<RunningGateway, 'send'>): Promise<unknown> =>
  eventually(async () => ((await one.send({ url: '/health/parts' })).json() as { parts: { part: string; ok: boolean }[] }).parts.some(({ part, ok }) => part === 'nats-door' && ok));
const call = (id: string, name = 'read') => ({ id, name, arguments: { n: 1 } });
const question = (...names: string[]) => JSON.stringify({ session_id: 's', tool_calls: names.map((name, at) => call(`c${at}`, name)) });
const submission = (id: string) => JSON.stringify({ session_id: 's', tool_call: call(id) });
const body = (message: Msg): Record<string, unknown> => message.json();
const ask = (nc: NatsConnection, subject: string, payload: string | Uint8Array = '{}', timeout = 5_000): Promise<Msg> => nc.request(subject, payload, { timeout });

beforeAll(async () => {
  keys = [
    keyAccess(agent, { guards: ['shop', 'third'] }),
    keyAccess(other, { guards: ['other'] }),
    keyAccess('every0000000', { guards: '*' }),
    keyAccess('strict000000', { guards: ['strict'] }),
    keyAccess('auditor00000', { roles: ['auditor'] }),
    keyAccess('admin0000000', { roles: ['admin'] }),
    keyAccess('elsewhere000', { ip_ranges: ['192.0.2.0/24'] }),
    keyAccess('here00000000', { ip_ranges: ['127.0.0.0/8'] }),
    keyAccess('revoked00000', { revoked: true }),
    keyAccess('expired00000', { expires_at: Date.now() - 1_000 }),
  ];
  nats = await startNats({ users: [{ user: 'watcher' }, ...serviceNames.map((user) => ({ user, permissions: permissionsOf(user, allContracts) }))], door: { user: systemUser, permissions: systemUserPermissions } });
  watcher = await connect({ servers: nats.url, user: 'watcher', pass: nats.user('watcher').password });
  policyAdmin = await serve('policy-admin', PolicyAdminModule, [SyncAccess]);
  await serve('approval-workflow', ApprovalWorkflowModule, [ReadApprovalStatuses]);
  await serve('evaluator', EvaluatorModule, [EvaluateToolCalls, ScanContent]);
  messaging = await connection('gateway');
  await messaging.ensureStreams([ToolCallsSubmitted]);
  await (await connection('decision-log')).ensureStreams([PublicEvents]);
  gateway = await startGatewayOn(messaging, silent, settings());
  await isOpen(gateway);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((nc) => nc.close()));
});
afterAll(async () => {
  await gateway.stopAll();
  await watcher.close();
  await Promise.all(services.map((service) => service.close()));
  await Promise.all([messaging, ...open.values()].map((one) => one.close()));
  await nats.stop();
});

describe('signing in to NATS', () => {
  it('takes an API key as token, or as password of any user', async () => {
    expect((await client(agent)).isClosed()).toBe(false);
    expect((await client(agent, { token: undefined, user: 'whoever', pass: apiKey(agent) })).isClosed()).toBe(false);
    expect((await client('here00000000')).isClosed()).toBe(false);
  });

  it.each([
    ['a wrong secret', { token: `hp_sk_${agent}_${'B'.repeat(43)}` }],
    ['an unknown key', { token: apiKey('nobody000000') }],
    ['a revoked key', { token: apiKey('revoked00000') }],
    ['an expired key', { token: apiKey('expired00000') }],
    ['a key from another address', { token: apiKey('elsewhere000') }],
    ['a key without a role for it', { token: apiKey('admin0000000') }],
    ['something else', { token: 'sesame' }],
    ['nothing', { token: undefined }],
    ['a service’s name with a key', { token: undefined, user: 'gateway', pass: apiKey(agent) }],
  ])('refuses %s', async (_what, more) => {
    await expect(client(agent, more)).rejects.toThrow(/authorization/i);
  });

  it('lets in a key that was made a moment ago', async () => {
    keys.push(keyAccess('new000000000'));
    expect((await client('new000000000')).isClosed()).toBe(false);
  });
});

describe('asking over NATS', () => {
  it('answers as POST validate does', async () => {
    const nc = await client(agent);
    const answer = await ask(nc, guardSubjects.validate('shop', agent), question('read', 'pay'));
    expect(body(answer)).toMatchObject({ action: 'require_approval', approval_id: approvalId, results: [{ action: 'allow' }, { action: 'require_approval' }] });
    expect(asked.at(-1)).toMatchObject({ guard_id: 'shop', key_id: agent });
  });

  it('holds the answer until a person has decided, when asked to', async () => {
    const nc = await client(agent);
    const hdrs = headers();
    hdrs.set('Holdpoint-Wait', '30');
    const answer = nc.request(guardSubjects.validate('shop', agent), question('pay'), { timeout: 30_000, headers: hdrs });
    await eventually(async () => /^holdpoint_waiting_callers 1$/m.test((await gateway.send({ url: '/metrics' })).body));
    open.get('approval-workflow')?.broadcast(ApprovalResolved, { guard_id: 'shop', approval_id: approvalId, status: 'approved' });
    expect(body(await answer)).toMatchObject({ action: 'allow' });
  });

  it.each([
    ['no JSON', 'hello', 400, 'invalid_input'],
    ['nothing', '', 400, 'invalid_input'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe]), 400, 'invalid_input'],
    ['an unknown field', JSON.stringify({ session_id: 's', tool_calls: [call('c')], key_id: other }), 400, 'invalid_input'],
    ['more than 1 MiB', JSON.stringify({ session_id: 's', tool_calls: [{ ...call('c'), arguments: { text: 'x'.repeat(1_048_576) } }] }), 413, 'body_too_large'],
  ])('answers %s with a problem document and service error headers', async (_what, payload, status, code) => {
    const nc = await client(agent);
    const answer = await ask(nc, guardSubjects.validate('shop', agent), payload);
    expect(body(answer)).toMatchObject({ status, code });
    expect(answer.headers?.get('Nats-Service-Error-Code')).toBe(String(status));
    expect(answer.headers?.get('Nats-Service-Error')).not.toBe('');
  });

  it('answers 404 for a guard that does not exist, also to a key of every guard', async () => {
    const nc = await client('every0000000');
    expect(body(await ask(nc, guardSubjects.validate('nowhere', 'every0000000'), question('read')))).toMatchObject({ status: 404, code: 'guard_not_found' });
  });
});

describe('a content over NATS', () => {
  it('is scanned as POST scan-output does it', async () => {
    const nc = await client(agent);
    const answer = await ask(nc, guardSubjects.scan('shop', agent), JSON.stringify({ tool_name: 'fetch', output: { text: 'für März' } }));
    expect(body(answer)).toMatchObject({ action: 'warn', risk_score: 0.5, message: 'fetch: {"text":"für März"}', metadata: { scanner: 'scanner/1', trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) } });
  });

  it.each([['neither output nor content', '{"tool_name":"fetch"}'], ['both', '{"output":1,"content":2}'], ['no JSON', 'hello']])('with %s gets a problem document', async (_what, payload) => {
    const answer = await ask(await client(agent), guardSubjects.scan('shop', agent), payload);
    expect(body(answer)).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(answer.headers?.get('Nats-Service-Error-Code')).toBe('400');
  });

  it('is asked about under the key’s own id and for its own guards only', async () => {
    const nc = await client(agent);
    for (const subject of [guardSubjects.scan('shop', other), guardSubjects.scan('other', agent)]) await expect(ask(nc, subject, '{"output":"x"}', 500)).rejects.toThrow();
  });
});

describe('a key on NATS', () => {
  it.each([
    ['a service', EvaluateToolCalls.subject],
    ['a stream of ours', 'hp.work.v1.tool-calls'],
    ['the decision log', 'hp.log.v1.decisions'],
    ['the public events', guardSubjects.decisionMade('shop')],
    ['JetStream', '$JS.API.STREAM.DELETE.EVENTS'],
    ['an acknowledgement', '$JS.ACK.EVENTS.agent-x.1.1.1.0.0'],
    ['the server', '$SYS.REQ.USER.AUTH'],
    ['another key’s subject', guardSubjects.validate('shop', other)],
    ['another guard’s subject', guardSubjects.validate('other', agent)],
    ['another key’s inbox', `_INBOX.${other}.x`],
    ['its own inbox', `_INBOX.${agent}.x`],
  ])('cannot publish to %s', async (_what, subject) => {
    const nc = await client(agent);
    const violations = violationsOf(nc);
    nc.publish(subject, submission('x'), { reply: `_INBOX.${agent}.reply` });
    await nc.flush();
    await eventually(() => violations.some((text) => text.toLowerCase().includes(subject.toLowerCase())));
  });

  it.each([
    ['everything', '>'],
    ['another guard', guardSubjects.decisionMade('other')],
    ['all guards', 'hp.v1.guard.*.decision.made'],
    ['what its own guard is asked', guardSubjects.validate('shop', agent)],
    ['all inboxes', '_INBOX.>'],
    ['another key’s inbox', `_INBOX.${other}.>`],
    ['a service’s inbox', '_INBOX_gateway.>'],
    ['the streams', 'hp.work.v1.>'],
    ['who signs in', '$SYS.REQ.USER.AUTH'],
  ])('cannot hear %s', async (_what, subject) => {
    const nc = await client(agent);
    const refused = await new Promise<Error | null>((resolve) => {
      nc.subscribe(subject, { callback: (error) => resolve(error) });
      void nc.flush();
    });
    expect(refused?.message).toMatch(/permissions violation/i);
  });

  it.each([['another key’s inbox', `_INBOX.${other}.stolen`], ['a service', 'hp.rpc.v1.policy-admin.create-guard'], ['JetStream', `$JS.API.CONSUMER.DELETE.EVENTS.agent-${other}-other`], ['a server', '$SYS._INBOX.x.y'], ['an inbox of a service', '_INBOX_gateway.x'], ['a wildcard', `_INBOX.${agent}.>`], ['its own inbox’s prefix', `_INBOX.${agent}x.y`]])(
    'cannot make the gateway answer to %s',
    async (_what, target) => {
      const nc = await client(agent);
      const victim = await client(other);
      const stolen: Msg[] = [];
      victim.subscribe(`_INBOX.${other}.>`, { callback: (_error, message) => void stolen.push(message) });
      await victim.flush();
      // The gateway itself may publish to most of these.
      if (!target.includes('>')) watcher.subscribe(target, { max: 1, callback: (_error, message) => void stolen.push(message) });
      await watcher.flush();
      for (const subject of [guardSubjects.validate('shop', agent), guardSubjects.toolCallSubmitted('shop', agent), guardSubjects.decisionsNext('shop', agent)]) nc.publish(subject, question('read'), { reply: target });
      // Whoever is asked later is answered later.
      for (const subject of [guardSubjects.validate('shop', agent), guardSubjects.toolCallSubmitted('shop', agent), guardSubjects.decisionsNext('shop', agent)]) await ask(nc, subject, question('read'));
      await Promise.all([victim.flush(), watcher.flush()]);
      expect(stolen).toEqual([]);
    },
  );

  it('hears its guards’ events as they happen', async () => {
    const nc = await client(agent);
    const heard: unknown[] = [];
    nc.subscribe(guardSubjects.decisionMade('shop'), { callback: (_error, message) => void heard.push(message.json()) });
    await nc.flush();
    await happens('shop', 'live');
    await eventually(() => heard.length === 1);
    expect(heard).toEqual([{ id: 'live' }]);
  });
});

describe('submitting tool calls and outcomes', () => {
  it('keeps the very bytes, under the key that sent them, and answers with the stream’s acknowledgement', async () => {
    const nc = await client(agent);
    const sent = `{"session_id":"s", "tool_call":{"id":"bytes","name":"read","arguments":{"__proto__":1}}}`;
    const ack = body(await ask(nc, guardSubjects.toolCallSubmitted('shop', agent), sent));
    expect(ack).toEqual({ stream: 'TOOL_CALLS', seq: expect.any(Number) });
    expect(await stored('TOOL_CALLS', Number(ack['seq']))).toMatchObject({ guard_id: 'shop', key_id: agent, text: sent });
    expect(body(await ask(nc, guardSubjects.outcomeReported('shop', agent), '{}'))).toEqual({ stream: 'OUTCOMES', seq: expect.any(Number) });
  });

  it('takes a message that asks for no acknowledgement too', async () => {
    const nc = await client(agent);
    nc.publish(guardSubjects.toolCallSubmitted('third', agent), submission('quiet'));
    await eventually(async () => (await submitted()).some(({ guard_id, text }) => guard_id === 'third' && text?.includes('"quiet"') === true));
  });

  it('keeps the calls of two tenants apart, though they send the same id at the same moment', async () => {
    const [one, two] = [await client(agent), await client(other)];
    const hdrs = headers();
    hdrs.set('Nats-Msg-Id', 'call_1');
    const acks = await Promise.all([
      one.request(guardSubjects.toolCallSubmitted('shop', agent), submission('call_1'), { headers: hdrs, timeout: 5_000 }),
      two.request(guardSubjects.toolCallSubmitted('other', other), submission('call_1'), { headers: hdrs, timeout: 5_000 }),
    ]);
    const sequences = acks.map((ack) => Number(body(ack)['seq']));
    expect(new Set(sequences).size).toBe(2);
    expect(acks.map((ack) => body(ack)['duplicate'])).toEqual([undefined, undefined]);
    expect(await Promise.all(sequences.map((seq) => stored('TOOL_CALLS', seq)))).toMatchObject([{ guard_id: 'shop', key_id: agent }, { guard_id: 'other', key_id: other }]);
  });

  it('tells a JetStream client what is wrong in the form it reads', async () => {
    const nc = await client('every0000000');
    const answer = await ask(nc, guardSubjects.toolCallSubmitted('nowhere', 'every0000000'), submission('x'));
    expect(body(answer)).toMatchObject({ status: 404, error: { code: 404, description: 'There is no such guard.' } });
  });
});

describe('reading events', () => {
  const next = async (nc: NatsConnection, keyId: string, guard: string, request: object = {}) =>
    body(await ask(nc, guardSubjects.decisionsNext(guard, keyId), JSON.stringify(request), 40_000)) as { events: { sequence: number; subject: string; at: string; body: { id: string } }[]; cursor: string | null; status?: number };

  it('hands over a guard’s events, in order, until they are acknowledged', async () => {
    const nc = await client(agent);
    for (const id of ['e1', 'e2', 'e3']) await happens('third', id);
    await happens('other', 'not yours');
    const first = await next(nc, agent, 'third', { max: 2 });
    expect(first.events).toMatchObject([{ subject: guardSubjects.decisionMade('third'), body: { id: 'e1' } }, { body: { id: 'e2' } }]);
    expect(Date.parse(first.events[0]?.at ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const second = await next(nc, agent, 'third', { ack: first.cursor });
    expect(second.events.map(({ body: { id } }) => id)).toEqual(['e3']);
    expect(await next(nc, agent, 'third', { ack: second.cursor })).toEqual({ events: [], cursor: null });
    const { num_ack_pending: open } = await consumer(`agent-${agent}-third`);
    expect(open).toBe(0);
  });

  it('counts what was not acknowledged as not dealt with', async () => {
    const nc = await client(agent);
    await happens('third', 'e4');
    const { events } = await next(nc, agent, 'third');
    expect(events.map(({ body: { id } }) => id)).toEqual(['e4']);
    expect(await consumer(`agent-${agent}-third`)).toMatchObject({ num_ack_pending: 1, config: { ack_policy: 'explicit', max_deliver: -1 } });
  });

  it('waits for the next event, when asked to', async () => {
    const nc = await client('auditor00000');
    expect(await next(nc, 'auditor00000', 'third', { start: 'now' })).toEqual({ events: [], cursor: null });
    const answer = next(nc, 'auditor00000', 'third', { wait_seconds: 30 });
    await eventually(async () => (await consumer('agent-auditor00000-third')).num_waiting === 1);
    await happens('third', 'e5');
    expect((await answer).events.map(({ body: { id } }) => id)).toEqual(['e5']);
  });

  it('hands over large events too, as many at a time as fit', async () => {
    const reader = 'every0000000';
    const nc = await client(reader);
    await next(nc, reader, 'large', { start: 'now' });
    const ids = ['a', 'b', 'c'].map((letter, at) => letter.repeat((at === 1 ? 5 : 3) * 1024 ** 2));
    for (const id of ids) await happens('large', id);
    const sizes: number[][] = [];
    let ack: unknown;
    while (sizes.flat().length < ids.length) {
      const { events, cursor } = await next(nc, reader, 'large', { ...(ack === undefined ? {} : { ack }) });
      sizes.push(events.map(({ body: { id } }) => id.length));
      ack = cursor;
    }
    expect(sizes).toEqual(ids.map((id) => [id.length]));
  });

  it('takes no cursor of another key or guard', async () => {
    const [one, all] = [await client(other), await client('every0000000')];
    await happens('other', 'o1');
    const { cursor } = await next(one, other, 'other');
    expect(await next(all, 'every0000000', 'other', { ack: cursor })).toMatchObject({ status: 400 });
  });

  it.each([{ max: 0 }, { max: 101 }, { wait_seconds: 31 }, { ack: 'x' }, { unknown: 1 }])('refuses %j', async (request) => {
    const nc = await client(agent);
    expect(await next(nc, agent, 'shop', request)).toMatchObject({ status: 400, code: 'invalid_input' });
  });
});

describe('a key that may no more', () => {
  it.each([
    ['revoked', { revoked: true }],
    ['expired', { expires_at: 1 }],
    ['changed', { guards: ['third'] }],
  ])('is cut off within 5 s when it is %s', async (how, more) => {
    const keyId = `cut${how}00000`.slice(0, 12);
    keys.push(keyAccess(keyId, { guards: ['shop', 'third'] }));
    const nc = await client(keyId);
    // What it was granted is known once its connection was listed.
    await listed(nc);
    const startedAt = performance.now();
    change(keyId, more);
    await nc.closed();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('is cut off by the server itself at the second it expires', async () => {
    keys.push(keyAccess('shortlived00', { expires_at: Date.now() + 2_500 }));
    const nc = await client('shortlived00');
    const startedAt = performance.now();
    await nc.closed();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('leaves the others alone, and its event readers are removed', async () => {
    keys.push(keyAccess('leaving00000'));
    const [one, two] = [await client('leaving00000'), await client(other)];
    await ask(one, guardSubjects.decisionsNext('shop', 'leaving00000'));
    expect(await consumers()).toContain('agent-leaving00000-shop');
    await ask(two, guardSubjects.decisionsNext('other', other));
    change('leaving00000', { revoked: true });
    await one.closed();
    expect(two.isClosed()).toBe(false);
    await eventually(async () => !(await consumers()).some((name) => name.startsWith('agent-leaving00000')));
    expect(await consumers()).toContain(`agent-${other}-other`);
    expect(two.isClosed()).toBe(false);
    expect(body(await ask(two, guardSubjects.validate('other', other), question('read')))).toMatchObject({ action: 'allow' });
  });
});

describe('the gateway at the door', () => {
  it('grants nothing that the contracts do not', async () => {
    const nc = await client(agent);
    const violations = violationsOf(nc);
    for (const subject of agentPermissions(keyAccess(agent, { guards: ['shop', 'third'] }), { live: true })!.publish) nc.publish(subject, '');
    await nc.flush();
    expect(violations).toEqual([]);
  });

  it('opens again when NATS was away', async () => {
    await nats.kill();
    await nats.restart();
    await eventually(async () => {
      try {
        const nc = await client(agent);
        return body(await ask(nc, guardSubjects.validate('shop', agent), question('read'), 1_000))['action'] === 'allow';
      } catch {
        return false;
      }
    }, { timeoutMs: 20_000 });
  });

  it('is any gateway: what one hands over another takes back, and each cuts off a revoked key', async () => {
    const second = await openMessaging({ servers: nats.url, user: 'gateway', password: nats.user('gateway').password, name: 'gateway', log: silent });
    const another = await startGatewayOn(second, silent, settings());
    await isOpen(another);
    keys.push(keyAccess('several00000', { guards: ['third'] }));
    const nc = await client('several00000');
    await ask(nc, guardSubjects.decisionsNext('third', 'several00000'), JSON.stringify({ start: 'now' }));
    const wanted = Array.from({ length: 20 }, (_, at) => `several ${at}`);
    for (const id of wanted) await happens('third', id);
    const read: unknown[] = [];
    let ack: unknown;
    while (read.length < wanted.length) {
      const answer = body(await ask(nc, guardSubjects.decisionsNext('third', 'several00000'), JSON.stringify({ max: 1, ...(ack === undefined ? {} : { ack }) })));
      read.push(...(answer['events'] as { body: { id: string } }[]).map((event) => event.body.id));
      ack = answer['cursor'];
    }
    expect(read).toEqual(wanted);
    for (const one of [gateway, another]) expect((await one.send({ url: '/metrics' })).body).toMatch(/holdpoint_nats_request_duration_seconds_count\{[^}]*operation="eventsNext"/);
    await gateway.stopAll();
    gateway = another;
    open.set('gateway', second);
    change('several00000', { revoked: true });
    await nc.closed();
  });

  it('while the service that keeps the keys is away: cuts off who hears events, lets nobody hear them, and answers 503 as HTTP does', async () => {
    const nc = await client('strict000000');
    await policyAdmin.close();
    await nc.closed();
    const again = await client('strict000000');
    const refused = await new Promise<Error | null>((resolve) => {
      again.subscribe(guardSubjects.decisionMade('strict'), { callback: (error) => resolve(error) });
      void again.flush();
    });
    expect(refused?.message).toMatch(/permissions violation/i);
    expect(body(await ask(again, guardSubjects.validate('strict', 'strict000000'), question('read')))).toMatchObject({ status: 503, code: 'engine_unavailable' });
    expect(body(await ask(await client(agent), guardSubjects.validate('shop', agent), question('read')))).toMatchObject({ action: 'allow' });
  });
});

type Consumer = Readonly<{ num_ack_pending: number; num_waiting: number; config: object }>;
type Kept = Readonly<{ guard_id: string; key_id: string; text?: string }>;

async function api<T>(call: string, request: object = {}): Promise<T> {
  return (await watcher.request(`$JS.API.${call}`, JSON.stringify(request), { timeout: 5_000 })).json();
}

async function stored(stream: string, seq: number): Promise<Kept | null> {
  const { message } = await api<{ message?: { data: string } }>(`STREAM.MSG.GET.${stream}`, { seq });
  return message === undefined ? null : (JSON.parse(Buffer.from(message.data, 'base64').toString('utf8')) as Kept);
}

/** All submitted calls; there is nobody here to work them off. */
async function submitted(): Promise<Kept[]> {
  const { state } = await api<{ state: { last_seq: number } }>('STREAM.INFO.TOOL_CALLS');
  const kept = await Promise.all(Array.from({ length: state.last_seq }, (_, at) => stored('TOOL_CALLS', at + 1)));
  return kept.flatMap((one) => one ?? []);
}

const consumers = async (): Promise<string[]> => (await api<{ consumers: string[] | null }>('CONSUMER.NAMES.EVENTS')).consumers ?? [];
const consumer = (name: string): Promise<Consumer> => api<Consumer>(`CONSUMER.INFO.EVENTS.${name}`);

/** The gateway has looked at all connections once more since then: it asks every few seconds, and the server has answered. */
async function listed(nc: NatsConnection): Promise<void> {
  await nc.flush();
  const { user, password } = nats.door!;
  const system = await connect({ servers: nats.url, user, pass: password, inboxPrefix: `_INBOX_${user}` });
  clients.push(system);
  const heardByGateway = async (): Promise<number> => {
    const { data } = (await system.request('$SYS.REQ.SERVER.PING.CONNZ', '{}', { timeout: 5_000 })).json<{ data: { connections: { name?: string; out_msgs: number }[] } }>();
    return data.connections.find(({ name }) => name === 'gateway (system)')?.out_msgs ?? 0;
  };
  const before = await heardByGateway();
  await eventually(async () => (await heardByGateway()) > before);
}

async function happens(guardId: string, id: string): Promise<void> {
  await watcher.request(guardSubjects.decisionMade(guardId), JSON.stringify({ id }), { timeout: 5_000 });
}
