import { isNativeError } from 'node:util/types';

/** SQLSTATE classes and codes after which the same work may succeed on another try. */
const transientClasses = new Set(['08', '53', '58']); // connection, resources, system
const transientStates = new Set([
  '25006', // read-only: a former primary
  '25P03', // idle in transaction for too long
  '40001', // serialization failure
  '40003', // completion unknown
  '40P01', // deadlock
  '55P03', // lock not available
  '57014', // statement timeout, cancel
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  '57P05', // idle session timeout
]);
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** All that TypeORM says of a query runner whose connection was lost between two queries. */
const releasedNames = new Set(['QueryRunnerAlreadyReleasedError', 'QueryRunnerProviderAlreadyReleasedError']);
/** The driver has no codes for these; their texts are all it says. */
const connectionLost = /connection terminated|connection error and is not queryable|timeout exceeded when trying to connect/i;

/**
 * True when the database, or the way to it, failed and not the work itself: connection loss, shutdown, too many connections,
 * serialization failure, deadlock, statement timeout. Data errors (constraints, types, syntax) are false. Whether the failed
 * work was committed is unknown: repeat only what is idempotent.
 */
export function isTransientDatabaseError(error: unknown): boolean {
  return causesOf(error).some((cause) => {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string') {
      if (socketCodes.has(code) || transientStates.has(code)) return true;
      if (/^[0-9A-Z]{5}$/.test(code) && transientClasses.has(code.slice(0, 2))) return true;
    }
    return connectionLost.test(cause.message) || releasedNames.has(cause.name);
  });
}

/** The SQLSTATE of an error, as thrown by the driver or wrapped by TypeORM; undefined when there is none. */
export function sqlStateOf(error: unknown): string | undefined {
  for (const cause of causesOf(error)) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !socketCodes.has(code)) return code;
  }
  return undefined;
}

function causesOf(error: unknown): readonly Error[] {
  const found: Error[] = [];
  const open: unknown[] = [error];
  while (open.length > 0 && found.length < 16) {
    const next = open.pop();
    if (!isNativeError(next) || found.includes(next)) continue;
    found.push(next);
    const { driverError, errors } = next as { driverError?: unknown; errors?: unknown };
    open.push(next.cause, driverError, ...(Array.isArray(errors) ? (errors as unknown[]) : []));
  }
  return found;
}
