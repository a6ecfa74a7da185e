import type { PartHealth } from '@holdpoint/runtime';
import { Controller, Header, Res } from '@nestjs/common';
import type { Reply } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import { Parts } from './parts.ts';

@Controller()
export class HealthController {
  private readonly parts: Parts;
  private readonly metrics: GatewayMetrics;

  constructor(parts: Parts, metrics: GatewayMetrics) {
    this.parts = parts;
    this.metrics = metrics;
  }

  @Route('live')
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Route('ready')
  @Header('Cache-Control', 'no-store')
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<object> {
    const readiness = await this.parts.readiness();
    if (readiness.ready) return { status: 'up' };
    void reply.code(503).header('Retry-After', '1');
    return { status: 'down', waiting_for: readiness.waitingFor };
  }

  @Route('parts')
  @Header('Cache-Control', 'no-store')
  async all(): Promise<{ parts: readonly PartHealth[] }> {
    return { parts: await this.parts.all() };
  }

  @Route('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  async prometheus(): Promise<string> {
    return `${await this.metrics.prometheusText()}\n`;
  }
}
