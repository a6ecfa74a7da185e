import { endpoints, GetDecision, ListDecisions, type DecisionRecord } from '@holdpoint/contracts';
import { Controller, Param, Query, Req } from '@nestjs/common';
import type { z } from 'zod';
import { checkedQuery } from '../http/input.ts';
import { pageOf } from '../http/paging.ts';
import { Peers } from '../http/peers.ts';
import { guardOf, type Request } from '../http/requests.ts';
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
    const { from, to, limit, cursor, ...filters } = query;
    return this.peers.ask(ListDecisions, {
      guard_id: guardOf(request).id,
      ...filters,
      ...(from === undefined ? {} : { from: Date.parse(from) }),
      ...(to === undefined ? {} : { to: Date.parse(to) }),
      ...pageOf({ limit, cursor }),
    });
  }

  @Route('getDecision')
  get(@Param('decisionId') decisionId: string, @Query(checkedQuery(endpoints.getDecision)) _query: object, @Req() request: Request): Promise<DecisionRecord> {
    return this.peers.ask(GetDecision, { guard_id: guardOf(request).id, decision_id: decisionId });
  }
}
