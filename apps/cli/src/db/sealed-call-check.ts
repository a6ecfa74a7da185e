import { type Check, problemOf } from './check.ts';
import type { BuiltServices } from './built-services.ts';

const page = 100;

/** Every call that may still be shown or released can be opened with the key at hand. */
export function sealedCallCheck(key: Buffer | undefined, sealUnder: BuiltServices['sealUnder']): Check {
  return {
    name: 'sealed calls',
    look: async (db) => {
      if (key === undefined) return { problems: [], note: 'not looked at: give HOLDPOINT_SECRET_KEY' };
      const seal = sealUnder(key);
      const shut: string[] = [];
      let looked = 0;
      for (let after = ''; ; ) {
        const rows = await db.rows<{ approval_id: string; sealed_call: Buffer }>(
          `SELECT approval_id, sealed_call FROM approval_workflow.approvals WHERE status IN ('pending', 'approved') AND approval_id > $1 ORDER BY approval_id LIMIT ${page}`,
          [after],
        );
        for (const { approval_id, sealed_call } of rows) if (!opens(() => seal.open(approval_id, sealed_call))) shut.push(approval_id);
        looked += rows.length;
        after = rows.at(-1)?.approval_id ?? after;
        if (rows.length < page) break;
      }
      const problems = problemOf(shut, 'parked call', (calls) => `${calls} cannot be opened with this HOLDPOINT_SECRET_KEY`);
      return { problems, note: `${looked} parked call${looked === 1 ? '' : 's'} can be opened` };
    },
  };
}

/** A call that is shut is what this looks for; anything but a broken seal is a defect and stays an error. */
function opens(open: () => string): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'SealBroken') return false;
    throw error;
  }
}
