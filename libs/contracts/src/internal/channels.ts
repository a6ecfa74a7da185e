import { z } from 'zod';
import { Channel, ChannelDraft, ChannelPatch, ChannelWithSecret, Delivery, SecretRotation } from '../public/channel.ts';
import { Actor, askedByGateway, Page, pageOf } from './reply.ts';

const ask = askedByGateway('approval-workflow');

const committed = 'committed, with its audit row, before it is answered; no answer: outcome unknown';
const read = 'read';

const inGuard = { actor: Actor, guard_id: z.string() };
const channel = { ...inGuard, channel_id: z.string() };

export const CreateChannel = ask('create-channel', committed, z.object({ ...inGuard, draft: ChannelDraft }), ChannelWithSecret);
export const ListChannels = ask('list-channels', read, z.object({ ...inGuard, ...Page }), pageOf(Channel));
export const GetChannel = ask('get-channel', read, z.object(channel), Channel);
export const UpdateChannel = ask('update-channel', committed, z.object({ ...channel, patch: ChannelPatch }), Channel);
/** Its deliveries that are still to be made are cancelled. */
export const DeleteChannel = ask('delete-channel', committed, z.object(channel), Channel);
export const RotateChannelSecret = ask('rotate-channel-secret', committed, z.object({ ...channel, rotation: SecretRotation }), ChannelWithSecret);
/** One attempt, made while the asker waits. */
export const TestChannel = ask('test-channel', 'committed before and after the attempt; no answer: the deliveries of the channel tell', z.object(channel), Delivery);
export const ListDeliveries = ask('list-deliveries', read, z.object({ ...channel, ...Page }), pageOf(Delivery));
