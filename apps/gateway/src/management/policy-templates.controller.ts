import { ApplyPolicyTemplate, endpoints, ListPolicyTemplates, PreviewPolicyTemplate, type AppliedTemplate, type TemplateApplication } from '@holdpoint/contracts';
import { Messaging } from '@holdpoint/messaging';
import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { Peers } from '../http/peers.ts';
import type { Reply, Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { about, writing } from './asked.ts';
import { tagged, written, type Activating } from './written.ts';

@Controller()
export class PolicyTemplatesController {
  private readonly peers: Peers;
  private readonly messaging: Messaging;

  constructor(peers: Peers, messaging: Messaging) {
    this.peers = peers;
    this.messaging = messaging;
  }

  @Route('listPolicyTemplates')
  list(@Query(checkedQuery(endpoints.listPolicyTemplates)) _query: object, @Req() request: Request): Promise<unknown> {
    return this.peers.ask(ListPolicyTemplates, about(request));
  }

  /** A dry run makes no version: nothing is waited for. */
  @Route('applyPolicyTemplate')
  async apply(
    @Param('templateId') templateId: string,
    @Body(checkedBody(endpoints.applyPolicyTemplate)) { mode, dry_run: isDryRun = false }: TemplateApplication,
    @Query(checkedQuery(endpoints.applyPolicyTemplate)) query: Activating,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<AppliedTemplate> {
    const asked = { ...writing(request), template_id: templateId, mode };
    if (!isDryRun) return written(await this.peers.ask(ApplyPolicyTemplate, asked), { reply, query, messaging: this.messaging });
    const { value, etag } = await this.peers.ask(PreviewPolicyTemplate, asked);
    tagged(reply, etag);
    return value;
  }
}
