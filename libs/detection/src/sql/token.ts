import { hasUse, KEYWORD } from './uses.ts';

/** What a stretch of SQL is. `name`: a quoted identifier; `variable`: `@x`, `@@x`, `:x`, `?`. */
export type TokenKind = 'word' | 'number' | 'string' | 'name' | 'variable' | 'operator' | 'open' | 'close' | 'comma' | 'semicolon' | 'comment';

export type Token = Readonly<{
  kind: TokenKind;
  /** Words and operators in lower case; what stands inside quotes and comments. */
  text: string;
  start: number;
  end: number;
  /** The quote or comment mark it began with; empty for other tokens. */
  mark: string;
  /** False for a quote or comment that the end of the text cuts. */
  closed: boolean;
  /** What a word or operator is good for: bits of `uses.ts`. 0 for other tokens. */
  uses: number;
}>;

/** Whether SQL gives the word a meaning of its own. */
export const isKeyword = (token: Token): boolean => hasUse(token, KEYWORD);

/** Whether it is a value by itself: a constant, a name, a variable. */
export const isOperand = ({ kind, uses }: Token): boolean => (kind === 'word' && (uses & KEYWORD) === 0) || kind === 'number' || kind === 'string' || kind === 'name' || kind === 'variable';

export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean => token?.kind === 'word' && words.includes(token.text);
export const isOperator = (token: Token | undefined, ...operators: readonly string[]): boolean => token?.kind === 'operator' && operators.includes(token.text);

/** A comment that only cuts off what follows: `--`, `-- -`, `--+`, `#`, or a block that never ends. */
export const isCut = (token: Token | undefined): boolean =>
  token?.kind === 'comment' && (token.mark === '/*' ? !token.closed : /^[\s\-+;#'"`)a%]{0,6}$/.test(token.text.slice(0, 8)));
