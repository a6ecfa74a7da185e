import { describe, expect, it } from '@jest/globals';
import { Budget } from './budget.ts';
import { Engine } from './engine.ts';
import type { PatternRule } from './rule.ts';
import { windowed } from './windowed.ts';

const example = { tool: 'x', arguments: {} };
const rule: PatternRule = {
  id: 'test.boom', type: 'code_injection', severity: 'high', sees: 'a boom with a number', positive: example, nearMiss: example,
  roles: ['value'], literals: ['boom'], pattern: /(?:^|\s)boom\d/, before: 8, after: 16,
};
const place = { role: 'value', tool: '', path: '', field: '', language: '', file: '' } as const;

describe('a rule in windows', () => {
  it('finds each match once, wherever its literals stand', () => {
    expect(found('boom1 boom boom2')).toEqual([0, 10]);
    expect(found(`${'boom '.repeat(1_000)}boom3`)).toEqual([4_999]);
  });

  it('takes a caret for the beginning of the text, not of a window', () => {
    expect(found(`${'x'.repeat(40)}boom1`)).toEqual([]);
  });

  it('takes the caret of a negated class for what it is', () => {
    const negated: PatternRule = { ...rule, pattern: /[^x]{8}boom\d/ };
    expect(found(`${'a'.repeat(40)}boom1`, negated)).toEqual([32]);
  });

  it('looks at each character about once where literals stand close', () => {
    const budget = new Budget(1e9);
    new Engine([windowed({ ...rule, after: 256 })]).detect({ text: 'boom'.repeat(50_000), place, decodings: [], budget, report: () => undefined });
    expect(budget.spent).toBeLessThan(3 * 200_000);
  });

  it('does not look where it is told not to', () => {
    const budget = new Budget(100);
    new Engine([windowed(rule, () => false)]).detect({ text: 'boom1', place, decodings: [], budget, report: () => expect(true).toBe(false) });
    expect(budget.spent).toBeLessThan(10);
  });
});

function found(text: string, looked = rule): number[] {
  const starts: number[] = [];
  new Engine([windowed(looked)]).detect({ text, place, decodings: [], budget: new Budget(1e6), report: (_rule, start) => void starts.push(start) });
  return starts;
}
