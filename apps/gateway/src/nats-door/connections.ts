import { inboxPrefix } from '@holdpoint/contracts';
import { connect, type NatsConnection } from '@nats-io/transport-node';

export type DoorSettings = Readonly<{
  /** `nats://host:port`, several separated by commas. */
  servers: string;
  /** The gateway's own user. */
  user: string | undefined;
  password: string | undefined;
  /** Its user in the system account. */
  systemUser: string;
  systemPassword: string;
  /** Seed of the account key that signs users (`SA…`). */
  issuerSeed: string;
}>;

const timeoutMs = 5_000;

/** Once there, each comes back by itself for ever. Rejects when the server cannot be reached or refuses the user. */
export const connectToAgents = ({ servers, user, password }: DoorSettings): Promise<NatsConnection> =>
  open(servers, { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { pass: password }), name: 'gateway (door)', inboxPrefix: inboxPrefix('gateway') });

export const connectToSystem = ({ servers, systemUser, systemPassword }: DoorSettings): Promise<NatsConnection> =>
  open(servers, { user: systemUser, pass: systemPassword, name: 'gateway (system)', inboxPrefix: `_INBOX_${systemUser}` });

function open(servers: string, who: Readonly<{ user?: string; pass?: string; name: string; inboxPrefix: string }>): Promise<NatsConnection> {
  return connect({
    servers: servers.split(',').map((server) => server.trim()),
    ...who,
    timeout: timeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // A server that restarts with its users not loaded yet must not end the connection for good.
    ignoreAuthErrorAbort: true,
    pingInterval: 10_000,
    maxPingOut: 2,
    noAsyncTraces: true,
  });
}
