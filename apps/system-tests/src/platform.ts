import { guardSubjects, parseApiKey } from '@holdpoint/contracts';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Json, TestSystem } from './harness.ts';

export type PublicEvent = Readonly<{ sequence: number; subject: string; at: string; body: Json }>;
export type Acknowledged = Readonly<{ stream: string; seq: number }>;

/** An agent platform as its own program would be: a plain NATS client with an API key, and nothing of ours. */
export class Platform {
  private cursor: string | undefined;

  private constructor(
    readonly connection: NatsConnection,
    private readonly guardId: string,
    private readonly keyId: string,
  ) {}

  static async connect(test: TestSystem, guardId: string, apiKey: string): Promise<Platform> {
    const keyId = parseApiKey(apiKey)?.id ?? '';
    const connection = await connect({
      servers: test.system.stack.nats?.url ?? '',
      token: apiKey,
      inboxPrefix: `_INBOX.${keyId}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
      timeout: 3_000,
      ignoreAuthErrorAbort: true,
    });
    return new Platform(connection, guardId, keyId);
  }

  /** Publishes until the stream has acknowledged: a platform that does not know whether its message arrived sends it again. */
  async submit(call: Json, until = performance.now() + 60_000): Promise<Acknowledged> {
    return await this.untilAcknowledged(guardSubjects.toolCallSubmitted(this.guardId, this.keyId), JSON.stringify(call), until);
  }

  /** Any bytes at all. */
  async submitRaw(bytes: string | Uint8Array): Promise<Acknowledged> {
    return await this.untilAcknowledged(guardSubjects.toolCallSubmitted(this.guardId, this.keyId), bytes, performance.now() + 60_000);
  }

  async report(outcome: Json): Promise<Acknowledged> {
    return await this.untilAcknowledged(guardSubjects.outcomeReported(this.guardId, this.keyId), JSON.stringify(outcome), performance.now() + 60_000);
  }

  /** Asks, and is told; undefined: there is no connection. */
  async validate(body: Json): Promise<Readonly<{ status: number; body: Json }> | undefined> {
    try {
      const reply = await this.connection.request(guardSubjects.validate(this.guardId, this.keyId), JSON.stringify(body), { timeout: 8_000 });
      return { status: Number(reply.headers?.get('Nats-Service-Error-Code') || 200), body: reply.json<Json>() };
    } catch {
      return undefined;
    }
  }

  async scan(body: Json): Promise<Json> {
    return (await this.connection.request(guardSubjects.scan(this.guardId, this.keyId), JSON.stringify(body), { timeout: 10_000 })).json<Json>();
  }

  /** The next events of the guard; asking again acknowledges those before. Empty while the door is out of reach. */
  async next(waitSeconds = 1): Promise<readonly PublicEvent[]> {
    const request = { max: 100, wait_seconds: waitSeconds, ...(this.cursor === undefined ? {} : { ack: this.cursor }) };
    try {
      const reply = await this.connection.request(guardSubjects.decisionsNext(this.guardId, this.keyId), JSON.stringify(request), { timeout: 1_000 * waitSeconds + 4_000 });
      if (reply.headers?.get('Nats-Service-Error-Code')) return [];
      const { events, cursor } = reply.json<{ events: PublicEvent[]; cursor?: string | null }>();
      this.cursor = cursor ?? undefined;
      return events;
    } catch {
      return [];
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private async untilAcknowledged(subject: string, bytes: string | Uint8Array, until: number): Promise<Acknowledged> {
    for (;;) {
      try {
        const reply = await this.connection.request(subject, bytes, { timeout: 3_000 });
        const body = reply.json<Partial<Acknowledged>>();
        if (body.stream !== undefined && body.seq !== undefined) return { stream: body.stream, seq: body.seq };
        if (performance.now() > until) throw new Error(`not acknowledged: ${reply.string()}`);
      } catch (error) {
        if (performance.now() > until) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** As one of the services: for what only they may see or say. */
export async function connectAs(test: TestSystem, service: string): Promise<NatsConnection> {
  const { nats } = test.system.stack;
  const password = nats?.users.find(({ user }) => user === service)?.password ?? '';
  return await connect({ servers: nats?.url ?? '', user: service, pass: password, inboxPrefix: `_INBOX_${service}` });
}

/** Messages put aside for a person. */
export async function deadLetters(as: NatsConnection): Promise<number> {
  const info = (await as.request('$JS.API.STREAM.INFO.DEAD_LETTERS')).json<{ state?: { messages: number } }>();
  return info.state?.messages ?? 0;
}
