import { leaseMs, type PolicySet } from '@holdpoint/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rowsOf } from '../sql.ts';

type SetRow = Readonly<{ current: string; revision: string | null; hash: string; body: string; newer: string }>;

/** What one reply carries of sets, at most; a single larger set travels alone. */
const maxSetBytes = 4 * 1024 ** 2;

@Injectable()
export class LeasesRepository {
  constructor(private readonly db: DataSource) {}

  /**
   * Five more seconds for the evaluator, and every guard's newest set past `applied`, oldest change first.
   * INVARIANT: the lease row is committed before the sets are read. A write that this reply misses therefore sees the lease, and waits for it.
   */
  async renew(evaluatorId: string, applied: number): Promise<{ revision: number; more: boolean; sets: PolicySet[] }> {
    const [lease] = await rowsOf<{ applied_revision: string }>(
      this.db,
      // A revision that was never given out comes from before the database was restored, and confirms nothing.
      `INSERT INTO leases (evaluator_id, expires_at, applied_revision)
       SELECT $1, clock_timestamp() + $3 * interval '1 millisecond', CASE WHEN $2::bigint > value THEN 0 ELSE $2::bigint END FROM revision
       ON CONFLICT (evaluator_id) DO UPDATE SET expires_at = excluded.expires_at, applied_revision = excluded.applied_revision
       RETURNING applied_revision`,
      [evaluatorId, applied, leaseMs],
    );
    const rows = await rowsOf<SetRow>(
      this.db,
      // One statement, one snapshot: the revision and the sets belong together.
      `SELECT r.value AS current, s.revision, s.hash, s.body, s.newer
       FROM revision r LEFT JOIN (
         SELECT p.revision, p.hash, p.body, count(*) OVER () AS newer, row_number() OVER earlier AS place, sum(p.bytes) OVER earlier AS total
         FROM guards g JOIN policy_sets p ON p.guard_id = g.id AND p.version = g.policy_version
         WHERE g.revision > $1
         WINDOW earlier AS (ORDER BY g.revision)
       ) s ON s.place = 1 OR s.total <= $2
       ORDER BY s.revision`,
      [lease?.applied_revision ?? 0, maxSetBytes],
    );
    const found = rows.filter(({ revision }) => revision !== null);
    const more = found.length < Number(found[0]?.newer ?? 0);
    return {
      revision: Number(more ? found.at(-1)?.revision : rows[0]?.current),
      more,
      sets: found.map(({ hash, body }) => ({ ...(JSON.parse(body) as Omit<PolicySet, 'hash'>), hash })),
    };
  }

  async giveBack(evaluatorId: string): Promise<void> {
    await rowsOf(this.db, 'DELETE FROM leases WHERE evaluator_id = $1', [evaluatorId]);
  }

  /** Every live lease, by the database's clock. */
  async live(): Promise<readonly { evaluatorId: string; applied: number; ageMs: number }[]> {
    const rows = await rowsOf<{ evaluator_id: string; applied_revision: string; age_ms: number }>(
      this.db,
      `SELECT evaluator_id, applied_revision, ($1 - extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS age_ms
       FROM leases WHERE expires_at > clock_timestamp() ORDER BY evaluator_id`,
      [leaseMs],
    );
    return rows.map(({ evaluator_id, applied_revision, age_ms }) => ({ evaluatorId: evaluator_id, applied: Number(applied_revision), ageMs: age_ms }));
  }

  /** Forgets evaluators that have been gone for a minute. */
  async sweep(): Promise<void> {
    await rowsOf(this.db, `DELETE FROM leases WHERE expires_at < clock_timestamp() - interval '1 minute'`);
  }
}
