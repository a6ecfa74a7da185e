/** How what holds after a change lies to what held before. `other`: each has something of its own, or may have; `unknown`: nothing can be said. */
export type Relation = 'same' | 'narrower' | 'wider' | 'other' | 'unknown';

/** Of `after` to `before`, where more members mean that more holds. */
export function compareSets(before: ReadonlySet<unknown>, after: ReadonlySet<unknown>): Relation {
  return relationOf({ onlyBefore: [...before].some((one) => !after.has(one)), onlyAfter: [...after].some((one) => !before.has(one)) });
}

export function relationOf({ onlyBefore, onlyAfter }: Readonly<{ onlyBefore: boolean; onlyAfter: boolean }>): Relation {
  if (onlyBefore) return onlyAfter ? 'other' : 'narrower';
  return onlyAfter ? 'wider' : 'same';
}

const opposites: Readonly<Record<Relation, Relation>> = { same: 'same', narrower: 'wider', wider: 'narrower', other: 'other', unknown: 'unknown' };
export const opposite = (relation: Relation): Relation => opposites[relation];
