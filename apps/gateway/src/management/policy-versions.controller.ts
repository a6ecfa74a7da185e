import { DiffPolicyVersions, endpoints, GetPolicyVersion, ListPolicyVersions, RestorePolicyVersion, type Policy, type PolicyVersionDiff } from '@holdpoint/contracts';
import { Messaging } from '@holdpoint/messaging';
import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { pageOf, type Paging } from '../http/paging.ts';
import { Peers } from '../http/peers.ts';
import type { Reply, Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { about, writing } from './asked.ts';
import { written, type Activating } from './written.ts';

const nothing = checkedQuery(endpoints.getPolicyVersion);

/** Version numbers arrive as text that has been checked: digits. */
@Controller()
export class PolicyVersionsController {
  private readonly peers: Peers;
  private readonly messaging: Messaging;

  constructor(peers: Peers, messaging: Messaging) {
    this.peers = peers;
    this.messaging = messaging;
  }

  @Route('listPolicyVersions')
  list(@Query(checkedQuery(endpoints.listPolicyVersions)) query: Paging, @Req() request: Request): Promise<unknown> {
    return this.peers.ask(ListPolicyVersions, { ...about(request), ...pageOf(query) });
  }

  @Route('getPolicyVersion')
  get(@Param('version') version: string, @Query(nothing) _query: object, @Req() request: Request): Promise<unknown> {
    return this.peers.ask(GetPolicyVersion, { ...about(request), version: Number(version) });
  }

  @Route('diffPolicyVersions')
  diff(@Param('from') from: string, @Param('to') to: string, @Query(nothing) _query: object, @Req() request: Request): Promise<PolicyVersionDiff> {
    return this.peers.ask(DiffPolicyVersions, { ...about(request), from: Number(from), to: Number(to) });
  }

  @Route('restorePolicyVersion')
  async restore(
    @Param('version') version: string,
    @Body(checkedBody(endpoints.restorePolicyVersion)) _body: object,
    @Query(checkedQuery(endpoints.restorePolicyVersion)) query: Activating,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<{ data: Policy[] }> {
    return written(await this.peers.ask(RestorePolicyVersion, { ...writing(request), version: Number(version) }), { reply, query, messaging: this.messaging });
  }
}
