import { DateTime } from 'luxon';

/** Epoch milliseconds of an ISO 8601 time that says its offset; null for anything else. */
export function instantOf(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.test(value)) return null;
  const time = DateTime.fromISO(value, { setZone: true });
  return time.isValid ? time.toMillis() : null;
}
