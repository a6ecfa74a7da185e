import { z } from 'zod';
import type { RequestContract } from '../contract.ts';
import { DryRun, ExplanationLine } from '../public/dry-run.ts';
import { ToolArguments } from '../public/tool-call.ts';
import { NotJudged } from './evaluate.ts';
import { Refusal } from './reply.ts';

/**
 * Gateway asks, evaluator answers: what would become of one call, by the guard's policies or by drafts of others. The first part holds the answer, or why
 * there is none; with `explain` the lines follow, in as many parts as they need.
 */
export const DryRunToolCall = {
  kind: 'request',
  subject: 'hp.rpc.v1.evaluator.dry-run',
  server: 'evaluator',
  callers: ['gateway'],
  replies: 'many',
  promise: 'read; nothing is recorded, counted or parked',
  request: z.object({
    guard_id: z.string(),
    tool_call: z.object({ id: z.string().optional(), name: z.string(), type: z.string().optional(), arguments: ToolArguments }),
    session_id: z.string().optional(),
    end_user_id: z.string().optional(),
    agent_id: z.string().optional(),
    /** Judged instead of the guard's policies. Whatever the client sent. */
    drafts: z.array(z.unknown()).optional(),
    /** Epoch milliseconds; now, by the evaluator's clock, if absent. */
    at: z.number().optional(),
    explain: z.boolean(),
    trace_id: z.string(),
  }),
  reply: z.object({
    answer: DryRun.omit({ explanation: true }).optional(),
    lines: z.array(ExplanationLine).optional(),
    refused: Refusal.optional(),
    not_judged: NotJudged.optional(),
  }),
} as const satisfies RequestContract;
