import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decide } from './decide.ts';

const policies = `
default_action: warn
policies:
  - { name: Paths are cleaned, tool_pattern: "read_*", action: sanitize, priority: 90, conditions: { risk_score_min: 0.7 } }
  - { name: Large payments need a person, tool_pattern: "payment_*", action: require_approval, priority: 80, conditions: { arguments: { /amount: { gt: 1000 } } } }
  - { name: Nobody deletes at night, tool_pattern: "delete_*", action: block, priority: 70, conditions: { time_window: { hours_start: 22, hours_end: 6 } } }
  - { name: Notes stay, tool_pattern: "read_*", action: block, priority: 65, conditions: { arguments: { /note: { eq: stay } } } }
  - { name: Few searches, tool_pattern: "{search,read}_*", action: rate_limit, priority: 60, rate_limit: { max_requests: 5, window_seconds: 60, on_within: continue } }
  - { name: Anna may read, tool_pattern: "read_*", action: allow, conditions: { end_user_id: anna } }
`;
const payment = { id: 'c1', name: 'payment_create', arguments: { amount: 4800 } };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-decide-'));
  writeFileSync(join(folder, 'p.yaml'), policies);
  writeFileSync(join(folder, 'bad.yaml'), 'policies:\n  - name: X\n    tool_pattern: "["\n    action: blok\n  - { name: Y, tool_pattern: y, action: allow, conditions: { argument_pattern: "(" } }\n');
  writeFileSync(join(folder, 'twice.json'), '{"policies": [],\n "policies": []}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('holdpoint decide', () => {
  it('takes the body of a validate request, and answers each of its calls', async () => {
    const told = await deciding({ session_id: 's', end_user_id: 'anna', tool_calls: [payment, { id: 'c2', name: 'delete_user', arguments: {} }, { id: 'c3', name: 'odd', arguments: {} }] });
    expect(told).toEqual({
      code: 0,
      err: [],
      out: [
        expect.objectContaining({ id: 'c1', action: 'require_approval', policy: 'Large payments need a person', policy_id: 'p2', message: expect.stringContaining('Waiting for a person to approve `payment_create`'), risk_score: 0, threats_detected: [] }),
        expect.objectContaining({ id: 'c2', action: 'block', policy: 'Nobody deletes at night' }),
        expect.objectContaining({ id: 'c3', action: 'warn', policy: null, policy_id: null }),
      ],
    });
  });

  it.each<[string, object, string | number]>([
    ['one call in the older shape', { session_id: 's', tool_call: payment }, 'c1'],
    ['one call of which little is known', { id: 7, tool_call: payment }, 7],
    ['a record of holdpoint scan', { id: 'r', kind: 'call', tool: payment.name, arguments: payment.arguments, label: 'benign' }, 'r'],
    ['the facts of a golden case', { id: 'g', tool_name: payment.name, arguments: payment.arguments }, 'g'],
  ])('takes %s', async (_what, line, id) => expect(await deciding(line)).toMatchObject({ code: 0, out: [{ id, action: 'require_approval' }] }));

  it('scans, and hands out what is left of a call that is cleaned', async () => {
    const told = await deciding({ id: 1, tool: 'read_file', arguments: { path: '../../../../etc/passwd', note: 'für März' } });
    expect(told.out).toEqual([
      expect.objectContaining({
        action: 'sanitize',
        threats_detected: expect.arrayContaining(['path_traversal']),
        sanitized_arguments: { path: '', note: 'für März' },
        changes: expect.arrayContaining([expect.objectContaining({ path: '/path', how: 'removed' })]),
        message: 'Cleaned by policy `Paths are cleaned`. Run `sanitized_arguments`, not what was asked about.',
      }),
    ]);
  });

  it('judges what is left of a cleaned call like a call of its own', async () => {
    const told = await deciding({ id: 1, tool: 'read_file', arguments: { path: '../../../../etc/passwd', note: 'stay' } });
    expect(told.out).toEqual([expect.objectContaining({ action: 'block', policy: 'Notes stay', message: expect.stringContaining('what is left of the call') })]);
    expect(told.out[0]).not.toHaveProperty('sanitized_arguments');
  });

  it('judges at the line’s time, else at the time that was given, else now', async () => {
    const call = { id: 1, tool: 'delete_user', arguments: {} };
    const day = '2026-11-23T12:00:00Z';
    expect(await deciding({ ...call, at: '2026-11-23T23:30:00+01:00' }, ['--at', day])).toMatchObject({ out: [{ action: 'block' }] });
    expect(await deciding(call, ['--at', day])).toMatchObject({ out: [{ action: 'warn' }] });
    expect(await deciding(call)).toMatchObject({ out: [{ action: 'block' }] });
  });

  it('counts nothing, and says so: in the decision what happens within a limit and over it, and once on stderr', async () => {
    const line = (id: string, tool: string, toolArguments = {}) => JSON.stringify({ id, tool, end_user_id: 'anna', arguments: toolArguments });
    const told = await deciding([line('a', 'search_web'), line('b', 'read_file'), line('c', 'read_file', { path: '../../../../etc/passwd' })].join('\n'));
    expect(told.out).toEqual([
      expect.objectContaining({ id: 'a', action: 'rate_limit', policy: 'Few searches', message: expect.stringContaining('over it the call is blocked'), within: expect.objectContaining({ action: 'warn', policy: null }), limits: ['Few searches'] }),
      expect.objectContaining({ id: 'b', action: 'rate_limit', within: expect.objectContaining({ action: 'allow', policy: 'Anna may read' }) }),
      expect.objectContaining({ id: 'c', action: 'sanitize', sanitized_arguments: { path: '' }, limits: ['Few searches'] }),
    ]);
    expect(told.err).toEqual(['holdpoint: nothing is counted offline: decisions with `limits` say what holds while there is room in them']);
  });

  it('takes a default action before the file’s', async () => expect(await deciding({ id: 1, tool: 'x', arguments: {} }, ['--default-action=block'])).toMatchObject({ out: [{ action: 'block', policy: null }] }));

  it('judges what is there, whatever it is called', async () => {
    const line = '{"id":1,"tool":"payment_x","arguments":{"__proto__":{"amount":5000},"amount":1001}}';
    expect(await deciding(line)).toMatchObject({ code: 0, out: [{ action: 'require_approval' }] });
    expect(await deciding('{"id":1,"tool":"payment_x","arguments":{"__proto__":{"amount":5000}}}')).toMatchObject({ out: [{ action: 'warn' }] });
  });

  it.each([
    ['{"id":1,', '<stdin>:2:9: expected a key in double quotes'],
    ['{"id":1,"tool":"t","arguments":{"a":1,"a":2}}', '<stdin>:2:42: /arguments/a duplicate key'],
    ['{"id":1,"tool":"t","arguments":{"n":9007199254740993}}', '<stdin>:2:53: /arguments/n integer beyond 2^53; send it as a string'],
    ['[1]', '<stdin>:2:1: is not a JSON object'],
    ['{}', '<stdin>:2:1: is no call: it needs `tool_calls`, `tool_call` or `tool`'],
    ['{"tool_call":{},"tool":"t"}', '<stdin>:2:1: has `tool_call` and `tool`: one of them says what is called'],
    ['{"tool":"t","arguments":{}}', '<stdin>:2:1: /id must be'],
    ['{"id":1,"tool":"two words","arguments":{}}', '<stdin>:2:16: /tool must be 1 to 128 printable ASCII characters'],
    ['{"id":1,"tool":"t","arguments":[]}', '<stdin>:2:20: /arguments must be an object'],
    ['{"id":1,"kind":"output","tool":"t","arguments":{}}', '<stdin>:2:16: /kind must be `call`'],
    ['{"tool_call":{"id":"a","name":"t","arguments":{},"argumnets":{}}}', '<stdin>:2:50: /tool_call/argumnets unknown field'],
    ['{"tool_calls":[{"id":"a","name":"t","arguments":{}},{"id":"a","name":"t","arguments":{}}]}', '<stdin>:2:2: /tool_calls must have distinct ids'],
    ['{"id":1,"tool":"t","arguments":{},"at":"2026-11-23"}', '<stdin>:2:40: /at must be a time with its offset'],
  ])('names the line and column that it cannot read, and judges the others: %s', async (line, problem) => {
    const call = (id: string) => JSON.stringify({ id, tool: 't', arguments: {} });
    const told = await deciding(`${call('before')}\n${line}\n\n${call('after')}\n`);
    expect(told).toMatchObject({ code: 1, out: [{ id: 'before' }, { id: 'after' }] });
    expect(told.err).toEqual([expect.stringMatching(new RegExp(`^${problem.replace(/[()[\]^?|\\]/g, '\\$&')}`))]);
  });

  it('judges nothing by policies that it cannot read, and names every problem with its place', async () => {
    expect(await deciding('', ['--policies', 'bad.yaml'])).toEqual({
      code: 2,
      out: [],
      err: [
        expect.stringMatching(/^bad\.yaml:3:19: \/policies\/0\/tool_pattern .*never closed/),
        expect.stringMatching(/^bad\.yaml:4:13: \/policies\/0\/action must be one of/),
        expect.stringMatching(/^bad\.yaml:5:80: \/policies\/1\/conditions\/argument_pattern not an RE2 pattern/),
      ],
    });
    expect(await deciding('', ['--policies', 'twice.json'])).toMatchObject({ code: 2, err: ['twice.json:2:12: /policies duplicate key'] });
    expect(await deciding('', ['--policies', 'none.yaml'])).toMatchObject({ code: 2, err: ['none.yaml: cannot be read: there is no such file'] });
    expect(await deciding('', ['--policies', 'p.txt'])).toMatchObject({ code: 2, err: ['p.txt: must end in .yaml, .yml or .json'] });
  });

  it.each<[readonly string[], string]>([
    [['--policy', 'p.yaml'], 'does not know `--policy`'],
    [['--policies', 'p.yaml', 'calls.jsonl'], 'takes no `calls.jsonl`'],
    [['--policies', '--at', 'x'], 'needs a value for `--policies`'],
    [['--policies', 'p.yaml', '--policies', 'q.yaml'], 'was given `--policies` twice'],
    [['--default-action', 'sanitize'], 'needs `--policies FILE`'],
    [['--policies', 'p.yaml', '--default-action', 'sanitize'], '`--default-action` one of allow, block, require_approval, warn'],
    [['--policies', 'p.yaml', '--at', 'noon'], '`--at` a time'],
    [['-p', 'p.yaml'], 'does not know `-p`'],
  ])('refuses %j', async (args, problem) => expect(await run('', args)).toMatchObject({ code: 64, out: [], err: [expect.stringContaining(`holdpoint decide ${problem.startsWith('`') ? 'takes for ' : ''}${problem}`)] }));
});

function deciding(input: object | string, args: readonly string[] = []) {
  return run(typeof input === 'string' ? input : JSON.stringify(input), args.includes('--policies') ? args : ['--policies', 'p.yaml', ...args]);
}

async function run(input: string, args: readonly string[]) {
  const [out, err]: [unknown[], string[]] = [[], []];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(input);
  }
  const code = await decide({
    args,
    input: bytes(),
    out: (line) => {
      out.push(JSON.parse(line));
      return Promise.resolve();
    },
    err: (line) => err.push(line),
    now: () => Date.UTC(2026, 10, 23, 23),
    pathOf: (name) => join(folder, name),
  });
  return { code, out, err };
}
