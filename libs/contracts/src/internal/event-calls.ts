import { z } from 'zod';
import type { RequestContract, StreamContract } from '../contract.ts';
import { EvaluateCall } from './evaluate.ts';

/** The bytes of a public message as its key sent them, and who that key is; checked by whoever works it off. */
const Sent = {
  guard_id: z.string(),
  key_id: z.string(),
  /** Epoch milliseconds. */
  received_at: z.number(),
  /** UTF-8 text; bytes that are none travel as base64, and are refused by name. */
  text: z.string().optional(),
  base64: z.string().optional(),
};

/** One submitted tool call. Its identity is its guard, key, session, call id and arguments; the stream's own duplicate detection is not used. */
export const SubmittedMessage = z.object({ ...Sent, owner_email: z.string().optional(), agent_ids: z.array(z.string()).optional(), trace_id: z.string() });
export type SubmittedMessage = z.output<typeof SubmittedMessage>;

/**
 * Tool calls on their way to a decision. Only the gateway writes here: agents never publish into a stream, whose acknowledgement would go to
 * any subject that they name.
 */
export const ToolCallsSubmitted = {
  kind: 'stream',
  stream: 'TOOL_CALLS',
  subjects: ['hp.work.v1.tool-calls'],
  retention: 'workqueue',
  discard: 'new',
  maxBytes: 1024 ** 3,
  maxAgeMs: 0,
  publishers: ['gateway'],
  // Calls that wait for a part that is down count, too: past this many of them the others wait with them.
  consumer: { service: 'evaluator', durable: 'evaluators', ackWaitMs: 30_000, maxAckPending: 10_000 },
  promise: 'at least once, until its decision is in the log or the call is parked; a call is decided once however often it comes',
  body: SubmittedMessage,
} as const satisfies StreamContract;

export const ReportedMessage = z.object(Sent);
export type ReportedMessage = z.output<typeof ReportedMessage>;

/** Outcome reports on their way to the approval service. */
export const OutcomesReported = {
  kind: 'stream',
  stream: 'OUTCOMES',
  subjects: ['hp.work.v1.outcomes'],
  retention: 'workqueue',
  discard: 'new',
  maxBytes: 256 * 1024 ** 2,
  maxAgeMs: 0,
  publishers: ['gateway'],
  consumer: { service: 'approval-workflow', durable: 'outcomes', ackWaitMs: 30_000, maxAckPending: 1_000 },
  promise: 'at least once; the first report of a call counts',
  body: ReportedMessage,
} as const satisfies StreamContract;

/** What the world may follow: decisions, refusals, approvals. Bodies stand in `public/`. */
export const PublicEvents = {
  kind: 'stream',
  stream: 'EVENTS',
  subjects: ['hp.v1.guard.*.decision.made', 'hp.v1.guard.*.tool_call.refused', 'hp.v1.guard.*.approval.requested', 'hp.v1.guard.*.approval.resolved'],
  retention: 'limits',
  discard: 'old',
  maxBytes: 1024 ** 3,
  maxAgeMs: 7 * 24 * 3_600_000,
  publishers: ['evaluator', 'decision-log', 'approval-workflow'],
  promise: 'at least once, after the commit; decisions carry their id, approvals theirs and their status',
  body: z.unknown(),
} as const satisfies StreamContract;

/** Which of these event calls have their final decision. */
export const FindFinalDecisions = {
  kind: 'request',
  subject: 'hp.rpc.v1.decision-log.find-final',
  server: 'decision-log',
  callers: ['evaluator'],
  replies: 'one',
  promise: 'answered only when all that the log stream held at the question is in Postgres; else no answer, and nothing is known',
  request: z.object({ calls: z.array(z.object({ guard_id: z.string(), event_key: z.string() })).min(1).max(256) }),
  reply: z.object({ decided: z.array(z.string()) }),
} as const satisfies RequestContract;

/** `decided`: its final decision is in the log. `parked`: another approval waits for people now. `later`: nothing is decided, ask again. */
export const ResumedState = z.enum(['decided', 'parked', 'later']);

/** A settled approval of a call that came as an event: it is judged again, by the policies of now, and finished. */
export const ResumeToolCalls = {
  kind: 'request',
  subject: 'hp.rpc.v1.evaluator.resume',
  server: 'evaluator',
  callers: ['approval-workflow'],
  replies: 'one',
  promise: 'before `decided` the final decision is in the log, or committed on its way there with the release; no answer: ask again, it is decided once',
  request: z.object({ calls: z.array(EvaluateCall).min(1).max(64) }),
  reply: z.object({ answers: z.array(ResumedState) }),
} as const satisfies RequestContract;
