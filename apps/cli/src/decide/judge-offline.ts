import { canonicalJsonOrNull } from '@holdpoint/approval';
import { type Change, sanitizeArguments, type Scan, scanCall } from '@holdpoint/detection';
import { cleaned, type CompiledPolicySet, evaluate, evaluateWithin, type LimitVerdict, type MetLimit, type SettledVerdict, type ToolCallFacts, type VerdictWithin } from '@holdpoint/policy';
import type { OfflineCall } from './call-line.ts';

type Settled = Readonly<{ verdict: SettledVerdict; sanitized?: Readonly<{ arguments: Readonly<Record<string, unknown>>; changes: readonly Change[] }> }>;

/** `limited`: the first limit that the call meets decides it, and `settled` is what follows where there is room in that and in all other `limits`. */
export type OfflineJudgement = Readonly<{ scan: Scan; settled: Settled; limited: LimitVerdict | null; limits: readonly MetLimit[] }>;

/** What an evaluator that holds this set would say of the call at an instant (epoch milliseconds), before it parks anything; and nobody counts. */
export function judgeOffline(set: CompiledPolicySet, call: OfflineCall, at: number): OfflineJudgement {
  const scan = scanCall(call);
  const facts = factsOf(call, scan);
  const first = evaluate(set, facts, at);
  const within = evaluateWithin(set, facts, at);
  return { scan, limited: first.action === 'rate_limit' ? first : null, ...afterCleaning(within, call, (left, seen) => evaluateWithin(set, factsOf({ ...call, arguments: left }, seen), at)) };
}

function afterCleaning({ verdict, limits }: VerdictWithin, call: OfflineCall, judgeLeft: (left: OfflineCall['arguments'], scan: Scan) => VerdictWithin): Pick<OfflineJudgement, 'settled' | 'limits'> {
  if (verdict.action !== 'sanitize') return { settled: { verdict }, limits };
  let met = limits;
  const settled = cleaned(verdict, sanitizeArguments(call), {
    isJson: (left) => canonicalJsonOrNull(left) !== null,
    judgeLeft: (left, scan) => {
      const again = judgeLeft(left, scan);
      met = [...limits, ...again.limits.filter(({ policy }) => !limits.some((one) => one.policy.id === policy.id))];
      return again.verdict;
    },
  });
  return { settled, limits: met };
}

function factsOf({ name, type, arguments: toolArguments, end_user_id, agent_id, session_id }: OfflineCall, { risk_score, threats_detected }: Scan): ToolCallFacts {
  return { tool_name: name, tool_type: type, arguments: toolArguments, end_user_id, agent_id, session_id, risk_score, threat_types: threats_detected };
}
