import { endpoints, type ProviderToolsRequest, type ToolRequest, type ValidateRequest, type ValidateResponse } from '@holdpoint/contracts';
import { Body, Controller, Query, Req, Res } from '@nestjs/common';
import { clientGone } from '../holding/client-gone.ts';
import { ApprovalWaits } from '../holding/approval-waits.ts';
import { judgeHeld } from '../holding/hold.ts';
import { waitOf } from '../holding/wait-preference.ts';
import { checkedBody, checkedQuery } from '../http/input.ts';
import { guardOf, keyOf, type Reply, type Request } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { evaluateCalls, type Asker } from './asker.ts';
import { Judge } from './judge.ts';
import { fromProviders, type AskedCall } from './normalise.ts';
import { withStrictest } from './strictest.ts';

type Holding = Readonly<{ wait?: number | undefined }>;
const holding = checkedQuery(endpoints.validateToolCalls);

/** The three shapes of one question: may these tool calls run? */
@Controller()
export class CallsController {
  private readonly judge: Judge;
  private readonly waits: ApprovalWaits;

  constructor(judge: Judge, waits: ApprovalWaits) {
    this.judge = judge;
    this.waits = waits;
  }

  @Route('validateToolCalls')
  validate(
    @Body(checkedBody(endpoints.validateToolCalls)) body: ValidateRequest,
    @Query(holding) query: Holding,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ValidateResponse> {
    return this.answer(body, body.tool_calls, { query, request, reply });
  }

  @Route('validateProviderToolCalls')
  validateProvider(
    @Body(checkedBody(endpoints.validateProviderToolCalls)) body: ProviderToolsRequest,
    @Query(holding) query: Holding,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ValidateResponse> {
    return this.answer(body, fromProviders(body.tool_calls), { query, request, reply });
  }

  @Route('validateToolCall')
  validateOne(
    @Body(checkedBody(endpoints.validateToolCall)) body: ToolRequest,
    @Query(holding) query: Holding,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ValidateResponse> {
    return this.answer(body, [body.tool_call], { query, request, reply });
  }

  private async answer(asker: Asker, asked: readonly AskedCall[], { query, request, reply }: Readonly<{ query: Holding; request: Request; reply: Reply }>): Promise<ValidateResponse> {
    const guard = guardOf(request);
    const { traceId } = request.arrival.trace;
    const calls = evaluateCalls(asked, asker, { key: keyOf(request).access, guard, traceId });
    const sentBytes = (request.body as Buffer).length;
    const { seconds, applied } = waitOf(query.wait, request.headers.prefer);
    const ask = (them: typeof calls | readonly (typeof calls)[number][]) => this.judge.judge(them, { guard, sentBytes });
    const results = seconds === 0 ? await ask(calls) : await judgeHeld({ calls, waitMs: seconds * 1_000, gone: clientGone(reply), ask, waits: this.waits });
    if (applied !== undefined) void reply.header('Preference-Applied', applied);
    const answer = withStrictest(results);
    const { facts } = request.arrival;
    facts.calls = calls.length;
    facts.action = answer.action;
    if (answer.code !== undefined) facts.code = answer.code;
    return answer;
  }
}
