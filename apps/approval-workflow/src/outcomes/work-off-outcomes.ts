import { inputProblems, type InputProblem, OutcomeReport, OutcomesReported, parseStrictJson, type ReportedMessage } from '@holdpoint/contracts';
import type { Handled, Messaging, StreamConsumption, StreamMessage } from '@holdpoint/messaging';
import type { Logger, Metrics } from '@holdpoint/runtime';
import { inParallel } from '../approvals/in-parallel.ts';
import type { ReportOutcome } from './report-outcome.ts';

type Message = StreamMessage<ReportedMessage>;
export type ReadReport = Readonly<{ report: OutcomeReport }> | Readonly<{ problems: readonly InputProblem[] }>;

const maxMessages = 100;
const reportsAtOnce = 4;

/** Works off the outcomes that agents published. Nobody waits for an answer: a report that is refused is logged, one that cannot be read is a dead letter. */
export class WorkOffOutcomes {
  private readonly parts: Readonly<{ messaging: Messaging; reports: ReportOutcome; log: Logger; metrics: Metrics }>;

  constructor(parts: Readonly<{ messaging: Messaging; reports: ReportOutcome; log: Logger; metrics: Metrics }>) {
    this.parts = parts;
  }

  start(): StreamConsumption {
    const { messaging, metrics } = this.parts;
    const deadLetters = metrics.counter('holdpoint_dead_letters', { description: 'messages put aside for a person, by stream' });
    const onDeadLetter = () => deadLetters.add(1, { stream: OutcomesReported.stream });
    return messaging.consume(OutcomesReported, { maxBatch: maxMessages, maxWaitMs: 0, onDeadLetter }, (batch) => this.workOff(batch));
  }

  /** Rejects when a report could not be written: those that could are answered the same when the batch comes again. */
  private async workOff(batch: readonly Message[]): Promise<Handled> {
    const refused: { message: Message; reason: string }[] = [];
    await inParallel(batch, reportsAtOnce, async (message) => {
      const read = readReport(message.body);
      if ('problems' in read) refused.push({ message, reason: read.problems.map(({ path, message: wanted }) => (path === '' ? wanted : `${path}: ${wanted}`)).join('; ') });
      else await this.report(message.body, read.report);
    });
    return { refused };
  }

  private async report({ guard_id, key_id }: ReportedMessage, report: OutcomeReport): Promise<void> {
    const answer = await this.parts.reports.report({ guard_id, key_id, report });
    if ('refused' in answer) this.parts.log.info({ guard: guard_id, key: key_id, code: answer.refused.code }, 'an outcome was not accepted');
  }
}

/** The bytes that a key sent, strictly. */
export function readReport({ text }: Pick<ReportedMessage, 'text'>): ReadReport {
  if (text === undefined) return { problems: [{ path: '', message: 'the message is not UTF-8' }] };
  const parsed = parseStrictJson(text);
  if (!parsed.ok) return { problems: [parsed.problem] };
  const checked = OutcomeReport.safeParse(parsed.value);
  return checked.success ? { report: checked.data } : { problems: inputProblems(checked.error.issues) };
}
