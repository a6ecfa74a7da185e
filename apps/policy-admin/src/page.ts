import type { z } from 'zod';

/** Replies stay below what one NATS message holds, whatever the size of their items. */
const maxPageBytes = 4 * 1024 ** 2;

/** `null`: no cursor was given; `undefined`: one that this service never made. */
export function readCursor<S extends z.ZodType>(schema: S, cursor: string | undefined): z.output<S> | null | undefined {
  if (cursor === undefined) return null;
  const result = schema.safeParse(parsed(Buffer.from(cursor, 'base64url').toString('utf8')));
  return result.success ? result.data : undefined;
}

export const cursorProblem = { path: '/cursor', message: 'must be a `next_cursor` of this list' } as const;

export const cursorOf = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** A page of at most `limit` items and 4 MiB, at least one item, from items read with one more than `limit`. */
export function pageOf<T>(items: readonly T[], limit: number, placeOf: (item: T) => unknown): { data: T[]; next_cursor: string | null } {
  const data = withinBytes(items.slice(0, limit));
  const last = data.at(-1);
  return { data, next_cursor: last !== undefined && data.length < items.length ? cursorOf(placeOf(last)) : null };
}

/** As many of the first items as fit into one reply; the first one always does. */
export function withinBytes<T>(items: readonly T[], maxBytes: number = maxPageBytes): T[] {
  const taken: T[] = [];
  let bytes = 0;
  for (const item of items) {
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (taken.length > 0 && bytes > maxBytes) break;
    taken.push(item);
  }
  return taken;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
