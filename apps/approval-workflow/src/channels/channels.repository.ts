import { databaseNow } from '@holdpoint/persistence';
import { newId } from '@holdpoint/runtime';
import type { DataSource, EntityManager } from 'typeorm';
import type { Seal } from '../approvals/seal.ts';
import { type ChannelRow, sealedSecretsOf } from './channel.row.ts';

export type ChannelKey = Readonly<{ guardId: string; channelId: string }>;
export type NewChannel = Readonly<{ guardId: string; name: string; url: string; isActive: boolean; mayDecide: boolean; secret: string; by: string }>;
export type ChannelChange = Readonly<{ name?: string | undefined; url?: string | undefined; is_active?: boolean | undefined; may_decide?: boolean | undefined }>;
/** A channel as it stands at the database's time `at`. */
export type StoredChannel = Readonly<{ row: ChannelRow; at: number }>;

/** More would let one guard's parked call become a flood. */
export const maxChannelsPerGuard = 50;

/** Channels and their audit trail. A deleted one is no more found, and keeps its trail without its secrets. */
export class Channels {
  private readonly db: DataSource;
  private readonly seal: Seal;

  constructor({ db, seal }: Readonly<{ db: DataSource; seal: Seal }>) {
    this.db = db;
    this.seal = seal;
  }

  /** Null when the guard has as many as it may have. */
  async create({ guardId, name, url, isActive, mayDecide, secret, by }: NewChannel): Promise<StoredChannel | null> {
    return await this.db.transaction(async (tx) => {
      // INVARIANT: one creation at a time in a guard, so that two cannot both take the last place.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('holdpoint.channels'), hashtext($1))`, [guardId]);
      const [held] = await tx.query<{ count: number }[]>('SELECT count(*)::integer AS count FROM channels WHERE guard_id = $1 AND deleted_at IS NULL', [guardId]);
      if ((held?.count ?? 0) >= maxChannelsPerGuard) return null;
      const at = await databaseNow(tx);
      const channelId = newId('ch', at);
      const [row] = await tx.query<ChannelRow[]>(
        `INSERT INTO channels (channel_id, guard_id, type, name, url, is_active, may_decide, sealed_secret, created_at, created_by, updated_at)
         VALUES ($1, $2, 'webhook', $3, $4, $5, $6, $7, $8, $9, $8) RETURNING *`,
        [channelId, guardId, name, url, isActive, mayDecide, this.seal.seal(channelId, secret), at, by],
      );
      return await this.audited(tx, row, { event: 'created', by, at, detail: { name, is_active: isActive, may_decide: mayDecide } });
    });
  }

  async find({ guardId, channelId }: ChannelKey): Promise<StoredChannel | null> {
    return await this.foundBy('guard_id = $1 AND channel_id = $2', [guardId, channelId]);
  }

  /** Whatever its guard: for what is signed with its secret. */
  async findAnywhere(channelId: string): Promise<StoredChannel | null> {
    return await this.foundBy('channel_id = $1', [channelId]);
  }

  /** Newest first, older than `before`. */
  async page({ guardId, before, limit }: Readonly<{ guardId: string; before?: string | undefined; limit: number }>): Promise<readonly StoredChannel[]> {
    const rows = await this.db.query<ChannelRow[]>(
      'SELECT * FROM channels WHERE guard_id = $1 AND deleted_at IS NULL AND ($2::text IS NULL OR channel_id < $2) ORDER BY channel_id DESC LIMIT $3',
      [guardId, before ?? null, limit],
    );
    const at = await databaseNow(this.db.manager);
    return rows.map((row) => ({ row, at }));
  }

  async update(key: ChannelKey, change: ChannelChange, by: string): Promise<StoredChannel | null> {
    return await this.change(key, async (tx, before, at) => {
      const { name = before.name, url = before.url, is_active: isActive = before.is_active, may_decide: mayDecide = before.may_decide } = change;
      const row = await updated(
        tx,
        `UPDATE channels SET name = $2, url = $3, is_active = $4, may_decide = $5, disabled_reason = CASE WHEN $4 THEN NULL ELSE disabled_reason END, updated_at = $6
         WHERE channel_id = $1 RETURNING *`,
        [key.channelId, name, url, isActive, mayDecide, at],
      );
      if (!isActive) await cancelDeliveries(tx, key.channelId);
      // The URL may hold a receiver's own secret: that it changed is said, not to what.
      const detail = { name, is_active: isActive, may_decide: mayDecide, ...(url === before.url ? {} : { url: 'changed' }) };
      return await this.audited(tx, row, { event: 'updated', by, at, detail });
    });
  }

  /** The secret that was stays valid for `overlapMs`; one that was kept from an earlier rotation ends now. */
  async rotate(key: ChannelKey, { secret, overlapMs, by }: Readonly<{ secret: string; overlapMs: number; by: string }>): Promise<StoredChannel | null> {
    return await this.change(key, async (tx, _before, at) => {
      const row = await updated(
        tx,
        `UPDATE channels SET sealed_secret = $2, sealed_previous_secret = CASE WHEN $3::bigint IS NULL THEN NULL ELSE sealed_secret END, previous_secret_expires_at = $3, updated_at = $4
         WHERE channel_id = $1 RETURNING *`,
        [key.channelId, this.seal.seal(key.channelId, secret), overlapMs === 0 ? null : at + overlapMs, at],
      );
      return await this.audited(tx, row, { event: 'secret_rotated', by, at, detail: { overlap_ms: overlapMs } });
    });
  }

  /** The channel as it was. What was still to be sent is cancelled. */
  async delete(key: ChannelKey, by: string): Promise<StoredChannel | null> {
    return await this.change(key, async (tx, before, at) => {
      await tx.query(
        `UPDATE channels SET deleted_at = $2, updated_at = $2, is_active = false, url = '', sealed_secret = '', sealed_previous_secret = NULL, previous_secret_expires_at = NULL
         WHERE channel_id = $1`,
        [key.channelId, at],
      );
      await cancelDeliveries(tx, key.channelId);
      await tx.query('DELETE FROM inbound_decisions WHERE channel_id = $1', [key.channelId]);
      return await this.audited(tx, before, { event: 'deleted', by, at, detail: {} });
    });
  }

  /** The receiver at `url` says that it is gone for good. A channel that has moved away from there stays as it is. */
  async disable(channelId: string, url: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const at = await databaseNow(tx);
      const row = await updated(tx, `UPDATE channels SET is_active = false, disabled_reason = 'gone', updated_at = $2 WHERE channel_id = $1 AND url = $3 AND is_active RETURNING *`, [channelId, at, url]);
      if (row === undefined) return;
      await cancelDeliveries(tx, channelId);
      await this.audited(tx, row, { event: 'disabled', by: 'system', at, detail: { reason: 'gone' } });
    });
  }

  /** As it stands; nobody changes it before the transaction ends. */
  async hold(tx: EntityManager, channelId: string): Promise<StoredChannel | null> {
    const [row] = await tx.query<ChannelRow[]>('SELECT * FROM channels WHERE channel_id = $1 AND deleted_at IS NULL FOR SHARE', [channelId]);
    return row === undefined ? null : { row, at: await databaseNow(tx) };
  }

  /** The secrets that are valid, the newest first. Throws `SealBroken`. */
  secretsOf({ row, at }: StoredChannel): readonly string[] {
    return sealedSecretsOf(row, at).map((sealed) => this.seal.open(row.channel_id, sealed));
  }

  private async foundBy(condition: string, values: readonly string[]): Promise<StoredChannel | null> {
    const [row] = await this.db.query<(ChannelRow & { now: string })[]>(
      `SELECT *, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now FROM channels WHERE ${condition} AND deleted_at IS NULL`,
      [...values],
    );
    return row === undefined ? null : { row, at: Number(row.now) };
  }

  private async change(key: ChannelKey, act: (tx: EntityManager, before: ChannelRow, at: number) => Promise<StoredChannel>): Promise<StoredChannel | null> {
    return await this.db.transaction(async (tx) => {
      const [row] = await tx.query<ChannelRow[]>('SELECT * FROM channels WHERE guard_id = $1 AND channel_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE', [key.guardId, key.channelId]);
      return row === undefined ? null : await act(tx, row, await databaseNow(tx));
    });
  }

  private async audited(tx: EntityManager, row: ChannelRow | undefined, entry: Readonly<{ event: string; by: string; at: number; detail: object }>): Promise<StoredChannel> {
    if (row === undefined) throw new Error('a channel was not written, though it was locked');
    const values = [row.channel_id, row.guard_id, entry.at, entry.event, entry.by, JSON.stringify(entry.detail)];
    await tx.query('INSERT INTO channel_audit (channel_id, guard_id, at, event, actor, detail) VALUES ($1, $2, $3, $4, $5, $6)', values);
    return { row, at: entry.at };
  }
}

/** TypeORM answers an UPDATE with its rows and their number. */
async function updated(tx: EntityManager, sql: string, values: readonly unknown[]): Promise<ChannelRow | undefined> {
  const [[row]] = await tx.query<[ChannelRow[], number]>(sql, [...values]);
  return row;
}

async function cancelDeliveries(tx: EntityManager, channelId: string): Promise<void> {
  // In the order in which everybody locks deliveries, so that nobody waits in a circle.
  const pending = `SELECT delivery_id FROM deliveries WHERE channel_id = $1 AND status = 'pending' ORDER BY delivery_id FOR UPDATE`;
  await tx.query(`UPDATE deliveries SET status = 'cancelled', sealed_body = NULL, in_hand = false WHERE delivery_id IN (${pending})`, [channelId]);
}
