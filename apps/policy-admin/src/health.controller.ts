import { Health } from '@holdpoint/contracts';
import { Messaging } from '@holdpoint/messaging';
import type { PartHealth } from '@holdpoint/runtime';
import { Controller, Injectable } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import type { z } from 'zod';
import { rowsOf } from './sql.ts';

type HealthReply = z.input<(typeof Health)['policy-admin']['reply']>;

/** What both services stand on. */
@Injectable()
export class Parts {
  private readonly others: (() => Promise<PartHealth>)[] = [];

  constructor(
    private readonly db: DataSource,
    private readonly messaging: Messaging,
  ) {}

  /** Shown with the rest; says nothing about readiness. */
  show(part: () => Promise<PartHealth>): void {
    this.others.push(part);
  }

  /** What the service cannot do without. */
  async health(): Promise<PartHealth[]> {
    return [this.messaging.connected ? { part: 'nats', ok: true } : { part: 'nats', ok: false, detail: 'not connected' }, await this.postgres()];
  }

  async reply(): Promise<HealthReply> {
    const parts = await this.health();
    const shown = [...parts, ...(await Promise.all(this.others.map((part) => part())))];
    return { ready: parts.every(({ ok }) => ok), parts: shown.map((part) => ({ ...part })) };
  }

  private async postgres(): Promise<PartHealth> {
    try {
      await rowsOf(this.db, 'SELECT 1');
      return { part: 'postgres', ok: true };
    } catch (error) {
      return { part: 'postgres', ok: false, detail: error instanceof Error ? error.message : 'cannot be asked' };
    }
  }
}

@Controller()
export class PolicyAdminHealthController {
  constructor(private readonly parts: Parts) {}

  @MessagePattern(Health['policy-admin'].subject)
  read(): Promise<HealthReply> {
    return this.parts.reply();
  }
}

@Controller()
export class DecisionLogHealthController {
  constructor(private readonly parts: Parts) {}

  @MessagePattern(Health['decision-log'].subject)
  read(): Promise<HealthReply> {
    return this.parts.reply();
  }
}
