import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { Budget } from './budget.ts';
import { sanitizeArguments, scanCall } from './index.ts';
import type { Detector } from './rule.ts';
import { Scanner } from './scanner.ts';

const example = { tool: 'x', arguments: {} };
const word: Detector = {
  id: 'test.word', type: 'code_injection', severity: 'high', sees: 'the word boom', positive: example, nearMiss: example,
  roles: ['shell', 'value', 'output', 'path'], literals: ['boom'], pattern: /\bboom\b/i,
};
const prose: Detector = { ...word, id: 'test.prose', severity: 'low', roles: ['prose'], literals: ['boom'] };
const scanner = new Scanner([word, prose]);
const scan = (toolArguments: Record<string, unknown>, name = 'do_something') => scanner.scanCall({ name, arguments: toolArguments });

describe('a scan', () => {
  it('tells where each threat stands, by JSON pointer and offsets into the string', () => {
    const { threats } = scan({ items: [{ 'a/b~c': 'now: BOOM!' }] });
    expect(threats).toEqual([{ type: 'code_injection', severity: 'high', rule: 'test.word', path: '/items/0/a~1b~0c', start: 5, end: 9, match: 'BOOM', message: 'The word boom.' }]);
  });

  it('finds every occurrence, in texts of any length', () => {
    const text = `${'x'.repeat(5_000)} boom ${'boomerang '.repeat(100)} boom`;
    expect(scan({ name: text }).threats.map(({ start }) => start)).toEqual([5_001, text.length - 4]);
  });

  it('reads encoded text too, says which encodings were undone, and points at what was sent', () => {
    const { threats } = scan({ name: 'say %62oom now' });
    expect(threats).toMatchObject([{ decoded: ['percent'], start: 4, end: 10 }]);
  });

  it('asks a rule only where the field is read as it is meant', () => {
    expect(scan({ description: 'boom' }).threats.map(({ rule }) => rule)).toEqual(['test.prose']);
    expect(scan({ command: 'boom' }, 'run_shell').threats.map(({ rule }) => rule)).toEqual(['test.word']);
    expect(scan({ code: 'boom' }, 'run_python').threats).toEqual([]);
  });

  it('reads long keys and long numbers as values', () => {
    expect(scan({ 'a key that says boom': 1 }).threats).toMatchObject([{ path: '/a key that says boom' }]);
  });

  it('reads a list of words as a command line, of the program that the tool is named after if that is one', () => {
    const line: Detector = { ...word, id: 'test.line', literals: ['kubectl delete'], pattern: /^kubectl delete namespace x/ };
    expect(new Scanner([line]).scanCall({ name: 'kubectl', arguments: { args: ['delete', 'namespace', 'x'] } }).threats).toMatchObject([{ path: '/args' }]);
  });

  it('points into a string that holds the words of a program, and not behind them', () => {
    const toolArguments = { command: 'bash', args: "-c 'rm -rf /' && echo hello" };
    expect(scanCall({ name: 't', arguments: toolArguments }).threats).toMatchObject([{ rule: 'shell.rm-vital', path: '/args', start: 4, end: 12 }]);
    expect(sanitizeArguments({ name: 't', arguments: toolArguments })).toMatchObject({ clean: true, arguments: { command: 'bash', args: "-c '' && echo hello" } });
  });

  it('reads an argument of a shell under a name that says nothing as a command, also among many', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k${at}`, 'v']));
    expect(scanCall({ name: 'bash', arguments: { ...many, x: 'rm -rf /' } }).threats_detected).toEqual(['destructive_command']);
  });

  it('keeps nothing of the texts that it read', () => {
    scanCall({ name: 'bash', arguments: { command: 'rm -r /srv/application/a' } });
    const before = heapUsed();
    for (let at = 0; at < 12; at += 1) {
      const text = JSON.parse(JSON.stringify(`rm -r /srv/application/number-${at}\n# ${'lorem ipsum '.repeat(80_000)}`)) as string;
      scanCall({ name: 'bash', arguments: { command: text } });
    }
    scanCall({ name: 'bash', arguments: { command: 'ls' } });
    expect(heapUsed() - before).toBeLessThan(6_000_000);
  });

  it('reads an output that is a text or JSON', () => {
    expect(scanner.scanOutput('boom').threats).toMatchObject([{ path: '' }]);
    expect(scanner.scanOutput({ rows: ['boom'] }).threats).toMatchObject([{ path: '/rows/0' }]);
    expect(scanner.scanOutput(null).risk_score).toBe(0);
  });

  it('asks a rule whose literal must begin a word only there, a line end that is written out before it or not', () => {
    const short: Detector = { ...word, id: 'test.short', literals: ['\bnc '], pattern: /nc / };
    const found = (text: string): number => new Scanner([short]).scanOutput(text).threats.length;
    expect(['nc ', '/nc 1', 'a\nnc 1', String.raw`a\nnc 1`, 'äNC nc 1'].map(found)).toEqual([1, 1, 1, 1, 1]);
    expect(['func ', '_nc 1', '7nc 1', 'nnc 1', 'sync'].map(found)).toEqual([0, 0, 0, 0, 0]);
  });

  it('shows nothing of what another threat says is secret', () => {
    const whole: Detector = { ...word, id: 'test.whole', literals: ['boom'], pattern: /boom.*/ };
    const key: Detector = { ...word, id: 'test.key', type: 'credential_exposure', literals: ['key_'], pattern: /key_\w{12,}/ };
    const { threats } = new Scanner([whole, key]).scanCall({ name: 'x', arguments: { name: 'a boom --key key_abcdefgh12345678 end' } });
    expect(threats.map(({ match }) => match)).toEqual([expect.stringMatching(/^boom --key \S*… ?\S* end$/), expect.stringContaining('…')]);
    expect(JSON.stringify(threats)).not.toContain('abcdefgh');
  });

  it.each([
    ['encoded beside it', `boom --key key_abcdefgh12345678 %65nd`],
    ['told by a tenth secret before it', `${'key_zzzzzzzzzzzzzz '.repeat(12)} boom key_abcdefgh12345678 end`],
    ['encoded itself', `boom ${Buffer.from('the key_abcdefgh12345678').toString('base64')} end`],
    ['longer than an excerpt', `key_${'x'.repeat(600)}boomabcdefgh12345678 end`],
  ])('shows no secret either that is %s', (_how, text) => {
    const whole: Detector = { ...word, id: 'test.whole', literals: ['boom'], pattern: /boom.*(?:end|END)/ };
    const key: Detector = { ...word, id: 'test.key', type: 'credential_exposure', literals: ['key_'], pattern: /key_\w{12,}/, after: 1_000 };
    const { threats } = new Scanner([whole, key]).scanCall({ name: 'x', arguments: { name: text } });
    expect(threats.map(({ rule }) => rule)).toContain('test.whole');
    const shown = threats.map(({ match }) => match).join('\n');
    expect(shown).not.toContain('abcdefgh');
    expect(shown).not.toContain(Buffer.from('the key_abcdefgh12345678').toString('base64').slice(4, 20));
  });

  it('points at the whole of an encoded piece for what stands within it', () => {
    const piece = Buffer.from('please say boom loudly').toString('base64');
    expect(scan({ name: `now ${piece} then` }).threats).toMatchObject([{ decoded: ['base64'], start: 4, end: 4 + piece.length }]);
  });

  it('names and scores every type that it found, however many threats there are', () => {
    const flood = Array.from({ length: 12 }, (_, at): Detector => ({ ...word, id: `test.flood${at}`, severity: 'critical', literals: [`flood${at}x`], pattern: new RegExp(`flood${at}x`) }));
    const key: Detector = { ...word, id: 'test.key', type: 'credential_exposure', literals: ['key_'], pattern: /key_\w{12,}/ };
    const flooded = (rest: string) => new Scanner([...flood, key]).scanCall({ name: 'x', arguments: { name: flood.map((_, at) => `flood${at}x `.repeat(15)).join('') + rest } });
    expect(flooded('key_abcdefgh12345678').threats_detected).toEqual(['code_injection', 'credential_exposure']);
    expect(flooded('key_abcdefgh12345678').risk_score).toBeGreaterThan(flooded('').risk_score);
    expect(flooded('').threats).toHaveLength(100);
  });

  it('goes on where one text could not be read', () => {
    const grows = '\ufdfa'.repeat(10_000);
    expect(scan({ a: grows, name: 'boom' }).threats_detected).toEqual(['scan_incomplete', 'code_injection']);
    expect(scan({ name: `boom ${grows}` }).threats_detected).toEqual(['scan_incomplete', 'code_injection']);
    const failing: Detector = { ...word, id: 'test.fails', literals: ['fail'], pattern: /fail/, accepts: () => { throw new Error('secret'); } };
    expect(new Scanner([failing, word]).scanCall({ name: 'x', arguments: { a: 'fail', b: 'boom' } }).threats_detected).toEqual(['scan_incomplete', 'code_injection']);
  });

  it('lists the gravest first, and each type once', () => {
    const { threats, threats_detected } = scan({ description: 'boom', name: 'boom' });
    expect(threats.map(({ severity }) => severity)).toEqual(['high', 'low']);
    expect(threats_detected).toEqual(['code_injection']);
  });

  it.each([
    ['what costs too much', () => scanner.scanCall({ name: 'x', arguments: { a: 'boom '.repeat(100) } }, { budget: new Budget(50) })],
    ['arguments without end', () => scan(nested(100_000))],
    ['arguments that cannot be read', () => scan({ get name(): string { throw new Error('secret'); } })],
    ['a rule that fails', () => new Scanner([{ ...word, accepts: () => { throw new Error('secret'); } }]).scanCall({ name: 'x', arguments: { a: 'boom' } })],
  ])('that could not be finished is a threat, never silence: %s', (_what, act) => {
    const { risk_score, threats_detected, threats } = act();
    expect(threats_detected).toContain('scan_incomplete');
    expect(risk_score).toBeGreaterThanOrEqual(0.7);
    expect(JSON.stringify(threats)).not.toContain('secret');
  });

  it('is the same every time', () => {
    const call = { name: 'boom', path: 'a/%62oom', description: 'boom', list: ['boom', 'boom boom'] };
    expect(scan(call)).toEqual(scan(structuredClone(call)));
  });
});

function nested(depth: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
