import type { Logger } from '@holdpoint/runtime';

export type Repetition = Readonly<{ stop: () => Promise<void> }>;

export type RepeatOptions = Readonly<{
  name: string;
  everyMs: number;
  /** Before the first run; none unless set. */
  delayMs?: number;
  act: () => Promise<void>;
  log: Logger;
}>;

const retryMs = 60_000;

/** Runs `act` again and again until stopped, `everyMs` after each end of it; after a failure, which is logged, within a minute. `stop` waits for a run in hand. */
export function repeat({ name, everyMs, delayMs = 0, act, log }: RepeatOptions): Repetition {
  let stopping = false;
  let running = Promise.resolve();
  const run = async (): Promise<void> => {
    let pauseMs = everyMs;
    try {
      await act();
    } catch (error) {
      log.warn({ err: error, task: name }, 'a recurring task failed');
      pauseMs = Math.min(everyMs, retryMs);
    }
    if (!stopping) timer = runIn(pauseMs);
  };
  const runIn = (ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      running = run();
    }, ms);
  let timer = runIn(delayMs);
  return {
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      await running;
    },
  };
}
