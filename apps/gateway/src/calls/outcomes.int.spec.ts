import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReportOutcome } from '@holdpoint/contracts';
import { FakeServices, startGateway, type RunningGateway } from '../testing/fake-services.ts';

describe('POST …/outcome', () => {
  const services = new FakeServices();
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway(services);
  });
  afterAll(() => gateway.stopAll());

  const post = (path: string, body: object, key = 'agent0000000') => gateway.send({ method: 'POST', url: `/v1/guard/default/sessions/${path}/outcome`, body: JSON.stringify(body), key });

  it('hands on who says what of which call, names as they were before they stood in a path', async () => {
    services.on(ReportOutcome, ({ report }: { report: object }) => ({ ok: { ...report, reported_at: '2026-01-01T00:00:00.000Z' } }));
    const session = `s/1 %é${'😀'.repeat(200)}`;
    const answered = await post(`${encodeURIComponent(session)}/tool-calls/${encodeURIComponent('call?#1')}`, { status: 'executed', detail: 'done' });
    expect(answered).toMatchObject({ status: 200 });
    expect(answered.json()).toMatchObject({ session_id: session, tool_call_id: 'call?#1', status: 'executed' });
    expect(services.bodiesOf(ReportOutcome)).toEqual([{ guard_id: 'default', key_id: 'agent0000000', report: { session_id: session, tool_call_id: 'call?#1', status: 'executed', detail: 'done' } }]);
  });

  it('a different second report is a conflict', async () => {
    services.on(ReportOutcome, () => ({ refused: { status: 409, code: 'outcome_already_reported', detail: '`executed` was reported, and the first report counts' } }));
    const answered = await post('s/tool-calls/c', { status: 'failed' });
    expect(answered).toMatchObject({ status: 409 });
    expect(answered.json()).toMatchObject({ code: 'outcome_already_reported' });
  });

  it.each<[string, string, object, string, number]>([
    ['another status', 's/tool-calls/c', { status: 'done' }, 'agent0000000', 400],
    ['an unknown field', 's/tool-calls/c', { status: 'executed', key_id: 'admin' }, 'agent0000000', 400],
    ['a control character in a name', 's%00/tool-calls/c', { status: 'executed' }, 'agent0000000', 404],
    ['a key without the role', 's/tool-calls/c', { status: 'executed' }, 'approver0000', 403],
    ['a guard that the key may not see', 's/tool-calls/c', { status: 'executed' }, 'other0000000', 404],
  ])('%s goes no further', async (_, path, body, key, status) => {
    const before = services.bodiesOf(ReportOutcome).length;
    expect(await post(path, body, key)).toMatchObject({ status });
    expect(services.bodiesOf(ReportOutcome)).toHaveLength(before);
  });
});
