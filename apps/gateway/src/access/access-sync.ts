import { RevisionChanged, SyncAccess } from '@holdpoint/contracts';
import { PeerFailed, PeerRefused, PeerUnavailable, type Messaging } from '@holdpoint/messaging';
import { monotonicMs, type Logger } from '@holdpoint/runtime';
import { AccessStore } from './access-store.ts';

export type AccessSyncOptions = Readonly<{
  messaging: Pick<Messaging, 'request' | 'onBroadcast'>;
  store: AccessStore;
  log: Logger;
}>;

const everyMs = 1_000;
const answerWithinMs = 2_000;
/** Strangers with made-up key ids cause no more questions to policy-admin than this. */
const leastGapMs = 50;

/** Keeps the store equal to policy-admin: every second, at every hint, and when someone is not in it. */
export class AccessSync {
  private readonly messaging: AccessSyncOptions['messaging'];
  private readonly store: AccessStore;
  private readonly log: Logger;
  private unsent: Promise<boolean> | null = null;
  private sent: Promise<boolean> = Promise.resolve(false);
  private sentAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private reachable: boolean | undefined;
  private unsubscribe: () => void = () => undefined;

  constructor({ messaging, store, log }: AccessSyncOptions) {
    this.messaging = messaging;
    this.store = store;
    this.log = log;
  }

  start(): void {
    this.unsubscribe = this.messaging.onBroadcast(RevisionChanged, ({ revision }) => {
      if (revision !== this.store.revision) void this.refresh();
    });
    this.tick();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unsubscribe();
  }

  /** Resolves when the store holds all that was committed before this call: true; false when policy-admin did not answer. Callers share. */
  refresh(): Promise<boolean> {
    return (this.unsent ??= this.next());
  }

  private async next(): Promise<boolean> {
    await this.sent;
    const wait = this.sentAt + leastGapMs - monotonicMs();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    this.unsent = null;
    this.sentAt = monotonicMs();
    this.sent = this.pull();
    return this.sent;
  }

  private tick(): void {
    void this.refresh().finally(() => {
      if (!this.stopped) this.timer = setTimeout(() => this.tick(), everyMs).unref();
    });
  }

  private async pull(): Promise<boolean> {
    if (this.stopped) return false;
    try {
      await this.pullAll();
      if (this.reachable !== true) this.log.info({ revision: this.store.revision }, 'keys and guards in step with policy-admin');
      this.reachable = true;
      return true;
    } catch (error) {
      if (!(error instanceof PeerUnavailable || error instanceof PeerFailed || error instanceof PeerRefused)) throw error;
      if (this.reachable !== false) this.log.warn({ err: error }, 'keys and guards cannot be read from policy-admin');
      this.reachable = false;
      return false;
    }
  }

  private async pullAll(): Promise<void> {
    // What is read from the beginning replaces the store at the end, whole: a restored database has no record of what it lost.
    let target = this.store.revision === 0 ? new AccessStore() : this.store;
    for (;;) {
      const sentAtMs = monotonicMs();
      const changes = await this.messaging.request(SyncAccess, { since: target.revision }, { timeoutMs: answerWithinMs });
      if (changes.revision < target.revision) {
        target = new AccessStore();
        continue;
      }
      target.apply(changes);
      if (changes.more) continue;
      if (target !== this.store) this.store.replaceBy(target);
      this.store.confirm(sentAtMs);
      return;
    }
  }
}
