import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { StreamContract } from '@holdpoint/contracts';
import { startNats, type TestNats } from '@holdpoint/test-kit';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { type Logger, type Messaging, openMessaging, type Outgoing } from './index.ts';

let nats: TestNats;
let messaging: Messaging;
let operator: NatsConnection;
let jsm: JetStreamManager;

beforeAll(async () => {
  nats = await startNats();
  messaging = await openMessaging({ servers: nats.url, name: 'decision-log', log: silent() });
  operator = await connect({ servers: nats.url });
  jsm = await jetstreamManager(operator);
}, 60_000);

afterAll(async () => {
  await Promise.all([messaging.close(), operator.close()]);
  await nats.stop();
});

afterEach(async () => {
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
});

describe('messages published together', () => {
  it('are stored in order, to the letter, each once however often they are sent', async () => {
    const sent = some(500);
    await messaging.publishAll(contract, sent, { timeoutMs: 5_000 });
    await messaging.publishAll(contract, [...sent, ...some(3, 'more')], { timeoutMs: 5_000 });
    const { state } = await jsm.streams.info('TOGETHER');
    expect(state.messages).toBe(503);
    expect((await jsm.streams.getMessage('TOGETHER', { seq: 42 }))?.string()).toBe(sent[41]?.text);
  });

  it('may be none', async () => {
    await messaging.publishAll(contract, [], { timeoutMs: 1 });
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['has no room', 'refused', () => messaging.ensureStreams([{ ...contract, maxBytes: 2_000 }])],
    ['is another one', 'refused', () => messaging.ensureStreams([{ ...contract, stream: 'OTHER' }])],
  ])('are unconfirmed when the stream %s', async (_what, reason, prepare) => {
    await prepare();
    await expect(messaging.publishAll(contract, some(100), { timeoutMs: 5_000 })).rejects.toMatchObject({ name: 'PublishUnconfirmed', reason });
  });

  it('are unconfirmed when one of them is never acknowledged', async () => {
    await messaging.ensureStreams([{ ...contract, subjects: ['hp.t.together.a'] }]);
    const deaf = operator.subscribe('hp.t.together.b', { callback: () => undefined });
    await operator.flush();
    await expect(messaging.publishAll(contract, [...some(3), { subject: 'hp.t.together.b', text: '{}', msgId: 'b' }], { timeoutMs: 300 })).rejects.toMatchObject({ reason: 'timeout', outcome: 'unknown' });
    await deaf.drain();
  });

  it('are not sent at all when one is too large for the server', async () => {
    await messaging.ensureStreams([contract]);
    await expect(messaging.publishAll(contract, [...some(3), { subject: 'hp.t.together.a', text: 'x'.repeat(messaging.maxPayload), msgId: 'large' }], { timeoutMs: 5_000 })).rejects.toMatchObject({ reason: 'too_large' });
    expect((await jsm.streams.info('TOGETHER')).state.messages).toBe(0);
    expect(messaging.connected).toBe(true);
  });
});

describe('a work queue', () => {
  it('has caught up once what it held at the question is acknowledged, whatever comes after', async () => {
    await messaging.ensureStreams([contract]);
    expect(await messaging.workedOff(contract, forever)).toBe(true);
    await messaging.publishAll(contract, some(2), { timeoutMs: 5_000 });
    let answer: boolean | undefined;
    const asked = messaging.workedOff(contract, forever).then((caughtUp) => (answer = caughtUp));
    // Asked later on the same connection, and answered: the first question has been looked at.
    expect(await messaging.workedOff(contract, () => 0)).toBe(false);
    await messaging.publishAll(contract, some(2, 'later'), { timeoutMs: 5_000 });
    await jsm.streams.deleteMessage('TOGETHER', 1);
    expect(await messaging.workedOff(contract, () => 0)).toBe(false);
    expect(answer).toBeUndefined();
    await jsm.streams.deleteMessage('TOGETHER', 2);
    expect(await asked).toBe(true);
    expect((await jsm.streams.info('TOGETHER')).state.messages).toBe(2);
  });

  it('that was lost and made anew is asked about what it holds now', async () => {
    await messaging.publishAll(contract, some(5), { timeoutMs: 5_000 });
    const asked = messaging.workedOff(contract, forever);
    expect(await messaging.workedOff(contract, () => 0)).toBe(false);
    await jsm.streams.delete('TOGETHER');
    await messaging.ensureStreams([contract]);
    expect(await asked.catch(() => messaging.workedOff(contract, forever))).toBe(true);
  });
});

const contract = {
  kind: 'stream',
  stream: 'TOGETHER',
  subjects: ['hp.t.together.*'],
  retention: 'workqueue',
  discard: 'new',
  maxBytes: 10_000_000,
  maxAgeMs: 0,
  publishers: ['decision-log'],
  promise: 'at least once',
  body: z.unknown(),
} as const satisfies StreamContract;

const forever = (): number => 60_000;
const some = (count: number, name = 'm'): Outgoing[] => Array.from({ length: count }, (_, n) => ({ subject: 'hp.t.together.a', text: `{"n": ${n}}`, msgId: `${name}.${n}` }));

function silent(): Logger {
  const ignore = (): void => undefined;
  return { debug: ignore, info: ignore, warn: ignore, error: ignore };
}
