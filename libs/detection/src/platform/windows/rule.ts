import type { Rule } from '../../rule.ts';

/** A rule that one pattern over a statement tells; the detector wakes on its literals. */
export type WindowsRule = Readonly<{ rule: Rule; literals: readonly string[]; pattern: RegExp; unless?: RegExp }>;
