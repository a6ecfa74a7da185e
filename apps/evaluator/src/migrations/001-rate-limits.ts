import type { Migration } from '@holdpoint/persistence';
import type { QueryRunner } from 'typeorm';

/**
 * Counters of calls that policies limit, and the one statement that counts. Times are microseconds since the epoch by the database's clock.
 *
 * A counter keeps how many calls were let past in sub-windows of a 64th of the window. A sub-window counts as long as any of it lies within the
 * window: in no interval of that length is the limit passed, and at most for a 64th longer than need be a call is held back. Sub-windows are
 * kept by when they end, so that a policy whose window changes goes on with what has been counted.
 */
export class RateLimits001 implements Migration {
  readonly name = '001-rate-limits';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE counters (
        key bytea PRIMARY KEY,
        policy_id text COLLATE "C" NOT NULL,
        -- one of the counters of its policy that counted_keys counts
        is_counted boolean NOT NULL,
        ends bigint[] NOT NULL,
        calls integer[] NOT NULL,
        expires_at bigint NOT NULL,
        CHECK (cardinality(ends) = cardinality(calls))
      ) WITH (fillfactor = 70);
      CREATE INDEX counters_expiring ON counters (expires_at);

      -- How many values of its \`by\` a policy has counters for.
      CREATE TABLE counted_keys (
        policy_id text COLLATE "C" PRIMARY KEY,
        keys integer NOT NULL CHECK (keys >= 0)
      );

      -- What was let past, so that a call that is delivered again is not counted again.
      CREATE TABLE admissions (
        id bytea PRIMARY KEY,
        admitted_at bigint NOT NULL,
        expires_at bigint NOT NULL
      );
      CREATE INDEX admissions_expiring ON admissions (expires_at);

      -- One element of each array per limit that a call meets, those of one call together. A call is let past by all its limits, and counted by each, or by none.
      -- Answers one row per call: refused_by is the first of its elements that has no room, counted from 1; null: it may go on.
      -- INVARIANT: locks are taken in one order, of policies and then of counters, and kept until the end of the statement: it is the whole transaction, and no client is waited for.
      CREATE FUNCTION admit(call_of integer[], policy_of text[], key_of bytea[], overflow_of bytea[], id_of bytea[], most integer[], window_of bigint[], memory_of bigint[], most_keys integer)
      RETURNS TABLE (call integer, refused_by integer, retry_after bigint, at bigint) LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      DECLARE
        counter_of bytea[];
        place_of integer[];
        used_of bigint[];
        known_of boolean[];
        taken integer[];
        admitted integer[] := '{}';
        calls_seen integer[] := '{}';
        refusals integer[] := '{}';
        refused integer;
        now_us bigint;
        this integer := 1;
        first integer;
      BEGIN
        -- Values of \`by\` that have no counter yet get one, while there are not too many; the rest of them share one.
        IF EXISTS (SELECT 1 FROM unnest(key_of, overflow_of) AS a (key, overflow) WHERE a.overflow IS NOT NULL AND NOT EXISTS (SELECT 1 FROM counters c WHERE c.key = a.key)) THEN
          INSERT INTO counted_keys AS k (policy_id, keys)
            SELECT DISTINCT a.policy_id, 0 FROM unnest(policy_of, overflow_of) AS a (policy_id, overflow) WHERE a.overflow IS NOT NULL ORDER BY 1
            ON CONFLICT (policy_id) DO UPDATE SET keys = k.keys WHERE false;
          WITH missing AS (
            SELECT a.policy_id, a.key, a.overflow, row_number() OVER (PARTITION BY a.policy_id ORDER BY a.key) AS nth
            FROM (SELECT DISTINCT u.policy_id, u.key, u.overflow FROM unnest(policy_of, key_of, overflow_of) AS u (policy_id, key, overflow) WHERE u.overflow IS NOT NULL) AS a
            WHERE NOT EXISTS (SELECT 1 FROM counters c WHERE c.key = a.key)
          ), made AS (
            -- INVARIANT: who was counted with others so far brings along what they used.
            INSERT INTO counters (key, policy_id, is_counted, ends, calls, expires_at)
            SELECT m.key, m.policy_id, true, coalesce(o.ends, '{}'), coalesce(o.calls, '{}'), coalesce(o.expires_at, 0)
            FROM missing m JOIN counted_keys k ON k.policy_id = m.policy_id LEFT JOIN counters o ON o.key = m.overflow
            WHERE k.keys + m.nth <= most_keys
            RETURNING policy_id
          )
          UPDATE counted_keys k SET keys = k.keys + m.more FROM (SELECT policy_id, count(*)::integer AS more FROM made GROUP BY policy_id) AS m WHERE k.policy_id = m.policy_id;
        END IF;
        SELECT array_agg(CASE WHEN a.overflow IS NULL OR EXISTS (SELECT 1 FROM counters c WHERE c.key = a.key) THEN a.key ELSE a.overflow END ORDER BY a.nth)
          INTO counter_of FROM unnest(key_of, overflow_of) WITH ORDINALITY AS a (key, overflow, nth);

        -- Makes counters that are missing, and locks all.
        INSERT INTO counters AS c (key, policy_id, is_counted, ends, calls, expires_at)
          SELECT DISTINCT ON (a.key) a.key, a.policy_id, false, '{}'::bigint[], '{}'::integer[], 0 FROM unnest(counter_of, policy_of) AS a (key, policy_id) ORDER BY a.key
          ON CONFLICT (key) DO UPDATE SET policy_id = c.policy_id WHERE false;

        -- INVARIANT: read once, after the locks: calls are counted in the order of their times.
        now_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;

        WITH asked AS (
          SELECT a.nth, a.key, a.id, a.span, dense_rank() OVER (ORDER BY a.key)::integer AS place FROM unnest(counter_of, id_of, window_of) WITH ORDINALITY AS a (key, id, span, nth)
        ), used AS (
          SELECT a.key, a.span, (SELECT coalesce(sum(w.calls), 0) FROM counters c, unnest(c.ends, c.calls) AS w (ends_at, calls) WHERE c.key = a.key AND w.ends_at > now_us - a.span)::bigint AS calls
          FROM (SELECT DISTINCT key, span FROM asked) AS a
        )
        SELECT array_agg(a.place ORDER BY a.nth), array_agg(u.calls ORDER BY a.nth), array_agg(EXISTS (SELECT 1 FROM admissions m WHERE m.id = a.id AND m.expires_at > now_us) ORDER BY a.nth)
          INTO place_of, used_of, known_of FROM asked a JOIN used u ON u.key = a.key AND u.span = a.span;

        taken := array_fill(0, ARRAY[cardinality(call_of)]);
        WHILE this <= cardinality(call_of) LOOP
          first := this;
          refused := NULL;
          WHILE this <= cardinality(call_of) AND call_of[this] = call_of[first] LOOP
            IF refused IS NULL AND NOT known_of[this] AND used_of[this] + taken[place_of[this]] >= most[this] THEN refused := this; END IF;
            this := this + 1;
          END LOOP;
          calls_seen := calls_seen || call_of[first];
          refusals := refusals || coalesce(refused, 0);
          IF refused IS NULL THEN
            FOR each IN first .. this - 1 LOOP
              IF NOT known_of[each] THEN
                taken[place_of[each]] := taken[place_of[each]] + 1;
                admitted := admitted || each;
              END IF;
            END LOOP;
          END IF;
        END LOOP;

        IF cardinality(admitted) > 0 THEN
          UPDATE counters c SET
            (ends, calls) = (
              SELECT array_agg(w.ends_at ORDER BY w.ends_at), array_agg(w.calls ORDER BY w.ends_at) FROM (
                SELECT b.ends_at, sum(b.calls)::integer AS calls FROM (
                  -- After many changes of the window: in fewer, later sub-windows.
                  SELECT CASE WHEN cardinality(c.ends) > 256 AND o.ends_at < t.this_end THEN (o.ends_at / (t.span / 64) + 1) * (t.span / 64) ELSE o.ends_at END AS ends_at, o.calls
                  FROM unnest(c.ends, c.calls) AS o (ends_at, calls) WHERE o.ends_at > now_us - t.span
                  UNION ALL SELECT t.this_end, t.calls
                ) AS b GROUP BY b.ends_at
              ) AS w
            ),
            -- In steps, so that most updates touch no index.
            expires_at = CASE WHEN c.expires_at < t.this_end + t.span THEN t.this_end + 2 * t.span ELSE c.expires_at END
          FROM (
            SELECT a.key, count(*)::integer AS calls, max(a.span) AS span, (now_us / (max(a.span) / 64) + 1) * (max(a.span) / 64) AS this_end
            FROM unnest(counter_of, window_of) WITH ORDINALITY AS a (key, span, nth) WHERE a.nth = ANY (admitted) GROUP BY a.key
          ) AS t WHERE c.key = t.key;
          INSERT INTO admissions AS m (id, admitted_at, expires_at)
            SELECT DISTINCT ON (a.id) a.id, now_us, now_us + a.memory FROM unnest(id_of, memory_of) WITH ORDINALITY AS a (id, memory, nth) WHERE a.nth = ANY (admitted)
            ON CONFLICT (id) DO UPDATE SET admitted_at = excluded.admitted_at, expires_at = excluded.expires_at;
        ELSE
          -- Nothing that a crash may not undo: a flood of refused calls does not wait for the disk.
          PERFORM set_config('synchronous_commit', 'off', true);
        END IF;

        -- A refused call has room when so many of the oldest have left the window that one more fits: in every limit that has none.
        RETURN QUERY
          WITH answers AS (
            SELECT s.call, nullif(s.refused, 0) AS refused FROM unnest(calls_seen, refusals) AS s (call, refused)
          ), full_ones AS (
            SELECT a.call, a.key, a.span, a.most FROM answers s
            JOIN unnest(call_of, counter_of, window_of, most, known_of) AS a (call, key, span, most, known) ON a.call = s.call
            WHERE s.refused IS NOT NULL AND NOT a.known
          ), frees AS (
            SELECT f.key, f.span, f.most, (
              SELECT w.ends_at + f.span - now_us FROM (
                SELECT o.ends_at, sum(o.calls) OVER (ORDER BY o.ends_at) AS freed, sum(o.calls) OVER () AS used
                FROM counters c, unnest(c.ends, c.calls) AS o (ends_at, calls) WHERE c.key = f.key AND o.ends_at > now_us - f.span
              ) AS w WHERE w.used >= f.most AND w.freed > w.used - f.most ORDER BY w.ends_at LIMIT 1
            ) AS wait FROM (SELECT DISTINCT key, span, most FROM full_ones) AS f
          ), waits AS (
            SELECT f.call, max(r.wait) AS wait FROM full_ones f JOIN frees r ON r.key = f.key AND r.span = f.span AND r.most = f.most GROUP BY f.call
          )
          SELECT s.call, s.refused, w.wait, now_us FROM answers s LEFT JOIN waits w ON w.call = s.call;
      END
      $$;
    `);
  }
}
