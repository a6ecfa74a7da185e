import { AwaitActive } from '@holdpoint/contracts';
import { PeerFailed, PeerRefused, PeerUnavailable, type Messaging } from '@holdpoint/messaging';
import type { Reply } from '../http/requests.ts';

/** What policy-admin says of a write that changed a policy set. */
export type Written<T> = Readonly<{ value: T; revision: number; policy_version: number; etag?: string | undefined }>;
export type Activating = Readonly<{ wait?: 'active' | undefined }>;

const activeWithinMs = 10_000;

/** Answers a committed write; with `?wait=active` once every live evaluator decides by it, or after ten seconds with 202. */
export async function written<T>({ value, revision, policy_version, etag }: Written<T>, { reply, query, messaging }: Readonly<{ reply: Reply; query: Activating; messaging: Pick<Messaging, 'request'> }>): Promise<T> {
  void reply.header('X-Policy-Version', String(policy_version));
  tagged(reply, etag);
  if (query.wait !== 'active') return value;
  const waitingFor = await unconfirmed(revision, messaging);
  if (waitingFor.length > 0) void reply.code(202).header('X-Policy-Waiting-For', waitingFor.join(', '));
  return value;
}

/** The tag by which a later write can say what it goes by. */
export function tagged(reply: Reply, etag: string | undefined): void {
  if (etag !== undefined) void reply.header('ETag', etag);
}

async function unconfirmed(revision: number, messaging: Pick<Messaging, 'request'>): Promise<readonly string[]> {
  try {
    const { waiting_for } = await messaging.request(AwaitActive, { revision, timeout_ms: activeWithinMs }, { timeoutMs: activeWithinMs + 2_000 });
    return waiting_for;
  } catch (error) {
    // The write is committed; only who decides by it cannot be told.
    if (error instanceof PeerUnavailable || error instanceof PeerFailed || error instanceof PeerRefused) return ['policy-admin'];
    throw error;
  }
}
