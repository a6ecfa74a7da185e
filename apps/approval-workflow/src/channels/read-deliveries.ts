import type { Actor, Delivery, DeliveryStatus, DeliveryType, Reply } from '@holdpoint/contracts';
import type { DataSource } from 'typeorm';
import { isoTime } from '../approvals/shown-approval.ts';
import type { Channels } from './channels.repository.ts';
import { channelNotFound, keyOf, notACursor, notAdmin } from './manage-channels.ts';
import type { SendDeliveries } from './send-deliveries.ts';

type AskedOne = Readonly<{ actor: Actor; guard_id: string; channel_id: string }>;
type DeliveryRow = Readonly<{ delivery_id: string; channel_id: string; approval_id: string | null; type: DeliveryType; status: DeliveryStatus; created_at: string; due_at: string; in_hand: boolean; timeline: readonly AttemptRow[] }>;
type AttemptRow = Readonly<{ at: number; status: number | null; error: string | null; duration_ms: number }>;

/** Shows what was sent to a channel, and sends it a test. */
export class ReadDeliveries {
  private readonly db: DataSource;
  private readonly channels: Channels;
  private readonly sender: SendDeliveries;

  constructor({ db, channels, sender }: Readonly<{ db: DataSource; channels: Channels; sender: SendDeliveries }>) {
    this.db = db;
    this.channels = channels;
    this.sender = sender;
  }

  async list(asked: AskedOne & Readonly<{ limit: number; cursor?: string | undefined }>): Promise<Reply<{ data: Delivery[]; next_cursor: string | null }>> {
    const { actor, guard_id, channel_id, limit, cursor } = asked;
    const refused = notAdmin(actor, guard_id) ?? notACursor(cursor, /^msg_[0-9a-z]{26}$/.test(cursor ?? ''));
    if (refused !== null) return refused;
    if ((await this.channels.find(keyOf(asked))) === null) return channelNotFound;
    const found = await this.shown('channel_id = $1 AND ($2::text IS NULL OR delivery_id < $2)', [channel_id, cursor ?? null], limit + 1);
    const data = found.slice(0, limit);
    return { ok: { data, next_cursor: found.length > limit ? (data.at(-1)?.id ?? null) : null } };
  }

  /** Answers when the attempt has been made. */
  async test(asked: AskedOne): Promise<Reply<Delivery>> {
    const refused = notAdmin(asked.actor, asked.guard_id);
    if (refused !== null) return refused;
    const channel = await this.channels.find(keyOf(asked));
    if (channel === null) return channelNotFound;
    const { deliveryId } = await this.sender.test(channel);
    const [delivery] = await this.shown('delivery_id = $1', [deliveryId], 1);
    return delivery === undefined ? channelNotFound : { ok: delivery };
  }

  /** Newest first. One statement, so that a delivery and its timeline are of the same moment. */
  private async shown(condition: string, values: readonly unknown[], limit: number): Promise<Delivery[]> {
    const rows = await this.db.query<DeliveryRow[]>(
      `SELECT delivery_id, channel_id, approval_id, type, status, created_at, due_at, in_hand, coalesce(
         (SELECT json_agg(json_build_object('at', at, 'status', made.status, 'error', error, 'duration_ms', duration_ms) ORDER BY attempt) FROM delivery_attempts AS made WHERE made.delivery_id = deliveries.delivery_id),
         '[]') AS timeline
       FROM deliveries WHERE ${condition} ORDER BY delivery_id DESC LIMIT ${limit}`,
      [...values],
    );
    return rows.map(deliveryOf);
  }
}

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.delivery_id,
    channel_id: row.channel_id,
    type: row.type,
    ...(row.approval_id === null ? {} : { approval_id: row.approval_id }),
    status: row.status,
    created_at: isoTime(Number(row.created_at)),
    ...(row.status === 'pending' && !row.in_hand ? { next_attempt_at: isoTime(Number(row.due_at)) } : {}),
    attempts: row.timeline.map(({ at, status, error, duration_ms }) => ({
      at: isoTime(at),
      ...(status === null ? {} : { status }),
      ...(error === null ? {} : { error }),
      duration_ms,
    })),
  };
}
