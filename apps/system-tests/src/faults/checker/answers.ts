import { createHash } from 'node:crypto';
import type { PolicySetFact } from '../final-state.ts';
import { setKey, type Answered, type Evidence, type Violation } from './evidence.ts';

/** An evaluator's codes of doubt, and the gateway's, which judges nothing: never more than `block`. */
export const doubt: ReadonlySet<string> = new Set(['could_not_judge', 'engine_unavailable', 'approval_service_unavailable', 'rate_limiter_unavailable', 'decision_log_unavailable']);
const statusOfCode: Readonly<Record<string, string>> = {
  approval_rejected: 'rejected',
  approval_expired: 'expired',
  approval_cancelled: 'cancelled',
  approval_lapsed: 'lapsed',
  already_released: 'released',
};

/** What a policy set says of a tool. Patterns of the workload are a prefix and `*`: the product's own matching is not asked. */
export function verdictOf(set: PolicySetFact, toolName: string): string {
  const [first] = set.policies
    .filter(({ tool_pattern: pattern }) => (pattern.endsWith('*') ? toolName.startsWith(pattern.slice(0, -1)) : toolName === pattern))
    .toSorted((a, b) => b.priority - a.priority || (a.created_at < b.created_at ? -1 : 1));
  return first?.action ?? set.defaultAction;
}

/** SHA-256 of the canonical JSON of flat arguments. */
export function hashOf(flat: object): string {
  const sorted = Object.fromEntries(Object.entries(flat).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** Every answer is what the policy set that it names says; no `allow` comes out of doubt or without a release. */
export function* answersFollowPolicies(evidence: Evidence): Iterable<Violation> {
  for (const answered of evidence.answers) {
    const problem = problemOf(answered, evidence);
    if (problem !== undefined) yield { rule: 'answers follow policies', what: problem, evidence: answered };
  }
}

function problemOf({ ask, call, result }: Answered, { sets, approvals }: Evidence): string | undefined {
  const { action, code, metadata } = result;
  if (result.tool_call_id !== call.id) return `an answer to \`${call.id}\` names \`${result.tool_call_id}\``;
  if (metadata.policy_version === null) return withoutJudgement({ ask, call, result }, sets);

  const set = sets.get(setKey(ask.guard, metadata.policy_version));
  if (set === undefined) return `judged by version ${metadata.policy_version}, which never was`;
  if (metadata.policy_hash !== set.hash) return `judged by a version ${metadata.policy_version} with another hash`;
  if (code !== undefined && doubt.has(code)) return action === 'block' ? undefined : `${action} with the code of doubt ${code}`;

  const verdict = verdictOf(set, call.name);
  const row = result.approval_id === undefined ? undefined : approvals.get(result.approval_id);
  switch (verdict) {
    case 'block':
      return action === 'block' && code === undefined ? undefined : `${action} where version ${set.version} says block`;
    case 'allow':
      if (action === 'allow') return undefined;
      if (action === 'warn') return metadata.failed_open === true && metadata.policy_stale === true && set.failureMode === 'open' ? undefined : 'warn where policies allow';
      // The row is younger than the set that would let the call go.
      if (action === 'require_approval' && row !== undefined && row.policyVersion > set.version) return undefined;
      return `${action} ${code ?? ''} where version ${set.version} says allow`;
    case 'rate_limit':
      return isWithinOrOver({ action, code }) ? undefined : `${action} ${code ?? ''} where version ${set.version} limits how often`;
    case 'require_approval':
      return approvalProblemOf({ ask, call, result }, evidenceOf(row));
    default:
      return `no such verdict as ${verdict} in the workload`;
  }

  function evidenceOf(found: typeof row): typeof row {
    return found !== undefined && found.guard === ask.guard && found.session === ask.session && found.callId === call.id ? found : undefined;
  }
}

/** What a limit makes of a call. */
export const isWithinOrOver = ({ action, code }: Readonly<{ action: string; code?: string | null | undefined }>): boolean => (action === 'allow' && (code ?? null) === null) || (action === 'block' && code === 'rate_limit_exceeded');

/** The gateway answers for an evaluator that cannot be asked: `block`, or flagged `warn` where the guard's owner chose `open`. */
function withoutJudgement({ ask, result }: Answered, sets: Evidence['sets']): string | undefined {
  const { action, code, metadata } = result;
  if (action === 'block' && (code === 'engine_unavailable' || code === 'could_not_judge')) return undefined;
  const open = [...sets.values()].some((set) => set.guard === ask.guard && set.failureMode === 'open');
  if (action === 'warn' && code === 'engine_unavailable' && metadata.failed_open === true && open) return undefined;
  return `${action} ${code ?? ''} that no policy set judged`;
}

function approvalProblemOf({ call, result: { action, code, metadata, approval_id } }: Answered, row: Evidence['state']['approvals'][number] | undefined): string | undefined {
  if (action === 'require_approval') return approval_id === undefined ? 'require_approval without an approval' : undefined;
  if (action === 'allow') {
    if (row === undefined) return 'allow without the approval that policies demand';
    if (row.status !== 'released' || row.releaseId === null) return `allow while the row of ${row.approvalId} is ${row.status}`;
    if (metadata.release_id !== row.releaseId || typeof metadata.replayed !== 'boolean') return `allow by another release than that of ${row.approvalId}`;
    return row.argumentsHash === hashOf(call.arguments) ? undefined : `allow of other arguments than those that were approved as ${row.approvalId}`;
  }
  if (action !== 'block' || code === undefined) return `${action} without a reason where policies want a person`;
  if (code === 'call_id_conflict') return undefined;
  const status = statusOfCode[code];
  if (status === undefined) return `${code} where policies want a person`;
  return row?.status === status ? undefined : `${code}, but the row of ${approval_id ?? 'nothing'} is ${row?.status ?? 'absent'}`;
}

/** A valid request of a valid key is never refused: trouble is 503, and a vote too late is 409. */
export function* refusalsAreOurs({ operations }: Evidence): Iterable<Violation> {
  for (const operation of operations) {
    if (operation.ending !== 'fail' || operation.status === undefined) continue;
    if (operation.kind === 'vote' && operation.status === 409) continue;
    yield { rule: 'refusals are deserved', what: `${operation.kind} was refused with ${operation.status}`, evidence: operation };
  }
}
