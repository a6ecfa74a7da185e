import { describe, expect, it } from '@jest/globals';
import { Budget } from '../budget.ts';
import { withoutGlobs } from './globs.ts';

const read = (text: string) => withoutGlobs(text, new Budget(Number.POSITIVE_INFINITY))?.text;

describe('a glob', () => {
  it.each([
    ['cat /etc/sh*dow', 'cat /etc/shadow'],
    ['cat /e??/pass[w]d', 'cat /etc/passwd'],
    ['tac /et[a-d]/shado[!a]; ls', 'tac /etc/shadow; ls'],
    ['head /???/sh?dow', 'head /etc/shadow'],
    ['cat ~/.aw?/cred*', 'cat /home/user/.aws/credentials'],
    ['cat /home/*/.ssh/id_[re]*', 'cat /home/user/.ssh/id_rsa'],
    ['xxd /proc/1/env?ron', 'xxd /proc/self/environ'],
    ['../../../e?c/sh?dow', '../../../etc/shadow'],
    ['dd if=/etc/sh?dow of=x', 'dd if=/etc/shadow of=x'],
  ])('that hides a secret file is that file: %s', (text, wanted) => {
    expect(read(text)).toBe(wanted);
  });

  it.each(['ls /etc/*', 'ls /etc/s*', 'cat /etc/host*', 'ls /etc/*.conf', 'chmod 600 ~/.ssh/*', 'ls /*/bin', 'stat /???', 'src/**/*.ts', 'a/e?c/sh?dow', '/** a comment */', 'SELECT * FROM t WHERE a = ?'])('that names what is there hides nothing: %s', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('stands where it stood', () => {
    const text = 'echo a; cat /e?c/sh*w; ls';
    const { text: named, offsets } = withoutGlobs(text, new Budget(Number.POSITIVE_INFINITY))!;
    const at = named.indexOf('/etc/shadow');
    expect(text.slice(offsets.begin(at), offsets.end(at + '/etc/shadow'.length))).toBe('/e?c/sh*w');
    expect(text.slice(offsets.begin(named.indexOf('ls')), offsets.end(named.length))).toBe('ls');
  });
});
