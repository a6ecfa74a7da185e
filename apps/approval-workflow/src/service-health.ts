import { DecisionsLogged } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import type { PartHealth } from '@holdpoint/runtime';
import type { DataSource } from 'typeorm';
import type { WebhookServer } from './http/webhook-server.ts';

/** Seconds after which an unsent release record means that the decision log cannot be reached. */
const oldestUnsentSeconds = 30;

/** What this service stands on. */
export class ServiceHealth {
  private readonly messaging: Pick<Messaging, 'connected'>;
  private readonly db: DataSource;
  private readonly webhooks: Pick<WebhookServer, 'isListening'>;

  constructor({ messaging, db, webhooks }: Readonly<{ messaging: Pick<Messaging, 'connected'>; db: DataSource; webhooks: Pick<WebhookServer, 'isListening'> }>) {
    this.messaging = messaging;
    this.db = db;
    this.webhooks = webhooks;
  }

  async parts(): Promise<PartHealth[]> {
    const nats: PartHealth = this.messaging.connected ? { part: 'nats', ok: true } : { part: 'nats', ok: false, detail: 'not connected' };
    const webhooks: PartHealth = this.webhooks.isListening() ? { part: 'webhooks', ok: true } : { part: 'webhooks', ok: false, detail: 'the port for decisions is closed' };
    try {
      const { rows, oldestSeconds } = await this.outbox(DecisionsLogged.stream);
      const late = oldestSeconds > oldestUnsentSeconds;
      const outbox: PartHealth = late ? { part: 'outbox', ok: false, detail: `${rows} decisions unsent, the oldest for ${Math.round(oldestSeconds)} s` } : { part: 'outbox', ok: true };
      return [{ part: 'postgres', ok: true }, nats, outbox, webhooks];
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'no answer';
      return [{ part: 'postgres', ok: false, detail }, nats, { part: 'outbox', ok: false, detail: 'unknown without postgres' }, webhooks];
    }
  }

  /** Of one stream, or of all. */
  async outbox(topic?: string): Promise<Readonly<{ rows: number; oldestSeconds: number }>> {
    const [row] = await this.db.query<{ rows: number; oldest: number | null }[]>(
      'SELECT count(*)::float8 AS rows, extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS oldest FROM outbox WHERE $1::text IS NULL OR topic = $1',
      [topic ?? null],
    );
    return { rows: row?.rows ?? 0, oldestSeconds: row?.oldest ?? 0 };
  }
}
