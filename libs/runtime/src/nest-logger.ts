import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.ts';

/** Nest's own lines through our logger. What Nest says of its start (modules, routes) is debug: services log their own. */
export class NestLogger implements LoggerService {
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(contextOf(rest), textOf(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(contextOf(rest), textOf(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(contextOf(rest), textOf(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ ...contextOf(rest), ...errorIn(message) }, textOf(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const stack = rest.find((value) => typeof value === 'string' && value.includes('\n    at '));
    const error = rest.find((value) => value instanceof Error);
    this.logger.error(
      { ...contextOf(rest.filter((value) => value !== stack)), ...errorIn(message), ...errorIn(error), ...(stack === undefined ? {} : { stack }) },
      textOf(message),
    );
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.error(message, ...rest);
  }
}

/** Nest passes the context, the name of who speaks, last. */
function contextOf(rest: readonly unknown[]): { context?: string } {
  const last = rest.at(-1);
  return typeof last === 'string' ? { context: last } : {};
}

function errorIn(value: unknown): { err?: Error } {
  return value instanceof Error ? { err: value } : {};
}

function textOf(message: unknown): string {
  if (message instanceof Error) return message.message;
  return typeof message === 'object' && message !== null ? JSON.stringify(message) : String(message);
}
