import type { Logger } from '@holdpoint/runtime';

export type Repetition = Readonly<{ stop: () => Promise<void> }>;

/** Runs `act` now and `everyMs` after each end of it, until stopped; `stop` waits for a run in hand. A failure is logged and tried again at the next turn. */
export function repeat({ name, everyMs, act, log }: Readonly<{ name: string; everyMs: number; act: () => Promise<void>; log: Logger }>): Repetition {
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  const run = async (): Promise<void> => {
    try {
      await act();
    } catch (error) {
      log.warn({ err: error, task: name }, 'a recurring task failed');
    }
    if (stopping) return;
    timer = setTimeout(() => {
      running = run();
    }, everyMs);
  };
  let running = run();
  return {
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      await running;
    },
  };
}
