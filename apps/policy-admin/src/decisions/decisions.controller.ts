import { GetDecision, ListDecisions } from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { DecisionsRepository } from './decisions.repository.ts';

@Controller()
export class DecisionsController {
  constructor(private readonly decisions: DecisionsRepository) {}

  @MessagePattern(ListDecisions.subject)
  list(@Payload() query: z.output<typeof ListDecisions.request>): Promise<z.input<typeof ListDecisions.reply>> {
    return this.decisions.list(query);
  }

  @MessagePattern(GetDecision.subject)
  get(@Payload() { guard_id, decision_id }: z.output<typeof GetDecision.request>): Promise<z.input<typeof GetDecision.reply>> {
    return this.decisions.get(guard_id, decision_id);
  }
}
