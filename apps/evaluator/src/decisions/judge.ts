import { hash } from 'node:crypto';
import { canonicalJsonOrNull } from '@holdpoint/approval';
import type { EvaluateCall, JsonObject } from '@holdpoint/contracts';
import { sanitizeArguments, type Scan, scanCall } from '@holdpoint/detection';
import { cleaned, evaluateWithin, type ToolCallFacts, type VerdictWithin } from '@holdpoint/policy';
import { newId } from '@holdpoint/runtime';
import type { Freshness } from '../policies/lease.ts';
import type { HeldSet } from '../policies/policy-sets.ts';
import { seenIn, toldChanges, unseen } from '../scans/seen.ts';
import type { JudgedCall, NotJudged } from './results.ts';

export type JudgeInput = Readonly<{ index: number; call: EvaluateCall; held: HeldSet | undefined; freshness: Freshness; at: number }>;

/** Scans one call and judges it by the set held for its guard. `at` is epoch milliseconds. */
export function judge({ index, call, held, freshness, at }: JudgeInput): JudgedCall | NotJudged {
  if (!held) return { index, not_judged: 'no_policy_set' };
  const argumentsHash = hashOfArguments(call.tool_call.arguments);
  const scan = scanCall(call.tool_call);
  const within = argumentsHash === null ? inexact(held) : verdictOn(call, scan, { held, at });
  return {
    index,
    call,
    held,
    seen: seenIn(scan),
    argumentsHash: argumentsHash ?? '',
    decisionId: newId('dec'),
    at,
    stale: !freshness.fresh,
    ...(isTooOld(held, freshness) ? judgedTooOld(held, within) : { standIn: false, failedOpen: false, ...outcomeOfCleaning(within, call, { held, at }) }),
  };
}

/** The answer to a call on which the judge itself failed. */
export function notJudgeable({ index, call, held, freshness, at }: JudgeInput): JudgedCall | NotJudged {
  if (!held) return { index, not_judged: 'no_policy_set' };
  return { index, call, held, ...couldNotJudge(held, 'The call could not be judged. Tell the guard’s owner.'), seen: unseen, argumentsHash: '', decisionId: newId('dec'), at, stale: !freshness.fresh, standIn: false, failedOpen: false };
}

type ByThese = Readonly<{ held: HeldSet; at: number }>;

/** What is judged of a call: whose it is and what it does. */
export type CallJudged = Readonly<{ tool_call: Omit<EvaluateCall['tool_call'], 'id'>; session_id?: string | undefined; end_user_id?: string | undefined; agent_id?: string | undefined }>;

export function verdictOn(call: CallJudged, scan: Scan, { held, at }: ByThese): VerdictWithin {
  if (!held.compiled) return couldNotJudge(held, 'The guard’s policies cannot be read by this evaluator. Tell the guard’s owner.');
  return evaluateWithin(held.compiled, factsOf(call, scan), at);
}

export function factsOf({ tool_call: { name, type, arguments: toolArguments }, end_user_id, agent_id, session_id }: CallJudged, { risk_score, threats_detected }: Scan): ToolCallFacts {
  return { tool_name: name, tool_type: type, arguments: toolArguments, end_user_id, agent_id, session_id, risk_score, threat_types: threats_detected };
}

/** The call is within every limit that the call or what is left of it meets, and counts in each of them once. */
export function outcomeOfCleaning({ verdict, limits }: VerdictWithin, call: CallJudged, these: ByThese): Pick<JudgedCall, 'verdict' | 'limits' | 'sanitized'> {
  if (verdict.action !== 'sanitize') return { verdict, limits };
  let met = limits;
  const { verdict: settled, sanitized } = cleaned(verdict, sanitizeArguments(call.tool_call), {
    isJson: (left) => canonicalJsonOrNull(left) !== null,
    judgeLeft: (left, scan) => {
      const again = verdictOn({ ...call, tool_call: { ...call.tool_call, arguments: left } }, scan, these);
      met = [...limits, ...again.limits.filter(({ policy }) => !limits.some((one) => one.policy.id === policy.id))];
      return again.verdict;
    },
  });
  return { verdict: settled, limits: met, ...(sanitized && { sanitized: { arguments: sanitized.arguments, changes: toldChanges(sanitized.changes) } }) };
}

export const isTooOld = ({ source }: HeldSet, freshness: Freshness): boolean => !freshness.fresh && freshness.forMs >= source.max_policy_staleness_seconds * 1_000;

/** Past the guard's staleness limit: what the held set does not plainly allow is blocked, and what it allows goes by the guard's failure mode. */
function judgedTooOld({ source }: HeldSet, { verdict, limits }: VerdictWithin): Pick<JudgedCall, 'verdict' | 'limits' | 'standIn' | 'failedOpen'> {
  const allowed = limits.length === 0 && (verdict.action === 'allow' || verdict.action === 'warn');
  if (allowed && source.failure_mode === 'open') {
    const reason = 'Allowed by the guard’s failure mode: the policies held may be out of date and policy-admin cannot be reached.';
    return { verdict: { ...verdict, action: 'warn', reason }, limits: [], standIn: true, failedOpen: true };
  }
  const reason = 'The policies held may be out of date and policy-admin cannot be reached. Ask again in a few seconds.';
  return { verdict: { ...verdict, action: 'block', code: 'could_not_judge', reason }, limits: [], standIn: true, failedOpen: false };
}

export const inexact = (held: HeldSet): VerdictWithin => couldNotJudge(held, 'The arguments hold something that JSON cannot say exactly, so the call cannot be judged.');

function couldNotJudge({ source }: HeldSet, reason: string): VerdictWithin {
  return { verdict: { action: 'block', policy: null, version: source.version, code: 'could_not_judge', reason }, limits: [] };
}

/** Null for arguments without a canonical form, which strict parsing refuses already: lone surrogates, numbers beyond a double, endless nesting. */
export function hashOfArguments(toolArguments: JsonObject): string | null {
  const text = canonicalJsonOrNull(toolArguments);
  return text === null ? null : hash('sha256', text, 'hex');
}
