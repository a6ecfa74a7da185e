import { DecisionRecord, inputProblems } from '@holdpoint/contracts';

/** A decision as the log keeps it; `record` is its JSON. */
export type DecisionRow = Readonly<{
  id: string;
  guard_id: string;
  session_id: string;
  tool_name: string;
  action: string;
  policy_id: string | null;
  end_user_id: string | null;
  agent_id: string | null;
  key_id: string;
  created_at: string;
  /** Of a call that came as an event; a column of `event_decisions`. */
  event_key: string | null;
  record: string;
}>;

/** The columns in the order of the insert. */
export const decisionColumns = ['id', 'guard_id', 'session_id', 'tool_name', 'action', 'policy_id', 'end_user_id', 'agent_id', 'key_id', 'created_at', 'record'] as const satisfies readonly (keyof DecisionRow)[];

const NUL_OR_LONE_SURROGATE = /[\0\p{Cs}]/u;
/** An index entry holds 2,700 bytes at most; identifiers have 256 characters. */
const maxColumnLength = 512;

/** One decision of a batch as a row, or why it can be none. The record is kept to the letter; in JSON text every character can be kept. */
export function readDecision(decision: unknown): Readonly<{ row: DecisionRow }> | Readonly<{ reason: string }> {
  const parsed = DecisionRecord.safeParse(decision);
  if (!parsed.success) {
    const problems = inputProblems(parsed.error.issues).slice(0, 10);
    return { reason: `not a decision: ${problems.map(({ path, message }) => `${path === '' ? '/' : path} ${message}`).join('; ')}` };
  }
  const { id, guard_id, session_id, tool_name, action, metadata, end_user_id = null, agent_id = null, key_id, created_at, event_key = null } = parsed.data;
  const columns = { id, guard_id, session_id, tool_name, action, policy_id: metadata.policy_id, end_user_id, agent_id, key_id, created_at, event_key };
  const flaw = flawOf(columns);
  return flaw === undefined ? { row: { ...columns, record: JSON.stringify(decision) } } : { reason: flaw };
}

function flawOf(columns: Readonly<Record<string, string | null>>): string | undefined {
  // One look at all of them together, for the many decisions without a flaw.
  const values = Object.values(columns);
  if (values.every((value) => value === null || value.length <= maxColumnLength) && !NUL_OR_LONE_SURROGATE.test(values.join(' '))) return undefined;
  for (const [name, value] of Object.entries(columns)) {
    if (value === null) continue;
    if (value.length > maxColumnLength) return `/${name} is longer than ${maxColumnLength} characters`;
    if (NUL_OR_LONE_SURROGATE.test(value)) return `/${name} holds NUL or half a surrogate pair`;
  }
  return undefined;
}
