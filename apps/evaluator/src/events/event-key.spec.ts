import { describe, expect, it } from '@jest/globals';
import { eventKeyOf } from './event-key.ts';

const call = { guard_id: 'g', session_id: 's', key_id: 'k', end_user_id: 'u', agent_id: 'a', tool_call: { id: 'c', name: 't', type: 'function', arguments: {} } };
const key = eventKeyOf(call, 'hash');

describe('the key of an event call', () => {
  it('is the same for the same call', () => {
    expect(eventKeyOf({ ...call, tool_call: { ...call.tool_call } }, 'hash')).toBe(key);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['guard', { ...call, guard_id: 'x' }],
    ['session', { ...call, session_id: 'x' }],
    ['key', { ...call, key_id: 'x' }],
    ['end user', { ...call, end_user_id: 'x' }],
    ['end user, absent', { ...call, end_user_id: undefined }],
    ['agent', { ...call, agent_id: 'x' }],
    ['agent, absent', { ...call, agent_id: undefined }],
    ['call id', { ...call, tool_call: { ...call.tool_call, id: 'x' } }],
    ['tool', { ...call, tool_call: { ...call.tool_call, name: 'x' } }],
    ['tool type', { ...call, tool_call: { ...call.tool_call, type: undefined } }],
    ['end user and agent exchanged', { ...call, end_user_id: 'a', agent_id: 'u' }],
  ])('is another for another %s', (_what, other) => {
    expect(eventKeyOf(other, 'hash')).not.toBe(key);
  });

  it('is another for other arguments', () => {
    expect(eventKeyOf(call, 'other')).not.toBe(key);
  });

  it('cannot be forged by what is written into a field', () => {
    expect(eventKeyOf({ ...call, session_id: 's","c' }, 'hash')).not.toBe(eventKeyOf({ ...call, session_id: 's', tool_call: { ...call.tool_call, id: 'c","c' } }, 'hash'));
  });
});
