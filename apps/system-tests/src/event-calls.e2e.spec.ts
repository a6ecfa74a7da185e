import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdpoint/test-kit';
import { TestSystem, type Json, type TestGuard } from './harness.ts';
import { connectAs, deadLetters, Platform, type PublicEvent } from './platform.ts';

const calls = 200;
const seed = Number(process.env['HOLDPOINT_TEST_SEED'] ?? 20_261_124);

let test: TestSystem;
let guard: TestGuard;
let platform: Platform;

beforeAll(async () => {
  test = await TestSystem.start({ evaluators: 2 });
  guard = await test.guard('platform', [
    { name: 'People pay', tool_pattern: 'payment_*', action: 'require_approval' },
    { name: 'Never', tool_pattern: 'drop_*', action: 'block' },
  ]);
  platform = await Platform.connect(test, guard.id, guard.agent.key);
}, 120_000);

afterAll(async () => {
  await platform.close();
  await test.stop();
}, 30_000);

describe('a submitted tool call', () => {
  it('is judged, and its decision made known', async () => {
    const seen = follow(platform);
    await platform.submit(submitted('read-1', 'read_file'));
    await platform.submit(submitted('drop-1', 'drop_table'));
    await eventually(() => seen.finals('read-1').length > 0 && seen.finals('drop-1').length > 0, { timeoutMs: 20_000 });
    await seen.stop();
    expect(seen.finals('read-1')).toMatchObject([{ action: 'allow', tool_name: 'read_file', session_id: 'events' }]);
    expect(seen.finals('drop-1')).toMatchObject([{ action: 'block', policy_matched: 'Never' }]);
  }, 40_000);

  it('that comes twice is decided once', async () => {
    const seen = follow(platform);
    await Promise.all([platform.submit(submitted('twice', 'read_file')), platform.submit(submitted('twice', 'read_file')), platform.submit(submitted('twice', 'read_file'))]);
    await platform.submit(submitted('after-twice', 'read_file'));
    await eventually(() => seen.finals('twice').length > 0 && seen.finals('after-twice').length > 0, { timeoutMs: 20_000 });
    await seen.stop();
    expect(await loggedOf(guard, 'twice')).toHaveLength(1);
    expect(seen.finals('twice')).toHaveLength(1);
  }, 40_000);

  it.each([
    ['is no JSON', '{"session_id":', 'invalid_input', /^\/session_id$/],
    ['repeats a key', '{"session_id":"a","session_id":"b","tool_call":{"id":"1","name":"x","arguments":{}}}', 'invalid_input', /session_id/],
    ['has no call', '{"session_id":"a"}', 'invalid_input', /tool_call/],
    ['is not text', new Uint8Array([0xff, 0xfe, 0x00, 0x80]), 'invalid_input', /^$/],
  ])('that %s is refused by name, and kept as a dead letter', async (_, bytes, code, path) => {
    const seen = follow(platform);
    const evaluator = await connectAs(test, 'evaluator');
    const before = await deadLetters(evaluator);
    const { seq, stream } = await platform.submitRaw(bytes);
    expect(stream).toBe('TOOL_CALLS');
    const refused = await eventually(() => seen.all.find(({ subject, body }) => subject === 'hp.v1.guard.platform.tool_call.refused' && body['sequence'] === seq)?.body, { timeoutMs: 20_000 });
    await seen.stop();
    await eventually(async () => (await deadLetters(evaluator)) === before + 1);
    await evaluator.close();
    expect(refused['problem']).toMatchObject({ status: 400, code });
    const errors = (refused['problem'] as { errors?: { path: string }[] }).errors ?? [{ path: '' }];
    expect(errors.some((error) => path.test(error.path))).toBe(true);
  }, 40_000);

  it('whose outcome is reported by NATS shows it on its approval', async () => {
    const seen = follow(platform);
    await platform.submit(submitted('outcome-1', 'payment_create'));
    const approvalId = await eventually(() => seen.pending('outcome-1'), { timeoutMs: 20_000 });
    await guard.approve(approvalId);
    await eventually(() => seen.finals('outcome-1').length > 0, { timeoutMs: 20_000 });
    await seen.stop();
    await platform.report({ session_id: 'events', tool_call_id: 'outcome-1', status: 'executed', detail: 'paid' });
    const shown = await eventually(async () => (await guard.approval(approvalId))['outcome'] as Json | undefined, { timeoutMs: 20_000 });
    expect(shown).toMatchObject({ status: 'executed', detail: 'paid' });
  }, 60_000);
});

describe(`${calls} submitted calls, half approved and half rejected, while parts die (seed ${seed})`, () => {
  it('each have exactly one final decision, and those that people decide one that says they wait before it', async () => {
    const random = mulberry32(seed);
    const seen = follow(platform);
    const people = decideAll(guard);
    let published = 0;
    const deaths = nemesis({ random, progress: () => published + people.votes() + seen.finalCount() });

    for (let from = 0; from < calls; from += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, index) => platform.submit(submitted(`storm-${from + index}`, asksPeople(from + index) ? 'payment_create' : 'read_file'))));
      published += 10;
    }
    const ids = Array.from({ length: calls }, (_, index) => `storm-${index}`);
    // What was on its way to a reader when a part died comes again half a minute later.
    await eventually(() => ids.every((id, index) => seen.finals(id).length > 0 && (!asksPeople(index) || seen.pending(id) !== undefined)), { timeoutMs: 150_000 });
    await deaths.stop();
    await people.stop();
    await seen.stop();

    const log = await decisionsOf(guard);
    const wrong: string[] = [];
    for (const [index, id] of ids.entries()) {
      const finals = log.filter((decision) => decision['tool_call_id'] === id && decision['action'] !== 'require_approval');
      const wanted = !asksPeople(index) ? 'allow' : wantedOf(id) === 'approve' ? 'allow' : 'block';
      if (finals.length !== 1 || finals[0]?.['action'] !== wanted) wrong.push(`${id}: ${finals.map((one) => String(one['action'])).join(', ')} in the log, wanted one ${wanted}`);
      const announced = new Set(seen.finals(id).map((one) => one['id']));
      if (announced.size !== 1 || !announced.has(finals[0]?.['id'])) wrong.push(`${id}: announced ${[...announced].join(', ')}, logged ${String(finals[0]?.['id'])}`);
      if (asksPeople(index) && !seen.waitedFirst(id)) wrong.push(`${id}: decided without a word before that it waits`);
    }
    expect(wrong).toEqual([]);
    expect(deaths.log().length).toBeGreaterThanOrEqual(8);
    const releases = log.filter((decision) => (decision['metadata'] as Json)['replayed'] === false);
    expect(new Set(releases.map((one) => one['tool_call_id'])).size).toBe(releases.length);
  }, 240_000);
});

const submitted = (id: string, name: string): Json => ({ session_id: 'events', tool_call: { id, name, arguments: { path: `/tmp/${id}` } } });

/** Whether the policies want a person for the call of this number. */
const asksPeople = (index: number): boolean => index % 4 !== 3;

/** A person's mind about a call, made up beforehand. */
const wantedOf = (id: string): 'approve' | 'reject' => (Number(id.split('-')[1]) % 2 === 0 ? 'approve' : 'reject');

/** Reads the guard's events, acknowledging as it goes, until stopped. */
function follow(from: Platform) {
  const all: PublicEvent[] = [];
  const ending = new AbortController();
  const running = (async () => {
    while (!ending.signal.aborted) all.push(...(await from.next()));
  })();
  const events = (id: string): readonly PublicEvent[] => all.filter(({ subject, body }) => subject.endsWith('.decision.made') && body['tool_call_id'] === id);
  const decisions = (id: string): readonly Json[] => events(id).map(({ body }) => body);
  const finals = (id: string): readonly Json[] => [...new Map(decisions(id).filter((body) => body['action'] !== 'require_approval').map((body) => [body['id'], body])).values()];
  return {
    all,
    finals,
    finalCount: () => all.filter(({ subject, body }) => subject.endsWith('.decision.made') && body['action'] !== 'require_approval').length,
    pending: (id: string): string | undefined => decisions(id).find((body) => body['action'] === 'require_approval')?.['approval_id'] as string | undefined,
    /** By the place in the stream: what is not acknowledged in time comes again, out of order. */
    waitedFirst: (id: string): boolean => events(id).toSorted((a, b) => a.sequence - b.sequence)[0]?.body['action'] === 'require_approval',
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

/** Approvers at work: whatever is pending gets the vote that `wantedOf` says, again and again until it is settled. */
function decideAll({ approver, path }: TestGuard) {
  const ending = new AbortController();
  let votes = 0;
  const running = (async () => {
    while (!ending.signal.aborted) {
      const page = await approver.call('GET', `${path}/approvals?status=pending&limit=50`).catch(() => undefined);
      const pending = (page?.status === 200 ? page.body['data'] : []) as { id: string; tool_call: { id: string } }[];
      const answers = await Promise.all(pending.map((one) => approver.call('POST', `${path}/approvals/${one.id}/${wantedOf(one.tool_call.id)}`, {}).catch(() => undefined)));
      votes += answers.filter((answer) => answer?.status === 200).length;
      if (pending.length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    votes: () => votes,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

/** Kills a part at each seeded point of progress, and starts it again. */
function nemesis({ random, progress }: Readonly<{ random: () => number; progress: () => number }>) {
  const parts = ['evaluator', 'evaluator-2', 'approval-workflow', 'decision-log', 'nats'] as const;
  const points = Array.from({ length: 10 }, () => Math.floor(random() * calls * 1.6)).sort((a, b) => a - b);
  const killed: string[] = [];
  const ending = new AbortController();
  const running = (async () => {
    for (const [index, point] of points.entries()) {
      while (!ending.signal.aborted && progress() < point) await new Promise((resolve) => setTimeout(resolve, 10));
      if (ending.signal.aborted) return;
      const part = index < parts.length ? parts[index] : parts[Math.floor(random() * parts.length)];
      if (part === undefined) continue;
      killed.push(`${part} at ${progress()}`);
      if (part === 'nats') {
        await test.system.stack.nats?.kill();
        await test.system.stack.nats?.restart();
      } else {
        const service = test.system.service(part);
        await service.kill();
        service.start();
      }
    }
  })();
  return {
    log: () => killed,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

async function decisionsOf({ admin, path }: TestGuard): Promise<readonly Json[]> {
  const found: Json[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await admin.expect(200, 'GET', `${path}/decisions?limit=200${cursor}`);
    found.push(...(body['data'] as Json[]));
    if (body['next_cursor'] === null) return found;
    cursor = `&cursor=${encodeURIComponent(body['next_cursor'] as string)}`;
  }
}

const loggedOf = async (of: TestGuard, id: string): Promise<readonly Json[]> => (await decisionsOf(of)).filter((decision) => decision['tool_call_id'] === id);

/** A small seeded generator: mulberry32, public domain, by Tommy Ettinger. */
function mulberry32(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
