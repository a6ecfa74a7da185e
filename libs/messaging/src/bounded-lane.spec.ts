import { describe, expect, it } from '@jest/globals';
import { BoundedLane } from './bounded-lane.ts';

describe('a bounded lane', () => {
  it('runs no more than its concurrency, the others in order of arrival', async () => {
    const lane = new BoundedLane(2, 10);
    const work = ['a', 'b', 'c', 'd'].map((name) => openTask(name));
    for (const { task } of work) expect(lane.offer(task)).toBe(true);
    expect(started(work)).toEqual(['a', 'b']);
    work[1]!.finish();
    await settled();
    expect(started(work)).toEqual(['a', 'b', 'c']);
    work[0]!.finish();
    await settled();
    expect(started(work)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes no more than its queue holds', () => {
    const lane = new BoundedLane(1, 1);
    expect([openTask('a'), openTask('b'), openTask('c')].map(({ task }) => lane.offer(task))).toEqual([true, true, false]);
  });

  it('does not start what expired while it waited, and lets it make room', async () => {
    const lane = new BoundedLane(1, 1);
    const [first, late, next] = [openTask('a'), openTask('b'), openTask('c')];
    lane.offer(first.task);
    lane.offer(late.task);
    late.expire();
    expect(lane.offer(next.task)).toBe(true);
    expect(late.dropped()).toBe('expired');
    first.finish();
    await settled();
    expect(late.running()).toBe(false);
    expect(next.running()).toBe(true);
  });

  it('is idle when nothing runs or waits', async () => {
    const lane = new BoundedLane(1, 5);
    const [one, two] = [openTask('a'), openTask('b')];
    await lane.whenIdle();
    lane.offer(one.task);
    lane.offer(two.task);
    let idle = false;
    const wait = lane.whenIdle().then(() => (idle = true));
    one.finish();
    await settled();
    expect(idle).toBe(false);
    two.finish();
    await wait;
    expect([lane.running, lane.waiting]).toEqual([0, 0]);
  });

  it('keeps order over a long queue', async () => {
    const lane = new BoundedLane(1, 2_000);
    const order: number[] = [];
    for (let i = 0; i < 1_500; i += 1) {
      lane.offer({ run: () => Promise.resolve(void order.push(i)), expired: () => false, drop: () => undefined });
    }
    await lane.whenIdle();
    expect(order).toEqual(Array.from({ length: 1_500 }, (_, i) => i));
  });
});

function openTask(name: string) {
  let finish: () => void = () => undefined;
  let runs = false;
  let over = false;
  let why: string | undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const run = () => {
    runs = true;
    return done;
  };
  return { name, task: { run, expired: () => over, drop: (reason: string) => (why = reason) }, finish: () => finish(), expire: () => (over = true), running: () => runs, dropped: () => why };
}

const started = (work: readonly ReturnType<typeof openTask>[]) => work.filter(({ running }) => running()).map(({ name }) => name);
const settled = () => new Promise((resolve) => setImmediate(resolve));
