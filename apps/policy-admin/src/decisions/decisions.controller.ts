import { DecisionsLogged, FindFinalDecisions, GetDecision, ListDecisions, ReviewDecision } from '@holdpoint/contracts';
import { Messaging, type RequestContext, RequestRefused } from '@holdpoint/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { DecisionsRepository } from './decisions.repository.ts';

@Controller()
export class DecisionsController {
  constructor(
    private readonly decisions: DecisionsRepository,
    private readonly messaging: Messaging,
  ) {}

  @MessagePattern(ListDecisions.subject)
  list(@Payload() query: z.output<typeof ListDecisions.request>): Promise<z.input<typeof ListDecisions.reply>> {
    return this.decisions.list(query);
  }

  @MessagePattern(GetDecision.subject)
  get(@Payload() { guard_id, decision_id }: z.output<typeof GetDecision.request>): Promise<z.input<typeof GetDecision.reply>> {
    return this.decisions.get(guard_id, decision_id);
  }

  @MessagePattern(ReviewDecision.subject)
  review(@Payload() question: z.output<typeof ReviewDecision.request>): Promise<z.input<typeof ReviewDecision.reply>> {
    return this.decisions.review(question);
  }

  /** INVARIANT: a decision that was acknowledged by the stream before the question is in Postgres before the answer. */
  @MessagePattern(FindFinalDecisions.subject, { bulkhead: 'final decisions', concurrency: 16 })
  async findFinal(@Payload() { calls }: z.output<typeof FindFinalDecisions.request>, @Ctx() context: RequestContext): Promise<z.input<typeof FindFinalDecisions.reply>> {
    const caughtUp = await this.messaging.workedOff(DecisionsLogged, () => context.deadline.remainingMs());
    if (!caughtUp) throw new RequestRefused({ status: 503, code: 'decision_log_behind', detail: 'decisions are still on their way to Postgres; ask again' });
    return { decided: await this.decisions.finalEvents(calls) };
  }
}
