import { setTimeout as delay } from 'node:timers/promises';

export type EventuallyOptions = Readonly<{
  /** Default 10 s. */
  timeoutMs?: number;
  /** Default 20 ms. */
  everyMs?: number;
  /** What is waited for, in the failure's words. */
  what?: string;
}>;

/** The first answer of `probe` that is neither `undefined`, `false` nor an exception; rejects with the last failure when none comes in time. */
export async function eventually<T>(probe: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<Exclude<T, undefined | false>> {
  const { timeoutMs = 10_000, everyMs = 20, what = 'what the test waits for' } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const outcome = await attempt(probe);
    if ('value' in outcome) return outcome.value;
    if (performance.now() >= deadline) {
      const last = outcome.failure instanceof Error ? `: ${outcome.failure.message}` : '';
      throw new Error(`${what} did not happen within ${timeoutMs} ms${last}`, { cause: outcome.failure });
    }
    await delay(everyMs);
  }
}

async function attempt<T>(probe: () => T | Promise<T>): Promise<{ value: Exclude<T, undefined | false> } | { failure: unknown }> {
  try {
    const value = await probe();
    return value === undefined || value === false ? { failure: undefined } : { value: value as Exclude<T, undefined | false> };
  } catch (failure) {
    return { failure };
  }
}
