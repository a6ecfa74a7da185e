import { mostWithin } from '../../grants.ts';
import { verdictOf } from './answers.ts';
import { setKey, type Evidence, type Violation } from './evidence.ts';

/** In no interval of its window has a limit let more calls past than it says, by the instants that Postgres kept; and whoever was allowed by it is among them. */
export function* limitsHold(evidence: Evidence): Iterable<Violation> {
  const rule = 'limits hold';
  const { grants, uncounted } = evidence.state.limits;
  if (uncounted.length > 0) yield { rule, what: `${uncounted.length} transactions let calls past otherwise than they counted`, evidence: uncounted };
  for (const [id, { guard, rate_limit: limit }] of limitsOf(evidence)) {
    const own = grants.filter(({ policyId }) => policyId === id);
    const most = mostWithin(own, limit.window_seconds * 1_000_000);
    if (most > limit.max_requests) yield { rule, what: `${most} calls of ${guard} were let past in ${limit.window_seconds} s, where ${limit.max_requests} may be`, evidence: own };
    const letPast = own.reduce((sum, { calls }) => sum + calls, 0);
    const allowed = allowedBy(id, guard, evidence);
    if (allowed > letPast) yield { rule, what: `${allowed} calls of ${guard} were allowed within a limit that let ${letPast} past` };
  }
}

type Limited = Readonly<{ guard: string; rate_limit: Readonly<{ max_requests: number; window_seconds: number }> }>;

/** By policy id. No admin edits them. */
function limitsOf({ state }: Evidence): ReadonlyMap<string, Limited> {
  return new Map(state.policySets.flatMap(({ guard, policies }) => policies.flatMap(({ id, rate_limit }) => (rate_limit === undefined ? [] : [[id, { guard, rate_limit }] as const]))));
}

/** Requests that were answered, and events: of each event call one final decision is kept. Decisions that nobody heard may be two of one request. */
function allowedBy(policyId: string, guardId: string, { answers, state, sets }: Evidence): number {
  const answered = answers.filter(({ result }) => result.action === 'allow' && result.metadata.policy_id === policyId);
  const events = state.decisions.filter(({ guard, eventKey, action, policyVersion, toolName }) => {
    const set = sets.get(setKey(guard, policyVersion ?? 0));
    return guard === guardId && eventKey !== null && action === 'allow' && set !== undefined && verdictOf(set, toolName) === 'rate_limit';
  });
  return answered.length + events.length;
}
