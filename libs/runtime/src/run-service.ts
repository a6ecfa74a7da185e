import { monotonicMs } from './clock.ts';
import { InvalidConfig } from './config.ts';
import { createLogger, type Logger, type LogLevel } from './logger.ts';
import { Metrics } from './metrics.ts';
import { watchProcess } from './process-metrics.ts';
import type { PartHealth } from './operations-server.ts';
import type { Tracing } from './tracing.ts';
import type { TracingSettings } from './tracing-variables.ts';

export type RunningService = Readonly<{
  /** Finishes what is in hand and lets go of everything. Has 10 s. */
  stop: () => Promise<void>;
  health?: () => Promise<PartHealth[]>;
}>;

export type StartContext = Readonly<{
  log: Logger;
  metrics: Metrics;
  /** Aborted when the process is asked to end, also while it is still starting. */
  shutdown: AbortSignal;
  /** For the level of the configuration, which is read in `start`; info until then. Loggers made by `child` before keep theirs. */
  setLogLevel: (level: LogLevel) => void;
  /** Traces from now on, if the configuration names a collector; spans are sent until the process ends. */
  startTracing: (settings: TracingSettings | undefined) => Promise<void>;
}>;

export type ServiceProgram = Readonly<{ name: string; start: (context: StartContext) => Promise<RunningService> }>;

const exitCodes = { stopped: 0, failed: 1, invalidConfig: 78 } as const;
const stopWithinMs = 10_000;
/** Ctrl-C in a terminal reaches a child twice, from the terminal and through its parent: signals this close are one. */
const sameSignalMs = 500;

/**
 * Runs a service until SIGTERM or SIGINT, then stops it and ends the process. Exit codes: 0 stopped; 1 start failed, something was thrown
 * that nothing caught, or stop took longer than 10 s; 78 invalid configuration, said on standard error; 128 + n on a second signal, at once.
 * Resolves when the service has started.
 */
export async function runService({ name, start }: ServiceProgram): Promise<void> {
  const log = createLogger({ service: name, level: 'info' });
  const metrics = new Metrics({ service: name });
  watchProcess(metrics);
  const shutdown = new AbortController();
  // A service ends when told to, not when nothing happens to hold the event loop open.
  setInterval(() => undefined, 2 ** 30);
  let ending: { since: number; code: number } | undefined;
  let tracing: Tracing | undefined;
  const startTracing = async (settings: TracingSettings | undefined): Promise<void> => {
    if (settings === undefined) return;
    // Loaded only where it is wanted: it takes time and memory.
    const loaded = await import('./tracing.ts');
    tracing = loaded.startTracing({ service: name, settings, log });
  };
  const starting = Promise.resolve().then(() => start({ log, metrics, shutdown: shutdown.signal, setLogLevel: log.setLevel, startTracing }));

  const end = (code: number): void => {
    if (ending !== undefined) {
      ending.code = Math.max(ending.code, code);
      return;
    }
    const current = { since: monotonicMs(), code };
    ending = current;
    shutdown.abort();
    setTimeout(() => {
      log.error({ afterMs: stopWithinMs }, 'not stopped in time');
      process.exit(exitCodes.failed);
    }, stopWithinMs);
    void stopped(starting, log).then(async (clean) => {
      await tracing?.stop();
      const code = clean ? current.code : exitCodes.failed;
      log.info({ code }, 'stopped');
      process.exit(code);
    });
  };

  for (const [signal, number] of [['SIGTERM', 15], ['SIGINT', 2]] as const) {
    process.on(signal, () => {
      if (ending !== undefined && monotonicMs() - ending.since > sameSignalMs) process.exit(128 + number);
      if (ending === undefined) log.info({ signal }, 'stopping');
      end(exitCodes.stopped);
    });
  }
  const onDefect = (error: unknown): void => {
    log.error({ err: error }, 'an error that nothing caught');
    end(exitCodes.failed);
  };
  process.on('uncaughtException', onDefect);
  process.on('unhandledRejection', onDefect);

  try {
    await starting;
  } catch (error) {
    if (ending !== undefined) return; // asked to end while it started: `end` sees to the rest
    if (error instanceof InvalidConfig) {
      process.stderr.write(`${name}: ${error.message}\n`);
      process.exit(exitCodes.invalidConfig);
    }
    log.error({ err: error }, 'could not start');
    process.exit(exitCodes.failed);
  }
}

/** False when stopping failed. A start that was cut short has nothing to stop. */
async function stopped(starting: Promise<RunningService>, log: Logger): Promise<boolean> {
  const [outcome] = await Promise.allSettled([starting]);
  if (outcome.status === 'rejected') {
    log.debug({ err: outcome.reason as unknown }, 'start was cut short');
    return true;
  }
  try {
    await outcome.value.stop();
    return true;
  } catch (error) {
    log.error({ err: error }, 'could not stop cleanly');
    return false;
  }
}
