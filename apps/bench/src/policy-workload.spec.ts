import { describe, expect, it } from '@jest/globals';
import { compilePolicySet, evaluate } from '@holdpoint/policy';
import { naivePolicies } from './naive-policies.ts';
import { callsFor, policiesOf } from './policy-workload.ts';

describe.each([10, 100, 1_000])('the workload of %d policies', (count) => {
  const policies = policiesOf(count);
  const calls = callsFor(count);
  const set = compilePolicySet({ guard_id: 'bench', version: 1, default_action: 'allow', policies });

  it('asks at most twenty policies about a call, one in twenty of which searches its arguments', () => {
    for (const call of calls) expect(set.candidatesFor(call.tool_name).length).toBeLessThanOrEqual(20);
    const searching = policies.filter(({ conditions }) => conditions?.argument_pattern !== undefined).length;
    expect(searching).toBe(Math.ceil((count - 7) / 20));
  });

  it('is judged by the naive evaluator as by ours, and blocks some of the calls', () => {
    const naive = naivePolicies(policies);
    const verdicts = calls.map((call) => evaluate(set, call, 0));
    expect(verdicts.map(({ policy }) => policy)).toEqual(calls.map(naive));
    expect(new Set(verdicts.map(({ action }) => action))).toEqual(new Set(['allow', 'block']));
  });
});
