import { createHash } from 'node:crypto';
import { canonicalJson } from '@holdpoint/approval';
import type { EvaluateAnswer, EvaluateCall } from '@holdpoint/contracts';
import { evaluate, type Verdict } from '@holdpoint/policy';
import { newId } from '@holdpoint/runtime';
import type { Freshness } from '../policies/lease.ts';
import type { HeldSet } from '../policies/policy-sets.ts';
import type { JudgedCall } from './results.ts';

export type NotJudged = Readonly<{ index: number; not_judged: NonNullable<EvaluateAnswer['not_judged']> }>;

export type JudgeInput = Readonly<{ index: number; call: EvaluateCall; held: HeldSet | undefined; freshness: Freshness; at: number }>;

/** Judges one call by the set held for its guard. `at` is epoch milliseconds. */
export function judge({ index, call, held, freshness, at }: JudgeInput): JudgedCall | NotJudged {
  if (!held) return { index, not_judged: 'no_policy_set' };
  const argumentsHash = hashOf(canonicalJson(call.tool_call.arguments));
  const verdict = held.compiled
    ? evaluate(
        held.compiled,
        { tool_name: call.tool_call.name, tool_type: call.tool_call.type, arguments: call.tool_call.arguments, end_user_id: call.end_user_id, agent_id: call.agent_id },
        at,
      )
    : notReadable(held);
  return {
    index,
    call,
    held,
    verdict: freshness.fresh ? verdict : judgedStale(held, verdict, freshness.forMs),
    argumentsHash,
    decisionId: newId('dec'),
    at,
    stale: !freshness.fresh,
  };
}

/**
 * Within the guard's staleness limit the held set goes on judging. Past it, what it does not plainly allow is blocked,
 * and what it allows goes by the guard's failure mode.
 */
function judgedStale(held: HeldSet, verdict: Verdict, forMs: number): Verdict {
  if (forMs < held.source.max_policy_staleness_seconds * 1_000) return verdict;
  const allowed = verdict.action === 'allow' || verdict.action === 'warn';
  if (allowed && held.source.failure_mode === 'open') {
    return { ...verdict, action: 'warn', reason: 'Allowed by the guard’s failure mode: the policies held may be out of date and policy-admin cannot be reached.' };
  }
  return { ...verdict, action: 'block', code: 'could_not_judge', reason: 'The policies held may be out of date and policy-admin cannot be reached. Ask again in a few seconds.' };
}

function notReadable({ source }: HeldSet): Verdict {
  return { action: 'block', policy: null, version: source.version, code: 'could_not_judge', reason: 'The guard’s policies cannot be read by this evaluator. Tell the guard’s owner.' };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
