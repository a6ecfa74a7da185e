import { describe, expect, it } from '@jest/globals';
import { guardSubjects, type KeyAccess } from '@holdpoint/contracts';
import { monotonicMs } from '@holdpoint/runtime';
import type { Msg } from '@nats-io/transport-node';
import { AccessStore } from '../access/access-store.ts';
import { guardAccess, keyAccess, silent } from '../testing/fake-services.ts';
import { DoorDesk, type Answering } from './door-desk.ts';

const agent = 'agent0000000';

describe('a message at the door', () => {
  it('is answered to the inbox of the key that its subject names', async () => {
    const { desk, answers } = deskFor({ guards: ['shop'] });
    await desk.take('validate', asking(guardSubjects.validate('shop', agent)), async ({ key, guard }) => ({ by: key.access.id, about: guard.id }));
    expect(answers).toEqual([{ subject: `_INBOX.${agent}.1`, body: { by: agent, about: 'shop' }, status: '' }]);
  });

  it.each([
    ['was revoked', { revoked: true }, 401, 'unauthorized'],
    ['has expired', { expires_at: 1 }, 401, 'unauthorized'],
    ['may not see the guard any more', { guards: ['other'] }, 404, 'guard_not_found'],
    ['has not the role any more', { roles: ['auditor' as const] }, 403, 'role_missing'],
  ])('is refused when its key %s, though the connection is still there', async (_what, more: Partial<KeyAccess>, status, code) => {
    const { desk, answers } = deskFor(more);
    await desk.take('validate', asking(guardSubjects.validate('shop', agent)), never);
    expect(answers).toEqual([{ subject: `_INBOX.${agent}.1`, body: expect.objectContaining({ status, code }), status: String(status) }]);
  });

  it('is checked anew after a wait', async () => {
    const { desk, answers, store } = deskFor({});
    await desk.take('validate', asking(guardSubjects.validate('shop', agent)), async ({ readmit }) => {
      store.apply({ revision: 2, more: false, keys: [keyAccess(agent, { revoked: true })], guards: [], live_evaluators: 1 });
      readmit();
      return { action: 'allow' };
    });
    expect(answers).toMatchObject([{ body: { status: 401 } }]);
  });

  it('of an unknown key is refused, and answered 503 while that cannot be known', async () => {
    for (const [isFresh, status] of [[true, 401], [false, 503]] as const) {
      const { desk, answers } = deskFor({}, { isFresh });
      await desk.take('validate', asking(guardSubjects.validate('shop', 'nobody000000'), `_INBOX.nobody000000.1`), never);
      expect(answers).toMatchObject([{ body: { status } }]);
    }
  });

  it.each([`_INBOX.other0000000.1`, '_INBOX', `_INBOX.${agent}`, `_INBOX.${agent}.`, `_INBOX.${agent}.*`, `_INBOX.${agent}.a.>`, `_INBOX.${agent}..a`, `_INBOX.${agent}x.1`, 'hp.rpc.v1.policy-admin.create-guard', '$JS.API.STREAM.DELETE.EVENTS', ''])(
    'is not answered to %j',
    async (reply) => {
      const { desk, answers } = deskFor({});
      await desk.take('validate', asking(guardSubjects.validate('shop', agent), reply), async () => ({ action: 'allow' }));
      expect(answers).toEqual([]);
    },
  );

  it('is dealt with also where nobody wants an answer', async () => {
    const { desk } = deskFor({});
    let taken = 0;
    await desk.take('toolCallSubmitted', asking(guardSubjects.toolCallSubmitted('shop', agent), ''), async () => ({ seq: (taken += 1) }));
    expect(taken).toBe(1);
  });

  it('learns of a defect that there was one, and no more', async () => {
    const { desk, answers } = deskFor({});
    await desk.take('validate', asking(guardSubjects.validate('shop', agent)), () => Promise.reject(new Error('password of the database: x')));
    expect(answers).toMatchObject([{ body: { status: 500, code: 'internal_error' } }]);
    expect(JSON.stringify(answers)).not.toContain('password');
  });

  it('is answered 503 when too much of the same key is under way', async () => {
    const { desk, answers } = deskFor({});
    let release = (): void => undefined;
    const held = new Promise<object>((resolve) => (release = () => resolve({})));
    const under = Array.from({ length: 1_024 }, () => desk.take('validate', asking(guardSubjects.validate('shop', agent)), () => held));
    await desk.take('validate', asking(guardSubjects.validate('shop', agent)), never);
    expect(answers).toMatchObject([{ body: { status: 503, code: 'too_many_requests_in_flight' } }]);
    release();
    await Promise.all(under);
    expect(desk.underWay).toBe(0);
  });

  it('is told that its answer could not be sent, if that was too large', async () => {
    const { desk, answers } = deskFor({}, { largest: 1_000 });
    await desk.take('validate', asking(guardSubjects.validate('shop', agent)), async () => ({ text: 'x'.repeat(1_001) }));
    expect(answers).toMatchObject([{ body: { status: 500 } }]);
  });
});

const never: Answering = () => Promise.reject(new Error('must not be asked'));

const asking = (subject: string, reply = `_INBOX.${agent}.1`): Msg => ({ subject, reply, data: Buffer.from('{}') }) as unknown as Msg;

function deskFor(more: Partial<KeyAccess>, { isFresh = true, largest = Number.POSITIVE_INFINITY }: Readonly<{ isFresh?: boolean; largest?: number }> = {}) {
  const store = new AccessStore();
  store.apply({ revision: 1, more: false, keys: [keyAccess(agent, more)], guards: [guardAccess('shop'), guardAccess('other')], live_evaluators: 1 });
  store.confirm(monotonicMs());
  const answers: { subject: string; body: unknown; status: string }[] = [];
  const desk = new DoorDesk({
    store,
    sync: { refresh: () => Promise.resolve(isFresh) },
    publish: (subject, payload, { headers }) => {
      if (payload.length > largest) throw new Error('payload max_payload size exceeded');
      answers.push({ subject, body: JSON.parse(payload), status: headers?.get('Nats-Service-Error-Code') ?? '' });
    },
    metrics: { natsRequest: () => undefined },
    log: silent,
  });
  return { desk, answers, store };
}
