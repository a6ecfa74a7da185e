import { placeOf } from '../conceded.ts';
import type { DecisionFact } from '../final-state.ts';
import type { Hear, Submit } from '../history.ts';
import { doubt, isWithinOrOver, verdictOf } from './answers.ts';
import { setKey, type Evidence, type Violation } from './evidence.ts';

/** Two deliveries of one message are judged at the same time, and by two versions: one may park what the other decides. Not this long after. */
const sameTimeMs = 10_000;

/** An acknowledged event call has exactly one final decision, or still waits for people; its decision is what the policies say, never doubt. */
export function* eventCallsAreDecidedOnce(evidence: Evidence): Iterable<Violation> {
  const rule = 'event calls are decided once';
  const { operations, state, conceded } = evidence;
  const finals = new Map<string, DecisionFact[]>();
  for (const decision of state.decisions) {
    if (decision.eventKey === null || decision.action === 'require_approval') continue;
    finals.set(placeOf(decision), [...(finals.get(placeOf(decision)) ?? []), decision]);
  }
  const waiting = new Map(state.approvals.filter(({ eventKey, status }) => eventKey !== null && status === 'pending').map((row) => [placeOf(row), row]));
  const submitted = new Map(operations.filter((one): one is Submit => one.kind === 'submit' && one.ending === 'ok').map((one) => [placeOf({ ...one, callId: one.call.id }), one]));

  for (const [place, submit] of submitted) {
    if (finals.has(place) || waiting.has(place) || conceded.hasEventCall({ ...submit, callId: submit.call.id })) continue;
    yield { rule, what: `${submit.call.id} was acknowledged and is not decided`, evidence: submit };
  }
  for (const [place, decisions] of finals) {
    if (decisions.length > 1) yield { rule, what: `${place} has ${decisions.length} final decisions`, evidence: decisions };
    const parkedAt = waiting.get(place)?.createdAt ?? 0;
    if (decisions.every(({ createdAt }) => parkedAt > createdAt + sameTimeMs)) yield { rule, what: `${place} was parked though it was decided`, evidence: decisions };
    for (const decision of decisions) {
      const problem = problemOf(decision, evidence);
      if (problem !== undefined) yield { rule, what: problem, evidence: decision };
    }
  }
}

function problemOf({ guard, toolName, action, code, policyVersion, approvalId }: DecisionFact, { sets, approvals }: Evidence): string | undefined {
  if (code !== null && doubt.has(code)) return `decided for good with the code of doubt ${code}`;
  const set = policyVersion === null ? undefined : sets.get(setKey(guard, policyVersion));
  if (set === undefined) return `decided by version ${policyVersion ?? 'none'}, which never was`;
  const verdict = verdictOf(set, toolName);
  if (verdict === 'rate_limit') return isWithinOrOver({ action, code }) ? undefined : `${action} ${code ?? ''} where version ${set.version} limits how often`;
  if (verdict !== 'require_approval') return action === verdict ? undefined : `${action} where version ${set.version} says ${verdict}`;
  const status = approvalId === null ? undefined : approvals.get(approvalId)?.status;
  if (action === 'allow') return status === 'released' ? undefined : `allow while its approval is ${status ?? 'absent'}`;
  return code === null ? `${action} without a reason where policies want a person` : undefined;
}

/** What subscribers hear is in the log first. */
export function* decisionsMadeAreLogged({ operations, decisions }: Evidence): Iterable<Violation> {
  for (const heard of operations.filter((one): one is Hear => one.kind === 'hear')) {
    const logged = decisions.get(heard.decisionId);
    if (logged?.action !== heard.action || logged.callId !== heard.callId) yield { rule: 'decisions made are logged', what: `${heard.decisionId} was published and is ${logged === undefined ? 'not in the log' : 'another in the log'}`, evidence: heard };
  }
}
