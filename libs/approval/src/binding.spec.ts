import { describe, expect, it } from '@jest/globals';
import { type Binding, compareBindings } from './binding.ts';

// One line per field: a field added to Binding without a line here does not compile.
const otherwise: Readonly<Record<keyof Binding, readonly [Partial<Binding>, string]>> = {
  guardId: [{ guardId: 'other' }, 'conflict'],
  sessionId: [{ sessionId: 'other' }, 'conflict'],
  callId: [{ callId: 'other' }, 'conflict'],
  toolName: [{ toolName: 'payment_delete' }, 'conflict'],
  toolType: [{ toolType: 'mcp' }, 'conflict'],
  endUserId: [{ endUserId: 'mallory' }, 'conflict'],
  agentId: [{ agentId: 'rogue' }, 'conflict'],
  argumentsHash: [{ argumentsHash: 'ff' }, 'conflict'],
  keyId: [{ keyId: 'key-2' }, 'other-key'],
  policyId: [{ policyId: 'pol-2' }, 'stale'],
  groupId: [{ groupId: 'legal' }, 'stale'],
  quorum: [{ quorum: 2 }, 'stale'],
};

describe('binding', () => {
  it('is the same only when every field is', () => {
    expect(compareBindings(bound(), bound())).toBe('same');
    expect(compareBindings(bound(), { ...bound(), toolType: undefined, groupId: undefined })).toBe('same');
  });

  it.each(Object.entries(otherwise))('another %s makes a difference', (_field, [change, difference]) => {
    expect(compareBindings(bound(), { ...bound(), ...change })).toBe(difference);
    expect(compareBindings({ ...bound(), ...change }, bound())).toBe(difference);
  });

  it.each(['toolType', 'endUserId', 'agentId'] as const)('%s that one of the two lacks is another call', (field) => {
    expect(compareBindings({ ...bound(), [field]: 'x' }, { ...bound(), [field]: undefined })).toBe('conflict');
    expect(compareBindings({ ...bound(), [field]: undefined }, { ...bound(), [field]: '' })).toBe('conflict');
  });

  it('the default action is a policy of its own', () => {
    expect(compareBindings({ ...bound(), policyId: null }, bound())).toBe('stale');
    expect(compareBindings({ ...bound(), policyId: null }, { ...bound(), policyId: null })).toBe('same');
  });

  it('the gravest difference counts', () => {
    expect(compareBindings(bound(), { ...bound(), keyId: 'key-2', argumentsHash: 'ff' })).toBe('conflict');
    expect(compareBindings(bound(), { ...bound(), keyId: 'key-2', policyId: 'pol-2' })).toBe('other-key');
    expect(compareBindings(bound(), { ...bound(), agentId: 'rogue', quorum: 2 })).toBe('conflict');
  });
});

function bound(): Binding {
  return {
    guardId: 'default',
    sessionId: 'session-1',
    callId: 'call-1',
    toolName: 'payment_create',
    keyId: 'key-1',
    endUserId: 'alice',
    agentId: 'billing-bot',
    argumentsHash: 'a1',
    policyId: 'pol-1',
    quorum: 1,
  };
}
