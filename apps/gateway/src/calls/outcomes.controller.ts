import { endpoints, ReportOutcome, type Outcome, type OutcomeRequest } from '@holdpoint/contracts';
import { Body, Controller, Param, Query, Req } from '@nestjs/common';
import type { z } from 'zod';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { Peers } from '../http/peers.ts';
import { guardOf, keyOf, type Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';

/** What became of a call, in the words of the key that asked for it. */
@Controller()
export class OutcomesController {
  private readonly peers: Peers;

  constructor(peers: Peers) {
    this.peers = peers;
  }

  @Route('reportOutcome')
  report(
    @Param('sessionId') sessionId: string,
    @Param('callId') callId: string,
    @Body(checkedBody(endpoints.reportOutcome)) outcome: z.output<typeof OutcomeRequest>,
    @Query(checkedQuery(endpoints.reportOutcome)) _query: object,
    @Req() request: Request,
  ): Promise<Outcome> {
    return this.peers.ask(ReportOutcome, { guard_id: guardOf(request).id, key_id: keyOf(request).access.id, report: { ...outcome, session_id: sessionId, tool_call_id: callId } });
  }
}
