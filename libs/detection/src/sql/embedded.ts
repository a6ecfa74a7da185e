import type { Rule, View } from '../rule.ts';
import { documentStore } from './document-store.ts';
import { effect } from './effect-rules.ts';
import { tellEffects } from './effects.ts';
import { isStatementAt } from './statement.ts';
import { isWord, type Token } from './token.ts';
import { tokenise } from './tokenise.ts';

/** What begins a statement worth reading in a program. */
export const EMBEDDED_LITERALS = [
  'drop database', 'drop schema', 'drop table', 'drop user', 'drop role', 'drop login', 'drop keyspace', 'drop owned', 'truncate ', 'delete from', 'update ', 'alter table', 'alter role', 'alter user', 'alter server role', 'alter database', 'create user', 'create role',
  'create login', 'create function', 'grant ', 'xp_cmdshell', 'sp_oacreate', 'sp_configure', 'copy ', 'into outfile', 'into dumpfile', 'load_file', 'pg_read_file', 'lo_import', 'lo_export', 'utl_http', 'from mysql.user', 'pg_shadow', 'pg_authid', 'load_extension',
  'sp_execute_external_script', 'xp_dirtree', 'dropdatabase', '.drop()', 'deletemany', 'flushall', 'flushdb', 'drop_database', 'drop_collection', 'delete_many', 'drop_all(',
];

/** Text right before a literal that a program sends to a database. */
const SENDS =
  /(?:\b(?:\w*execute\w*|\w*query\w*|raw|exec|run|sql|read_sql|text|do|prepare|statement|stmt|cmd|command|literal)\s*(?:\(|=|:|\+=)\s*(?:(?:sqlalchemy\.|sa\.|db\.)?text\s*\(\s*)?|\b(?:sql|executeRaw|executeRawUnsafe|queryRaw|queryRawUnsafe)\s*|-(?:query|q|e|c)\s+)(?:[rbuf]{1,2}|\$|@)?["'`]{0,2}$/i;
const CLIENT = /\b(?:sqlcmd|osql|psql|mysql|mariadb|sqlite3|bq|sqlplus|invoke-sqlcmd)\b[^\n]{0,200}$/i;
const STORE_CALLS = /\b\w*(?:client|mongo|db|conn|database|admin)\w*(?:\([^()\n]{0,80}\))?\s*\.\s*drop_database\s*\(|\.\s*drop_collection\s*\(\s*['"]|\.\s*(?:delete_many|deleteMany)\s*\(\s*\{\s*\}\s*[,)]|\b\w*(?:redis|client|cache|conn|r)\w*\s*\.\s*flush(?:all|db|All|Db)\s*\(|\bmetadata\s*\.\s*drop_all\s*\(|\.\s*drop_all\s*\(\s*(?:bind|engine|\))/i;
const AHEAD = 240;
const MAX_SQL = 4_096;

/** Reads SQL in the strings that a program sends to a database. Its rules fire at most once a text. */
export function analyseEmbedded(view: View): void {
  const { text, hits, place, budget } = view;
  const told = new Set<Rule>();
  let reached = -1;
  for (const hit of hits) {
    if (hit < reached) continue;
    budget.spend(3 * AHEAD);
    const around = text.slice(Math.max(0, hit - 80), hit + 80);
    if (place.file === '' && (documentStore.test(around) || STORE_CALLS.test(around)) && !told.has(effect.documentDrop)) {
      told.add(effect.documentDrop);
      view.report(effect.documentDrop, hit, Math.min(text.length, hit + 16));
    }
    const ahead = text.slice(Math.max(0, hit - AHEAD), hit);
    const opening = openingIn(ahead);
    if (opening < 0) continue;
    const before = ahead.slice(0, opening);
    if (!SENDS.test(before) && !(place.role !== 'code' && CLIENT.test(before))) continue;
    const begin = Math.max(0, hit - AHEAD) + opening + 1;
    const end = endOf(text, begin, text.charAt(begin - 1));
    // A placeholder is a name, or the rest of a statement.
    const sql = text.slice(begin, end).replace(/[$#]?\{[^{}\n]{0,80}\}/g, (hole) => '_'.repeat(hole.length));
    const goesOn = /^["'`]{1,3}\s*(?:[+.&%]|\\?\s*[fr]?["'`])|^["'`]\s*,\s*["'`]/.test(text.slice(end, end + 40));
    budget.spend(4 * sql.length);
    reached = end;
    const { tokens } = tokenise(sql);
    if (!startsAsSql(tokens)) continue;
    tellEffects(tokens, place.file === '' ? 'run' : 'script', (rule, first, last) => {
      const scoped = rule === effect.grantAll && /\bgrant\s+all\b/i.test(sql) && !/\*\s*\.\s*\*|grant\s+option/i.test(sql) ? effect.grantScoped : rule;
      if (told.has(scoped) || ((rule === effect.deleteAll || rule === effect.updateAll) && (goesOn || tokens.slice(first + 3, last).some((token) => /^_{2,}$/.test(token.text))))) return;
      told.add(scoped);
      view.report(scoped, begin + (tokens[first]?.start ?? 0), begin + Math.max(1, tokens[Math.max(first, last - 1)]?.end ?? sql.length));
    });
  }
}

const startsAsSql = (tokens: readonly Token[]): boolean =>
  isStatementAt(tokens, 0) || isWord(tokens[0], 'drop', 'truncate', 'alter', 'create', 'grant', 'set', 'select', 'with', 'begin', 'use', 'exec', 'execute', 'copy', 'load', 'delete', 'update', 'insert', 'shutdown', 'if');

/** The last quote ahead of a statement that a word follows, or nothing but what stands there. */
function openingIn(ahead: string): number {
  for (let at = ahead.length - 1; at >= 0; at -= 1) {
    const sign = ahead.charAt(at);
    if ((sign === '"' || sign === "'" || sign === '`') && /^\s*(?:$|[a-z(])/i.test(ahead.slice(at + 1, at + 40)) && /[\s(=:+,rbuf$@"'`[{]$/i.test(ahead.slice(0, at))) return at;
  }
  return -1;
}

function endOf(text: string, begin: number, quote: string): number {
  const limit = Math.min(text.length, begin + MAX_SQL);
  const triple = text.startsWith(quote + quote, begin - 3);
  for (let at = begin; at < limit; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === quote && (!triple || text.startsWith(quote.repeat(3), at))) return at;
  }
  return limit;
}
