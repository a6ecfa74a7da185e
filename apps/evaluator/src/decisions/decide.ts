import {
  ClaimApprovals,
  DecisionsLogged,
  ReportVerdicts,
  type ApprovalClaim,
  type ClaimAnswer,
  type DecisionRecord,
  type EvaluateAnswer,
  type EvaluateCall,
  type NamedVerdict,
  type ToolCallResult,
} from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import type { Lease } from '../policies/lease.ts';
import type { PolicySets } from '../policies/policy-sets.ts';
import type { DecisionMetrics } from './decision-metrics.ts';
import { judge, type NotJudged } from './judge.ts';
import { approvalServiceUnavailable, decisionLogUnavailable, outcomeOfClaim, outcomeOfReport, outcomeOfVerdict, recordOf, releaseOutcome, resultOf, type JudgedCall, type Outcome } from './results.ts';

type Decided = Readonly<{
  judged: JudgedCall;
  result: ToolCallResult;
  /** Its record is a row of the releasing transaction already. */
  logged: boolean;
}>;

const logTimeoutMs = 2_000;
const approvalTimeoutMs = 3_000;
/** Kept back from the caller's deadline for the way of the answer. */
const answerReserveMs = 50;
const defaultTimeoutMinutes = 60;

/** Scan, evaluate, park, record, answer: the shell around the policy library. */
export class Decide {
  private parking = 0;

  constructor(
    private readonly messaging: Messaging,
    private readonly sets: PolicySets,
    private readonly lease: Lease,
    private readonly metrics: DecisionMetrics,
    private readonly log: Logger,
    private readonly parkingLimit: number,
  ) {}

  /**
   * Judges a batch and answers it in parts: what needs no person first, so that parking never holds back its neighbours.
   * INVARIANT: a decision is in the log, acknowledged, before it is answered.
   */
  async *all(calls: readonly EvaluateCall[], remainingMs: () => number): AsyncGenerator<readonly EvaluateAnswer[]> {
    const receivedAt = monotonicMs();
    await this.fetchUnknownGuards(calls);
    const freshness = this.lease.freshness();
    const at = Date.now();
    const judgements = calls.map((call, index) => judge({ index, call, held: this.sets.get(call.guard_id), freshness, at }));
    const notJudged = judgements.filter((judgement): judgement is NotJudged => 'not_judged' in judgement);
    const judged = judgements.filter((judgement): judgement is JudgedCall => !('not_judged' in judgement));
    const settled = judged.filter((one) => !asksApprovals(one));
    const asking = judged.filter(asksApprovals);

    const parts: Promise<readonly EvaluateAnswer[]>[] = [];
    if (notJudged.length > 0 || settled.length > 0) parts.push(this.answerByPolicy(settled).then((answers) => [...notJudged, ...answers]));
    if (asking.length > 0) parts.push(this.answerByApproval(asking, remainingMs));
    for await (const answers of asTheyComplete(parts)) {
      this.metrics.answered(answers, monotonicMs() - receivedAt);
      yield answers;
    }
  }

  /** A guard may be younger than the last renewal: one look before saying that it has no policies. */
  private async fetchUnknownGuards(calls: readonly EvaluateCall[]): Promise<void> {
    if (calls.some((call) => this.sets.get(call.guard_id) === undefined)) await this.lease.renew();
  }

  private async answerByPolicy(judged: readonly JudgedCall[]): Promise<readonly EvaluateAnswer[]> {
    return this.logged(judged.map((one) => ({ judged: one, result: resultOf(one, outcomeOfVerdict(one)), logged: false })));
  }

  private async answerByApproval(judged: readonly JudgedCall[], remainingMs: () => number): Promise<readonly EvaluateAnswer[]> {
    // INVARIANT: parking has its own limit: a slow approval service fills it, not the evaluator.
    if (this.parking + judged.length > this.parkingLimit) return this.logged(judged.map((one) => decided(one, approvalServiceUnavailable)));
    this.parking += judged.length;
    try {
      const timeoutMs = Math.max(1, Math.min(approvalTimeoutMs, remainingMs() - answerReserveMs));
      const claims = judged.filter((one) => one.verdict.action === 'require_approval');
      const named = judged.filter((one) => one.verdict.action !== 'require_approval');
      const [claimed, reported] = await Promise.all([this.claim(claims, timeoutMs), this.report(named, timeoutMs)]);
      return await this.logged([...claimed, ...reported]);
    } finally {
      this.parking -= judged.length;
    }
  }

  /** Parks, releases or learns what became of calls that today's policies want a person for. */
  private async claim(judged: readonly JudgedCall[], timeoutMs: number): Promise<readonly Decided[]> {
    const chunks = inChunks(judged, (one) => 2 * JSON.stringify(one.call).length, this.messaging.maxPayload / 4);
    const answered = await Promise.all(
      chunks.map(async (chunk): Promise<readonly Decided[]> => {
        try {
          const { answers } = await this.messaging.request(ClaimApprovals, { claims: chunk.map(claimOf) }, { timeoutMs });
          return chunk.map((one, place) => decidedByClaim(one, answers[place] ?? { state: 'failed' }));
        } catch (error) {
          this.log.warn({ err: error, calls: chunk.length }, 'approval service did not answer');
          return chunk.map((one) => decided(one, approvalServiceUnavailable));
        }
      }),
    );
    return answered.flat();
  }

  /**
   * Tells the approval service what policies say without a person about calls that name their approval.
   * INVARIANT: an `allow` of a named call is given only once its row can no longer be released as well.
   */
  private async report(judged: readonly JudgedCall[], timeoutMs: number): Promise<readonly Decided[]> {
    if (judged.length === 0) return [];
    try {
      const { answers } = await this.messaging.request(ReportVerdicts, { verdicts: judged.map(verdictOf) }, { timeoutMs });
      return judged.map((one, place) => decided(one, outcomeOfReport(one, answers[place] ?? 'failed')));
    } catch (error) {
      this.log.warn({ err: error, calls: judged.length }, 'approval service did not answer');
      return judged.map((one) => decided(one, outcomeOfReport(one, 'failed')));
    }
  }

  /** Writes decisions to the log and gives the answers that may be given. */
  private async logged(decisions: readonly Decided[]): Promise<readonly EvaluateAnswer[]> {
    const unlogged = decisions.filter((one) => !one.logged);
    const written = unlogged.length === 0 || (await this.write(unlogged.map((one) => recordOf(one.judged, one.result))));
    // The lease may have run out while the log was written: another set may decide by now, so a fresh judgement no longer counts.
    const holds = this.lease.freshness().fresh;
    return decisions.map(({ judged, result, logged }): EvaluateAnswer => {
      if (!holds && !judged.stale) return { index: judged.index, not_judged: 'lease_lapsed' };
      return { index: judged.index, result: logged || written ? result : resultOf(judged, decisionLogUnavailable) };
    });
  }

  private async write(records: readonly DecisionRecord[]): Promise<boolean> {
    const sentAt = monotonicMs();
    try {
      await this.messaging.publish(DecisionsLogged, DecisionsLogged.subjects[0], { decisions: [...records] }, { timeoutMs: logTimeoutMs });
      return true;
    } catch (error) {
      this.log.error({ err: error, decisions: records.length }, 'decisions not logged: their calls are blocked');
      return false;
    } finally {
      this.metrics.logWritten(monotonicMs() - sentAt);
    }
  }
}

/** Whether the approval service has a say: a person is wanted, or the call names an approval that must learn the verdict. */
const asksApprovals = ({ verdict, call }: JudgedCall): boolean => verdict.action === 'require_approval' || (call.approval_id !== undefined && verdict.code === undefined);

const decided = (judged: JudgedCall, outcome: Outcome): Decided => ({ judged, result: resultOf(judged, outcome), logged: false });

function decidedByClaim(judged: JudgedCall, answer: ClaimAnswer): Decided {
  return { judged, result: resultOf(judged, outcomeOfClaim(judged, answer)), logged: answer.state === 'released' };
}

function claimOf(judged: JudgedCall): ApprovalClaim {
  const { call, verdict, held, argumentsHash } = judged;
  return {
    request_id: call.request_id,
    guard_id: call.guard_id,
    key_id: call.key_id,
    owner_email: call.owner_email,
    session_id: call.session_id,
    end_user_id: call.end_user_id,
    agent_id: call.agent_id,
    context: call.context,
    tool_call: call.tool_call,
    arguments_hash: argumentsHash,
    policy_id: verdict.policy?.id ?? null,
    policy_version: held.source.version,
    quorum: verdict.policy?.approval_config?.quorum ?? 1,
    timeout_minutes: verdict.policy?.approval_config?.timeout_minutes ?? defaultTimeoutMinutes,
    release_minutes: held.source.release_minutes,
    replay_seconds: held.source.replay_seconds,
    release_record: recordOf(judged, resultOf(judged, releaseOutcome(judged, { state: 'released' }))),
  };
}

function verdictOf({ call, verdict, held, argumentsHash }: JudgedCall): NamedVerdict {
  return {
    approval_id: call.approval_id ?? '',
    guard_id: call.guard_id,
    key_id: call.key_id,
    session_id: call.session_id,
    end_user_id: call.end_user_id,
    agent_id: call.agent_id,
    call_id: call.tool_call.id,
    tool_name: call.tool_call.name,
    tool_type: call.tool_call.type,
    arguments_hash: argumentsHash,
    action: verdict.action === 'require_approval' ? 'block' : verdict.action,
    policy_id: verdict.policy?.id ?? null,
    policy_version: held.source.version,
  };
}

/** Consecutive groups whose sizes add up to at most `limit`; a larger item stands alone. */
function inChunks<T>(items: readonly T[], sizeOf: (item: T) => number, limit: number): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const itemSize = sizeOf(item);
    if (size + itemSize > limit) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(item);
    size += itemSize;
  }
  return chunks;
}

async function* asTheyComplete<T>(promises: readonly Promise<T>[]): AsyncGenerator<T> {
  const open = new Map(promises.map((promise, place) => [place, promise.then((value) => ({ place, value }))]));
  while (open.size > 0) {
    const { place, value } = await Promise.race(open.values());
    open.delete(place);
    yield value;
  }
}
