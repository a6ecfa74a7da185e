import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { monotonicMs } from '@holdpoint/runtime';
import { DestinationRefused, type Destinations } from './destinations.ts';

export type Posting = Readonly<{ url: string; headers: Readonly<Record<string, string>>; body: Buffer; timeoutMs: number; signal: AbortSignal }>;
/** What the receiver answered, or why it did not; the error is for the channel's owner and holds nothing of the URL but its address. */
export type Posted = Readonly<{ status?: number; error?: string; durationMs: number }>;

/** Of an answer nothing but its status counts; this much of it is read, so that a receiver can end in peace. */
const mostAnswerBytes = 64 * 1_024;

// INVARIANT: connections of their own and never reused, no proxy, certificates verified whatever the environment says.
const agents = {
  'http:': new HttpAgent({ keepAlive: false }),
  'https:': new HttpsAgent({ keepAlive: false, maxCachedSessions: 0, rejectUnauthorized: true }),
} as const;

/** POSTs once: to an address that was checked, following no redirect. Never throws; an abort of `signal` throws its reason. */
export async function postWebhook(posting: Posting, destinations: Destinations): Promise<Posted> {
  const started = monotonicMs();
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const timer = setTimeout(end, posting.timeoutMs);
  posting.signal.addEventListener('abort', end, { once: true });
  const release = (): void => {
    clearTimeout(timer);
    posting.signal.removeEventListener('abort', end);
  };
  const outcome = await exchange(posting, destinations, { ended: ending.signal, release }).then(
    (status) => ({ status }),
    (error: unknown) => {
      release();
      posting.signal.throwIfAborted();
      return { error: ending.signal.aborted ? `no answer within ${posting.timeoutMs / 1_000} s` : reasonOf(error) };
    },
  );
  return { ...outcome, durationMs: Math.round(monotonicMs() - started) };
}

/** `release` is called when the connection is closed, which may be later than the answer. */
async function exchange({ url, headers, body }: Posting, destinations: Destinations, { ended, release }: Readonly<{ ended: AbortSignal; release: () => void }>): Promise<number> {
  const target = new URL(url);
  const problem = destinations.problemWith(url);
  if (problem !== null || (target.protocol !== 'http:' && target.protocol !== 'https:')) throw new DestinationRefused(problem ?? 'must be an https or http URL');
  // A resolver cannot be stopped, but nobody waits for it.
  const addresses = await endedBy(ended, destinations.addressesOf(target));
  // INVARIANT: what was checked is what is connected to: nobody is asked for the name again.
  const lookup: LookupFunction = (_hostname, options, answer) => {
    if (options.all === true) answer(null, [...addresses]);
    else answer(null, addresses[0].address, addresses[0].family);
  };
  const options = { method: 'POST', headers: { ...headers, 'content-length': String(body.length) }, lookup, signal: ended };
  return await new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      drain(response);
      resolve(response.statusCode ?? 0);
    };
    const request = target.protocol === 'https:' ? httpsRequest(target, { ...options, agent: agents['https:'] }, answered) : httpRequest(target, { ...options, agent: agents['http:'] }, answered);
    request.on('error', reject);
    // Nobody asked for another protocol.
    request.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      resolve(statusCode ?? 0);
    });
    // INVARIANT: every exchange ends, whatever the receiver does; after an answer or an error this changes nothing.
    request.on('close', () => {
      release();
      reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }));
    });
    request.end(body);
  });
}

function drain(response: IncomingMessage): void {
  let read = 0;
  // The status stands already; how the rest of the answer ends changes nothing.
  response.on('error', () => response.destroy());
  response.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > mostAnswerBytes) response.destroy();
  });
}

async function endedBy<T>(ended: AbortSignal, work: Promise<T>): Promise<T> {
  ended.throwIfAborted();
  let stop: (() => void) | undefined;
  const end = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('ended'));
    ended.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    if (stop !== undefined) ended.removeEventListener('abort', stop);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name could not be resolved',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'the connection could not be made in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
};

function reasonOf(error: unknown): string {
  if (error instanceof DestinationRefused) return `refused: the destination ${error.message}`;
  const code = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  return reasons[code] ?? (/CERT|SIGNATURE|TLS|SSL/.test(code) ? `the TLS connection could not be trusted (${code})` : `the request failed (${code})`);
}
