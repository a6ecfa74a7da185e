import { describe, expect, it, jest } from '@jest/globals';
import { compilePolicySet, evaluate, type Policy } from '@holdpoint/policy';
import fc from 'fast-check';
import { planOf, type Rules, taken } from './plan.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(60_000);

const STRICTNESS = ['allow', 'warn', 'require_approval', 'block'];
const defaultAction = fc.constantFrom('allow' as const, 'warn' as const, 'block' as const);
const policies = fc.uniqueArray(
  fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), action: fc.constantFrom('allow' as const, 'warn' as const, 'require_approval' as const, 'block' as const), tool_pattern: fc.constantFrom('*', 'r*', 'read', 'w*'), priority: fc.integer({ min: 0, max: 4 }), user: fc.constantFrom(undefined, 'anna') }),
  { selector: ({ id }) => id, maxLength: 4 },
);

describe('a plan of single writes', () => {
  it('ends where it should, and says that no call gets a weaker answer on the way only where that is so', () => {
    let safe = 0;
    fc.assert(
      fc.property(policies, policies, defaultAction, defaultAction, (was, is, defaultWas, defaultIs) => {
        const [before, after]: [Rules, Rules] = [{ policies: was.map(policy), default_action: defaultWas }, { policies: is.map(policy), default_action: defaultIs }];
        const { steps, isSafe } = planOf(before, after);
        let now = before;
        const onTheWay = steps.map((step) => (now = taken(now, step)));
        expect(now.default_action).toBe(after.default_action);
        expect(now.policies.toSorted(byId)).toEqual(after.policies.toSorted(byId));
        if (!isSafe) return;
        safe += 1;
        for (const tool_name of ['read', 'run', 'write', 'x']) {
          for (const end_user_id of ['anna', 'ben']) {
            const strictnessIn = ({ policies: held, default_action }: Rules): number => STRICTNESS.indexOf(evaluate(compilePolicySet({ guard_id: 'g', version: 1, default_action, policies: held }), { tool_name, end_user_id, arguments: {} }, 0).action);
            const least = Math.min(strictnessIn(before), strictnessIn(after));
            for (const rules of onTheWay) expect(strictnessIn(rules)).toBeGreaterThanOrEqual(least);
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(safe).toBeGreaterThan(100);
  });

  it('blocks before it lets go', () => {
    const before: Rules = { policies: [policy({ id: 'a', action: 'block', tool_pattern: '*', priority: 5, user: undefined })], default_action: 'allow' };
    const after: Rules = { policies: [policy({ id: 'b', action: 'block', tool_pattern: 'r*', priority: 5, user: undefined })], default_action: 'allow' };
    expect(planOf(before, after)).toMatchObject({ isSafe: true, steps: [{ kind: 'add' }, { kind: 'remove' }] });
  });
});

type Given = Readonly<{ id: string; action: Policy['action']; tool_pattern: string; priority: number; user: string | undefined }>;

function policy({ id, action, tool_pattern, priority, user }: Given): Policy {
  const at = '2026-01-01T00:00:00Z';
  return { id, name: id, action, tool_pattern, priority, is_active: true, created_at: at, updated_at: at, ...(user !== undefined && { conditions: { end_user_id: user } }) };
}

const byId = (a: Policy, b: Policy): number => (a.id < b.id ? -1 : 1);
