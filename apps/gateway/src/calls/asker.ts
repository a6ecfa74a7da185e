import type { EvaluateCall, GuardAccess, KeyAccess } from '@holdpoint/contracts';
import { InvalidInput } from '@holdpoint/messaging';
import { newId } from '@holdpoint/runtime';
import { Problem } from '../http/problem.ts';
import type { AskedCall } from './normalise.ts';

/** What a request says about who asks, besides the credential. */
export type Asker = Readonly<{ session_id: string; end_user_id?: string | undefined; agent_id?: string | undefined; context?: unknown }>;

/** The agent that speaks. Throws where a key with `agent_ids` names none of several (400) or another (403). */
export function agentOf({ agent_ids }: KeyAccess, named: string | undefined): string | undefined {
  if (agent_ids === undefined) return named;
  if (named === undefined) {
    const [only, ...others] = agent_ids;
    if (only !== undefined && others.length === 0) return only;
    throw new InvalidInput([{ path: '/agent_id', message: 'required: this key speaks for several agents' }]);
  }
  if (agent_ids.includes(named)) return named;
  throw new Problem({ status: 403, code: 'agent_not_allowed', detail: `This key does not speak for the agent \`${named}\`.` });
}

/** Calls as an evaluator gets them, each under a request id of its own. */
export function evaluateCalls(calls: readonly AskedCall[], asker: Asker, { key, guard, traceId }: Readonly<{ key: KeyAccess; guard: GuardAccess; traceId: string }>): EvaluateCall[] {
  const agentId = agentOf(key, asker.agent_id);
  return calls.map(({ id, name, type, arguments: args, approval_id }) => ({
    request_id: newId('req'),
    guard_id: guard.id,
    key_id: key.id,
    ...(key.owner_email === undefined ? {} : { owner_email: key.owner_email }),
    session_id: asker.session_id,
    ...(asker.end_user_id === undefined ? {} : { end_user_id: asker.end_user_id }),
    ...(agentId === undefined ? {} : { agent_id: agentId }),
    ...(asker.context === undefined ? {} : { context: asker.context }),
    tool_call: { id, name, ...(type === undefined ? {} : { type }), arguments: args },
    ...(approval_id === undefined ? {} : { approval_id }),
    trace_id: traceId,
  }));
}
