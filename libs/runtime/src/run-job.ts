import { InvalidConfig } from './config.ts';
import { createLogger, type Logger } from './logger.ts';

export type Job<Config> = Readonly<{
  name: string;
  /** Called once, before `run`. May throw `InvalidConfig`. */
  config: () => Config;
  /** What it returns is logged beside `done`. */
  run: (config: Config, log: Logger) => Promise<object>;
  /** What the log says at the end. */
  done: string;
  failed: string;
  /** Errors whose message tells a person what to do. */
  refusal: new (...args: never[]) => Error;
}>;

/**
 * Runs a job to its end and sets the exit code: 0 done; 1 failed; 78 invalid configuration. The last, and what a refusal says, also go to standard
 * error. Never throws.
 */
export async function runJob<Config>({ name, config, run, done, failed, refusal }: Job<Config>): Promise<void> {
  const log = createLogger({ service: name, level: 'info' });
  try {
    log.info(await run(config(), log), done);
  } catch (error) {
    if (error instanceof InvalidConfig) {
      process.stderr.write(`${name}: ${error.message}\n`);
      process.exitCode = 78;
      return;
    }
    if (error instanceof refusal) process.stderr.write(`${name}: ${error.message}\n`);
    log.error({ err: error }, failed);
    process.exitCode = 1;
  }
}
