import { z } from 'zod';
import type { RequestContract, StreamContract } from '../contract.ts';
import { DecisionRecord } from '../public/decision.ts';
import { Action } from '../public/tool-call.ts';
import { Page, pageOf, replyOf } from './reply.ts';

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
    ...Page,
  }),
  reply: replyOf(pageOf(DecisionRecord)),
} as const satisfies RequestContract;

export const GetDecision = {
  kind: 'request',
  subject: 'hp.rpc.v1.decision-log.get',
  server: 'decision-log',
  callers: ['gateway'],
  replies: 'one',
  promise: 'read; a decision shows up here a moment after it was answered',
  request: z.object({ guard_id: z.string(), decision_id: z.string() }),
  reply: replyOf(DecisionRecord),
} as const satisfies RequestContract;
