import type { Rule, View } from '../rule.ts';
import { comparisonAt, isComparing, operandAt } from './expression.ts';
import { tellEffects } from './effects.ts';
import { injection } from './injection-rules.ts';
import { isJunction } from './logic.ts';
import { endsAt, isStatementAt } from './statement.ts';
import { isCut, isKeyword, isOperand, isOperator, isWord, type Token } from './token.ts';
import { tokenise } from './tokenise.ts';
import { tellMismatch } from './union.ts';
import { COMPARES, hasUse, JUNCTION, NOTABLE } from './uses.ts';
import { DELAYS, ERROR_TELLING, UNIONS, WHERES } from './vocabulary.ts';

/** Conditions examined of one text; more say nothing new. */
const MAX_PROBES = 2_000;

/** Reads a statement that a SQL tool is given: what it does, and whether one of its values was broken out of. */
export function analyseQuery(view: View): void {
  const { text, place, budget } = view;
  budget.spend(4 * text.length);
  const { tokens } = tokenise(text);
  const told = new Set<Rule>();
  const tell = (rule: Rule, from: number, to: number): void => {
    if (told.has(rule)) return;
    told.add(rule);
    const [start, end] = [tokens[from]?.start ?? 0, tokens[Math.min(tokens.length, Math.max(to, from + 1)) - 1]?.end ?? text.length];
    view.report(rule, start, Math.max(end, start + 1));
  };
  tellEffects(tokens, place.file === '' ? 'run' : 'script', tell);
  tellSeams(text, tokens, (rule, from) => tell(rule, from, tokens.length));
}

/** Comparisons that a bracket follows, or words. */
const LISTED = new Set(['in', 'is', 'match', 'between']);

type TellSeam = (rule: Rule, from: number) => void;

function tellSeams(text: string, tokens: readonly Token[], tell: TellSeam): void {
  let depth = 0;
  let where = -1;
  let probes = 0;
  let unpaired = -1;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token;
    switch (token.kind) {
      case 'open':
        depth += 1;
        break;
      case 'close':
        depth -= 1;
        if (depth < 0) {
          if (unpaired < 0 && where >= 0) unpaired = at;
          depth = 0;
        }
        break;
      case 'semicolon':
        depth = 0;
        if (tokens[at + 1] !== undefined) where = at;
        break;
      case 'comment':
        if (where >= 0) tellCut(text, tokens, at, where, tell);
        break;
      case 'string':
      case 'number':
        if (where >= 0 && isGlued(text, tokens, at)) tell(injection.brokenLiteral, at);
        break;
      case 'word':
        if (!hasUse(token, NOTABLE)) break;
        if (WHERES.has(token.text)) where = at;
        else if (UNIONS.has(token.text) && (probes += 1) < MAX_PROBES) tellMismatch(tokens, at, () => tell(injection.unionMismatch, at));
        else if (where >= 0) tellDelay(tokens, at, tell);
        break;
      default:
    }
    if (where < 0 || probes >= MAX_PROBES || !hasUse(token, JUNCTION | COMPARES) || token.kind === 'variable') continue;
    if (isJunction(token)) {
      probes += 1;
      tellConstants(tokens, at, tell);
    } else if (isComparing(token) && !LISTED.has(token.text)) {
      probes += 1;
      tellMalformed(text, tokens, at, tell);
    }
  }
  const last = tokens.at(-1);
  if (unpaired >= 0 && continues(tokens[unpaired + 1])) tell(injection.brokenLiteral, unpaired);
  if (where < 0 || !last) return;
  if (depth > 0 && (depth > 1 || tokens.slice(Math.max(where, tokens.length - 40)).some((token, index, rest) => isJunction(token) && index + 1 < rest.length))) tell(injection.brokenLiteral, where);
  if (last.kind === 'string' && !last.closed) tellUnclosed(text, tokens, where, last, tell);
}

/** `OR 'a'='a'`, `AND 8=3`: a person writes `WHERE 1=1` first, or nothing of the kind. */
function tellConstants(tokens: readonly Token[], at: number, tell: TellSeam): void {
  let from = at + 1;
  while (isWord(tokens[from], 'not') || isOperator(tokens[from], '!')) from += 1;
  const comparison = comparisonAt(tokens, from);
  if (!comparison) {
    const operand = operandAt(tokens, from);
    if (operand?.constant && operand.kind !== 'call' && operand.kind !== 'group' && isCut(tokens[operand.end])) tell(injection.brokenLiteral, at);
    return;
  }
  const { left, right, end } = comparison;
  if (!left.constant || !right?.constant || left.kind === 'call' || right.kind === 'call') return;
  if (isColumnQuoted(tokens[from]) !== isColumnQuoted(tokens[end - 1])) return;
  if (isColumnQuoted(tokens[from]) && left.text !== right.text) return;
  const trivial = /^[012]$/.test(left.text) && /^[012]$/.test(right.text);
  if (isWord(tokens[at], 'or', 'xor') || isOperator(tokens[at], '||', '&&') || !trivial) tell(injection.brokenLiteral, at);
}

const isColumnQuoted = (token: Token | undefined): boolean => token?.kind === 'string' && token.mark === '"';

/** `id = SELECT …`, `id = ||(…`, `id = FROM`. */
function tellMalformed(text: string, tokens: readonly Token[], at: number, tell: TellSeam): void {
  const next = tokens[at + 1];
  if (!next) return;
  const after = isWord(next, 'select', 'from', 'union', 'waitfor', 'declare', 'exec', 'execute', 'where', 'order', 'group', 'having') || isOperator(next, '||', '&&', '/', '*') || next.kind === 'semicolon' || (next.kind === 'close' && isOperator(tokens[at], '='));
  if (after && !(isOperator(tokens[at], '*', '?', '!') || isOperator(next, '*')) && !(isOperator(next, '/') && text.length > next.end && tokens[at + 2]?.kind === 'open')) tell(injection.malformed, at);
  // A second value behind the one that was compared with: `= -1 select`, `= 'smith' goto x`.
  const value = operandAt(tokens, at + 1);
  const further = value && tokens[value.end];
  if (further && value.constant && isStatementAt(tokens, value.end) && !isWord(further, 'set', 'replace', 'if', 'begin')) tell(injection.malformed, at);
}

/** A literal with a word or number right beside it: `'smith'or`, `foo'or'oof`. */
function isGlued(text: string, tokens: readonly Token[], at: number): boolean {
  const [token, next] = [tokens[at], tokens[at + 1]];
  const behind = isOperator(next, '%') && next?.start === token?.end ? tokens[at + 2] : next;
  if (token?.kind === 'number' && behind?.kind === 'string' && behind.start - token.end <= 1 && /\S/.test(text.charAt(behind.start - 1))) return true;
  if (token?.kind !== 'string' || token.mark !== "'" || next?.start !== token.end) return false;
  if (isWord(next, 'and', 'or') && isOrdinary(tokens, at + 2)) return false;
  if (next.kind === 'word') return isWord(next, 'or', 'and', 'xor', 'union', 'select', 'waitfor', 'goto', 'declare', 'begin', 'exec', 'if', 'having', 'group', 'order', 'into', 'like', 'rlike', 'regexp', 'is', 'collate', 'procedure', 'limit') || !isKeyword(next);
  return next.kind === 'number' || (next.kind === 'operator' && ['^', '&&'].includes(next.text));
}

/** A condition on a column, whole: somebody only saved a blank. */
function isOrdinary(tokens: readonly Token[], from: number): boolean {
  const comparison = comparisonAt(tokens, from);
  return comparison !== undefined && comparison.left.kind === 'column' && comparison.right?.closed === true && !isCut(tokens.at(-1));
}

function tellDelay(tokens: readonly Token[], at: number, tell: TellSeam): void {
  const token = tokens[at] as Token;
  if (token.kind !== 'word') return;
  const called = tokens[at + 1]?.kind === 'open';
  if (isWord(token, 'procedure') && isWord(tokens[at + 1], 'analyse')) tell(injection.procedureAnalyse, at);
  else if (called && DELAYS.has(token.text)) tell(injection.delayInStatement, at);
  else if (called && ERROR_TELLING.has(token.text) && tokens.slice(at, at + 12).some((inner) => isWord(inner, 'select', 'concat', 'version', 'user', 'database'))) tell(injection.delayInStatement, at);
  else if (isWord(token, 'json_keys') && tokens.slice(at, at + 6).some((inner) => isWord(inner, 'select'))) tell(injection.delayInStatement, at);
  else if (called && isWord(token, 'convert', 'cast') && tokens.slice(at, at + 10).some((inner, index, rest) => inner.text.startsWith('@@') || (isWord(inner, 'version', 'db_name', 'user_name') && rest[index + 1]?.kind === 'open'))) tell(injection.delayInStatement, at);
  else if (called && isWord(token, 'ascii', 'ord', 'unicode', 'substring', 'substr', 'mid') && tokens.slice(at + 1, at + 6).some((inner) => isWord(inner, 'select'))) tell(injection.delayInStatement, at);
  else if (isWord(token, 'waitfor') && isStatementAt(tokens, at)) tell(injection.delayInStatement, at);
}

/** A comment mark that ends a statement with nothing to say, or that swallows a quote which was meant to close. */
function tellCut(text: string, tokens: readonly Token[], at: number, where: number, tell: TellSeam): void {
  const [comment, before] = [tokens[at] as Token, tokens[at - 1]];
  if (!before || before.kind === 'comment' || before.kind === 'semicolon' && at + 1 < tokens.length) return;
  const sameLine = !/\n/.test(text.slice(before.end, Math.min(comment.start, before.end + 200)));
  if (!sameLine) return;
  if (at === tokens.length - 1 && isCut(comment) && tokens.slice(where, at).length > 2) tell(injection.cutStatement, at);
  else if (before.kind === 'string' && comment.mark === '--' && (comment.text.slice(0, 200).match(/'/g)?.length ?? 0) % 2 === 1 && /^[\s-]*(?:'|"|\)|and\b.*')/i.test(comment.text.slice(0, 80))) tell(injection.cutStatement, at);
}

const continues = (token: Token | undefined): boolean => token === undefined || isJunction(token) || isCut(token) || token.kind === 'semicolon' || isWord(token, 'union', 'order', 'procedure', 'having', 'group', 'waitfor', 'into', 'limit');

/** The last literal never ends: what stands in it was meant to be read as SQL, or what stood before it was. */
function tellUnclosed(text: string, tokens: readonly Token[], where: number, last: Token, tell: TellSeam): void {
  const inner = tokenise(text, { from: last.start + 1, maxTokens: 12, hashComments: true }).tokens;
  let at = 0;
  while (inner[at]?.kind === 'close') at += 1;
  const first = inner[at];
  const index = tokens.length - 1;
  if (first && (continues(first) || isStatementAt(inner, at) || isComparing(first) || isWord(first, 'rlike', 'div', 'mod', 'sounds') || (isOperator(first, '|', '^', '&') && !isOperand(inner[at + 1] ?? first)) || (first.kind === 'open' && isWord(inner[at + 1], 'select')))) return tell(injection.brokenLiteral, index);
  const joined = tokens.slice(Math.max(where, index - 24), index).some((token) => isJunction(token) || isWord(token, 'union') || token.kind === 'string');
  if (joined && last.text.length <= 40 && !endsAt(tokens[index - 1])) tell(injection.brokenLiteral, index);
}
