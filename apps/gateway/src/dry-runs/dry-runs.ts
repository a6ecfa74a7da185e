import { DryRunToolCall, type DryRun, type DryRunRequest, type ExplanationLine, type GuardAccess, type KeyAccess } from '@holdpoint/contracts';
import { unsampledTraceparent, type Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import type { z } from 'zod';
import { agentOf } from '../calls/asker.ts';
import { askTwice } from '../http/ask-twice.ts';
import { unavailable } from '../http/peers.ts';
import { Problem } from '../http/problem.ts';

export type DryRunsOptions = Readonly<{ messaging: Pick<Messaging, 'requestParts' | 'maxPayload'>; log: Logger }>;
type Asking = Readonly<{ key: KeyAccess; guard: GuardAccess; traceId: string }>;
type Question = z.input<typeof DryRunToolCall.request>;

/** Two tries together stay below what a caller is likely to wait. */
const answerWithinMs = 4_000;

/** Has calls judged without any effect. */
export class DryRuns {
  private readonly options: DryRunsOptions;

  constructor(options: DryRunsOptions) {
    this.options = options;
  }

  /**
   * Admins and auditors are told why, policy by policy, and may ask about anybody; an agent is told what validate would tell it, about itself.
   * Throws `Problem`: 403 for drafts without the role admin, 413 for a question too large to travel, 503 where nobody can tell. INVARIANT: no failure
   * mode has a say, for this is no decision.
   */
  async run(body: DryRunRequest, asking: Asking): Promise<DryRun> {
    const question = questionOf(body, asking);
    const { messaging, log } = this.options;
    const told = await askTwice({ question, ask: () => this.ask(question), messaging, log, tooLarge: 'The question is too large to travel.', unanswered: 'evaluator did not answer a dry run' });
    if (told.answer === undefined) throw unavailable(DryRunToolCall, told.failure);
    return told.answer;
  }

  /** Undefined: the evaluator has no policies of this guard that count. */
  private async ask(question: Question): Promise<DryRun | undefined> {
    let answered: DryRun | undefined;
    const explanation: ExplanationLine[] = [];
    for await (const { answer, lines = [], refused } of this.options.messaging.requestParts(DryRunToolCall, question, { timeoutMs: answerWithinMs, traceparent: unsampledTraceparent(question.trace_id) })) {
      if (refused !== undefined) throw new Problem(refused);
      if (answer !== undefined) answered = answer;
      explanation.push(...lines);
    }
    return answered && { ...answered, ...(question.explain && { explanation }) };
  }
}

function questionOf({ tool_call, session_id, end_user_id, agent_id, policies, at }: DryRunRequest, { key, guard, traceId }: Asking): Question {
  if (policies !== undefined && !key.roles.includes('admin')) throw new Problem({ status: 403, code: 'role_missing', detail: '`policies` needs the role `admin`.' });
  const explain = key.roles.includes('admin') || key.roles.includes('auditor');
  const agentId = explain ? agent_id : agentOf(key, agent_id);
  return {
    guard_id: guard.id,
    tool_call,
    ...(session_id !== undefined && { session_id }),
    ...(end_user_id !== undefined && { end_user_id }),
    ...(agentId !== undefined && { agent_id: agentId }),
    ...(policies !== undefined && { drafts: policies }),
    ...(at !== undefined && { at: Date.parse(at) }),
    explain,
    trace_id: traceId,
  };
}
