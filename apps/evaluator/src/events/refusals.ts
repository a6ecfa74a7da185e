import { STATUS_CODES } from 'node:http';
import { GuardId, guardSubjects, problemDocument, PublicEvents, type SubmittedMessage, type ToolCallRefused } from '@holdpoint/contracts';
import type { Messaging, StreamMessage } from '@holdpoint/messaging';
import type { z } from 'zod';
import type { RefusedSubmission } from './submitted-tool-call.ts';

type Refused = z.output<typeof ToolCallRefused>;

const timeoutMs = 5_000;

export const guardGone = { status: 404, code: 'guard_not_found', detail: 'There is no such guard.' } as const;

/** Tells the guard's world that a submitted message will not be judged, and why. Resolves once the event is stored; a repeat is stored once. */
export async function announceRefusal(messaging: Pick<Messaging, 'publish'>, { body, seq, storedAt }: StreamMessage<SubmittedMessage>, { facts, sessionId, toolCallId }: RefusedSubmission): Promise<void> {
  const { guard_id, key_id } = body;
  // Only a gateway writes here. A guard id of any other make has no subject and nobody who listens.
  if (!GuardId.safeParse(guard_id).success) return;
  const event: Refused = {
    guard_id,
    key_id,
    sequence: seq,
    ...(sessionId === undefined ? {} : { session_id: sessionId }),
    ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId }),
    problem: problemDocument(facts, STATUS_CODES[facts.status] ?? 'Error'),
    refused_at: new Date().toISOString(),
  };
  await messaging.publish(PublicEvents, guardSubjects.toolCallRefused(guard_id), event, { timeoutMs, msgId: `refused.${seq}.${storedAt}` });
}
