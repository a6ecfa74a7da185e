import { z } from 'zod';
import type { RequestContract, StreamContract } from '../contract.ts';
import { LoggedDecision, ReviewRequest } from '../public/decision.ts';
import { Action } from '../public/tool-call.ts';
import { Actor, askedByGateway, Page, pageOf, replyOf } from './reply.ts';

/**
 * Decisions on their way to Postgres, one message per batch. Written before the answer, kept until its rows are committed.
 * INVARIANT: nothing is dropped: a full stream refuses new batches (`discard: new`), and the calls in them are not answered.
 */
export const DecisionsLogged = {
  kind: 'stream',
  stream: 'DECISION_LOG',
  subjects: ['hp.log.v1.decisions'],
  retention: 'workqueue',
  discard: 'new',
  maxBytes: 1024 ** 3,
  maxAgeMs: 0,
  publishers: ['evaluator', 'approval-workflow'],
  consumer: { service: 'decision-log', durable: 'decision-log-writer', ackWaitMs: 30_000, maxAckPending: 1_000 },
  promise: 'at least once; rows are idempotent by decision id',
  body: z.object({ decisions: z.array(z.unknown()).min(1) }),
} as const satisfies StreamContract;

export const ListDecisions = {
  kind: 'request',
  subject: 'hp.rpc.v1.decision-log.list',
  server: 'decision-log',
  callers: ['gateway'],
  replies: 'one',
  promise: 'read; a decision shows up here a moment after it was answered',
  request: z.object({
    guard_id: z.string(),
    /** Epoch milliseconds, inclusive and exclusive. */
    from: z.number().optional(),
    to: z.number().optional(),
    action: Action.optional(),
    tool: z.string().optional(),
    session_id: z.string().optional(),
    end_user_id: z.string().optional(),
    policy_id: z.string().optional(),
    /** Whether the call was let go with a warning. */
    flagged: z.boolean().optional(),
    /** Of flagged decisions: those with a review, or those that wait for one. */
    reviewed: z.boolean().optional(),
    ...Page,
  }),
  reply: replyOf(pageOf(LoggedDecision)),
} as const satisfies RequestContract;

export const GetDecision = {
  kind: 'request',
  subject: 'hp.rpc.v1.decision-log.get',
  server: 'decision-log',
  callers: ['gateway'],
  replies: 'one',
  promise: 'read; a decision shows up here a moment after it was answered',
  request: z.object({ guard_id: z.string(), decision_id: z.string() }),
  reply: replyOf(LoggedDecision),
} as const satisfies RequestContract;

/** The first review counts; the same again, by the same key, is answered the same, another one refused with 409 `already_reviewed`. */
export const ReviewDecision = askedByGateway('decision-log')(
  'review',
  'committed before it is answered; idempotent',
  z.object({ actor: Actor, guard_id: z.string(), decision_id: z.string(), review: ReviewRequest }),
  LoggedDecision,
);
