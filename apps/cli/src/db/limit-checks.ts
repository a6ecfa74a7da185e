import { type Check, problemOf } from './check.ts';

/** What has expired is deleted within a minute; past this nobody does. */
const leftBehindUs = 10 * 60_000_000;
const nowUs = '(extract(epoch FROM clock_timestamp()) * 1000000)';

/** What bounds the counters of limits: values of `by` are counted, and what counts no more is deleted. */
export const limitCheck: Check = {
  name: 'limit counters',
  look: async (db) => {
    const miscounted = await db.rows<{ id: string }>(
      `SELECT coalesce(k.policy_id, c.policy_id) AS id FROM evaluator.counted_keys k
       FULL JOIN (SELECT policy_id, count(*) AS keys FROM evaluator.counters WHERE is_counted GROUP BY policy_id) c ON c.policy_id = k.policy_id
       WHERE coalesce(k.keys, 0) <> coalesce(c.keys, 0) ORDER BY 1`,
    );
    const [row] = await db.rows<{ counters: number; expired: number }>(
      `SELECT (SELECT count(*) FROM evaluator.counters)::int AS counters,
        ((SELECT count(*) FROM evaluator.counters WHERE expires_at < ${nowUs} - ${leftBehindUs}) + (SELECT count(*) FROM evaluator.admissions WHERE expires_at < ${nowUs} - ${leftBehindUs}))::int AS expired`,
    );
    const { counters, expired } = row ?? { counters: 0, expired: 0 };
    return {
      problems: [
        ...problemOf(miscounted.map(({ id }) => id), 'policy', (policies) => `${policies} with another number of counters than is on record`),
        ...(expired > 0 ? [`${expired} rows of evaluator.counters and evaluator.admissions expired more than 10 minutes ago: is an evaluator running, and does its log say what keeps it?`] : []),
      ],
      note: `${counters} in use`,
    };
  },
};
