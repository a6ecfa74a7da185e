import { CreatePolicy, DeletePolicy, GetPolicy, ListPolicies, ReorderPolicies, UpdatePolicy } from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { RevisionNews } from '../access/revision-news.ts';
import { PoliciesRepository } from './policies.repository.ts';

@Controller()
export class PoliciesController {
  constructor(
    private readonly policies: PoliciesRepository,
    private readonly news: RevisionNews,
  ) {}

  @MessagePattern(CreatePolicy.subject)
  async create(@Payload() { actor, guard_id, draft }: z.output<typeof CreatePolicy.request>): Promise<z.input<typeof CreatePolicy.reply>> {
    return this.news.tell(await this.policies.create(actor, guard_id, draft));
  }

  @MessagePattern(ListPolicies.subject)
  list(@Payload() { actor, guard_id, ...page }: z.output<typeof ListPolicies.request>): Promise<z.input<typeof ListPolicies.reply>> {
    return this.policies.list(actor, guard_id, page);
  }

  @MessagePattern(GetPolicy.subject)
  get(@Payload() { actor, guard_id, policy_id }: z.output<typeof GetPolicy.request>): Promise<z.input<typeof GetPolicy.reply>> {
    return this.policies.get(actor, guard_id, policy_id);
  }

  @MessagePattern(UpdatePolicy.subject)
  async update(@Payload() { actor, guard_id, policy_id, patch }: z.output<typeof UpdatePolicy.request>): Promise<z.input<typeof UpdatePolicy.reply>> {
    return this.news.tell(await this.policies.update(actor, guard_id, policy_id, patch));
  }

  @MessagePattern(DeletePolicy.subject)
  async delete(@Payload() { actor, guard_id, policy_id }: z.output<typeof DeletePolicy.request>): Promise<z.input<typeof DeletePolicy.reply>> {
    return this.news.tell(await this.policies.delete(actor, guard_id, policy_id));
  }

  @MessagePattern(ReorderPolicies.subject)
  async reorder(@Payload() { actor, guard_id, policy_ids }: z.output<typeof ReorderPolicies.request>): Promise<z.input<typeof ReorderPolicies.reply>> {
    return this.news.tell(await this.policies.reorder(actor, guard_id, policy_ids));
  }
}
