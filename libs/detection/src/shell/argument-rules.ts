import type { Role } from '../place.ts';
import type { PatternRule } from '../rule.ts';

const type = 'shell_injection';
const roles: readonly Role[] = ['path', 'url', 'host', 'value', 'address', 'secret', 'prose', 'markup'];

/** Injection that needs no operator of a shell. */
export const argumentRules: readonly PatternRule[] = [
  {
    id: 'shell.shellshock',
    type,
    severity: 'critical',
    sees: 'a function definition with commands behind it, which old shells run (Shellshock)',
    roles,
    literals: ['() {', '(){', '( ) {', '()\t{'],
    pattern: /\(\s*\)\s*\{\s*[\w:'"\s;>_=\\|]{0,24}[;:]?\s*\}\s*(?:;\s*["']?\s*[/\w(]|>\s*_\[\$\(|\s*;\s*\w*\s*:)/,
    before: 4,
    after: 72,
    accepts: (match) => !/[|&]/.test(match[0]) && !/\breturn\b/.test(match[0]),
    positive: { tool: 'http_get', arguments: { url: 'https://example.com', user_agent: '() { :;}; /bin/sh -c "sleep 6"' } },
    nearMiss: { tool: 'set_label', arguments: { label: 'const f = () => { go(); }; f' } },
    source: 'CVE-2014-6271',
  },
  {
    id: 'shell.injected-option',
    type,
    severity: 'high',
    sees: 'an option in a value by which a program runs another one',
    roles: ['path', 'url', 'host', 'value', 'address', 'secret'],
    literals: ['--checkpoint-action', 'proxycommand', '--upload-pack', '--receive-pack', '--use-compress-program', '--to-command', 'ext::', '--rsh', 'core.sshcommand', 'core.fsmonitor', 'core.pager', '--open-files-in-pager', '--use-askpass', '--rsync-path', '--exec', 'localcommand', 'permitlocalcommand', '--unix-socket', '--config=', '--post-file', '--output-document', '--init-command', '--compress-program', '--rmt-command', '--info-script', '--new-volume-script', '-e sh', '--ssh-command', '--sleep', '%pipe%', 'msl:', 'ephemeral:', 'queuedirectory', '-x/'],
    pattern: /--checkpoint-action[= ]|-o\s*(?:Proxy|Local)Command|ProxyCommand\s*=|--(?:upload|receive)-pack[= ]|--use-compress-program[= ]|--compress-program[= ]|--to-command[= ]|\bext::\w|--rsh[= ]|-c\s*core\.(?:sshCommand|fsmonitor|pager|gitProxy)|core\.(?:sshCommand|fsmonitor|pager)\s*=|--open-files-in-pager|--use-askpass[= ]|--rsync-path[= ]|--exec(?:-path|-batch)?[= ]\S|PermitLocalCommand|--rmt-command[= ]|--(?:info|new-volume)-script[= ]|(?:^|\s)-e\s*sh\b|--ssh-command[= ]|%pipe%|(?:^|\s)-O\s*QueueDirectory|(?:^|\s)-X\s?\/\S{1,80}\.ph|(?:^|["'|])(?:msl|ephemeral):\/?\w/i,
    before: 16,
    after: 64,
    accepts: (match, { place, text }, at) => place.role !== 'value' || !/exec/i.test(match[0]) || /(?:^|\s|["'])$/.test(text.slice(Math.max(0, at - 1), at)),
    positive: { tool: 'git_clone', arguments: { url: '--upload-pack=touch /tmp/x', depth: 1 } },
    nearMiss: { tool: 'search_docs', arguments: { name: 'text:: upload pack -- execution' } },
    source: 'https://sonarsource.github.io/argument-injection-vectors/',
  },
];
