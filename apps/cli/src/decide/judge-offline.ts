import { canonicalJson } from '@holdpoint/approval';
import { sanitizeArguments, scanCall, type Scan, type Change } from '@holdpoint/detection';
import { cleaned, evaluate, type CompiledPolicySet, type SettledVerdict, type Verdict } from '@holdpoint/policy';
import type { OfflineCall } from './call-line.ts';

export type OfflineJudgement = Readonly<{ verdict: SettledVerdict; scan: Scan; sanitized?: Readonly<{ arguments: Readonly<Record<string, unknown>>; changes: readonly Change[] }> }>;

/** What an evaluator that holds this set would say of the call at an instant (epoch milliseconds), before it parks or counts anything. */
export function judgeOffline(set: CompiledPolicySet, call: OfflineCall, at: number): OfflineJudgement {
  const scan = scanCall(call);
  const verdict = verdictOn(set, call, scan, at);
  if (verdict.action !== 'sanitize') return { verdict, scan };
  const judgeLeft = (left: OfflineCall['arguments'], seen: Scan): Verdict => verdictOn(set, { ...call, arguments: left }, seen, at);
  return { scan, ...cleaned(verdict, sanitizeArguments(call), { isJson: isCanonical, judgeLeft }) };
}

function verdictOn(set: CompiledPolicySet, call: OfflineCall, { risk_score, threats_detected }: Scan, at: number): Verdict {
  const { name, type, arguments: toolArguments, end_user_id, agent_id } = call;
  return evaluate(set, { tool_name: name, tool_type: type, arguments: toolArguments, end_user_id, agent_id, risk_score, threat_types: threats_detected }, at);
}

function isCanonical(value: unknown): boolean {
  try {
    canonicalJson(value);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
