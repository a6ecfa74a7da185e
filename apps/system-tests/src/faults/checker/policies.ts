import type { Edit } from '../history.ts';
import { setKey, type Evidence, type Violation } from './evidence.ts';

const editsOf = ({ operations }: Evidence): readonly Edit[] => operations.filter((operation): operation is Edit => operation.kind === 'edit');

/** A write that was answered is a policy set; sets are numbered without gaps, and each has its audit row. */
export function* policyWritesAreKept(evidence: Evidence): Iterable<Violation> {
  const rule = 'policy writes are kept';
  const { sets, state } = evidence;
  for (const edit of editsOf(evidence)) {
    if (edit.ending !== 'ok') continue;
    const set = edit.version === undefined ? undefined : sets.get(setKey(edit.guard, edit.version));
    const policy = set?.policies.find(({ id }) => id === edit.policyId);
    const { action, is_active: isActive } = edit.patch as { action?: string; is_active?: boolean };
    if (set === undefined) yield { rule, what: `the write of version ${edit.version ?? '?'} was answered and is lost`, evidence: edit };
    else if (isActive === false ? policy !== undefined : policy === undefined || (action !== undefined && policy.action !== action)) {
      yield { rule, what: `version ${set.version} does not hold what was written as it`, evidence: { edit, policy } };
    }
  }
  const newest = new Map<string, number>();
  for (const set of state.policySets) {
    const before = newest.get(set.guard) ?? 0;
    if (set.version !== before + 1) yield { rule, what: `version ${set.version} of ${set.guard} follows ${before}` };
    newest.set(set.guard, set.version);
    if (!state.auditedRevisions.has(set.revision)) yield { rule, what: `version ${set.version} of ${set.guard} has no audit row` };
  }
}

/**
 * Once `?wait=active` was answered 200, what is asked from then on is judged by that version or a newer one. Decisions of an
 * evaluator that cannot reach policy-admin are outside the barrier, and say so (`policy_stale`); 202 promises nothing.
 */
export function* activePoliciesDecide(evidence: Evidence): Iterable<Violation> {
  const edits = editsOf(evidence)
    .filter((edit) => edit.waitActive && edit.status === 200 && edit.version !== undefined)
    .toSorted((a, b) => a.endedAt - b.endedAt);
  const asked = evidence.answers.filter(({ result }) => result.metadata.policy_version !== null && result.metadata.policy_stale !== true).toSorted((a, b) => a.ask.startedAt - b.ask.startedAt);
  const active = new Map<string, number>();
  let next = 0;
  for (const { ask, result } of asked) {
    for (let edit = edits[next]; edit !== undefined && edit.endedAt < ask.startedAt; edit = edits[++next]) active.set(edit.guard, Math.max(edit.version ?? 0, active.get(edit.guard) ?? 0));
    const least = active.get(ask.guard) ?? 0;
    if ((result.metadata.policy_version ?? 0) < least) {
      yield { rule: 'active policies decide', what: `judged by version ${result.metadata.policy_version ?? '?'} after ${least} was active`, evidence: { ask, result } };
    }
  }
}
