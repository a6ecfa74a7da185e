import { ruleOf, shell } from '../examples.ts';
import type { Rule } from '../../rule.ts';
import type { Command } from '../../shell/command.ts';
import type { Line, Seen } from './lines.ts';

export const shellEscape = ruleOf(
  'privilege.shell-escape', 'privilege_escalation', 'high', 'a harmless program run as root that is made to start a shell', shell('sudo find . -exec /bin/sh \\; -quit'), shell('sudo find /var/cache -name "*.tmp" -delete'), 'GTFOBins, sudo',
);
const keptRights = ruleOf(
  'privilege.kept-rights', 'privilege_escalation', 'high', 'a program with a set-user-ID bit made to start a shell that keeps its rights', shell("./expect -c 'spawn /bin/sh -p;interact'"), shell('ssh -p 2222 app@web-1; ./setup.sh -p 8080'), 'GTFOBins, SUID',
);
export const borrowedShellRules: readonly Rule[] = [shellEscape, keptRights];

const NAME = String.raw`(?:ba|z|da|k|a|c|tc|fi)?sh`;
const SHELL = String.raw`(?:\/(?:usr\/)?(?:local\/)?bin\/)?${NAME}\b`;
const SHELL_FILE = String.raw`\/(?:usr\/)?(?:local\/)?bin\/${NAME}`;

/** An argument that makes its program start a shell, in whatever language or setting. */
const STARTS_SHELL = new RegExp(
  String.raw`(?:exec|system|spawn\w*|popen|execv\w*|execl\w*|call|run|shell|cmd|invoke|command|checkpoint-action=exec|os\.execute|Pre-Invoke|ProxyCommand|pager|editor|hook)\b[^\n]{0,60}${SHELL}|!\s*${SHELL}|:!|\bsh -c|-(?:TT|e)\s+${SHELL}|--eval[= ][^]{0,40}?${SHELL}|(?<!SHELL)=\s*;?\/(?:usr\/)?bin\/${NAME}\b`,
  'i',
);
/** A shell's file as an argument of its own, with nothing but its options, redirections or the setting it stands in. */
const SHELL_WORD = new RegExp(String.raw`^(?![\w-]{0,30}shell=)(?:[\w.:=-]{1,60}[=:,])?${SHELL_FILE}(?:[,;\s]+(?:-[a-z]{1,4}|\d?[<>]&?\d|argv?\d=\S{0,60}))*[,;]?$|=${SHELL_FILE},`, 'i');
/** With these a shell is named, linked or entered in a machine of its own, as administrators do. */
const NAMES_SHELLS =
  /^(?:docker|podman|nerdctl|kubectl|oc|k3s|microk8s|lxc|lxd|incus|crictl|ctr|vagrant|systemd-nspawn|machinectl|chroot|arch-chroot|schroot|nsenter|useradd|adduser|usermod|chsh|getent|ln|cp|mv|ls|ll|stat|file|install|rm|cat|update-alternatives|dpkg-reconfigure|dpkg-divert|grep|egrep|rg|echo|printf|tee|test|\[|which|whereis|type|command|chmod|chown|su|runuser|sg|sshd?|tmux|screen|crontab|at|cron|export|read|for|if|case|while|env|apt|apt-get|dnf|yum|apk|pacman|brew|systemctl|service|sysctl|setfacl|setcap|getcap|restorecon|chcon|semanage|aa-complain|aa-enforce|aa-status|sed|visudo|nano|lsof|fuser|kill|pkill|pgrep|killall|ps|ldd|readelf|strings|md5sum|sha256sum|rsync|scp|tar|debootstrap|docker-compose|helm|ansible|salt|puppet|pct|qm|virt-customize|flatpak|distrobox|toolbox|bwrap|sh|bash|dash|zsh|ksh|ash|fish|sudo|doas|)$/;
/** Of those, the ones that are also known to start one. */
const ALSO_ESCAPES = /^(?:tmux|screen|apt|apt-get|dnf|yum|apk|rsync|scp|tar|ssh|sed|systemctl|service|crontab|env|nano|su)$/;

const asRoot = ({ wrappers }: Command): boolean => wrappers.some((wrapper) => wrapper === 'sudo' || wrapper === 'doas' || wrapper === 'pkexec');

/** `X /bin/sh`, and not `X /bin/sh build.sh`, which runs a script. */
function namesOnlyShell({ args }: Command): boolean {
  return args.slice(0, 64).some(({ text }, at) => text.length < 200 && SHELL_WORD.test(text) && (/[,=]/.test(text) || args.slice(at + 1, at + 6).every(({ text: next }) => /^-(?!c$|[a-z]*c$)[a-z]{1,4}$|^[;+.]$|^-quit$|^\d?[<>]/.test(next))));
}

const BIND = new RegExp(String.raw`^mount .*(?:-o ?\S*bind|--bind|-B)\s.*${SHELL_FILE} \S`);

/** `sh -p`, as words or as a program's strings; not `ssh -p`, `setup.sh -p`, `fish -p 80`. */
const KEEPS_RIGHTS = new RegExp(String.raw`(?<![\w.$-])(?:\/(?:usr\/)?(?:local\/)?bin\/)?(?:ba|z|da|k|a)?sh(?:["'],\s*["'](?:${NAME}["'],\s*["'])?|["']?\s+)-p(?![\w=])(?!\s+\d)|argv\d=-p[a-z]?\b`);
/** What is typed next, or stands in a comment: `sudo less /etc/hosts # then !/bin/sh`. */
const TYPED = new RegExp(String.raw`(?:^|[\s'":\\])!\s*(?:\/(?:usr\/)?bin\/)?(?:ba|z|da|k)?sh\b(?!\s+-c)`);
const PAGES = /^(?:less|more|man|vi|vim|view|ed|ftp|sftp|gdb|git|journalctl|nmap|mysql|psql|systemctl|sqlite3|telnet|lftp|mail|mutt|apt|apt-get|dpkg|rpm|aws|pip|gem|bundle|dmesg|loginctl|hostnamectl|timedatectl|info|pg|most|smbclient|nano)$/;
/** The line after the program, in the program's own language. */
const NEXT_LINE = new RegExp(String.raw`^[ \t]*\n\s*(?:[:\\]{0,2}!\s*${SHELL}(?!\s+\S+\.sh)|@exec\s+${SHELL}|exec\s+${SHELL_FILE}\s+<|[\w.$:]{2,60}[^\n]{0,120}(?:exec\w*|system|spawn\w*|start|run|popen|callcommand)\s*\(\s*["']${SHELL_FILE}\b)`, 'i');
const ON_TERMINAL = /\bsh\s+[-\w\s]{0,12}<\s?\$\(tty\)/;
/** Words that only say which shell a program is to use. */
const CHOSEN_SHELL = new RegExp(String.raw`(?:^|\s)[\w-]{0,30}shell[= ]${SHELL_FILE}(?=\s|$)`, 'gi');

export function tellBorrowedShells({ view }: Seen, { command, text }: Line): void {
  const { name, start, end } = command;
  if (asRoot(command) && escapes(view.text, command, text)) view.report(shellEscape, start, end);
  if (KEEPS_RIGHTS.test(text) && !/^(?:echo|printf|grep|rg|git|man|ssh|kubectl|docker|podman)$/.test(name)) view.report(keptRights, start, end);
}

function escapes(script: string, command: Command, line: string): boolean {
  const { name, start, end } = command;
  const mayEscape = !NAMES_SHELLS.test(name);
  const text = line.replace(CHOSEN_SHELL, ' ');
  if ((mayEscape && namesOnlyShell(command)) || ((mayEscape || ALSO_ESCAPES.test(name)) && STARTS_SHELL.test(text))) return true;
  if (ON_TERMINAL.test(text) || (name === 'mount' && BIND.test(text))) return true;
  return (PAGES.test(name) && TYPED.test(script.slice(start, Math.min(start + 400, end + 80)))) || (mayEscape && NEXT_LINE.test(script.slice(end, end + 300)));
}
