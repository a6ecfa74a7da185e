import { EvaluateToolCalls, maxBatchCalls, type EvaluateCall, type GuardAccess, type ToolCallResult } from '@holdpoint/contracts';
import { PeerFailed, PeerRefused, PeerUnavailable, unsampledTraceparent, type Messaging } from '@holdpoint/messaging';
import { monotonicMs, newId, type Logger } from '@holdpoint/runtime';
import type { GatewayMetrics } from '../health/gateway-metrics.ts';
import { Problem } from '../http/problem.ts';
import { inBatchSpan, spanOfCaller } from './batch-span.ts';
import { Batcher } from './batcher.ts';
import { unjudged } from './unjudged.ts';

export type JudgeOptions = Readonly<{
  messaging: Pick<Messaging, 'requestParts' | 'maxPayload'>;
  /** Evaluators that can answer now. */
  liveEvaluators: () => number;
  metrics: Pick<GatewayMetrics, 'batch' | 'batchDone' | 'decision' | 'notJudged'>;
  log: Logger;
}>;

/** One call on its way: sent at most twice under the same request id, settled once. */
type Pending = {
  readonly call: EvaluateCall;
  readonly guard: GuardAccess;
  readonly bytes: number;
  readonly queuedAtMs: number;
  readonly caller: ReturnType<typeof spanOfCaller>;
  readonly settle: (result: ToolCallResult) => void;
  mayHaveBegun: boolean;
};

type AttemptEnd = 'answered' | 'no_responders' | 'failed';

const firstAttemptMs = 900;
const totalMs = 5_000;
/** After a quick failure: time for another evaluator, or a connection, to be there. */
const pauseMs = { no_responders: 50, failed: 250, answered: 50 } as const;
const maxQueueMs = 4_000;
/** Above this, or for several calls, the size on the wire is measured instead of bounded. */
const boundedBytes = 8_192;

/** Has calls judged by an evaluator, in batches; what nobody judges is answered by the guard's failure mode. */
export class Judge {
  private readonly options: JudgeOptions;
  private readonly batcher: Batcher<Pending>;

  constructor(options: JudgeOptions) {
    this.options = options;
    this.batcher = new Batcher<Pending>({
      slots: () => Math.max(2, 2 * options.liveEvaluators()),
      maxCalls: maxBatchCalls,
      maxBytes: () => this.maxBytes,
      maxWaitMs: maxQueueMs,
      nowMs: monotonicMs,
      endOfTurn: (act) => void setImmediate(act),
      send: (batch, free) => void this.sendBatch(batch, free),
      // INVARIANT: a queue that did not move is doubt too, hence not for the failure mode.
      expired: (calls) => calls.forEach((pending) => this.giveUp({ ...pending, mayHaveBegun: true })),
    });
  }

  get queued(): number {
    return this.batcher.queued;
  }

  private get maxBytes(): number {
    return Math.floor(this.options.messaging.maxPayload * 0.9);
  }

  /** One result per call, in order. `sentBytes` is the size of the request they came in. Throws `Problem` (413) for a call too large to travel. */
  judge(calls: readonly EvaluateCall[], { guard, sentBytes }: Readonly<{ guard: GuardAccess; sentBytes: number }>): Promise<ToolCallResult[]> {
    const queuedAtMs = monotonicMs();
    const caller = spanOfCaller();
    const sizes = calls.map((call) => (calls.length === 1 && sentBytes <= boundedBytes ? boundOf(sentBytes) : wireBytes(call)));
    const tooLarge = sizes.findIndex((bytes) => bytes > this.maxBytes);
    if (tooLarge >= 0) throw new Problem({ status: 413, code: 'call_too_large', detail: `The call \`${calls[tooLarge]?.tool_call.id ?? ''}\` is too large to be judged.` });
    return new Promise((resolve) => {
      const results: ToolCallResult[] = [];
      let missing = calls.length;
      this.batcher.add(
        calls.map((call, index) => ({
          call,
          guard,
          bytes: sizes[index] ?? 0,
          queuedAtMs,
          caller,
          mayHaveBegun: false,
          settle: (result) => {
            this.options.metrics.decision(result.action, monotonicMs() - queuedAtMs);
            results[index] = result;
            missing -= 1;
            if (missing === 0) resolve(results);
          },
        })),
      );
    });
  }

  private sendBatch(batch: readonly Pending[], free: () => void): Promise<void> {
    const nowMs = monotonicMs();
    const waitedMs = nowMs - (batch[0]?.queuedAtMs ?? nowMs);
    this.options.metrics.batch({ calls: batch.length, waitedMs });
    return inBatchSpan(batch.map(({ caller }) => caller), waitedMs, () => this.judgeBatch(batch, free));
  }

  /** Never rejects: whatever goes wrong, every call of the batch is settled. */
  private async judgeBatch(batch: readonly Pending[], free: () => void): Promise<void> {
    const startedAtMs = monotonicMs();
    const open = new Set(batch);
    try {
      const end = await this.attempt(open, { timeoutMs: firstAttemptMs, free });
      free();
      if (open.size > 0) {
        const sinceStart = monotonicMs() - startedAtMs;
        if (sinceStart < firstAttemptMs) await new Promise((resolve) => setTimeout(resolve, pauseMs[end]));
        await this.attempt(open, { timeoutMs: totalMs - (monotonicMs() - startedAtMs), free });
      }
    } catch (error) {
      this.options.log.error({ err: error, calls: open.size }, 'a batch of calls failed');
      for (const pending of open) pending.mayHaveBegun = true;
    }
    free();
    for (const pending of open) this.giveUp(pending);
    this.options.metrics.batchDone(monotonicMs() - startedAtMs);
  }

  /** Asks once for all in `open`, settles what is answered and takes it out; the rest knows whether an evaluator may have begun on it. */
  private async attempt(open: Set<Pending>, { timeoutMs, free }: Readonly<{ timeoutMs: number; free: () => void }>): Promise<AttemptEnd> {
    const asked = [...open];
    const unheard = new Set(asked);
    const [first] = asked;
    const options = { timeoutMs, ...(first === undefined ? {} : { traceparent: unsampledTraceparent(first.call.trace_id) }) };
    let end: AttemptEnd = 'answered';
    try {
      for await (const { answers } of this.options.messaging.requestParts(EvaluateToolCalls, { calls: asked.map(({ call }) => call) }, options)) {
        for (const { index, result, not_judged } of answers) {
          const pending = asked[index];
          if (pending === undefined || !unheard.delete(pending)) continue;
          if (result !== undefined && result.tool_call_id === pending.call.tool_call.id) {
            open.delete(pending);
            pending.settle(result);
          } else if (not_judged !== 'no_policy_set') pending.mayHaveBegun = true;
        }
        // What is left is being parked: it holds its callers, not the slot.
        free();
      }
    } catch (error) {
      if (!(error instanceof PeerUnavailable || error instanceof PeerFailed || error instanceof PeerRefused)) throw error;
      end = error instanceof PeerUnavailable && error.reason === 'no_responders' ? 'no_responders' : 'failed';
      this.options.log.warn({ err: error, calls: asked.length, unanswered: unheard.size }, 'evaluator did not answer');
    }
    if (end !== 'no_responders') for (const pending of unheard) pending.mayHaveBegun = true;
    return end;
  }

  private giveUp({ call, guard, mayHaveBegun, settle }: Pending): void {
    const result = unjudged({
      callId: call.tool_call.id,
      approvalId: call.approval_id,
      mayHaveBegun,
      failureMode: guard.failure_mode,
      decisionId: newId('dec'),
      traceId: call.trace_id,
    });
    this.options.metrics.notJudged(mayHaveBegun ? 'could_not_judge' : 'engine_unavailable', result.metadata.failed_open === true);
    settle(result);
  }
}

/** JSON written anew is longer only where it holds numbers: `1e20` becomes 21 digits. */
const boundOf = (sentBytes: number): number => 6 * sentBytes + 1_024;
const wireBytes = (call: EvaluateCall): number => Buffer.byteLength(JSON.stringify(call)) + 1;
