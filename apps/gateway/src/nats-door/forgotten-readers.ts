import { monotonicMs, type Logger } from '@holdpoint/runtime';
import { maySee, type AccessStore } from '../access/access-store.ts';
import type { AccessSync } from '../access/access-sync.ts';
import { Problem } from '../http/problem.ts';
import type { EventReaders } from './event-readers.ts';

export type ForgottenReadersOptions = Readonly<{ readers: Pick<EventReaders, 'list' | 'remove'>; store: AccessStore; sync: Pick<AccessSync, 'refresh'>; log: Logger }>;

const tickMs = 2_000;
const netMs = 10 * 60_000;

/** Removes the event readers of keys that are revoked or gone, and of guards that were deleted: after every change of keys or guards, and now and then. */
export class ForgottenReaders {
  private readonly options: ForgottenReadersOptions;
  private revision = -1;
  private doneAtMs = Number.NEGATIVE_INFINITY;
  private busy = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ForgottenReadersOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.tick(), tickMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async tick(): Promise<void> {
    const { store, log } = this.options;
    const { revision } = store;
    if (this.busy || (revision === this.revision && monotonicMs() - this.doneAtMs < netMs)) return;
    this.busy = true;
    try {
      await this.sweep();
      this.revision = revision;
      this.doneAtMs = monotonicMs();
    } catch (error) {
      if (!(error instanceof Problem)) log.warn({ err: error }, 'event readers of revoked keys cannot be removed');
    } finally {
      this.busy = false;
    }
  }

  private async sweep(): Promise<void> {
    const { readers, store, sync, log } = this.options;
    const all = await readers.list();
    // What is not held here may have been made a moment ago; without an answer nothing is removed.
    if (all.length === 0 || !(await sync.refresh())) return;
    for (const reader of all) {
      const key = store.key(reader.keyId);
      const isNeeded = key !== undefined && !key.access.revoked && maySee(key, reader.guardId) && store.guard(reader.guardId) !== undefined;
      if (isNeeded) continue;
      await readers.remove(reader);
      log.info({ key_id: reader.keyId, guard: reader.guardId }, 'an event reader was removed');
    }
  }
}
