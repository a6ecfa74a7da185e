import {
  CreateChannel,
  DeleteChannel,
  endpoints,
  GetChannel,
  ListChannels,
  ListDeliveries,
  RotateChannelSecret,
  TestChannel,
  UpdateChannel,
  type Channel,
  type ChannelDraft,
  type ChannelPatch,
  type ChannelWithSecret,
  type Delivery,
  type SecretRotation,
} from '@holdpoint/contracts';
import { Body, Controller, Param, Query, Req } from '@nestjs/common';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { pageOf, type Paging } from '../http/paging.ts';
import { Peers } from '../http/peers.ts';
import { guardOf, keyOf, type Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';

/** An attempt takes up to fifteen seconds, and is written down before and after. */
const testedWithinMs = 20_000;

const nothing = checkedQuery(endpoints.getChannel);
const listing = checkedQuery(endpoints.listChannels);

@Controller()
export class ChannelsController {
  private readonly peers: Peers;

  constructor(peers: Peers) {
    this.peers = peers;
  }

  @Route('createChannel')
  create(@Body(checkedBody(endpoints.createChannel)) draft: ChannelDraft, @Query(nothing) _query: object, @Req() request: Request): Promise<ChannelWithSecret> {
    return this.peers.ask(CreateChannel, { ...about(request), draft });
  }

  @Route('listChannels')
  list(@Query(listing) query: Paging, @Req() request: Request): Promise<unknown> {
    return this.peers.ask(ListChannels, { ...about(request), ...pageOf(query) });
  }

  @Route('getChannel')
  get(@Param('channelId') channelId: string, @Query(nothing) _query: object, @Req() request: Request): Promise<Channel> {
    return this.peers.ask(GetChannel, { ...about(request), channel_id: channelId });
  }

  @Route('putChannel')
  put(@Param('channelId') channelId: string, @Body(checkedBody(endpoints.putChannel)) patch: ChannelPatch, @Query(nothing) _query: object, @Req() request: Request): Promise<Channel> {
    return this.peers.ask(UpdateChannel, { ...about(request), channel_id: channelId, patch });
  }

  @Route('deleteChannel')
  delete(@Param('channelId') channelId: string, @Query(nothing) _query: object, @Req() request: Request): Promise<Channel> {
    return this.peers.ask(DeleteChannel, { ...about(request), channel_id: channelId });
  }

  @Route('rotateChannelSecret')
  rotate(@Param('channelId') channelId: string, @Body(checkedBody(endpoints.rotateChannelSecret)) rotation: SecretRotation, @Query(nothing) _query: object, @Req() request: Request): Promise<ChannelWithSecret> {
    return this.peers.ask(RotateChannelSecret, { ...about(request), channel_id: channelId, rotation });
  }

  @Route('testChannel')
  test(@Param('channelId') channelId: string, @Body(checkedBody(endpoints.testChannel)) _body: object, @Query(nothing) _query: object, @Req() request: Request): Promise<Delivery> {
    return this.peers.ask(TestChannel, { ...about(request), channel_id: channelId }, { timeoutMs: testedWithinMs });
  }

  @Route('listDeliveries')
  deliveries(@Param('channelId') channelId: string, @Query(listing) query: Paging, @Req() request: Request): Promise<unknown> {
    return this.peers.ask(ListDeliveries, { ...about(request), channel_id: channelId, ...pageOf(query) });
  }
}

const about = (request: Request) => ({ actor: keyOf(request).actor, guard_id: guardOf(request).id });
