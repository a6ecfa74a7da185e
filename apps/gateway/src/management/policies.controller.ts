import { CreatePolicy, DeletePolicy, endpoints, GetPolicy, ListPolicies, ReorderPolicies, UpdatePolicy, type JsonObject, type Policy, type PolicyOrder } from '@holdpoint/contracts';
import { Messaging } from '@holdpoint/messaging';
import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { pageOf, type Paging } from '../http/paging.ts';
import { Peers } from '../http/peers.ts';
import type { Reply, Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { about, untagged, writing } from './asked.ts';
import { written, type Activating } from './written.ts';

const activating = checkedQuery(endpoints.createPolicy);
const nothing = checkedQuery(endpoints.getPolicy);

@Controller()
export class PoliciesController {
  private readonly peers: Peers;
  private readonly messaging: Messaging;

  constructor(peers: Peers, messaging: Messaging) {
    this.peers = peers;
    this.messaging = messaging;
  }

  @Route('createPolicy')
  async create(@Body(checkedBody(endpoints.createPolicy)) draft: JsonObject, @Query(activating) query: Activating, @Req() request: Request, @Res({ passthrough: true }) reply: Reply): Promise<Policy> {
    return written(await this.peers.ask(CreatePolicy, { ...writing(request), draft }), { reply, query, messaging: this.messaging });
  }

  @Route('listPolicies')
  async list(@Query(checkedQuery(endpoints.listPolicies)) query: Paging, @Req() request: Request, @Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    return untagged(await this.peers.ask(ListPolicies, { ...about(request), ...pageOf(query) }), reply);
  }

  @Route('getPolicy')
  async get(@Param('policyId') policyId: string, @Query(nothing) _query: object, @Req() request: Request, @Res({ passthrough: true }) reply: Reply): Promise<Policy> {
    return untagged(await this.peers.ask(GetPolicy, { ...about(request), policy_id: policyId }), reply);
  }

  @Route('putPolicy')
  put(
    @Param('policyId') policyId: string,
    @Body(checkedBody(endpoints.putPolicy)) patch: JsonObject,
    @Query(activating) query: Activating,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Policy> {
    return this.update(policyId, patch, { query, request, reply });
  }

  @Route('patchPolicy')
  patch(
    @Param('policyId') policyId: string,
    @Body(checkedBody(endpoints.patchPolicy)) patch: JsonObject,
    @Query(activating) query: Activating,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Policy> {
    return this.update(policyId, patch, { query, request, reply });
  }

  @Route('deletePolicy')
  async delete(@Param('policyId') policyId: string, @Query(activating) query: Activating, @Req() request: Request, @Res({ passthrough: true }) reply: Reply): Promise<Policy> {
    return written(await this.peers.ask(DeletePolicy, { ...writing(request), policy_id: policyId }), { reply, query, messaging: this.messaging });
  }

  @Route('reorderPolicies')
  async reorder(
    @Body(checkedBody(endpoints.reorderPolicies)) { policy_ids }: PolicyOrder,
    @Query(activating) query: Activating,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<{ data: Policy[] }> {
    return written(await this.peers.ask(ReorderPolicies, { ...writing(request), policy_ids }), { reply, query, messaging: this.messaging });
  }

  private async update(policyId: string, patch: JsonObject, { query, request, reply }: Readonly<{ query: Activating; request: Request; reply: Reply }>): Promise<Policy> {
    return written(await this.peers.ask(UpdatePolicy, { ...writing(request), policy_id: policyId, patch }), { reply, query, messaging: this.messaging });
  }
}
