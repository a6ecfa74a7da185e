import type { Budget } from './budget.ts';
import { pointerToken } from './rewrite.ts';
import { type Leaf, words } from './tool-reading.ts';

/** The API takes no deeper arguments; a bound for whoever calls without it. */
const MAX_DEPTH = 256;

/** Thrown on arguments nested deeper than that. */
export class TooDeep extends Error {
  override readonly name = 'TooDeep';
}

/** Calls `onLeaf` with every string, key and long number of a JSON value; keys count as values of no field. */
export function visitLeaves(value: unknown, budget: Budget, onLeaf: (leaf: Leaf) => void): void {
  visit(value, { path: '', field: '', depth: 0, siblings: undefined }, budget, onLeaf);
}

type At = Readonly<{ path: string; field: string; depth: number; siblings: Leaf['siblings'] }>;

function visit(value: unknown, at: At, budget: Budget, onLeaf: (leaf: Leaf) => void): void {
  budget.spend(1);
  if (typeof value === 'string') {
    if (value !== '') onLeaf({ text: value, path: at.path, field: at.field, siblings: at.siblings });
    return;
  }
  // Card and account numbers come as numbers too.
  if (typeof value === 'number' && Math.abs(value) >= 1e8) onLeaf({ text: String(value), path: at.path, field: at.field, siblings: at.siblings });
  if (typeof value !== 'object' || value === null) return;
  if (at.depth >= MAX_DEPTH) throw new TooDeep(`nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    for (const [index, item] of (value as unknown[]).entries()) visit(item, { ...at, path: `${at.path}/${index}`, depth: at.depth + 1 }, budget, onLeaf);
    return;
  }
  const siblings = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(siblings)) {
    const path = at.path + pointerToken(key);
    // A name of a dozen characters says nothing; a longer one may carry what a value may.
    if (key.length > 12) onLeaf({ text: key, path, field: '', siblings: undefined });
    visit(siblings[key], { path, field: words(key), depth: at.depth + 1, siblings }, budget, onLeaf);
  }
}
