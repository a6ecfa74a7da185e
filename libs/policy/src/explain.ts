import { evaluate, evaluateWithin, limitInWords, type Verdict, type VerdictWithin } from './evaluate.ts';
import { JudgedCall } from './judged-call.ts';
import { isToolName, type Policy, type ToolCallFacts } from './policy.ts';
import type { CompiledPolicy, CompiledPolicySet } from './policy-set.ts';
import { quoted } from './quoted.ts';

/** `counted`: by a limit within which the policies below decide. */
export const OUTCOMES = ['decided', 'counted', 'not_matched', 'condition_failed', 'could_not_judge', 'not_reached', 'inactive'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What one policy had to say. `because` is one sentence without a full stop, on one line, with the values that were compared. */
export type ExplanationLine = Readonly<{ policy_id: string; name: string; outcome: Outcome; because: string }>;

/** `within`: what becomes of the call while every limit that it meets has room, which is also what the lines tell of. */
export type Explanation = Readonly<{ verdict: Verdict; within: VerdictWithin; lines: readonly ExplanationLine[] }>;

type Finding = Readonly<{ outcome: Outcome; because: string }>;

/**
 * The verdict and, for every policy of the set once and in the order of deciding, inactive ones too, why it decided or did not. Never throws on JSON.
 * INVARIANT: the verdicts are always those of `evaluate` and `evaluateWithin`, and the lines are read off the very candidates and conditions that these judge by.
 */
export function explain(set: CompiledPolicySet, call: ToolCallFacts, at: number): Explanation {
  const judged = new JudgedCall(call, at);
  const isName = isToolName(call.tool_name);
  const candidates = new Set(isName ? set.candidatesFor(call.tool_name) : []);
  let end = isName ? null : 'the tool name is none that could be judged';
  const lines = set.inOrder.map(({ policy, compiled }): ExplanationLine => {
    const { outcome, because } = findingOf(compiled, { judged, candidates, end });
    if (outcome === 'decided') end = `policy ${quoted(policy.name)} decided before`;
    if (outcome === 'could_not_judge') end = `policy ${quoted(policy.name)} could not be judged, which ends the evaluation`;
    return { policy_id: policy.id, name: policy.name, outcome, because };
  });
  return { verdict: evaluate(set, call, at), within: evaluateWithin(set, call, at), lines };
}

/** `end`: why no policy is asked any more; null while they are. */
type Asking = Readonly<{ judged: JudgedCall; candidates: ReadonlySet<CompiledPolicy>; end: string | null }>;

function findingOf(compiled: CompiledPolicy | null, { judged, candidates, end }: Asking): Finding {
  if (compiled === null) return { outcome: 'inactive', because: 'it is not active' };
  if (end !== null) return { outcome: 'not_reached', because: end };
  const { policy, conditions } = compiled;
  const name = judged.facts.tool_name;
  if (!candidates.has(compiled)) return { outcome: 'not_matched', because: `${quoted(policy.tool_pattern)} does not match ${quoted(name)}` };
  for (const condition of conditions) {
    const result = condition.holds(judged);
    if (result === false) return { outcome: 'condition_failed', because: condition.whyNot(judged) };
    if (result !== true) return { outcome: 'could_not_judge', because: result.because };
  }
  const matches = matchesBecause(policy, name, conditions.length);
  const { rate_limit: limit } = policy;
  if (limit === undefined) return { outcome: 'decided', because: matches };
  const goesOn = limit.on_within === 'continue';
  const because = `${matches}; within ${limitInWords(limit)} ${goesOn ? 'the policies below decide' : 'the call is allowed'}, over it the call is blocked`;
  return { outcome: goesOn ? 'counted' : 'decided', because };
}

function matchesBecause({ tool_pattern: pattern }: Policy, toolName: string, conditions: number): string {
  const matches = `${quoted(pattern)} matches ${quoted(toolName)}`;
  if (conditions === 0) return `${matches}, and it has no conditions`;
  return `${matches}, and ${conditions === 1 ? 'its condition holds' : `its ${conditions} conditions hold`}`;
}
