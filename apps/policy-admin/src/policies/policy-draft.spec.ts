import { describe, expect, it } from '@jest/globals';
import type { Policy } from '@holdpoint/contracts';
import { applyPolicyPatch, readPolicyDraft } from './policy-draft.ts';

describe('a policy draft', () => {
  it('gets priority 0 and is active unless it says otherwise', () => {
    expect(readPolicyDraft({ name: 'n', tool_pattern: '*', action: 'block' })).toEqual({ fields: { name: 'n', tool_pattern: '*', action: 'block', priority: 0, is_active: true } });
  });

  it('is refused with a pointer to every problem', () => {
    const read = readPolicyDraft({ name: 'n', tool_pattern: '[', action: 'rate_limit', colour: 'red' });
    expect('problems' in read && read.problems.map(({ path }) => path).sort()).toEqual(['/colour', '/rate_limit', '/tool_pattern']);
  });

  it('may ask about risk and threats, and clean', () => {
    const draft = { name: 'n', tool_pattern: '*', action: 'sanitize', conditions: { risk_score_min: 0.3, risk_score_max: 0.9, threat_types: ['shell_injection'] } };
    expect(readPolicyDraft(draft)).toEqual({ fields: { ...draft, priority: 0, is_active: true } });
    const read = readPolicyDraft({ ...draft, conditions: { risk_score_min: 30, threat_types: ['sqli'] } });
    expect('problems' in read && read.problems.map(({ path }) => path).sort()).toEqual(['/conditions/risk_score_min', '/conditions/threat_types/0']);
  });

  it.each([[null], [[]], ['x'], [undefined], [7]])('%p is no draft', (draft) => {
    expect(readPolicyDraft(draft)).toHaveProperty('problems');
  });
});

describe('a partial change', () => {
  it('replaces top-level fields whole and keeps the rest', () => {
    expect(applyPolicyPatch(policy(), { conditions: { agent_id: 'b' }, priority: -4 })).toEqual({
      fields: { name: 'n', description: 'd', tool_pattern: '*', action: 'block', priority: -4, is_active: true, conditions: { agent_id: 'b' } },
    });
  });

  it('removes an optional field by null', () => {
    expect(applyPolicyPatch(policy(), { conditions: null, description: null })).toEqual({
      fields: { name: 'n', tool_pattern: '*', action: 'block', priority: 0, is_active: true },
    });
  });

  it('keeps a limit with its action: they come and go together', () => {
    const rate_limit = { max_requests: 5, window_seconds: 60 };
    const limited: Policy = { ...policy(), action: 'rate_limit', rate_limit };
    expect(applyPolicyPatch(limited, { rate_limit: { ...rate_limit, max_requests: 6 } })).toMatchObject({ fields: { rate_limit: { max_requests: 6, window_seconds: 60 } } });
    expect(applyPolicyPatch(limited, { action: 'block' })).toEqual({ problems: [{ path: '/rate_limit', message: expect.stringContaining('`rate_limit` only') }] });
    expect(applyPolicyPatch(limited, { rate_limit: null })).toEqual({ problems: [{ path: '/rate_limit', message: 'is required' }] });
    expect(applyPolicyPatch(limited, { action: 'block', rate_limit: null })).toMatchObject({ fields: { action: 'block' } });
    expect(applyPolicyPatch(policy(), { action: 'rate_limit', rate_limit })).toMatchObject({ fields: { action: 'rate_limit', rate_limit } });
  });

  it.each([['name'], ['id'], ['created_at'], ['updated_at'], ['priority']])('%s cannot be nulled or set by the client', (field) => {
    const read = applyPolicyPatch(policy(), { [field]: null });
    expect('problems' in read && read.problems.map(({ path }) => path)).toEqual([`/${field}`]);
  });

  it('names an unknown field `__proto__` rather than taking it as a prototype', () => {
    const read = applyPolicyPatch(policy(), JSON.parse('{"__proto__": {"action": "allow"}}'));
    expect('problems' in read && read.problems.map(({ path }) => path)).toEqual(['/__proto__']);
  });
});

function policy(): Policy {
  return {
    id: 'pol_00000000000000000000000000',
    name: 'n',
    description: 'd',
    tool_pattern: '*',
    action: 'block',
    priority: 0,
    is_active: true,
    conditions: { agent_id: 'a', tool_type: 't' },
    created_at: '2026-01-01T00:00:00.000000Z',
    updated_at: '2026-01-01T00:00:00.000000Z',
  };
}
