import { answerNamed } from '@holdpoint/approval';
import type { NamedVerdict, ReportVerdicts as Contract } from '@holdpoint/contracts';
import type { Logger } from '@holdpoint/runtime';
import type { z } from 'zod';
import type { Approvals } from './approvals.repository.ts';
import { inParallel } from './in-parallel.ts';

type VerdictAnswer = z.output<(typeof Contract)['reply']>['answers'][number];

const verdictsAtOnce = 8;
const answers = { superseded: 'superseded', noted: 'recorded', wait: 'outdated', ignored: 'ignored' } as const;

/** What today's policies say, without a person, of calls that name their approval. */
export class ReportVerdicts {
  private readonly approvals: Approvals;
  private readonly log: Logger;

  constructor({ approvals, log }: Readonly<{ approvals: Approvals; log: Logger }>) {
    this.approvals = approvals;
    this.log = log;
  }

  /** One answer per verdict, in order. */
  async all(verdicts: readonly NamedVerdict[]): Promise<VerdictAnswer[]> {
    return await inParallel(verdicts, verdictsAtOnce, async (verdict) => {
      try {
        return await this.report(verdict);
      } catch (error) {
        this.log.warn({ err: error, approval: verdict.approval_id }, 'a verdict could not be recorded');
        return 'failed';
      }
    });
  }

  private async report(named: NamedVerdict): Promise<VerdictAnswer> {
    const key = { guardId: named.guard_id, approvalId: named.approval_id };
    const answered = await this.approvals.decideOn<VerdictAnswer>(key, ({ approval }, at) => {
      const { kind, events } = answerNamed(approval, {
        identity: {
          guardId: named.guard_id,
          sessionId: named.session_id,
          callId: named.call_id,
          toolName: named.tool_name,
          toolType: named.tool_type,
          keyId: named.key_id,
          endUserId: named.end_user_id,
          agentId: named.agent_id,
          argumentsHash: named.arguments_hash,
        },
        verdict: named.action,
        policyId: named.policy_id,
        policyVersion: named.policy_version,
        at,
      });
      return { events, answer: () => answers[kind] };
    });
    return answered ?? 'ignored';
  }
}
