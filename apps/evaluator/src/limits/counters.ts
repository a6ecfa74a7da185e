import type { DataSource, QueryRunner } from 'typeorm';

/** One limit that a call meets. Times are microseconds. */
export type Counted = Readonly<{
  policyId: string;
  /** Of the counter, and of the one that is shared by those past the most keys; null: it has none. */
  key: Buffer;
  overflow: Buffer | null;
  /** The same when the call is delivered again: remembered so long, it is counted once. */
  id: Buffer;
  most: number;
  window: number;
  memory: number;
}>;

/** `refusedBy`: the place of the first limit without room; `retryAfterMs`: when there is room in all that have none. */
export type Admission = Readonly<{ admitted: true }> | Readonly<{ admitted: false; refusedBy: number; retryAfterMs: number }>;

type AdmissionRow = Readonly<{ call: number; refused_by: number | null; retry_after: string | null }>;

/** Values of `by` that one policy has counters of their own for; all further ones share one counter, until others have expired. */
export const mostKeys = 100_000;
/** Past this the connection is given up: the server itself ends a statement before. */
const giveUpMs = 3_000;
/** Rows of one transaction, at most. */
const chunk = 2_000;

const nowUs = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';
const expired = [
  `DELETE FROM admissions WHERE id IN (SELECT id FROM admissions WHERE expires_at < ${nowUs} ORDER BY expires_at LIMIT ${chunk} FOR UPDATE SKIP LOCKED) RETURNING 1`,
  `DELETE FROM counters WHERE key IN (SELECT key FROM counters WHERE NOT is_counted AND expires_at < ${nowUs} ORDER BY expires_at LIMIT ${chunk} FOR UPDATE SKIP LOCKED) RETURNING 1`,
  // One policy at a time, its count first: as they are made.
  `WITH policy AS (
     SELECT policy_id FROM counted_keys WHERE policy_id = (SELECT policy_id FROM counters WHERE is_counted AND expires_at < ${nowUs} ORDER BY expires_at LIMIT 1) FOR UPDATE SKIP LOCKED
   ), gone AS (
     DELETE FROM counters WHERE key IN (
       SELECT c.key FROM counters c JOIN policy USING (policy_id) WHERE c.is_counted AND c.expires_at < ${nowUs} LIMIT ${chunk} FOR UPDATE OF c SKIP LOCKED
     ) RETURNING 1
   ), counted AS (
     UPDATE counted_keys SET keys = keys - (SELECT count(*) FROM gone) WHERE policy_id = (SELECT policy_id FROM policy)
   )
   SELECT 1 FROM gone`,
  `DELETE FROM counted_keys WHERE policy_id IN (SELECT policy_id FROM counted_keys WHERE keys = 0 LIMIT ${chunk} FOR UPDATE SKIP LOCKED) RETURNING 1`,
] as const;

/** The counters of all evaluators, in Postgres. */
export class Counters {
  constructor(
    private readonly db: () => DataSource,
    private readonly keys = mostKeys,
  ) {}

  /** Each call is let past by all its limits, and counted by each, or by none: one answer per call, in order. Rejects when Postgres does not answer; then it may have been counted. */
  async admit(calls: readonly (readonly Counted[])[]): Promise<readonly Admission[]> {
    const asked = calls.flatMap((limits, call) => limits.map((limit) => ({ call, ...limit })));
    const column = <K extends keyof (typeof asked)[number]>(name: K) => asked.map((one) => one[name]);
    const parameters = [...(['call', 'policyId', 'key', 'overflow', 'id', 'most', 'window', 'memory'] as const).map(column), this.keys];
    const rows = await this.within<AdmissionRow>('SELECT call, refused_by, retry_after FROM admit($1, $2, $3, $4, $5, $6, $7, $8, $9)', parameters);
    const answers = new Map(rows.map((row) => [row.call, row]));
    const firstOf = new Map(asked.map(({ call }, place) => [call, place] as const).reverse());
    return calls.map((_limits, call): Admission => {
      const answer = answers.get(call);
      if (!answer) throw new Error('the database gave no answer for a call');
      const { refused_by, retry_after } = answer;
      return refused_by === null ? { admitted: true } : { admitted: false, refusedBy: refused_by - 1 - (firstOf.get(call) ?? 0), retryAfterMs: Number(retry_after) / 1_000 };
    });
  }

  /** Deletes what counts no more, in small transactions. Any number of replicas may be at it. */
  async deleteExpired(goOn: () => boolean): Promise<number> {
    let deleted = 0;
    for (const statement of expired) {
      for (let count = chunk; count === chunk && goOn(); deleted += count) count = (await this.within(statement, [])).length;
    }
    return deleted;
  }

  /** Policies that have more values of `by` than counters: some of these share one. */
  async fullPolicies(): Promise<number> {
    const [row] = await this.within<{ policies: number }>('SELECT count(*)::integer AS policies FROM counted_keys WHERE keys >= $1', [this.keys]);
    return row?.policies ?? 0;
  }

  /** INVARIANT: a connection that hangs is let go of, so that those who come after it find another. */
  private async within<Row>(statement: string, parameters: readonly unknown[]): Promise<readonly Row[]> {
    const runner = this.db().createQueryRunner() as QueryRunner & Readonly<{ releasePostgresConnection: (error?: Error) => Promise<void> }>;
    let timer: NodeJS.Timeout | undefined;
    try {
      await runner.connect();
      timer = setTimeout(() => void runner.releasePostgresConnection(new Error('the database does not answer')), giveUpMs);
      const { records } = await runner.query(statement, [...parameters], true);
      return records as readonly Row[];
    } finally {
      clearTimeout(timer);
      await runner.release();
    }
  }
}
