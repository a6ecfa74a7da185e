import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProblemDocument, ScanContent, ScanResponse } from '@holdpoint/contracts';
import { PeerFailed, PeerUnavailable } from '@holdpoint/messaging';
import { FakeServices, startGateway, type RunningGateway } from '../testing/fake-services.ts';

const paths = ['agent/scan-output', 'agent/scan-content', 'content/scan'] as const;

describe('POST …/agent/scan-output, …/agent/scan-content and …/content/scan', () => {
  const services = new FakeServices();
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway(services);
  });
  afterAll(() => gateway.stopAll());
  beforeEach(() => {
    services.asked.length = 0;
    services.on(ScanContent, ({ trace_id }: { trace_id: string }) => answerOf(trace_id));
  });

  const post = (body: unknown, { path = 'agent/scan-output', key = 'agent0000000', guard = 'default' }: { path?: string; key?: string; guard?: string } = {}) =>
    gateway.send({ method: 'POST', url: `/v1/guard/${guard}/${path}`, body: typeof body === 'string' ? body : JSON.stringify(body), key });

  it.each(paths)('%s hands the content to the scanner, and its answer back', async (path) => {
    for (const [sent, content] of [[{ output: 'text', tool_name: 'fetch', session_id: 's' }, 'text'], [{ content: { a: [1, null, 'x'] } }, { a: [1, null, 'x'] }], [{ output: null }, null]] as const) {
      services.asked.length = 0;
      const answered = await post(sent, { path });
      expect(answered.status).toBe(200);
      expect(ScanResponse.parse(answered.json())).toMatchObject({ action: 'sanitize', processed_content: 'clean', metadata: { scanner: 'scanner/1' } });
      expect(services.bodiesOf(ScanContent)).toEqual([{ ...('tool_name' in sent ? { tool_name: 'fetch' } : {}), content, trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
    }
  });

  it('hands it on exactly as it was sent', async () => {
    const sent = '{"__proto__":{"admin":true},"constructor":"x","text":"\\u0000\\ud83d\\ude00"}';
    expect((await post(`{"content":${sent}}`)).status).toBe(200);
    const [body] = services.bodiesOf(ScanContent) as { content: unknown }[];
    expect(JSON.stringify(body?.content)).toBe(JSON.stringify(JSON.parse(sent)));
  });

  it.each<[string, () => never]>([
    ['is away', () => { throw new PeerUnavailable(ScanContent.subject, 'no_responders'); }],
    ['does not answer in time', () => { throw new PeerUnavailable(ScanContent.subject, 'timeout'); }],
    ['fails', () => { throw new PeerFailed({ subject: ScanContent.subject, status: 500, description: 'internal error' }); }],
  ])('while the scanner %s: block, in both failure modes, after one more try', async (_what, fail) => {
    services.on(ScanContent, fail);
    for (const guard of ['default', 'open']) {
      services.asked.length = 0;
      const answered = await post({ output: 'x' }, { guard });
      expect([answered.status, services.bodiesOf(ScanContent).length]).toEqual([200, 2]);
      expect(ScanResponse.parse(answered.json())).toMatchObject({ action: 'block', code: 'engine_unavailable', risk_score: 0, metadata: { scanner: 'none' }, message: expect.stringContaining('was not looked at') });
    }
  });

  it('takes the answer of the second try', async () => {
    let tries = 0;
    services.on(ScanContent, () => {
      tries += 1;
      if (tries === 1) throw new PeerUnavailable(ScanContent.subject, 'no_responders');
      return answerOf('t');
    });
    expect((await post({ output: 'x' })).json()).toMatchObject({ action: 'sanitize' });
  });

  it.each<[string, unknown, string]>([
    ['neither output nor content', { tool_name: 'fetch' }, ''],
    ['both', { output: 'a', content: 'b' }, ''],
    ['an unknown field', { output: 'a', text: 'b' }, '/text'],
    ['a tool name that is none', { output: 'a', tool_name: 'a b' }, '/tool_name'],
    ['nesting beyond the limit', `{"output":${'['.repeat(65)}${']'.repeat(65)}}`, '/output'],
    ['a key twice', '{"output":{"a":1,"a":2}}', '/output/a'],
    ['half a surrogate pair', '{"output":"\\ud800"}', '/output'],
    ['a list', '[]', ''],
  ])('%s: 400 that names the place', async (_what, body, path) => {
    const answered = await post(body);
    expect(answered.status).toBe(400);
    expect(ProblemDocument.parse(answered.json()).errors?.map((one) => one.path)).toContain(path);
    expect(services.bodiesOf(ScanContent)).toEqual([]);
  });

  it('content over 1 MiB, or too large to travel: 413', async () => {
    expect((await post({ output: 'x'.repeat(2 * 1024 ** 2) })).json()).toMatchObject({ status: 413, code: 'body_too_large' });
    services.maxPayload = 100_000;
    expect((await post({ output: 'x'.repeat(95_000) })).json()).toMatchObject({ status: 413, code: 'body_too_large' });
    services.maxPayload = 8 * 1024 ** 2;
  });

  it.each(paths)('%s asks for the role agent and a guard that the key may see', async (path) => {
    expect((await post({ output: 'x' }, { path, key: 'approver0000' })).status).toBe(403);
    expect((await post({ output: 'x' }, { path, key: 'other0000000' })).status).toBe(404);
  });
});

const answerOf = (trace_id: string): ScanResponse => ({
  action: 'sanitize',
  processed_content: 'clean',
  risk_score: 0.8,
  threats_detected: ['prompt_injection'],
  threats: [{ type: 'prompt_injection', severity: 'high', rule: 'prompt.x', path: '', start: 0, end: 1, match: 'x', message: 'Seen.' }],
  changes: [{ path: '', rule: 'prompt.x', type: 'prompt_injection', how: 'removed' }],
  message: 'Cleaned.',
  metadata: { scanner: 'scanner/1', trace_id },
});
