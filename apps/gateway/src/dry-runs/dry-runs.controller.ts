import { endpoints, type DryRun, type DryRunRequest } from '@holdpoint/contracts';
import { Body, Controller, Query, Req } from '@nestjs/common';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { guardOf, keyOf, type Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { DryRuns } from './dry-runs.ts';

@Controller()
export class DryRunsController {
  private readonly dryRuns: DryRuns;

  constructor(dryRuns: DryRuns) {
    this.dryRuns = dryRuns;
  }

  @Route('evaluatePolicies')
  async evaluate(@Body(checkedBody(endpoints.evaluatePolicies)) body: DryRunRequest, @Query(checkedQuery(endpoints.evaluatePolicies)) _query: object, @Req() request: Request): Promise<DryRun> {
    const { trace, facts } = request.arrival;
    const answer = await this.dryRuns.run(body, { key: keyOf(request).access, guard: guardOf(request), traceId: trace.traceId });
    facts.action = answer.action;
    return answer;
  }
}
