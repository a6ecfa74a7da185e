import type { Budget } from '../budget.ts';

/** A string constant of a program: its text, escapes undone, and where it stands. */
export type Literal = Readonly<{ text: string; start: number; end: number }>;

/** Longest list of arguments that is read. */
const MAX_LENGTH = 16_384;

/** The string constants between a call's brackets, from just behind the opening one; linear, bounded. Throws `BudgetSpent`. */
export function stringsOfCall(text: string, from: number, budget: Budget): readonly Literal[] {
  const literals: Literal[] = [];
  const end = Math.min(text.length, from + MAX_LENGTH);
  let open = 1;
  let at = from;
  for (; at < end && open > 0; at += 1) {
    const character = text.charAt(at);
    if (character === '(' || character === '[' || character === '{') open += 1;
    else if (character === ')' || character === ']' || character === '}') open -= 1;
    else if (character === '"' || character === "'" || character === '`') {
      const literal = literalAt(text, at, end);
      if (!literal) {
        at = end;
        break;
      }
      literals.push(literal);
      at = literal.end;
    }
  }
  budget.spend(at - from);
  return literals;
}

/** The constant whose quote stands at `at`; `end` is where its closing quote begins. */
function literalAt(text: string, at: number, limit: number): Literal | undefined {
  const quote = text.charAt(at);
  // A program inside another one's quotes has its own quotes escaped.
  const closing = text.charAt(at - 1) === '\\' ? `\\${quote}` : text.startsWith(quote.repeat(3), at) && quote !== '`' ? quote.repeat(3) : quote;
  const start = at + (closing.startsWith('\\') ? 1 : closing.length);
  let value = '';
  for (let next = start; next < limit; next += 1) {
    if (text.startsWith(closing, next)) return { text: value, start, end: next + closing.length - 1 };
    if (text.charAt(next) === '\\' && next + 1 < limit) {
      next += 1;
      const escaped = text.charAt(next);
      value += escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped;
    } else value += text.charAt(next);
  }
  return undefined;
}
