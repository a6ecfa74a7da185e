import { isKeyword, isOperator, isWord, type Token } from './token.ts';
import { CATALOGUE, SYSTEM_CALLS } from './vocabulary.ts';

const SECRET_COLUMN = /^(?:pass|passwd|password|passw|pwd|user_pass(?:word)?|pass_?hash|password_hash|secret|api_key|token|session_token|credit_?card|card_number|cc_number|cvv|ssn)$/;
const MAX_LIST = 600;

type List = Readonly<{ columns: number; starred: boolean; words: readonly Token[]; counted: boolean; from: boolean; end: number }>;

/** Tells a UNION whose second part was written by somebody who did not know the first: another width, counted numbers, the server's properties, secrets. */
export function tellMismatch(tokens: readonly Token[], at: number, tell: () => void): void {
  let select = at + 1;
  while (isWord(tokens[select], 'all', 'distinct', 'distinctrow') || tokens[select]?.kind === 'open') select += 1;
  if (!isWord(tokens[select], 'select')) return;
  const first = selectBefore(tokens, at);
  const added = listAt(tokens, select);
  if (added.words.some((token, index) => token.text.startsWith('@@') || (token.kind === 'word' && added.words[index + 1]?.kind === 'open' && SYSTEM_CALLS.has(token.text)) || (token.kind === 'number' && /^0x[0-9a-f]{2}/.test(token.text)))) return tell();
  if (first === undefined) return;
  const original = listAt(tokens, first);
  if (!original.starred && !added.starred && original.columns !== added.columns) return tell();
  if (!original.counted && added.counted && added.columns >= 3) return tell();
  if (readsCatalogue(tokens, added.end) && !readsCatalogue(tokens, original.end)) return tell();
  const secret = (list: List): boolean => list.words.some((token) => (token.kind === 'word' || token.kind === 'name') && SECRET_COLUMN.test(token.text.toLowerCase()));
  if (secret(added) && !secret(original)) tell();
}

/** The SELECT of the part before, at the same depth. */
function selectBefore(tokens: readonly Token[], from: number): number | undefined {
  let depth = 0;
  for (let at = from - 1; at >= Math.max(0, from - MAX_LIST); at -= 1) {
    const token = tokens[at];
    if (token?.kind === 'close') depth += 1;
    if (token?.kind === 'open') depth -= 1;
    if (token?.kind === 'semicolon') return undefined;
    if (depth <= 0 && isWord(token, 'select')) return at;
    if (depth < -1) return undefined;
    if (depth === 1 && isWord(token, 'select') && tokens[from - 1]?.kind === 'close' && closes(tokens, at, from)) return at;
  }
  return undefined;
}

/** Whether the bracket before `select` closes right before `from`: `(select …) union`. */
function closes(tokens: readonly Token[], select: number, from: number): boolean {
  let depth = 0;
  for (let at = select - 1; at < from; at += 1) {
    if (tokens[at]?.kind === 'open') depth += 1;
    if (tokens[at]?.kind === 'close') depth -= 1;
    if (depth === 0) return at === from - 1;
  }
  return false;
}

function listAt(tokens: readonly Token[], select: number): List {
  let depth = 0;
  let columns = 1;
  let starred = false;
  let at = select + 1;
  const words: Token[] = [];
  if (isWord(tokens[at], 'top')) at += tokens[at + 1]?.kind === 'open' ? 4 : 2;
  for (; at < Math.min(tokens.length, select + MAX_LIST); at += 1) {
    const token = tokens[at] as Token;
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') depth -= 1;
    if (depth < 0 || token.kind === 'semicolon' || token.kind === 'comment') break;
    if (depth === 0 && token.kind === 'word' && isKeyword(token) && ['from', 'where', 'union', 'intersect', 'except', 'into', 'order', 'limit', 'having', 'group'].includes(token.text)) break;
    if (depth === 0 && token.kind === 'comma') columns += 1;
    if (depth === 0 && isOperator(token, '*') && (tokens[at - 1]?.kind === 'comma' || isWord(tokens[at - 1], 'select', 'distinct', 'all') || isOperator(tokens[at - 1], '.'))) starred = true;
    words.push(token);
  }
  const counted = words.length > 0 && words.every((token) => token.kind === 'number' || token.kind === 'comma' || isWord(token, 'null'));
  return { columns, starred, words, counted, from: isWord(tokens[at], 'from'), end: at };
}

function readsCatalogue(tokens: readonly Token[], from: number): boolean {
  return tokens.slice(from, from + 6).some((token, index, rest) => (token.kind === 'word' || token.kind === 'name') && (CATALOGUE.test(token.text.toLowerCase()) || (isWord(token, 'mysql') && isOperator(rest[index + 1], '.'))));
}
