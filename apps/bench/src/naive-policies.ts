import type { Policy, ToolCallFacts } from '@holdpoint/policy';

type Asked = Readonly<{ policy: Policy; glob: RegExp; pattern: RegExp | null }>;

/** How one would begin: policies sorted once, their expressions compiled once, and every policy asked about every call. */
export function naivePolicies(policies: readonly Policy[]): (call: ToolCallFacts) => Policy | null {
  const sorted = policies.toSorted((a, b) => b.priority - a.priority).map((policy): Asked => {
    const pattern = policy.conditions?.argument_pattern;
    return { policy, glob: new RegExp(`^${policy.tool_pattern.replaceAll('*', '.*')}$`), pattern: pattern === undefined ? null : new RegExp(pattern) };
  });
  return (call) => sorted.find((asked) => decides(asked, call))?.policy ?? null;
}

function decides({ policy: { conditions = {} }, glob, pattern }: Asked, call: ToolCallFacts): boolean {
  if (!glob.test(call.tool_name)) return false;
  if (conditions.agent_id !== undefined && conditions.agent_id !== call.agent_id) return false;
  if (conditions.risk_score_min !== undefined && (call.risk_score ?? 0) < conditions.risk_score_min) return false;
  for (const [pointer, { gt, eq }] of Object.entries(conditions.arguments ?? {})) {
    const value = call.arguments[pointer.slice(1)];
    if (gt !== undefined && !(typeof value === 'number' && value > gt)) return false;
    if (eq !== undefined && value !== eq) return false;
  }
  return pattern === null || pattern.test(JSON.stringify(call.arguments));
}
