import { type Comparison, comparisonAt, isComparing, type Operand, operandAt } from './expression.ts';
import { injection } from './injection-rules.ts';
import type { Reading, Tell } from './reading.ts';
import { isCut, isKeyword, isOperand, isOperator, isWord, type Token } from './token.ts';
import { hasUse, JUNCTION } from './uses.ts';
import { CHARACTER_CALLS, SYSTEM_CALLS } from './vocabulary.ts';

/** `prose`: text for people, which may speak of SQL. `secret`: a password, which may hold any signs. */
export type Manner = Readonly<{ prose: boolean; secret: boolean }>;

const DIGIT_AT_END = /\d\s*$/;

export const isJunction = (token: Token | undefined): boolean => token !== undefined && hasUse(token, JUNCTION);

/** Conditions added to a statement: `or 1=1`, `' and 'a'='a`, `' or user like '%`. */
export function tellLogic(reading: Reading, at: number, tell: Tell, { prose, secret }: Manner): void {
  const { tokens, odd, broken, seam, paired } = reading;
  if ((odd[at] ?? 0) > 0 || !addsTo(reading, at)) return;
  if (prose && !broken && tokens.slice(0, at).filter(({ kind }) => kind === 'word').length > 2) return;
  let from = at + 1;
  while (isWord(tokens[from], 'not', 'or', 'and') || isOperator(tokens[from], '!')) from += 1;
  const end = tokens.length;
  let inner = from;
  while (tokens[inner]?.kind === 'open' || isWord(tokens[inner], 'not')) inner += 1;
  const comparison = comparisonAt(tokens, from) ?? (inner > from && !isWord(tokens[inner], 'select') ? comparisonAt(tokens, inner) : undefined);
  if (comparison) return tellComparison(reading, at, comparison, tell, { prose, secret });
  const operand = operandAt(tokens, from);
  if (!operand) {
    if (from < end && tokens[from]?.kind === 'open' && broken) tell(injection.openCondition, at);
    return;
  }
  const last = tokens[operand.end];
  const ended = last === undefined || last.kind === 'semicolon' || last.kind === 'close' || isJunction(last) || isCut(last);
  if (operand.kind === 'select') return tell(injection.subselect, at);
  if (!ended) return;
  if (operand.kind === 'call' && callTells(tokens, from)) return tell(injection.probe, at);
  if (!broken && last === undefined && tokens[at - 1]?.kind === 'number' && at === 1 && isWord(tokens[at], 'or') && (operand.kind === 'truth' || isWord(tokens[at + 1], 'not'))) return tell(injection.tautologyColumn, at);
  if (!broken || at !== seam || (paired && !isCut(last))) return;
  const prefix = tokens[0]?.text ?? '';
  if (operand.kind === 'call') return tell(injection.probe, at, operand.end);
  if (operand.kind === 'truth') return tell(injection.tautologyColumn, at, operand.end);
  if (operand.kind === 'string' && operand.end - from > 1 && !operand.closed) return tell(injection.tautologyString, at, operand.end);
  if (operand.kind === 'number' && (!DIGIT_AT_END.test(prefix) || isCut(last))) return tell(injection.tautologyNumber, at, operand.end);
  if (operand.kind === 'string' && tokens[from]?.mark === tokens[0]?.mark && !operand.closed && (tight(tokens, at) || /^\d{1,6}$/.test(operand.text)) && tokens[0]?.mark === "'") return tell(injection.tautologyString, at, operand.end);
  if ((operand.kind === 'column' || operand.kind === 'group') && isCut(last)) return tell(injection.openCondition, at);
}

function tellComparison(reading: Reading, at: number, comparison: Comparison, tell: Tell, { prose, secret }: Manner): void {
  const { tokens, broken } = reading;
  const { left, operator, right, end } = comparison;
  if ((reading.odd[Math.min(end, tokens.length) - 1] ?? 0) > 0) return;
  if (left.kind === 'select' || right?.kind === 'select') return tell(injection.subselect, at);
  if (left.constant && right?.constant && left.kind !== 'call') {
    if (left.kind === 'truth' || right.kind === 'truth') return tell(injection.tautologyColumn, at);
    // `2 and 2 = 4` is a sum in words.
    if (!broken && tokens[at - 1]?.kind === 'number' && Number(tokens[at - 1]?.text) + Number(left.text) === Number(right.text) && (tokens[end - 2]?.end ?? 0) < (tokens[end - 1]?.start ?? 0)) return;
    const after = tokens[end];
    if (after && isOperand(after) && after.kind === 'word') return;
    return tell(left.kind === 'string' || right.kind === 'string' ? injection.tautologyString : injection.tautologyNumber, at);
  }
  const called = [left, right].some((side) => side?.kind === 'call' && (CHARACTER_CALLS.has(side.text) || SYSTEM_CALLS.has(side.text)));
  if (called || callTells(tokens, at + 1, end)) return tell(injection.probe, at);
  if (right && sameColumn(left, right) && operator === '=') return tell(injection.tautologyColumn, at);
  if (broken) {
    if (secret && right?.closed !== false && !isCut(tokens.at(-1))) return;
    if (reading.paired && !isCut(tokens.at(-1)) && right?.closed !== false) return;
    if (prose && !isEndOrCut(tokens[end]) && !isJunction(tokens[end])) return;
    return tell(['is', 'isnull', 'notnull'].includes(operator) ? injection.tautologyColumn : injection.openCondition, at);
  }
  // Behind a comparison it is one more condition of a filter.
  if (tokens.slice(0, at).some(isComparing)) return;
  const before = tokens[at - 1];
  const afterNumber = before === undefined || before.kind === 'number' || before.kind === 'variable' || before.kind === 'close';
  if (!afterNumber) return;
  const open = right === undefined || !right.closed || !left.closed || tokens[end]?.kind === 'close' || isCut(tokens[end]) || tokens.some((token) => token.kind === 'string' && !token.closed);
  if (open || (left.constant && right.kind !== 'column') || left.kind === 'variable') return tell(before === undefined && !open ? injection.filterLike : injection.openCondition, at);
  tell(injection.filterLike, at);
}

const sameColumn = (left: Operand, right: Operand): boolean => left.kind === 'column' && right.kind === 'column' && left.text === right.text;
const isEndOrCut = (token: Token | undefined): boolean => token === undefined || token.kind === 'close' || token.kind === 'semicolon' || token.kind === 'comment';

/** Whether what stands before could be a value that the statement compares with: not a condition of a filter. */
function addsTo({ tokens, broken, seam }: Reading, at: number): boolean {
  if (broken) return at >= seam && (at === seam || tokens.slice(seam, at).some((token) => isJunction(token) || isComparing(token) || token.kind === 'operator'));
  const before = tokens[at - 1];
  if (before && !isOperand(before) && before.kind !== 'close' && !isKeyword(before) && before.kind !== 'comment') return false;
  return true;
}

/** `or ascii(substring(…` */
function callTells(tokens: readonly Token[], from: number, to = from + 3): boolean {
  for (let index = from; index < Math.min(to, tokens.length); index += 1) {
    const token = tokens[index];
    if (token?.kind === 'variable' && token.text.startsWith('@@')) return true;
    if (token?.kind === 'word' && tokens[index + 1]?.kind === 'open' && (CHARACTER_CALLS.has(token.text) || SYSTEM_CALLS.has(token.text))) return true;
  }
  return false;
}

const tight = (tokens: readonly Token[], at: number): boolean => (tokens[at + 1]?.start ?? 0) - (tokens[at]?.end ?? 0) === 0;

/** What follows a literal that was broken out of, other than a condition: `'||(select …)||'`, `' like '`, `'='`. */
export function tellBreak({ tokens, odd, seam, paired, end: read }: Reading, text: string, tell: Tell): void {
  const token = tokens[seam];
  if (!token || (odd[seam] ?? 0) > 0) return;
  if (isCutAfterLiteral(tokens, seam)) return tell(injection.commentCut, seam);
  if (paired) return;
  const likeness = isComparing(token) || isWord(token, 'xor', 'collate', 'div', 'mod', 'not') || isOperator(token, '^', '|', '&', '||', '<<', '>>', '-', '+', '*', '/', '%');
  if (!likeness) return;
  let from = seam + 1;
  while (isWord(tokens[from], 'not', 'like', 'similar', 'to', 'is') || isOperator(tokens[from], '=', '!')) from += 1;
  const operand = operandAt(tokens, from);
  const arithmetic = isOperator(token, '-', '+', '*', '/', '%', '&', '|', '<', '>', '?');
  if (operand?.kind === 'select') return tell(injection.subselect, seam);
  if (operand?.kind === 'call' && callTells(tokens, from, operand.end)) return tell(injection.probe, seam);
  if (callTells(tokens, from, from + 8) && (odd[Math.min(from + 8, tokens.length) - 1] ?? 0) === 0) return tell(injection.probe, seam);
  const last = tokens.at(-1);
  const wholly = read >= text.length && (odd.at(-1) ?? 0) === 0;
  if (!wholly || !last) return;
  const unclosed = last.kind === 'string' && !last.closed && last.mark === tokens[0]?.mark;
  if (isCut(last)) return arithmetic && /\s/.test(tokens[0]?.text ?? '') ? undefined : tell(injection.operatorBreak, seam);
  if (unclosed && operand && (!arithmetic || text.length <= 8) && (last.mark === "'" || isComparing(token))) {
    const worded = token.kind === 'word';
    if (worded && (last.mark !== "'" || tokens[0]?.text.trim() === '' || /\s/.test(last.text.trim()) || /\s/.test(tokens[0]?.text ?? ''))) return;
    tell(injection.operatorBreak, seam);
  }
  if (isWord(token, 'is', 'in', 'between') && operand?.constant && operand.kind !== 'string') tell(injection.operatorBreak, seam);
}

/** `admin'--`, `x';--`, `') #`. */
function isCutAfterLiteral(tokens: readonly Token[], seam: number): boolean {
  let at = seam;
  while (tokens[at]?.kind === 'semicolon' && at < seam + 3) at += 1;
  const cut = tokens[at];
  if (!isCut(cut) || !cut) return false;
  const literal = tokens[0]?.text ?? '';
  if (cut.mark === '--') return !(DIGIT_AT_END.test(literal) && /\s/.test(literal));
  return !/\s/.test(literal.trim()) && literal !== '' && cut.text.trim().length <= 3;
}
