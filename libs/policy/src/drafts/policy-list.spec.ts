import { describe, expect, it } from '@jest/globals';
import { readPolicyFile } from './policy-list.ts';
import { firstAsked } from '../policy-set.ts';

const reads = { name: 'Reads', tool_pattern: 'read_*', action: 'allow' };
const writes = { name: 'Writes', tool_pattern: 'write_*', action: 'block' };

describe('a file of policies', () => {
  it('is a list, or an object with a default action; who stands first is asked first', () => {
    const read = readPolicyFile({ default_action: 'block', policies: [reads, writes, { ...writes, priority: 5 }] });
    expect(read).toMatchObject({ default_action: 'block', path: '/policies', policies: [{ id: 'p1', priority: 0, is_active: true }, { id: 'p2' }, { id: 'p3' }] });
    expect('policies' in read && read.policies.toSorted(firstAsked).map(({ id }) => id)).toEqual(['p3', 'p1', 'p2']);
    expect(readPolicyFile([reads])).toMatchObject({ path: '', policies: [{ id: 'p1' }] });
  });

  it('keeps ids and times that are given', () => {
    const policy = { ...reads, id: 'pol_1', created_at: '2026-11-23T05:05:37.623685Z', updated_at: '2026-11-23T05:05:37Z', is_active: false };
    expect(readPolicyFile([policy])).toEqual({ path: '', policies: [{ ...policy, priority: 0 }] });
  });

  it.each<[unknown, string, string]>([
    ['x', '', 'must be a list of policies'],
    [null, '', 'must be a list of policies'],
    [{}, '', 'has no `policies`'],
    [{ policies: {} }, '/policies', 'must be a list'],
    [{ policies: [], defaultaction: 'block' }, '/defaultaction', 'unknown field'],
    [{ policies: [], default_action: 'sanitize' }, '/default_action', 'must be one of'],
    [{ policies: [reads, { ...writes, action: 'blok' }] }, '/policies/1/action', 'must be one of'],
    [[reads, 7], '/1', 'must be an object'],
    [[{ ...reads, id: 'a' }, { ...writes, id: 'a' }], '/1/id', 'another policy has this id'],
    [[{ ...reads, created_at: 'yesterday' }], '/0/created_at', 'must be a time'],
    [[{ ...reads, conditions: { argument_pattern: '(' } }], '/0/conditions/argument_pattern', 'not an RE2 pattern'],
  ])('%j is refused at %j', (document, path, message) => {
    const read = readPolicyFile(document);
    expect('problems' in read && read.problems).toEqual([{ path, message: expect.stringContaining(message) }]);
  });
});
