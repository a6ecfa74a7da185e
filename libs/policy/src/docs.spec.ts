import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { runCases } from './cases.ts';
import { checkPolicyDraft } from './drafts/check-policy.ts';
import { isJsonObject } from './json.ts';
import { THREAT_TYPES } from './policy.ts';

const page = readFileSync(new URL('../../../docs/policy-language.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = ''], index) => ({ index, document: parse(text) as unknown }));
const files = examples.filter(({ document }) => isJsonObject(document) && 'cases' in document);

describe('docs/policy-language.md', () => {
  it('has examples of every part', () => {
    expect(files.length).toBeGreaterThanOrEqual(9);
    expect([...page.matchAll(/^```(\w*)$/gm)].map(([, language]) => language).filter((language) => language !== '' && language !== 'yaml')).toEqual([]);
  });

  it.each(files.flatMap(({ document }) => [...runCases(document).results]))('does what it says: $name', ({ failures }) => expect(failures).toEqual([]));

  it.each(files)('example $index is a file of cases', ({ document }) => expect(runCases(document).problems).toEqual([]));

  it.each(examples.filter((one) => !files.includes(one)))('example $index is a policy that may be written', ({ document }) => expect(checkPolicyDraft(document)).toEqual([]));

  it('names every threat', () => {
    for (const type of THREAT_TYPES) expect(page).toContain(`\`${type}\``);
  });
});
