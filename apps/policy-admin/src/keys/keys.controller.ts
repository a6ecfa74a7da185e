import { CreateKey, ListKeys, RevokeKey } from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { RevisionNews } from '../access/revision-news.ts';
import { KeysRepository } from './keys.repository.ts';

@Controller()
export class KeysController {
  constructor(
    private readonly keys: KeysRepository,
    private readonly news: RevisionNews,
  ) {}

  @MessagePattern(CreateKey.subject)
  async create(@Payload() { actor, draft }: z.output<typeof CreateKey.request>): Promise<z.input<typeof CreateKey.reply>> {
    return this.news.tellOf(await this.keys.create(actor, draft));
  }

  @MessagePattern(ListKeys.subject)
  list(@Payload() { actor, ...page }: z.output<typeof ListKeys.request>): Promise<z.input<typeof ListKeys.reply>> {
    return this.keys.list(actor, page);
  }

  @MessagePattern(RevokeKey.subject)
  async revoke(@Payload() { actor, key_id }: z.output<typeof RevokeKey.request>): Promise<z.input<typeof RevokeKey.reply>> {
    return this.news.tellOf(await this.keys.revoke(actor, key_id));
  }
}
