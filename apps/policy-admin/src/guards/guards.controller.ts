import { CreateGuard, DeleteGuard, GetGuard, ListGuards, UpdateGuard } from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { RevisionNews } from '../access/revision-news.ts';
import { GuardsRepository } from './guards.repository.ts';

@Controller()
export class GuardsController {
  constructor(
    private readonly guards: GuardsRepository,
    private readonly news: RevisionNews,
  ) {}

  @MessagePattern(CreateGuard.subject)
  async create(@Payload() { actor, draft }: z.output<typeof CreateGuard.request>): Promise<z.input<typeof CreateGuard.reply>> {
    return this.news.tell(await this.guards.create(actor, draft));
  }

  @MessagePattern(ListGuards.subject)
  list(@Payload() { actor, ...page }: z.output<typeof ListGuards.request>): Promise<z.input<typeof ListGuards.reply>> {
    return this.guards.list(actor, page);
  }

  @MessagePattern(GetGuard.subject)
  get(@Payload() { actor, guard_id }: z.output<typeof GetGuard.request>): Promise<z.input<typeof GetGuard.reply>> {
    return this.guards.get(actor, guard_id);
  }

  @MessagePattern(UpdateGuard.subject)
  async update(@Payload() { actor, guard_id, if_match, patch }: z.output<typeof UpdateGuard.request>): Promise<z.input<typeof UpdateGuard.reply>> {
    return this.news.tell(await this.guards.update({ actor, guardId: guard_id, ifMatch: if_match }, patch));
  }

  @MessagePattern(DeleteGuard.subject)
  async delete(@Payload() { actor, guard_id, if_match }: z.output<typeof DeleteGuard.request>): Promise<z.input<typeof DeleteGuard.reply>> {
    return this.news.tell(await this.guards.delete({ actor, guardId: guard_id, ifMatch: if_match }));
  }
}
