import type { Actor, AppliedTemplate, PolicyTemplate, Reply } from '@holdpoint/contracts';
import { policyTemplates } from '@holdpoint/policy';
import { newId } from '@holdpoint/runtime';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { guardNotFound, lacksRole, maySee, refused } from '../refusal.ts';
import { rowsOf } from '../sql.ts';
import { applyTemplate, asDryRun } from './apply-template.ts';
import { changePolicies, type Change, type Held, previewChange, type Refused, type Writer, type Written } from './change-policies.ts';

type Application = Readonly<{ templateId: string; mode: 'replace' | 'append' }>;

@Injectable()
export class PolicyTemplatesRepository {
  constructor(private readonly db: DataSource) {}

  async list(actor: Actor, guardId: string): Promise<Reply<{ data: PolicyTemplate[] }>> {
    const denied = lacksRole(actor, 'admin', 'auditor');
    if (denied) return denied;
    const isThere = maySee(actor, guardId) && (await rowsOf(this.db, 'SELECT 1 FROM guards WHERE id = $1 AND deleted_at IS NULL', [guardId])).length > 0;
    return isThere ? { ok: { data: policyTemplates as unknown as PolicyTemplate[] } } : guardNotFound(guardId);
  }

  async apply(writer: Writer, application: Application): Promise<Reply<Written<AppliedTemplate>>> {
    return await changePolicies(this.db, writer, (held) => changeOf(held, application));
  }

  async preview(writer: Writer, application: Application): Promise<Reply<{ value: AppliedTemplate; etag: string }>> {
    return await previewChange(this.db, writer, (held) => {
      const change = changeOf(held, application);
      return 'refused' in change ? change : { ...change, answer: (data) => asDryRun(change.answer(data), held.policies) };
    });
  }
}

function changeOf(held: Held, { templateId, mode }: Application): Change<AppliedTemplate> | Refused {
  const template = policyTemplates.find(({ id }) => id === templateId);
  if (!template) return refused(404, 'template_not_found', `there is no template \`${templateId}\``);
  return applyTemplate(held, { template, mode, newId: () => newId('pol') });
}
