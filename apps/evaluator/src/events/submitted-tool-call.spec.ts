import { describe, expect, it } from '@jest/globals';
import type { EvaluateCall, SubmittedMessage } from '@holdpoint/contracts';
import { readSubmission, type RefusedSubmission } from './submitted-tool-call.ts';

const maxPayload = 8 * 1024 ** 2;
const body = { session_id: 's', tool_call: { id: 'c', name: 'read_file', arguments: { path: '/tmp' } } };

describe('a submitted message', () => {
  it('becomes a call of the key that sent it, and of nobody else', () => {
    const sent = { ...body, end_user_id: 'user', context: { why: 'x' }, tool_call: { ...body.tool_call, type: 'function' } };
    expect(call(message(JSON.stringify(sent), { owner_email: 'o@example.org', agent_ids: ['one'] }))).toEqual({
      guard_id: 'default',
      key_id: 'aaaaaaaaaaaa',
      owner_email: 'o@example.org',
      session_id: 's',
      end_user_id: 'user',
      agent_id: 'one',
      context: { why: 'x' },
      tool_call: sent.tool_call,
      trace_id: 'trace_1',
      event_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      request_id: expect.stringMatching(/^event-[0-9a-f]{64}$/),
    });
  });

  it('is the same call however its JSON is written, and another for other arguments', () => {
    const one = call(message('{"session_id":"s","tool_call":{"id":"c","name":"t","arguments":{"a":1.0,"b":[]}}}'));
    const again = call(message(' {"tool_call": {"arguments": {"b": [], "a": 1}, "name": "t", "id": "c"}, "session_id": "s"}'));
    const other = call(message('{"session_id":"s","tool_call":{"id":"c","name":"t","arguments":{"a":2,"b":[]}}}'));
    expect(again.event_key).toBe(one.event_key);
    expect(other.event_key).not.toBe(one.event_key);
  });

  it('keeps keys such as `__proto__` as data', () => {
    const text = '{"session_id":"s","tool_call":{"id":"c","name":"t","arguments":{"__proto__":{"admin":true},"constructor":1}}}';
    expect(JSON.stringify(call(message(text)).tool_call.arguments)).toBe('{"__proto__":{"admin":true},"constructor":1}');
  });

  it.each<[string, Partial<SubmittedMessage>, number, string, readonly string[] | undefined]>([
    ['is not UTF-8', { text: undefined, base64: '//4=' }, 400, 'invalid_input', ['']],
    ['is empty', { text: '' }, 400, 'invalid_input', ['']],
    ['is no JSON', { text: 'hello' }, 400, 'invalid_input', ['']],
    ['is no object', { text: '[]' }, 400, 'invalid_input', ['']],
    ['names a key twice', { text: '{"session_id":"s","session_id":"t"}' }, 400, 'invalid_input', ['/session_id']],
    ['holds half a surrogate pair', { text: '{"session_id":"\\ud800"}' }, 400, 'invalid_input', ['/session_id']],
    ['lacks fields', { text: '{"tool_call":{"id":"c"}}' }, 400, 'invalid_input', ['/session_id', '/tool_call/name', '/tool_call/arguments']],
    ['has unknown fields', { text: JSON.stringify({ ...body, tool_call: { ...body.tool_call, approval_id: 'apr_1' } }) }, 400, 'invalid_input', ['/tool_call/approval_id']],
    ['names none of several agents', { agent_ids: ['one', 'two'] }, 400, 'invalid_input', ['/agent_id']],
    ['names another agent', { text: JSON.stringify({ ...body, agent_id: 'three' }), agent_ids: ['one', 'two'] }, 403, 'agent_not_allowed', undefined],
    ['is larger than an HTTP body may be', { text: JSON.stringify({ ...body, context: { text: 'x'.repeat(1024 ** 2) } }) }, 413, 'body_too_large', undefined],
  ])('that %s is refused', (_what, given, status, code, paths) => {
    const { facts } = refused(message(JSON.stringify(body), given));
    expect([facts.status, facts.code, facts.errors?.map(({ path }) => path)]).toEqual([status, code, paths]);
  });

  it('whose call could not be parked on this server is refused rather than tried for ever', () => {
    const large = message(JSON.stringify({ ...body, tool_call: { ...body.tool_call, arguments: { text: 'x'.repeat(600_000) } } }));
    expect(refused(large, 1024 ** 2)).toMatchObject({ facts: { status: 413, code: 'call_too_large' }, sessionId: 's', toolCallId: 'c' });
    expect(call(large).tool_call.id).toBe('c');
  });

  it('says whose it is as far as it can be read', () => {
    expect(refused(message(JSON.stringify({ ...body, surprise: 1 })))).toMatchObject({ sessionId: 's', toolCallId: 'c' });
    expect(refused(message('{"session_id":"a\\u0000","tool_call":"c"}'))).toMatchObject({ sessionId: undefined, toolCallId: undefined });
  });

  it('is answered in few words, however much is wrong with it', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`${n}${'x'.repeat(500)}`, n]));
    const { facts } = refused(message(JSON.stringify({ ...body, ...many })));
    expect(facts.errors).toHaveLength(20);
    expect(JSON.stringify(facts).length).toBeLessThan(10_000);
  });
});

function message(text: string, given: Partial<SubmittedMessage> = {}): SubmittedMessage {
  return { guard_id: 'default', key_id: 'aaaaaaaaaaaa', received_at: 0, trace_id: 'trace_1', text, ...given };
}

function call(sent: SubmittedMessage): EvaluateCall {
  const read = readSubmission(sent, maxPayload);
  if ('refused' in read) throw new Error(read.refused.facts.detail);
  return read.call;
}

function refused(sent: SubmittedMessage, limit = maxPayload): RefusedSubmission {
  const read = readSubmission(sent, limit);
  if ('call' in read) throw new Error('it was read');
  return read.refused;
}
