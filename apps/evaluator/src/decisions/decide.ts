import {
  ClaimApprovals,
  DecisionsLogged,
  ReportVerdicts,
  type ClaimAnswer,
  type DecisionRecord,
  type EvaluateCall,
  type ToolCallResult,
} from '@holdpoint/contracts';
import { PublishUnconfirmed, unsampledTraceparent, type Messaging } from '@holdpoint/messaging';
import { monotonicMs, newId, type Logger } from '@holdpoint/runtime';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import type { Lease } from '../policies/lease.ts';
import type { PolicySets } from '../policies/policy-sets.ts';
import { claimOf, namedVerdictOf } from './approval-questions.ts';
import type { DecisionMetrics } from './decision-metrics.ts';
import { undecided } from './final-decisions.ts';
import { judge, notJudgeable, type JudgeInput } from './judge.ts';
import { afterLimits, approvalServiceUnavailable, decisionLogUnavailable, outcomeOfClaim, outcomeOfReport, outcomeOfVerdict, recordOf, resultOf, type Answer, type JudgedCall, type NotJudged, type Outcome } from './results.ts';

type Decided = Readonly<{
  judged: JudgedCall;
  result: ToolCallResult;
  /** Its record is a row of the releasing transaction already. */
  logged: boolean;
}>;
type Ready = Decided | NotJudged;

const logTimeoutMs = 2_000;
const approvalTimeoutMs = 3_000;
const finalDecisionsTimeoutMs = 2_000;
const limiterTimeoutMs = 1_500;
/** For so long one batch has the processor to itself, and until the call that it is at has been judged. */
const turnMs = 20;
/** Calls with so many bytes of arguments are judged, logged and answered together: small ones do not wait for what large ones take. */
const groupBytes = 128 * 1_024;
/** Kept back from the caller's deadline for the way of the answer. */
const answerReserveMs = 50;

type Numbered = Readonly<{ index: number; call: EvaluateCall }>;

/** Calls by what still has to be asked about them. */
type Sorted = Readonly<{
  notJudged: readonly NotJudged[];
  /** Answered by the policies alone, or by the lack of a parking place. */
  decided: readonly Ready[];
  /** Each holds a parking place. */
  asking: readonly JudgedCall[];
}>;
/** What has been judged, with what must be counted first. */
type Judged = Sorted & Readonly<{ limited: readonly JudgedCall[] }>;
/** Where `place` puts a call. */
type Places = Readonly<{ decided: Ready[]; asking: JudgedCall[] }>;

/**
 * Scan, evaluate, count, park, record, answer: the shell around the policy library.
 * INVARIANT: a call that came as an event (it has an `event_key`) is decided for good or not at all: while a part is down it is given back undecided.
 */
export class Decide {
  private parking = 0;
  /** The last event calls that had to ask learned nothing: one round at a time tries again, and no other waits for it. */
  private askedInVain = false;

  constructor(
    private readonly messaging: Pick<Messaging, 'maxPayload' | 'publish' | 'request'>,
    private readonly sets: Pick<PolicySets, 'get'>,
    private readonly lease: Pick<Lease, 'freshness' | 'mustBeAskedFor' | 'renew'>,
    private readonly limiter: Pick<RateLimiter, 'admit'>,
    private readonly metrics: Pick<DecisionMetrics, 'answered' | 'logWritten'>,
    private readonly log: Logger,
    private readonly parkingLimit: number,
  ) {}

  /**
   * Judges a batch and answers it in parts: what needs no person and meets no limit first, so that parking and counting never hold back their
   * neighbours, and small calls before large ones. Calls that nobody has judged when their time is over have no answer.
   * INVARIANT: a decision is in the log, acknowledged, before it is answered.
   */
  async *all(calls: readonly EvaluateCall[], remainingMs: () => number): AsyncGenerator<readonly Answer[]> {
    const receivedAt = monotonicMs();
    const atOnce: Numbered[] = [];
    const afterLook: Numbered[] = [];
    // One look first: before saying that a guard has no policies, for it may be younger than the last renewal, and before calling the held ones stale.
    const lookForAll = this.lease.mustBeAskedFor;
    for (const [index, call] of calls.entries()) (lookForAll || this.sets.get(call.guard_id) === undefined ? afterLook : atOnce).push({ index, call });

    const parts = this.answersTo(atOnce, { after: Promise.resolve(), remainingMs });
    if (afterLook.length > 0) parts.push(...this.answersTo(afterLook, { after: this.lease.renew(), remainingMs }));
    for await (const answers of asTheyComplete(parts)) {
      if (answers.length === 0) continue;
      const tookMs = monotonicMs() - receivedAt;
      this.metrics.answered(answers, tookMs);
      this.log.debug({ calls: calls.length, answers: answers.length, tookMs: Math.round(tookMs) }, 'answered');
      yield* inChunks(answers, bytesOf, this.messaging.maxPayload / 2);
    }
  }

  /** Judges group after group, and has each answered while the next is judged. */
  private answersTo(calls: readonly Numbered[], { after, remainingMs }: Readonly<{ after: Promise<unknown>; remainingMs: () => number }>): Promise<readonly Answer[]>[] {
    let before = after;
    return bySize(calls).flatMap((group, place) => {
      const sorted = (place === 0 ? before : before.then(turnForOthers)).then(() => this.sort(group, remainingMs));
      before = sorted;
      const counted = sorted.then(({ limited }) => this.counted(limited, remainingMs));
      return [sorted, counted].flatMap((them) => [them.then((some) => this.answerAtOnce(some)), them.then((some) => this.answerByApproval(some, remainingMs))]);
    });
  }

  /**
   * Judges each call by itself and gives parking places to those that must ask and meet no limit.
   * Scans of large calls take their time: in between others have a turn, the renewal of the lease among them.
   */
  private async sort(calls: readonly Numbered[], remainingMs: () => number): Promise<Judged> {
    let turnSince = monotonicMs();
    const notJudged: NotJudged[] = [];
    const decided: Ready[] = [];
    const asking: JudgedCall[] = [];
    const limited: JudgedCall[] = [];
    for (const [place, { index, call }] of calls.entries()) {
      if (monotonicMs() - turnSince > turnMs) {
        await turnForOthers();
        turnSince = monotonicMs();
      }
      // INVARIANT: no call is begun on past the deadline: whoever asked has given up, and may be asking again.
      if (remainingMs() <= 0) {
        this.log.warn({ calls: calls.length - place }, 'not judged: their time is over');
        break;
      }
      const judgement = this.judgeOne({ index, call, held: this.sets.get(call.guard_id), freshness: this.lease.freshness(), at: Date.now() });
      if ('not_judged' in judgement) notJudged.push(judgement);
      else if (judgement.limits.length > 0) limited.push(judgement);
      else this.place(judgement, { decided, asking });
    }
    return { notJudged, decided, asking, limited };
  }

  private place(judged: JudgedCall, { decided, asking }: Places): void {
    if (!asksApprovals(judged)) decided.push(decidedAs(judged, outcomeOfVerdict(judged)));
    // INVARIANT: parking has its own limit: a slow approval service fills it, not the evaluator.
    else if (this.parking >= this.parkingLimit || (judged.call.event_key !== undefined && this.askedInVain && this.parking > asking.length)) decided.push(decidedAs(judged, withoutApprovalService(judged)));
    else {
      this.parking += 1;
      asking.push(judged);
    }
  }

  /** INVARIANT: a call that nobody has counted is not let past its limits. */
  private async counted(limited: readonly JudgedCall[], remainingMs: () => number): Promise<Sorted> {
    const places: Places = { decided: [], asking: [] };
    // Some time is left for what comes after.
    const answers = limited.length === 0 ? [] : await this.limiter.admit(limited, Math.max(1, Math.min(limiterTimeoutMs, 0.75 * (remainingMs() - answerReserveMs))));
    for (const [index, one] of limited.entries()) this.place(afterLimits(one, answers[index] ?? 'unavailable'), places);
    return { notJudged: [], ...places };
  }

  /** INVARIANT: whatever one call does to the judge, its neighbours are judged. */
  private judgeOne(input: JudgeInput): JudgedCall | NotJudged {
    try {
      return judge(input);
    } catch (error) {
      const { guard_id, request_id, tool_call } = input.call;
      this.log.error({ err: error, guard_id, request_id, tool: tool_call.name }, 'a call could not be judged: it is blocked');
      return notJudgeable(input);
    }
  }

  private async answerAtOnce({ notJudged, decided }: Sorted): Promise<readonly Answer[]> {
    return [...notJudged, ...(await this.logged(decided))];
  }

  private async answerByApproval({ asking }: Sorted, remainingMs: () => number): Promise<readonly Answer[]> {
    if (asking.length === 0) return [];
    try {
      const { open, notDecided } = await undecided(asking, { messaging: this.messaging, log: this.log, timeoutMs: Math.max(1, Math.min(finalDecisionsTimeoutMs, remainingMs() / 2)) });
      const timeoutMs = Math.max(1, Math.min(approvalTimeoutMs, remainingMs() - answerReserveMs));
      const claims = open.filter((one) => one.verdict.action === 'require_approval');
      const named = open.filter((one) => one.verdict.action !== 'require_approval');
      const [claimed, reported] = await Promise.all([this.claim(claims, timeoutMs), this.report(named, timeoutMs)]);
      const answered = [...notDecided, ...claimed, ...reported];
      this.askedInVain = answered.every((one) => 'not_judged' in one && one.not_judged === 'part_unavailable');
      return await this.logged(answered);
    } finally {
      this.parking -= asking.length;
    }
  }

  /** Parks, releases or learns what became of calls that today's policies want a person for. */
  private async claim(judged: readonly JudgedCall[], timeoutMs: number): Promise<readonly Ready[]> {
    const chunks = inChunks(judged, (one) => (one.call.event_key === undefined ? 2 : 3) * (JSON.stringify(one.call).length + JSON.stringify(one.seen.threats).length), this.messaging.maxPayload / 4);
    const answered = await Promise.all(
      chunks.map(async (chunk): Promise<readonly Ready[]> => {
        try {
          const { answers } = await this.messaging.request(ClaimApprovals, { claims: chunk.map(claimOf) }, { timeoutMs, ...traceOf(chunk[0]?.call.trace_id) });
          return chunk.map((one, place) => byClaim(one, answers[place] ?? { state: 'failed' }));
        } catch (error) {
          this.log.warn({ err: error, calls: chunk.length }, 'approval service did not answer');
          return chunk.map((one) => byClaim(one, { state: 'failed' }));
        }
      }),
    );
    return answered.flat();
  }

  /**
   * Tells the approval service what policies say without a person about calls that name their approval.
   * INVARIANT: an `allow` of a named call is given only once its row can no longer be released as well.
   */
  private async report(judged: readonly JudgedCall[], timeoutMs: number): Promise<readonly Ready[]> {
    if (judged.length === 0) return [];
    try {
      const { answers } = await this.messaging.request(ReportVerdicts, { verdicts: judged.map(namedVerdictOf) }, { timeoutMs, ...traceOf(judged[0]?.call.trace_id) });
      return judged.map((one, place) => decidedAs(one, outcomeOfReport(one, answers[place] ?? 'failed')));
    } catch (error) {
      this.log.warn({ err: error, calls: judged.length }, 'approval service did not answer');
      return judged.map((one) => decidedAs(one, withoutApprovalService(one)));
    }
  }

  /** Writes decisions to the log and gives the answers that may be given. */
  private async logged(ready: readonly Ready[]): Promise<readonly Answer[]> {
    const heldBefore = this.lease.freshness().fresh;
    const unlogged = ready.flatMap((one) => ('judged' in one && !one.logged && (heldBefore || one.judged.stale) ? [recordOf(one.judged, one.result)] : []));
    const lost = unlogged.length === 0 ? none : await this.write(unlogged);
    // The lease may have run out while the log was written: another set may decide by now, so a fresh judgement no longer counts.
    const holds = heldBefore && this.lease.freshness().fresh;
    return ready.map((one): Answer => {
      if (!('judged' in one)) return one;
      const { judged, result, logged } = one;
      const { index, call, stale } = judged;
      const isLost = lost.has(result.metadata.decision_id);
      if (call.event_key !== undefined) {
        // The log is what answers an event: what stands there is decided, whatever becomes of the lease.
        if (isLost) return { index, not_judged: 'part_unavailable' };
        return logged || stale || heldBefore ? { index, result } : { index, not_judged: 'lease_lapsed' };
      }
      if (!holds && !stale) return { index, not_judged: 'lease_lapsed' };
      // An id of its own: without an acknowledgement the log may or may not hold the decision that this block stands in for.
      return { index, result: isLost ? resultOf(judged, { ...decisionLogUnavailable, decisionId: newId('dec') }) : result };
    });
  }

  /** The ids of the decisions that the log did not acknowledge. */
  private async write(records: readonly DecisionRecord[]): Promise<ReadonlySet<string>> {
    const sentAt = monotonicMs();
    try {
      await this.messaging.publish(DecisionsLogged, DecisionsLogged.subjects[0], { decisions: [...records] }, { timeoutMs: logTimeoutMs, ...traceOf(records[0]?.metadata.trace_id) });
      return none;
    } catch (error) {
      if (error instanceof PublishUnconfirmed && error.reason === 'too_large' && records.length > 1) {
        const half = Math.ceil(records.length / 2);
        const lost = await Promise.all([this.write(records.slice(0, half)), this.write(records.slice(half))]);
        return new Set(lost.flatMap((ids) => [...ids]));
      }
      this.log.error({ err: error, decisions: records.length }, 'decisions not logged: their calls are blocked');
      return new Set(records.map(({ id }) => id));
    } finally {
      this.metrics.logWritten(monotonicMs() - sentAt);
    }
  }
}

const none: ReadonlySet<string> = new Set();

/** The trace of a batch's first call goes along, for log lines: where it is recorded, its spans take its place. */
const traceOf = (traceId: string | undefined): { traceparent?: string } => (traceId === undefined ? {} : { traceparent: unsampledTraceparent(traceId) });

/** Whether the approval service has a say: a person is wanted, or the call names an approval that must learn the verdict. */
const asksApprovals = ({ verdict, call, standIn }: JudgedCall): boolean => {
  if (standIn && call.event_key !== undefined) return false;
  return verdict.action === 'require_approval' || (call.approval_id !== undefined && verdict.code !== 'could_not_judge' && verdict.code !== 'rate_limiter_unavailable');
};

function decidedAs(judged: JudgedCall, outcome: Outcome, logged = false): Ready {
  if (judged.call.event_key !== undefined && isProvisional(judged, outcome)) return { index: judged.index, not_judged: 'part_unavailable' };
  return { judged, result: resultOf(judged, outcome), logged };
}

/**
 * A person cannot be asked, the call cannot be counted, the policies are too old to count, or newer ones than those held want the named approval itself.
 * Over its limit, a call that a person has decided on waits for room.
 */
function isProvisional({ standIn, call }: JudgedCall, { action, code, approvalId }: Outcome): boolean {
  if (standIn || code === 'approval_service_unavailable' || code === 'rate_limiter_unavailable') return true;
  return call.approval_id !== undefined && (code === 'rate_limit_exceeded' || (action === 'require_approval' && approvalId === call.approval_id));
}

/** A person cannot be asked; a `block` needs none. */
const withoutApprovalService = (judged: JudgedCall): Outcome => (judged.verdict.action === 'require_approval' ? approvalServiceUnavailable : outcomeOfReport(judged, 'failed'));

/** INVARIANT: a claim that failed may have released the call under the decision id that it carried; the block that is answered has an id of its own. */
const byClaim = (judged: JudgedCall, answer: ClaimAnswer): Ready =>
  decidedAs(judged, { ...outcomeOfClaim(judged, answer), ...(answer.state === 'failed' ? { decisionId: newId('dec') } : {}) }, answer.state === 'released');

const turnForOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** In groups of about `groupBytes`, the smallest first. */
function bySize(calls: readonly Numbered[]): readonly (readonly Numbered[])[] {
  if (calls.length < 2) return calls.length === 0 ? [] : [calls];
  const sized = calls.map((numbered) => ({ numbered, bytes: JSON.stringify(numbered.call.tool_call.arguments).length }));
  return inChunks(sized.toSorted((a, b) => a.bytes - b.bytes), ({ bytes }) => bytes, groupBytes).map((group) => group.map(({ numbered }) => numbered));
}

/** What an answer takes in a message: threats and cleaned arguments can make it as large as its call. */
function bytesOf({ result }: Answer): number {
  if (result === undefined) return 256;
  return result.threats.length === 0 ? 1_024 + 3 * result.message.length : Buffer.byteLength(JSON.stringify(result));
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

/** The values in the order they come. INVARIANT: one that fails holds back no other; its error is thrown after the last. */
async function* asTheyComplete<T>(promises: readonly Promise<T>[]): AsyncGenerator<T> {
  const open = new Map(
    promises.map((promise, place) => [
      place,
      promise.then(
        (value) => ({ place, value }),
        (error: unknown) => ({ place, error }),
      ),
    ]),
  );
  const errors: unknown[] = [];
  while (open.size > 0) {
    const first = await Promise.race(open.values());
    open.delete(first.place);
    if ('value' in first) yield first.value;
    else errors.push(first.error);
  }
  if (errors.length > 0) throw errors[0];
}
