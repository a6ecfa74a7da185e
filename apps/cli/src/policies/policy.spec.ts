import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { policy } from './policy.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-policy-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = `
- name: Payments
  tool_pattern: "payment_*"
  action: require_approval
- { name: Reads, tool_pattern: "read_*", action: allow, approval_config: { timeout_minutes: 5 } }
`;
const shadowed = `
policies:
  - name: Everything
    tool_pattern: "*"
    action: block
    priority: 10
  - name: Reads
    tool_pattern: "read_*"
    action: allow
    conditions:
      arguments:
        /amount: { gt: 5, lt: 3 }
`;

describe('holdpoint policy lint', () => {
  it('finds nothing, or only warnings, and ends with 0', async () => {
    expect(await run(['lint', file('good.yaml', good)])).toEqual({
      code: 0,
      out: ['good.yaml:5:57: warning: policy `Reads`: /approval_config has no effect: the action is `allow` [no_effect]', '1 file: 0 errors, 1 warning'],
      err: [],
    });
    expect(await run(['lint', '--strict', 'good.yaml'])).toMatchObject({ code: 1 });
    expect(await run(['lint', file('empty.json', '[]')])).toEqual({ code: 0, out: ['1 file: nothing to tell'], err: [] });
  });

  it('names file, line and column of what is wrong', async () => {
    expect(await run(['lint', file('bad.yaml', shadowed)])).toEqual({
      code: 1,
      out: ['bad.yaml:12:9: error: policy `Reads`: /conditions/arguments/~1amount can never hold: no number is in the range for `/amount` [never_holds]', '1 file: 1 error, 0 warnings'],
      err: [],
    });
    const refused = file('refused.yaml', 'policies:\n  - name: X\n    tool_pattern: x\n    action: allow\n    colour: red\n  - 7\n');
    expect((await run(['lint', refused, file('none.yaml', '{}')])).out).toEqual([
      'refused.yaml:5:13: error: policy `X`: /colour unknown field `colour` [not_valid]',
      'refused.yaml:6:5: error: /policies/1 must be an object [not_valid]',
      'none.yaml:1:1: error: has no `policies` [not_valid]',
      '2 files: 3 errors, 0 warnings',
    ]);
  });

  it('writes JSON where it is asked to', async () => {
    const { code, out } = await run(['lint', '--format', 'json', file('bad.yaml', shadowed.replace('lt: 3', 'lt: 9'))]);
    expect([code, JSON.parse(out.join('\n'))]).toEqual([
      1,
      [
        { file: 'bad.yaml', line: 3, column: 5, level: 'warning', rule: 'catch_all', path: '/policies/0', policy: 'Everything', message: expect.any(String) },
        { file: 'bad.yaml', line: 7, column: 5, level: 'error', rule: 'shadowed', path: '/policies/1', policy: 'Reads', message: 'is never asked: `Everything` decides before it, whatever the call' },
      ],
    ]);
  });

  it('ends with 2 where a file cannot be read, and looks at the others', async () => {
    expect(await run(['lint', file('broken.yaml', 'a: [1'), 'good.yaml'])).toMatchObject({ code: 2, err: [expect.stringMatching(/^broken\.yaml:1:\d+: /)], out: [expect.stringContaining('good.yaml:5'), expect.any(String)] });
  });

  it.each<[readonly string[], string]>([
    [['lint'], 'holdpoint policy lint needs a file'],
    [['lint', '--fix', 'x'], 'holdpoint policy lint does not know `--fix`'],
    [['lint', '--format', 'xml', 'x'], '`--format` text or json'],
    [['test'], 'holdpoint policy test needs a file'],
    [['test', '-v', 'x'], 'holdpoint policy test does not know `-v`'],
    [['check'], 'holdpoint policy: no command `check`'],
    [[], 'holdpoint policy <command>'],
  ])('%j is no use of it', async (args, message) => expect(await run(args)).toMatchObject({ code: 64, out: [], err: [expect.stringContaining(message)] }));

  it.each([['--help'], ['lint', '--help'], ['test', '-h']])('%s %s helps', async (...args) => expect(await run(args.filter(Boolean))).toMatchObject({ code: 0, out: [expect.stringContaining('holdpoint policy')], err: [] }));
});

describe('holdpoint policy test', () => {
  const cases = `
policies:
  ours: [{ name: Payments, tool_pattern: "payment_*", action: require_approval }]
cases:
  - name: a payment waits
    policies: ours
    calls:
      - { call: { tool_name: payment_create }, want: { action: require_approval } }
  - name: a payment is let go
    policies: ours
    calls:
      - call: { tool_name: payment_create }
        want:
          action: allow
          policy: null
  - name: nobody wrote that
    policies: theirs
    calls: [{ call: { tool_name: x }, want: { action: allow } }]
`;

  it('says what was wanted, what came instead, and where that stands', async () => {
    expect(await run(['test', file('cases.yaml', cases)])).toEqual({
      code: 1,
      out: [
        'cases.yaml:9:5: a payment is let go',
        '  cases.yaml:14:19: /calls/0/want/action wanted `allow`, was `require_approval`: Waiting for a person to approve `payment_create` (policy `Payments`).',
        '  cases.yaml:15:19: /calls/0/want/policy wanted none, was `Payments`: Waiting for a person to approve `payment_create` (policy `Payments`).',
        'cases.yaml:16:5: nobody wrote that',
        "  cases.yaml:17:15: /policies there is no list `theirs` among the file's `policies`",
        '3 cases in 1 file: 1 as wanted, 2 not',
      ],
      err: [],
    });
  });

  it('runs the cases of the language itself', async () => {
    const text = readFileSync(new URL('../../../../libs/policy/cases/order.yaml', import.meta.url), 'utf8');
    expect(await run(['test', file('order.yaml', text), file('one.json', '{"cases":[{"name":"n","policies":[],"calls":[{"call":{"tool_name":"x"},"want":{"action":"allow"}}]}]}')])).toMatchObject({ code: 0, out: [expect.stringMatching(/^\d+ cases in 2 files: all as wanted$/)], err: [] });
  });

  it('ends with 2 where a file is none of cases', async () => {
    expect(await run(['test', file('no-cases.yaml', 'cases:\n  a: 1\n')])).toEqual({ code: 2, out: ['0 cases in 0 files: all as wanted'], err: ['no-cases.yaml:1:1: /cases must be a list'] });
  });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

async function run(args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await policy({ args, env: {}, stop: new AbortController().signal, ask: () => null, terminal: { out: (line) => out.push(line), err: (line) => err.push(line) }, pathOf: (name) => join(folder, name) });
  return { code, out, err };
}
