import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type BroadcastContract, permissionsOf, type RequestContract, type StreamContract } from '@holdpoint/contracts';
import { eventually, startNats, type TestNats } from '@holdpoint/test-kit';
import { connect, headers } from '@nats-io/transport-node';
import { z } from 'zod';
import { type ConnectionOptions, type Logger, type Messaging, newTraceparent, openMessaging } from './index.ts';

// Real servers on a machine that does other things too.
jest.setTimeout(60_000);

let nats: TestNats;
const opened: Messaging[] = [];

beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((messaging) => messaging.close()));
});
afterAll(() => nats.stop());

describe('a connection', () => {
  it('knows what the server is and takes', async () => {
    const gateway = await open('gateway');
    expect(gateway.connected).toBe(true);
    expect(gateway.serverVersion).toBe(nats.version);
    expect(gateway.maxPayload).toBe(8 * 1024 ** 2);
  });

  it('waits for a server that is not there yet', async () => {
    const late = await startNats();
    await late.kill();
    const log = recorder();
    const opening = open('gateway', { servers: late.url, log });
    await eventually(() => log.lines.includes('no nats server yet'));
    await late.restart();
    expect((await opening).connected).toBe(true);
    await late.stop();
  });

  it('gives up waiting when told to', async () => {
    const absent = await startNats();
    await absent.stop();
    const giveUp = new AbortController();
    const log = recorder();
    const opening = openMessaging({ servers: absent.url, name: 'gateway', log, signal: giveUp.signal });
    await eventually(() => log.lines.includes('no nats server yet'));
    giveUp.abort(new Error('stopped'));
    await expect(opening).rejects.toThrow('stopped');
  });

  it('reconnects for ever, and says meanwhile that it is not connected', async () => {
    const own = await startNats();
    const [gateway, evaluator] = [await open('gateway', { servers: own.url }), await open('evaluator', { servers: own.url })];
    await evaluator.answer(Ask.subject, 'evaluator', (request) => request.respond('{"text":"yes"}'));
    await own.kill();
    await eventually(() => !gateway.connected && !evaluator.connected);
    await expect(gateway.request(Ask, { text: 'anyone' }, { timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'peer_unavailable', reason: 'disconnected' });
    // Longer than the ten attempts after which the client gives up by itself.
    const attempts = countedAttempts(own);
    await eventually(() => attempts.count() >= 12, { timeoutMs: 30_000 });
    await attempts.stop();
    await own.restart();
    await eventually(() => gateway.connected && evaluator.connected);
    await expect(eventually(() => gateway.request(Ask, { text: 'anyone' }, { timeoutMs: 1_000 }))).resolves.toEqual({ text: 'yes' });
    await own.stop();
  }, 60_000);

  it('fails open requests at once when the connection is lost', async () => {
    const own = await startNats();
    const [gateway, evaluator] = [await open('gateway', { servers: own.url }), await open('evaluator', { servers: own.url })];
    let received = 0;
    await evaluator.answer(Ask.subject, 'evaluator', () => (received += 1));
    const asking = gateway.request(Ask, { text: 'never answered' }, { timeoutMs: 60_000 });
    const outcome = expect(asking).rejects.toMatchObject({ reason: 'disconnected' });
    await eventually(() => received === 1);
    await own.kill();
    await outcome;
    await own.stop();
  });
});

describe('a request', () => {
  it('fails fast when nobody answers', async () => {
    const gateway = await open('gateway');
    await expect(gateway.request(Ask, { text: 'hello' }, { timeoutMs: 60_000 })).rejects.toMatchObject({ name: 'PeerUnavailable', reason: 'no_responders', subject: Ask.subject });
  });

  it('fails at its deadline', async () => {
    const [gateway] = await withAnswers(() => undefined);
    await expect(gateway.request(Ask, { text: 'hello' }, { timeoutMs: 30 })).rejects.toMatchObject({ name: 'PeerUnavailable', reason: 'timeout' });
  });

  it('ends when its signal aborts', async () => {
    const [gateway] = await withAnswers(() => undefined);
    const hangUp = new AbortController();
    const asking = gateway.request(Ask, { text: 'hello' }, { timeoutMs: 60_000, signal: hangUp.signal });
    hangUp.abort(new Error('caller hung up'));
    await expect(asking).rejects.toThrow('caller hung up');
  });

  it('carries its budget and its trace context, and nothing else around the JSON', async () => {
    const seen: { body: string; headers: Record<string, string> }[] = [];
    const [gateway] = await withAnswers((request) => {
      seen.push({ body: request.string(), headers: Object.fromEntries([...(request.headers ?? [])].map(([name, [value = '']]) => [name, value])) });
      request.respond('{"text":"ok"}');
    });
    const traceparent = newTraceparent();
    await gateway.request(Ask, { text: 'hello' }, { timeoutMs: 1_500, traceparent });
    expect(seen).toEqual([{ body: '{"text":"hello"}', headers: { 'Holdpoint-Timeout-Ms': '1500', traceparent } }]);
  });

  it.each(['not json', '{"text":7}', ''])('whose reply %j breaks the contract has failed', async (reply) => {
    const [gateway] = await withAnswers((request) => request.respond(reply));
    await expect(gateway.request(Ask, { text: 'hello' }, { timeoutMs: 1_000 })).rejects.toMatchObject({ name: 'PeerFailed', status: 502 });
  });

  it.each([
    [404, 'PeerRefused'],
    [503, 'PeerFailed'],
  ])('answered with an error reply %i rejects with %s and the problem document', async (status, name) => {
    const problem = { type: 'about:blank', title: 'No', status, code: 'no_such_thing', detail: 'no' };
    const [gateway] = await withAnswers((request) => request.respond(JSON.stringify(problem), { headers: serviceError(status, 'no') }));
    await expect(gateway.request(Ask, { text: 'hello' }, { timeoutMs: 1_000 })).rejects.toMatchObject({ name, status, description: 'no', problem });
  });

  it('answered in parts fails when a part is missing, or the end is', async () => {
    const [gateway] = await withAnswers((request) => {
      request.respond('{"text":"0"}', { headers: part('0') });
      request.respond('{"text":"2"}', { headers: part('2') });
    }, AskMany.subject);
    const seen: string[] = [];
    const asking = (async () => {
      for await (const { text } of gateway.requestParts(AskMany, { text: 'x' }, { timeoutMs: 60_000 })) seen.push(text);
    })();
    await expect(asking).rejects.toMatchObject({ name: 'PeerUnavailable', reason: 'incomplete' });
    expect(seen).toEqual(['0']);
  });

  it('answered in parts fails at its deadline when the end does not come, after the parts that came', async () => {
    const [gateway] = await withAnswers((request) => request.respond('{"text":"0"}', { headers: part('0') }), AskMany.subject);
    const parts = gateway.requestParts(AskMany, { text: 'x' }, { timeoutMs: 200 });
    await expect(parts.next()).resolves.toEqual({ done: false, value: { text: '0' } });
    await expect(parts.next()).rejects.toMatchObject({ name: 'PeerUnavailable', reason: 'timeout' });
  });

  it('for parts fails fast when nobody answers', async () => {
    const gateway = await open('gateway');
    await expect(gateway.requestParts(AskMany, { text: 'x' }, { timeoutMs: 60_000 }).next()).rejects.toMatchObject({ reason: 'no_responders' });
  });

  it('may not use a contract that alters payloads', async () => {
    const gateway = await open('gateway');
    const altering = { ...Ask, reply: z.object({ text: z.string().default('x') }) };
    await expect(gateway.request(altering, { text: 'x' }, { timeoutMs: 1_000 })).rejects.toThrow('alters payloads');
  });
});

describe('a broadcast', () => {
  it('is heard by every subscriber until it stops listening; garbage is logged and skipped', async () => {
    const log = recorder();
    const [sender, one, two] = [await open('gateway'), await open('evaluator', { log }), await open('evaluator')];
    const heard: string[] = [];
    const stop = one.onBroadcast(Told, ({ text }) => void heard.push(`one ${text}`));
    two.onBroadcast(Told, async ({ text }) => void heard.push(`two ${text}`));
    await Promise.all([one.flush(), two.flush()]);
    await garbage(Told.subject, 'not json');
    sender.broadcast(Told, { text: 'a' });
    await eventually(() => heard.length === 2);
    stop();
    await one.flush();
    sender.broadcast(Told, { text: 'b' });
    await eventually(() => heard.includes('two b'));
    expect(heard.sort()).toEqual(['one a', 'two a', 'two b']);
    expect(log.lines).toContain('broadcast not handled');
  });
});

describe.each(['pinned', 'debian'] as const)('a publish, on the %s server', (binary) => {
  let server: TestNats;
  beforeAll(async () => {
    server = await startNats({ binary });
  }, 120_000);
  afterAll(() => server.stop());
  const connectTo = () => open('gateway', { servers: server.url });

  it('resolves when the message is stored, and makes a stream that is missing', async () => {
    const messaging = await connectTo();
    await expect(messaging.publish(stream('MISSING'), 'hp.t.MISSING', { n: 1 }, { timeoutMs: 5_000 })).resolves.toEqual({ stream: 'MISSING', seq: 1, duplicate: false });
  });

  it('with the same message id is stored once', async () => {
    const messaging = await connectTo();
    const once = () => messaging.publish(stream('ONCE'), 'hp.t.ONCE', { n: 1 }, { timeoutMs: 5_000, msgId: 'a' });
    await once();
    await expect(once()).resolves.toEqual({ stream: 'ONCE', seq: 1, duplicate: true });
  });

  it('is refused by a full stream that discards what is new', async () => {
    const messaging = await connectTo();
    const full = { ...stream('FULL'), maxBytes: 1_000 };
    const fill = async () => {
      // Longer than what server 2.9 forgets to count (its own 40 bytes a message), or it would drop an old one.
      for (let n = 0; n < 10; n += 1) await messaging.publish(full, 'hp.t.FULL', { n, text: 'x'.repeat(300) }, { timeoutMs: 5_000 });
    };
    await expect(fill()).rejects.toMatchObject({ name: 'PublishUnconfirmed', reason: 'refused', outcome: 'not_stored' });
  });

  it('of more than the server takes is refused', async () => {
    const messaging = await connectTo();
    await expect(messaging.publish(stream('LARGE'), 'hp.t.LARGE', { n: 1, text: 'x'.repeat(messaging.maxPayload) }, { timeoutMs: 5_000 })).rejects.toMatchObject({ reason: 'too_large' });
  });

  it('without a connection is of unknown outcome', async () => {
    const own = await startNats({ binary });
    const messaging = await open('gateway', { servers: own.url });
    await own.kill();
    await expect(messaging.publish(stream('DOWN'), 'hp.t.DOWN', { n: 1 }, { timeoutMs: 60_000 })).rejects.toMatchObject({ reason: 'disconnected', outcome: 'unknown' });
    await own.stop();
  });

  it('finds a stream again whose store was lost', async () => {
    const own = await startNats({ binary });
    const messaging = await open('gateway', { servers: own.url });
    const contract = stream('LOST');
    await messaging.publish(contract, 'hp.t.LOST', { n: 1 }, { timeoutMs: 5_000 });
    await own.kill();
    await wipe(own);
    await own.restart();
    await expect(eventually(() => messaging.publish(contract, 'hp.t.LOST', { n: 2 }, { timeoutMs: 5_000 }))).resolves.toMatchObject({ seq: 1 });
    await own.stop();
  });

  it('keeps a stream to its contract, as the server reports it', async () => {
    const messaging = await connectTo();
    await messaging.ensureStreams([stream('KEPT')]);
    await messaging.ensureStreams([{ ...stream('KEPT'), maxBytes: 5_000, maxAgeMs: 60_000, discard: 'old', subjects: ['hp.t.KEPT', 'hp.t.KEPT.more'] }]);
    await Promise.all([messaging.ensureStreams([stream('RACED')]), (await connectTo()).ensureStreams([stream('RACED')])]);
    await expect(messaging.ensureStreams([{ ...stream('KEPT'), retention: 'limits' }])).rejects.toMatchObject({ code: 'stream_mismatch' });
  });
});

describe('permissions', () => {
  let server: TestNats;
  beforeAll(async () => {
    const users = (['gateway', 'evaluator'] as const).map((service) => ({ user: service, permissions: permissionsOf(service, [Ask, AskMany, Told]) }));
    server = await startNats({ users });
  });
  afterAll(() => server.stop());
  const as = (user: 'gateway' | 'evaluator', more: Partial<ConnectionOptions> = {}) => open(user, { servers: server.url, user, password: server.user(user).password, ...more });

  it('made from the contracts let a service ask and answer', async () => {
    const [gateway, evaluator] = [await as('gateway'), await as('evaluator')];
    await evaluator.answer(Ask.subject, 'evaluator', (request) => request.respond('{"text":"yes"}'));
    await expect(gateway.request(Ask, { text: 'x' }, { timeoutMs: 5_000 })).resolves.toEqual({ text: 'yes' });
  });

  it('that forbid a request or a publish make it fail at once', async () => {
    const evaluator = await as('evaluator');
    await expect(evaluator.request(Ask, { text: 'x' }, { timeoutMs: 60_000 })).rejects.toMatchObject({ name: 'PeerUnavailable', reason: 'forbidden' });
    await expect(evaluator.requestParts(AskMany, { text: 'x' }, { timeoutMs: 60_000 }).next()).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(evaluator.publish(stream('DENIED'), 'hp.t.DENIED', { n: 1 }, { timeoutMs: 60_000 })).rejects.toMatchObject({ name: 'PublishUnconfirmed', reason: 'forbidden', outcome: 'not_stored' });
  });

  it('that forbid to answer, or to receive replies, are told at the start', async () => {
    const gateway = await as('gateway');
    await expect(gateway.answer(Ask.subject, 'evaluator', () => undefined)).rejects.toThrow(`not permitted to answer \`${Ask.subject}\``);
    await expect(as('gateway', { inboxPrefix: '_INBOX_evaluator' })).rejects.toThrow('not permitted to receive replies under `_INBOX_evaluator`');
  });

  it('a wrong password is refused at once', async () => {
    await expect(as('gateway', { password: 'wrong' })).rejects.toThrow(/authorization violation/i);
  });
});

const Ask = {
  kind: 'request',
  subject: 'hp.rpc.v1.evaluator.ask',
  server: 'evaluator',
  callers: ['gateway'],
  replies: 'one',
  promise: 'read',
  request: z.object({ text: z.string() }),
  reply: z.object({ text: z.string() }),
} as const satisfies RequestContract;

const AskMany = { ...Ask, subject: 'hp.rpc.v1.evaluator.ask_many', replies: 'many' } as const satisfies RequestContract;

const Told = {
  kind: 'broadcast',
  subject: 'hp.cast.v1.told',
  publishers: ['gateway'],
  subscribers: ['evaluator'],
  promise: 'at most once',
  body: z.object({ text: z.string() }),
} as const satisfies BroadcastContract;

const stream = (name: string) =>
  ({
    kind: 'stream',
    stream: name,
    subjects: [`hp.t.${name}`],
    retention: 'workqueue',
    discard: 'new',
    maxBytes: 10_000_000,
    maxAgeMs: 0,
    publishers: ['gateway'],
    promise: 'at least once',
    body: z.looseObject({ n: z.int() }),
  }) as const satisfies StreamContract;

async function open(name: ConnectionOptions['name'], options: Partial<ConnectionOptions> = {}): Promise<Messaging> {
  const messaging = await openMessaging({ servers: nats.url, name, log: recorder(), ...options });
  opened.push(messaging);
  return messaging;
}

async function withAnswers(onRequest: Parameters<Messaging['answer']>[2], subject: string = Ask.subject): Promise<[Messaging]> {
  const [gateway, evaluator] = [await open('gateway'), await open('evaluator')];
  await evaluator.answer(subject, 'evaluator', onRequest);
  return [gateway];
}

async function garbage(subject: string, body: string): Promise<void> {
  const plain = await connect({ servers: nats.url });
  plain.publish(subject, body);
  await plain.drain();
}

function serviceError(status: number, text: string) {
  const hdrs = headers();
  hdrs.set('Nats-Service-Error', text);
  hdrs.set('Nats-Service-Error-Code', String(status));
  return hdrs;
}

function part(number: string) {
  const hdrs = headers();
  hdrs.set('Holdpoint-Part', number);
  return hdrs;
}

function recorder(): Logger & { lines: string[] } {
  const lines: string[] = [];
  const record = (_facts: object, message: string) => void lines.push(message);
  return { lines, debug: record, info: record, warn: record, error: record };
}

const wipe = (server: TestNats) => rm(server.storeDir, { recursive: true, force: true });

/** Stands in for the server that is down, and counts who knocks. */
function countedAttempts({ port }: TestNats): { count: () => number; stop: () => Promise<void> } {
  let count = 0;
  const door = createServer((socket) => {
    count += 1;
    socket.destroy();
  }).listen(port, '127.0.0.1');
  return { count: () => count, stop: () => new Promise((resolve) => door.close(() => resolve())) };
}
