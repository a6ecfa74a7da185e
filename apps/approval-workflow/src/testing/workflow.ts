import type { Actor, ApprovalClaim, ClaimAnswer } from '@holdpoint/contracts';
import { migrate, openDatabase, OutboxRow } from '@holdpoint/persistence';
import { createLogger, Metrics, newId } from '@holdpoint/runtime';
import { Approvals, type Change } from '../approvals/approvals.repository.ts';
import { ClaimApprovals } from '../approvals/claim-approvals.ts';
import { writeNews } from '../approvals/public-news.ts';
import { ReadApprovals } from '../approvals/read-approvals.ts';
import { ReportVerdicts } from '../approvals/report-verdicts.ts';
import { Seal } from '../approvals/seal.ts';
import { SettleApprovals } from '../approvals/settle-approvals.ts';
import { EventCalls } from '../event-calls/event-calls.repository.ts';
import { migrations, schema } from '../migrations/migrations.ts';
import { Outcomes } from '../outcomes/outcomes.repository.ts';
import { ReportOutcome } from '../outcomes/report-outcome.ts';

export const guard = 'default';
export const log = createLogger({ service: 'test', level: 'silent' });
export const seal = new Seal(Buffer.alloc(32, 5));
export const bob: Actor = { key_id: 'bob', owner_email: 'bob@example.com', roles: ['approver', 'admin'], guards: '*' };
const password = 'test-password';

export async function migrated(adminUrl: string): Promise<void> {
  await migrate({ adminUrl, database: new URL(adminUrl).pathname.slice(1), services: [{ service: schema, password, migrations }], log });
}

export type Workflow = Awaited<ReturnType<typeof openWorkflow>>;

/** One replica without its messages, on connections of its own. */
export async function openWorkflow(database: Readonly<{ url: string }>, onCommitted: (changes: readonly Change[]) => void = () => undefined) {
  const url = new URL(database.url);
  url.username = schema;
  url.password = password;
  const db = await openDatabase({ url: url.href, schema, applicationName: 'test', entities: [OutboxRow], poolSize: 8, log });
  const metrics = new Metrics({ service: 'approval-workflow' });
  const approvals = new Approvals({ db, alongside: [writeNews], onCommitted });
  const claims = new ClaimApprovals({ approvals, seal, log });
  const settle = new SettleApprovals({ approvals, seal });
  const read = new ReadApprovals({ approvals, seal, log, maxPageBytes: 2_000_000 });
  const query = async <T>(statement: string, values: unknown[] = []): Promise<T[]> => await db.query<T[]>(statement, values);
  const claimOne = async (asked: ApprovalClaim): Promise<ClaimAnswer> => {
    const [answer] = await claims.all([asked]);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  return {
    db,
    metrics,
    approvals,
    claims,
    eventCalls: new EventCalls(db),
    verdicts: new ReportVerdicts({ approvals, log }),
    outcomes: new ReportOutcome({ approvals, outcomes: new Outcomes(db), metrics }),
    claim: claimOne,
    /** Parks the call; its approval's id. */
    park: async (asked: ApprovalClaim): Promise<string> => {
      const { state, approval_id } = await claimOne(asked);
      if (state !== 'pending' || approval_id === undefined) throw new Error(`the call is ${state}`);
      return approval_id;
    },
    votes: (approval_id: string, choice: 'approve' | 'reject') => settle.vote({ guard_id: guard, approval_id, actor: bob, choice }),
    cancels: (approval_id: string) => settle.cancel({ guard_id: guard, approval_id, actor: bob }),
    shown: async (approval_id: string) => {
      const reply = await read.get({ guard_id: guard, approval_id });
      if ('refused' in reply) throw new Error(reply.refused.detail);
      return reply.ok;
    },
    audit: async (approvalId: string) => (await query<{ event: string }>('SELECT event FROM audit WHERE approval_id = $1 ORDER BY id', [approvalId])).map(({ event }) => event),
    /** Everything about this approval happened so much earlier. */
    timePasses: async (approvalId: string, ms: number) => {
      const times = ['created_at', 'expires_at', 'settled_at', 'approved_at', 'lapses_at', 'released_at', 'replay_until'].map((column) => `${column} = ${column} - ${ms}`);
      await query(`UPDATE approvals SET ${times.join(', ')} WHERE approval_id = $1`, [approvalId]);
    },
    query,
    close: async () => {
      await db.destroy();
      await metrics.close();
    },
  };
}

export function claim(change: Partial<ApprovalClaim> = {}): ApprovalClaim {
  const asked: Omit<ApprovalClaim, 'release_record'> = {
    request_id: newId('req'),
    guard_id: guard,
    key_id: 'agent-key',
    session_id: 'session',
    tool_call: { id: newId('call'), name: 'pay', type: 'function', arguments: { amount: 10 } },
    arguments_hash: 'a'.repeat(64),
    policy_id: 'pol_1',
    policy_version: 7,
    quorum: 1,
    timeout_minutes: 60,
    release_minutes: 60,
    replay_seconds: 60,
    ...change,
  };
  return { ...asked, release_record: recordOf(asked) };
}

/** As another request of the same caller. */
export function again(asked: ApprovalClaim, change: Partial<ApprovalClaim> = {}): ApprovalClaim {
  return claim({ ...asked, request_id: newId('req'), ...change });
}

function recordOf({ tool_call, guard_id, session_id, key_id, request_id, arguments_hash, event_key }: Omit<ApprovalClaim, 'release_record'>): ApprovalClaim['release_record'] {
  const id = newId('dec');
  return {
    id,
    guard_id,
    session_id,
    key_id,
    request_id,
    arguments_hash,
    ...(event_key === undefined ? {} : { event_key }),
    tool_name: tool_call.name,
    tool_call_id: tool_call.id,
    action: 'allow',
    risk_score: 0,
    threats: [],
    threats_detected: [],
    policy_matched: 'Approve payments',
    message: 'approved',
    metadata: { decision_id: id, scanner: 'none', policy_id: 'pol_1', policy_version: 7, trace_id: 'trace', replayed: false },
    created_at: '2026-01-01T00:00:00.000Z',
  };
}
