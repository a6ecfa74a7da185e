import { ScanContent, type ScanResponse } from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type Content, scanContent } from './scan-content.ts';
import { ScanMetrics } from './scan-metrics.ts';

@Controller()
export class ScansController {
  constructor(private readonly metrics: ScanMetrics) {}

  @MessagePattern(ScanContent.subject, { bulkhead: 'scans', concurrency: 4 })
  async scan(@Payload() content: Content): Promise<ScanResponse> {
    // A turn for others between two scans, which have the processor to themselves.
    await new Promise((resolve) => setImmediate(resolve));
    const answer = scanContent(content);
    this.metrics.answered(answer.action);
    return answer;
  }
}
