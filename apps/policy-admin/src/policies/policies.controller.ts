import {
  type Actor,
  ApplyPolicyTemplate,
  CreatePolicy,
  DeletePolicy,
  DiffPolicyVersions,
  GetPolicy,
  GetPolicyVersion,
  type IfMatch,
  ListPolicies,
  ListPolicyTemplates,
  ListPolicyVersions,
  PreviewPolicyTemplate,
  ReorderPolicies,
  RestorePolicyVersion,
  UpdatePolicy,
} from '@holdpoint/contracts';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { RevisionNews } from '../access/revision-news.ts';
import type { Writer } from './change-policies.ts';
import { PoliciesRepository } from './policies.repository.ts';
import { PolicyTemplatesRepository } from './policy-templates.repository.ts';
import { PolicyVersionsRepository } from './policy-versions.repository.ts';

@Controller()
export class PoliciesController {
  constructor(
    private readonly policies: PoliciesRepository,
    private readonly versions: PolicyVersionsRepository,
    private readonly templates: PolicyTemplatesRepository,
    private readonly news: RevisionNews,
  ) {}

  @MessagePattern(CreatePolicy.subject)
  async create(@Payload() { draft, ...asked }: z.output<typeof CreatePolicy.request>): Promise<z.input<typeof CreatePolicy.reply>> {
    return this.news.tell(await this.policies.create(writerOf(asked), draft));
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
  async update(@Payload() { policy_id, patch, ...asked }: z.output<typeof UpdatePolicy.request>): Promise<z.input<typeof UpdatePolicy.reply>> {
    return this.news.tell(await this.policies.update(writerOf(asked), policy_id, patch));
  }

  @MessagePattern(DeletePolicy.subject)
  async delete(@Payload() { policy_id, ...asked }: z.output<typeof DeletePolicy.request>): Promise<z.input<typeof DeletePolicy.reply>> {
    return this.news.tell(await this.policies.delete(writerOf(asked), policy_id));
  }

  @MessagePattern(ReorderPolicies.subject)
  async reorder(@Payload() { policy_ids, ...asked }: z.output<typeof ReorderPolicies.request>): Promise<z.input<typeof ReorderPolicies.reply>> {
    return this.news.tell(await this.policies.reorder(writerOf(asked), policy_ids));
  }

  @MessagePattern(ListPolicyVersions.subject)
  listVersions(@Payload() { actor, guard_id, ...page }: z.output<typeof ListPolicyVersions.request>): Promise<z.input<typeof ListPolicyVersions.reply>> {
    return this.versions.list(actor, guard_id, page);
  }

  @MessagePattern(GetPolicyVersion.subject)
  getVersion(@Payload() { actor, guard_id, version }: z.output<typeof GetPolicyVersion.request>): Promise<z.input<typeof GetPolicyVersion.reply>> {
    return this.versions.get(actor, guard_id, version);
  }

  @MessagePattern(DiffPolicyVersions.subject)
  diffVersions(@Payload() { actor, guard_id, ...range }: z.output<typeof DiffPolicyVersions.request>): Promise<z.input<typeof DiffPolicyVersions.reply>> {
    return this.versions.diff(actor, guard_id, range);
  }

  @MessagePattern(RestorePolicyVersion.subject)
  async restoreVersion(@Payload() { version, ...asked }: z.output<typeof RestorePolicyVersion.request>): Promise<z.input<typeof RestorePolicyVersion.reply>> {
    return this.news.tell(await this.versions.restore(writerOf(asked), version));
  }

  @MessagePattern(ListPolicyTemplates.subject)
  listTemplates(@Payload() { actor, guard_id }: z.output<typeof ListPolicyTemplates.request>): Promise<z.input<typeof ListPolicyTemplates.reply>> {
    return this.templates.list(actor, guard_id);
  }

  @MessagePattern(PreviewPolicyTemplate.subject)
  previewTemplate(@Payload() { template_id, mode, ...asked }: z.output<typeof PreviewPolicyTemplate.request>): Promise<z.input<typeof PreviewPolicyTemplate.reply>> {
    return this.templates.preview(writerOf(asked), { templateId: template_id, mode });
  }

  @MessagePattern(ApplyPolicyTemplate.subject)
  async applyTemplate(@Payload() { template_id, mode, ...asked }: z.output<typeof ApplyPolicyTemplate.request>): Promise<z.input<typeof ApplyPolicyTemplate.reply>> {
    return this.news.tell(await this.templates.apply(writerOf(asked), { templateId: template_id, mode }));
  }
}

const writerOf = ({ actor, guard_id, if_match }: Readonly<{ actor: Actor; guard_id: string; if_match?: IfMatch | undefined }>): Writer => ({ actor, guardId: guard_id, ifMatch: if_match });
