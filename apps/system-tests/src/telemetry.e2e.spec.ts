import { ClaimApprovals, EvaluateToolCalls } from '@holdpoint/contracts';
import { eventually } from '@holdpoint/test-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestSystem, type TestGuard } from './harness.ts';
import { type ReceivedSpan, TraceReceiver } from './trace-receiver.ts';

const argument = 'canary-argument-71c0';
const comment = 'canary-comment-93b2';
const collectorKey = 'canary-collector-key-5d';
const callerTrace = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerSpan = '00f067aa0ba902b7';
const kinds = { server: 2, client: 3, producer: 4, consumer: 5 } as const;

let receiver: TraceReceiver;
let started: TestSystem | undefined;
let system: TestSystem;
let guard: TestGuard;

beforeAll(async () => {
  receiver = await TraceReceiver.start();
  const env = { ...process.env, LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${collectorKey}`, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' };
  system = started = await TestSystem.start({ env });
  guard = await system.guard('traced', [{ name: 'people decide', tool_pattern: '*', action: 'require_approval' }]);
}, 180_000);

afterAll(async () => {
  await started?.stop();
  await receiver.stop();
});

describe('one request that parks a call', () => {
  it('is one trace, from the caller’s span to the row in Postgres and into the decision log', async () => {
    const headers = { traceparent: `00-${callerTrace}-${callerSpan}-01` };
    const { body } = await guard.agent.expect(200, 'POST', `${guard.path}/agent/validate`, { session_id: 's', tool_calls: [{ id: 'c1', name: 'wire_money', arguments: { to: argument } }] }, headers);
    expect((body['results'] as { metadata: { trace_id: string } }[])[0]?.metadata.trace_id).toBe(callerTrace);

    const find = (service: string, name: string, kind: number): ReceivedSpan | undefined => receiver.ofTrace(callerTrace).find((span) => span.service === service && span.name === name && span.kind === kind);
    const logged = await eventually(() => find('decision-log', 'process DECISION_LOG', kinds.consumer), { timeoutMs: 20_000 });
    const insertDecision = await eventually(() => find('decision-log', 'INSERT decisions', kinds.client));
    const door = await eventually(() => find('gateway', 'POST /v1/guard/{proxyId}/agent/validate', kinds.server));
    const batch = find('gateway', 'judge calls', 1);
    const asked = find('gateway', EvaluateToolCalls.subject, kinds.client);
    const judged = find('evaluator', EvaluateToolCalls.subject, kinds.server);
    const claimed = find('evaluator', ClaimApprovals.subject, kinds.client);
    const parked = find('approval-workflow', ClaimApprovals.subject, kinds.server);
    const insert = find('approval-workflow', 'INSERT approvals', kinds.client);
    const published = find('evaluator', 'publish DECISION_LOG', kinds.producer);

    const chain = [door, batch, asked, judged, claimed, parked, insert];
    expect(chain.map((span) => span?.parentSpanId)).toEqual([callerSpan, ...chain.slice(0, -1).map((span) => span?.spanId)]);
    expect([published, logged, insertDecision].map((span) => span?.parentSpanId)).toEqual([judged?.spanId, published?.spanId, logged.spanId]);
    expect(door.attributes).toMatchObject({ 'http.response.status_code': { intValue: 200 }, 'holdpoint.guard': { stringValue: 'traced' }, 'holdpoint.action': { stringValue: 'require_approval' } });
    expect(insert?.attributes['db.query.text']?.stringValue).toContain('INSERT INTO approvals');
  });

  it('leaves in each service a line with the trace’s id', async () => {
    const services = ['gateway', 'evaluator', 'approval-workflow', 'decision-log'];
    await eventually(() => services.every((service) => system.logLines.some((line) => line.startsWith(`${service} `) && line.includes(callerTrace))));
  });
});

describe('what leaves the system about a call', () => {
  it('is never an argument, a comment or a key: not in spans, not in any line at level debug', async () => {
    const { approval_id } = await guard.ask({ id: 'c2', name: 'wire_money', arguments: { to: argument, [argument]: 1 } });
    await guard.approve(String(approval_id), { comment });
    expect(await guard.ask({ id: 'c2', name: 'wire_money', arguments: { to: argument, [argument]: 1 } })).toMatchObject({ action: 'allow' });
    const { approval_id: second } = await guard.ask({ id: 'c3', name: 'wire_money', arguments: { to: argument } });
    await guard.reject(String(second), { comment });
    await guard.ask({ id: 'c3', name: 'wire_money', arguments: { to: argument } });
    // Refused: a wrong body, a wrong key, a path that holds what no path should.
    await guard.agent.call('POST', `${guard.path}/agent/validate`, { session_id: 's', tool_calls: [{ id: 'c4', name: 'x y', arguments: { to: argument } }] });
    await guard.agent.call('POST', `${guard.path}/approvals/${argument}/approve`, { comment });
    await guard.agent.call('GET', `/v1/${argument}?q=${argument}`);
    const traceId = await eventually(() => receiver.spans.findLast(({ name }) => name.endsWith('/agent/validate'))?.traceId);
    await eventually(() => receiver.ofTrace(traceId).some(({ service }) => service === 'gateway'), { timeoutMs: 20_000 });
    await eventually(() => system.logLines.filter((line) => line.startsWith('decision-log ') && line.includes('"batch"')).length > 1, { timeoutMs: 20_000 });

    const secrets = { argument, comment, agentKey: secretOf(guard.agent.key), approverKey: secretOf(guard.approver.key), adminKey: secretOf(system.admin.key), collectorKey };
    for (const [what, text] of Object.entries(secrets)) {
      expect({ what, lines: system.logLines.filter((line) => line.includes(text)) }).toEqual({ what, lines: [] });
      expect({ what, spans: receiver.bodies.filter((body) => body.includes(text)).length }).toEqual({ what, spans: 0 });
    }
    expect(receiver.headers.every((headers) => headers.includes(collectorKey))).toBe(true);
  });
});

/** What comes after the key's id, which may be shown. */
const secretOf = (key: string): string => key.split('_').slice(3).join('_');
