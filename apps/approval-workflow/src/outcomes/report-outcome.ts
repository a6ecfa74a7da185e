import { type Approval, reportOutcome, statusAt } from '@holdpoint/approval';
import type { Outcome, OutcomeReport, Reply, ReportOutcome as Contract } from '@holdpoint/contracts';
import type { Metrics } from '@holdpoint/runtime';
import type { z } from 'zod';
import type { ShownOutcome } from '../approvals/approval.row.ts';
import type { Approvals, Judge, Once } from '../approvals/approvals.repository.ts';
import { isoTime } from '../approvals/shown-approval.ts';
import type { Outcomes, ReportKey } from './outcomes.repository.ts';

type Answer = Reply<Outcome>;

const tooEarly: Answer = { refused: { status: 409, code: 'not_released', detail: 'the call waits for a person or for its release: there is no outcome to report yet' } };

/** What became of a call, as its asker says: kept for every call, parked or not, and the end of a release's replay. The first report counts. */
export class ReportOutcome {
  private readonly approvals: Approvals;
  private readonly outcomes: Outcomes;
  private readonly counted;

  constructor({ approvals, outcomes, metrics }: Readonly<{ approvals: Approvals; outcomes: Outcomes; metrics: Metrics }>) {
    this.approvals = approvals;
    this.outcomes = outcomes;
    this.counted = metrics.counter('holdpoint_outcomes', { description: 'Outcome reports, repeats included, by status and by whether they were accepted' });
  }

  async report({ guard_id, key_id, report }: z.output<typeof Contract.request>): Promise<Answer> {
    const key: ReportKey = { guardId: guard_id, sessionId: report.session_id, callId: report.tool_call_id, keyId: key_id };
    const answer = (await this.onItsRow(key, report)) ?? (await this.withoutRow(key, report));
    this.counted.add(1, { status: report.status, result: 'ok' in answer ? 'accepted' : 'refused' });
    return answer;
  }

  /** Null when no row holds the call. INVARIANT: the outcome is committed with the end of the replay. */
  private async onItsRow(key: ReportKey, report: OutcomeReport): Promise<Answer | null> {
    let earlier: ShownOutcome | null = null;
    let reportedAt = 0;
    const judge: Judge<Answer> = ({ approval }, at) => {
      reportedAt = at;
      // Another key's call: what this one says is kept as its own word, and moves nothing.
      if (approval.keyId !== key.keyId) return { events: [], answer: () => accepted(report, earlier?.at ?? at) };
      const { events } = reportOutcome(approval, { by: { kind: 'key', keyId: key.keyId, roles: [] }, at });
      return { events, answer: () => (isOpen(approval, at) ? tooEarly : accepted(report, earlier?.at ?? at)) };
    };
    const once: Once<Answer> = {
      answered: async (tx) => {
        earlier = await this.outcomes.find(key, tx);
        return earlier === null || isSame(earlier, report) ? null : alreadyReported(earlier);
      },
      remember: async (tx, answer) => {
        if ('refused' in answer || earlier !== null) return;
        if (!(await this.outcomes.add(key, { ...report, at: reportedAt }, tx))) throw new Error(`two outcomes of call ${key.callId} came while it was parked`);
      },
    };
    return await this.approvals.decideAt(key, judge, once);
  }

  private async withoutRow(key: ReportKey, report: OutcomeReport): Promise<Answer> {
    const at = await this.outcomes.now();
    if (await this.outcomes.add(key, { ...report, at })) return accepted(report, at);
    const earlier = await this.outcomes.find(key);
    if (earlier === null) throw new Error(`the outcome of call ${key.callId} was taken away while another one came`);
    return isSame(earlier, report) ? accepted(report, earlier.at) : alreadyReported(earlier);
  }
}

function isOpen(approval: Approval, at: number): boolean {
  const status = statusAt(approval, at);
  return status === 'pending' || status === 'approved';
}

function isSame(earlier: ShownOutcome, { status, detail }: OutcomeReport): boolean {
  return earlier.status === status && earlier.detail === detail;
}

function accepted({ session_id, tool_call_id, status, detail }: OutcomeReport, at: number): Answer {
  return { ok: { session_id, tool_call_id, status, ...(detail === undefined ? {} : { detail }), reported_at: isoTime(at) } };
}

function alreadyReported({ status, at }: ShownOutcome): Answer {
  return { refused: { status: 409, code: 'outcome_already_reported', detail: `\`${status}\` was reported at ${isoTime(at)}, and the first report counts` } };
}
