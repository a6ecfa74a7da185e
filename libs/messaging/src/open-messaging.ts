import { inboxPrefix as inboxPrefixOf, type ServiceName } from '@holdpoint/contracts';
import { connect, errors, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from './logger.ts';
import { Messaging } from './messaging.ts';
import { ReplyInbox } from './reply-inbox.ts';

export type ConnectionOptions = Readonly<{
  /** `nats://host:port`, several separated by commas. */
  servers: string;
  user?: string;
  password?: string;
  /** The service; the server shows it as the connection's name. */
  name: ServiceName;
  /** Where replies come back; default `_INBOX_<service>`, which only that service's user may listen to. */
  inboxPrefix?: string;
  /** Replicas of the streams made; default 1. */
  replicas?: number;
  /** Gives up waiting for the first connection. */
  signal?: AbortSignal;
  log: Logger;
}>;

const firstRetryMs = 250;

/**
 * Connects, and waits for a server as long as it takes (`signal` ends the wait); from then on reconnects for ever.
 * Rejects at once when the credentials are refused or replies may not be received.
 */
export async function openMessaging(options: ConnectionOptions): Promise<Messaging> {
  const prefix = options.inboxPrefix ?? inboxPrefixOf(options.name);
  const connection = await connectFirst(options, prefix);
  const inbox = new ReplyInbox(connection, prefix);
  await connection.flush();
  if (inbox.denied) {
    await connection.close();
    throw new Error(`not permitted to receive replies under \`${prefix}\``, { cause: inbox.denied });
  }
  return new Messaging(connection, inbox, prefix, options);
}

async function connectFirst({ servers, user, password, name, signal, log }: ConnectionOptions, inboxPrefix: string): Promise<NatsConnection> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connect({
        servers: servers.split(',').map((server) => server.trim()),
        ...(user !== undefined && { user }),
        ...(password !== undefined && { pass: password }),
        name,
        inboxPrefix,
        timeout: 5_000,
        maxReconnectAttempts: -1,
        reconnectTimeWait: firstRetryMs,
        reconnectJitter: firstRetryMs,
        // A server that restarts with its users not loaded yet must not end the connection for good.
        ignoreAuthErrorAbort: true,
        pingInterval: 10_000,
        maxPingOut: 2,
        noAsyncTraces: true,
      });
    } catch (error) {
      if (error instanceof errors.AuthorizationError || error instanceof errors.InvalidArgumentError) throw error;
      signal?.throwIfAborted();
      if (attempt % 20 === 0) log.warn({ err: error, servers }, 'no nats server yet');
      await new Promise((resolve) => setTimeout(resolve, firstRetryMs * (1 + Math.random())));
      signal?.throwIfAborted();
    }
  }
}
