import { placeOf, type Conceded } from '../conceded.ts';
import type { AuditFact, FinalState } from '../final-state.ts';
import type { Operation } from '../history.ts';
import { answersFollowPolicies, refusalsAreOurs } from './answers.ts';
import { auditIsComplete, parkedCallsHaveRows, rejectionsStand, releasesHappenOnce, votesAreKept } from './approvals.ts';
import { decisionsMadeAreLogged, eventCallsAreDecidedOnce } from './events.ts';
import { setKey, type Answered, type Evidence, type Rule, type Violation } from './evidence.ts';
import { limitsHold } from './limits.ts';
import { answersAreLogged, releasesAreLogged } from './log.ts';
import { activePoliciesDecide, policyWritesAreKept } from './policies.ts';

export type Verdict = Readonly<{ violations: readonly Violation[]; counts: Readonly<Record<string, number>> }>;

/** What must hold of every history, whatever was killed. */
const rules: readonly Rule[] = [
  answersFollowPolicies,
  refusalsAreOurs,
  parkedCallsHaveRows,
  votesAreKept,
  releasesHappenOnce,
  rejectionsStand,
  auditIsComplete,
  answersAreLogged,
  releasesAreLogged,
  policyWritesAreKept,
  activePoliciesDecide,
  eventCallsAreDecidedOnce,
  decisionsMadeAreLogged,
  limitsHold,
];

/** Compares what the clients asked and heard with what Postgres holds once everything is quiet. */
export function check(operations: readonly Operation[], state: FinalState, conceded: Conceded): Verdict {
  const evidence: Evidence = {
    operations,
    answers: operations.flatMap(answersOf),
    state,
    approvals: new Map(state.approvals.map((row) => [row.approvalId, row])),
    audit: byApproval(state.audit),
    decisions: new Map(state.decisions.map((row) => [row.id, row])),
    sets: new Map(state.policySets.map((set) => [setKey(set.guard, set.version), set])),
    conceded,
  };
  return { violations: rules.flatMap((rule) => [...rule(evidence)]), counts: countsOf(evidence) };
}

function answersOf(operation: Operation): readonly Answered[] {
  if (operation.kind !== 'ask' || operation.results === undefined) return [];
  return operation.calls.flatMap((call, index) => {
    const result = operation.results?.[index];
    return result === undefined ? [] : [{ ask: operation, call, result }];
  });
}

function byApproval(rows: readonly AuditFact[]): ReadonlyMap<string, readonly AuditFact[]> {
  const groups = new Map<string, AuditFact[]>();
  for (const row of rows) {
    const group = groups.get(row.approvalId);
    if (group === undefined) groups.set(row.approvalId, [row]);
    else group.push(row);
  }
  return groups;
}

function countsOf({ operations, answers, state, decisions, conceded }: Evidence): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1);
  for (const operation of operations) add(`${operation.kind} ${operation.ending}`);
  for (const { result } of answers) {
    add(result.action === 'allow' && result.metadata.replayed === false ? 'answer allow (released)' : `answer ${result.action}${result.code === undefined ? '' : ` ${result.code}`}`);
    if (result.metadata.policy_stale === true) add('answer by stale policies');
  }
  for (const { status } of state.approvals) add(`row ${status}`);
  const limits = new Set(state.policySets.flatMap(({ policies }) => policies.map(({ id }) => id)));
  counts['let past by limits'] = state.limits.grants.reduce((sum, { policyId, calls }) => sum + (limits.has(policyId) ? calls : 0), 0);
  counts['decisions logged'] = decisions.size;
  counts['answered decisions lost with a NATS store'] = new Set(answers.map(({ result }) => result.metadata.decision_id).filter((id) => conceded.hasDecision(id) && !decisions.has(id))).size;
  const decided = new Set(state.decisions.filter(({ eventKey, action }) => eventKey !== null && action !== 'require_approval').map(placeOf));
  const submitted = new Set(operations.flatMap((one) => (one.kind === 'submit' && one.ending === 'ok' ? [placeOf({ ...one, callId: one.call.id })] : [])));
  counts['event calls submitted'] = submitted.size;
  counts['event calls decided'] = decided.size;
  counts['event calls decided while a row still waits'] = state.approvals.filter((row) => row.eventKey !== null && row.status === 'pending' && decided.has(placeOf(row))).length;
  counts['releases lost from the log with a NATS store'] = state.approvals.filter(({ releaseDecisionId: id }) => id !== null && conceded.hasDecision(id) && !decisions.has(id)).length;
  return counts;
}
