import { describe, expect, it } from '@jest/globals';
import { guardDefaults, type PolicySet } from '@holdpoint/contracts';
import type { Logger } from '@holdpoint/runtime';
import { PolicySets } from './policy-sets.ts';

describe('the policy sets of an evaluator', () => {
  it('are replaced whole by a newer one, and a guard at a time', () => {
    const sets = new PolicySets(silent);
    sets.apply([policySet({ guard_id: 'a', version: 1 }), policySet({ guard_id: 'b', version: 5 })], 10);
    const before = sets.get('b');
    sets.apply([policySet({ guard_id: 'a', version: 2, hash: 'second' })], 11);

    expect(sets.get('a')?.source).toMatchObject({ version: 2, hash: 'second' });
    expect(sets.get('a')?.compiled?.version).toBe(2);
    expect(sets.get('b')).toBe(before);
    expect([sets.applied, sets.guards]).toEqual([11, 2]);
  });

  it('are never replaced, nor removed, by an older one', () => {
    const sets = new PolicySets(silent);
    sets.apply([policySet({ version: 7 })], 10);
    sets.apply([policySet({ version: 6 })], 11);
    sets.apply([policySet({ version: 6, deleted: true })], 12);
    expect(sets.get('default')?.source.version).toBe(7);
    expect(sets.applied).toBe(12);
  });

  it('end with their guard', () => {
    const sets = new PolicySets(silent);
    sets.apply([policySet({ version: 7 })], 10);
    sets.apply([policySet({ version: 8, deleted: true })], 11);
    expect(sets.get('default')).toBeUndefined();
    expect(sets.guards).toBe(0);
  });

  it('are all forgotten, with the revision, when the database was restored to an earlier state', () => {
    const sets = new PolicySets(silent);
    sets.apply([policySet({ version: 7 })], 10);
    sets.forget();
    expect([sets.get('default'), sets.applied, sets.guards]).toEqual([undefined, 0, 0]);
    sets.apply([policySet({ version: 3 })], 4);
    expect(sets.get('default')?.source.version).toBe(3);
  });

  it('are held, without a judge, when this version cannot read them: neither the set before nor the default decides', () => {
    const errors: object[] = [];
    const sets = new PolicySets({ ...silent, error: (fields) => void errors.push(fields) });
    sets.apply([policySet({ version: 7 })], 10);
    sets.apply([policySet({ version: 8, policies: [{ ...policy, tool_pattern: '[' }] }), policySet({ guard_id: 'other', version: 1 })], 11);
    expect(sets.get('default')).toMatchObject({ source: { version: 8 }, compiled: null });
    expect(sets.get('other')?.compiled).not.toBeNull();
    expect(errors).toEqual([expect.objectContaining({ guard_id: 'default', policy_version: 8 })]);
  });
});

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };
const policy: PolicySet['policies'][number] = {
  id: 'pol_1',
  name: 'Block deletes',
  tool_pattern: 'delete_*',
  action: 'block',
  priority: 0,
  is_active: true,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
};

function policySet(given: Partial<PolicySet> = {}): PolicySet {
  return { guard_id: 'default', version: 1, hash: 'first', deleted: false, policies: [policy], ...guardDefaults, ...given };
}
