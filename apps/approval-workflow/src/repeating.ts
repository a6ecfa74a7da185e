/** Repeats a piece of work until it is stopped. The work says how long to wait before the next, in milliseconds. INVARIANT: only `stop` ends it, so the work must not throw. */
export class Repeating {
  private readonly work: () => Promise<number>;
  private running: Promise<void> | undefined;
  private stopping = false;
  private woken = false;
  private endPause: (() => void) | undefined;

  constructor(work: () => Promise<number>) {
    this.work = work;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Cuts the pause short; told while the work is in hand, it is done once more at once. */
  wake(): void {
    this.woken = true;
    this.endPause?.();
  }

  /** Resolves when the work in hand is done. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.endPause?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      await this.pause(await this.work());
    }
  }

  private async pause(ms: number): Promise<void> {
    if (this.stopping || this.woken) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.endPause = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.endPause = end;
    });
  }
}
