import { JudgedCall } from './judged-call.ts';
import { type DefaultAction, isToolName, type Policy, type ToolCallFacts, type VerdictAction } from './policy.ts';
import type { CompiledPolicy, CompiledPolicySet } from './policy-set.ts';
import { quoted } from './quoted.ts';
import type { Unjudgeable } from './unjudgeable.ts';

/** `policy` is the one that decided, or could not be judged; null: the guard's default, or a call with no name to judge. `reason` is one sentence. */
export type Verdict = Readonly<{ action: VerdictAction; policy: Policy | null; version: number; code?: 'could_not_judge'; reason: string }>;

/** Descriptions up to this length stand in the reason. */
const MAX_DESCRIPTION = 160;

/**
 * The first policy, in priority order, whose glob and conditions all hold decides. None: the guard's default. A condition that cannot be judged ends
 * the evaluation: `block`, `could_not_judge`. `at` is epoch milliseconds. Never throws on JSON; the same arguments give the same verdict.
 */
export function evaluate(set: CompiledPolicySet, call: ToolCallFacts, at: number): Verdict {
  if (!isToolName(call.tool_name)) return couldNotJudge(set, null, 'the tool name is not 1 to 128 printable ASCII characters without spaces');
  const judged = new JudgedCall(call, at);
  for (const candidate of set.candidatesFor(call.tool_name)) {
    const result = conditionsOf(candidate, judged);
    if (result === true) return decided(set, candidate.policy, call.tool_name);
    if (result !== false) return couldNotJudge(set, candidate.policy, result.because);
  }
  return byDefault(set, call.tool_name);
}

function conditionsOf({ conditions }: CompiledPolicy, call: JudgedCall): boolean | Unjudgeable {
  for (const condition of conditions) {
    const result = condition.holds(call);
    if (result !== true) return result;
  }
  return true;
}

function decided({ version }: CompiledPolicySet, policy: Policy, toolName: string): Verdict {
  return { action: policy.action, policy, version, reason: reasonOf(policy, toolName) };
}

function reasonOf(policy: Policy, toolName: string): string {
  const { description, action } = policy;
  const name = quoted(policy.name);
  const told = description !== undefined && description.trim() !== '' && description.length <= MAX_DESCRIPTION ? `: ${quoted(description)}` : '';
  switch (action) {
    case 'allow':
      return `Allowed by policy ${name}.`;
    case 'warn':
      return `Allowed with a warning by policy ${name}${told}.`;
    case 'block':
      return `Blocked by policy ${name}${told}.`;
    case 'sanitize':
      return `Cleaned by policy ${name}${told}.`;
    case 'require_approval':
      return `Waiting for a person to approve ${quoted(toolName)} (policy ${name}${told}).`;
  }
}

function byDefault({ version, default_action: action }: CompiledPolicySet, toolName: string): Verdict {
  const reasons: Readonly<Record<DefaultAction, () => string>> = {
    allow: () => 'Allowed: no policy matches and the guard allows by default.',
    warn: () => 'Allowed with a warning: no policy matches and the guard warns by default.',
    block: () => 'Blocked: no policy matches and the guard blocks by default.',
    require_approval: () => `Waiting for a person to approve ${quoted(toolName)}: no policy matches and the guard asks a person by default.`,
  };
  return { action, policy: null, version, reason: reasons[action]() };
}

function couldNotJudge({ version }: CompiledPolicySet, policy: Policy | null, because: string): Verdict {
  const what = policy ? `policy ${quoted(policy.name)}` : 'the call';
  return { action: 'block', policy, version, code: 'could_not_judge', reason: `Blocked: ${what} could not be judged because ${because}.` };
}
