import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ListDecisions, ProblemDocument, ReviewDecision } from '@holdpoint/contracts';
import { PeerUnavailable } from '@holdpoint/messaging';
import { FakeServices, keyAccess, startGateway, usualAccess, type RunningGateway } from '../testing/fake-services.ts';

const id = 'dec_00000000000000000000000001';

describe('the decision log', () => {
  const services = new FakeServices();
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway(services, { ...usualAccess, keys: [...usualAccess.keys, keyAccess('auditor00000', { roles: ['auditor'], owner_email: 'ann@example.com' })] });
  });
  afterAll(() => gateway.stopAll());
  beforeEach(() => {
    services.asked.length = 0;
    services.on(ListDecisions, () => ({ ok: { data: [], next_cursor: null } }));
    services.on(ReviewDecision, () => ({ ok: { id, review: { reviewed_by: 'key:auditor00000', reviewed_at: '2026-11-28T12:00:00.000Z' } } }));
  });

  const list = (query: string, key = 'auditor00000') => gateway.send({ url: `/v1/guard/default/decisions${query}`, key });
  const review = (body?: string, { key = 'auditor00000', decision = id, guard = 'default' } = {}) => gateway.send({ method: 'POST', url: `/v1/guard/${guard}/decisions/${decision}/review`, key, ...(body !== undefined && { body }) });

  it('is asked for with every filter of the API', async () => {
    const query = '?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00%2B01:00&action=warn&tool=rm&session_id=s1&end_user_id=u1&policy_id=pol_1&flagged=true&reviewed=false&limit=10&cursor=x';
    expect((await list(query)).status).toBe(200);
    expect(services.bodiesOf(ListDecisions)).toEqual([
      { guard_id: 'default', from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 30, 23), action: 'warn', tool: 'rm', session_id: 's1', end_user_id: 'u1', policy_id: 'pol_1', flagged: true, reviewed: false, limit: 10, cursor: 'x' },
    ]);
  });

  it.each(['flagged=1', 'flagged=', 'flagged=TRUE', 'reviewed=yes', 'flagged=true&flagged=false'])('with %s: 400 that names the filter', async (query) => {
    const answered = await list(`?${query}`);
    expect(answered.status).toBe(400);
    expect(ProblemDocument.parse(answered.json()).errors?.map(({ path }) => path)).toEqual([`/${query.split('=')[0]}`]);
  });

  it('takes a review from whoever the key is, whatever the body says', async () => {
    const answered = await review('{"verdict":"unacceptable","comment":"it mailed a customer"}');
    expect([answered.status, answered.json()]).toEqual([200, { id, review: { reviewed_by: 'key:auditor00000', reviewed_at: '2026-11-28T12:00:00.000Z' } }]);
    expect(services.bodiesOf(ReviewDecision)).toEqual([
      { actor: { key_id: 'auditor00000', owner_email: 'ann@example.com', roles: ['auditor'], guards: '*' }, guard_id: 'default', decision_id: id, review: { verdict: 'unacceptable', comment: 'it mailed a customer' } },
    ]);
  });

  it('takes a review without a word', async () => {
    for (const body of [undefined, '{}']) expect((await review(body)).status).toBe(200);
    expect(services.bodiesOf(ReviewDecision)).toMatchObject([{ review: {} }, { review: {} }]);
  });

  it.each<[string, string, string]>([
    ['who reviewed, in the body', '{"reviewed_by":"key:somebody"}', '/reviewed_by'],
    ['a verdict nobody knows', '{"verdict":"fine"}', '/verdict'],
    ['a comment of nothing', '{"comment":""}', '/comment'],
    ['a comment with NUL', '{"comment":"a\\u0000"}', '/comment'],
    ['a comment without end', JSON.stringify({ comment: 'x'.repeat(2_001) }), '/comment'],
    ['half a surrogate pair', '{"comment":"\\ud800"}', '/comment'],
  ])('%s: 400 that names the place', async (_what, body, path) => {
    const answered = await review(body);
    expect(answered.status).toBe(400);
    expect(ProblemDocument.parse(answered.json()).errors?.map((one) => one.path)).toEqual([path]);
    expect(services.bodiesOf(ReviewDecision)).toEqual([]);
  });

  it('is reviewed by auditors and admins, of guards that the key may see, by a decision’s id', async () => {
    expect((await review('{}', { key: 'agent0000000' })).status).toBe(403);
    expect((await review('{}', { key: 'approver0000' })).status).toBe(403);
    expect((await review('{}', { key: 'other0000000' })).status).toBe(404);
    expect((await review('{}', { decision: 'dec_1' })).status).toBe(404);
    expect((await gateway.send({ url: `/v1/guard/default/decisions/${id}/review`, key: 'auditor00000' })).status).toBe(405);
    expect(services.bodiesOf(ReviewDecision)).toEqual([]);
  });

  it('while it is out of reach: 503 that says that the review may have been made', async () => {
    services.on(ReviewDecision, () => { throw new PeerUnavailable(ReviewDecision.subject, 'timeout'); });
    expect(ProblemDocument.parse((await review('{}')).json())).toMatchObject({ status: 503, code: 'decision_log_unavailable', detail: expect.stringContaining('may have been made') });
  });
});
