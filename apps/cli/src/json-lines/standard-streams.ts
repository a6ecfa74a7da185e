import { once } from 'node:events';
import type { LineStreams } from './lines.ts';

/** Somebody ended the command, or whoever reads its output has had enough (`| head`): nothing went wrong. */
class Ended extends Error {
  override readonly name = 'Ended';
}

/** Runs a command on standard input and output. Returns its exit code; 130 when it was stopped, 0 when whoever reads its output has had enough. */
export async function onStandardStreams(stop: AbortSignal, command: (streams: LineStreams) => Promise<number>): Promise<number> {
  try {
    const { allWritten, ...streams } = standardStreams(stop);
    const code = await command(streams);
    await allWritten();
    return code;
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return stop.aborted ? 130 : 0;
  }
}

/** For a command that reads and writes as much as there is. Both throw `Ended` once `stop` or the reader of the output ends it. */
function standardStreams(stop: AbortSignal): LineStreams & Readonly<{ allWritten: () => Promise<void> }> {
  const gone = new AbortController();
  const end = AbortSignal.any([stop, gone.signal]);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone.abort();
  });
  end.addEventListener('abort', () => process.stdin.destroy());
  return {
    input: untilEnded(end),
    out: async (line) => {
      if (end.aborted) throw new Ended();
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain', { signal: end }).catch(() => undefined);
    },
    // INVARIANT: `process.exit` drops what a slow reader has not taken yet, so nothing may be left to write by then.
    allWritten: async () => {
      const left = [process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve())));
      await Promise.race([Promise.all(left), ...(end.aborted ? [] : [once(end, 'abort')])]);
      if (end.aborted) throw new Ended();
    },
  };
}

async function* untilEnded(end: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of process.stdin) yield chunk as Uint8Array;
  } catch (error) {
    if (!end.aborted) throw error;
  }
  if (end.aborted) throw new Ended();
}
