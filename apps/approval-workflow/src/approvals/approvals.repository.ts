import type { Approval, ApprovalEvent, ApprovalParked, ApprovalStatus } from '@holdpoint/approval';
import { evolve, settleOverdue } from '@holdpoint/approval';
import type { Findings } from '@holdpoint/contracts';
import { databaseNow, OutboxRow } from '@holdpoint/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { type ApprovalRow, actorText, approvalOf, movingColumns, movingValues, type Origin, originOf, outcomeOf, parkedColumns, parkedValues, type ShownOutcome, type VoteRow } from './approval.row.ts';

/** Where a call stands: at most one open row holds it. */
export type Place = Readonly<{ guardId: string; sessionId: string; callId: string }>;
export type ApprovalKey = Readonly<{ guardId: string; approvalId: string }>;
/** `messages`: committed with the row, if it becomes one. */
export type Parking = Readonly<{ event: ApprovalParked; origin: Origin; sealedCall: Buffer; findings?: Findings | undefined; messages: readonly OutboxMessage[] }>;
/** `unfinished`: it came as an event, and its final decision is still to come. `outcome`: only where the approval was read to be shown. */
export type StoredApproval = Readonly<{ approval: Approval; origin: Origin; unfinished: boolean; sealedCall: Buffer; outcome?: ShownOutcome | undefined }>;
export type OutboxMessage = Pick<OutboxRow, 'topic' | 'subject' | 'msgId' | 'body'>;

/** What is to be committed, and what is to be answered once it is. */
export type Judgement<T> = Readonly<{
  events: readonly ApprovalEvent[];
  /** Parked anew in the place of a row that becomes stale. */
  parking?: Parking | undefined;
  messages?: readonly OutboxMessage[];
  /** Of an asker that came as an event and now relies on this row to be finished. */
  finishFor?: Origin | undefined;
  answer: (after: Approval) => T;
}>;
export type Judge<T> = (stored: StoredApproval, at: number) => Judgement<T>;

/** The approval as it stands after what happened to it. `findings`: only of a call that is parked by it. */
export type Change = Readonly<{ approval: Approval; events: readonly ApprovalEvent[]; messages: readonly OutboxMessage[]; origin: Origin; sealedCall: Buffer; findings?: Findings | undefined }>;

/** Commits with what it is told of, or nothing does: called in every transaction that changes approvals, when their rows are written. */
export type Alongside = (tx: EntityManager, changes: readonly Change[]) => Promise<void>;

/** For a move that is asked for by name: asked again, it is answered as before, and nothing moves. Both run in the move's transaction, the row locked. */
export type Once<T> = Readonly<{ answered: (tx: EntityManager) => Promise<T | null>; remember: (tx: EntityManager, answer: T) => Promise<void> }>;

type Overdue = Readonly<{ guardId?: string; approvalIds?: readonly string[]; limit: number; lockedRows: 'wait' | 'skip' }>;

const columnNames = Object.keys(parkedColumns);
const parkedTypes = Object.values(parkedColumns).map((type, at) => `$${at + 1}::${type}[]`);

/** What a policy set that is older than the one that let the call go must not park again. */
const releasedByNewerPolicies = `
  SELECT 1 FROM approvals done
  WHERE done.guard_id = asked.guard_id AND done.session_id = asked.session_id AND done.call_id = asked.call_id
    AND done.status = 'superseded' AND done.verdict_policy_version > asked.policy_version`;

// Sorted, so that two statements that park the same calls wait for each other in one direction only.
const parkStatement = `
  WITH parked AS (
    INSERT INTO approvals (${columnNames.join(', ')})
    SELECT ${columnNames.join(', ')} FROM unnest(${parkedTypes.join(', ')}) AS asked (${columnNames.join(', ')})
    WHERE NOT EXISTS (${releasedByNewerPolicies})
    ORDER BY guard_id, session_id, call_id
    ON CONFLICT (guard_id, session_id, call_id) WHERE status NOT IN ('stale', 'superseded') DO NOTHING
    RETURNING approval_id, guard_id, created_at, key_id, policy_id, policy_version
  ), audited AS (
    INSERT INTO audit (approval_id, guard_id, at, event, actor, detail)
    SELECT approval_id, guard_id, created_at, 'parked', 'key:' || key_id, json_build_object('policy_id', policy_id, 'policy_version', policy_version)::text FROM parked
  )
  SELECT approval_id FROM parked`;

// INVARIANT: a status is written over the one that was judged, and over no other.
const moveStatement = `
  UPDATE approvals SET ${movingColumns.map((column, at) => `${column} = $${at + 3}`).join(', ')} WHERE approval_id = $1 AND status = $2`;

/** Locks, lets the rules judge at the database's time, and commits state, votes, audit and outbox together. */
export class Approvals {
  private readonly db: DataSource;
  private readonly alongside: readonly Alongside[];
  private readonly onCommitted: (changes: readonly Change[]) => void;

  /** `onCommitted` hears what is committed, and must not throw. */
  constructor({ db, alongside = [], onCommitted }: Readonly<{ db: DataSource; alongside?: readonly Alongside[]; onCommitted: (changes: readonly Change[]) => void }>) {
    this.db = db;
    this.alongside = alongside;
    this.onCommitted = onCommitted;
  }

  async now(): Promise<number> {
    return await databaseNow(this.db.manager);
  }

  /** Parks those calls whose place is free, in one statement, and tells which: by approval id. */
  async park(parkings: readonly Parking[]): Promise<ReadonlySet<string>> {
    const rows = parkings.map(({ event, origin, sealedCall }) => parkedValues(evolve(null, event), origin, sealedCall));
    const byColumn = columnNames.map((_, at) => rows.map((row) => row[at]));
    const changes = await this.db.transaction(async (tx) => {
      const parked = await tx.query<{ approval_id: string }[]>(parkStatement, byColumn);
      const ids = new Set(parked.map(({ approval_id }) => approval_id));
      const mine = parkings.filter(({ event }) => ids.has(event.approvalId)).map(changeOf);
      await leave(
        tx,
        mine.flatMap(({ messages }) => messages),
      );
      await this.together(tx, mine);
      return mine;
    });
    this.onCommitted(changes);
    return new Set(changes.map(({ approval }) => approval.approvalId));
  }

  /** The newest approval of this call that policies newer than `policyVersion` let go without a person. */
  async supersededBy(place: Place, policyVersion: number): Promise<string | null> {
    const [row] = await this.db.query<{ approval_id: string }[]>(
      `SELECT approval_id FROM approvals WHERE guard_id = $1 AND session_id = $2 AND call_id = $3 AND status = 'superseded' AND verdict_policy_version > $4 ORDER BY approval_id DESC LIMIT 1`,
      [place.guardId, place.sessionId, place.callId, policyVersion],
    );
    return row?.approval_id ?? null;
  }

  /** Judges the open row of a call; null when there is none (any more). */
  async decideAt<T>({ guardId, sessionId, callId }: Place, judge: Judge<T>, once?: Once<T>): Promise<T | null> {
    const lock = async (tx: EntityManager): Promise<StoredApproval | null> => {
      const [row] = await tx.query<ApprovalRow[]>(
        `SELECT * FROM approvals WHERE guard_id = $1 AND session_id = $2 AND call_id = $3 AND status NOT IN ('stale', 'superseded') FOR UPDATE`,
        [guardId, sessionId, callId],
      );
      return row === undefined ? null : storedOf(row);
    };
    return await this.decide(judge, lock, once);
  }

  /** Judges one approval with its votes; null when there is none of that id in the guard. */
  async decideOn<T>({ guardId, approvalId }: ApprovalKey, judge: Judge<T>, once?: Once<T>): Promise<T | null> {
    const lock = async (tx: EntityManager): Promise<StoredApproval | null> => {
      const [row] = await tx.query<ApprovalRow[]>('SELECT * FROM approvals WHERE guard_id = $1 AND approval_id = $2 FOR UPDATE', [guardId, approvalId]);
      if (row === undefined) return null;
      const votes = await tx.query<VoteRow[]>('SELECT voter, owner_email, choice, comment, at FROM votes WHERE approval_id = $1 ORDER BY at', [approvalId]);
      return storedOf(row, votes);
    };
    return await this.decide(judge, lock, once);
  }

  /** Settles what time has settled; how many rows that were. */
  async settleOverdue({ guardId, approvalIds, limit, lockedRows }: Overdue): Promise<number> {
    const changes = await this.db.transaction(async (tx) => {
      const rows = await tx.query<ApprovalRow[]>(
        `SELECT * FROM approvals
         WHERE approval_id IN (
           (SELECT approval_id FROM approvals WHERE status = 'pending' AND expires_at <= $1 AND ${chosen} ORDER BY expires_at LIMIT $4)
           UNION ALL
           (SELECT approval_id FROM approvals WHERE status = 'approved' AND lapses_at <= $1 AND ${chosen} ORDER BY lapses_at LIMIT $4)
         )
         ORDER BY approval_id FOR UPDATE ${lockedRows === 'skip' ? 'SKIP LOCKED' : ''}`,
        [await databaseNow(tx), guardId ?? null, approvalIds ?? null, limit],
      );
      const at = await databaseNow(tx);
      const settled: Change[] = [];
      for (const row of rows) {
        const approval = approvalOf(row);
        const events = settleOverdue(approval, at);
        if (events.length > 0) settled.push({ approval: await commitEvents(tx, approval, events), events, messages: [], origin: originOf(row), sealedCall: row.sealed_call });
      }
      await this.together(tx, settled);
      return settled;
    });
    this.onCommitted(changes);
    return changes.length;
  }

  /** When time will next settle something: epoch milliseconds; null: nothing is open. */
  async nextDeadline(): Promise<number | null> {
    const [row] = await this.db.query<{ next: string | null }[]>(
      `SELECT least((SELECT min(expires_at) FROM approvals WHERE status = 'pending'), (SELECT min(lapses_at) FROM approvals WHERE status = 'approved')) AS next`,
    );
    const next = row?.next ?? null;
    return next === null ? null : Number(next);
  }

  async find({ guardId, approvalId }: ApprovalKey): Promise<StoredApproval | null> {
    const [row] = await this.db.query<ApprovalRow[]>(`${withOutcomes} WHERE guard_id = $1 AND approval_id = $2`, [guardId, approvalId]);
    return row === undefined ? null : storedOf(row);
  }

  /** Newest first, older than `before`; as many as fit `limit` and `maxBytes`, at least one if there is one. */
  async page({ guardId, status, before, limit, maxBytes }: PageOf): Promise<Readonly<{ stored: readonly StoredApproval[]; more: boolean }>> {
    const found = await this.db.query<{ approval_id: string; bytes: number }[]>(
      `SELECT approval_id, octet_length(sealed_call) AS bytes FROM approvals
       WHERE guard_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR approval_id < $3) ORDER BY approval_id DESC LIMIT $4`,
      [guardId, status ?? null, before ?? null, limit + 1],
    );
    let bytes = 0;
    const fitting = found.slice(0, limit).filter((row, at) => (bytes += row.bytes) <= maxBytes || at === 0);
    const rows = await this.db.query<ApprovalRow[]>(`${withOutcomes} WHERE approval_id = ANY($1) ORDER BY approval_id DESC`, [fitting.map((row) => row.approval_id)]);
    return { stored: rows.map((row) => storedOf(row)), more: fitting.length < found.length };
  }

  async statuses(keys: readonly ApprovalKey[]): Promise<readonly (ApprovalKey & { status: ApprovalStatus; deadline: number | null })[]> {
    const rows = await this.db.query<{ guard_id: string; approval_id: string; status: ApprovalStatus; deadline: string | null }[]>(
      `SELECT guard_id, approval_id, status, CASE status WHEN 'pending' THEN expires_at WHEN 'approved' THEN lapses_at END AS deadline
       FROM approvals JOIN unnest($1::text[], $2::text[]) AS asked (guard_id, approval_id) USING (guard_id, approval_id)`,
      [keys.map(({ guardId }) => guardId), keys.map(({ approvalId }) => approvalId)],
    );
    return rows.map((row) => ({ guardId: row.guard_id, approvalId: row.approval_id, status: row.status, deadline: row.deadline === null ? null : Number(row.deadline) }));
  }

  /** How many wait for people, and since when the longest has, in seconds. */
  async pending(): Promise<Readonly<{ count: number; oldestSeconds: number }>> {
    const [row] = await this.db.query<{ count: number; oldest: number | null }[]>(
      `SELECT count(*)::float8 AS count, extract(epoch FROM clock_timestamp())::float8 - min(created_at)::float8 / 1000 AS oldest FROM approvals WHERE status = 'pending'`,
    );
    return { count: row?.count ?? 0, oldestSeconds: Math.max(0, row?.oldest ?? 0) };
  }

  private async decide<T>(judge: Judge<T>, lock: (tx: EntityManager) => Promise<StoredApproval | null>, once?: Once<T>): Promise<T | null> {
    const decided = await this.db.transaction(async (tx) => {
      const stored = await lock(tx);
      if (stored === null) return null;
      const earlier = (await once?.answered(tx)) ?? null;
      if (earlier !== null) return { changes: [], answer: earlier };
      // INVARIANT: the clock is read after the lock is held; a wait for it counts against every deadline.
      const { events, parking, messages = [], finishFor, answer } = judge(stored, await databaseNow(tx));
      const approval = await commitEvents(tx, stored.approval, events);
      if (parking !== undefined) await parkInstead(tx, parking);
      await leave(tx, [...messages, ...(parking?.messages ?? [])]);
      if (finishFor !== undefined && stored.origin.eventKey === undefined) await adopt(tx, approval.approvalId, finishFor);
      const changes: Change[] = events.length > 0 ? [{ ...stored, approval, events, messages }] : [];
      if (parking !== undefined) changes.push(changeOf(parking));
      const answered = answer(approval);
      await this.together(tx, changes);
      await once?.remember(tx, answered);
      return { changes, answer: answered };
    });
    if (decided === null) return null;
    this.onCommitted(decided.changes);
    return decided.answer;
  }

  private async together(tx: EntityManager, changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    for (const commit of this.alongside) await commit(tx, changes);
  }
}

type PageOf = Readonly<{ guardId: string; status?: ApprovalStatus | undefined; before?: string | undefined; limit: number; maxBytes: number }>;

const withOutcomes = `
  SELECT approvals.*, outcomes.status AS outcome_status, outcomes.detail AS outcome_detail, outcomes.at AS outcome_at
  FROM approvals LEFT JOIN outcomes USING (guard_id, session_id, call_id, key_id)`;

/** Narrows to a guard, to ids, or to neither. */
const chosen = '($2::text IS NULL OR guard_id = $2) AND ($3::text[] IS NULL OR approval_id = ANY($3))';

export function storedOf(row: ApprovalRow, votes?: readonly VoteRow[]): StoredApproval {
  return { approval: approvalOf(row, votes), origin: originOf(row), unfinished: row.event_key !== null && row.finished_at === null, sealedCall: row.sealed_call, outcome: outcomeOf(row) };
}

function changeOf({ event, origin, sealedCall, findings, messages }: Parking): Change {
  return { approval: evolve(null, event), events: [event], messages, origin, sealedCall, findings };
}

async function leave(tx: EntityManager, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length > 0) await tx.insert(OutboxRow, [...messages]);
}

/** The row of a call that was asked over HTTP finishes the same call that comes as an event, too: their identities are equal, so one key fits both. */
async function adopt(tx: EntityManager, approvalId: string, { eventKey, traceId }: Origin): Promise<void> {
  if (eventKey === undefined) return;
  await tx.query('UPDATE approvals SET event_key = $2, trace_id = coalesce(trace_id, $3) WHERE approval_id = $1 AND event_key IS NULL', [approvalId, eventKey, traceId ?? null]);
}

async function commitEvents(tx: EntityManager, before: Approval, events: readonly ApprovalEvent[]): Promise<Approval> {
  if (events.length === 0) return before;
  const after = events.reduce(evolve, before);
  const [, moved] = await tx.query<[unknown, number]>(moveStatement, [before.approvalId, before.status, ...movingValues(after)]);
  if (moved !== 1) throw new Error(`approval ${before.approvalId} was not ${before.status} any more, though it was locked`);
  for (const event of events) {
    if (event.type === 'approval-voted') {
      const { by, choice, comment, at } = event.vote;
      await tx.query('INSERT INTO votes (approval_id, voter, owner_email, choice, comment, at) VALUES ($1, $2, $3, $4, $5, $6)', [before.approvalId, actorText(by), by.kind === 'key' ? (by.ownerEmail ?? null) : null, choice, comment ?? null, at]);
    }
    const entry = auditEntry(after, event);
    if (entry !== null) {
      const values = [before.approvalId, before.guardId, event.at, entry.event, entry.actor, JSON.stringify(entry.detail)];
      await tx.query('INSERT INTO audit (approval_id, guard_id, at, event, actor, detail) VALUES ($1, $2, $3, $4, $5, $6)', values);
    }
  }
  return after;
}

async function parkInstead(tx: EntityManager, { event, origin, sealedCall }: Parking): Promise<void> {
  const values = parkedValues(evolve(null, event), origin, sealedCall).map((value) => [value]);
  const parked = await tx.query<unknown[]>(parkStatement, [...values]);
  if (parked.length !== 1) throw new Error(`the place of ${event.approvalId} was taken while its row was locked`);
}

/** One per transition; a verdict that moves nothing is in the decision log. */
function auditEntry(after: Approval, event: ApprovalEvent): Readonly<{ event: string; actor: string; detail: object }> | null {
  switch (event.type) {
    case 'approval-parked':
    case 'approval-verdict-recorded':
      return null;
    case 'approval-voted':
      return { event: 'voted', actor: actorText(event.vote.by), detail: { choice: event.vote.choice, comment: event.vote.comment } };
    case 'approval-settled':
      return { event: event.status, actor: actorText('by' in event ? event.by : undefined), detail: { comment: after.comment, replaced_by: after.replacedBy, verdict: after.lastVerdict } };
    case 'approval-released':
      return { event: 'released', actor: actorText(after.requester), detail: { release_id: event.releaseId, decision_id: event.releaseDecisionId } };
    case 'approval-outcome-reported':
      return { event: 'outcome_reported', actor: actorText(after.requester), detail: {} };
  }
}
