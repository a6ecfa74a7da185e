import 'reflect-metadata';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EvaluateToolCalls, ProblemDocument } from '@holdpoint/contracts';
import { allowing, apiKey, FakeServices, startGateway, type RunningGateway } from './testing/fake-services.ts';

describe('hostile input', () => {
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway(allowing(new FakeServices()));
  });
  afterAll(() => gateway.stopAll());

  const post = (body: string | Buffer, { url = '/v1/guard/default/agent/validate', key = 'agent0000000', headers = {} }: { url?: string; key?: string; headers?: Record<string, string> } = {}) =>
    gateway.send({ method: 'POST', url, body, key, headers });

  const call = '{"id":"call_1","name":"send_mail","arguments":{}}';
  const withArguments = (args: string) => `{"session_id":"s","tool_calls":[{"id":"call_1","name":"send_mail","arguments":${args}}]}`;

  it.each<[string, string | Buffer, string, RegExp]>([
    ['no body', '', '', /required/],
    ['nothing but blanks', '  ', '', /ends too early|not a JSON value/],
    ['a body cut short', '{"session_id":"s"', '', /expected/],
    ['a number for a session', `{"session_id":1,"tool_calls":[${call}]}`, '/session_id', /string/],
    ['no session', `{"tool_calls":[${call}]}`, '/session_id', /required/],
    ['an array for a body', '[]', '', /object/],
    ['null for a body', 'null', '', /object/],
    ['no calls', '{"session_id":"s","tool_calls":[]}', '/tool_calls', /at least one/],
    ['calls with the same id', `{"session_id":"s","tool_calls":[${call},${call}]}`, '/tool_calls', /distinct/],
    ['a hundred and one calls', `{"session_id":"s","tool_calls":[${Array.from({ length: 101 }, (_, at) => call.replace('call_1', `c${at}`)).join(',')}]}`, '/tool_calls', /at most 100/],
    ['a tool name with a blank', '{"session_id":"s","tool_calls":[{"id":"c","name":"a b","arguments":{}}]}', '/tool_calls/0/name', /printable/],
    ['arguments that are text', withArguments('"{}"'), '/tool_calls/0/arguments', /object/],
    ['arguments that are a list', withArguments('[]'), '/tool_calls/0/arguments', /object/],
    ['arguments 65 levels deep', withArguments(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`), '/tool_calls/0/arguments', /64 levels/],
    ['a document 5,000 levels deep', withArguments(`${'['.repeat(5_000)}${']'.repeat(5_000)}`), `/tool_calls/0/arguments${'/0'.repeat(125)}`, /deeper/],
    ['NaN', withArguments('{"a":NaN}'), '/tool_calls/0/arguments/a', /not a JSON value/],
    ['Infinity', withArguments('{"a":1e999}'), '/tool_calls/0/arguments/a', /too large/],
    ['an integer past 2^53', withArguments('{"a":9007199254740993}'), '/tool_calls/0/arguments/a', /2\^53/],
    ['a key twice', withArguments('{"a":1,"a":2}'), '/tool_calls/0/arguments/a', /duplicate/],
    ['a key twice, once escaped', withArguments('{"a":1,"\\u0061":2}'), '/tool_calls/0/arguments/a', /duplicate/],
    ['half a surrogate pair', withArguments('{"a":"\\ud800"}'), '/tool_calls/0/arguments/a', /surrogate/],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), '', /UTF-8/],
    ['an unknown field', `{"session_id":"s","tool_calls":[${call}],"extra":1}`, '/extra', /unknown field/],
    ['an unknown field of a call', '{"session_id":"s","tool_calls":[{"id":"c","name":"t","arguments":{},"trust":1}]}', '/tool_calls/0/trust', /unknown field/],
    ['`__proto__` as a field', `{"session_id":"s","tool_calls":[${call}],"__proto__":{"x":1}}`, '/__proto__', /unknown field/],
    ['`__proto__` as a field of a call', '{"session_id":"s","tool_calls":[{"id":"c","name":"t","arguments":{},"__proto__":{"x":1}}]}', '/tool_calls/0/__proto__', /unknown field/],
    ['`constructor` as a field', `{"session_id":"s","tool_calls":[${call}],"constructor":{"x":1}}`, '/constructor', /unknown field/],
    ['a NUL in an identifier', `{"session_id":"a\\u0000b","tool_calls":[${call}]}`, '/session_id', /control/],
    ['an approval id that is none', '{"session_id":"s","tool_calls":[{"id":"c","name":"t","arguments":{},"approval_id":"x"}]}', '/tool_calls/0/approval_id', /approval id/],
  ])('%s: 400 that names the place', async (_what, body, path, message) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = ProblemDocument.parse(response.json());
    expect(problem).toMatchObject({ type: 'urn:holdpoint:problem:invalid_input', code: 'invalid_input', status: 400, error: 'Bad Request', message: problem.detail });
    expect(problem.errors?.map((one) => one.path)).toContain(path);
    expect(problem.errors?.find((one) => one.path === path)?.message).toMatch(message);
  });

  it.each([
    '{"__proto__":{"admin":true},"constructor":"rm -rf","prototype":1,"nested":{"__proto__":[1],"constructor":{"prototype":0}}}',
    '{"toString":"x","hasOwnProperty":null,"":"","a/b~c":1.5,"n":-0,"e":1e300}',
    '{"text":"\\u0000\\u001f\\ud83d\\ude00 <script>","order":{"b":1,"a":2,"10":0,"9":0}}',
  ])('arguments reach the judge exactly as they were sent: %s', async (args) => {
    gateway.services.asked.length = 0;
    expect((await post(withArguments(args))).status).toBe(200);
    const [body] = gateway.services.bodiesOf(EvaluateToolCalls) as { calls: { tool_call: { arguments: unknown } }[] }[];
    expect(JSON.stringify(body?.calls[0]?.tool_call.arguments)).toBe(JSON.stringify(JSON.parse(args)));
  });

  it.each<[string, Parameters<typeof post>, number, string]>([
    ['2 MiB', [withArguments(`{"a":"${'x'.repeat(2 * 1024 ** 2)}"}`)], 413, 'body_too_large'],
    ['another content type', ['session_id=s', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }], 415, 'unsupported_media_type'],
    ['a guard that does not exist', [withArguments('{}'), { url: '/v1/guard/nobody/agent/validate' }], 404, 'guard_not_found'],
    ['a guard of others', [withArguments('{}'), { key: 'other0000000' }], 404, 'guard_not_found'],
    ['a guard id that is a path', [withArguments('{}'), { url: '/v1/guard/..%2Fother/agent/validate' }], 404, 'guard_not_found'],
    ['a guard id of 300 characters', [withArguments('{}'), { url: `/v1/guard/${'a'.repeat(300)}/agent/validate` }], 404, 'guard_not_found'],
    ['a malformed URL', [withArguments('{}'), { url: '/v1/guard/%zz/agent/validate' }], 400, 'bad_request'],
    ['an unknown path', ['{}', { url: '/v1/nowhere' }], 404, 'not_found'],
    ['an unknown path with another content type', ['x', { url: '/v1/nowhere', headers: { 'content-type': 'text/plain' } }], 404, 'not_found'],
    ['a key without the role', [withArguments('{}'), { key: 'approver0000' }], 403, 'role_missing'],
    ['a wrong key', [withArguments('{}'), { headers: { authorization: `Bearer hp_sk_agent0000000_${'B'.repeat(43)}` } }], 401, 'unauthorized'],
    ['no sort of key', ['not json', { headers: { authorization: 'Basic abc' } }], 401, 'unauthorized'],
  ])('%s', async (_what, args, status, code) => {
    const response = await post(...args);
    expect(response.status).toBe(status);
    expect(ProblemDocument.parse(response.json())).toMatchObject({ code, status });
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.body).not.toMatch(/node_modules|at .*\.js|FST_/);
  });

  it('a method that the path does not take: 405 that says which it takes', async () => {
    const response = await gateway.send({ method: 'DELETE', url: '/v1/guard/default/policies', key: 'admin0000000' });
    expect(response.status).toBe(405);
    expect(response.headers['allow']).toBe('POST, GET, HEAD');
  });

  it.each([
    ['/v1/guard/default/decisions?limit=0', '/limit'],
    ['/v1/guard/default/decisions?limit=201', '/limit'],
    ['/v1/guard/default/decisions?limit=ten', '/limit'],
    ['/v1/guard/default/decisions?limit=1&limit=2', '/limit'],
    ['/v1/guard/default/decisions?flagged=1', '/flagged'],
    ['/v1/guard/default/decisions?__proto__=1', '/__proto__'],
    ['/v1/guard/default/decisions?from=yesterday', '/from'],
    ['/v1/guard/default/decisions?action=deny', '/action'],
    ['/v1/guard/default/approvals?status=open', '/status'],
    ['/v1/guard/default/approvals/apr_00000000000000000000000000?wait=601', '/wait'],
    ['/v1/guards?cursor=', '/cursor'],
  ])('query %s: 400 that names the parameter', async (url, path) => {
    const response = await gateway.send({ url, headers: { 'x-api-key': apiKey('admin0000000') } });
    expect(response.status).toBe(400);
    expect(ProblemDocument.parse(response.json()).errors?.map((one) => one.path)).toContain(path);
  });

  it.each([
    ['OpenAI, arguments that are not JSON', '{"id":"c","function":{"name":"t","arguments":"{"}}', '/tool_calls/0/function/arguments', /cannot be read/],
    ['OpenAI, arguments that are a list', '{"id":"c","function":{"name":"t","arguments":"[]"}}', '/tool_calls/0/function/arguments', /object/],
    ['OpenAI, a key twice in the arguments', '{"id":"c","function":{"name":"t","arguments":"{\\"a\\":1,\\"a\\":2}"}}', '/tool_calls/0/function/arguments', /duplicate key.*`\/a`/],
    ['OpenAI, arguments as an object', '{"id":"c","function":{"name":"t","arguments":{}}}', '/tool_calls/0/function/arguments', /string/],
    ['OpenAI, a field of ours', '{"id":"c","name":"t","function":{"name":"t","arguments":"{}"}}', '/tool_calls/0/name', /unknown field/],
    ['OpenAI Responses, no call id', '{"type":"function_call","name":"t","arguments":"{}"}', '/tool_calls/0/call_id', /required/],
    ['Anthropic, input as text', '{"type":"tool_use","id":"c","name":"t","input":"{}"}', '/tool_calls/0/input', /object/],
    ['text for a call', '"call"', '/tool_calls/0', /object/],
  ])('openai-tools, %s: 400 that names the place', async (_what, providerCall, path, message) => {
    const response = await post(`{"session_id":"s","tool_calls":[${providerCall}]}`, { url: '/v1/guard/default/agent/openai-tools' });
    expect(response.status).toBe(400);
    const problem = ProblemDocument.parse(response.json());
    expect(problem.errors?.find((one) => one.path === path)?.message).toMatch(message);
  });

  it.each([
    ['headers of 20 KiB', `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 'HTTP/1.1 431', 'header_too_large'],
    ['something that is not HTTP', 'HELLO\r\n\r\n', 'HTTP/1.1 400', 'bad_request'],
  ])('%s: a problem document', async (_what, sent, statusLine, code) => {
    const received = await rawExchange(gateway.port, sent);
    expect(received.startsWith(statusLine)).toBe(true);
    expect(ProblemDocument.parse(JSON.parse(received.slice(received.indexOf('\r\n\r\n'))))).toMatchObject({ code });
  });
});

function rawExchange(port: number, sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    socket.setEncoding('utf8').on('data', (text) => (received += String(text))).on('close', () => resolve(received)).on('error', reject);
  });
}
