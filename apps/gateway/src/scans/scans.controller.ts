import { endpoints, type ScanRequest, type ScanResponse } from '@holdpoint/contracts';
import { Body, Controller, Query, Req } from '@nestjs/common';
import { checkedBody, checkedQuery } from '../http/input.ts';
import type { Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { ContentScans } from './content-scans.ts';

const body = checkedBody(endpoints.scanOutput);
const noQuery = checkedQuery(endpoints.scanOutput);

/** One question under three paths: what does this content look like? */
@Controller()
export class ScansController {
  private readonly scans: ContentScans;

  constructor(scans: ContentScans) {
    this.scans = scans;
  }

  @Route('scanOutput')
  scanOutput(@Body(body) content: ScanRequest, @Query(noQuery) _query: object, @Req() request: Request): Promise<ScanResponse> {
    return this.answer(content, request);
  }

  @Route('scanAgentContent')
  scanAgentContent(@Body(body) content: ScanRequest, @Query(noQuery) _query: object, @Req() request: Request): Promise<ScanResponse> {
    return this.answer(content, request);
  }

  @Route('scanContent')
  scanContent(@Body(body) content: ScanRequest, @Query(noQuery) _query: object, @Req() request: Request): Promise<ScanResponse> {
    return this.answer(content, request);
  }

  private async answer(content: ScanRequest, { arrival: { trace, facts } }: Request): Promise<ScanResponse> {
    const answer = await this.scans.scan(content, trace.traceId);
    facts.action = answer.action;
    if (answer.code !== undefined) facts.code = answer.code;
    return answer;
  }
}
