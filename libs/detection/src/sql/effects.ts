import type { Rule } from '../rule.ts';
import { comparisonAt, operandAt } from './expression.ts';
import { effect } from './effect-rules.ts';
import { isAdministration, setsAdmin, tellGrant } from './privileges.ts';
import { tellReaches } from './reaches.ts';
import { anyWord, endsAt, firstOf } from './statement.ts';
import { isOperator, isWord, type Token } from './token.ts';

/** Where statements come from decides how much a drop says: `run` now, or kept in a `script` that people read first. */
type Circumstance = 'run' | 'script';
export type TellEffect = (rule: Rule, from: number, to: number) => void;

const TEMPORARY = /(?:^|_|\.)(?:te?mp|test|tests|staging|scratch|sandbox|dummy|example|bak|old)(?:_|\d|$)|^[#@]|(?:^|_)(?:tmp|temp)/;
const ACCOUNTS = /^(?:users?|accounts?|members?|memberships|profiles|employees|staff|admins?|auth_user|wp_usermeta|roles?|user_roles)$/;
/** A place outside the database's own disks. */
const AWAY = /^(?:s3|gs|gcs|azure|wasbs?|abfss?|https?|ftp|hdfs):\/\/|^\\\\/i;
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
    case 'unload':
    case 'export':
    case 'backup':
      if (tokens.slice(at, Math.min(end, at + MAX_STATEMENT_LOOK)).some(({ kind, text }) => kind === 'string' && AWAY.test(text))) tell(effect.bulkExport, at, end);
      return;
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
    // A schema for staging or tests says it of all its tables.
    const schema = token.text.toLowerCase();
    while (isOperator(tokens[at + 1], '.') && at < end) at += 2;
    if (at > from && tokens[at] !== token && tokens[at]) names[names.length - 1] = /^(?:staging|tmp|temp|test|tests|scratch|sandbox)$/.test(schema) ? `${schema}_` : (tokens[at]?.text.toLowerCase() ?? '');
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
      // `"id" = 1`: what stands in double quotes is a name in standard SQL.
      const named = left.kind === 'column' || tokens[at + 1]?.mark === '"';
      if (!named && left.constant && right?.constant && left.kind !== 'call') return isWord(tokens[after], 'and');
      if (isWord(tokens[after], 'or')) {
        const further = comparisonAt(tokens, after + 1);
        if (further?.left.constant && further.right?.constant && further.left.kind !== 'call') return false;
      }
      if (!whole || !named) return true;
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
  if (isWord(object, 'system') && anyWord(tokens, at + 2, end, ['archive_command', 'restore_command', 'archive_cleanup_command', 'ssl_passphrase_command', 'session_preload_libraries', 'shared_preload_libraries', 'local_preload_libraries', 'dynamic_library_path'])) return tell(effect.commandExecution, at, end);
  if (!isWord(object, 'table')) return;
  for (let index = at + 3; index < Math.min(end, at + MAX_STATEMENT_LOOK); index += 1) {
    if (isWord(tokens[index], 'disable', 'no') && anyWord(tokens, index, Math.min(end, index + 4), ['row', 'trigger', 'force'])) tell(effect.unguard, at, end);
    if (!isWord(tokens[index], 'drop') || isOperator(tokens[index + 1], '=', '.')) continue;
    if (isWord(tokens[index + 1], 'constraint', 'index', 'key', 'foreign', 'primary', 'default', 'not', 'check', 'identity', 'expression')) continue;
    return tell(script ? effect.dropColumnInScript : effect.dropColumn, at, end);
  }
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

function tellCopy(tokens: readonly Token[], at: number, end: number, tell: TellEffect): void {
  for (let index = at + 1; index < Math.min(end, at + MAX_STATEMENT_LOOK); index += 1) {
    if (!isWord(tokens[index], 'to', 'from', 'into')) continue;
    const target = tokens[index + 1];
    if (isWord(target, 'program') && tokens[index + 2]?.kind === 'string') return tell(effect.commandExecution, at, end);
    if (target?.kind === 'string' && AWAY.test(target.text) && !isWord(tokens[index], 'from')) return tell(effect.bulkExport, at, end);
    if (target?.kind !== 'string' || !/[/\\]/.test(target.text)) continue;
    if (isWord(tokens[index], 'from')) return tell(sensitivePath(tokens, index, end) ? effect.fileRead : effect.fileImport, at, end);
    return tell(/\.(?:php\d?|phtml|jsp|aspx?|sh|py|pl|so|service|timer)$|authorized_keys|\/etc\/|cron|\.ssh|\/www\/|\/html\//i.test(target.text) ? effect.fileWrite : effect.fileWriteExport, at, end);
  }
}

const sensitivePath = (tokens: readonly Token[], from: number, end: number): boolean =>
  tokens.slice(from, Math.min(end, from + 12)).some(({ kind, text }) => kind === 'string' && /^\/(?:etc|root|proc|home|var\/lib|var\/log)\/|\.ssh|\.aws|id_rsa|win\.ini|\.env\b|web\.config|pg_hba|my\.cnf|shadow|passwd/i.test(text));
