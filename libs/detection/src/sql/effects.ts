import type { Rule } from '../rule.ts';
import { comparisonAt, operandAt } from './expression.ts';
import { effect } from './effect-rules.ts';
import { endsAt } from './statement.ts';
import { isOperator, isWord, type Token } from './token.ts';

/** Where statements come from decides how much a drop says: `run` now, or kept in a `script` that people read first. */
export type Circumstance = 'run' | 'script';
export type TellEffect = (rule: Rule, from: number, to: number) => void;

const TEMPORARY = /(?:^|_|\.)(?:te?mp|test|tests|staging|scratch|sandbox|dummy|example|bak|old)(?:_|\d|$)|^[#@]|(?:^|_)(?:tmp|temp)/;
const ADMIN_ROLES = /^(?:dba|sysdba|superuser|rds_superuser|cloudsqlsuperuser|sysadmin|securityadmin|db_owner|accountadmin|orgadmin|postgres|root|super|control|impersonate|pg_execute_server_program|pg_read_server_files|pg_write_server_files|pg_read_all_data|pg_write_all_data|admin|administrator|owner)$/;
const ACCOUNTS = /^(?:users?|accounts?|members?|memberships|profiles|employees|staff|admins?|auth_user|wp_usermeta|roles?|user_roles)$/;
const MAX_STATEMENT_LOOK = 400;
const MAX_STATEMENTS = 5_000;

/** Tells what each statement does. Looks at every token a few times at most. */
export function tellEffects(tokens: readonly Token[], circumstance: Circumstance, tell: TellEffect): void {
  let start = 0;
  let statements = 0;
  for (let at = 0; at <= tokens.length && statements < MAX_STATEMENTS; at += 1) {
    const token = tokens[at];
    if (token !== undefined && token.kind !== 'semicolon') continue;
    statements += 1;
    if (at > start) tellStatement(tokens, start, at, circumstance, tell);
    start = at + 1;
  }
  tellReaches(tokens, tell);
}

function tellStatement(tokens: readonly Token[], start: number, end: number, circumstance: Circumstance, tell: TellEffect): void {
  let at = start;
  while (at < end && (tokens[at]?.kind === 'comment' || isWord(tokens[at], 'begin', 'go', 'then', 'else', 'explain', 'analyze'))) {
    if (isWord(tokens[at], 'explain') && !isWord(tokens[at + 1], 'analyze')) return;
    at += 1;
  }
  if (isWord(tokens[at], 'if')) at = firstOf(tokens, at, end, ['drop', 'delete', 'truncate', 'exec', 'alter']) ?? at;
  if (isWord(tokens[at], 'with')) at = mainVerb(tokens, at, end) ?? at;
  const verb = tokens[at];
  if (verb?.kind !== 'word') return;
  const script = circumstance === 'script';
  switch (verb.text) {
    case 'drop':
      return tellDrop(tokens, at, end, script, tell);
    case 'truncate':
      return tellTruncate(tokens, at, end, script, tell);
    case 'delete':
      return tellDelete(tokens, at, end, script, tell);
    case 'update':
      return tellUpdate(tokens, at, end, script, tell);
    case 'alter':
      return tellAlter(tokens, at, end, script, tell);
    case 'create':
      return tellCreate(tokens, at, end, tell);
    case 'grant':
      return tellGrant(tokens, at, end, script, tell);
    case 'shutdown':
      if (endsAt(tokens[at + 1]) || isWord(tokens[at + 1], 'with', 'immediate', 'abort')) tell(effect.shutdown, at, end);
      return;
    case 'purge':
    case 'reset':
      if (isWord(tokens[at + 1], 'binary', 'master') && (isWord(tokens[at + 2], 'logs') || endsAt(tokens[at + 2]))) tell(effect.shutdown, at, end);
      return;
    case 'set':
      if (isWord(tokens[at + 1], 'password') && anyWord(tokens, at, end, ['root', 'sa', 'postgres', 'admin'])) tell(effect.superuser, at, end);
      if (isWord(tokens[at + 1], 'session_replication_role') || (isWord(tokens[at + 1], 'session') && isWord(tokens[at + 2], 'authorization'))) tell(effect.unguard, at, end);
      if (isWord(tokens[at + 1], 'global') && isWord(tokens[at + 2], 'general_log_file', 'slow_query_log_file')) tell(effect.fileWrite, at, end);
      return;
    case 'copy':
      return tellCopy(tokens, at, end, tell);
    case 'load':
      if (isWord(tokens[at + 1], 'data')) tell(sensitivePath(tokens, at, end) ? effect.fileRead : effect.fileImport, at, end);
      return;
    case 'attach':
      if (tokens.slice(at, at + 4).some((token) => token.kind === 'string' && /\.(?:php|phtml|jsp|aspx?)\d?$/i.test(token.text))) tell(effect.fileWrite, at, end);
      return;
    case 'insert':
    case 'replace':
      if (isWord(tokens[at + 2], 'mysql') && isOperator(tokens[at + 3], '.')) tell(effect.superuser, at, end);
      return;
    default:
  }
}

/** The statement behind `WITH … AS (…)`. */
function mainVerb(tokens: readonly Token[], from: number, end: number): number | undefined {
  let depth = 0;
  for (let at = from; at < end; at += 1) {
    const token = tokens[at];
    if (token?.kind === 'open') depth += 1;
    if (token?.kind === 'close') depth -= 1;
    if (isWord(token, 'delete', 'update') && (depth === 0 || (depth === 1 && tokens[at - 1]?.kind === 'open'))) return at;
    if (depth === 0 && isWord(token, 'select', 'insert')) return at;
  }
  return undefined;
}

function firstOf(tokens: readonly Token[], from: number, end: number, words: readonly string[]): number | undefined {
  for (let at = from; at < Math.min(end, from + 60); at += 1) if (isWord(tokens[at], ...words)) return at;
  return undefined;
}

const anyWord = (tokens: readonly Token[], from: number, end: number, words: readonly string[]): boolean => {
  for (let at = from; at < Math.min(end, from + MAX_STATEMENT_LOOK); at += 1) {
    const token = tokens[at];
    if (token && (token.kind === 'word' || token.kind === 'name' || token.kind === 'string') && words.includes(token.text.toLowerCase())) return true;
  }
  return false;
};

/** The names a statement is about, from `at` on: `[if exists] a.b, c`. The last part of each. */
function namesAt(tokens: readonly Token[], from: number, end: number): string[] {
  let at = from;
  while (isWord(tokens[at], 'if', 'exists', 'only', 'not')) at += 1;
  const names: string[] = [];
  for (; at < Math.min(end, from + 24); at += 1) {
    const token = tokens[at];
    const named = token?.kind === 'word' || token?.kind === 'name' || token?.kind === 'string' || token?.kind === 'variable' || token?.kind === 'number';
    if (!token || !named) break;
    names.push(token.text.toLowerCase());
    while (isOperator(tokens[at + 1], '.') && at < end) at += 2;
    if (at > from && tokens[at] !== token && tokens[at]) names[names.length - 1] = tokens[at]?.text.toLowerCase() ?? '';
    if (tokens[at + 1]?.kind !== 'comma') break;
    at += 1;
  }
  return names;
}

const passing = (names: readonly string[]): boolean => names.length > 0 && names.every((name) => TEMPORARY.test(name));

function tellDrop(tokens: readonly Token[], at: number, end: number, script: boolean, tell: TellEffect): void {
  let kind = at + 1;
  let temporary = false;
  while (isWord(tokens[kind], 'temporary', 'temp', 'materialized', 'external', 'foreign', 'unique', 'global', 'local', 'virtual', 'pluggable')) {
    temporary ||= isWord(tokens[kind], 'temporary', 'temp');
    kind += 1;
  }
  const names = namesAt(tokens, kind + 1, end);
  if (names.length === 0 || temporary) return;
  const object = tokens[kind];
  if (isWord(object, 'database', 'schema', 'keyspace', 'tablespace', 'catalog', 'warehouse', 'dataset')) return passing(names) ? undefined : tell(effect.dropDatabase, at, end);
  if (isWord(object, 'table', 'tables', 'collection')) {
    if (passing(names) || tokens[kind + 1]?.text === '#') return;
    const made = firstOf(tokens, end, tokens.length, ['create']) ?? tokens.length;
    const remade = tokens.slice(made, made + 8).some(({ text }) => names.includes(text.toLowerCase()));
    return tell(script || remade ? effect.dropTableInScript : effect.dropTable, at, end);
  }
  if (isWord(object, 'user', 'role', 'login', 'owned', 'group')) return tell(effect.dropPrincipal, at, end);
  if (isWord(object, 'view', 'function', 'procedure', 'trigger', 'index', 'sequence', 'type', 'extension', 'event', 'rule')) tell(effect.dropObject, at, end);
}

function tellTruncate(tokens: readonly Token[], at: number, end: number, script: boolean, tell: TellEffect): void {
  const from = isWord(tokens[at + 1], 'table') ? at + 2 : at + 1;
  if (tokens[from]?.kind === 'open' || endsAt(tokens[from])) return;
  const names = namesAt(tokens, from, end);
  if (names.length > 0 && !passing(names)) tell(script ? effect.dropTableInScript : effect.truncate, at, end);
}

function tellDelete(tokens: readonly Token[], at: number, end: number, script: boolean, tell: TellEffect): void {
  const from = isWord(tokens[at + 1], 'from') ? at + 2 : undefined;
  if (from === undefined) return;
  const names = namesAt(tokens, from, end);
  if (names.length === 0 || passing(names) || isNarrowed(tokens, from, end)) return;
  tell(script ? effect.dropTableInScript : effect.deleteAll, at, end);
}

function tellUpdate(tokens: readonly Token[], at: number, end: number, script: boolean, tell: TellEffect): void {
  const set = firstOf(tokens, at + 1, end, ['set']);
  if (set === undefined || set === at + 1) return;
  const names = namesAt(tokens, at + 1, end);
  if (isWord(tokens[at + 1], 'mysql') && isOperator(tokens[at + 2], '.')) return tell(effect.superuser, at, end);
  if (names.some((name) => ACCOUNTS.test(name)) && setsAdmin(tokens, set, end)) tell(effect.adminRow, at, end);
  if (names.length === 0 || passing(names) || isNarrowed(tokens, set, end)) return;
  tell(script ? effect.updateAllInScript : effect.updateAll, at, end);
}

/** `role = 'admin'`, `is_admin = true`. */
function setsAdmin(tokens: readonly Token[], from: number, end: number): boolean {
  for (let at = from; at < Math.min(end, from + 60); at += 1) {
    if (isWord(tokens[at], 'where')) return false;
    if (!isOperator(tokens[at + 1], '=')) continue;
    const [column, value] = [tokens[at]?.text.toLowerCase() ?? '', tokens[at + 2]];
    if (/^(?:role|user_role|user_type|account_type|permissions?|access_level|group)$/.test(column) && value?.kind === 'string' && /^(?:super_?)?(?:admin|administrator|superuser|root|owner|sysadmin)$/i.test(value.text)) return true;
    if (/^(?:is_?)?(?:admin|superuser|staff|root|super_?admin)$/.test(column) && (isWord(value, 'true') || value?.text === '1' || value?.text === 'true')) return true;
  }
  return false;
}

/** Whether a condition says which rows; one that always holds does not. */
function isNarrowed(tokens: readonly Token[], from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) {
    const token = tokens[at];
    if (isWord(token, 'limit', 'top', 'join', 'using')) return true;
    if (!isWord(token, 'where')) continue;
    const comparison = comparisonAt(tokens, at + 1);
    const after = comparison ? comparison.end : (operandAt(tokens, at + 1)?.end ?? at + 1);
    const whole = after >= end || tokens[after]?.kind === 'comment';
    if (comparison) {
      const { left, right, operator } = comparison;
      if (left.constant && right?.constant && left.kind !== 'call') return isWord(tokens[after], 'and');
      if (isWord(tokens[after], 'or')) {
        const further = comparisonAt(tokens, after + 1);
        if (further?.left.constant && further.right?.constant && further.left.kind !== 'call') return false;
      }
      if (!whole || left.kind !== 'column') return true;
      if (right && left.text === right.text && operator === '=') return false;
      if ((operator === '>' || operator === '>=') && (right?.text === '0' || right?.text === '-1')) return false;
      if (operator === 'like' && right?.text === '%') return false;
      return !(operator === 'is' && isWord(tokens[after - 2], 'not') && isWord(tokens[after - 1], 'null') && /^id$|_id$/.test(left.text));
    }
    const operand = operandAt(tokens, at + 1);
    return !(operand?.constant && whole);
  }
  return false;
}

function tellAlter(tokens: readonly Token[], at: number, end: number, script: boolean, tell: TellEffect): void {
  const object = tokens[at + 1];
  if (isWord(object, 'role', 'user', 'login', 'server', 'group')) {
    if (isAdministration(tokens, at + 2, end) || (anyWord(tokens, at + 2, Math.min(end, at + 6), ['root', 'sa', 'postgres', 'sys', 'system']) && anyWord(tokens, at + 3, end, ['identified', 'password']))) tell(effect.superuser, at, end);
    return;
  }
  if (isWord(object, 'database')) {
    if (anyWord(tokens, at + 3, end, ['offline', 'single_user', 'restricted_user', 'emergency'])) tell(effect.offline, at, end);
    return;
  }
  if (!isWord(object, 'table')) return;
  for (let index = at + 3; index < Math.min(end, at + MAX_STATEMENT_LOOK); index += 1) {
    if (isWord(tokens[index], 'disable', 'no') && anyWord(tokens, index, Math.min(end, index + 4), ['row', 'trigger', 'force'])) tell(effect.unguard, at, end);
    if (!isWord(tokens[index], 'drop') || isOperator(tokens[index + 1], '=', '.')) continue;
    if (isWord(tokens[index + 1], 'constraint', 'index', 'key', 'foreign', 'primary', 'default', 'not', 'check', 'identity', 'expression')) continue;
    return tell(script ? effect.dropColumnInScript : effect.dropColumn, at, end);
  }
}

/** SUPERUSER and the like, or membership of an administrator role. */
function isAdministration(tokens: readonly Token[], from: number, end: number): boolean {
  for (let at = from; at < Math.min(end, from + 60); at += 1) {
    const token = tokens[at];
    if (isWord(token, 'superuser', 'createrole', 'bypassrls', 'createuser', 'sysadmin', 'accountadmin')) return true;
    if (isWord(token, 'add') && isWord(tokens[at + 1], 'member') && tokens.slice(from - 1, at).some((name) => ADMIN_ROLES.test(name.text.toLowerCase()))) return true;
    if (isWord(token, 'role') && isWord(tokens[at - 1], 'in', 'default') && ADMIN_ROLES.test(tokens[at + 1]?.text.toLowerCase() ?? '')) return true;
  }
  return false;
}

function tellCreate(tokens: readonly Token[], at: number, end: number, tell: TellEffect): void {
  let object = at + 1;
  while (isWord(tokens[object], 'or', 'replace', 'aggregate', 'trusted', 'temp', 'temporary')) object += 1;
  if (isWord(tokens[object], 'user', 'role', 'login')) {
    if (isAdministration(tokens, object + 1, end)) tell(effect.superuser, at, end);
  } else if (isWord(tokens[object], 'function', 'procedure')) {
    const native = anyWord(tokens, object, end, ['soname']) || (isWord(tokens.slice(object, end).find((_, index, rest) => isWord(rest[index - 1], 'language')), 'c', 'plpythonu', 'plpython3u', 'plperlu', 'plsh') && tokens.slice(object, end).some(({ kind, text }) => kind === 'string' && /os\.|subprocess|system|popen|exec|libc|\.so\b|import|`|\/bin\//.test(text.slice(0, 2_000))));
    if (native) tell(effect.commandExecution, at, end);
  } else if (isWord(tokens[object], 'assembly') && tokens.slice(object, object + 12).some((token) => isWord(token, 'from'))) tell(effect.commandExecution, at, end);
}

function tellGrant(tokens: readonly Token[], at: number, end: number, script: boolean, tell: TellEffect): void {
  const privilege = tokens[at + 1];
  const to = firstOf(tokens, at, end, ['to']);
  if (to === undefined || !privilege) return;
  const wide = anyWord(tokens, to, end, ['grant']) || tokens.slice(at, to).some((token, index, list) => isOperator(token, '*') && !isOperator(list[index - 1], '.') && isOperator(list[index + 1], '.'));
  if (isWord(privilege, 'all')) return tell(wide || !script ? effect.grantAll : effect.grantScoped, at, end);
  for (let index = at + 1; index < Math.min(to, at + 24); index += 1) {
    if (isWord(tokens[index], 'on')) return;
    if (ADMIN_ROLES.test(tokens[index]?.text.toLowerCase() ?? '')) return tell(effect.grantAll, at, end);
  }
}

function tellCopy(tokens: readonly Token[], at: number, end: number, tell: TellEffect): void {
  for (let index = at + 1; index < Math.min(end, at + MAX_STATEMENT_LOOK); index += 1) {
    if (!isWord(tokens[index], 'to', 'from')) continue;
    const target = tokens[index + 1];
    if (isWord(target, 'program') && tokens[index + 2]?.kind === 'string') return tell(effect.commandExecution, at, end);
    if (target?.kind !== 'string' || !/[/\\]/.test(target.text)) continue;
    if (isWord(tokens[index], 'from')) return tell(sensitivePath(tokens, index, end) ? effect.fileRead : effect.fileImport, at, end);
    return tell(/\.(?:php\d?|phtml|jsp|aspx?|sh|py|pl|so|service|timer)$|authorized_keys|\/etc\/|cron|\.ssh|\/www\/|\/html\//i.test(target.text) ? effect.fileWrite : effect.fileWriteExport, at, end);
  }
}

const sensitivePath = (tokens: readonly Token[], from: number, end: number): boolean =>
  tokens.slice(from, Math.min(end, from + 12)).some(({ kind, text }) => kind === 'string' && /^\/(?:etc|root|proc|home|var\/lib|var\/log)\/|\.ssh|\.aws|id_rsa|win\.ini|\.env\b|web\.config|pg_hba|my\.cnf|shadow|passwd/i.test(text));

const COMMANDS = new Set(['xp_cmdshell', 'sp_oacreate', 'sp_oamethod', 'sp_execute_external_script', 'sys_exec', 'sys_eval', 'load_extension', 'dbms_java', 'dbms_java_test', 'xp_regwrite', 'xp_servicecontrol', 'sp_addextendedproc']);
const READS = new Set(['load_file', 'pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'lo_import', 'filetoclob', 'filetoblob', 'xp_fileexist', 'xp_subdirs', 'xp_regread', 'fn_xe_file_target_read_file', 'readfile']);
const CONNECTS = new Set(['utl_http', 'utl_inaddr', 'utl_smtp', 'utl_tcp', 'httpuritype', 'dbms_ldap', 'dblink_connect', 'dblink_connect_u', 'xp_dirtree', 'opendatasource', 'http_get', 'http_post']);

const OUTWARD = new Set([...COMMANDS, ...READS, ...CONNECTS, 'outfile', 'dumpfile', 'mysql', 'pg_shadow', 'pg_authid', 'sql_logins', 'syslogins', 'sysxlogins', 'dba_users', 'user$', 'sp_configure', 'sp_addsrvrolemember', 'sp_addrolemember', 'dbms_scheduler', 'pg_terminate_backend', 'dblink', 'openrowset', 'utl_file', 'lo_export']);

/** Functions and procedures that reach out of the database, in statements of any kind. */
function tellReaches(tokens: readonly Token[], tell: TellEffect): void {
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== 'word' || !OUTWARD.has(token.text)) continue;
    const next = tokens[at + 1];
    const used = next?.kind === 'open' || isOperator(next, '.') || next?.kind === 'string' || next?.kind === 'variable' || isOperator(tokens[at - 1], '.');
    if (isWord(token, 'outfile', 'dumpfile') && next?.kind === 'string') tell(effect.fileWrite, at, at + 2);
    if ((isWord(token, 'mysql') && isOperator(next, '.') && isWord(tokens[at + 2], 'user', 'db', 'global_priv') && readsHash(tokens, at)) || (isWord(token, 'pg_shadow', 'pg_authid', 'sql_logins', 'syslogins', 'sysxlogins') && readsHash(tokens, at)) || (isWord(token, 'dba_users', 'user$') && readsHash(tokens, at)))
      tell(effect.accountHashes, at, at + 1);
    if (isWord(token, 'sp_configure') && next?.kind === 'string' && /xp_cmdshell|ole automation|clr enabled|external scripts/i.test(next.text)) tell(effect.commandExecution, at, at + 2);
    if (isWord(token, 'sp_addsrvrolemember', 'sp_addrolemember') && tokens.slice(at, at + 6).some(({ text }) => /^(?:sysadmin|db_owner|securityadmin)$/i.test(text))) tell(effect.superuser, at, at + 2);
    if (isWord(token, 'dbms_scheduler') && tokens.slice(at, at + 60).some(({ text }) => /^executable$/i.test(text))) tell(effect.commandExecution, at, at + 3);
    if (isWord(token, 'pg_terminate_backend') && tokens.slice(at, at + 12).some((name) => isWord(name, 'from'))) tell(effect.offline, at, at + 2);
    if (isWord(token, 'dblink') && next?.kind === 'open' && tokens[at + 2]?.kind === 'string' && /host(?:addr)?\s*=/.test(tokens[at + 2]?.text ?? '')) tell(effect.networkReach, at, at + 3);
    if (isWord(token, 'openrowset', 'utl_file') && used) tell(effect.fileRead, at, at + 2);
    if (isWord(token, 'lo_export') && next?.kind === 'open') tell(effect.fileWrite, at, at + 2);
    if (!used) continue;
    if (COMMANDS.has(token.text)) tell(effect.commandExecution, at, at + 2);
    else if (READS.has(token.text) && (next?.kind === 'open' || token.text.startsWith('xp_'))) tell(tokens.slice(at + 1, at + 6).some(({ kind, text }) => kind === 'string' && text.startsWith('\\\\')) ? effect.networkReach : effect.fileRead, at, at + 3);
    else if (CONNECTS.has(token.text)) tell(effect.networkReach, at, at + 3);
  }
}

/** Whether a password column, or every column, is asked for in the statement around. */
function readsHash(tokens: readonly Token[], at: number): boolean {
  return tokens.slice(Math.max(0, at - 24), at).some((token) => isOperator(token, '*') || /^(?:password|passwd|authentication_string|password_hash|rolpassword|plugin|spare4)$/i.test(token.text));
}
