import type { Place, Role } from '../place.ts';
import type { PatternRule } from '../rule.ts';

const type = 'shell_injection';
const roles: readonly Role[] = ['path', 'url', 'host', 'value', 'address', 'secret', 'prose', 'markup'];

/** What `source` holds beside a destination is a place, whatever else is called so. */
const isName = ({ role, field }: Place, text: string): boolean => role !== 'code' || (field === 'source' && text.length <= 256 && !text.includes('\n'));

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
    roles: ['path', 'url', 'host', 'value', 'address', 'secret', 'code'],
    literals: ['--checkpoint-action', 'proxycommand', '--upload-pack', '--receive-pack', '--use-compress-program', '--to-command', 'ext::', '--rsh', 'core.sshcommand', 'core.fsmonitor', 'core.pager', '--open-files-in-pager', '--use-askpass', '--rsync-path', '--exec', 'localcommand', 'permitlocalcommand', '--unix-socket', '--config=', '--post-file', '--output-document', '--init-command', '--compress-program', '--rmt-command', '--info-script', '--new-volume-script', '-e sh', '--ssh-command', '--sleep', '%pipe%', 'msl:', 'ephemeral:', 'queuedirectory', '-x/', '--unzip-command', '-tt', '--pre=', '-exec ', '-execdir ', '-fprint', '--output=/', '-oproxy', '-olocal', '--gpu-launcher', '-cmd-prefix', 'onoutofmemoryerror', 'onerror=', '-javaagent:', '-agentpath:', '-agentlib:', '-fplugin=', '-wrapper ', '--lua-filter=', '--script=/', 'alias.', '--index-url', '${run{', 'concat:', 'mvg:', '--require /', '-e bash', '!sh -c', '!bash -c', 'pre-invoke', 'post-invoke', 'ld_preload=', 'ld_audit=', 'bash_env=', 'perl5opt=', 'pythonstartup=', 'node_options=', 'rubyopt=', 'git_ssh_command=', 'prompt_command=', 'git_external_diff=', 'lessopen=', '%comspec%', '-u sh', '-u /bin/', '-u bash', '-on /', '-ox /', '-og /', '-oa /', '--script-shell', '--pager=', '--inspect=0', '-e \'sh', '-engine /'],
    pattern: /--checkpoint-action[= ]|\bAPT::\w{1,24}::(?:Pre|Post)-Invoke\w{0,12}|^(?:export\s+)?(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)=(?:\/tmp|\/var\/tmp|\/dev\/shm|\.|\/home|https?:)|^(?:BASH_ENV|PERL5OPT|PYTHONSTARTUP|NODE_OPTIONS|RUBYOPT|GIT_SSH_COMMAND|GIT_EXTERNAL_DIFF|PROMPT_COMMAND|LESSOPEN)=[^\n]{0,60}?(?:\/tmp\/|\/var\/tmp\/|\/dev\/shm\/|\/proc\/self|\bsh\s+-c|[|`]|\$\()|%COMSPEC%\s*\/[ck]\b|(?:^|\s)-o[NXGA]\s+\/|^-u\s+["']?(?:\/(?:usr\/)?bin\/)?(?:ba)?sh\b|-o\s*(?:Proxy|Local)Command|ProxyCommand\s*=|--(?:upload|receive)-pack[= ]|--use-compress-program[= ]|--compress-program[= ]|--to-command[= ]|\bext::\w|--rsh[= ]|-c\s*core\.(?:sshCommand|fsmonitor|pager|gitProxy)|core\.(?:sshCommand|fsmonitor|pager)\s*=|--open-files-in-pager|--use-askpass[= ]|--rsync-path[= ]|--exec(?:-path|-batch)?[= ]\S|PermitLocalCommand|--rmt-command[= ]|--(?:info|new-volume)-script[= ]|(?:^|\s)-e\s*sh\b|--ssh-command[= ]|%pipe%|(?:^|\s)-O\s*QueueDirectory|(?:^|\s)-X\s?\/\S{1,80}\.ph|(?:^|["'|:])(?:msl|ephemeral|mvg):\/?\w|--unzip-command[= ]|^-TT\b|(?:^|\s)-TT\s|--pre=\S|(?:^|\s)-(?:exec|execdir|ok)\s+\S+(?:\s|$)|(?:^|\s)-f(?:print(?:f|0)?|ls)\s+[/~.]|^--output=[/~.]|--(?:gpu-launcher|renderer-cmd-prefix|utility-cmd-prefix|ppapi-plugin-launcher|nacl-gdb)[= ]|-XX:(?:OnOutOfMemoryError|OnError)=|-(?:javaagent|agentpath|agentlib:\w+=?):?[^\s]{0,20}(?:\/tmp\/|\/dev\/shm\/|\/var\/tmp\/|https?:)|-agentlib:jdwp=[^\s]{0,80}address=(?:\*|0\.0\.0\.0)|-fplugin=(?:\/tmp|\/dev\/shm|\/var\/tmp|\.|~|\/home)|(?:^|\s)-wrapper\s+\S*sh\b|--(?:lua-)?filter[= ]\/(?:tmp|var\/tmp|dev\/shm)|--script=\/(?:tmp|var\/tmp|dev\/shm)|\balias\.\w{1,20}=!|--(?:extra-)?index-url[= ]\s?http:\/\/|\$\{run\{|(?:^|["'|:=])concat:(?:\/|https?:|file:)|--(?:require|import)[= ]\s?\/(?:tmp|var\/tmp|dev\/shm)|(?:^|\s)-e\s*["']?(?:ba)?sh\s|^!\s*(?:ba)?sh\s+-c|--script-shell[= ]|^--pager=|--inspect(?:-brk)?=0\.0\.0\.0|(?:^|\s)-engine\s+\/(?:tmp|var\/tmp|home)/i,
    before: 16,
    after: 64,
    accepts: (match, { place, text }, at) => isName(place, text) && !/\/scripts\/[^/]{1,80}$/.test(place.path) && (place.role !== 'value' || !/exec/i.test(match[0]) || /(?:^|\s|["'])$/.test(text.slice(Math.max(0, at - 1), at)) || /^\s/.test(match[0])),
    positive: { tool: 'git_clone', arguments: { url: '--upload-pack=touch /tmp/x', depth: 1 } },
    nearMiss: { tool: 'update_package_json', arguments: { scripts: { dev: 'nodemon --exec tsx index.ts' } } },
    source: 'https://sonarsource.github.io/argument-injection-vectors/',
  },
  {
    id: 'shell.option-behind-address',
    type,
    severity: 'high',
    sees: 'an option of curl or wget that reads or writes a file, in or behind an address',
    positive: { tool: 'download_file', arguments: { url: 'https://example.com/a.zip -o /root/.profile', dest: '/tmp' } },
    nearMiss: { tool: 'download_file', arguments: { url: 'https://example.com/a -old- version.zip', dest: '/tmp' } },
    source: 'https://sonarsource.github.io/argument-injection-vectors/',
    roles: ['url', 'host'],
    literals: [' -o', ' -t', ' -f', ' -k', ' -d', ' -x', ' --', '-k ', '--config', '-o '],
    pattern: /(?:^|\s)(?:-[oOKTFdxi]\s*(?=["']?[@/~.\w=]*[@/~])|--(?:output(?:-document)?|upload-file|config|data(?:-\w+)?|form|post-file|body-file|use-askpass|input-file|unix-socket|dump-header|cookie-jar|directory-prefix)[= ]\s?["']?)[\w=]{0,16}[@/~.][\w@/.~-]{1,120}/,
    before: 4,
    after: 160,
  },
  {
    id: 'shell.escape-to-shell',
    type,
    severity: 'high',
    sees: "a database client's, pager's or editor's escape to a shell, in a value or query",
    positive: { tool: 'mysql_query', arguments: { query: '\\! id' } },
    nearMiss: { tool: 'search_docs', arguments: { query: 'use .shell files and !important' } },
    source: 'https://gtfobins.github.io/',
    roles: ['value', 'path', 'prose', 'sql', 'code'],
    literals: ['\\! ', '.shell ', '.system ', '+!', '+:!', '-c :!', '-c !'],
    pattern: /^\s*(?:\\!\s*[a-z/][\w./-]{1,40}|\.(?:shell|system)\s+[a-z/][\w./-]{1,40}(?:\s|$)|\+:?!\s?[a-z/][\w./-]{1,40}|-c\s+["']?:?!\s?[a-z/])/i,
    before: 8,
    after: 80,
    accepts: (_match, { text, place }) => text.length <= 400 && place.file === '',
  },
];
