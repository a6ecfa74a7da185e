import { allRoles, guardDefaults } from '@holdpoint/contracts';
import type { DataSource } from 'typeorm';
import { insertGuard } from '../guards/guards.repository.ts';
import { publishPolicySet } from '../policies/publish-policy-set.ts';
import { rowsOf } from '../sql.ts';
import { insertKey } from './keys.repository.ts';
import type { NewKey } from './make-key.ts';

const author = 'migrate';

/** On a database without any key: the guard `default`, and `key` as an admin of everything, in one transaction. Whoever comes second changes nothing and gets false. */
export async function makeFirstAdminKey(db: DataSource, key: NewKey): Promise<boolean> {
  return await db.transaction(async (tx) => {
    await rowsOf(tx, `SELECT pg_advisory_xact_lock(hashtext('holdpoint.keys.first'))`);
    if ((await rowsOf(tx, 'SELECT 1 FROM keys LIMIT 1')).length > 0) return false;
    const guard = await insertGuard(tx, { ...guardDefaults, id: 'default', name: 'Default' });
    if (guard) await publishPolicySet(tx, { guard, deleted: false, policies: [], author, action: 'guard.created', summary: 'Created the guard.', detail: { name: guard.name } });
    return (await insertKey(tx, key, { name: 'first admin key', guards: '*', roles: [...allRoles] }, author)) !== null;
  });
}
