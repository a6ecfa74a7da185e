import type { DryRun, DryRunToolCall, ExplanationLine, LimitMet } from '@holdpoint/contracts';
import { scanCall } from '@holdpoint/detection';
import { explain, type ExplanationLine as Line, type MetLimit, reasonOfLimit } from '@holdpoint/policy';
import type { z } from 'zod';
import { factsOf, hashOfArguments, inexact, outcomeOfCleaning, verdictOn } from '../decisions/judge.ts';
import type { HeldSet } from '../policies/policy-sets.ts';
import { seenIn } from '../scans/seen.ts';

export type AskedDryRun = z.output<typeof DryRunToolCall.request>;
type Answer = Omit<DryRun, 'explanation'>;

/** By which policies: those held for the guard, confirmed or not, or drafts in their place. `at` is epoch milliseconds. */
export type ByPolicies = Readonly<{ held: HeldSet; areDrafts: boolean; stale: boolean; at: number }>;

/** Scans and judges a call as if it had been asked about, and leaves no trace of it. `lines` only where an explanation is asked for. */
export function dryRun(asked: AskedDryRun, { held, areDrafts, stale, at }: ByPolicies): Readonly<{ answer: Answer; lines: ExplanationLine[] }> {
  const { tool_call, trace_id } = asked;
  const scan = scanCall(tool_call);
  const isExact = hashOfArguments(tool_call.arguments) !== null;
  const explanation = asked.explain && isExact && held.compiled ? explain(held.compiled, factsOf(asked, scan), at) : undefined;
  const judged = isExact ? (explanation?.within ?? verdictOn(asked, scan, { held, at })) : inexact(held);
  const { verdict, limits, sanitized } = outcomeOfCleaning(judged, asked, { held, at });
  const [firstLimit] = limits;
  const decider = firstLimit?.policy ?? verdict.policy;
  const message = verdict.action === 'require_approval' ? `${verdict.reason} Nobody has been asked: this is a dry run.` : verdict.reason;
  const { scanner, ...seen } = seenIn(scan);
  const answer: Answer = {
    dry_run: true,
    action: firstLimit ? 'rate_limit' : verdict.action,
    ...(tool_call.id !== undefined && { tool_call_id: tool_call.id }),
    ...seen,
    policy_matched: decider?.name ?? null,
    message: firstLimit ? reasonOfLimit(firstLimit) : message,
    ...(verdict.code !== undefined && !firstLimit && { code: verdict.code }),
    ...(sanitized && { sanitized_arguments: sanitized.arguments, changes: sanitized.changes }),
    ...(firstLimit && { within: { action: verdict.action, policy_matched: verdict.policy?.name ?? null, policy_id: verdict.policy?.id ?? null, message, ...(verdict.code !== undefined && { code: verdict.code }) } }),
    at: new Date(at).toISOString(),
    ...(asked.explain && limits.length > 0 && { limits: limits.map(toldLimit) }),
    metadata: {
      scanner,
      policy_id: decider?.id ?? null,
      policy_version: areDrafts ? null : held.source.version,
      ...(!areDrafts && { policy_hash: held.source.hash }),
      trace_id,
      ...(stale && { policy_stale: true }),
    },
  };
  return { answer, lines: explanation ? [...explanation.lines satisfies readonly Line[]] : [] };
}

const toldLimit = ({ policy: { id, name }, rate_limit: { max_requests, window_seconds }, by, value }: MetLimit): z.output<typeof LimitMet> => ({ policy_id: id, name, max_requests, window_seconds, by, value });
