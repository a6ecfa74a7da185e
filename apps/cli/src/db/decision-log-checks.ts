import type { Check } from './check.ts';

/** Months that stand ready ahead of time, beside the present one. */
const monthsAhead = 2;

/** This month's partition and the next ones, by the database's clock. */
export const partitionCheck: Check = {
  name: 'partitions',
  look: async (db) => {
    const months = await db.rows<{ name: string; attached: boolean }>(
      `SELECT name, EXISTS (SELECT 1 FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'decision_log.decisions'::regclass AND c.relname = name) AS attached
       FROM generate_series(0, $1) AS ahead, LATERAL (SELECT to_char(date_trunc('month', clock_timestamp()) + make_interval(months => ahead), '"decisions_"YYYY_MM')) AS month (name)`,
      [monthsAhead],
    );
    const missing = months.filter(({ attached }) => !attached).map(({ name }) => name);
    const [stray] = await db.rows<{ found: boolean }>('SELECT EXISTS (SELECT 1 FROM decision_log.decisions_default) AS found');
    const problems = [
      ...(missing.length > 0 ? [`the partition${missing.length === 1 ? '' : 's'} ${missing.join(', ')} of decision_log.decisions ${missing.length === 1 ? 'is' : 'are'} missing: the decision-log service makes them within the hour, and its log says what keeps it`] : []),
      ...(stray?.found === true ? ['decision_log.decisions_default holds decisions of a time that no month stands ready for: look at their ids’ times and at the clocks of the evaluators'] : []),
    ];
    return { problems, note: `${months.map(({ name }) => name).join(', ')}; the default one is empty` };
  },
};
