import { ToolCallsSubmitted, type EvaluateCall, type SubmittedMessage } from '@holdpoint/contracts';
import type { Handled, Messaging, StreamConsumption, StreamMessage } from '@holdpoint/messaging';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import type { Decide } from '../decisions/decide.ts';
import type { Answer } from '../decisions/results.ts';
import type { Lease } from '../policies/lease.ts';
import type { EventMetrics } from './event-metrics.ts';
import { announceRefusal, guardGone } from './refusals.ts';
import { readSubmission, type RefusedSubmission } from './submitted-tool-call.ts';

type Message = StreamMessage<SubmittedMessage>;
/** A message with the call it holds. */
type Submitted = Readonly<{ message: Message; call: EvaluateCall }>;
/** A message whose sender is to learn that it is not judged. */
type Turned = Readonly<{ message: Message; refused: RefusedSubmission }>;

export type DecideEventsParts = Readonly<{
  messaging: Pick<Messaging, 'consume' | 'maxPayload' | 'publish'>;
  /** One of its own: its parking places are not those of calls that somebody waits for. */
  decide: Pick<Decide, 'all'>;
  lease: Pick<Lease, 'confirmedAt'>;
  metrics: Pick<EventMetrics, 'ended' | 'deadLetter' | 'lag'>;
  log: Logger;
}>;

/** Batches in work at the same time: while the calls of one are being parked, others go on. */
const loops = 4;
const maxBatch = 64;
/** Keeps the time short for which one batch has the processor, that of calls which somebody waits for included. */
const maxBatchBytes = 1024 ** 2;
const budgetMs = 10_000;
const sayEveryMs = 30_000;

/** Works off submitted tool calls: each is decided, parked or refused before its message is acknowledged, or its message comes again. */
export class DecideEvents {
  private saidAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: DecideEventsParts) {}

  start(): readonly StreamConsumption[] {
    const { messaging, metrics } = this.parts;
    const options = { maxBatch, maxWaitMs: 0, maxBatchBytes, onDeadLetter: () => metrics.deadLetter() };
    const consumptions = Array.from({ length: loops }, () => messaging.consume(ToolCallsSubmitted, options, (batch) => this.handle(batch)));
    metrics.lag(() => consumptions[0]?.lag() ?? Promise.resolve(0));
    return consumptions;
  }

  async handle(batch: readonly Message[]): Promise<Handled> {
    const receivedAt = monotonicMs();
    const submitted: Submitted[] = [];
    const turned: Turned[] = [];
    for (const message of batch) {
      const read = readSubmission(message.body, this.parts.messaging.maxPayload);
      if ('call' in read) submitted.push({ message, call: read.call });
      else turned.push({ message, refused: read.refused });
    }
    const answers = await this.decide(submitted, receivedAt);
    const later: Message[] = [];
    for (const [index, { message, call }] of submitted.entries()) {
      const answer = answers.get(index);
      if (answer?.result) this.parts.metrics.ended(answer.result.action === 'require_approval' ? 'parked' : 'decided');
      else if (answer?.not_judged === 'decided_before') this.parts.metrics.ended('decided');
      else if (answer?.not_judged === 'no_policy_set' && this.parts.lease.confirmedAt >= receivedAt) turned.push({ message, refused: { facts: guardGone, sessionId: call.session_id, toolCallId: call.tool_call.id } });
      else later.push(message);
    }
    const refused = await this.turnAway(turned, later);
    this.report(later);
    return { later, refused };
  }

  /** The answers by place. A call that has none comes again. */
  private async decide(submitted: readonly Submitted[], receivedAt: number): Promise<ReadonlyMap<number, Answer>> {
    const answers = new Map<number, Answer>();
    if (submitted.length === 0) return answers;
    const { decide, log } = this.parts;
    try {
      const calls = submitted.map(({ call }) => call);
      for await (const part of decide.all(calls, () => Math.max(0, budgetMs - (monotonicMs() - receivedAt)))) {
        for (const answer of part) answers.set(answer.index, answer);
      }
    } catch (error) {
      log.error({ err: error, calls: submitted.length, answered: answers.size }, 'submitted calls could not be decided, they come again');
    }
    return answers;
  }

  /** Tells the senders; a message whose refusal nobody can hear of yet comes again. */
  private async turnAway(turned: readonly Turned[], later: Message[]): Promise<NonNullable<Handled['refused']>> {
    const { messaging, log } = this.parts;
    const refused: { message: Message; reason: string }[] = [];
    await Promise.all(
      turned.map(async ({ message, refused: why }) => {
        try {
          await announceRefusal(messaging, message, why);
          refused.push({ message, reason: `${why.facts.code}: ${why.facts.detail}` });
          this.parts.metrics.ended('refused');
        } catch (error) {
          log.debug({ err: error, seq: message.seq }, 'refusal not published, the message comes again');
          later.push(message);
        }
      }),
    );
    return refused;
  }

  /** Counts what waits, and says so now and then rather than at every try. */
  private report(later: readonly Message[]): void {
    if (later.length > 0) this.parts.metrics.ended('later', later.length);
    const now = monotonicMs();
    if (later.length === 0 || now - this.saidAt < sayEveryMs) return;
    this.saidAt = now;
    this.parts.log.warn({ calls: later.length }, 'submitted calls wait for a part that is down');
  }
}
