import { CreateChannel, DeleteChannel, GetChannel, ListChannels, ListDeliveries, RotateChannelSecret, TestChannel, UpdateChannel } from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { ManageChannels } from './manage-channels.ts';
import { ReadDeliveries } from './read-deliveries.ts';

type Asked<C extends { request: z.ZodType }> = z.output<C['request']>;
type Answered<C extends { reply: z.ZodType }> = Promise<z.input<C['reply']>>;

@Controller()
export class ChannelsController {
  constructor(
    private readonly manage: ManageChannels,
    private readonly deliveries: ReadDeliveries,
  ) {}

  @MessagePattern(CreateChannel.subject)
  async create(@Payload() request: Asked<typeof CreateChannel>): Answered<typeof CreateChannel> {
    return await this.manage.create(request);
  }

  @MessagePattern(ListChannels.subject)
  async list(@Payload() request: Asked<typeof ListChannels>): Answered<typeof ListChannels> {
    return await this.manage.list(request);
  }

  @MessagePattern(GetChannel.subject)
  async get(@Payload() request: Asked<typeof GetChannel>): Answered<typeof GetChannel> {
    return await this.manage.get(request);
  }

  @MessagePattern(UpdateChannel.subject)
  async update(@Payload() request: Asked<typeof UpdateChannel>): Answered<typeof UpdateChannel> {
    return await this.manage.update(request);
  }

  @MessagePattern(DeleteChannel.subject)
  async delete(@Payload() request: Asked<typeof DeleteChannel>): Answered<typeof DeleteChannel> {
    return await this.manage.delete(request);
  }

  @MessagePattern(RotateChannelSecret.subject)
  async rotate(@Payload() request: Asked<typeof RotateChannelSecret>): Answered<typeof RotateChannelSecret> {
    return await this.manage.rotate(request);
  }

  /** A lane of its own: who waits for slow receivers holds back nobody. */
  @MessagePattern(TestChannel.subject, { concurrency: 4 })
  async test(@Payload() request: Asked<typeof TestChannel>): Answered<typeof TestChannel> {
    return await this.deliveries.test(request);
  }

  @MessagePattern(ListDeliveries.subject)
  async listDeliveries(@Payload() request: Asked<typeof ListDeliveries>): Answered<typeof ListDeliveries> {
    return await this.deliveries.list(request);
  }
}
