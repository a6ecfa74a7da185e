import { hash } from 'node:crypto';
import { canonicalJson } from '@holdpoint/approval';
import type { EvaluateCall } from '@holdpoint/contracts';

type Identity = Pick<EvaluateCall, 'guard_id' | 'session_id' | 'key_id' | 'end_user_id' | 'agent_id' | 'tool_call'>;

/** Two submissions are the same call when all that they are asked with is the same: SHA-256 in hex over that. `argumentsHash` is empty for arguments without a canonical form. */
export function eventKeyOf({ guard_id, session_id, key_id, end_user_id, agent_id, tool_call }: Identity, argumentsHash: string): string {
  const { id, name, type } = tool_call;
  return hash('sha256', canonicalJson([guard_id, session_id, id, key_id, name, type ?? null, end_user_id ?? null, agent_id ?? null, argumentsHash]), 'hex');
}

/** The same in every attempt at one event call, so that whichever releases it, the others learn of that one release. */
export const requestIdOf = (eventKey: string): string => `event-${eventKey}`;
