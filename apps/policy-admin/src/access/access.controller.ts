import { SyncAccess } from '@holdpoint/contracts';
import type { HandlerExtras } from '@holdpoint/messaging';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { AccessRepository } from './access.repository.ts';

@Controller()
export class AccessController {
  constructor(private readonly access: AccessRepository) {}

  @MessagePattern(SyncAccess.subject, { bulkhead: 'freshness', concurrency: 16 } satisfies HandlerExtras)
  sync(@Payload() { since }: z.output<typeof SyncAccess.request>): Promise<z.input<typeof SyncAccess.reply>> {
    return this.access.since(since);
  }
}
