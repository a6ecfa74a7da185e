import { PeerFailed, PeerRefused, PeerUnavailable, type Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import { Problem } from './problem.ts';

type Asking<A> = Readonly<{
  question: object;
  /** Undefined: who was asked cannot tell. */
  ask: () => Promise<A | undefined>;
  messaging: Pick<Messaging, 'maxPayload'>;
  log: Logger;
  /** What a person is told of a question that is too large. */
  tooLarge: string;
  /** What the log says of a try that failed. */
  unanswered: string;
}>;

/** `failure`: the last one, where a try failed. */
type Told<A> = Readonly<{ answer: A } | { answer: undefined; failure: Error | undefined }>;

const pauseMs = 100;

/**
 * Asks what can be asked again without harm, and once more where nobody could tell. Throws `Problem` (413) for a question too large to travel, and what
 * is no failure of a peer.
 */
export async function askTwice<A>({ question, ask, messaging, log, tooLarge, unanswered }: Asking<A>): Promise<Told<A>> {
  if (Buffer.byteLength(JSON.stringify(question)) > messaging.maxPayload * 0.9) throw new Problem({ status: 413, code: 'body_too_large', detail: tooLarge });
  let failure: Error | undefined;
  for (const attempt of [1, 2]) {
    try {
      const answer = await ask();
      if (answer !== undefined) return { answer };
    } catch (error) {
      if (!(error instanceof PeerUnavailable || error instanceof PeerFailed || error instanceof PeerRefused)) throw error;
      failure = error;
      log.warn({ err: error, attempt }, unanswered);
    }
    if (attempt === 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return { answer: undefined, failure };
}
