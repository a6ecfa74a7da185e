import { isTransientDatabaseError, openDatabase } from '@holdpoint/persistence';
import type { Logger, PartHealth } from '@holdpoint/runtime';
import type { DataSource } from 'typeorm';
import { schema } from '../migrations/migrations.ts';
import { Counters } from './counters.ts';
import { lanes } from './rate-limiter.ts';

const tryAgainMs = 1_000;
const cleanEveryMs = 20_000;
/** The server ends a statement that the calls no longer wait for. */
const statementTimeoutMs = 2_000;

/** The Postgres that calls are counted in. An evaluator goes on without it: only calls that meet a limit need it. */
export class LimitsDatabase {
  private readonly counters: Counters;
  private db: DataSource | undefined;
  /** Why it cannot be used; undefined: it can, as far as is known. */
  private trouble: string | undefined = 'not connected yet';
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private stopped = false;
  /** Policies whose values of `by` share a counter, as of the last look. */
  private full = 0;

  constructor(
    private readonly url: string,
    private readonly log: Logger,
  ) {
    this.counters = new Counters(() => this.opened());
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
    this.workLater();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
    await this.db?.destroy();
  }

  get fullPolicies(): number {
    return this.full;
  }

  health(): PartHealth {
    return this.trouble === undefined ? { part: 'postgres', ok: true } : { part: 'postgres', ok: false, detail: this.trouble };
  }

  /** As the counters do. */
  async admit(calls: Parameters<Counters['admit']>[0]): ReturnType<Counters['admit']> {
    try {
      return await this.counters.admit(calls);
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  private opened(): DataSource {
    if (!this.db) throw new Error('postgres is not connected');
    return this.db;
  }

  private async connect(): Promise<void> {
    // One connection beside the lanes, for what is deleted.
    this.db = await openDatabase({ url: this.url, schema, applicationName: 'evaluator', entities: [], poolSize: lanes + 1, statementTimeoutMs, firstConnectionMs: 0, log: this.log });
    this.trouble = undefined;
  }

  private workLater(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const act = (): void => {
      this.working = this.work().finally(() => {
        this.working = undefined;
        this.workLater();
      });
    };
    this.timer = setTimeout(act, this.trouble === undefined ? cleanEveryMs : tryAgainMs);
  }

  /** Connects if need be, and deletes what counts no more: which also tells whether Postgres answers. */
  private async work(): Promise<void> {
    try {
      if (!this.db) await this.connect();
      await this.counters.deleteExpired(() => !this.stopped);
      const before = this.full;
      this.full = await this.counters.fullPolicies();
      if (this.full > before) this.log.warn({ policies: this.full }, 'limits have more values of `by` than counters: further ones share one');
      if (this.trouble !== undefined) this.log.info({}, 'postgres answers again');
      this.trouble = undefined;
    } catch (error) {
      this.failed(error);
    }
  }

  /** Says so once, and looks again soon. */
  private failed(error: unknown): void {
    if (this.trouble !== undefined) return;
    this.log.warn({ err: error }, 'postgres does not answer: calls that meet a limit are blocked until it does');
    this.trouble = 'does not answer';
    if (!this.working) this.workLater();
  }
}
