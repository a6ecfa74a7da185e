import { KeyId } from '@holdpoint/contracts';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { maySee, type AccessStore, type HeldKey } from '../access/access-store.ts';
import type { AccessSync } from '../access/access-sync.ts';

export type CutConnectionsOptions = Readonly<{
  connection: NatsConnection;
  /** This gateway's alone: every page heard asks for the next one. */
  inbox: string;
  store: AccessStore;
  sync: Pick<AccessSync, 'refresh'>;
  log: Logger;
}>;

const tickMs = 1_000;
/** Without any news: makes up for a server that was not heard, and for keys that expire. */
const netMs = 4_000;
/** After news: somebody may have been signed in by a gateway that had not heard them yet. */
const afterNewsMs = 3_000;
const perPage = 1_024;

const Page = z.object({
  server: z.object({ id: z.string() }),
  data: z.object({
    total: z.number(),
    offset: z.number(),
    limit: z.number(),
    connections: z.array(z.object({ cid: z.number(), authorized_user: z.string().optional() })).optional(),
  }),
});
type Connected = Readonly<{ serverId: string; cid: number; keyId: string }>;

/** Ends connections whose key may not have them any more: revoked, expired, changed, unknown, or not to be trusted any more with the events it hears. */
export class CutConnections {
  private readonly options: CutConnectionsOptions;
  /** What each key's connections were granted, and what they are from the next listing on: one listing has many pages. */
  private readonly grants = new Map<string, string>();
  private readonly newGrants = new Map<string, string>();
  private untrusted: ReadonlySet<string> = new Set();
  /** Guards whose keys have lost our trust since the listing before: once each, for who comes back hears no events of them. */
  private lapsed: ReadonlySet<string> = new Set();
  private revision = -1;
  private newsAtMs = Number.NEGATIVE_INFINITY;
  private listedAtMs = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: CutConnectionsOptions) {
    this.options = options;
  }

  start(): void {
    this.options.connection.subscribe(this.options.inbox, {
      callback: (denied, message) => {
        if (denied) this.options.log.error({ err: denied }, 'connections of keys cannot be listed');
        else void this.onPage(message.string());
      },
    });
    this.timer = setInterval(() => this.tick(), tickMs).unref();
    this.tick();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const { store } = this.options;
    const nowMs = monotonicMs();
    const untrusted = store.untrustedGuards(nowMs);
    const lapsed = new Set([...untrusted].filter((guardId) => !this.untrusted.has(guardId)));
    if (store.revision !== this.revision || lapsed.size > 0) this.newsAtMs = nowMs;
    this.revision = store.revision;
    if (nowMs - this.newsAtMs > afterNewsMs && nowMs - this.listedAtMs < netMs) return;
    this.listedAtMs = nowMs;
    this.untrusted = untrusted;
    this.lapsed = lapsed;
    for (const [keyId, grant] of this.newGrants) this.grants.set(keyId, grant);
    this.newGrants.clear();
    for (const keyId of this.grants.keys()) if (store.key(keyId)?.access.revoked !== false) this.grants.delete(keyId);
    this.list('PING', 0);
  }

  /** Every server answers with its connections, page by page. */
  private list(serverId: string, offset: number): void {
    const { connection, inbox } = this.options;
    if (connection.isClosed()) return;
    connection.publish(`$SYS.REQ.SERVER.${serverId}.CONNZ`, JSON.stringify({ auth: true, state: 0, offset, limit: perPage }), { reply: inbox });
  }

  private async onPage(text: string): Promise<void> {
    const { store, sync } = this.options;
    const read = readPage(text);
    // The answer to a cut, or a server's error.
    if (read === null) return;
    const { server, data } = read;
    const connections = data.connections ?? [];
    if (connections.length > 0 && data.offset + data.limit < data.total) this.list(server.id, data.offset + data.limit);
    const held = connections.flatMap(({ cid, authorized_user: keyId = '' }): Connected[] => (KeyId.safeParse(keyId).success ? [{ serverId: server.id, cid, keyId }] : []));
    const { lapsed } = this;
    const unknown = held.filter(({ keyId }) => store.key(keyId) === undefined);
    for (const connected of held) this.cutIfDue(connected, lapsed);
    // A key that is not held here may have been made a moment ago; without an answer nobody is cut off for it.
    if (unknown.length === 0 || !(await sync.refresh())) return;
    for (const connected of unknown) {
      if (store.key(connected.keyId) === undefined) this.cut(connected, 'unknown');
      else this.cutIfDue(connected, lapsed);
    }
  }

  private cutIfDue(connected: Connected, lapsed: ReadonlySet<string>): void {
    const key = this.options.store.key(connected.keyId);
    const why = key === undefined ? null : this.whyCut(key, lapsed);
    if (why !== null) this.cut(connected, why);
  }

  private whyCut(key: HeldKey, lapsed: ReadonlySet<string>): string | null {
    const { id, revoked, expires_at } = key.access;
    if (revoked) return 'revoked';
    if (expires_at !== undefined && expires_at <= Date.now()) return 'expired';
    const grant = grantOf(key);
    const known = this.grants.get(id) ?? grant;
    this.newGrants.set(id, grant);
    if (known !== grant) return 'changed';
    for (const guardId of lapsed) if (maySee(key, guardId)) return 'not trusted now';
    return null;
  }

  private cut({ serverId, cid, keyId }: Connected, why: string): void {
    const { connection, inbox, log } = this.options;
    if (connection.isClosed()) return;
    connection.publish(`$SYS.REQ.SERVER.${serverId}.KICK`, JSON.stringify({ cid }), { reply: inbox });
    log.info({ key_id: keyId, why }, 'the connection of a key was cut');
  }
}

/** What a connection's permissions were made of. */
const grantOf = ({ access: { guards, roles, ip_ranges, expires_at } }: HeldKey): string => JSON.stringify([guards, roles, ip_ranges, expires_at]);

function readPage(text: string): z.output<typeof Page> | null {
  try {
    const read = Page.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
