import { describe, expect, it } from '@jest/globals';
import { allRules, type Example, scanCall, scanOutput, type Scan } from './index.ts';

describe('rules', () => {
  it('have ids of their own', () => {
    expect(new Set(allRules.map(({ id }) => id)).size).toBe(allRules.length);
    for (const { id } of allRules) expect(id).toMatch(/^[a-z]+(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+$/);
  });

  it.each(allRules.map((rule) => [rule.id, rule] as const))('%s fires on its example, and not on what only looks alike', (id, { positive, nearMiss }) => {
    expect(scanned(positive).threats.map(({ rule }) => rule)).toContain(id);
    expect(scanned(nearMiss).threats.map(({ rule }) => rule)).not.toContain(id);
  });
});

function scanned(example: Example): Scan {
  return 'output' in example ? scanOutput(example.output, { tool: example.tool }) : scanCall({ name: example.tool, type: example.type, arguments: example.arguments });
}
