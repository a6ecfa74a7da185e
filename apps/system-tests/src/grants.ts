import type { Client } from 'pg';

/** Calls that one policy's limit let past in one transaction; `at`: microseconds since the epoch, by the database's clock. */
export type Grant = Readonly<{ policyId: string; at: number; calls: number }>;
/** `uncounted`: transactions that let other calls past than their counters grew by. */
export type Grants = Readonly<{ grants: readonly Grant[]; uncounted: readonly string[] }>;

/** From now on, everything that a limit lets past is kept with its instant: rows of the evaluators go when they count no more. `database` is a superuser's. */
export async function recordGrants(database: Client): Promise<void> {
  await database.query(`
    CREATE TABLE public.let_past (tx xid8, at bigint);
    CREATE TABLE public.counted (tx xid8, policy_id text, calls integer);
    CREATE FUNCTION public.record_let_past() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN INSERT INTO public.let_past VALUES (pg_current_xact_id(), NEW.admitted_at); RETURN NULL; END
    $$;
    -- Sub-windows that have left the window are taken out of a counter: they did not grow.
    CREATE FUNCTION public.record_counted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN
        INSERT INTO public.counted
          SELECT pg_current_xact_id(), NEW.policy_id, (SELECT sum(calls) FROM unnest(NEW.calls) AS n (calls))
            - (SELECT coalesce(sum(o.calls), 0) FROM unnest(OLD.ends, OLD.calls) AS o (ends_at, calls) WHERE o.ends_at = ANY (NEW.ends));
        RETURN NULL;
      END
    $$;
    GRANT USAGE ON SCHEMA public TO evaluator;
    CREATE TRIGGER recorded AFTER INSERT OR UPDATE ON evaluator.admissions FOR EACH ROW EXECUTE FUNCTION public.record_let_past();
    CREATE TRIGGER recorded AFTER UPDATE ON evaluator.counters FOR EACH ROW EXECUTE FUNCTION public.record_counted();
  `);
}

/** In the order of their instants. Expects that a call meets one limit at most. */
export async function readGrants(database: Client): Promise<Grants> {
  const { rows: grants } = await database.query<{ policy_id: string; at: string; calls: number }>(
    'SELECT c.policy_id, p.at, c.calls FROM public.counted c JOIN (SELECT DISTINCT tx, at FROM public.let_past) p USING (tx) ORDER BY p.at',
  );
  const { rows: uncounted } = await database.query<{ tx: string }>(`
    SELECT coalesce(p.tx, c.tx)::text AS tx FROM (SELECT tx, count(*) AS calls FROM public.let_past GROUP BY tx) p
    FULL JOIN (SELECT tx, sum(calls) AS calls FROM public.counted GROUP BY tx) c USING (tx) WHERE p.calls IS DISTINCT FROM c.calls`);
  return { grants: grants.map(({ policy_id: policyId, at, calls }) => ({ policyId, at: Number(at), calls })), uncounted: uncounted.map(({ tx }) => tx) };
}

/** The most calls of `grants` (their instants rising) that lie in one interval of that many microseconds, both ends included. */
export function mostWithin(grants: readonly Grant[], length: number): number {
  let [from, within, most] = [0, 0, 0];
  for (const { at, calls } of grants) {
    within += calls;
    for (let oldest = grants[from]; oldest !== undefined && at - oldest.at > length; oldest = grants[from]) {
      within -= oldest.calls;
      from += 1;
    }
    most = Math.max(most, within);
  }
  return most;
}
