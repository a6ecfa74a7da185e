import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../budget.ts';
import { utf16OfBase64 } from './base64.ts';
import { type Dialect, statementsOf } from './statements.ts';

const texts = (text: string, dialect: Dialect): readonly string[] => statementsOf(text, dialect, new Budget(1_000_000)).map((statement) => statement.text);

describe('Windows statements', () => {
  it.each<[Dialect, string, readonly string[]]>([
    ['cmd', 'v^s^s^admin delete shadows & echo done', ['vssadmin delete shadows', 'echo done']],
    ['cmd', 'set x=vss& call %x%admin list', ['set x=vss', 'call vssadmin list']],
    ['cmd', 'set s=abcdef\necho %s:~1,2%', ['set s=abcdef', 'echo bc']],
    ['cmd', 'echo "a & b"', ['echo a & b']],
    ['powershell', "I`E`X ('ht'+'tp://x')", ['iex (http://x)']],
    ['powershell', '$k = "HKCU:\\Software"; Get-Item $k', ['$k = hkcu\\software', 'get-item hkcu\\software']],
    ['powershell', '# a comment\nGet-Process | Sort CPU', ['get-process | sort cpu']],
    ['powershell', "Write-Host 'it''s; fine'", ["write-host it's; fine"]],
    ['powershell', 'reg add HKEY_LOCAL_MACHINE\\Software', ['reg add hklm\\software']],
  ])('of %s: %s', (dialect, text, statements) => {
    expect(texts(text, dialect)).toEqual(statements);
  });

  it('say where they stand', () => {
    const [, second] = statementsOf('a; bcd', 'powershell', new Budget(1_000));
    expect([second?.start, second?.end]).toEqual([3, 6]);
  });

  it.each(['"'.repeat(50_000), '$x=$x$x;'.repeat(5_000), '`'.repeat(50_000), '%'.repeat(50_000), "@'".repeat(20_000), '\ud800\0'.repeat(20_000)])('of hostile text cost what it is long', (text) => {
    for (const dialect of ['powershell', 'cmd'] as const) {
      const budget = new Budget(10 * text.length + 1_000);
      expect(() => statementsOf(text, dialect, budget)).not.toThrow();
    }
  });
});

describe('encoded commands', () => {
  it.each([
    ['dwBoAG8AYQBtAGkA', 'whoami'],
    ['aGVsbG8gd29ybGQ=', undefined],
    ['', undefined],
  ])('%s is %s', (encoded, text) => {
    expect(utf16OfBase64(encoded)).toBe(text);
  });
});
