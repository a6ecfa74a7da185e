import { maxWaitSeconds } from '@holdpoint/contracts';

/** How long the caller wants to be held, and the header that says so was done. */
export type Wait = Readonly<{ seconds: number; applied: string | undefined }>;

/** `?wait=N` wins over `Prefer: wait=N` (RFC 7240). A preference out of bounds is cut to them, one that cannot be read is none. */
export function waitOf(query: number | undefined, prefer: string | string[] | undefined): Wait {
  if (query !== undefined) return { seconds: query, applied: undefined };
  if (prefer === undefined) return { seconds: 0, applied: undefined };
  const found = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[;,]|$)/i.exec(Array.isArray(prefer) ? prefer.join(',') : prefer)?.[1];
  if (found === undefined) return { seconds: 0, applied: undefined };
  const seconds = Math.min(Number(found), maxWaitSeconds);
  return { seconds, applied: `wait=${seconds}` };
}
