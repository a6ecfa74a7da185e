import { agentSpeaking, type EvaluateCall, type GuardAccess, type KeyAccess } from '@holdpoint/contracts';
import { newId } from '@holdpoint/runtime';
import { Problem } from '../http/problem.ts';
import type { AskedCall } from './normalise.ts';

/** What a request says about who asks, besides the credential. */
export type Asker = Readonly<{ session_id: string; end_user_id?: string | undefined; agent_id?: string | undefined; context?: unknown }>;

/** The agent that speaks. Throws where a key with `agent_ids` names none of several (400) or another (403). */
export function agentOf({ agent_ids }: Pick<KeyAccess, 'agent_ids'>, named: string | undefined): string | undefined {
  const speaking = agentSpeaking(agent_ids, named);
  if ('refused' in speaking) throw new Problem(speaking.refused);
  return speaking.agentId;
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
