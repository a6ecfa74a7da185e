import { monotonicMs } from './clock.ts';
import { InvalidConfig } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { watchProcess } from './process-metrics.ts';
import type { PartHealth } from './operations-server.ts';
import type { ServiceSettings } from './service-variables.ts';
import type { Tracing } from './tracing.ts';

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
}>;

export type ServiceProgram<Config> = Readonly<{
  name: string;
  /** Called once, before `start`; logging and tracing go by it. May throw `InvalidConfig`. */
  config: () => Config;
  start: (config: Config, context: StartContext) => Promise<RunningService>;
}>;

const exitCodes = { stopped: 0, failed: 1, invalidConfig: 78 } as const;
const stopWithinMs = 10_000;
/** Ctrl-C in a terminal reaches a child twice, from the terminal and through its parent: signals this close are one. */
const sameSignalMs = 500;

/**
 * Runs a service until SIGTERM or SIGINT, then stops it and ends the process. Exit codes: 0 stopped; 1 start failed, something was thrown
 * that nothing caught, or stop took longer than 10 s; 78 invalid configuration, said on standard error; 128 + n on a second signal, at once.
 * Resolves when the service has started.
 */
export async function runService<Config extends Pick<ServiceSettings, 'logLevel' | 'tracing'>>({ name, config: read, start }: ServiceProgram<Config>): Promise<void> {
  const log = createLogger({ service: name, level: 'info' });
  const metrics = new Metrics({ service: name });
  watchProcess(metrics);
  const shutdown = new AbortController();
  // A service ends when told to, not when nothing happens to hold the event loop open.
  setInterval(() => undefined, 2 ** 30);
  let ending: { since: number; code: number } | undefined;
  let tracing: Tracing | undefined;
  const configureAndStart = async (): Promise<RunningService> => {
    const config = read();
    log.setLevel(config.logLevel);
    if (config.tracing !== undefined) {
      // Loaded only where it is wanted: it takes time and memory.
      const { startTracing } = await import('./tracing.ts');
      tracing = startTracing({ service: name, settings: config.tracing, log });
    }
    return await start(config, { log, metrics, shutdown: shutdown.signal });
  };
  // INVARIANT: not before the signals below are listened to.
  const starting = Promise.resolve().then(configureAndStart);

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
