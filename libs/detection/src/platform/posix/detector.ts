import type { Analyser, View } from '../../rule.ts';
import { HIDING } from '../../shell/commands.ts';
import { scriptOf } from '../../shell/parse-script.ts';
import { secretFileLiterals, secretFiles } from '../files/secret-files.ts';
import { startFileLiterals } from '../files/start-files.ts';
import { dropperRules, tellDroppers } from './droppers.ts';
import { exfiltrationRules, tellExfiltration } from './exfiltration.ts';
import { linesOf, type Seen } from './lines.ts';
import { persistenceRules, tellPersistence } from './persistence.ts';
import { privilegeRules, tellPrivileges } from './privileges.ts';
import { readingRules, tellReading } from './reading.ts';

/** Words without which no rule of the commands has anything to see. Programs so common that their name says nothing are left to their arguments. */
const LITERALS = [
  'sudo', 'doas', 'pkexec', 'machinectl', 'capsh', 'setuid', 'unshare', 'nsenter', 'chroot', 'debugfs', 'chmod', 'chown', 'setcap', 'getcap', 'setfacl', '-perm', 'install -m', 'usermod', 'gpasswd', 'useradd', 'adduser', 'addgroup', 'groupmod', 'pw user', 'pw group', 'dseditgroup', 'dscl',
  'sysadminctl', 'passwd', 'docker', 'podman', 'nerdctl', '\bctr ', 'lxc ', 'kubectl', '\boc ', 'k3s', 'setenforce', 'ufw ', 'iptables', 'ip6tables', 'nft ', 'auditctl', 'systemctl', 'service ', 'launchctl', 'csrutil', 'spctl', 'aa-', 'sysctl', 'selinux', 'permitroot', 'cloudtrail',
  'guardduty', '0.0.0.0/0', '\biam ', 'role assignment', 'az ad', 'gcloud', 'gsutil', '169.254.', 'metadata.google', '100.100.100.200', 'security ', 'secret-tool', 'kwallet', 'secretsmanager', 'with-decryption', 'vault ', 'gcore', 'gdb', '/mem', 'getent', 'unshadow', 'john ', 'gpg ', 'pass show', 'pass git', 'lpass ', 'bw list', 'bw export', 'op item', 'chattr', 'tccutil', 'put-bucket', 'add-permission', 'public-access-block', '-writable', 'get-password-data', 'hashcat', 'ld_preload', 'ld_audit',
  'dyld_insert', 'crontab', '\bat ', 'systemd-run', 'update-rc', 'chkconfig', 'sysrc', 'insmod', 'kextload', 'kmutil', 'modprobe', 'kldload', 'no_root_squash', 'sudoedit', 'net rpc', 'net ads', '--interactive', 'dbus-send', 'gdbus', 'busctl', 'etcdctl', 'remount', '/proc/sys/kernel/', 'rpm -', 'dnf ', 'apk add', 'dpkg -', 'gem install', 'pip install http', 'npm install http', 'administrator privileges', 'com.apple.tcc', 'certipy', 'ticketer', 'getst', 'gettgt', 'addcomputer', 'rbcd', 'dacledit', 'owneredit', 'ntlmrelay', 'krbrelay', 'raisechild', 'goldenpac', 'bloodyad', 'pywhisker', 'nopac', 'tcpdump', 'loginwindow', 'loginitem', 'login item', 'login_item', 'osascript', 'sfltool', 'trap ', 'alias ', 'git config', 'curl', 'wget', '\bnc ', 'ncat', 'netcat', 'socat', 'telnet', 'openssl s_client',
  'scp ', 'rsync', 'sftp', 'ftp ', 'rclone', 's3 ', 's3api', 'azcopy', 's3cmd', 'storage ', '\bmail ', 'mutt', 'sendmail', '/dev/tcp', '/dev/udp', 'dig ', 'nslookup', '\bhost ', 'ping', 'whois', 'finger ', '\bhttp ', 'http.server', 'simplehttp', 'history', 'git push', 'remote add', '--mirror', 'push --all', '/etc/', 'find /', 'find ~', 'find $', 'grep -r', 'locate ',
  'ngrok ', 'export-task', '-replication', 'mount -t nfs', 'mount -t cifs', 'sshfs', ' save ', 'httpd -', 'http-server', 'file-server', 'darkhttpd', 'miniserve', 'updog', 'dufs', 'php -s', 'scrot', 'screencapture', 'gnome-screenshot', 'arecord', 'tcpdump', 'pg_dumpall', 'mongodump', 'ldapsearch', 'state pull', 'credential fill', 'credential get', 'etcdctl', 'slapcat', 'adb ', '/e??/', '/e?c/', '/et?/', '/?tc/', '/e*/', 'gopass', 'keyctl', 'trufflehog', 'gitleaks', 'pypykatz', 'files0-from',
  'lazagne', 'mimi', 'secretsdump', 'impacket', 'crackmapexec', 'responder', 'bloodhound', 'kerbrute', 'pacu', 'stratus', 'hydra', 'dirty', 'pwnkit', 'cve-20', 'linpeas', 'linenum', 'exploit', 'pspy', 'rootkit', 'privesc', 'meterpreter', 'msfvenom', 'chisel', 'dump', '| ssh', '|ssh', 'su root', 'su -', '@reboot', 'bash -p', 'sh -p',
  'sh", "-p', 'sh","-p', "sh', '-p", "sh','-p", 'argv1=-p',
  'smbclient', 'croc send', 'wormhole', 'ffsend', 'onionshare', 'pastebinit', 'gist create', 'uuencode', 'swaks', 'modify-snapshot', 'modify-image', 'modify-db', 'snapshot grant', 'grant-access', 'logkeys', 'xinput test', 'restic', 'duplicity', 'mc anonymous', 'mc policy', 'allusers', 'public-access', 'pbpaste', 'xclip', 'x11grab', 'avfoundation', 'replicaof', 'slaveof', 'ftpput', 'hping3', 'nping', '--registry', 'iam-policy-binding', 'stratum+', 'xmrig', 'minerd', 'cpuminer', 'ethminer', 'lolminer', 'nbminer', 'com.apple.', 'implant', 'backdoor', 'keylogger', 'enable-linger', 'startup-script', 'user-data', 'custom-data', 'az role', '--restart', '<(cd ', '<(tar', 'pypykatz', 'lsassy', 'donpapi', 'netexec', 'evil-winrm', 'smbmap', 'enum4linux', '\bgh api', '\bgh repo edit', 'deploy-key', 'registry http', 'index-url', 'ssh-copy-id', 'ffmpeg', 'nsg rule', 'firewall-rule', 'open-port', 'config set', 'acl setuser', 'module load', '\bgh auth', '/dev/shm/', '/tmp/.', ' /bin/', ' /sbin/', ' /usr/bin/', ' /usr/sbin/', '>/bin/', '>/usr/bin/', 'script-shell', 'node-options', 'modify-instance-attribute', 'scheduler jobs', 'create-schedule', 'put-targets', 'create-association', 'connect-provider', 'saml-provider', 'workload-identity', '/sbin/sshd ', 'put-key-policy', 'instance-profile', 'create-function', 'update-access-key', '\baz vm',
] as const;

const SHELL_SCRIPT = /^#!.{0,40}\b(?:ba|z|da|k|a)?sh\b/;

/** Reads commands of a POSIX shell for what an attacker does once he can run them. */
export const posixCommands: Analyser = {
  name: 'platform.posix-commands',
  rules: [...new Set([...secretFiles.map(({ rule }) => rule), ...readingRules, ...exfiltrationRules, ...privilegeRules, ...persistenceRules, ...dropperRules])],
  roles: ['shell'],
  literals: [...new Set([...LITERALS, ...HIDING, ...secretFileLiterals, ...startFileLiterals])],
  analyse,
};

/** The same in a script that is written to a file whose name does not tell: a Git hook, a program without extension. */
export const writtenShellScripts: Analyser = {
  name: 'platform.written-shell-scripts',
  rules: posixCommands.rules,
  roles: ['code'],
  literals: ['#!/', '#! /'],
  analyse(view) {
    if (SHELL_SCRIPT.test(view.text.slice(0, 64))) analyse(view);
  },
};

function analyse(view: View): void {
  const script = scriptOf(view);
  const seen: Seen = { view, script, lines: linesOf(view, script) };
  tellReading(seen);
  tellExfiltration(seen);
  tellPrivileges(seen);
  tellPersistence(seen);
  tellDroppers(seen);
}
