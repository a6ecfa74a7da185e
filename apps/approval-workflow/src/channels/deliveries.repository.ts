import type { Approval } from '@holdpoint/approval';
import type { DeliveryStatus, DeliveryType } from '@holdpoint/contracts';
import { databaseNow } from '@holdpoint/persistence';
import { type Logger, newId } from '@holdpoint/runtime';
import type { DataSource, EntityManager } from 'typeorm';
import type { Alongside, Change } from '../approvals/approvals.repository.ts';
import { type Seal, SealBroken } from '../approvals/seal.ts';
import { openCall } from '../approvals/sealed-call.ts';
import { shownApproval } from '../approvals/shown-approval.ts';
import { approvalBody, testBody } from './webhook-body.ts';

/** One attempt that is this replica's to make; moot if it would ask people for what is settled. */
export type Claimed = Readonly<{ deliveryId: string; channelId: string; type: DeliveryType; attempt: number; sealedBody: Buffer; isMoot: boolean }>;
export type Attempt = Readonly<{ status?: number | undefined; error?: string | undefined; durationMs: number }>;
/** What an attempt leads to; `waitMs` until the next. */
export type Verdict = Readonly<{ status: Exclude<DeliveryStatus, 'pending'> }> | Readonly<{ status: 'pending'; waitMs: number }>;
export type Claiming = Readonly<{ limit: number; perChannel: number; busy: ReadonlyMap<string, number>; leaseMs: number }>;

type ClaimedRow = Readonly<{ delivery_id: string; channel_id: string; type: DeliveryType; attempts: number; sealed_body: Buffer; is_moot?: boolean }>;
type News = Readonly<{ change: Change; type: Exclude<DeliveryType, 'test'>; at: number }>;
type Draft = Readonly<{ deliveryId: string; channelId: string; approvalId: string | null; type: DeliveryType; body: string; at: number }>;

const settledStatuses: ReadonlySet<Approval['status']> = new Set(['approved', 'rejected', 'expired', 'cancelled', 'superseded', 'stale', 'lapsed']);

/** Messages to channels as rows: written with what they tell of, claimed by one sender at a time, and over once. */
export class Deliveries {
  private readonly db: DataSource;
  private readonly seal: Seal;
  private readonly log: Logger;
  private readonly onWritten: () => void;

  /** `onWritten` hears, before the commit, that there will be something to send. */
  constructor({ db, seal, log, onWritten }: Readonly<{ db: DataSource; seal: Seal; log: Logger; onWritten: () => void }>) {
    this.db = db;
    this.seal = seal;
    this.log = log;
    this.onWritten = onWritten;
  }

  /** Commits with the approvals it tells of. */
  readonly write: Alongside = async (tx, changes) => {
    const news = changes.flatMap(newsOf);
    if (news.length === 0) return;
    await cancelUnsent(tx, news);
    const channels = await channelsOf(tx, news);
    const drafts = news.flatMap((one) => this.draftsOf(one, channels.get(one.change.approval.guardId) ?? []));
    if (drafts.length === 0) return;
    await this.insert(tx, drafts);
    this.onWritten();
  };

  /** A message of type `test`, in the asker's hand from the start. */
  async writeTest(channel: Readonly<{ guardId: string; channelId: string }>, { leaseMs }: Readonly<{ leaseMs: number }>): Promise<Claimed> {
    return await this.db.transaction(async (tx) => {
      const at = await databaseNow(tx);
      const deliveryId = newId('msg', at);
      await this.insert(tx, [{ deliveryId, channelId: channel.channelId, approvalId: null, type: 'test', body: testBody(at, channel), at }]);
      const [[row]] = await tx.query<[ClaimedRow[], number]>('UPDATE deliveries SET attempts = 1, in_hand = true, due_at = $2 WHERE delivery_id = $1 RETURNING *', [deliveryId, at + leaseMs]);
      if (row === undefined) throw new Error('a delivery was not written');
      return claimedOf(row);
    });
  }

  /**
   * Due attempts, the longest due first within each channel; guards take turns, those with fewer in hand (`busy`) first, so that none can take all the room.
   * Whoever claims and dies loses them after `leaseMs`.
   */
  async claim({ limit, perChannel, busy, leaseMs }: Claiming): Promise<readonly Claimed[]> {
    const [rows] = await this.db.query<[ClaimedRow[], number]>(
      `WITH ready AS MATERIALIZED (
         SELECT DISTINCT channel_id FROM deliveries WHERE status = 'pending' AND due_at <= ${now}
       ), busy AS MATERIALIZED (
         SELECT channel_id, guard_id, count FROM unnest($2::text[], $3::integer[]) AS given (channel_id, count) JOIN channels USING (channel_id)
       ), fitting AS MATERIALIZED (
         SELECT due.delivery_id, due.due_at, channels.guard_id FROM ready JOIN channels USING (channel_id)
         LEFT JOIN busy USING (channel_id)
         CROSS JOIN LATERAL (
           SELECT delivery_id, due_at FROM deliveries WHERE channel_id = ready.channel_id AND status = 'pending' AND due_at <= ${now}
           ORDER BY due_at, delivery_id LIMIT greatest(0, $4 - coalesce(busy.count, 0)) FOR UPDATE SKIP LOCKED
         ) AS due
       ), chosen AS MATERIALIZED (
         SELECT delivery_id FROM fitting LEFT JOIN (SELECT guard_id, sum(count) AS count FROM busy GROUP BY guard_id) AS in_hand USING (guard_id)
         ORDER BY coalesce(in_hand.count, 0) + row_number() OVER (PARTITION BY guard_id ORDER BY due_at, delivery_id), due_at LIMIT $1
       )
       UPDATE deliveries SET attempts = attempts + 1, in_hand = true, due_at = ${now} + $5 FROM chosen WHERE deliveries.delivery_id = chosen.delivery_id
       RETURNING deliveries.*, deliveries.type = 'approval.requested' AND EXISTS (SELECT 1 FROM approvals WHERE approvals.approval_id = deliveries.approval_id AND approvals.status <> 'pending') AS is_moot`,
      [limit, [...busy.keys()], [...busy.values()], perChannel, leaseMs],
    );
    return rows.map(claimedOf);
  }

  /** The bytes of a message. Throws `SealBroken`. */
  bodyOf({ deliveryId, sealedBody }: Claimed): Buffer {
    return Buffer.from(this.seal.open(deliveryId, sealedBody), 'utf8');
  }

  /** Writes an attempt into the timeline, and what it leads to unless the delivery is over already. False: it was. */
  async record(claimed: Claimed, attempt: Attempt, verdict: Verdict): Promise<boolean> {
    return await this.db.transaction(async (tx) => {
      const at = await databaseNow(tx);
      await tx.query('INSERT INTO delivery_attempts (delivery_id, attempt, at, status, error, duration_ms) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING', [
        ...[claimed.deliveryId, claimed.attempt, at - attempt.durationMs],
        ...[attempt.status ?? null, attempt.error ?? null, attempt.durationMs],
      ]);
      return await conclude(tx, claimed, verdict, at);
    });
  }

  /** Ends a delivery without an attempt. */
  async cancel(claimed: Claimed): Promise<void> {
    await conclude(this.db.manager, claimed, { status: 'cancelled' }, 0);
  }

  /** The attempt was broken off: another sender makes it again, under the same id. */
  async giveBack({ deliveryId, attempt }: Claimed): Promise<void> {
    await this.db.query(`UPDATE deliveries SET attempts = attempts - 1, in_hand = false, due_at = ${now} WHERE delivery_id = $1 AND status = 'pending' AND attempts = $2`, [deliveryId, attempt]);
  }

  /** How many are due, and for how long the longest. */
  async due(): Promise<Readonly<{ count: number; oldestSeconds: number }>> {
    const [row] = await this.db.query<{ count: number; oldest: number | null }[]>(
      `SELECT count(*)::float8 AS count, (${now} - min(due_at))::float8 / 1000 AS oldest FROM deliveries WHERE status = 'pending' AND due_at <= ${now}`,
    );
    return { count: row?.count ?? 0, oldestSeconds: Math.max(0, row?.oldest ?? 0) };
  }

  /** Drops tests, and answers to inbound decisions, that nobody can ask for any more. Those that tell of approvals go with them. */
  async forget({ testsMs, answersMs, limit }: Readonly<{ testsMs: number; answersMs: number; limit: number }>): Promise<void> {
    await this.db.query(`DELETE FROM deliveries WHERE delivery_id IN (SELECT delivery_id FROM deliveries WHERE approval_id IS NULL AND created_at < ${now} - $1 LIMIT $2)`, [testsMs, limit]);
    await this.db.query(`DELETE FROM inbound_decisions WHERE ctid IN (SELECT ctid FROM inbound_decisions WHERE at < ${now} - $1 LIMIT $2)`, [answersMs, limit]);
  }

  private draftsOf({ change, type, at }: News, channelIds: readonly string[]): readonly Draft[] {
    const { approval, origin, sealedCall } = change;
    const told = origin.channels === undefined ? channelIds : channelIds.filter((channelId) => origin.channels?.includes(channelId));
    if (told.length === 0) return [];
    try {
      const body = approvalBody(type, at, shownApproval(approval, openCall(this.seal, approval.approvalId, sealedCall)));
      return told.map((channelId) => ({ deliveryId: newId('msg', at), channelId, approvalId: approval.approvalId, type, body, at }));
    } catch (error) {
      // What cannot be shown is not told; it must not keep time or people from settling it.
      if (!(error instanceof SealBroken)) throw error;
      this.log.error({ err: error, approval: approval.approvalId, guard: approval.guardId }, 'channels cannot be told of a parked call');
      return [];
    }
  }

  private async insert(tx: EntityManager, drafts: readonly Draft[]): Promise<void> {
    await tx.query(
      `INSERT INTO deliveries (delivery_id, channel_id, approval_id, type, status, sealed_body, created_at, due_at)
       SELECT delivery_id, channel_id, approval_id, type, 'pending', sealed_body, at, at
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bigint[]) AS draft (delivery_id, channel_id, approval_id, type, sealed_body, at)`,
      [
        ...[drafts.map(({ deliveryId }) => deliveryId), drafts.map(({ channelId }) => channelId), drafts.map(({ approvalId }) => approvalId)],
        ...[drafts.map(({ type }) => type), drafts.map(({ deliveryId, body }) => this.seal.seal(deliveryId, body)), drafts.map(({ at }) => at)],
      ],
    );
  }
}

/** As `databaseNow`. */
const now = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

function newsOf(change: Change): readonly News[] {
  return change.events.flatMap((event): News[] => {
    if (event.type === 'approval-parked') return [{ change, type: 'approval.requested', at: event.at }];
    return event.type === 'approval-settled' && settledStatuses.has(event.status) ? [{ change, type: 'approval.resolved', at: event.at }] : [];
  });
}

/** Nobody is asked any more for what is settled; of one that is being sent right now this attempt is the last. */
async function cancelUnsent(tx: EntityManager, news: readonly News[]): Promise<void> {
  const settled = news.filter(({ type }) => type === 'approval.resolved').map(({ change }) => change.approval.approvalId);
  if (settled.length === 0) return;
  // In the order in which everybody locks deliveries, so that nobody waits in a circle.
  const unsent = `SELECT delivery_id FROM deliveries WHERE approval_id = ANY($1) AND type = 'approval.requested' AND status = 'pending' AND NOT in_hand ORDER BY delivery_id FOR UPDATE`;
  await tx.query(`UPDATE deliveries SET status = 'cancelled', sealed_body = NULL WHERE delivery_id IN (${unsent})`, [settled]);
}

async function channelsOf(tx: EntityManager, news: readonly News[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const guards = [...new Set(news.map(({ change }) => change.approval.guardId))];
  const rows = await tx.query<{ guard_id: string; channel_id: string }[]>('SELECT guard_id, channel_id FROM channels WHERE guard_id = ANY($1) AND is_active AND deleted_at IS NULL ORDER BY channel_id', [guards]);
  return new Map(guards.map((guardId) => [guardId, rows.filter(({ guard_id }) => guard_id === guardId).map(({ channel_id }) => channel_id)]));
}

/** INVARIANT: by whoever claimed this attempt, and only while the delivery is pending: an attempt that outlived its claim changes nothing. */
async function conclude(tx: EntityManager, { deliveryId, attempt }: Claimed, verdict: Verdict, at: number): Promise<boolean> {
  if (verdict.status !== 'pending') {
    const [, ended] = await tx.query<[unknown, number]>(`UPDATE deliveries SET status = $3, sealed_body = NULL, in_hand = false WHERE delivery_id = $1 AND attempts = $2 AND status = 'pending'`, [deliveryId, attempt, verdict.status]);
    return ended === 1;
  }
  const [, waits] = await tx.query<[unknown, number]>(`UPDATE deliveries SET in_hand = false, due_at = $3 WHERE delivery_id = $1 AND attempts = $2 AND status = 'pending'`, [deliveryId, attempt, at + verdict.waitMs]);
  return waits === 1;
}

function claimedOf({ delivery_id, channel_id, type, attempts, sealed_body, is_moot = false }: ClaimedRow): Claimed {
  return { deliveryId: delivery_id, channelId: channel_id, type, attempt: attempts, sealedBody: sealed_body, isMoot: is_moot };
}
