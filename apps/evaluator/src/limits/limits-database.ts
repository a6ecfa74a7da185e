import { isTransientDatabaseError, openDatabase } from '@holdpoint/persistence';
import type { Logger, PartHealth } from '@holdpoint/runtime';
import type { DataSource } from 'typeorm';
import { schema } from '../migrations/migrations.ts';
import { Counters, mostKeys } from './counters.ts';
import { lanes } from './rate-limiter.ts';

const tryAgainMs = 1_000;
const cleanEveryMs = 20_000;
/** The server ends a statement that the calls no longer wait for. */
const statementTimeoutMs = 2_000;

/** The Postgres that calls are counted in. An evaluator goes on without it: only calls that meet a limit need it. */
export class LimitsDatabase {
  readonly counters: Counters;
  private db: DataSource | undefined;
  /** Why it cannot be used; undefined: it can, as far as is known. */
  private trouble: string | undefined = 'not connected yet';
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly options: Readonly<{ url: string; keys?: number }>,
    private readonly log: Logger,
  ) {
    this.counters = new Counters(() => this.opened(), options.keys ?? mostKeys);
  }

  /** Resolves when it is connected or could not be reached, and goes on trying then. Rejects when Postgres refuses (password, name). */
  async start(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      if (!isTransientDatabaseError(error)) throw error;
      this.log.warn({ err: error }, 'postgres cannot be reached: calls that meet a limit are blocked until it can');
      this.trouble = 'cannot be reached';
    }
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
    await this.db?.destroy();
  }

  health(): PartHealth {
    return this.trouble === undefined ? { part: 'postgres', ok: true } : { part: 'postgres', ok: false, detail: this.trouble };
  }

  private opened(): DataSource {
    if (!this.db) throw new Error('postgres is not connected');
    return this.db;
  }

  private async connect(): Promise<void> {
    const { url } = this.options;
    // One connection beside the lanes, for what is deleted.
    this.db = await openDatabase({ url, schema, applicationName: 'evaluator', entities: [], poolSize: lanes + 1, statementTimeoutMs, firstConnectionMs: 0, log: this.log });
    this.trouble = undefined;
  }

  private schedule(): void {
    if (this.stopped) return;
    const act = (): void => {
      this.working = this.work().finally(() => this.schedule());
    };
    this.timer = setTimeout(act, this.trouble === undefined ? cleanEveryMs : tryAgainMs);
  }

  /** Connects if need be, and deletes what counts no more: which also tells whether Postgres answers. */
  private async work(): Promise<void> {
    try {
      if (!this.db) await this.connect();
      await this.counters.deleteExpired(() => !this.stopped);
      if (this.trouble !== undefined) this.log.info({}, 'postgres answers again');
      this.trouble = undefined;
    } catch (error) {
      if (this.trouble === undefined) this.log.warn({ err: error }, 'postgres does not answer: calls that meet a limit are blocked until it does');
      this.trouble = 'does not answer';
    }
  }
}
