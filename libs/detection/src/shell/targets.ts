import { remembering } from '../remembering.ts';

/** What a path means to the machine. `root`, `system`, `home`: nobody should lose it; `data`: where data and backups live; `around`: the folder one is in, or above. */
export type Target = 'root' | 'system' | 'home' | 'data' | 'logs' | 'history' | 'around' | undefined;

/** Folders directly below the root. */
const SYSTEM = /^\/(?:bin|boot|dev|etc|home|lib(?:32|64|x32)?|media|mnt|opt|proc|root|run|sbin|srv|sys|usr|var|System|Library|Applications|Users|Volumes|private|snap|Windows|nix)$/i;
/** Folders further down without which a system or its services do not run. */
const BELOW = /^\/(?:usr\/(?:s?bin|lib(?:exec|32|64)?|share|include|local|local\/s?bin|local\/lib|local\/etc)|var\/(?:lib|www|www\/html|spool|mail|db|backups?|lib\/(?:docker|containerd|postgresql|pgsql|mysql|mariadb|mongo(?:db)?|redis|cassandra|elasticsearch|influxdb|clickhouse|rabbitmq|kafka|dpkg|rpm|pacman|kubelet|etcd|rancher|libvirt|systemd|jenkins|grafana|prometheus|gitlab|vault|consul|ldap|nats|minio)(?:\/[\w.-]+)?)|etc\/(?:ssh|ssl|pki|pam\.d|systemd|init\.d|cron[\w.]*|nginx|apache2|httpd|kubernetes|postgresql|mysql|sudoers\.d|security|network|netplan|sysconfig|default|X11|rc\d?\.d|docker|letsencrypt|profile\.d|ld\.so\.conf\.d)|boot\/.+|lib(?:64)?\/(?:modules|systemd|x86_64-linux-gnu|firmware|security)|private\/(?:etc|var|tmp)|System\/Library|Windows\/System32|opt\/(?:gitlab|splunk)|sys\/firmware(?:\/efi(?:\/efivars)?)?)$/i;
const FILES = /^\/(?:etc\/(?:passwd|shadow|group|gshadow|sudoers|fstab|hosts|resolv\.conf|crontab|profile|bashrc|environment|inittab|ld\.so\.(?:preload|conf|cache)|nsswitch\.conf|ssh\/sshd_config|sysctl\.conf|mtab|hostname|pam\.conf)|(?:usr\/)?s?bin\/[\w.+-]+|(?:usr\/)?lib(?:64)?\/(?:[\w.+-]+\/)?(?:libc|ld-linux|libpthread|libpam|libcrypto|libssl)[\w.+-]*|boot\/\S+|vmlinuz\S*|initrd\S*|proc\/\S+)$/;
const HOME = /^(?:~[\w.-]*|\$HOME|\$\{HOME\}|\/(?:home|Users)\/[^/]+|\/root|%USERPROFILE%|\$env:USERPROFILE)(?:\/(?:\.(?:ssh|gnupg|aws|kube|config|local|docker|mozilla|azure|password-store)|Documents|Desktop|Pictures|Downloads|Library|Music|Videos|Photos))?$/i;
const DATA = /^(?:\/(?:srv|mnt|media|opt|var|home|export|volumes?|users))?\/(?:data(?:base)?s?|db|backups?|storage|export|nfs|prod(?:uction)?|volumes?|pgdata|shares?|shared|archives?|repos?|git|mysql|postgres|vault|warehouse|uploads|timemachine|sdcard)$/i;
const LOGS = /^\/(?:private\/)?var\/(?:log(?:\/(?:system\.log|messages|syslog|auth\.log|secure|kern\.log|audit(?:\/(?:audit\.log)?)?|wtmp|btmp|lastlog|utmp|faillog|cron|maillog|daemon\.log|user\.log|journal|dmesg|boot\.log|httpd|nginx|apache2|install\.log|security|\*\S*))?|audit|run\/utmp|adm(?:\/\S*)?|(?:spool\/)?mail(?:\/[\w.-]+)?)$|^\/etc\/audit\/(?:rules\.d(?:\/\S+)?|audit\.rules|auditd\.conf)$/;
const HISTORY = /(?:^|\/)\.(?:bash|zsh|sh|ash|ksh|fish|python|mysql|psql|node_repl|lesshst|viminfo)_?(?:history|lesshst|viminfo)$|(?:^|\/)fish_history$|^\$HISTFILE$|^\$\{HISTFILE\}$/;
const DEVICE = /^\/dev\/(?:[shvx]v?d[a-z]\d*|sd\w*|hd\w*|vd\w*|xvd\w*|nvme\d\S*|mmcblk\S*|r?disk\d\S*|md\d+|dm-\d+|mapper\/\S+|nbd\d+|sr\d|mtd\w*|mem|kmem|port|root|fd0|da\d+|ada\d+|block\/\S+|disk\/\S+)$/;

/** A path that a command names, in one spelling, and what it means. */
type Read = Readonly<{ path: string; target: Target }>;

/** Words without a sign that a path, a home or a pattern has. */
const PLAIN = /^[\w-]*$/;
/** Longer words are of no path that means anything: of those the beginning is read. */
const MAX_PATH = 512;
const MAX_REMEMBERED = 8_192;

/** Each rule asks for the same words. */
const read = remembering(MAX_REMEMBERED, MAX_PATH, (written): Read => {
  const path = spelling(written);
  return { path, target: meaningOf(path) };
});

/** `/tmp/../etc//` -> `/etc`; a last `*` or `.` falls away with the folder's slash, since the folder's whole content is meant. */
export const pathOf = (written: string): string => (PLAIN.test(written) ? written : read(written).path);

export const targetOf = (written: string): Target => (written !== '' && PLAIN.test(written) ? undefined : read(written).target);

function spelling(written: string): string {
  let path = written.slice(0, MAX_PATH).replace(/^["']+|["']+$/g, '').replace(/\\ /g, ' ');
  path = path.replace(/^([A-Za-z]):[\\/]*/, (_, drive: string) => `/drive-${drive.toLowerCase()}/`).replace(/^\/(?:mnt|cygdrive)\/([a-z])(?=\/|$)/, '/drive-$1').replace(/^\/([cd])(?=\/|$)/, '/drive-$1');
  const parts: string[] = [];
  for (const part of path.split(/[/\\]+/)) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && !/^[~$.]/.test(parts.at(-1) ?? '')) parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const absolute = path.startsWith('/');
  if (absolute) {
    const named = parts.findIndex((part) => part !== '..');
    parts.splice(0, named < 0 ? parts.length : named);
  }
  while (/^(?:\*+|\.\*|\.\?\?\*|\.\[[^\]]*\]\*|\{,?\.?\*?,?\.?\*?\})$/.test(parts.at(-1) ?? '') && (absolute || parts.length > 1)) parts.pop();
  return `${absolute ? '/' : ''}${parts.join('/')}`;
}

function meaningOf(path: string): Target {
  if (path === '/' || path === '/..' || /^\/drive-[a-z]$/.test(path)) return 'root';
  if (HISTORY.test(path)) return 'history';
  if (LOGS.test(path)) return 'logs';
  if (HOME.test(path)) return 'home';
  const local = path.replace(/^\/drive-[a-z]\//, '/');
  if (local.startsWith('/') && (SYSTEM.test(local) || BELOW.test(local) || FILES.test(local) || /^\/(?:bin|boot|etc|lib|lib64|sbin|sys|proc)\/\*/.test(local))) return 'system';
  if (DATA.test(path)) return 'data';
  if (path === '' || path === '*' || path === '.*' || /^\.\.(?:\/\.\.)*(?:\/\*)?$/.test(path)) return 'around';
  return undefined;
}

export const isDevice = (path: string): boolean => DEVICE.test(path);
/** Root, system or home. */
export const isVital = (written: string): boolean => ['root', 'system', 'home'].includes(targetOf(written) ?? '');
export const isSystemFile = (written: string): boolean => FILES.test(pathOf(written));
