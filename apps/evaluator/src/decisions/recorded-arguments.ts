import type { Change, JsonObject, PolicySet, Threat } from '@holdpoint/contracts';

const maxNodes = 200;

/** What the decision log keeps of the arguments, by the guard's `record_arguments`; undefined: nothing. */
export function recordedArguments(mode: PolicySet['record_arguments'], toolArguments: JsonObject): unknown {
  switch (mode) {
    case 'none':
      return undefined;
    case 'full':
      return toolArguments;
    case 'redacted':
      return shapeOf(toolArguments, { left: maxNodes });
  }
}

/**
 * What the log keeps of the findings. What matched is a piece of a value, and beside an attack may stand a password that the scanner does not know as one.
 * Places are made of the caller's keys: who keeps no keys keeps no places.
 */
export function recordedThreats(mode: PolicySet['record_arguments'], threats: Threat[]): Threat[] {
  if (mode === 'full' || threats.length === 0) return threats;
  return threats.map((threat) => ({ ...threat, match: '', ...(mode === 'none' && { path: '' }) }));
}

export function recordedChanges(mode: PolicySet['record_arguments'], changes: Change[] | undefined): Change[] | undefined {
  return mode === 'none' ? changes?.map((change) => ({ ...change, path: '' })) : changes;
}

/**
 * Keys and types without values: the scanner knows many secrets and cannot know all, so every value counts as one.
 * Past `maxNodes` values the rest is cut, so that a record never outgrows its call.
 */
function shapeOf(value: unknown, budget: { left: number }): unknown {
  budget.left -= 1;
  if (value === null || typeof value !== 'object') return `[${value === null ? 'null' : typeof value}]`;
  if (budget.left <= 0) return '[cut]';
  if (Array.isArray(value)) {
    const shapes: unknown[] = [];
    for (const item of value as unknown[]) {
      if (budget.left <= 0) return [...shapes, '[cut]'];
      shapes.push(shapeOf(item, budget));
    }
    return shapes;
  }
  const shapes: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (budget.left <= 0) {
      shapes.push(['…', '[cut]']);
      break;
    }
    shapes.push([key, shapeOf(item, budget)]);
  }
  return Object.fromEntries(shapes);
}
