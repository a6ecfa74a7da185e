import { guardSubjects } from '@holdpoint/contracts';
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';

export type PublicEvent = Readonly<{ subject: string; body: Readonly<Record<string, unknown>> }>;
export type Acknowledgement = Readonly<{ status: number; seq?: number; error?: string }>;

const acknowledgedWithinMs = 2_000;

/** An agent platform on NATS, with nothing but an API key. */
export class EventClient {
  private cursor: string | undefined;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly guardId: string,
    private readonly keyId: string,
  ) {}

  static async connect({ url, guardId, key }: Readonly<{ url: string; guardId: string; key: string }>): Promise<EventClient> {
    const keyId = key.split('_')[2] ?? '';
    const connection = await connect({ servers: url, token: key, inboxPrefix: `_INBOX.${keyId}`, maxReconnectAttempts: -1, reconnectTimeWait: 250, ignoreAuthErrorAbort: true, timeout: 3_000 });
    return new EventClient(connection, guardId, keyId);
  }

  /** Submits a tool call once. Rejects when nobody acknowledges it in time. */
  async submit(body: object): Promise<Acknowledgement> {
    const reply = await this.connection.request(guardSubjects.toolCallSubmitted(this.guardId, this.keyId), JSON.stringify(body), { timeout: acknowledgedWithinMs });
    const status = statusOf(reply);
    return status === 200 ? { status, seq: reply.json<{ seq: number }>().seq } : { status, error: reply.string() };
  }

  /** The guard's next events; asking again acknowledges those before. Rejects while nobody answers. */
  async next(waitSeconds: number): Promise<readonly PublicEvent[]> {
    const request = { max: 100, wait_seconds: waitSeconds, ...(this.cursor === undefined ? {} : { ack: this.cursor }) };
    this.cursor = undefined;
    const reply = await this.connection.request(guardSubjects.decisionsNext(this.guardId, this.keyId), JSON.stringify(request), { timeout: 1_000 * waitSeconds + acknowledgedWithinMs });
    if (statusOf(reply) !== 200) return [];
    const { events, cursor } = reply.json<{ events: PublicEvent[]; cursor: string | null }>();
    this.cursor = cursor ?? undefined;
    return events;
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

function statusOf(reply: Msg): number {
  const code = reply.headers?.get('Nats-Service-Error-Code');
  return code === undefined || code === '' ? 200 : Number(code);
}
