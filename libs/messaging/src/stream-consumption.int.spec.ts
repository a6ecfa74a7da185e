import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DeadLetters, permissionsOf, type StreamContract } from '@holdpoint/contracts';
import { eventually, startNats, type TestNats } from '@holdpoint/test-kit';
import { connect, nanos } from '@nats-io/transport-node';
import { AckPolicy, jetstreamManager } from '@nats-io/jetstream';
import { z } from 'zod';
import { type ConnectionOptions, type Logger, type Messaging, newTraceparent, openMessaging, type StreamMessage, UnreadableMessage } from './index.ts';

// Real servers on a machine that does other things too.
jest.setTimeout(60_000);

const opened: Messaging[] = [];
const servers: TestNats[] = [];
const one = { maxBatch: 1, maxWaitMs: 0 };

afterEach(async () => {
  await Promise.all(opened.splice(0).map((messaging) => messaging.close()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

describe.each(['pinned', 'debian'] as const)('a stream’s consumer, on the %s server', (binary) => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startNats({ binary });
  }, 120_000);
  afterAll(() => nats.stop());

  it('gets every message, in batches, with sequence, delivery count, time and trace context', async () => {
    const contract = stream('BATCHES');
    const messaging = await open(nats);
    const traceparent = newTraceparent();
    for (let n = 1; n <= 25; n += 1) await messaging.publish(contract, subjectOf(contract), { n }, { timeoutMs: 5_000, traceparent });
    const batches: (readonly StreamMessage<{ n: number }>[])[] = [];
    const consumption = messaging.consume(contract, { maxBatch: 10, maxWaitMs: 0 }, async (batch) => void batches.push(batch));
    await eventually(() => batches.flat().length === 25);
    await consumption.stop();
    expect(batches.flat().map(({ seq, body }) => [seq, body.n])).toEqual(Array.from({ length: 25 }, (_, i) => [i + 1, i + 1]));
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 5]);
    const [first] = batches.flat();
    expect(first).toMatchObject({ subject: subjectOf(contract), deliveries: 1, traceparent });
    expect(Math.abs(first!.storedAt - Date.now())).toBeLessThan(60_000);
    await eventually(async () => (await consumption.lag()) === 0);
  });

  it('gets batches of no more bytes than wanted, and a larger message alone', async () => {
    const contract = stream('BYTES');
    const messaging = await open(nats);
    for (const length of [100, 9_000, 100, 6_000, 6_000, 100]) await messaging.publish(contract, subjectOf(contract), { n: length, text: 'x'.repeat(length) }, { timeoutMs: 5_000 });
    const batches: number[][] = [];
    const consumption = messaging.consume(contract, { maxBatch: 10, maxWaitMs: 0, maxBatchBytes: 8_000 }, async (batch) => void batches.push(batch.map(({ body }) => body.n)));
    await eventually(() => batches.flat().length === 6);
    await consumption.stop();
    expect(batches).toEqual([[100], [9_000], [100, 6_000], [6_000, 100]]);
  });

  it('gets a message again that was not acknowledged, because its effect comes first', async () => {
    const contract = stream('EFFECT', { ackWaitMs: 500 });
    const [publisher, first, second] = [await open(nats), await open(nats), await open(nats)];
    await publisher.publish(contract, subjectOf(contract), { n: 1 }, { timeoutMs: 5_000 });
    let begun = false;
    first.consume(contract, one, () => {
      begun = true;
      return new Promise<void>(() => undefined);
    });
    await eventually(() => begun);
    await first.close();
    const deliveries: number[] = [];
    second.consume(contract, one, async ([message]) => void deliveries.push(message!.deliveries));
    await eventually(() => deliveries.length === 1);
    expect(deliveries).toEqual([2]);
  });

  it('has all the time it needs: a long handler keeps its message', async () => {
    const ackWaitMs = 1_000;
    const contract = stream('LONG', { ackWaitMs });
    const [messaging, other] = [await open(nats), await open(nats)];
    await messaging.publish(contract, subjectOf(contract), { n: 1 }, { timeoutMs: 5_000 });
    let runs = 0;
    const idle = openable();
    const slow = async () => {
      runs += 1;
      await idle.opened;
    };
    messaging.consume(contract, one, slow);
    await eventually(() => runs === 1);
    other.consume(contract, one, slow);
    await ackWaits(nats, 2, ackWaitMs);
    expect(runs).toBe(1);
    idle.open();
  });

  it('tries a failing batch message by message, so that one bad message never takes its batch along', async () => {
    const contract = stream('BAD');
    const messaging = await open(nats);
    for (let n = 1; n <= 10; n += 1) await messaging.publish(contract, subjectOf(contract), { n }, { timeoutMs: 5_000 });
    const done: number[] = [];
    let attempts = 0;
    messaging.consume(contract, { maxBatch: 10, maxWaitMs: 0 }, async (batch) => {
      if (batch.some(({ body }) => body.n === 4)) {
        attempts += 1;
        if (attempts < 5) throw new Error('4 does not work yet');
      }
      done.push(...batch.map(({ body }) => body.n));
    });
    await eventually(() => done.length === 10);
    expect([...done].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(done.at(-1)).toBe(4);
  });

  it('goes on when nothing works for a while, and then catches up', async () => {
    const contract = stream('OUTAGE');
    const messaging = await open(nats);
    for (let n = 1; n <= 20; n += 1) await messaging.publish(contract, subjectOf(contract), { n }, { timeoutMs: 5_000 });
    const done = new Set<number>();
    let calls = 0;
    messaging.consume(contract, { maxBatch: 20, maxWaitMs: 0 }, async (batch) => {
      calls += 1;
      if (calls <= 8) throw new Error('database is down');
      for (const { body } of batch) done.add(body.n);
    });
    await eventually(() => done.size === 20, { timeoutMs: 20_000 });
  }, 30_000);

  it('buries what it can never process, with the reason, and acknowledges it', async () => {
    const contract = stream('GRAVES');
    const messaging = await open(nats);
    await messaging.ensureStreams([contract]);
    const plain = await connect({ servers: nats.url });
    for (const body of ['{"n":1}', 'not json', '{"n":"two"}', Buffer.from([0xff, 0xfe]), '{"n":13}']) await plain.request(subjectOf(contract), body);
    const seen: number[] = [];
    const consumption = messaging.consume(contract, { maxBatch: 10, maxWaitMs: 0 }, async (batch) => {
      if (batch.some(({ body }) => body.n === 13)) throw new UnreadableMessage('unlucky');
      seen.push(...batch.map(({ body }) => body.n));
    });
    await eventually(async () => seen.length === 1 && (await consumption.lag()) === 0);
    const jsm = await jetstreamManager(plain);
    const letters = await Promise.all([1, 2, 3, 4].map(async (seq) => (await jsm.streams.getMessage('DEAD_LETTERS', { seq }))!.json<Record<string, unknown>>()));
    expect(letters.map(({ seq, reason, body, encoding }) => [seq, reason, body, encoding])).toEqual([
      [2, 'not JSON', Buffer.from('not json').toString('base64'), 'base64'],
      [3, expect.stringMatching(/^\/n: /), { n: 'two' }, 'json'],
      [4, 'not UTF-8', '//4=', 'base64'],
      [5, 'unlucky', { n: 13 }, 'json'],
    ]);
    for (const letter of letters) expect(DeadLetters.body.safeParse(letter)).toMatchObject({ success: true, data: { stream: 'GRAVES', subject: subjectOf(contract) } });
    await plain.close();
  });

  it('gets again, later and later, what its handler puts off, and nothing else of the batch', async () => {
    const contract = stream('LATER');
    const messaging = await open(nats);
    for (let n = 1; n <= 6; n += 1) await messaging.publish(contract, subjectOf(contract), { n }, { timeoutMs: 5_000 });
    const seen: [number, number][] = [];
    const consumption = messaging.consume(contract, { maxBatch: 10, maxWaitMs: 0 }, async (batch) => {
      seen.push(...batch.map(({ body, deliveries }): [number, number] => [body.n, deliveries]));
      return { later: batch.filter(({ body, deliveries }) => body.n % 3 === 0 && deliveries < 4) };
    });
    await eventually(async () => seen.length >= 12 && (await consumption.lag()) === 0);
    const deliveriesOf = (n: number) => seen.filter(([message]) => message === n).map(([, deliveries]) => deliveries);
    expect([1, 2, 3, 4, 5, 6].map(deliveriesOf)).toEqual([[1], [1], [1, 2, 3, 4], [1], [1], [1, 2, 3, 4]]);
  });

  it('buries what its handler refuses, once, with the reason, however large it is', async () => {
    const contract = stream('REFUSED');
    const messaging = await open(nats);
    const huge = 'x'.repeat(messaging.maxPayload - 100);
    for (const text of ['fine', 'refuse', huge]) await messaging.publish(contract, subjectOf(contract), { n: 1, text }, { timeoutMs: 5_000 });
    let buried = 0;
    const consumption = messaging.consume(contract, { maxBatch: 10, maxWaitMs: 0, maxBatchBytes: 100_000_000, onDeadLetter: () => (buried += 1) }, async (batch) => ({
      refused: batch.filter(({ body }) => body['text'] !== 'fine').map((message) => ({ message, reason: 'no such guard' })),
    }));
    await eventually(async () => buried === 2 && (await consumption.lag()) === 0);
    const letters = (await deadLetters(nats)).filter(({ stream: from }) => from === 'REFUSED');
    expect(letters.map(({ seq, reason, encoding }) => [seq, reason, encoding])).toEqual([
      [2, 'no such guard', 'json'],
      [3, 'no such guard (too large to be kept whole)', 'base64'],
    ]);
  });

  it('says no more of a reason than the dead letter keeps: senders may have written it', async () => {
    const contract = stream('WORDY');
    const lines: { reason?: string }[] = [];
    const messaging = await open(nats, { log: { ...silent, info: (fields) => void lines.push(fields) } });
    await messaging.publish(contract, subjectOf(contract), { n: 1 }, { timeoutMs: 5_000 });
    const consumption = messaging.consume(contract, one, async (batch) => ({ refused: batch.map((message) => ({ message, reason: 'x'.repeat(100_000) })) }));
    await eventually(async () => lines.some(({ reason }) => reason !== undefined) && (await consumption.lag()) === 0);
    expect(lines.flatMap(({ reason }) => reason?.length ?? [])).toEqual([1_000]);
  });

  it('finishes what is in hand when told to stop, and leaves the rest to others', async () => {
    const contract = stream('HANDOVER', { ackWaitMs: 60_000 });
    const [first, second] = [await open(nats), await open(nats)];
    for (let n = 1; n <= 10; n += 1) await first.publish(contract, subjectOf(contract), { n }, { timeoutMs: 5_000 });
    const gate = openable();
    const done: number[] = [];
    let begun = false;
    const consumption = first.consume(contract, { maxBatch: 3, maxWaitMs: 0 }, async (batch) => {
      begun = true;
      await gate.opened;
      done.push(...batch.map(({ body }) => body.n));
    });
    await eventually(() => begun);
    const stopping = consumption.stop();
    gate.open();
    await stopping;
    expect(done).toEqual([1, 2, 3]);
    second.consume(contract, { maxBatch: 3, maxWaitMs: 0 }, async (batch) => void done.push(...batch.map(({ body }) => body.n)));
    await eventually(() => done.length >= 10);
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('survives a killed server, a deleted consumer, a deleted stream and a lost store', async () => {
    const own = await ownServer(binary);
    const contract = stream('PHOENIX');
    const messaging = await open(own);
    const seen = new Set<number>();
    messaging.consume(contract, { maxBatch: 10, maxWaitMs: 0 }, async (batch) => {
      for (const { body } of batch) seen.add(body.n);
    });
    const arrives = async (n: number) => {
      await eventually(() => messaging.publish(contract, subjectOf(contract), { n }, { timeoutMs: 2_000 }), { timeoutMs: 20_000 });
      await eventually(() => seen.has(n), { timeoutMs: 30_000, what: `message ${n}` });
    };
    await arrives(1);

    await own.kill();
    await own.restart();
    await arrives(2);

    const plain = await connect({ servers: own.url });
    const jsm = await jetstreamManager(plain);
    await jsm.consumers.delete(contract.stream, contract.consumer.durable);
    await arrives(3);
    await jsm.streams.delete(contract.stream);
    await arrives(4);
    await plain.close();

    await own.kill();
    await rm(own.storeDir, { recursive: true, force: true });
    await own.restart();
    await arrives(5);
  }, 120_000);

  it('never settles a message of a lost store: another may stand under its sequence now', async () => {
    const own = await ownServer(binary);
    const contract = stream('REPLACED');
    const [messaging, publisher] = [await open(own), await open(own)];
    await publisher.publish(contract, subjectOf(contract), { n: 1 }, { timeoutMs: 5_000 });
    const [begun, gate] = [openable(), openable()];
    const consumption = messaging.consume(contract, one, async () => {
      begun.open();
      await gate.opened;
    });
    await begun.opened;
    const stopped = consumption.stop();

    await own.kill();
    await eventually(() => !messaging.connected);
    await rm(own.storeDir, { recursive: true, force: true });
    await own.restart();
    await eventually(() => publisher.publish(contract, subjectOf(contract), { n: 2 }, { timeoutMs: 2_000 }), { timeoutMs: 20_000 });
    const plain = await connect({ servers: own.url });
    const jsm = await jetstreamManager(plain);
    await jsm.consumers.add(contract.stream, { durable_name: contract.consumer.durable, ack_policy: AckPolicy.Explicit, ack_wait: nanos(contract.consumer.ackWaitMs) });
    const other = await jsm.jetstream().consumers.get(contract.stream, contract.consumer.durable);
    expect((await other.next())?.seq).toBe(1);
    await eventually(() => messaging.connected);
    gate.open();
    await stopped;
    await messaging.flush();
    expect(await jsm.consumers.info(contract.stream, contract.consumer.durable)).toMatchObject({ num_ack_pending: 1 });
    await plain.close();
  }, 120_000);
});

describe('permissions made from the contracts', () => {
  it('let services make, fill and work off a stream, dead letters included', async () => {
    const contract = { ...stream('ALLOWED'), publishers: ['evaluator'], consumer: { ...stream('ALLOWED').consumer, service: 'decision-log' } } as const satisfies StreamContract;
    const users = (['evaluator', 'decision-log'] as const).map((user) => ({ user, permissions: permissionsOf(user, [contract, DeadLetters]) }));
    const nats = await startNats({ users });
    const as = (name: 'evaluator' | 'decision-log') => open(nats, { name, user: name, password: nats.user(name).password });
    const [evaluator, log] = [await as('evaluator'), await as('decision-log')];
    await evaluator.ensureStreams([contract]);
    await evaluator.publish(contract, subjectOf(contract), { n: 1 }, { timeoutMs: 5_000 });
    await evaluator.publish(contract, subjectOf(contract), { n: 'unreadable' as never }, { timeoutMs: 5_000 });
    const seen: number[] = [];
    const consumption = log.consume(contract, one, async ([message]) => void seen.push(message!.body.n));
    await eventually(async () => seen.length === 1 && (await consumption.lag()) === 0);
    await nats.stop();
  });
});

const stream = (name: string, { ackWaitMs = 30_000 } = {}) =>
  ({
    kind: 'stream',
    stream: name,
    subjects: [`hp.t.${name}`],
    retention: 'workqueue',
    discard: 'new',
    maxBytes: 10_000_000,
    maxAgeMs: 0,
    publishers: ['decision-log'],
    consumer: { service: 'decision-log', durable: `${name}-worker`, ackWaitMs, maxAckPending: 1_000 },
    promise: 'at least once',
    body: z.looseObject({ n: z.int() }),
  }) as const satisfies StreamContract;

const subjectOf = ({ stream: name }: StreamContract) => `hp.t.${name}`;

async function open(nats: TestNats, options: Partial<ConnectionOptions> = {}): Promise<Messaging> {
  const messaging = await openMessaging({ servers: nats.url, name: 'decision-log', log: silent, ...options });
  opened.push(messaging);
  return messaging;
}

/** A server that a test may break. */
async function ownServer(binary: 'pinned' | 'debian'): Promise<TestNats> {
  const server = await startNats({ binary });
  servers.push(server);
  return server;
}

/** Resolves when a consumer that never acknowledges has got its message that many times again. */
async function ackWaits(nats: TestNats, times: number, ackWaitMs: number): Promise<void> {
  const plain = await connect({ servers: nats.url });
  const jsm = await jetstreamManager(plain);
  await jsm.streams.add({ name: 'CLOCK', subjects: ['hp.t.CLOCK'] });
  await jsm.consumers.add('CLOCK', { durable_name: 'clock', ack_policy: AckPolicy.Explicit, ack_wait: nanos(ackWaitMs) });
  await plain.request('hp.t.CLOCK');
  const clock = await jsm.jetstream().consumers.get('CLOCK', 'clock');
  let deliveries = 0;
  while (deliveries <= times) deliveries = (await clock.next({ expires: 2 * ackWaitMs }))?.info.deliveryCount ?? deliveries;
  await plain.close();
}

async function deadLetters(nats: TestNats): Promise<z.output<typeof DeadLetters.body>[]> {
  const plain = await connect({ servers: nats.url });
  const jsm = await jetstreamManager(plain);
  const { state } = await jsm.streams.info(DeadLetters.stream);
  const letters = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) letters.push((await jsm.streams.getMessage(DeadLetters.stream, { seq }))!.json<z.output<typeof DeadLetters.body>>());
  await plain.close();
  return letters;
}

function openable() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

const ignore = () => undefined;
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
