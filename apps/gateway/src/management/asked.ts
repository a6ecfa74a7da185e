import { ifMatchOf } from '../http/if-match.ts';
import { guardOf, keyOf, type Reply, type Request } from '../http/requests.ts';
import { tagged } from './written.ts';

/** Who asks, and about which guard. */
export const about = (request: Request) => ({ actor: keyOf(request).actor, guard_id: guardOf(request).id });

/** The same of a write, with what it goes by. Throws `InvalidInput` on an `If-Match` that cannot be read. */
export function writing(request: Request) {
  const ifMatch = ifMatchOf(request);
  return { ...about(request), ...(ifMatch !== undefined && { if_match: ifMatch }) };
}

/** The tag travels beside the answer, and is told in a header. */
export function untagged<T extends Readonly<{ etag?: string | undefined }>>({ etag, ...shown }: T, reply: Reply): Omit<T, 'etag'> {
  tagged(reply, etag);
  return shown;
}
