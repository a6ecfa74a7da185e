import { describe, expect, it } from '@jest/globals';
import { readReport } from './work-off-outcomes.ts';

describe('a published outcome', () => {
  it('is read from the bytes that were sent', () => {
    expect(readReport({ text: '{"session_id":"s","tool_call_id":"c","status":"executed","detail":"ok"}' })).toEqual({ report: { session_id: 's', tool_call_id: 'c', status: 'executed', detail: 'ok' } });
  });

  it.each<[string, string | undefined, string]>([
    ['no UTF-8', undefined, ''],
    ['no JSON', '{', ''],
    ['a key twice', '{"session_id":"s","session_id":"t","tool_call_id":"c","status":"executed"}', '/session_id'],
    ['no call', '{"session_id":"s","status":"executed"}', '/tool_call_id'],
    ['another status', '{"session_id":"s","tool_call_id":"c","status":"done"}', '/status'],
    ['a field that nobody knows', '{"session_id":"s","tool_call_id":"c","status":"failed","key_id":"admin"}', '/key_id'],
    ['a NUL in its detail', '{"session_id":"s","tool_call_id":"c","status":"failed","detail":"a\\u0000"}', '/detail'],
  ])('with %s is none, and it says where', (_, text, path) => {
    expect(readReport({ text })).toEqual({ problems: [{ path, message: expect.any(String) }] });
  });
});
