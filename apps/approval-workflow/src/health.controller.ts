import { Health } from '@holdpoint/contracts';
import type { PartHealth } from '@holdpoint/runtime';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { ServiceHealth } from './service-health.ts';

@Controller()
export class HealthController {
  constructor(private readonly health: ServiceHealth) {}

  @MessagePattern(Health['approval-workflow'].subject, { concurrency: 2 })
  async answer(): Promise<{ ready: boolean; parts: PartHealth[] }> {
    const parts = await this.health.parts();
    return { ready: parts.every(({ ok }) => ok), parts };
  }
}
