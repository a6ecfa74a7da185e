import { AwaitActive, RenewLease, ReturnLease } from '@holdpoint/contracts';
import type { HandlerExtras } from '@holdpoint/messaging';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { ActiveBarrier } from './active-barrier.ts';
import { LeasesRepository } from './leases.repository.ts';

/** Apart from the writes, and from those who only wait: a renewal that comes late stops an evaluator. */
const freshness = { bulkhead: 'freshness', concurrency: 16 } satisfies HandlerExtras;
const waiting = { bulkhead: 'waiting', concurrency: 512 } satisfies HandlerExtras;

@Controller()
export class LeasesController {
  constructor(
    private readonly leases: LeasesRepository,
    private readonly barrier: ActiveBarrier,
  ) {}

  @MessagePattern(RenewLease.subject, freshness)
  async renew(@Payload() { evaluator_id, applied }: z.output<typeof RenewLease.request>): Promise<z.input<typeof RenewLease.reply>> {
    const reply = await this.leases.renew(evaluator_id, applied);
    this.barrier.wake();
    return reply;
  }

  @MessagePattern(ReturnLease.subject, freshness)
  async giveBack(@Payload() { evaluator_id }: z.output<typeof ReturnLease.request>): Promise<z.input<typeof ReturnLease.reply>> {
    await this.leases.giveBack(evaluator_id);
    this.barrier.wake();
    return {};
  }

  @MessagePattern(AwaitActive.subject, waiting)
  async awaitActive(@Payload() { revision, timeout_ms }: z.output<typeof AwaitActive.request>): Promise<z.input<typeof AwaitActive.reply>> {
    return { waiting_for: await this.barrier.whenActive(revision, timeout_ms) };
  }
}
