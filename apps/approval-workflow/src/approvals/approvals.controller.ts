import { CancelApproval, ClaimApprovals, GetApproval, ListApprovals, ReadApprovalStatuses, ReportVerdicts, VoteOnApproval } from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { ClaimApprovals as Claim } from './claim-approvals.ts';
import { ReadApprovals } from './read-approvals.ts';
import { ReportVerdicts as Report } from './report-verdicts.ts';
import { SettleApprovals } from './settle-approvals.ts';

type Asked<C extends { request: z.ZodType }> = z.output<C['request']>;
type Answered<C extends { reply: z.ZodType }> = Promise<z.input<C['reply']>>;

@Controller()
export class ApprovalsController {
  constructor(
    private readonly claims: Claim,
    private readonly verdicts: Report,
    private readonly settle: SettleApprovals,
    private readonly read: ReadApprovals,
  ) {}

  /** A lane of its own: parking is never held back by people who read. */
  @MessagePattern(ClaimApprovals.subject, { concurrency: 16 })
  async claim(@Payload() { claims }: Asked<typeof ClaimApprovals>): Answered<typeof ClaimApprovals> {
    return { answers: await this.claims.all(claims) };
  }

  @MessagePattern(ReportVerdicts.subject)
  async report(@Payload() { verdicts }: Asked<typeof ReportVerdicts>): Answered<typeof ReportVerdicts> {
    return { answers: await this.verdicts.all(verdicts) };
  }

  @MessagePattern(ListApprovals.subject)
  async list(@Payload() request: Asked<typeof ListApprovals>): Answered<typeof ListApprovals> {
    return await this.read.list(request);
  }

  @MessagePattern(GetApproval.subject)
  async get(@Payload() request: Asked<typeof GetApproval>): Answered<typeof GetApproval> {
    return await this.read.get(request);
  }

  @MessagePattern(ReadApprovalStatuses.subject)
  async statuses(@Payload() request: Asked<typeof ReadApprovalStatuses>): Answered<typeof ReadApprovalStatuses> {
    return await this.read.statuses(request);
  }

  @MessagePattern(VoteOnApproval.subject)
  async vote(@Payload() request: Asked<typeof VoteOnApproval>): Answered<typeof VoteOnApproval> {
    return await this.settle.vote(request);
  }

  @MessagePattern(CancelApproval.subject)
  async cancel(@Payload() request: Asked<typeof CancelApproval>): Answered<typeof CancelApproval> {
    return await this.settle.cancel(request);
  }
}
