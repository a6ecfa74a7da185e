import { Client } from 'pg';
import { readGrants, type Grants } from '../grants.ts';

export type ApprovalFact = Readonly<{
  approvalId: string;
  guard: string;
  session: string;
  callId: string;
  toolName: string;
  argumentsHash: string;
  policyVersion: number;
  status: string;
  releaseId: string | null;
  releaseDecisionId: string | null;
  /** Of a call that came as an event. */
  eventKey: string | null;
  /** Epoch milliseconds. */
  createdAt: number;
}>;
export type VoteFact = Readonly<{ approvalId: string; voter: string; choice: string }>;
export type AuditFact = Readonly<{ approvalId: string; event: string; at: number; detail: Readonly<Record<string, unknown>> }>;
export type DecisionFact = Readonly<{ id: string; guard: string; session: string; callId: string; toolName: string; action: string; code: string | null; approvalId: string | null; policyVersion: number | null; eventKey: string | null; createdAt: number }>;
export type PolicyFact = Readonly<{ id: string; tool_pattern: string; action: string; priority: number; created_at: string; rate_limit?: Readonly<{ max_requests: number; window_seconds: number }> }>;
export type PolicySetFact = Readonly<{ guard: string; version: number; revision: number; hash: string; defaultAction: string; failureMode: string; policies: readonly PolicyFact[] }>;

/** What Postgres holds once everything is quiet: the truth that the history is compared with. */
export type FinalState = Readonly<{
  approvals: readonly ApprovalFact[];
  votes: readonly VoteFact[];
  /** Of approvals, in the order of their insertion. */
  audit: readonly AuditFact[];
  decisions: readonly DecisionFact[];
  policySets: readonly PolicySetFact[];
  /** Of administration: revisions that have an audit row. */
  auditedRevisions: ReadonlySet<number>;
  /** Of all guards. */
  limits: Grants;
}>;

type Row = Readonly<Record<string, string | null>>;

/** `url` is the superuser's, of the database that the services use; what limits let past is recorded in it. */
export async function readFinalState(url: string, guards: readonly string[]): Promise<FinalState> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const rows = async (sql: string): Promise<readonly Row[]> => (await client.query<Row>(sql, [guards])).rows;
    return {
      approvals: (await rows('SELECT * FROM approval_workflow.approvals WHERE guard_id = ANY($1)')).map(approvalFact),
      votes: (await rows('SELECT v.* FROM approval_workflow.votes v JOIN approval_workflow.approvals USING (approval_id) WHERE guard_id = ANY($1)')).map((row) => ({
        approvalId: text(row, 'approval_id'),
        voter: text(row, 'voter'),
        choice: text(row, 'choice'),
      })),
      audit: (await rows('SELECT approval_id, event, at, detail FROM approval_workflow.audit WHERE guard_id = ANY($1) ORDER BY id')).map((row) => ({
        approvalId: text(row, 'approval_id'),
        event: text(row, 'event'),
        at: Number(row['at']),
        detail: JSON.parse(text(row, 'detail')) as Record<string, unknown>,
      })),
      decisions: (await rows('SELECT id, guard_id, session_id, record FROM decision_log.decisions WHERE guard_id = ANY($1)')).map(decisionFact),
      policySets: (await rows('SELECT guard_id, version, revision, hash, body FROM policy_admin.policy_sets WHERE guard_id = ANY($1) ORDER BY guard_id, version')).map(policySetFact),
      auditedRevisions: new Set((await rows('SELECT revision FROM policy_admin.audit WHERE guard_id = ANY($1)')).map((row) => Number(row['revision']))),
      limits: await readGrants(client),
    };
  } finally {
    await client.end();
  }
}

function approvalFact(row: Row): ApprovalFact {
  return {
    approvalId: text(row, 'approval_id'),
    guard: text(row, 'guard_id'),
    session: text(row, 'session_id'),
    callId: text(row, 'call_id'),
    toolName: text(row, 'tool_name'),
    argumentsHash: text(row, 'arguments_hash'),
    policyVersion: Number(row['policy_version']),
    status: text(row, 'status'),
    releaseId: row['release_id'] ?? null,
    releaseDecisionId: row['release_decision_id'] ?? null,
    eventKey: row['event_key'] ?? null,
    createdAt: Number(row['created_at']),
  };
}

function decisionFact(row: Row): DecisionFact {
  const record = JSON.parse(text(row, 'record')) as { tool_call_id: string; tool_name: string; action: string; code?: string; approval_id?: string; event_key?: string; created_at: string; metadata: { policy_version: number | null } };
  return {
    id: text(row, 'id'),
    guard: text(row, 'guard_id'),
    session: text(row, 'session_id'),
    callId: record.tool_call_id,
    toolName: record.tool_name,
    action: record.action,
    code: record.code ?? null,
    approvalId: record.approval_id ?? null,
    policyVersion: record.metadata.policy_version,
    eventKey: record.event_key ?? null,
    createdAt: Date.parse(record.created_at),
  };
}

function policySetFact(row: Row): PolicySetFact {
  const body = JSON.parse(text(row, 'body')) as { default_action: string; failure_mode: string; policies: readonly PolicyFact[] };
  return {
    guard: text(row, 'guard_id'),
    version: Number(row['version']),
    revision: Number(row['revision']),
    hash: text(row, 'hash'),
    defaultAction: body.default_action,
    failureMode: body.failure_mode,
    policies: body.policies,
  };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (value === null || value === undefined) throw new Error(`the column \`${column}\` holds nothing`);
  return value;
}
