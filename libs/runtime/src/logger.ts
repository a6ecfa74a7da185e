import { isNativeError } from 'node:util/types';
import { destination as descriptor, pino, stdTimeFunctions, type DestinationStream } from 'pino';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type Log = (fields: object, message: string) => void;

/** One JSON line per call. An error goes under `err`. */
export type Logger = Readonly<{
  debug: Log;
  info: Log;
  warn: Log;
  error: Log;
  child: (fields: object) => Logger;
}>;

/** A logger whose level can be set once the configuration is read; children made before keep theirs. */
export type RootLogger = Logger & Readonly<{ setLevel: (level: LogLevel) => void }>;

export type LoggerOptions = Readonly<{
  service: string;
  level: LogLevel;
  /** Standard output unless set. */
  destination?: DestinationStream;
}>;

/** Logs JSON lines that hold no secret: fields with a secret's name are cut, and so are API keys and passwords in addresses wherever they stand. */
export function createLogger({ service, level, destination }: LoggerOptions): RootLogger {
  const root = pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      hooks: { streamWrite: withoutSecrets },
    },
    // Written before the call returns: a process that exits has said everything, in order.
    destination ?? descriptor({ dest: 1, sync: true }),
  );
  return Object.assign(loggerOver(root), { setLevel: (next: LogLevel) => void (root.level = next) });
}

type PinoLogger = Readonly<Record<'debug' | 'info' | 'warn' | 'error', Log>> & { child: (fields: object) => PinoLogger; isLevelEnabled: (level: string) => boolean };

function loggerOver(target: PinoLogger): Logger {
  return {
    debug: (fields, message) => {
      if (target.isLevelEnabled('debug')) target.debug(redacted(fields), message);
    },
    info: (fields, message) => target.info(redacted(fields), message),
    warn: (fields, message) => target.warn(redacted(fields), message),
    error: (fields, message) => target.error(redacted(fields), message),
    child: (fields) => loggerOver(target.child(redacted(fields))),
  };
}

const secretName = /(?:authorization|password|secret|token|cookie)$|^(?:x[_-])?(?:api|secret|private|access)?[_-]?key$/i;
const deepest = 8;

/** The same object when it holds no secret. Pino's own redaction costs several times as much when it must look at more than one level. */
function redacted(fields: object, depth = 0): object {
  if (isNativeError(fields) || 'toJSON' in fields || ArrayBuffer.isView(fields)) return fields;
  let copy: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    const shown = secretName.test(name) && value !== undefined && value !== null ? '[redacted]' : shownAt(depth + 1, value);
    if (shown === value) continue;
    copy ??= Array.isArray(fields) ? ([...(fields as unknown[])] as unknown as Record<string, unknown>) : { ...fields };
    copy[name] = shown;
  }
  return copy ?? fields;
}

function shownAt(depth: number, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return depth > deepest ? '[deeper]' : redacted(value, depth);
}

export type DescribedError = Readonly<{ type: string; message: string; code?: string | number; stack?: string; cause?: DescribedError }>;

/** Name, message, code, stack and causes only: other fields of an error, such as a statement's parameters, may hold tool arguments. */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!isNativeError(error)) return { type: typeof error, message: typeof error === 'string' ? error : 'not an error object' };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth >= 4 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}

const apiKey = /(hp_sk_[A-Za-z0-9]{1,12})_[\w-]+/g;
const passwordInAddress = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*):[^\s/@"]+@/g;

function withoutSecrets(line: string): string {
  const keyless = line.includes('hp_sk_') ? line.replace(apiKey, '$1_[redacted]') : line;
  return keyless.includes('://') ? keyless.replace(passwordInAddress, '$1:[redacted]@') : keyless;
}
