import type { DataSource, EntityManager } from 'typeorm';
import { rowsOf } from '../sql.ts';
import type { DecisionRow } from './decision-row.ts';

/** A decision of a call that came as an event. */
export type EventDecision = DecisionRow & Readonly<{ event_key: string }>;

export const isOfEvent = (row: DecisionRow): row is EventDecision => row.event_key !== null;

/** What ends an event call: everything but the question to people. */
const isFinal = ({ action }: DecisionRow): boolean => action !== 'require_approval';

/** Sorted, so that transactions that hold the same keys wait for each other and never in a circle. */
const claimSql = `
  INSERT INTO event_decisions (guard_id, event_key, final, decision_id, created_at)
  SELECT guard_id, event_key, final, decision_id, created_at
  FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[], $5::timestamptz[]) AS asked (guard_id, event_key, final, decision_id, created_at)
  WHERE final OR NOT EXISTS (SELECT 1 FROM event_decisions done WHERE done.guard_id = asked.guard_id AND done.event_key = asked.event_key AND done.final)
  ORDER BY guard_id, event_key, final, decision_id
  ON CONFLICT DO NOTHING`;

const winnersSql = `
  SELECT decision_id FROM event_decisions
  JOIN unnest($1::text[], $2::text[]) AS asked (guard_id, event_key) USING (guard_id, event_key)`;

/**
 * Gives each event call at most one final decision and, before it, one `require_approval`: the first that comes; later ones lose.
 * Expects a transaction, and the rows in order. Returns the ids of those that won, now or before.
 */
export async function claimEvents(tx: EntityManager, rows: readonly EventDecision[]): Promise<ReadonlySet<string>> {
  const open = withoutLateQuestions(rows);
  await rowsOf(tx, claimSql, [open.map((row) => row.guard_id), open.map((row) => row.event_key), open.map(isFinal), open.map((row) => row.id), open.map((row) => row.created_at)]);
  const winners = await rowsOf<{ decision_id: string }>(tx, winnersSql, [rows.map((row) => row.guard_id), rows.map((row) => row.event_key)]);
  return new Set(winners.map((row) => row.decision_id));
}

/** The rows but those that ask people about a call which a row before them has ended. */
function withoutLateQuestions(rows: readonly EventDecision[]): readonly EventDecision[] {
  const ended = new Set<string>();
  return rows.filter((row) => {
    const call = `${row.guard_id} ${row.event_key}`;
    if (isFinal(row)) ended.add(call);
    return isFinal(row) || !ended.has(call);
  });
}

/** The keys of those calls that have their final decision in Postgres. */
export async function finalEvents(db: DataSource, calls: readonly Readonly<{ guard_id: string; event_key: string }>[]): Promise<string[]> {
  const storable = calls.filter((call) => !`${call.guard_id}${call.event_key}`.includes('\0'));
  const rows = await rowsOf<{ event_key: string }>(
    db,
    `SELECT DISTINCT event_key FROM event_decisions JOIN unnest($1::text[], $2::text[]) AS asked (guard_id, event_key) USING (guard_id, event_key) WHERE final`,
    [storable.map((call) => call.guard_id), storable.map((call) => call.event_key)],
  );
  return rows.map((row) => row.event_key);
}
