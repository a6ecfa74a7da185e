import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Budget } from './budget.ts';
import { type Scan, sanitizeArguments, scanCall, scanOutput, THREAT_TYPES } from './index.ts';
import { hostileTexts } from './testing/hostile-texts.ts';

// Every reading of every text, on a machine that does other things too.
jest.setTimeout(60_000);

const readings: readonly (readonly [string, (text: string, budget?: Budget) => Scan])[] = [
  ['a shell command', (text, budget) => scanCall({ name: 'execute_shell', arguments: { command: text } }, options(budget))],
  ['a PowerShell script', (text, budget) => scanCall({ name: 'run_powershell', arguments: { script: text } }, options(budget))],
  ['SQL', (text, budget) => scanCall({ name: 'run_sql', arguments: { sql: text } }, options(budget))],
  ['code', (text, budget) => scanCall({ name: 'run_python', arguments: { code: text } }, options(budget))],
  ['a path', (text, budget) => scanCall({ name: 'read_file', arguments: { path: text } }, options(budget))],
  ['an URL', (text, budget) => scanCall({ name: 'fetch_url', arguments: { url: text } }, options(budget))],
  ['markup', (text, budget) => scanCall({ name: 'render', arguments: { html: text } }, options(budget))],
  ['prose', (text, budget) => scanCall({ name: 'send_email', arguments: { body: text } }, options(budget))],
  ['a value', (text, budget) => scanCall({ name: 'search', arguments: { q: text } }, options(budget))],
  ['an output', (text, budget) => scanOutput(text, {}, options(budget))],
];

describe('hostile text', () => {
  it.each(hostileTexts)('costs steps in proportion to its length, however it is read: %s', (_name, textOf) => {
    for (const [reading, scan] of readings) {
      const steps = [8, 32].map((kib) => {
        const text = textOf(kib * 1_024);
        const budget = new Budget(Number.POSITIVE_INFINITY);
        scan(text, budget);
        return budget.spent;
      });
      const [few = 0, many = 0] = steps;
      // Four times the length: four times the steps, and what it costs to begin.
      expect({ reading, proportional: many <= 5 * few + 20_000, steps }).toMatchObject({ reading, proportional: true });
    }
  });

  it.each(hostileTexts.map(([name, textOf], at) => [name, textOf, readings[at % readings.length]!] as const))('of a mebibyte is scanned within the budget, or said to be unfinished: %s', (_name, textOf, [, scan]) => {
    const { threats_detected, risk_score } = scan(textOf(1_024 * 1_024));
    if (threats_detected.includes('scan_incomplete')) expect(risk_score).toBeGreaterThanOrEqual(0.7);
  });
});

describe('the steps of a scan', () => {
  const stepsOf = (command: string): number => {
    const budget = new Budget(Number.POSITIVE_INFINITY);
    scanCall({ name: 'execute_shell', arguments: { command } }, { budget });
    return budget.spent;
  };
  const words = '/etc/a '.repeat(1_000);

  it.each(['rm -r', 'chmod -R 777', 'shred', 'tee'])('count each word that a rule looks at: %s', (program) => {
    expect(stepsOf(`${program} ${words}`) - stepsOf(`true ${' '.repeat(program.length)}${words}`)).toBeGreaterThan(4_000);
  });

  it('are not spent on reading a substitution anew for each one ahead of it', () => {
    expect(scanCall({ name: 'fetch_url', arguments: { url: '$(whoami)@'.repeat(6_000) } }).threats_detected).toEqual(['shell_injection']);
  });

  it('count each command that a rule looks at', () => {
    expect(stepsOf('rm /etc/a\n'.repeat(1_000)) - stepsOf('yy /etc/a\n'.repeat(1_000))).toBeGreaterThan(12_000);
  });
});

describe('any JSON', () => {
  const pieces = fc.constantFrom('rm -rf /', "' or 1=1 --", '../../etc/passwd', '$(', '`', '<script>', '{{', '%2e%2e', 'ignore previous instructions', 'http://[::', '\\', '\0', '\ud800', '𝒂', 'AKIA', 'eyJ', '-----BEGIN', ' ', '\n', '"', "'", ';', '|', '&');
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.array(pieces, { maxLength: 12 }).map((some) => some.join('')));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, text, fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(text, tie('tree'), { maxKeys: 4 })),
  }));
  const tools = fc.constantFrom('execute_shell', 'run_sql', 'write_file', 'fetch_url', '__proto__', '', 'x'.repeat(300));

  it('is scanned without an error, twice alike, and every threat points into it', () => {
    fc.assert(
      fc.property(tools, fc.dictionary(fc.constantFrom('command', 'sql', 'path', 'url', 'content', 'code', 'to', 'password', '__proto__'), tree, { maxKeys: 4 }), (name, toolArguments) => {
        const scan = scanCall({ name, arguments: toolArguments });
        expect(scanCall({ name, arguments: toolArguments })).toEqual(scan);
        expect(scan.threats_detected).not.toContain('scan_incomplete');
        for (const { type, start, end, match } of scan.threats) {
          expect(THREAT_TYPES).toContain(type);
          expect(start).toBeLessThanOrEqual(end);
          expect(match.length).toBeLessThanOrEqual(80);
        }
        const { clean, scan: left } = sanitizeArguments({ name, arguments: toolArguments });
        if (clean) expect(left.risk_score).toBeLessThan(0.7);
        expect(scanOutput(toolArguments).threats_detected).not.toContain('scan_incomplete');
      }),
      { numRuns: 300 },
    );
  });
});

const options = (budget: Budget | undefined) => (budget ? { budget } : {});
