import type { Rule, View } from '../rule.ts';
import { comparisonAt, operandAt } from './expression.ts';
import { injection, operatorObject } from './injection-rules.ts';
import { isJunction, type Manner, tellBreak, tellLogic } from './logic.ts';
import { analyseQuery } from './query.ts';
import { isTalk, type Reading, readingsOf, type Tell, tellingIn } from './reading.ts';
import { endsAt, isSelectAt, isStatementAt } from './statement.ts';
import { isCut, isKeyword, isOperator, isWord, type Token } from './token.ts';
import { ACCOUNT_TABLE, CATALOGUE, CHARACTER_CALLS, DELAYS, ERROR_TELLING, REACHING, SYSTEM_CALLS } from './vocabulary.ts';

/** Longer prose is read for people, not put into statements. */
const MAX_PROSE = 1_500;
/** Fields and tools whose values may rightly be whole statements, or talk about them. */
const ASKS_FOR_SQL = /quer(?:y|ies)$|^q$|ql$|statement|filter|where|condition|expression|prompt|question|formula/;
const SEARCHES_WORDS = /search|find|lookup|list|get_/i;
const SPEAKS_OF_SQL = /web|docs?\b|stack|code|knowledge|google|bing|internet|sql|database|\bdb|analytic|metric|report|warehouse|data_|log|ads|wiki/i;
const RUNS_NOTHING = /web|docs?\b|stack|code|knowledge|google|bing|internet|wiki|llm|chat|ask|assistant/i;

/** An operator object where a login or key belongs: `{"username": {"$ne": "x"}}`. */
const OPERATOR_OBJECT = /\/(?:user(?:_?name)?|login|e?mail|pass(?:word|wd)?|pwd|token|pin|otp|code|\w*id|api_?key|name)\/\$(?:ne|gte?|lte?|n?in|regex|exists|where|not|eq|or|and)(?:\/|$)/i;
/** Passwords are hashed and compared; no honest query of documents asks for one that is unlike or like something. */
const PASSWORD_OPERATOR = /\/(?:pass(?:word|wd|code|phrase)?|pwd|pin|otp|reset_?token)\/\$(?:ne|gte?|lte?|regex|nin)$/i;
const SPEAKS_OF_DOCUMENTS = /mongo|db|database|quer|find|aggregat|search|document|collection|filter|elastic|firestore|couch/i;

const CHECKS_LOGIN = /log_?in|sign_?in|auth|verify/i;

/** Reads a value as part of a statement that somebody else wrote. */
export function analyseValue(view: View): void {
  const { text, place, budget } = view;
  if (place.role === 'prose' && text.length > MAX_PROSE) return;
  if (place.path.includes('/$') && OPERATOR_OBJECT.test(place.path) && (!SPEAKS_OF_DOCUMENTS.test(place.tool) || CHECKS_LOGIN.test(place.tool))) view.report(operatorObject, 0, text.length);
  else if (place.path.includes('/$') && PASSWORD_OPERATOR.test(place.path)) view.report(operatorObject, 0, text.length);
  budget.spend(text.length);
  if (!mayInject(text) || FORMULA.test(text)) return;
  const prose = place.role === 'prose' || (ASKS_FOR_SQL.test(place.field) && RUNS_NOTHING.test(place.tool));
  if (prose && text.length > MAX_PROSE) return;
  const manner: Manner = { prose, secret: place.role === 'secret' };
  const told = new Set<Rule>();
  const readings = readingsOf(view);
  if (!prose && isForStatements(view) && isStatementAt(readings[0]?.tokens ?? [], 0)) {
    if (readings[0]) tellingIn(view, readings[0], told)(injection.spokenStatement, 0);
    if (!RUNS_NOTHING.test(place.tool)) analyseQuery(view);
    return;
  }
  for (const reading of readings) analyseReading(view, reading, tellingIn(view, reading, told), manner);
}

/** A spreadsheet's formula shares many functions with SQL. */
const FORMULA = /^=\s*[A-Z]{2,12}\(/i;
const SIGN = 1;
/** Letters and digits: a text of nothing else is one word. */
const IN_WORDS = 2;
const SIGNS = Uint8Array.from({ length: 128 }, (_kind, code) => (`'"=;(<>#|&@~^!`.includes(String.fromCharCode(code)) ? SIGN : /\w/.test(String.fromCharCode(code)) ? IN_WORDS : 0));

/** One cheap pass: no injection does without a sign, but for the likes of `1 order by 5` and `1 union select a`. */
function mayInject(text: string): boolean {
  let parted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = SIGNS[code < 128 ? code : 0] ?? 0;
    if (kind === IN_WORDS) continue;
    if (kind === SIGN) return true;
    parted = true;
    if (code === 45 && text.charCodeAt(at + 1) === 45) return true;
    if (code === 47 && text.charCodeAt(at + 1) === 42) return true;
  }
  return parted && text.length < 4_096 && /\b(?:union|select|from|order\s+by|having|waitfor|declare|outfile|like|or\s+(?:true|not))\b/i.test(text);
}

function analyseReading(view: View, reading: Reading, tell: Tell, manner: Manner): void {
  const { prose } = manner;
  const { tokens, odd, broken, seam } = reading;
  if (broken && (tokens.length < 2 || isTalk(reading, prose))) return;
  if (broken) tellBreak(reading, view.text, tell);
  for (let at = broken ? seam : 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token;
    // What stands after values side by side is no part of a statement; a bare word or two may be what the attacker left before it.
    if ((odd[at] ?? 0) > (prose ? 0 : 1)) return;
    if (isJunction(token)) tellLogic(reading, at, tell, manner);
    if (token.kind === 'word') tellWord(view, reading, at, tell, prose);
    if (token.kind === 'variable' && token.text.startsWith('@@') && token.text.length > 5 && (odd[at] ?? 0) === 0) tell(injection.systemValue, at);
    if (token.kind === 'open' && isSelectAt(tokens, skipOpen(tokens, at)) && (odd[at] ?? 0) === 0 && tokens[skipOpen(tokens, at)]?.start !== token.start) tell(injection.subselect, at);
    if (!broken && token.kind === 'semicolon' && at > 0 && isStatementAt(tokens, at + 1)) tell(injection.stacked, at);
    if (broken && token.kind === 'semicolon' && isStatementAt(tokens, at + 1)) tell(injection.stacked, at);
  }
  const last = tokens.at(-1);
  if (!broken && !prose && (odd.at(-1) ?? 0) === 0 && last?.mark === '--' && isCut(last) && tokens.length > 3 && tokens.some((token, index) => isJunction(token) || (isWord(token, 'from') && isOperator(tokens[index - 1], '*')) || (isWord(token, 'where') && comparisonAt(tokens, index + 1) !== undefined))) tell(injection.openCondition, 0);
}

function skipOpen(tokens: readonly Token[], at: number): number {
  let next = at;
  while (tokens[next]?.kind === 'open' || tokens[next]?.kind === 'comment' || isWord(tokens[next], 'binary')) next += 1;
  return next;
}

function tellWord(view: View, reading: Reading, at: number, tell: Tell, prose: boolean): void {
  const { tokens, odd, broken, seam } = reading;
  const token = tokens[at] as Token;
  const next = tokens[at + 1];
  const clean = (odd[at] ?? 0) === 0;
  const called = next?.kind === 'open' && next.start - token.end <= 2;
  const member = isOperator(tokens[at - 1], '.');
  const before = tokens[at - 1];
  // A word beside another is prose: `mysql sleep(5)`.
  if (!clean && (odd[at - 1] ?? 0) < (odd[at] ?? 0)) return;
  switch (token.text) {
    case 'union':
    case 'intersect':
    case 'except':
      if (isUnion(reading, at)) tell(injection.union, at);
      return;
    case 'order':
      if (isOrderProbe(reading, at)) tell(injection.orderProbe, at);
      return;
    case 'having':
    case 'group':
      if (clean && isGroupProbe(reading, at)) tell(injection.groupProbe, at);
      return;
    case 'into':
      if (isWord(next, 'outfile', 'dumpfile') && tokens[at + 2]?.kind !== 'word') tell(injection.outfile, at);
      return;
    case 'procedure':
      if (isWord(next, 'analyse')) tell(injection.procedureAnalyse, at);
      return;
    case 'waitfor':
      if (isStatementAt(tokens, at)) tell(injection.delay, at);
      return;
    case 'from':
    case 'join':
      if (clean && isCatalogue(tokens, at + 1) && (!prose || tokens[at - 1] !== undefined)) tell(injection.catalogue, at);
      return;
    case 'limit':
      if (broken && at === seam && next?.kind === 'number' && (endsAt(tokens[at + 2]) || tokens[at + 2]?.kind === 'comma')) tell(injection.orderProbe, at);
      return;
    default:
  }
  if (at === seam && !broken && clean && isStatementAt(tokens, at) && !isCodeLike(tokens, at)) tellWhole(view, reading, at, tell, prose);
  if ((broken ? at === seam : at > 0 && isLeft(before)) && isStatementAt(tokens, at) && (broken ? reading.wordsBefore < 3 : !weakAfterNumber(token.text)) && clean) tell(injection.stacked, at);
  if (!clean) return;
  if (token.text === 'case' && isWord(next, 'when') && isConstantCase(tokens, at + 2) && tokens.slice(at, at + 24).some((then) => isWord(then, 'then'))) return tell(injection.conditional, at);
  if (called) {
    if (prose && !broken && at === 0 && !tokens.some((other) => isJunction(other) || other.kind === 'comment' || other.kind === 'semicolon')) return;
    if (DELAYS.has(token.text) && (!member || token.text === 'receive_message' || isWord(tokens[at - 2], 'dbms_lock', 'dbms_session')) && isDelay(reading, at)) tell(injection.delay, at);
    else if (ERROR_TELLING.has(token.text)) tell(injection.errorTelling, at);
    else if (isNestedConversion(tokens, at)) tell(injection.errorTelling, at);
    else if (REACHING.has(token.text)) tell(injection.reaching, at);
    else if (isAssembly(tokens, at)) tell(injection.assembly, at);
    else if (isConditionalProbe(tokens, at)) tell(injection.conditional, at);
  }
  if (!called && REACHING.has(token.text) && token.text.includes('_') && (isOperator(next, '.') || isOperator(before, '.') || next?.kind === 'string' || next?.kind === 'variable') && !prose) tell(injection.reaching, at);
}

/** `case when 1=1`, `case when (select …`, `case when ascii(…`: not a sorting order. */
function isConstantCase(tokens: readonly Token[], from: number): boolean {
  let at = from;
  while (tokens[at]?.kind === 'open') at += 1;
  const comparison = comparisonAt(tokens, at);
  return isWord(tokens[at], 'select', 'exists') || (comparison !== undefined && (comparison.left.constant || comparison.left.kind === 'select' || comparison.left.kind === 'call'));
}

/** `union all select`, followed by what a select list holds. */
function isUnion({ tokens, broken, seam, odd, wordsBefore }: Reading, at: number): boolean {
  if (wordsBefore >= 3 && (odd[at] ?? 0) > 0) return false;
  let select = at + 1;
  while (isWord(tokens[select], 'all', 'distinct', 'distinctrow') || tokens[select]?.kind === 'open' || tokens[select]?.kind === 'comment' || isOperator(tokens[select], '+')) select += 1;
  if (tokens[select]?.kind === 'word' && /^select(?:char|concat|null)/.test(tokens[select]?.text ?? '')) return true;
  if (isWord(tokens[select], 'values') && tokens[select + 1]?.kind === 'open') return true;
  if (!isWord(tokens[select], 'select')) return false;
  if (isSelectAt(tokens, select)) return true;
  const before = tokens[at - 1];
  const hard = (broken && at >= seam) || (before !== undefined && before.kind !== 'word' && (odd[at] ?? 0) === 0);
  const first = tokens[select + 1];
  return hard && (first === undefined || endsAt(first) || isOperator(first, '*', '/', '-') || first.kind !== 'word' || endsAt(tokens[select + 2]) || isWord(tokens[select + 2], 'from') || tokens[select + 2]?.kind === 'name');
}

function isOrderProbe({ tokens, broken, seam, odd }: Reading, at: number): boolean {
  if (!isWord(tokens[at + 1], 'by') || (odd[at] ?? 0) > 0) return false;
  const value = operandAt(tokens, at + 2);
  if (!value) return false;
  const last = tokens[value.end];
  if (value.kind === 'call' && DELAYS.has(value.text)) return true;
  if (value.kind !== 'number' && value.kind !== 'select') return broken && at === seam && isCut(last);
  if (broken && at === seam) return last === undefined || endsAt(last) || last.kind === 'comma';
  const before = tokens[at - 1];
  return (before?.kind === 'number' || before?.kind === 'close' || isCut(last)) && (endsAt(last) || last?.kind === 'comma');
}

function isGroupProbe({ tokens, broken, seam }: Reading, at: number): boolean {
  const before = tokens[at - 1];
  const left = broken ? at === seam : before?.kind === 'number' || before?.kind === 'close' || before?.kind === 'variable';
  if (isWord(tokens[at], 'group')) return left && isWord(tokens[at + 1], 'by') && operandAt(tokens, at + 2) !== undefined && (tokens.some(isCut) || tokens.some((token) => isWord(token, 'having', 'union')));
  const condition = operandAt(tokens, at + 1);
  return left && condition !== undefined && (condition.constant || isCut(tokens.at(-1))) && isOperator(tokens[condition.end], '=', '<', '>', '<>', '!=') && operandAt(tokens, condition.end + 1) !== undefined;
}

const isLeft = (token: Token | undefined): boolean => token?.kind === 'number' || token?.kind === 'close' || (token?.kind === 'comment' && !token.closed) || isWord(token, 'begin', 'else');
const weakAfterNumber = (word: string): boolean => ['set', 'if', 'begin', 'copy', 'print', 'call', 'show', 'use', 'kill', 'grant', 'goto', 'truncate'].includes(word);

function isDelay({ tokens, odd }: Reading, at: number): boolean {
  const argument = tokens[at + 2];
  if (argument?.kind === 'word' && !isKeyword(argument) && tokens[at + 3]?.kind !== 'open') return false;
  if (tokens[at]?.text === 'randomblob') return argument?.kind === 'number' && argument.text.length >= 7;
  return (odd[Math.min(at + 4, tokens.length - 1)] ?? 0) === 0;
}

/** `convert(int,(select …`, `cast((select …`, `floor(rand(0)*2)`, `exp(~(…`. */
function isNestedConversion(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.text ?? '';
  if (word === 'floor') return isWord(tokens[at + 2], 'rand');
  if (word === 'exp') return isOperator(tokens[at + 2], '~');
  if (!['convert', 'cast', 'json_keys', 'to_number', 'xmltype', 'polygon', 'linestring', 'row', 'bigint'].includes(word)) return false;
  return tokens.slice(at + 2, at + 8).some((token) => isWord(token, 'select') || isWord(token, 'union') || CHARACTER_CALLS.has(token.kind === 'word' && token.text !== 'left' && token.text !== 'right' ? token.text : '') || token.text.startsWith('@@'));
}

/** `char(73)+char(78)`, `chr(113)||chr(122)`, `concat(0x3a,user(),…)`. */
function isAssembly(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.text ?? '';
  if (['char', 'chr', 'nchar'].includes(word)) {
    const rest = tokens.slice(at + 2, at + 16);
    return tokens[at + 2]?.kind === 'number' && rest.some((token, index) => isOperator(token, '+', '||', '&') && isWord(rest[index + 1], 'char', 'chr', 'nchar', 'select', 'elt', 'concat'));
  }
  if (!['concat', 'concat_ws', 'group_concat', 'elt', 'make_set', 'unhex', 'hex', 'string_agg'].includes(word)) return false;
  return tokens.slice(at + 2, at + 14).some((token, index, rest) => (token.kind === 'number' && /^0x[0-9a-f]{2,}/.test(token.text)) || token.text.startsWith('@@') || (token.kind === 'word' && rest[index + 1]?.kind === 'open' && (SYSTEM_CALLS.has(token.text) || ['select', 'ord', 'bin', 'char', 'hex'].includes(token.text))) || isWord(token, 'select'));
}

/** `if(1=1,sleep(5),0)`, `iif(ascii(…)…`, `ascii(substring(…`. */
function isConditionalProbe(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.text ?? '';
  const inner = tokens.slice(at + 2, at + 14);
  const probing = inner.some((token, index) => token.kind === 'word' && inner[index + 1]?.kind === 'open' && (DELAYS.has(token.text) || ['substring', 'substr', 'mid', 'ascii', 'ord', 'sysdate', 'version', 'database'].includes(token.text)));
  if (['if', 'iif', 'decode', 'nullif', 'nvl2'].includes(word)) return probing || inner.some((token) => isWord(token, 'select'));
  return ['ascii', 'ord', 'unicode', 'lower', 'hex', 'length', 'char_length'].includes(word) && probing;
}

function isCatalogue(tokens: readonly Token[], at: number): boolean {
  const [name, dot, member] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (name?.kind !== 'word' && name?.kind !== 'name') return false;
  if (CATALOGUE.test(name.text.toLowerCase())) return true;
  if (!isOperator(dot, '.') || !member) return false;
  if (isWord(name, 'mysql')) return ACCOUNT_TABLE.test(member.text);
  const [, further] = [tokens[at + 3], tokens[at + 3]];
  return isWord(name, 'master', 'sys', 'msdb', 'pg_catalog') && (member.kind === 'word' || isOperator(member, '.')) && (further !== undefined || member.text.startsWith('sys') || member.kind === 'word');
}

/** `exec('…')` is as likely PHP or Python; those have rules of their own. */
const isCodeLike = (tokens: readonly Token[], at: number): boolean => isWord(tokens[at], 'exec', 'print', 'if', 'begin', 'set', 'use', 'call') && (tokens[at + 1]?.kind === 'open' || tokens[at + 1]?.kind === 'string');

/** A value that is a statement from its first word on, where a plain value belongs. */
function tellWhole(view: View, { tokens, odd }: Reading, at: number, tell: Tell, prose: boolean): void {
  if ((odd[Math.min(tokens.length, at + 12) - 1] ?? 0) > 0 && !isWord(tokens[at], 'exec', 'execute', 'declare', 'select')) return;
  tell(prose || isForStatements(view) ? injection.spokenStatement : injection.wholeStatement, at);
}

const isForStatements = ({ place: { field, tool } }: View): boolean => ASKS_FOR_SQL.test(field) && (SPEAKS_OF_SQL.test(tool) || !SEARCHES_WORDS.test(tool));
