import type { DataSource, QueryRunner } from 'typeorm';
import { isTransientDatabaseError } from './database-errors.ts';
import type { DatabaseLog } from './database.ts';
import { OutboxRow } from './outbox.row.ts';

export type OutboxRelayOptions = Readonly<{
  /** From `openDatabase`, with `OutboxRow` among its entities. */
  dataSource: DataSource;
  /** Resolves once the message is acknowledged where it went; rejects when that is not known. */
  publish: (row: OutboxRow) => Promise<void>;
  log: DatabaseLog;
  /** Publishes the rows of this topic only: one relay per topic, and no topic waits for what another cannot get rid of. All, unless set. */
  topic?: string;
  /** Publishes on their way at a time, begun in order; 1 unless set. */
  inFlight?: number;
  /** Rows claimed by one transaction; 100 unless set. */
  batch?: number;
  /** How long an idle relay waits before it looks again; 1 s unless set. `wake` cuts it short. */
  idleMs?: number;
  /** A publish that takes longer counts as failed; 10 s unless set. */
  publishTimeoutMs?: number;
}>;

/** Pauses after failures, of one row and of the relay: doubling, up to the last. */
const backOffMs = { first: 100, last: 5_000 };

/**
 * Publishes outbox rows and deletes them once acknowledged: at least once, duplicates share `msgId`. Rows of one relay go out in the
 * order of their insertion, except that a row that fails steps aside. Any number of relays may run: a row is claimed by one at a time.
 */
export class OutboxRelay {
  private readonly options: Required<Omit<OutboxRelayOptions, 'topic'>> & Pick<OutboxRelayOptions, 'topic'>;
  private running: Promise<void> | undefined;
  private stopping = false;
  private woken = false;
  private endPause: (() => void) | undefined;

  constructor(options: OutboxRelayOptions) {
    this.options = { inFlight: 1, batch: 100, idleMs: 1_000, publishTimeoutMs: 10_000, ...options };
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Call after a commit that inserted rows: the relay looks at once. */
  wake(): void {
    this.woken = true;
    this.endPause?.();
  }

  /** Resolves when the publish in hand has ended and its row is settled; rows left wait for the next start. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.endPause?.();
    await this.running;
  }

  /** Rows that wait to be published. */
  async backlog(): Promise<number> {
    return await this.options.dataSource.getRepository(OutboxRow).count();
  }

  // INVARIANT: only `stop` ends this loop.
  private async run(): Promise<void> {
    let failures = 0;
    while (!this.isStopping()) {
      this.woken = false;
      try {
        const { claimed, failed } = await this.relayBatch();
        failures = failed ? failures + 1 : 0;
        if (!failed && claimed === 0) await this.pause(this.options.idleMs, 'until woken');
      } catch (error) {
        failures += 1;
        const level = isTransientDatabaseError(error) ? 'warn' : 'error';
        this.options.log[level]({ err: error, failures }, 'the outbox could not be read');
      }
      // One failure may be that row's own fault: the next rows get their chance at once.
      if (failures > 1) await this.pause(backOff(failures - 1), 'in full');
    }
  }

  private async relayBatch(): Promise<{ claimed: number; failed: boolean }> {
    const runner = this.options.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      const { topic } = this.options;
      const rows = await runner.manager
        .createQueryBuilder(OutboxRow, 'row')
        .where('row.dueAt <= clock_timestamp()')
        .andWhere(topic === undefined ? 'TRUE' : 'row.topic = :topic', { topic })
        // INVARIANT: by due time first, so that rows that keep failing cannot hold back the others.
        .orderBy('row.dueAt')
        .addOrderBy('row.id')
        .limit(this.options.batch)
        .setLock('pessimistic_write')
        .setOnLocked('skip_locked')
        .getMany();
      const failed = await this.publishAndSettle(runner, rows);
      await runner.commitTransaction();
      return { claimed: rows.length, failed };
    } catch (error) {
      if (runner.isTransactionActive && !runner.isReleased) await rollBack(runner);
      throw error;
    } finally {
      await runner.release();
    }
  }

  /** True when a row failed: it ends the batch, for what failed may well be the transport. */
  private async publishAndSettle(runner: QueryRunner, rows: readonly OutboxRow[]): Promise<boolean> {
    const { inFlight, publish, publishTimeoutMs, log } = this.options;
    const published: string[] = [];
    const failed: { row: OutboxRow; error: unknown }[] = [];
    for (let at = 0; at < rows.length && failed.length === 0; at += inFlight) {
      // A lost connection has given up the locks: another relay may hold the rest of the batch by now.
      if (this.isStopping() || runner.isReleased) break;
      const together = rows.slice(at, at + inFlight);
      const results = await Promise.allSettled(together.map(async (row) => await within(publishTimeoutMs, publish(row))));
      for (const [index, row] of together.entries()) {
        const result = results[index];
        if (result?.status === 'rejected') failed.push({ row, error: result.reason });
        else published.push(row.id);
      }
    }
    if (published.length > 0) await runner.query('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [published]);
    const [first] = failed;
    if (first === undefined) return false;
    log.warn({ err: first.error, outboxId: first.row.id, topic: first.row.topic, subject: first.row.subject, attempts: first.row.attempts + 1, failed: failed.length }, 'messages could not be published');
    for (const { row, error } of failed) {
      await runner.query(
        `UPDATE outbox SET attempts = attempts + 1, last_error = $2, due_at = clock_timestamp() + $3::float8 * interval '1 millisecond' WHERE id = $1`,
        [row.id, messageOf(error), backOff(row.attempts + 1)],
      );
    }
    return true;
  }

  private async pause(ms: number, how: 'until woken' | 'in full'): Promise<void> {
    if (this.isStopping() || (how === 'until woken' && this.woken)) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.endPause = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.endPause = () => {
        if (how === 'until woken' || this.isStopping()) end();
      };
    });
  }

  /** A call, so that the compiler does not take the flag for unchanged across an await. */
  private isStopping(): boolean {
    return this.stopping;
  }
}

async function rollBack(runner: QueryRunner): Promise<void> {
  try {
    await runner.rollbackTransaction();
  } catch (error) {
    // The connection is of no use any more, and the error that led here is the one to report.
    if (!isTransientDatabaseError(error)) throw error;
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not acknowledged within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function backOff(failures: number): number {
  return Math.min(backOffMs.first * 2 ** Math.min(failures - 1, 20), backOffMs.last);
}

/** Fits the column: no NUL characters, which text columns refuse, and no novels. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll('\0', '').slice(0, 1_000);
}
