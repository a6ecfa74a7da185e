import { describe, expect, it } from '@jest/globals';
import { budgetFor } from '../budget.ts';
import { constantOutput, fromBase64, unescaped } from './constant-output.ts';
import { parseScript } from './parse-script.ts';

describe('what a command writes', () => {
  it.each([
    ['echo a  "b c"', 'a b c'],
    ['echo -ne "a\\tb"', 'a\tb'],
    ["printf '%s-%s' a b", 'a-b'],
    ["printf '\\162\\x6d'", 'rm'],
    ['echo bHM= | base64 -d', 'ls'],
    ['echo bHM= | base64 --decode | cat', 'ls'],
    ['base64 -d <<< bHM=', 'ls\n'],
    ['echo 6c73 | xxd -r -p', 'ls'],
    ['echo sl | rev', 'ls'],
    ["echo yf | tr 'a-z' 'n-za-m'", 'ls'],
    ['echo bHM= | openssl base64 -d', 'ls'],
    ['echo $X', undefined],
    ['date', undefined],
    ['echo "$(date)" | base64 -d', undefined],
    ['echo !! | base64 -d', undefined],
  ])('%s writes %j', (text, output) => {
    const last = parseScript(text, budgetFor(text.length)).commands.filter(({ depth }) => depth === 0).at(-1)!;
    expect(constantOutput(last)?.trimEnd()).toBe(output?.trimEnd());
  });

  it('is not followed for ever', () => {
    const text = `echo bHM= ${'| cat '.repeat(100)}`;
    expect(constantOutput(parseScript(text, budgetFor(text.length)).commands.at(-1)!)).toBeUndefined();
  });

  it('undoes escapes and base64', () => {
    expect(unescaped('\\x41\\102\\u0043\\n\\q\\U0010FFFF9')).toBe('ABC\n\\q\u{10FFFF}9');
    expect(fromBase64('cm0gLXJmIC8')).toBe('rm -rf /');
    expect(fromBase64('*')).toBeUndefined();
  });
});
