import { describe, expect, it } from '@jest/globals';
import { Batcher } from './batcher.ts';

describe('calls that travel together', () => {
  it('go at once while nothing is under way', () => {
    const { batcher, sent } = batching();
    batcher.add([call('a')]);
    expect(names(sent)).toEqual([['a']]);
  });

  it('of one request go in one batch', () => {
    const { batcher, sent } = batching();
    batcher.add([call('a'), call('b')]);
    expect(names(sent)).toEqual([['a', 'b']]);
  });

  it('go with what arrives in the same turn while a slot is free', () => {
    const { batcher, sent, endTurn } = batching({ slots: 2 });
    batcher.add([call('a')]);
    batcher.add([call('b')]);
    batcher.add([call('c')]);
    expect(names(sent)).toEqual([['a']]);
    endTurn();
    expect(names(sent)).toEqual([['a'], ['b', 'c']]);
  });

  it('wait, and are collected, while no slot is free', () => {
    const { batcher, sent, endTurn } = batching({ slots: 1 });
    for (const name of ['a', 'b', 'c']) batcher.add([call(name)]);
    endTurn();
    expect(names(sent)).toEqual([['a']]);
    sent[0]?.free();
    expect(names(sent)).toEqual([['a'], ['b', 'c']]);
    expect(batcher.queued).toBe(0);
  });

  it('a slot given back twice is one slot', () => {
    const { batcher, sent, endTurn } = batching({ slots: 1 });
    batcher.add([call('a')]);
    sent[0]?.free();
    sent[0]?.free();
    batcher.add([call('b')]);
    batcher.add([call('c')]);
    endTurn();
    expect(names(sent)).toEqual([['a'], ['b']]);
  });

  it('are at most so many', () => {
    const { batcher, sent } = batching({ slots: 9, maxCalls: 2 });
    batcher.add(['a', 'b', 'c', 'd', 'e'].map((name) => call(name)));
    expect(names(sent)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('are at most so many bytes, in order; a large one goes alone', () => {
    const { batcher, sent } = batching({ slots: 9, maxBytes: 10 });
    batcher.add([call('a', { bytes: 4 }), call('b', { bytes: 6 }), call('c', { bytes: 1 }), call('d', { bytes: 10 }), call('e', { bytes: 3 })]);
    expect(names(sent)).toEqual([['a', 'b'], ['c'], ['d'], ['e']]);
  });

  it('more slots are used as soon as there are more', () => {
    const limits = { slots: 1 };
    const { batcher, sent, endTurn } = batching(limits);
    batcher.add([call('a')]);
    batcher.add([call('b')]);
    limits.slots = 2;
    batcher.add([call('c')]);
    endTurn();
    expect(names(sent)).toEqual([['a'], ['b', 'c']]);
  });

  it('that waited too long are not sent any more, the others are', () => {
    const { batcher, sent, expired, setNow } = batching({ slots: 1, maxWaitMs: 100 });
    batcher.add([call('a')]);
    batcher.add([call('old', { queuedAtMs: 0 }), call('new', { queuedAtMs: 90 })]);
    setNow(150);
    sent[0]?.free();
    expect(names(sent)).toEqual([['a'], ['new']]);
    expect(expired).toEqual(['old']);
  });

  it('when all have waited too long, none is sent', () => {
    const { batcher, sent, expired, setNow } = batching({ slots: 1, maxWaitMs: 100 });
    batcher.add([call('a')]);
    batcher.add([call('b'), call('c')]);
    setNow(1_000);
    sent[0]?.free();
    expect(names(sent)).toEqual([['a']]);
    expect(expired).toEqual(['b', 'c']);
  });
});

type Call = { name: string; bytes: number; queuedAtMs: number };
type Sent = { batch: readonly Call[]; free: () => void };

const call = (name: string, more: Partial<Call> = {}): Call => ({ name, bytes: 1, queuedAtMs: 0, ...more });
const names = (sent: readonly Sent[]): string[][] => sent.map(({ batch }) => batch.map(({ name }) => name));

function batching(limits: { slots?: number; maxCalls?: number; maxBytes?: number; maxWaitMs?: number } = {}) {
  const sent: Sent[] = [];
  const expired: string[] = [];
  const turns: (() => void)[] = [];
  let now = 0;
  const batcher = new Batcher<Call>({
    slots: () => limits.slots ?? 2,
    maxCalls: limits.maxCalls ?? 256,
    maxBytes: () => limits.maxBytes ?? 1_000,
    maxWaitMs: limits.maxWaitMs ?? 1_000,
    nowMs: () => now,
    endOfTurn: (act) => turns.push(act),
    send: (batch, free) => sent.push({ batch, free }),
    expired: (calls) => expired.push(...calls.map(({ name }) => name)),
  });
  return { batcher, sent, expired, endTurn: () => turns.splice(0).forEach((act) => act()), setNow: (at: number) => (now = at) };
}
