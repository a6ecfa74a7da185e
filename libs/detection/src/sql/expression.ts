import { isKeyword, isOperator, isWord, type Token } from './token.ts';
import { CALLED, CHAINS, COMPARES, hasUse, KEYWORD, NAMED, SIGN, SUBQUERY, TRUTH } from './uses.ts';

/** A value in an expression, arithmetic included. */
export type Operand = Readonly<{
  /** `select`: a subquery. `column`: a name. `call`: a function's result. */
  kind: 'number' | 'string' | 'truth' | 'column' | 'variable' | 'call' | 'select' | 'group';
  /** Nothing of it comes from a table. */
  constant: boolean;
  text: string;
  /** Index after its last token. */
  end: number;
  /** False where a quote or a bracket of it never closes. */
  closed: boolean;
}>;

export type Comparison = Readonly<{ left: Operand; operator: string; right: Operand | undefined; end: number }>;

const MAX_LOOK = 96;
const MAX_CHAIN = 24;

export const isComparing = (token: Token | undefined): boolean => token !== undefined && hasUse(token, COMPARES);

/** Index after the bracket that closes the one at `open`; undefined if none does within some hundred tokens. */
function closingOf(tokens: readonly Token[], open: number, look = 400): number | undefined {
  let depth = 0;
  for (let index = open; index < Math.min(tokens.length, open + look); index += 1) {
    const kind = tokens[index]?.kind;
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return undefined;
}

/** The value at `from`, with its arithmetic; undefined if none begins there. */
export function operandAt(tokens: readonly Token[], from: number): Operand | undefined {
  const first = simpleAt(tokens, from);
  if (!first) return undefined;
  let whole = first;
  for (let parts = 0; parts < MAX_CHAIN; parts += 1) {
    const next = tokens[whole.end];
    if (next === undefined || !hasUse(next, CHAINS)) break;
    const part = simpleAt(tokens, whole.end + 1);
    if (!part) break;
    const { kind, constant, closed, text } = whole;
    whole = { kind, constant: constant && (part.constant || next.text === '::'), text: `${text}${next.text}${part.text}`.slice(0, 200), end: part.end, closed: closed && part.closed };
  }
  return whole;
}

function simpleAt(tokens: readonly Token[], from: number): Operand | undefined {
  let at = from;
  for (let signs = 0; signs < 8; signs += 1) {
    const token = tokens[at];
    if (token === undefined || !hasUse(token, SIGN)) break;
    at += 1;
  }
  const token = tokens[at];
  if (!token) return undefined;
  const plain = (kind: Operand['kind'], constant: boolean, end = at + 1): Operand => ({ kind, constant, text: token.text, end, closed: token.closed });
  switch (token.kind) {
    case 'number':
      return plain('number', true);
    case 'string':
      return plain('string', true);
    case 'variable':
      return token.text === '@' && tokens[at + 1]?.kind === 'name' ? plain('variable', false, at + 2) : plain('variable', false);
    case 'name':
      return plain('column', false);
    case 'open':
      return groupAt(tokens, at);
    case 'word':
      return wordAt(tokens, at, token, plain);
    default:
      return undefined;
  }
}

function wordAt(tokens: readonly Token[], at: number, token: Token, plain: (kind: Operand['kind'], constant: boolean, end?: number) => Operand): Operand | undefined {
  const next = tokens[at + 1];
  if (hasUse(token, TRUTH)) return plain('truth', true);
  if (hasUse(token, SUBQUERY)) return plain('select', false, next?.kind === 'open' ? (closingOf(tokens, at + 1) ?? tokens.length) : at + 1);
  if (next?.kind === 'open') {
    const group = groupAt(tokens, at + 1);
    if (!isKeyword(token) || hasUse(token, CALLED))
      return { kind: 'call', constant: group.constant, text: token.text, end: group.end, closed: group.closed };
  }
  if (next?.kind === 'string' && next.closed && next.start === token.end && /^(?:[nbxe]|_\w+)$/.test(token.text)) return { kind: 'string', constant: true, text: next.text, end: at + 2, closed: next.closed };
  return (token.uses & (KEYWORD | NAMED)) === KEYWORD ? undefined : plain('column', false);
}

function groupAt(tokens: readonly Token[], open: number): Operand {
  const end = closingOf(tokens, open);
  const inner = tokens.slice(open + 1, Math.min((end ?? tokens.length + 1) - 1, open + MAX_LOOK));
  const select = inner.find(({ kind }) => kind !== 'open');
  const constant = inner.every((token, index) => token.kind !== 'name' && token.kind !== 'variable' && (token.kind !== 'word' || isKeyword(token) || inner[index + 1]?.kind === 'open'));
  return { kind: isWord(select, 'select') ? 'select' : 'group', constant: constant && !isWord(select, 'select'), text: '(', end: end ?? tokens.length, closed: end !== undefined };
}

/** The comparison at `from`; `right` is missing where the text breaks off. */
export function comparisonAt(tokens: readonly Token[], from: number): Comparison | undefined {
  const left = operandAt(tokens, from);
  if (!left) return undefined;
  let at = left.end;
  const negated = isWord(tokens[at], 'not');
  if (negated) at += 1;
  const operator = tokens[at];
  if (!operator || !isComparing(operator)) return undefined;
  at += 1;
  if (isWord(operator, 'isnull', 'notnull')) return { left, operator: operator.text, right: undefined, end: at };
  while (at < tokens.length && at < left.end + 6 && (isWord(tokens[at], 'not', 'to', 'like', 'any', 'all', 'distinct', 'from') || isOperator(tokens[at], '=', '?'))) at += 1;
  const right = operandAt(tokens, at);
  if (isWord(operator, 'in') && right && tokens[at]?.kind !== 'open') return undefined;
  return { left, operator: operator.text, right, end: right?.end ?? at };
}
