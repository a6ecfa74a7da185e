import { effect } from './effect-rules.ts';
import type { TellEffect } from './effects.ts';
import { isOperator, isWord, type Token } from './token.ts';
import { hasUse, OUTWARD } from './uses.ts';
import { COMMANDS, CONNECTS, READS } from './vocabulary.ts';

/** Functions and procedures that reach out of the database, in statements of any kind. */
export function tellReaches(tokens: readonly Token[], tell: TellEffect): void {
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== 'word' || !hasUse(token, OUTWARD)) continue;
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
