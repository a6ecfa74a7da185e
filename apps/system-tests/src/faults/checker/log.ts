import type { Evidence, Violation } from './evidence.ts';

/** Answered without a decision: by the gateway alone, or in the place of one that could not be logged. */
function isUnlogged({ code, metadata }: Evidence['answers'][number]['result']): boolean {
  return metadata.policy_version === null || code === 'decision_log_unavailable';
}

/** Every answered decision is in the log as it was answered, but for what a lost NATS store is known to have held. */
export function* answersAreLogged({ answers, decisions, conceded }: Evidence): Iterable<Violation> {
  const rule = 'answers are logged';
  const answered = new Map<string, string>();
  for (const { ask, call, result } of answers) {
    if (isUnlogged(result)) continue;
    const id = result.metadata.decision_id;
    const logged = decisions.get(id);
    if (logged === undefined) {
      if (!conceded.hasDecision(id)) yield { rule, what: `${id} was answered and is not in the log`, evidence: { ask, result } };
    } else if (logged.action !== result.action || (logged.code ?? undefined) !== result.code || logged.toolName !== call.name || logged.callId !== call.id || logged.session !== ask.session || logged.guard !== ask.guard) {
      yield { rule, what: `${id} says in the log what was not answered`, evidence: { logged, result } };
    }
    const place = `${ask.guard} ${ask.session} ${call.id}`;
    if ((answered.get(id) ?? place) !== place) yield { rule, what: `${id} was answered for two calls`, evidence: result };
    answered.set(id, place);
  }
}

/** Every release is in the log, although its decision is made by another service than the row. */
export function* releasesAreLogged({ state, decisions, conceded }: Evidence): Iterable<Violation> {
  const finished = new Set(state.decisions.filter(({ eventKey, action }) => eventKey !== null && action !== 'require_approval').map(({ eventKey }) => eventKey));
  for (const { approvalId, releaseDecisionId: id, eventKey } of state.approvals) {
    if (id === null || conceded.hasDecision(id)) continue;
    const logged = decisions.get(id);
    // Of an event call one final decision counts, and the log drops a later one.
    if (logged === undefined && eventKey !== null && finished.has(eventKey)) continue;
    if (logged === undefined) yield { rule: 'releases are logged', what: `the release of ${approvalId} is not in the log as ${id}` };
    else if (logged.action !== 'allow' || logged.approvalId !== approvalId) yield { rule: 'releases are logged', what: `${id} says otherwise than the release of ${approvalId}`, evidence: logged };
  }
}
