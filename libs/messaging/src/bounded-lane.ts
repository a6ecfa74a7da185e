/** One thing to do, if there is still time when its turn comes. */
export type Task = Readonly<{ run: () => Promise<void>; expired: () => boolean; drop: (why: 'expired' | 'stopped') => void }>;

/** Runs at most `concurrency` tasks at a time; up to `queueLimit` wait in order of arrival. */
export class BoundedLane {
  readonly #concurrency: number;
  readonly #queueLimit: number;
  #waiting: Task[] = [];
  #head = 0;
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(concurrency: number, queueLimit: number) {
    if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError(`concurrency must be a positive whole number, not ${concurrency}`);
    this.#concurrency = concurrency;
    this.#queueLimit = queueLimit;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  /** `false`: no room, nothing was done. Tasks whose time is up make room first. */
  offer(task: Task): boolean {
    if (this.#running < this.#concurrency) {
      this.#start(task);
      return true;
    }
    if (this.waiting >= this.#queueLimit) this.#dropExpired();
    if (this.waiting >= this.#queueLimit) return false;
    this.#waiting.push(task);
    return true;
  }

  /** Resolves when nothing runs or waits. */
  whenIdle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Gives up what waits; what runs goes on. */
  dropWaiting(): void {
    const waiting = this.#waiting.slice(this.#head);
    this.#waiting = [];
    this.#head = 0;
    for (const task of waiting) task.drop('stopped');
  }

  #start(task: Task): void {
    this.#running += 1;
    void task.run().finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < this.#concurrency) {
      const task = this.#take();
      if (!task) break;
      if (task.expired()) task.drop('expired');
      else this.#start(task);
    }
    if (this.#running > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #take(): Task | undefined {
    const task = this.#waiting[this.#head];
    if (!task) return undefined;
    this.#head += 1;
    if (this.#head > 256 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }

  #dropExpired(): void {
    const kept: Task[] = [];
    for (const task of this.#waiting.slice(this.#head)) {
      if (task.expired()) task.drop('expired');
      else kept.push(task);
    }
    this.#waiting = kept;
    this.#head = 0;
  }
}
