import { effect } from './effect-rules.ts';
import type { TellEffect } from './effects.ts';
import { anyWord, firstOf } from './statement.ts';
import { isOperator, isWord, type Token } from './token.ts';

const ADMIN_ROLES = /^(?:dba|sysdba|superuser|rds_superuser|cloudsqlsuperuser|sysadmin|securityadmin|db_owner|accountadmin|orgadmin|postgres|root|super|control|impersonate|pg_execute_server_program|pg_read_server_files|pg_write_server_files|pg_read_all_data|pg_write_all_data|admin|administrator|owner)$/;

/** SUPERUSER and the like, or membership of an administrator role. */
export function isAdministration(tokens: readonly Token[], from: number, end: number): boolean {
  for (let at = from; at < Math.min(end, from + 60); at += 1) {
    const token = tokens[at];
    if (isWord(token, 'superuser', 'createrole', 'bypassrls', 'createuser', 'sysadmin', 'accountadmin')) return true;
    if (isWord(token, 'add') && isWord(tokens[at + 1], 'member') && tokens.slice(from - 1, at).some((name) => ADMIN_ROLES.test(name.text.toLowerCase()))) return true;
    if (isWord(token, 'role') && isWord(tokens[at - 1], 'in', 'default') && ADMIN_ROLES.test(tokens[at + 1]?.text.toLowerCase() ?? '')) return true;
  }
  return false;
}

export function tellGrant(tokens: readonly Token[], at: number, end: number, script: boolean, tell: TellEffect): void {
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

/** `role = 'admin'`, `is_admin = true`. */
export function setsAdmin(tokens: readonly Token[], from: number, end: number): boolean {
  for (let at = from; at < Math.min(end, from + 60); at += 1) {
    if (isWord(tokens[at], 'where')) return false;
    if (!isOperator(tokens[at + 1], '=')) continue;
    const [column, value] = [tokens[at]?.text.toLowerCase() ?? '', tokens[at + 2]];
    if (/^(?:role|user_role|user_type|account_type|permissions?|access_level|group)$/.test(column) && value?.kind === 'string' && /^(?:super_?)?(?:admin|administrator|superuser|root|owner|sysadmin)$/i.test(value.text)) return true;
    if (/^(?:is_?)?(?:admin|superuser|staff|root|super_?admin)$/.test(column) && (isWord(value, 'true') || value?.text === '1' || value?.text === 'true')) return true;
  }
  return false;
}
