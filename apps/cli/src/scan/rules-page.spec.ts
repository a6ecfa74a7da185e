import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { allRules, type Rule } from '@holdpoint/detection';
import { rulesPage } from './rules-page.ts';

describe('docs/detection-rules.md', () => {
  it('is what the rules say today (else: node tools/generate-detection-rules.mjs)', () => {
    expect(readFileSync(new URL('../../../../docs/detection-rules.md', import.meta.url), 'utf8')).toBe(rulesPage());
  });

  it('has one row for every rule', () => {
    const rows = rulesPage().split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1]).sort()).toEqual([...new Set(allRules.map(({ id }) => id))].sort());
  });

  it('keeps tables whole, shows what cannot be seen, and holds nothing that could be taken for a secret', () => {
    const secret = ['sk_live_', '4eC39HqLyjWDarjtT1zdp7dc'].join('');
    const page = rulesPage([rule({ type: 'credential_exposure', positive: { tool: 'bash', arguments: { command: 'a | b `c`\n\u200b' } }, nearMiss: { output: `key ${secret}` } })]);
    expect(page).toContain('`` {"command":"a \\| b `c`\\n\\u200b"} ``');
    expect(page).not.toContain(secret);
    expect(page.split('\n').filter((line) => line.startsWith('| `x.y`'))).toHaveLength(1);
  });
});

function rule(given: Partial<Rule>): Rule {
  return { id: 'x.y', type: 'ssrf', severity: 'high', sees: 'x', positive: { output: 'a' }, nearMiss: { output: 'b' }, ...given };
}
