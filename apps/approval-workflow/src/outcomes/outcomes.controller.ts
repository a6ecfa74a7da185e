import { ReportOutcome as Contract } from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { ReportOutcome } from './report-outcome.ts';

@Controller()
export class OutcomesController {
  constructor(private readonly outcomes: ReportOutcome) {}

  @MessagePattern(Contract.subject)
  async report(@Payload() request: z.output<typeof Contract.request>): Promise<z.input<typeof Contract.reply>> {
    return await this.outcomes.report(request);
  }
}
