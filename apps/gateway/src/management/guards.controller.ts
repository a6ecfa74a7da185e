import { CreateGuard, DeleteGuard, endpoints, GetGuard, ListGuards, UpdateGuard, type Guard, type GuardDraft, type GuardPatch } from '@holdpoint/contracts';
import { Messaging } from '@holdpoint/messaging';
import { Body, Controller, Query, Req, Res } from '@nestjs/common';
import { AccessSync } from '../access/access-sync.ts';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { pageOf, type Paging } from '../http/paging.ts';
import { Peers } from '../http/peers.ts';
import { keyOf, type Reply, type Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { about, writing } from './asked.ts';
import { tagged, written, type Activating, type Written } from './written.ts';

const activating = checkedQuery(endpoints.createGuard);

@Controller()
export class GuardsController {
  private readonly peers: Peers;
  private readonly messaging: Messaging;
  private readonly sync: AccessSync;

  constructor(peers: Peers, messaging: Messaging, sync: AccessSync) {
    this.peers = peers;
    this.messaging = messaging;
    this.sync = sync;
  }

  @Route('createGuard')
  async create(@Body(checkedBody(endpoints.createGuard)) draft: GuardDraft, @Query(activating) query: Activating, @Req() request: Request, @Res({ passthrough: true }) reply: Reply): Promise<Guard> {
    return this.changed(await this.peers.ask(CreateGuard, { actor: keyOf(request).actor, draft }), { query, reply });
  }

  @Route('listGuards')
  list(@Query(checkedQuery(endpoints.listGuards)) query: Paging, @Req() request: Request): Promise<unknown> {
    return this.peers.ask(ListGuards, { actor: keyOf(request).actor, ...pageOf(query) });
  }

  @Route('getGuard')
  async get(@Query(checkedQuery(endpoints.getGuard)) _query: object, @Req() request: Request, @Res({ passthrough: true }) reply: Reply): Promise<Guard> {
    const guard = await this.peers.ask(GetGuard, about(request));
    tagged(reply, `"${guard.policy_version}"`);
    return guard;
  }

  @Route('patchGuard')
  async patch(@Body(checkedBody(endpoints.patchGuard)) patch: GuardPatch, @Query(activating) query: Activating, @Req() request: Request, @Res({ passthrough: true }) reply: Reply): Promise<Guard> {
    return this.changed(await this.peers.ask(UpdateGuard, { ...writing(request), patch }), { query, reply });
  }

  @Route('deleteGuard')
  async delete(@Query(activating) query: Activating, @Req() request: Request, @Res({ passthrough: true }) reply: Reply): Promise<Guard> {
    return this.changed(await this.peers.ask(DeleteGuard, writing(request)), { query, reply });
  }

  /** What this gateway has answered, it also goes by; other gateways hear of it. */
  private async changed(outcome: Written<Guard>, { query, reply }: Readonly<{ query: Activating; reply: Reply }>): Promise<Guard> {
    await this.sync.refresh();
    return written(outcome, { reply, query, messaging: this.messaging });
  }
}
