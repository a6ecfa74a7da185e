import type { Reply } from '../http/requests.ts';

/** Aborted when the client hangs up before it was answered. */
export function clientGone({ raw }: Reply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
