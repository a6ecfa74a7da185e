import { Health, serviceNames, type ServiceName } from '@holdpoint/contracts';
import { PeerFailed, PeerRefused, PeerUnavailable, type Messaging } from '@holdpoint/messaging';
import { monotonicMs, type PartHealth } from '@holdpoint/runtime';
import type { AccessStore } from '../access/access-store.ts';

type Peer = Exclude<ServiceName, 'gateway'>;
const peers = serviceNames.filter((name): name is Peer => name !== 'gateway');

const answerWithinMs = 800;
const validMs = 1_000;

export type Readiness = Readonly<{ ready: true } | { ready: false; waitingFor: readonly string[] }>;

/** Which parts of the system work, and whether callers can be answered. */
export class Parts {
  private readonly messaging: Pick<Messaging, 'request' | 'connected'>;
  private readonly store: AccessStore;
  private readonly own: () => readonly PartHealth[];
  private readonly neverUp = new Set<Peer>(peers);
  private latest: { at: number; parts: Promise<PartHealth[]> } | undefined;
  private stopping = false;

  /** `own`: parts of the gateway itself. */
  constructor({ messaging, store, own }: Readonly<{ messaging: Pick<Messaging, 'request' | 'connected'>; store: AccessStore; own: () => readonly PartHealth[] }>) {
    this.messaging = messaging;
    this.store = store;
    this.own = own;
  }

  /** As of at most a second ago. */
  all(): Promise<PartHealth[]> {
    const now = monotonicMs();
    if (this.latest === undefined || now - this.latest.at > validMs) this.latest = { at: now, parts: this.askAll() };
    return this.latest.parts;
  }

  /** Once every part has been up: whether a call can be answered, even if only by failure mode. */
  async readiness(): Promise<Readiness> {
    if (this.stopping) return { ready: false, waitingFor: ['gateway'] };
    if (this.neverUp.size > 0) await this.all();
    const waitingFor = [...this.neverUp, ...(this.store.isTrustedForAny(monotonicMs()) ? [] : ['keys'])];
    return waitingFor.length === 0 ? { ready: true } : { ready: false, waitingFor };
  }

  /** Not ready from now on. */
  stop(): void {
    this.stopping = true;
  }

  private async askAll(): Promise<PartHealth[]> {
    const answers = await Promise.all(peers.map((peer) => this.askOne(peer)));
    const age = this.store.ageMs(monotonicMs());
    return [
      { part: 'gateway', ok: !this.stopping },
      { part: 'nats', ok: this.messaging.connected },
      { part: 'keys', ok: this.store.isTrusted(monotonicMs()), detail: age === null ? 'never read' : `read ${Math.round(age)} ms ago` },
      ...this.own(),
      ...answers.flat(),
    ];
  }

  private async askOne(peer: Peer): Promise<PartHealth[]> {
    try {
      const { ready, parts } = await this.messaging.request(Health[peer], {}, { timeoutMs: answerWithinMs });
      if (ready) this.neverUp.delete(peer);
      return [{ part: peer, ok: ready }, ...parts.map(({ part, ok, detail }) => ({ part: `${peer}.${part}`, ok, ...(detail === undefined ? {} : { detail }) }))];
    } catch (error) {
      if (!(error instanceof PeerUnavailable || error instanceof PeerFailed || error instanceof PeerRefused)) throw error;
      return [{ part: peer, ok: false, detail: error instanceof PeerUnavailable && error.reason === 'no_responders' ? 'not running' : 'no answer' }];
    }
  }
}
