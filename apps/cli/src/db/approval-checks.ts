import { type Check, problemOf, type Reader } from './check.ts';

const minuteMs = 60_000;
/** What may be on its way between two places; past it something is stuck or was lost. */
const onItsWayMs = 10 * minuteMs;
const now = '(extract(epoch FROM clock_timestamp()) * 1000)';
const approvals = 'approval_workflow.approvals';

type Invariant = Readonly<{ name: string; note: string; noun: string; saying: (counted: string) => string; ids: string }>;

/** What the rows of approvals promise each other. `ids` selects those that break it. */
const invariants: readonly Invariant[] = [
  {
    name: 'one open approval per call',
    note: 'no call has two',
    noun: 'call',
    saying: (calls) => `${calls} with more than one approval that is neither stale nor superseded`,
    ids: `SELECT guard_id || '/' || session_id || '/' || call_id AS id FROM ${approvals} WHERE status NOT IN ('stale', 'superseded') GROUP BY guard_id, session_id, call_id HAVING count(*) > 1 ORDER BY 1`,
  },
  {
    name: 'approvals by enough people',
    note: 'every approved call has its quorum',
    noun: 'approval',
    saying: (rows) => `${rows} approved or released with fewer votes than the quorum`,
    ids: `SELECT approval_id AS id FROM ${approvals} a WHERE status IN ('approved', 'released')
      AND quorum > (SELECT count(DISTINCT coalesce(v.owner_email, v.voter)) FROM approval_workflow.votes v WHERE v.approval_id = a.approval_id AND v.choice = 'approve') ORDER BY 1`,
  },
  {
    name: 'approvals lapse',
    note: 'every approved call has its end',
    noun: 'approval',
    saying: (rows) => `${rows} approved without a time at which the approval lapses`,
    ids: `SELECT approval_id AS id FROM ${approvals} WHERE status = 'approved' AND lapses_at IS NULL ORDER BY 1`,
  },
  {
    name: 'audit of transitions',
    note: 'every transition has its entry',
    noun: 'approval',
    saying: (rows) => `${rows} without the audit entry of the state that it is in, or of one that it went through`,
    ids: `SELECT approval_id AS id FROM ${approvals} a,
        LATERAL (SELECT array_agg(event) AS events FROM approval_workflow.audit t WHERE t.approval_id = a.approval_id) trail
      WHERE NOT coalesce(events, '{}') @> (CASE status WHEN 'pending' THEN ARRAY['parked'] WHEN 'released' THEN ARRAY['parked', 'approved', 'released'] ELSE ARRAY['parked', status] END) ORDER BY 1`,
  },
  {
    name: 'one release per approval',
    note: 'none was released twice',
    noun: 'approval',
    saying: (rows) => `${rows} released more or less often than the audit trail says: exactly one entry for a released one, none for any other`,
    ids: `SELECT approval_id AS id FROM ${approvals} a
      WHERE (SELECT count(*) FROM approval_workflow.audit t WHERE t.approval_id = a.approval_id AND t.event = 'released') <> CASE status WHEN 'released' THEN 1 ELSE 0 END ORDER BY 1`,
  },
  {
    name: 'releases in the decision log',
    note: 'every release has its decision',
    noun: 'approval',
    saying: (rows) => `${rows} released more than ${onItsWayMs / minuteMs} minutes ago whose decision is neither in the decision log nor on its way (a loss of NATS's store does this)`,
    // Not missing: what a guard's retention has deleted, and, of an event call, a decision after the one that counts.
    ids: `SELECT approval_id AS id FROM ${approvals} a LEFT JOIN policy_admin.guards g ON g.id = a.guard_id
      WHERE a.status = 'released' AND a.released_at < ${now} - ${onItsWayMs} AND a.released_at > ${now} - coalesce(g.retention_days, 36500) * 86400000.0 + 3600000
        AND NOT EXISTS (SELECT 1 FROM decision_log.decisions d WHERE d.id = a.release_decision_id)
        AND NOT EXISTS (SELECT 1 FROM approval_workflow.outbox o WHERE o.msg_id = a.release_decision_id)
        AND NOT EXISTS (SELECT 1 FROM decision_log.event_decisions e WHERE e.guard_id = a.guard_id AND e.event_key = a.event_key AND e.final) ORDER BY 1`,
  },
  {
    name: 'overdue approvals',
    note: 'none is left',
    noun: 'approval',
    saying: (rows) => `${rows} past the deadline for more than ${onItsWayMs / minuteMs} minutes and not settled: is approval-workflow running?`,
    ids: `SELECT approval_id AS id FROM ${approvals} WHERE (status = 'pending' AND expires_at < ${now} - ${onItsWayMs}) OR (status = 'approved' AND lapses_at < ${now} - ${onItsWayMs}) ORDER BY 1`,
  },
  {
    name: 'event calls finished',
    note: 'none is left behind',
    noun: 'event call',
    saying: (calls) => `${calls} settled more than ${onItsWayMs / minuteMs} minutes ago and not finished: are approval-workflow and an evaluator running, and does their log say what keeps them?`,
    ids: `SELECT approval_id AS id FROM ${approvals} WHERE event_key IS NOT NULL AND finished_at IS NULL AND status NOT IN ('pending', 'stale') AND settled_at < ${now} - ${onItsWayMs} ORDER BY 1`,
  },
];

export const approvalChecks: readonly Check[] = [
  ...invariants.map(({ name, note, noun, saying, ids }) => ({ name, look: async (db: Reader) => ({ problems: problemOf(await idsOf(db, ids), noun, saying), note }) })),
  {
    name: 'outbox',
    look: async (db) => {
      const [row] = await db.rows<{ waiting: number; oldest: number }>(
        `SELECT count(*)::int AS waiting, coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest FROM approval_workflow.outbox`,
      );
      const { waiting, oldest } = row ?? { waiting: 0, oldest: 0 };
      const late = oldest * 1_000 > onItsWayMs;
      return {
        problems: late ? [`${waiting} message${waiting === 1 ? '' : 's'} of approval_workflow.outbox not sent, the oldest for ${Math.round(oldest / 60)} minutes: is approval-workflow running, and does it reach NATS?`] : [],
        note: waiting === 0 ? 'empty' : `${waiting} waiting, the oldest for ${Math.round(oldest)} s`,
      };
    },
  },
];

async function idsOf(db: Reader, sql: string): Promise<readonly string[]> {
  return (await db.rows<{ id: string }>(sql)).map(({ id }) => id);
}
