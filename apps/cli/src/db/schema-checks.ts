import type { Check } from './check.ts';

/** Versions, rights and indexes of every service's schema. */
export function schemaChecks(migrations: Readonly<Record<string, readonly string[]>>): readonly Check[] {
  const schemas = Object.keys(migrations);
  return [...Object.entries(migrations).map(([schema, expected]) => versionCheck(schema, expected)), rolesCheck(schemas), indexCheck(schemas)];
}

function versionCheck(schema: string, expected: readonly string[]): Check {
  return {
    name: `schema ${schema}`,
    look: async (db) => {
      const recorded = (await db.rows<{ name: string }>(`SELECT name FROM ${schema}.migrations ORDER BY id`)).map(({ name }) => name);
      const missing = expected.filter((name) => !recorded.includes(name));
      const unknown = recorded.filter((name) => !expected.includes(name));
      const problems = [
        ...(missing.length > 0 ? [`the migrations ${missing.join(', ')} have not run: run migrate`] : []),
        ...(unknown.length > 0 ? [`the migrations ${unknown.join(', ')} are of another version than this one: run the version that made them, or a newer one`] : []),
      ];
      return { problems, note: `at ${expected.at(-1) ?? 'nothing'}` };
    },
  };
}

/** Each service's role owns what is in its schema, and sees no other one's. */
function rolesCheck(schemas: readonly string[]): Check {
  return {
    name: 'roles',
    look: async (db) => {
      const problems: string[] = [];
      const roles = await db.rows<{ role: string; strong: boolean; login: boolean }>(
        'SELECT rolname AS role, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS strong, rolcanlogin AS login FROM pg_roles WHERE rolname = ANY ($1)',
        [schemas],
      );
      for (const schema of schemas) {
        const role = roles.find((one) => one.role === schema);
        if (role === undefined) problems.push(`the role ${schema} is missing: run migrate`);
        else if (role.strong) problems.push(`the role ${schema} may do more to the server than a service's role`);
        else if (!role.login) problems.push(`the role ${schema} cannot sign in: run migrate`);
      }
      const known = roles.map(({ role }) => role);
      const trespasses = await db.rows<{ role: string; schema: string }>(
        `SELECT role, nspname AS schema FROM unnest($1::name[]) AS role, pg_namespace
         WHERE nspname = ANY ($2) AND nspname <> role AND has_schema_privilege(role, nspname, 'USAGE, CREATE') ORDER BY 1, 2`,
        [known, schemas],
      );
      for (const { role, schema } of trespasses) problems.push(`the role ${role} can get into the schema ${schema}`);
      const strangers = await db.rows<{ owner: string; object: string }>(
        `SELECT pg_get_userbyid(c.relowner) AS owner, n.nspname || '.' || c.relname AS object FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ANY ($1) AND pg_get_userbyid(c.relowner) <> n.nspname AND c.relkind <> 'i'
         UNION ALL SELECT pg_get_userbyid(nspowner), nspname FROM pg_namespace WHERE nspname = ANY ($1) AND pg_get_userbyid(nspowner) <> nspname ORDER BY 2`,
        [schemas],
      );
      for (const { owner, object } of strangers) problems.push(`${object} belongs to ${owner} and not to its service's role`);
      const [open] = await db.rows<{ connect: boolean }>(`SELECT has_database_privilege('public', current_database(), 'CONNECT') AS connect`);
      if (open?.connect === true) problems.push('every role of the server can connect to the database: run migrate');
      return { problems, note: `${schemas.join(', ')}: each sees its own schema only` };
    },
  };
}

function indexCheck(schemas: readonly string[]): Check {
  return {
    name: 'indexes',
    look: async (db) => {
      const rows = await db.rows<{ name: string; sound: boolean }>(
        `SELECT n.nspname || '.' || c.relname AS name, i.indisvalid AND i.indisready AS sound
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1) ORDER BY 1`,
        [schemas],
      );
      return { problems: rows.filter(({ sound }) => !sound).map(({ name }) => `the index ${name} is invalid: REINDEX INDEX ${name}`), note: `${rows.length} valid` };
    },
  };
}
