import type { Policy, ToolCallFacts } from '@holdpoint/policy';

/** Policies of a guard that has grown: every tenth stands on every tool until there are five such, the others fifteen on a family of tools; one in twenty searches the arguments. */
export function policiesOf(count: number): readonly Policy[] {
  return Array.from({ length: count }, (_, place): Policy => {
    const onEveryTool = place % 10 === 0 && place < 50;
    return {
      id: `pol_${place}`,
      name: `Policy ${place}`,
      tool_pattern: onEveryTool ? '*' : `${familyOf(place)}*`,
      action: 'block',
      priority: count - place,
      is_active: true,
      conditions: conditionsOf(place),
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
    };
  });
}

/** What a policy asks of a call, in our words; `cedarOf` and the naive evaluator say the same in theirs. */
export function conditionsOf(place: number): NonNullable<Policy['conditions']> {
  if (place % 20 === 7) return { argument_pattern: `forbidden word ${place}\\b` };
  switch (place % 4) {
    case 0:
      return { arguments: { '/amount': { gt: 1_000_000 + place } } };
    case 1:
      return { agent_id: `agent-${place}` };
    case 2:
      return { arguments: { '/status': { eq: `state-${place}` } } };
    default:
      return { risk_score_min: 0.9 };
  }
}

/** Equivalent policies; its wildcards stand for the pattern, and risk is in hundredths. */
export function cedarOf(count: number): string {
  const forbidden = policiesOf(count).map(({ tool_pattern: glob, conditions = {} }, place) => {
    const clauses = [`context.tool like ${JSON.stringify(glob)}`];
    if (conditions.argument_pattern !== undefined) clauses.push(`context.text like "*forbidden word ${place}*"`);
    if (conditions.agent_id !== undefined) clauses.push(`context.agent == "${conditions.agent_id}"`);
    if (conditions.risk_score_min !== undefined) clauses.push('context.risk >= 90');
    if (conditions.arguments?.['/amount']) clauses.push(`context has amount && context.amount > ${1_000_000 + place}`);
    if (conditions.arguments?.['/status']) clauses.push(`context has status && context.status == "state-${place}"`);
    return `forbid(principal, action, resource) when { ${clauses.join(' && ')} };`;
  });
  return ['permit(principal, action, resource);', ...forbidden].join('\n');
}

export const CALLS = 64;

/** Calls of tools that the policies know, about as large as real ones; one in eight is blocked by the last policy of its family or an earlier one. */
export function callsFor(count: number): readonly ToolCallFacts[] {
  return Array.from({ length: CALLS }, (_, n): ToolCallFacts => {
    const place = Math.floor((n * count) / CALLS);
    const isBlocked = n % 8 === 3;
    return {
      tool_name: `${familyOf(place)}update`,
      agent_id: 'support-agent',
      end_user_id: `user-${n}`,
      arguments: {
        ticket_id: `T-${20_931 + n}`,
        status: 'waiting',
        amount: isBlocked ? 2_000_000 : 120 + n,
        title: 'Delivery on Thursday',
        body: 'The customer asked us to move the delivery to Thursday, because the office will be closed; see ticket 4711 for what was agreed. Anna will talk to the supplier, Ben looks after the labels, and we meet again next Tuesday at ten.',
        tags: ['delivery', 'vip'],
        assignee: { team: 'support', id: 17 },
      },
      risk_score: 0.1,
      threat_types: [],
    };
  });
}

/** The same call as Cedar is asked about it. */
export function cedarContext({ tool_name: tool, agent_id: agent = '', arguments: args, risk_score: risk = 0 }: ToolCallFacts): Record<string, string | number> {
  const { status, amount } = args as { status: string; amount: number };
  return { tool, agent, status, amount, risk: Math.round(risk * 100), text: JSON.stringify(args) };
}

/** Fifteen policies each. */
function familyOf(place: number): string {
  return `family${Math.floor(place / 15)}_`;
}
