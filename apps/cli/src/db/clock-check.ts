import type { Check } from './check.ts';

const toleratedMs = 2_000;

/** This machine's clock against the database's, which decides about deadlines. */
export function clockCheck(clock: () => number): Check {
  return {
    name: 'clock',
    look: async (db) => {
      const asked = clock();
      const [row] = await db.rows<{ now: number }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now');
      const answered = clock();
      // The answer was given at some time between: what lies within is no difference.
      const database = row?.now ?? answered;
      const ahead = asked > database ? asked - database : answered < database ? answered - database : 0;
      const difference = `${(Math.abs(ahead) / 1_000).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} the database's`;
      return { problems: Math.abs(ahead) > toleratedMs ? [`this machine's clock is ${difference}: are both synchronised?`] : [], note: `this machine and the database differ by less than ${toleratedMs / 1_000} s` };
    },
  };
}
