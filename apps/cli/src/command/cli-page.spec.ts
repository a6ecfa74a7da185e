import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LINT_RULES } from '@holdpoint/policy';
import { decide, decideUsage } from '../decide/decide.ts';
import { diffUsage, pullUsage, pushUsage } from '../guard-policies/commands.ts';
import { lintUsage } from '../policies/lint-files.ts';
import { policy } from '../policies/policy.ts';
import { testUsage } from '../policies/test-files.ts';
import { usage } from './usage.ts';

const page = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-cli-page-'));
  for (const [, name = '', text = ''] of page.matchAll(/^```yaml\n# (\S+)\n([^]*?)^```/gm)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('docs/cli.md', () => {
  it('has policies that lint finds nothing wrong with, and cases that are as wanted', async () => {
    expect(await run(['lint', '--strict', 'policies.yaml'])).toEqual({ code: 0, out: ['1 file: nothing to tell'], err: [] });
    expect(await run(['test', 'cases.yaml'])).toEqual({ code: 0, out: ['1 case in 1 file: all as wanted'], err: [] });
  });

  it('shows the decision that its call gets', async () => {
    const [line = '', shown = ''] = [...page.matchAll(/^```json\n(.*)\n```/gm)].map(([, text]) => text);
    const out: string[] = [];
    async function* input(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(line);
    }
    const write = (text: string): Promise<void> => {
      out.push(text);
      return Promise.resolve();
    };
    await decide({ args: ['--policies', 'policies.yaml'], input: input(), out: write, err: () => undefined, now: () => 0, pathOf: (name) => join(folder, name) });
    expect(out.map((text) => JSON.parse(text) as unknown)).toEqual([JSON.parse(shown)]);
  });

  it('shows the problem as it is told', async () => {
    const shown = /^```text\n(.*)\n```/m.exec(page)?.[1];
    const wrong = page.replace('risk_score_min: 0.9', 'risk_score_min: 9');
    mkdirSync(join(folder, 'wrong'));
    writeFileSync(join(folder, 'wrong/policies.yaml'), /^```yaml\n(# policies\.yaml\n[^]*?)^```/m.exec(wrong)?.[1] ?? '');
    expect((await run(['diff', 'policies.yaml'], join(folder, 'wrong'))).err).toEqual([shown]);
  });

  it('has every rule of lint, and every option that is more than where the guard is', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (error|warning) \| (.*) \|$/gm)].map(([, rule, level, sees]) => [rule, { level, sees }]);
    expect(Object.fromEntries(rows)).toEqual(LINT_RULES);
    expect(rows.map(([rule]) => rule)).toEqual(Object.keys(LINT_RULES));
    const options = new Set([decideUsage, testUsage, lintUsage, pullUsage, diffUsage, pushUsage].flatMap((text) => text.match(/--[a-z][a-z-]+/g) ?? []));
    expect([...options].filter((option) => !page.includes(option))).toEqual([]);
  });
});

describe('holdpoint --help', () => {
  it('names every command, and fits a terminal', () => {
    for (const command of ['up', 'demo', 'scan', 'decide', 'policy test', 'policy lint', 'policy pull', 'policy diff', 'policy push', 'db check']) expect(usage).toMatch(new RegExp(`^  ${command}`, 'm'));
    expect(usage.split('\n').filter((line) => line.length > 140)).toEqual([]);
  });
});

async function run(args: readonly string[], within = folder) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await policy({ args, env: {}, stop: new AbortController().signal, ask: () => null, terminal: { out: (line) => out.push(line), err: (line) => err.push(line) }, pathOf: (name) => join(within, name) });
  return { code, out, err };
}
