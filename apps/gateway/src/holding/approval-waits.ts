import { ApprovalResolved, ReadApprovalStatuses } from '@holdpoint/contracts';
import { PeerFailed, PeerRefused, PeerUnavailable, type Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';

export type ApprovalName = Readonly<{ guard_id: string; approval_id: string }>;
/** `settled`: nothing waited for is pending any more, as far as was heard. No authority: ask again. */
export type WaitEnd = 'settled' | 'timeout' | 'gone' | 'stopping';

export type ApprovalWaitsOptions = Readonly<{ messaging: Pick<Messaging, 'request' | 'onBroadcast'>; log: Logger }>;

type Waiter = { readonly missing: Set<string>; readonly end: (how: WaitEnd) => void };

const readEveryMs = 2_000;
const perRead = 1_000;
/** Approvals settled lately, for callers that ask and are parked while the news comes in. */
const remembered = 10_000;

/** Callers that wait for people. Woken by broadcast; a status query for all of them every two seconds makes up for lost ones. */
export class ApprovalWaits {
  private readonly messaging: ApprovalWaitsOptions['messaging'];
  private readonly log: Logger;
  private readonly waiters = new Map<string, Set<Waiter>>();
  private readonly all = new Set<Waiter>();
  private readonly settled = new Map<string, number>();
  private heard = 0;
  private timer: NodeJS.Timeout | undefined;
  private reading = false;
  private stopped = false;
  private unsubscribe: () => void = () => undefined;

  constructor({ messaging, log }: ApprovalWaitsOptions) {
    this.messaging = messaging;
    this.log = log;
  }

  start(): void {
    this.unsubscribe = this.messaging.onBroadcast(ApprovalResolved, (name) => this.wake(keyOf(name)));
    this.timer = setInterval(() => void this.readStatuses(), readEveryMs).unref();
  }

  /** Everyone who waits is told so at once, and so is whoever comes later. */
  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.unsubscribe();
    for (const waiter of [...this.all]) waiter.end('stopping');
  }

  get isStopping(): boolean {
    return this.stopped;
  }

  get size(): number {
    return this.all.size;
  }

  /** A moment to look back to: taken before asking, so that news that come before the answer count. */
  now(): number {
    return this.heard;
  }

  /** Until all of `names` are settled, `timeoutMs` have passed, or `gone` is aborted. `since`: the moment before they were asked for. */
  wait(names: readonly ApprovalName[], { since, timeoutMs, gone }: Readonly<{ since: number; timeoutMs: number; gone: AbortSignal }>): Promise<WaitEnd> {
    if (this.stopped) return Promise.resolve('stopping');
    if (gone.aborted) return Promise.resolve('gone');
    const missing = new Set(names.map(keyOf).filter((key) => (this.settled.get(key) ?? -1) < since));
    if (missing.size === 0) return Promise.resolve('settled');
    return new Promise((resolve) => {
      const keys = [...missing];
      const leave = () => waiter.end('gone');
      const timer = setTimeout(() => waiter.end('timeout'), timeoutMs);
      const waiter: Waiter = {
        missing,
        end: (how) => {
          clearTimeout(timer);
          gone.removeEventListener('abort', leave);
          this.all.delete(waiter);
          for (const key of keys) this.remove(key, waiter);
          resolve(how);
        },
      };
      gone.addEventListener('abort', leave, { once: true });
      this.all.add(waiter);
      for (const key of keys) {
        const others = this.waiters.get(key);
        if (others === undefined) this.waiters.set(key, new Set([waiter]));
        else others.add(waiter);
      }
    });
  }

  private remove(key: string, waiter: Waiter): void {
    const waiting = this.waiters.get(key);
    waiting?.delete(waiter);
    if (waiting?.size === 0) this.waiters.delete(key);
  }

  private wake(key: string): void {
    this.settled.delete(key);
    this.settled.set(key, this.heard);
    this.heard += 1;
    if (this.settled.size > remembered) for (const [oldest] of this.settled) { this.settled.delete(oldest); break; }
    for (const waiter of [...(this.waiters.get(key) ?? [])]) {
      waiter.missing.delete(key);
      if (waiter.missing.size === 0) waiter.end('settled');
    }
  }

  private async readStatuses(): Promise<void> {
    if (this.reading || this.waiters.size === 0) return;
    this.reading = true;
    try {
      const keys = [...this.waiters.keys()];
      for (let from = 0; from < keys.length; from += perRead) await this.readSome(keys.slice(from, from + perRead));
    } catch (error) {
      if (!(error instanceof PeerUnavailable || error instanceof PeerFailed || error instanceof PeerRefused)) throw error;
      this.log.warn({ err: error, waiting: this.size }, 'states of approvals cannot be read');
    } finally {
      this.reading = false;
    }
  }

  private async readSome(keys: readonly string[]): Promise<void> {
    const { statuses } = await this.messaging.request(ReadApprovalStatuses, { approvals: keys.map(nameOf) }, { timeoutMs: readEveryMs });
    const pending = new Set(statuses.filter(({ status }) => status === 'pending').map(keyOf));
    // One that is not known any more is nothing to wait for either.
    for (const key of keys) if (!pending.has(key)) this.wake(key);
  }
}

const keyOf = ({ guard_id, approval_id }: ApprovalName): string => `${guard_id} ${approval_id}`;

function nameOf(key: string): ApprovalName {
  const [guard_id = '', approval_id = ''] = key.split(' ');
  return { guard_id, approval_id };
}
