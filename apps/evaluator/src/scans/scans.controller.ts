import { ScanContent, type ScanResponse } from '@holdpoint/contracts';
import { monotonicMs } from '@holdpoint/runtime';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type Content, scanContent } from './scan-content.ts';
import { ScanMetrics } from './scan-metrics.ts';

/** After a scan that took long, calls that wait are judged, logged and answered before the next one. */
const longMs = 20;
const restMs = 50;

@Controller()
export class ScansController {
  private rested: Promise<unknown> = Promise.resolve();

  constructor(private readonly metrics: ScanMetrics) {}

  /** One at a time: a scan has the processor to itself, and several at once would only make everybody else wait for all of them. */
  @MessagePattern(ScanContent.subject, { bulkhead: 'scans', concurrency: 1 })
  async scan(@Payload() content: Content): Promise<ScanResponse> {
    await this.rested;
    const startedAt = monotonicMs();
    const answer = scanContent(content);
    this.rested = monotonicMs() - startedAt > longMs ? new Promise((resolve) => setTimeout(resolve, restMs)) : new Promise((resolve) => setImmediate(resolve));
    this.metrics.answered(answer.action);
    return answer;
  }
}
