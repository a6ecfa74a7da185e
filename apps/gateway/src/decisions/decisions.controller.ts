import { endpoints, GetDecision, ListDecisions, ReviewDecision, type LoggedDecision, type ReviewRequest } from '@holdpoint/contracts';
import { Body, Controller, Param, Query, Req } from '@nestjs/common';
import type { z } from 'zod';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { pageOf } from '../http/paging.ts';
import { Peers } from '../http/peers.ts';
import { guardOf, keyOf, type Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';

type Filter = z.output<typeof endpoints.listDecisions.query>;

@Controller()
export class DecisionsController {
  private readonly peers: Peers;

  constructor(peers: Peers) {
    this.peers = peers;
  }

  @Route('listDecisions')
  list(@Query(checkedQuery(endpoints.listDecisions)) query: Filter, @Req() request: Request): Promise<unknown> {
    const { from, to, flagged, reviewed, limit, cursor, ...filters } = query;
    return this.peers.ask(ListDecisions, {
      guard_id: guardOf(request).id,
      ...filters,
      ...(from === undefined ? {} : { from: Date.parse(from) }),
      ...(to === undefined ? {} : { to: Date.parse(to) }),
      ...(flagged === undefined ? {} : { flagged: flagged === 'true' }),
      ...(reviewed === undefined ? {} : { reviewed: reviewed === 'true' }),
      ...pageOf({ limit, cursor }),
    });
  }

  @Route('getDecision')
  get(@Param('decisionId') decisionId: string, @Query(checkedQuery(endpoints.getDecision)) _query: object, @Req() request: Request): Promise<LoggedDecision> {
    return this.peers.ask(GetDecision, { guard_id: guardOf(request).id, decision_id: decisionId });
  }

  @Route('reviewDecision')
  review(
    @Param('decisionId') decisionId: string,
    @Body(checkedBody(endpoints.reviewDecision)) review: ReviewRequest,
    @Query(checkedQuery(endpoints.reviewDecision)) _query: object,
    @Req() request: Request,
  ): Promise<LoggedDecision> {
    return this.peers.ask(ReviewDecision, { actor: keyOf(request).actor, guard_id: guardOf(request).id, decision_id: decisionId, review });
  }
}
