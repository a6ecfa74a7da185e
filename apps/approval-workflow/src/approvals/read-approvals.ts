import { statusAt } from '@holdpoint/approval';
import { ApprovalId, type Approval as ShownApproval, type ApprovalStatus, type GetApproval, type ListApprovals, type ReadApprovalStatuses, type Reply } from '@holdpoint/contracts';
import type { Logger } from '@holdpoint/runtime';
import type { z } from 'zod';
import type { ApprovalKey, Approvals, StoredApproval } from './approvals.repository.ts';
import { type Seal, SealBroken } from './seal.ts';
import { openCall } from './sealed-call.ts';
import { notFound } from './settle-approvals.ts';
import { shownApproval } from './shown-approval.ts';

type ListRequest = z.output<typeof ListApprovals.request>;
type Page = Readonly<{ data: ShownApproval[]; next_cursor: string | null }>;
type StatusesRequest = z.output<typeof ReadApprovalStatuses.request>;
type StatusesReply = z.output<typeof ReadApprovalStatuses.reply>;

const settledAtOnce = 500;

/** Shows approvals. INVARIANT: what time has settled is settled, and that committed, before it is shown. */
export class ReadApprovals {
  private readonly approvals: Approvals;
  private readonly seal: Seal;
  private readonly log: Logger;
  private readonly maxPageBytes: number;

  /** `maxPageBytes`: of sealed calls in one page, so that it fits a message. */
  constructor({ approvals, seal, log, maxPageBytes }: Readonly<{ approvals: Approvals; seal: Seal; log: Logger; maxPageBytes: number }>) {
    this.approvals = approvals;
    this.seal = seal;
    this.log = log;
    this.maxPageBytes = maxPageBytes;
  }

  async list({ guard_id, status, limit, cursor }: ListRequest): Promise<Reply<Page>> {
    if (cursor !== undefined && !ApprovalId.safeParse(cursor).success) {
      return { refused: { status: 400, code: 'invalid_input', detail: 'the cursor is not one of this list', errors: [{ path: '/cursor', message: 'must be a `next_cursor` of this list' }] } };
    }
    await this.settle({ guardId: guard_id });
    const { stored, more } = await this.approvals.page({ guardId: guard_id, status, before: cursor, limit, maxBytes: this.maxPageBytes });
    return { ok: { data: stored.flatMap((one) => this.shownIfWhole(one)), next_cursor: more ? (stored.at(-1)?.approval.approvalId ?? null) : null } };
  }

  async get({ guard_id, approval_id, asked_by }: z.output<typeof GetApproval.request>): Promise<Reply<ShownApproval>> {
    const key = { guardId: guard_id, approvalId: approval_id };
    const found = await this.approvals.find(key);
    if (found === null || (asked_by !== undefined && found.approval.keyId !== asked_by)) return notFound;
    const isOverdue = statusAt(found.approval, await this.approvals.now()) !== found.approval.status;
    if (isOverdue) await this.settle({ approvalIds: [approval_id] });
    const stored = isOverdue ? ((await this.approvals.find(key)) ?? found) : found;
    return { ok: shownApproval(stored.approval, openCall(this.seal, approval_id, stored.sealedCall), stored.outcome) };
  }

  async statuses({ approvals: asked }: StatusesRequest): Promise<StatusesReply> {
    const keys = asked.map(({ guard_id, approval_id }) => ({ guardId: guard_id, approvalId: approval_id }));
    const found = await this.approvals.statuses(keys);
    const now = found.some(({ deadline }) => deadline !== null) ? await this.approvals.now() : 0;
    const overdue = found.filter(({ deadline }) => deadline !== null && deadline <= now);
    if (overdue.length > 0) await this.settle({ approvalIds: overdue.map(({ approvalId }) => approvalId) });
    return { statuses: (overdue.length > 0 ? await this.approvals.statuses(keys) : found).map(statusLine) };
  }

  private async settle(which: Readonly<{ guardId?: string; approvalIds?: readonly string[] }>): Promise<void> {
    let settled: number;
    do settled = await this.approvals.settleOverdue({ ...which, limit: settledAtOnce, lockedRows: 'wait' });
    while (settled >= settledAtOnce);
  }

  /** One call that cannot be opened does not hide the others: it is left out, and reported. */
  private shownIfWhole({ approval, sealedCall, outcome }: StoredApproval): readonly ShownApproval[] {
    try {
      return [shownApproval(approval, openCall(this.seal, approval.approvalId, sealedCall), outcome)];
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      this.log.error({ err: error, approval: approval.approvalId, guard: approval.guardId }, 'a parked call cannot be shown');
      return [];
    }
  }
}

function statusLine({ guardId, approvalId, status }: ApprovalKey & { status: ApprovalStatus }): StatusesReply['statuses'][number] {
  return { guard_id: guardId, approval_id: approvalId, status };
}
