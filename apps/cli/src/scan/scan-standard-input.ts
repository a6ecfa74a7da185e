import type { Terminal } from '../up/up.ts';
import { scan } from './scan.ts';
import { Ended, standardStreams } from '../json-lines/standard-streams.ts';

/** `holdpoint scan`. Returns the exit code; 130 when it was stopped. */
export async function scanStandardInput({ terminal, stop }: Readonly<{ terminal: Terminal; stop: AbortSignal }>, args: readonly string[]): Promise<number> {
  try {
    const { allWritten, ...streams } = standardStreams(stop);
    const code = await scan({ args, err: terminal.err, ...streams });
    await allWritten();
    return code;
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return stop.aborted ? 130 : 0;
  }
}
