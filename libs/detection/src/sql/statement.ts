import { isKeyword, isOperand, isOperator, isWord, type Token } from './token.ts';
import { hasUse, OPENS } from './uses.ts';

const MAX_STATEMENT_LOOK = 400;

const isName = (token: Token | undefined): boolean => token !== undefined && (token.kind === 'word' || token.kind === 'name' || token.kind === 'variable' || (token.kind === 'string' && token.mark === '"'));
const OBJECTS = ['table', 'database', 'schema', 'user', 'role', 'login', 'view', 'index', 'procedure', 'function', 'trigger', 'sequence', 'column', 'keyspace', 'tablespace', 'type', 'server', 'extension', 'external', 'materialized', 'temporary'];

/** Where a statement or the text ends. */
export const endsAt = (token: Token | undefined): boolean => token === undefined || token.kind === 'semicolon' || token.kind === 'comment';

/** What a SELECT begins its list with in SQL, and hardly in English. */
export function isSelectAt(tokens: readonly Token[], at: number): boolean {
  if (!isWord(tokens[at], 'select')) return false;
  let next = at + 1;
  while (isWord(tokens[next], 'all', 'distinct', 'distinctrow', 'top') || tokens[next]?.kind === 'comment' || (tokens[next]?.kind === 'number' && isWord(tokens[next - 1], 'top'))) next += 1;
  const first = tokens[next];
  const second = tokens[next + 1];
  if (!first) return false;
  if (first.kind === 'number') return second === undefined || second.kind !== 'word' || isKeyword(second);
  if (isOperator(first, '*')) return endsAt(second) || isFromAt(tokens, next + 1) || second?.kind === 'close' || second?.kind === 'comma';
  if (first.kind === 'string') return (first.mark !== '"' && (first.closed || !/\s/.test(first.text))) || second?.kind === 'comma' || isWord(second, 'from', 'as', 'union', 'into');
  if (first.kind === 'variable' && first.text !== '?') return true;
  if (first.kind === 'name') return second?.kind !== 'word' || isKeyword(second);
  if (first.kind === 'open') return true;
  if (isOperator(first, '-', '+', '~', '!')) return second?.kind === 'number' || second?.kind === 'open';
  if (isWord(first, 'null', 'true', 'false', 'case', 'exists')) return second === undefined || second.kind !== 'word' || isKeyword(second);
  if (first.kind !== 'word') return false;
  if (second?.kind === 'open') return second.start - first.end <= 1;
  if (second?.kind === 'comma' || isOperator(second, '.', '||', '::')) return true;
  if (isOperator(second, '/', '*', '+', '-', '%')) return tokens.slice(at, at + 8).some((token) => isWord(token, 'from'));
  return isFromAt(tokens, next + 1);
}

/** `from name` and nothing that English would add. */
function isFromAt(tokens: readonly Token[], at: number): boolean {
  const [name, after] = [tokens[at + 1], tokens[at + 2]];
  if (!isWord(tokens[at], 'from')) return false;
  return name?.kind === 'open' || (isName(name) && (after === undefined || after.kind !== 'word' || isKeyword(after) || /^[a-z]\w?$/.test(after.text)));
}

/** Whether a statement begins here: its first words alone, as English has them, are not enough. */
export function isStatementAt(tokens: readonly Token[], at: number, depth = 0): boolean {
  const first = tokens[at];
  const second = tokens[at + 1];
  const third = tokens[at + 2];
  if (first?.kind !== 'word' || !hasUse(first, OPENS) || depth > 3) return false;
  switch (first.text) {
    case 'select':
      return isSelectAt(tokens, at);
    case 'insert':
    case 'replace':
      return isWord(second, 'into') && isName(third) && (tokens[at + 3]?.kind === 'open' || isWord(tokens[at + 3], 'values', 'select', 'set', 'default') || isOperator(tokens[at + 3], '.'));
    case 'merge':
      return isWord(second, 'into') && isName(third);
    case 'update':
      return isName(second) && tokens.slice(at + 2, at + 7).some((token, index) => isWord(token, 'set') && isName(tokens[at + 3 + index]) && tokens.slice(at + 4 + index, at + 8 + index).some((mark) => isOperator(mark, '=', '.')));
    case 'delete':
      return isWord(second, 'from') && isName(third) && (endsAt(tokens[at + 3]) || isWord(tokens[at + 3], 'where', 'using', 'limit') || isOperator(tokens[at + 3], '.'));
    case 'drop':
      return isWord(second, ...OBJECTS) && third !== undefined && (isWord(third, 'if') || (isName(third) && (endsAt(tokens[at + 3]) || isWord(tokens[at + 3], 'cascade', 'restrict', 'purge') || tokens[at + 3]?.kind === 'comma' || isOperator(tokens[at + 3], '.'))));
    case 'truncate':
      return (isWord(second, 'table') && isName(third)) || (isName(second) && endsAt(third));
    case 'alter':
    case 'create':
      return (isWord(second, ...OBJECTS, 'or', 'unique', 'system', 'assembly') && third !== undefined && !endsAt(third)) || (isWord(second, 'temp', 'global') && isWord(third, 'table'));
    case 'exec':
    case 'execute':
      return second?.kind === 'open' || second?.kind === 'variable' || second?.kind === 'string' || isWord(second, 'immediate', 'as') || (second?.kind === 'word' && (/^(?:xp_|sp_|dbms_|utl_|master$|msdb$|sys$)/.test(second.text) || isOperator(third, '.')));
    case 'declare':
      return (second?.kind === 'variable' && second.text.length > 1) || (second?.kind === 'word' && isWord(third, 'varchar', 'varchar2', 'nvarchar', 'int', 'integer', 'number', 'cursor', 'text', 'pragma', 'char'));
    case 'set':
      return (second?.kind === 'variable' && isOperator(third, '=', ':=')) || (isWord(second, 'global', 'session', 'role', 'identity_insert') && isName(third));
    case 'waitfor':
      return isWord(second, 'delay', 'time') && (third?.kind === 'string' || third?.kind === 'variable');
    case 'shutdown':
      return endsAt(second) || (isWord(second, 'with') && isWord(third, 'nowait'));
    case 'if':
      return (second?.kind === 'open' && tokens.slice(at + 2, at + 10).some((token, index, rest) => isWord(token, 'select', 'exists', 'waitfor') || (token.kind === 'number' && isOperator(rest[index + 1], '=')))) || (isWord(second, 'not', 'exists') && third?.kind === 'open') || (isOperand(second ?? first) && isOperator(third, '=', '<', '>', '<>', '!='));
    case 'begin':
      return endsAt(second) || isStatementAt(tokens, at + 1, depth + 1) || isWord(second, 'goto', 'dbms_lock', 'tran', 'transaction');
    case 'goto':
      return second?.kind === 'word' && (endsAt(third) || isStatementAt(tokens, at + 2, depth + 1) || isOperand(third ?? second));
    case 'grant':
    case 'revoke':
      return tokens.slice(at + 1, at + 9).some((token) => isWord(token, 'to', 'from', 'on')) && second?.kind === 'word' && /^(?:all|select|insert|update|delete|create|execute|alter|drop|dba|connect|superuser|usage|grant|super|file|process)$/.test(second.text);
    case 'copy':
      return (second?.kind === 'open' || isName(second)) && tokens.slice(at + 2, at + 60).some((token, index) => isWord(token, 'to', 'from') && (tokens[at + 3 + index]?.kind === 'string' || isWord(tokens[at + 3 + index], 'program', 'stdin', 'stdout')));
    case 'print':
      return (second?.kind === 'string' && second.mark === "'" && endsAt(third)) || (second?.kind === 'variable' && second.text.startsWith('@'));
    case 'call':
      return second?.kind === 'word' && ((third?.kind === 'open' && third.start === second.end) || isOperator(third, '.'));
    case 'load':
      return isWord(second, 'data', 'xml') && isWord(third, 'infile', 'local', 'low_priority', 'concurrent');
    case 'attach':
      return isWord(second, 'database') && third?.kind === 'string';
    case 'pragma':
      return second?.kind === 'word' && (endsAt(third) || isOperator(third, '=') || third?.kind === 'open');
    case 'use':
      return isName(second) && third?.kind === 'semicolon';
    case 'kill':
      return second?.kind === 'number' && endsAt(third);
    case 'backup':
      return isWord(second, 'database', 'log') && isName(third);
    case 'show':
      return isWord(second, 'tables', 'databases', 'columns', 'grants', 'schemas', 'processlist', 'variables') && (endsAt(third) || isWord(third, 'from', 'like', 'where', 'for'));
    case 'reconfigure':
      return endsAt(second);
    default:
      return false;
  }
}

/** The first of some words within a statement's first sixty tokens. */
export function firstOf(tokens: readonly Token[], from: number, end: number, words: readonly string[]): number | undefined {
  for (let at = from; at < Math.min(end, from + 60); at += 1) if (isWord(tokens[at], ...words)) return at;
  return undefined;
}

/** Whether one of some words stands in a statement, quoted or not. */
export const anyWord = (tokens: readonly Token[], from: number, end: number, words: readonly string[]): boolean => {
  for (let at = from; at < Math.min(end, from + MAX_STATEMENT_LOOK); at += 1) {
    const token = tokens[at];
    if (token && (token.kind === 'word' || token.kind === 'name' || token.kind === 'string') && words.includes(token.text.toLowerCase())) return true;
  }
  return false;
};
