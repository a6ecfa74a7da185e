import type { BuiltServices } from './built-services.ts';
import { type Check, problemOf, type Reader } from './check.ts';

const page = 100;

type Sealed = Readonly<{ id: string; sealed: Buffer }>;

/** What lies sealed and is still needed: by the id that it is bound to, page by page. */
const sealedThings = {
  'parked call': `SELECT approval_id AS id, sealed_call AS sealed FROM approval_workflow.approvals WHERE (status IN ('pending', 'approved') OR (event_key IS NOT NULL AND finished_at IS NULL AND status <> 'stale')) AND approval_id > $1 ORDER BY approval_id LIMIT ${page}`,
  'channel secret': `SELECT channel_id AS id, sealed_secret AS sealed FROM approval_workflow.channels WHERE deleted_at IS NULL AND channel_id > $1 ORDER BY channel_id LIMIT ${page}`,
} as const;

/** Every call that may still be shown or released, and every channel's secret, can be opened with the key at hand. */
export function sealCheck(key: Buffer | undefined, sealUnder: BuiltServices['sealUnder']): Check {
  return {
    name: 'sealed calls and secrets',
    look: async (db) => {
      if (key === undefined) return { problems: [], note: 'not looked at: give HOLDPOINT_SECRET_KEY' };
      const seal = sealUnder(key);
      const found = [];
      for (const [noun, sql] of Object.entries(sealedThings)) found.push({ noun, ...(await shutOf(db, sql, ({ id, sealed }) => opens(() => seal.open(id, sealed)))) });
      return {
        problems: found.flatMap(({ noun, shut }) => problemOf(shut, noun, (counted) => `${counted} cannot be opened with this HOLDPOINT_SECRET_KEY`)),
        note: `${found.map(({ noun, looked }) => `${looked} ${noun}${looked === 1 ? '' : 's'}`).join(' and ')} can be opened`,
      };
    },
  };
}

async function shutOf(db: Reader, sql: string, isOpen: (one: Sealed) => boolean): Promise<Readonly<{ looked: number; shut: readonly string[] }>> {
  const shut: string[] = [];
  let looked = 0;
  for (let after = ''; ; ) {
    const rows = await db.rows<Sealed>(sql, [after]);
    shut.push(...rows.filter((row) => !isOpen(row)).map(({ id }) => id));
    looked += rows.length;
    after = rows.at(-1)?.id ?? after;
    if (rows.length < page) return { looked, shut };
  }
}

/** What is shut is what this looks for; anything but a broken seal is a defect and stays an error. */
function opens(open: () => string): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'SealBroken') return false;
    throw error;
  }
}
