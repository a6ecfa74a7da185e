import { DeadLetters, DecisionsLogged, guardSubjects, PublicEvents } from '@holdpoint/contracts';
import type { Messaging, Outgoing, StreamConsumption, StreamMessage } from '@holdpoint/messaging';
import { type Logger, type Metrics, monotonicMs } from '@holdpoint/runtime';
import type { z } from 'zod';
import { readDecision, type DecisionRow } from './decision-row.ts';
import type { DecisionsRepository } from './decisions.repository.ts';

type Batch = readonly StreamMessage<z.output<typeof DecisionsLogged.body>>[];
type DeadLetter = Readonly<{ message: Batch[number]; index: number; decision: unknown; reason: string }>;

const maxMessages = 500;
/** A batch is collected for this long at most: what a person waits for a decision to show up in the log. */
const collectMs = 100;
const maxBatchBytes = 8 * 1024 ** 2;
/** Rows of one statement, at most. */
const maxRows = 2_000;
const deadLetterTimeoutMs = 5_000;
const eventsTimeoutMs = 10_000;
/** Events that are on their way at a time: the stream's queue of unwritten messages has an end. */
const maxEventsInFlight = 1_000;
const maxEventBytesInFlight = 8 * 1024 ** 2;
const deadLetterLabels = { stream: DecisionsLogged.stream };
/** What a dead letter or an event needs beside the decision, at most. */
const letterOverheadBytes = 8_192;

/**
 * Works off the stream of decisions: one transaction a pulled batch, then `decision.made` for each that is the log's, then the acknowledgement.
 * One unreadable decision never takes its batch along.
 */
export class LogDecisions {
  private readonly inserted;
  private readonly deadLettered;
  private readonly duration;

  constructor(
    private readonly parts: Readonly<{ messaging: Messaging; decisions: DecisionsRepository; log: Logger; metrics: Metrics }>,
  ) {
    const { metrics } = parts;
    this.inserted = metrics.counter('holdpoint_decision_log_rows', { description: 'decisions written to Postgres, repeats included' });
    this.deadLettered = metrics.counter('holdpoint_dead_letters', { description: 'messages put aside for a person, by stream' });
    this.duration = metrics.histogram('holdpoint_decision_log_insert_seconds', [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5], { description: 'one batch: read, insert, commit' });
  }

  start(): StreamConsumption {
    const onDeadLetter = () => this.deadLettered.add(1, deadLetterLabels);
    const consumption = this.parts.messaging.consume(DecisionsLogged, { maxBatch: maxMessages, maxWaitMs: collectMs, maxBatchBytes, onDeadLetter }, (batch) => this.log(batch));
    this.parts.metrics.gauge('holdpoint_decision_log_lag', () => consumption.lag(), { description: 'messages not acknowledged yet: what a loss of NATS would lose' });
    this.parts.metrics.gauge('holdpoint_decision_log_lag_seconds', () => consumption.lagSeconds(), { description: 'age of the oldest of them that this replica knows', unit: 's' });
    this.parts.metrics.gauge('holdpoint_decision_log_default_rows', () => this.parts.decisions.defaultRows(), { description: 'decisions in the default partition, up to 10,000' });
    return consumption;
  }

  /** Resolves when every decision of the batch is a committed row that the world has heard of, or a dead letter; otherwise rejects, and the batch comes again. */
  async log(batch: Batch): Promise<void> {
    const startedAt = monotonicMs();
    const origins = new Map<DecisionRow, Omit<DeadLetter, 'reason'>>();
    const dead: DeadLetter[] = [];
    for (const message of batch) {
      for (const [index, decision] of message.body.decisions.entries()) {
        const read = readDecision(decision);
        if ('row' in read) origins.set(read.row, { message, index, decision });
        else dead.push({ message, index, decision, reason: read.reason });
      }
    }
    // INVARIANT: always in the order of ids, so that replicas with the same decisions in hand wait for each other and never in a circle.
    const rows = [...origins.keys()].sort((a, b) => (a.id < b.id ? -1 : 1));
    let kept = 0;
    for (let at = 0; at < rows.length; at += maxRows) {
      const inserted = await this.parts.decisions.insert(rows.slice(at, at + maxRows));
      for (const { row, reason } of inserted.refused) {
        const origin = origins.get(row);
        if (origin) dead.push({ ...origin, reason });
      }
      // INVARIANT: after the commit, and before the batch is acknowledged: no event without its row, no row without its event.
      await this.announce(inserted.kept);
      kept += inserted.kept.length;
    }
    for (const letter of dead) await this.bury(letter);
    this.inserted.add(kept);
    this.duration.record((monotonicMs() - startedAt) / 1_000);
  }

  private async announce(rows: readonly DecisionRow[]): Promise<void> {
    const { messaging } = this.parts;
    let together: Outgoing[] = [];
    let bytes = 0;
    for (const row of rows) {
      const text = this.eventTextOf(row);
      if (together.length >= maxEventsInFlight || (together.length > 0 && bytes + text.length > maxEventBytesInFlight)) {
        await messaging.publishAll(PublicEvents, together, { timeoutMs: eventsTimeoutMs });
        [together, bytes] = [[], 0];
      }
      together.push({ subject: guardSubjects.decisionMade(row.guard_id), text, msgId: row.id });
      bytes += text.length;
    }
    await messaging.publishAll(PublicEvents, together, { timeoutMs: eventsTimeoutMs });
  }

  /** The record itself; without its arguments where the two together are larger than a message may be. */
  private eventTextOf({ record }: DecisionRow): string {
    const room = this.parts.messaging.maxPayload - letterOverheadBytes;
    if (record.length * 3 <= room || Buffer.byteLength(record) <= room) return record;
    return JSON.stringify({ ...(JSON.parse(record) as object), arguments: undefined });
  }

  /** The letter's id names the decision's place in the stream: a batch that comes again buries it once. */
  private async bury({ message, index, decision, reason }: DeadLetter): Promise<void> {
    const { messaging, log } = this.parts;
    const { stream } = DecisionsLogged;
    const text = JSON.stringify(decision);
    const fits = Buffer.byteLength(text) + letterOverheadBytes <= messaging.maxPayload;
    const body = fits ? { reason, body: decision } : { reason: `${reason} (too large to be kept whole)`, body: text.slice(0, letterOverheadBytes) };
    const letter = { stream, seq: message.seq, subject: message.subject, ...body, encoding: 'json' as const, at: new Date().toISOString() };
    await messaging.publish(DeadLetters, `hp.dead.v1.${stream}`, letter, { timeoutMs: deadLetterTimeoutMs, msgId: `${stream}.${message.seq}.${message.storedAt}.${index}` });
    this.deadLettered.add(1, deadLetterLabels);
    log.error({ stream, seq: message.seq, index, reason }, 'decision moved to the dead letters');
  }
}
