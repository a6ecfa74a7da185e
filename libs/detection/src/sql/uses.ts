import type { Token } from './token.ts';

/** What words and signs of SQL are good for, as bits of `Token.uses`: most tokens are passed over by them, without a look into any set. */
/** A word that SQL gives a meaning of its own; all other words are names. */
export const KEYWORD = 1;
/** `and`, `||`: joins conditions. */
export const JUNCTION = 2;
export const COMPARES = 4;
/** `+`, `div`, `collate`: goes on with a value. */
export const CHAINS = 8;
/** `-`, `not`, `distinct`: stands before a value. */
export const SIGN = 16;
export const TRUTH = 32;
/** Begins a value that is asked for elsewhere: `select`, `exists`, `case`. */
export const SUBQUERY = 64;
/** A keyword that may be a function's name, or a column's. */
export const CALLED = 128;
export const NAMED = 256;
/** Begins a statement. */
export const OPENS = 512;
/** May show that a value was broken out of. */
export const NOTABLE = 1024;
/** Reaches out of the database, or into its catalogue. */
export const OUTWARD = 2048;

export const hasUse = ({ uses }: Token, use: number): boolean => (uses & use) !== 0;
