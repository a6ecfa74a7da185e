/** What the batcher must know of a call. */
export type Batchable = Readonly<{
  /** At least what it takes on the wire. */
  bytes: number;
  /** Monotonic milliseconds. */
  queuedAtMs: number;
}>;

export type BatcherOptions<T> = Readonly<{
  /** Batches that may be under way at once. */
  slots: () => number;
  maxCalls: number;
  maxBytes: () => number;
  /** A call that has waited longer is not sent any more. */
  maxWaitMs: number;
  nowMs: () => number;
  /** Runs `act` once all that has arrived by now is read: the end of the event loop's turn. */
  endOfTurn: (act: () => void) => void;
  /** Sends one batch; `free` gives its slot back, once however often it is called. */
  send: (batch: readonly T[], free: () => void) => void;
  /** Told of calls that waited too long. */
  expired: (calls: readonly T[]) => void;
}>;

/**
 * Decides what travels together: at once while nothing is under way, with all that arrives in the same turn of the event loop
 * while slots are free, else with everything that arrives until one is. No timers, no I/O.
 */
export class Batcher<T extends Batchable> {
  private readonly options: BatcherOptions<T>;
  private queue: T[] = [];
  private underWay = 0;
  private waitsForTurn = false;

  constructor(options: BatcherOptions<T>) {
    this.options = options;
  }

  get queued(): number {
    return this.queue.length;
  }

  add(calls: readonly T[]): void {
    for (const call of calls) this.queue.push(call);
    if (this.underWay === 0) this.sendWhileFree();
    else if (!this.waitsForTurn && this.underWay < this.options.slots()) {
      this.waitsForTurn = true;
      this.options.endOfTurn(() => {
        this.waitsForTurn = false;
        this.sendWhileFree();
      });
    }
  }

  private sendWhileFree(): void {
    while (this.queue.length > 0 && this.underWay < this.options.slots()) {
      const batch = this.take();
      if (batch.length === 0) continue;
      this.underWay += 1;
      let held = true;
      this.options.send(batch, () => {
        if (!held) return;
        held = false;
        this.underWay -= 1;
        this.sendWhileFree();
      });
    }
  }

  /** The oldest calls that fit into one batch, without those that waited too long. */
  private take(): readonly T[] {
    const { maxCalls, maxWaitMs } = this.options;
    const maxBytes = this.options.maxBytes();
    const tooOld = this.options.nowMs() - maxWaitMs;
    const expired: T[] = [];
    const batch: T[] = [];
    let bytes = 0;
    let taken = 0;
    for (const call of this.queue) {
      if (call.queuedAtMs < tooOld) expired.push(call);
      else if (batch.length > 0 && (batch.length === maxCalls || bytes + call.bytes > maxBytes)) break;
      else {
        batch.push(call);
        bytes += call.bytes;
      }
      taken += 1;
    }
    this.queue = taken === this.queue.length ? [] : this.queue.slice(taken);
    if (expired.length > 0) this.options.expired(expired);
    return batch;
  }
}
