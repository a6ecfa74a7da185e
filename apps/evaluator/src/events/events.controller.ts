import { ResumeToolCalls, type EvaluateCall } from '@holdpoint/contracts';
import type { RequestContext } from '@holdpoint/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { ResumeCalls } from './resume-calls.ts';

@Controller()
export class EventsController {
  constructor(private readonly resumeCalls: ResumeCalls) {}

  @MessagePattern(ResumeToolCalls.subject, { bulkhead: 'events', concurrency: 8 })
  async resume(@Payload() { calls }: { calls: readonly EvaluateCall[] }, @Ctx() context: RequestContext): Promise<z.input<typeof ResumeToolCalls.reply>> {
    return { answers: await this.resumeCalls.all(calls, () => context.deadline.remainingMs()) };
  }
}
