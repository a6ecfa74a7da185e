import { describe, expect, it } from '@jest/globals';
import { Budget, budgetFor } from '../budget.ts';
import type { Command } from './command.ts';
import { parseScript, scriptOf } from './parse-script.ts';

describe('a folder that a script goes to', () => {
  it.each([
    ['cd /etc && cat shadow', '/etc'],
    ['cd /etc; cd ssl; cat x', '/etc/ssl'],
    ['cd; cat x', '~'],
    ['cd src && cat x', ''],
    ['cd "$x" && cat x', ''],
    ['cat x', ''],
  ])('is told where it can be: %s', (text, folder) => {
    expect(parseScript(text, budgetFor(text.length)).commands.at(-1)?.folder).toBe(folder);
  });
});

describe('a shell script', () => {
  it.each<[string, string[]]>([
    ['cd x && npm test | tee log', ['cd x', 'npm test', 'tee log']],
    [`echo 'a b' "c d" e\\ f`, ['echo a b|c d|e f']],
    ['r""m -r\\f /', ['rm -rf|/']],
    [`$'\\x72m' -rf $'\\057'`, ['rm -rf|/']],
    ['cat${IFS}/etc/passwd', ['cat /etc/passwd']],
    ['cat$IFS$9/etc/hosts', ['cat /etc/hosts']],
    ['who$@ami', ['whoami ']],
    ['{rm,-rf,/}', ['rm -rf|/']],
    ['cp x.{js,ts} y', ['cp x.js|x.ts|y']],
    ['a=rm;b=-rf; $a $b /', [' ', ' ', 'rm -rf|/']],
    ['x="rm -rf"; $x /tmp', [' ', 'rm -rf|/tmp']],
    ['a=xrmx; ${a:1:2} -r z', [' ', 'rm -r|z']],
    ['cat ${HOME:0:1}etc/passwd', ['cat /etc/passwd']],
    ['rm -rf ${HOME}/x "$DIR"/*', ['rm -rf|$HOME/x|$DIR/*']],
    ['echo $(whoami) `id -u`', ['echo $(whoami)|`id -u`', 'whoami ', 'id -u']],
    ['$(echo rm) -rf /', ['rm -rf|/', 'echo rm']],
    ['bash -c "rm -rf /"', ['bash -c|rm -rf /', 'rm -rf|/']],
    ['bash -lc \'cd / && ls\'', ['bash -lc|cd / && ls', 'cd /', 'ls ']],
    ['sh -x -e -c -- ls', ['sh -x|-e|-c|--|ls', 'ls ']],
    ['eval "ls -l" x', ['eval ls -l|x', 'ls -l|x']],
    ['sudo -u root env A=1 timeout 5 nice -n 3 /bin/rm -rf /', ['rm -rf|/']],
    ['find / -name x -exec rm -f {} \\; -print', ['find /|-name|x|-exec|rm|-f|{}|;|-print', 'rm -f|{}']],
    ['echo /etc/shadow | xargs cat', ['echo /etc/shadow', 'xargs cat', 'cat /etc/shadow']],
    ['echo a b | xargs -I{} mv {} c', ['echo a|b', 'xargs -I{}|mv|{}|c', 'mv a|b|c']],
    [`env -S 'sh -c "id -u"'`, [`env -S|sh -c "id -u"`, 'sh -c|id -u', 'id -u']],
    [`python3 -c 'import os; os.system("id -u")'`, [`python3 -c|import os; os.system("id -u")`, 'id -u']],
    [`python3 -c 'run(["rm", "-rf", "a b"])'`, [`python3 -c|run(["rm", "-rf", "a b"])`, 'rm -rf|a b']],
    ["ruby -e '`id`'", ['ruby -e|`id`', 'id ']],
    ["node -e 'x = `id`'", ['node -e|x = `id`']],
    [`perl -e 'system "id -u"'`, [`perl -e|system "id -u"`, 'id -u']],
    [`awk 'BEGIN { system("id") }'`, [`awk BEGIN { system("id") }`, 'id ']],
    ["python3 - <<E\nos.system('id')\nE", ['python3 -', 'id ']],
    [`tmux new -d 'id -u'`, [`tmux new|-d|id -u`, 'id -u']],
    ['screen -dmS a id -u', ['screen -dmS|a|id|-u', 'id -u']],
    ['ls /a | xargs rm', ['ls /a', 'xargs rm', 'rm /a']],
    ['wsl -d Ubuntu rm -rf /', ['wsl -d|Ubuntu|rm|-rf|/', 'rm -rf|/']],
    ['ls | xargs -n 1 rm -f', ['ls ', 'xargs -n|1|rm|-f', 'rm -f']],
    ['ssh -p 22 root@host "rm -rf /; ls"', ['ssh -p|22|root@host|rm -rf /; ls', 'rm -rf|/', 'ls ']],
    ['docker exec -it -u 0 db rm -rf /data', ['docker exec|-it|-u|0|db|rm|-rf|/data', 'rm -rf|/data']],
    ['kubectl exec -n x pod -- sh -c ls', ['kubectl exec|-n|x|pod|--|sh|-c|ls', 'sh -c|ls', 'ls ']],
    ['busybox nc 1 2', ['nc 1|2']],
    ['if true; then rm -r x; fi', ['true ', 'rm -r|x']],
    ['for i in 1 2; do echo $i; done', ['for i|in|1|2', 'echo $i']],
    ['f() { ls; }; f', ['ls ', 'f ']],
    ['(cd a; ls) | sort', ['cd a', 'ls ', 'sort ']],
    ['ls # rm -rf /\npwd', ['ls ', 'pwd ']],
    ['ls \\\n -l', ['ls -l']],
    ['cat <<EOF | sort\na b\nEOF\nls', ['cat ', 'sort ', 'ls ']],
    ['bash <<EOF\nrm -rf /\nEOF\nls', ['bash ', 'rm -rf|/', 'ls ']],
    ['sh <<< "ls -a"', ['sh ', 'ls -a']],
    ['echo cm0gLXJmIC8= | base64 -d | sh', ['echo cm0gLXJmIC8=', 'base64 -d', 'sh ', 'rm -rf|/']],
    ['echo 2f20 | xxd -r -p | bash', ['echo 2f20', 'xxd -r|-p', 'bash ', '/ ']],
    ['printf "\\x6c\\x73" | sh', ['printf \\x6c\\x73', 'sh ', 'ls ']],
    ['cat > /tmp/x.sh <<\'E\'\nls\nE', ['cat ', 'ls ']],
    ['/???/c?t /etc/x', ['cat /etc/x']],
    ['* * * * * root rm -rf /srv', ['rm -rf|/srv']],
    ['diff <(ls a) <(ls b)', ['diff <(ls a)|<(ls b)', 'ls a', 'ls b']],
    ['ls > out.txt 2>&1 &', ['ls ']],
    ['find . -type f -name "*.log" -delete', ['find .|-type|f|-name|*.log|-delete']],
    ["it's fine", ["it's fine"]],
    ['a=(1 2); ls', [' ', 'ls ']],
  ])('%j is read as %j', (text, commands) => {
    expect(parsed(text).map(shown)).toEqual(commands.map((command) => (command === '/ ' ? ' ' : command)));
  });

  it('keeps redirections, pipes, wrappers and places', () => {
    const text = 'sudo cat /etc/x 2> /dev/null | nc h 1 &> log';
    const [first, second] = parsed(text);
    expect(first).toMatchObject({ name: 'cat', wrappers: ['sudo'], redirects: [{ operator: '>', fd: 2, target: { text: '/dev/null' } }], start: 0, operator: '' });
    expect(second).toMatchObject({ name: 'nc', operator: '|', redirects: [{ operator: '&>', target: { text: 'log' } }] });
    expect(second?.pipedFrom).toBe(first);
    expect(text.slice(first?.args[0]?.start, first?.args[0]?.end)).toBe('/etc/x');
  });

  it('places what a nested shell runs where it stands', () => {
    const text = `ls; sh -c 'cd a; rm -rf /'`;
    const rm = parsed(text).find(({ name }) => name === 'rm');
    expect(text.slice(rm?.start, rm?.end)).toBe('rm -rf /');
    expect(rm?.depth).toBe(1);
  });

  it.each([['open (', false], ["a 'b", false], ['echo $(ls', false], ['echo "a b" (ls)', true]])('says whether %j closes: %s', (text, closed) => {
    expect(parseScript(text, budgetFor(text.length)).closed).toBe(text === 'open (' ? true : closed);
  });

  it.each(['(', '$(', '`', '"', "'", '${', '{a,', '$((', '<(', '<<a ', 'a=(', '\\', '$a', "$'", 'x=$x$x;', '{a,b}', 'eval ', 'sh -c "', 'xargs ', '\0', '\uD800', '}', ')', '=(', '$', '#', 'if ', '<<a\n', '| sh', 'echo a|sh|', '"$('])(
    'reads 256 KiB of %j in linear time',
    (piece) => {
      const text = piece.repeat(Math.ceil(262_144 / piece.length));
      const budget = budgetFor(text.length);
      expect(() => parseScript(text, budget)).not.toThrow();
      expect(budget.spent).toBeLessThan(160 * text.length);
    },
  );

  it('costs the same whether it is remembered or not', () => {
    const [first, second] = [new Budget(1e6), new Budget(1e6)];
    expect(scriptOf({ text: 'rm -rf a', budget: first })).toBe(scriptOf({ text: 'rm -rf a', budget: second }));
    expect(second.spent).toBe(first.spent);
  });
});

const parsed = (text: string): readonly Command[] => parseScript(text, budgetFor(text.length)).commands;
const shown = ({ name, args }: Command): string => `${name} ${args.map(({ text }) => text).join('|')}`;
