import type { DecisionRecord, ListDecisions, LoggedDecision, ReviewRequest } from '@holdpoint/contracts';
import { idAt } from '@holdpoint/runtime';
import type { z } from 'zod';
import { isoMillis } from '../sql.ts';
import { decisionPrefix } from './partitions.ts';

export type DecisionQuery = z.output<typeof ListDecisions.request>;

/** A row of the log as it is read: the record to the letter, and its review, if there is one. */
export type LoggedRow = Readonly<{ record: string; reviewed_at: string | null; reviewed_by: string | null; review_verdict: string | null; review_comment: string | null }>;

const reviewColumns = ['reviewed_by', 'review_verdict', 'review_comment'] as const;
export const loggedColumns = `record, ${isoMillis('reviewed_at')} AS reviewed_at, ${reviewColumns.join(', ')}`;

/** Decisions of this action wait for a review: what the policies, or a guard's failure mode, let go with a warning. */
export const flaggedAction = 'warn';

const maxPageBytes = 4 * 1024 ** 2;
const latestTime = 2 ** 48 - 1;

export function loggedDecision({ record, reviewed_at, reviewed_by, review_verdict: verdict, review_comment: comment }: LoggedRow): LoggedDecision {
  const decision = JSON.parse(record) as DecisionRecord;
  return {
    ...decision,
    ...(decision.action === flaggedAction && { flagged: true as const }),
    ...(reviewed_at !== null && reviewed_by !== null && { review: { ...(verdict !== null && { verdict: verdict as NonNullable<ReviewRequest['verdict']> }), ...(comment !== null && { comment }), reviewed_by, reviewed_at } }),
  };
}

/** One page, newest first: at most `limit` rows and 4 MiB of records, the first one in any case. `more`: there are others after it. Null: no row can be asked for with such text. */
export function pageSql({ guard_id, from, to, action, tool, session_id, end_user_id, policy_id, flagged, reviewed, limit }: DecisionQuery, before: string | undefined): Readonly<{ sql: string; parameters: readonly unknown[] }> | null {
  const conditions = ['guard_id = $1'];
  const parameters: unknown[] = [guard_id];
  const where = (condition: string, value: string | undefined) => {
    if (value === undefined) return;
    parameters.push(value);
    conditions.push(`${condition} $${parameters.length}`);
  };
  where('id <', before);
  where('id >=', from === undefined ? undefined : firstIdAt(from));
  where('id <', to === undefined ? undefined : firstIdAt(to));
  where('action =', action);
  where('tool_name =', tool);
  where('session_id =', session_id);
  where('end_user_id =', end_user_id);
  where('policy_id =', policy_id);
  // Written out, not parameters: partial indexes are found by their very words.
  if (flagged !== undefined) conditions.push(`action ${flagged ? '=' : '<>'} '${flaggedAction}'`);
  if (reviewed !== undefined) conditions.push(reviewed ? 'reviewed_at IS NOT NULL' : `action = '${flaggedAction}' AND reviewed_at IS NULL`);
  if (parameters.some((value) => String(value).includes('\0'))) return null;
  parameters.push(limit, maxPageBytes);
  const [maxRows, maxBytes] = [`$${parameters.length - 1}`, `$${parameters.length}`];
  const sql = `SELECT id, ${loggedColumns}, found > place AS more
    FROM (
      SELECT *, row_number() OVER newer AS place, sum(octet_length(record)) OVER newer AS bytes, count(*) OVER () AS found
      FROM (SELECT id, record, reviewed_at, ${reviewColumns.join(', ')} FROM decisions WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ${maxRows} + 1) page
      WINDOW newer AS (ORDER BY id DESC)
    ) sized
    WHERE place = 1 OR (place <= ${maxRows} AND bytes <= ${maxBytes})
    ORDER BY id DESC`;
  return { sql, parameters };
}

/** The first id of that time or later; times are epoch milliseconds, any number. */
export const firstIdAt = (time: number): string => idAt(decisionPrefix, Math.min(Math.max(Math.ceil(time), 0), latestTime), 'low');
