import { EvaluateToolCalls, Health, type EvaluateCall } from '@holdpoint/contracts';
import type { RequestContext } from '@holdpoint/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { EvaluatorHealth } from '../policies/evaluator-health.ts';
import { Decide } from './decide.ts';

@Controller()
export class DecisionsController {
  constructor(
    private readonly decide: Decide,
    private readonly health: EvaluatorHealth,
  ) {}

  @MessagePattern(EvaluateToolCalls.subject)
  async evaluate(@Payload() { calls }: { calls: readonly EvaluateCall[] }, @Ctx() context: RequestContext): Promise<void> {
    let answered = 0;
    for await (const answers of this.decide.all(calls, () => context.deadline.remainingMs())) {
      answered += answers.length;
      context.part({ answers }, { last: answered === calls.length });
    }
  }

  @MessagePattern(Health.evaluator.subject, { bulkhead: 'health', concurrency: 4 })
  report(): { ready: boolean; parts: readonly { part: string; ok: boolean; detail?: string }[] } {
    const parts = this.health.parts();
    return { ready: parts.every((part) => part.ok), parts };
  }
}
