import { CancelApproval, endpoints, GetApproval, ListApprovals, VoteOnApproval, type Approval, type ApprovalStatus, type ApproveRequest, type SettleRequest } from '@holdpoint/contracts';
import { monotonicMs } from '@holdpoint/runtime';
import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import type { z } from 'zod';
import { ApprovalWaits } from '../holding/approval-waits.ts';
import { clientGone } from '../holding/client-gone.ts';
import { waitOf } from '../holding/wait-preference.ts';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { pageOf, type Paging } from '../http/paging.ts';
import { Peers } from '../http/peers.ts';
import { guardOf, keyOf, type Reply, type Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';

type Approve = z.output<typeof ApproveRequest>;
type Settle = z.output<typeof SettleRequest>;

const nothing = checkedQuery(endpoints.approveApproval);

@Controller()
export class ApprovalsController {
  private readonly peers: Peers;
  private readonly waits: ApprovalWaits;

  constructor(peers: Peers, waits: ApprovalWaits) {
    this.peers = peers;
    this.waits = waits;
  }

  @Route('listApprovals')
  list(@Query(checkedQuery(endpoints.listApprovals)) query: Paging & Readonly<{ status?: ApprovalStatus | undefined }>, @Req() request: Request): Promise<unknown> {
    const { status } = query;
    return this.peers.ask(ListApprovals, { guard_id: guardOf(request).id, ...(status === undefined ? {} : { status }), ...pageOf(query) });
  }

  @Route('getApproval')
  async get(
    @Param('approvalId') approvalId: string,
    @Query(checkedQuery(endpoints.getApproval)) query: Readonly<{ wait?: number | undefined }>,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Approval> {
    const name = { guard_id: guardOf(request).id, approval_id: approvalId };
    const { id, roles } = keyOf(request).access;
    const seesAll = roles.includes('approver') || roles.includes('admin');
    const read = () => this.peers.ask(GetApproval, { ...name, ...(seesAll ? {} : { asked_by: id }) });
    const { seconds, applied } = waitOf(query.wait, request.headers.prefer);
    if (applied !== undefined) void reply.header('Preference-Applied', applied);
    const until = monotonicMs() + seconds * 1_000;
    const gone = clientGone(reply);
    for (;;) {
      const since = this.waits.now();
      const approval = await read();
      const leftMs = until - monotonicMs();
      if (approval.status !== 'pending' || leftMs <= 0) return approval;
      if ((await this.waits.wait([name], { since, timeoutMs: leftMs, gone })) !== 'settled') return approval;
    }
  }

  @Route('approveApproval')
  approve(@Param('approvalId') approvalId: string, @Body(checkedBody(endpoints.approveApproval)) vote: Approve, @Query(nothing) _query: object, @Req() request: Request): Promise<Approval> {
    return this.peers.ask(VoteOnApproval, { ...about(request, approvalId), choice: 'approve', ...given(vote) });
  }

  @Route('rejectApproval')
  reject(@Param('approvalId') approvalId: string, @Body(checkedBody(endpoints.rejectApproval)) vote: Settle, @Query(nothing) _query: object, @Req() request: Request): Promise<Approval> {
    return this.peers.ask(VoteOnApproval, { ...about(request, approvalId), choice: 'reject', ...given(vote) });
  }

  @Route('cancelApproval')
  cancel(@Param('approvalId') approvalId: string, @Body(checkedBody(endpoints.cancelApproval)) vote: Settle, @Query(nothing) _query: object, @Req() request: Request): Promise<Approval> {
    return this.peers.ask(CancelApproval, { ...about(request, approvalId), ...given(vote) });
  }
}

const about = (request: Request, approvalId: string) => ({ actor: keyOf(request).actor, guard_id: guardOf(request).id, approval_id: approvalId });

const given = ({ comment, arguments_hash }: Approve) => ({ ...(comment === undefined ? {} : { comment }), ...(arguments_hash === undefined ? {} : { arguments_hash }) });
