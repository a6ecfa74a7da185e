import { type CommandRule, hasOption, lineOf, operandsOf } from './command-rule.ts';
import { isDevice } from './targets.ts';

const bash = (script: string) => ({ tool: 'bash', arguments: { script } }) as const;
const type = 'destructive_command';

const SECURITY_SERVICE = /^(?:auditd|r?syslog(?:-ng)?|syslogd|systemd-journald|firewalld|ufw|iptables|nftables|apparmor|selinux|fail2ban|clamav[\w-]*|clamd|freshclam|falcon-sensor|crowdstrike|cbdaemon|cbagentd|osqueryd|wazuh-agent|ossec[\w-]*|mdatp|sysmon|auoms|omsagent|datadog-agent|aide|tripwire|sentinelone|sentinelagent|esets?|sophos[\w-]*|ds_agent|xagt|nessusd|cron|crond|sshd?|chronyd|ntpd?)(?:\.service)?$/i;
/** Packages that watch over a machine. */
const GUARDS = /^(?:falcon-sensor|crowdstrike\S*|sentinel(?:one|agent)\S*|wazuh-agent|ossec-\S+|osquery|auditd|audit|mdatp|clamav\S*|cb-?(?:agent|sensor|psc)\S*|carbonblack\S*|sophos\S*|aide|tripwire|fail2ban|rkhunter|xagt|esets?|samhain)$/i;
const ESSENTIAL = /^(?:libc6?|glibc|systemd|coreutils|bash|apt|dpkg|rpm|sudo|init|linux-image[\w.-]*|kernel\*?|grub[\w-]*|openssh-server|util-linux|python3?|\*)$/;

export const machineRules: readonly CommandRule[] = [
  {
    id: 'shell.disk-formatted',
    type,
    severity: 'critical',
    sees: 'a disk formatted, wiped or partitioned anew',
    programs: 'mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.exfat mkfs.f2fs mkfs.jfs mkfs.reiserfs mkfs.minix mke2fs mkntfs mkdosfs mkswap newfs wipefs blkdiscard sgdisk sfdisk fdisk gdisk parted hdparm nvme sg_format cryptsetup diskutil mdadm'.split(' '),
    literals: ['mkfs', 'mke2fs', 'mkntfs', 'mkdosfs', 'mkswap', 'newfs', 'wipefs', 'blkdiscard', 'sgdisk', 'sfdisk', 'fdisk', 'parted', 'hdparm', 'nvme ', 'sg_format', 'cryptsetup', 'diskutil', 'mdadm'],
    positive: bash('mkfs.ext4 -F /dev/sdb1'),
    nearMiss: bash('mkfs.ext4 disk.img; wipefs /dev/sdb; fdisk -l; parted -l'),
    source: 'MITRE ATT&CK T1561',
    holds: ({ name, pipedFrom, input }, words) => {
      const device = operandsOf(words).some(isDevice);
      const has = (pattern: RegExp): boolean => words.some((word) => pattern.test(word));
      if (/^(?:mk|newfs)/.test(name)) return device && !has(/^(?:-n|-N|--no-act)$/);
      if (name === 'wipefs') return device && has(/^(?:-[a-z]*[afo][a-z]*|--all|--force|--offset.*)$/) && !has(/^(?:-n|--no-act)$/);
      if (name === 'blkdiscard' || name === 'sg_format') return device;
      if (name === 'sgdisk') return has(/^(?:-[a-zA-Z]*[Zzo]|--zap|--zap-all|--clear|-d.*|--delete.*)$/);
      if (name === 'sfdisk') return has(/^--(?:delete|wipe.*)$/);
      if (name === 'fdisk' || name === 'gdisk') return device && (pipedFrom !== undefined || input !== undefined);
      if (name === 'parted') return device && has(/^(?:mklabel|mktable|rm)\b/);
      if (name === 'hdparm') return has(/^--(?:security-erase.*|trim-sector-ranges.*|make-bad-sector|security-set-pass)$/);
      if (name === 'nvme') return /^(?:format|sanitize|write-zeroes|delete-ns)$/.test(words[0] ?? '');
      if (name === 'cryptsetup') return has(/^(?:erase|luksErase|luksFormat|luksKillSlot|luksRemoveKey|reencrypt)$/) && device;
      if (name === 'mdadm') return has(/^--(?:zero-superblock|remove)$/);
      return has(/^(?:erase\w+|zeroDisk|randomDisk|secureErase|partitionDisk|reformat|deleteContainer|deleteVolume)$/i);
    },
  },
  {
    id: 'shell.volume-destroyed',
    type,
    severity: 'high',
    sees: 'a volume, pool, snapshot or file system destroyed',
    programs: ['zpool', 'zfs', 'lvremove', 'vgremove', 'pvremove', 'lvm', 'btrfs', 'ceph', 'gluster', 'dmsetup', 'tmutil', 'virsh', 'efibootmgr', 'flashrom', 'restic', 'borg', 'vgreduce', 'esxcli', 'vim-cmd', 'pveum', 'qm', 'pct'],
    literals: ['zpool', 'zfs destroy', 'lvremove', 'vgremove', 'pvremove', 'subvolume', 'ceph osd', 'ceph fs', 'gluster', 'dmsetup', 'tmutil', 'virsh', 'efibootmgr', 'flashrom', 'restic', 'borg ', 'esxcli', 'vim-cmd', 'qm destroy', 'pct destroy'],
    positive: bash('zpool destroy -f tank'),
    nearMiss: bash('zpool status tank; lvs; btrfs subvolume list /'),
    source: 'MITRE ATT&CK T1490',
    holds: ({ name }, words) => {
      const text = lineOf(words);
      if (/^(?:lvremove|vgremove|pvremove)$/.test(name)) return !/--(?:test|help)/.test(text);
      if (name === 'zpool' || name === 'zfs') return /^(?:destroy|labelclear|rollback -[rR])/.test(text) && !/ -[a-z]*n/.test(text) && !(name === 'zfs' && !hasOption(words, 'r') && !hasOption(words, 'R') && /@/.test(text));
      if (name === 'lvm') return /^(?:lv|vg|pv)remove/.test(text);
      if (name === 'btrfs') return /^subvolume delete/.test(text);
      if (name === 'ceph') return /^(?:osd (?:purge|destroy|pool (?:delete|rm))|fs rm)/.test(text);
      if (name === 'gluster') return /^volume (?:delete|stop)/.test(text);
      if (name === 'dmsetup') return /^remove_all/.test(text);
      if (name === 'tmutil') return /^(?:disable|delete|deletelocalsnapshots)/.test(text);
      if (name === 'virsh') return /^(?:undefine|vol-delete|vol-wipe|pool-delete|snapshot-delete)/.test(text);
      if (name === 'efibootmgr') return /(?:^| )-[a-z]*B/.test(text);
      if (name === 'flashrom') return /(?:^| )-[wE]/.test(text);
      if (name === 'restic') return /forget .*--keep-last[ =]0|forget .*--unsafe-allow-remove-all/.test(text);
      if (name === 'borg') return /^delete/.test(text) && !text.includes('--dry-run');
      if (name === 'esxcli' || name === 'vim-cmd') return /vm process kill|vmsvc\/(?:destroy|power\.off|snapshot\.removeall)|system shutdown/.test(text);
      return (name === 'qm' || name === 'pct') && /^destroy/.test(text);
    },
  },
  {
    id: 'shell.power-off',
    type,
    severity: 'high',
    sees: 'the machine switched off or started anew',
    programs: ['shutdown', 'reboot', 'halt', 'poweroff', 'init', 'telinit', 'systemctl', 'loginctl', 'kexec', 'pm-hibernate'],
    literals: ['shutdown', 'reboot', 'halt', 'poweroff', 'init 0', 'init 6', 'telinit', 'kexec', 'systemctl rescue', 'systemctl emergency'],
    positive: bash('shutdown -h now'),
    nearMiss: bash('shutdown -c; systemctl status reboot.target; last reboot'),
    source: 'MITRE ATT&CK T1529',
    holds: ({ name }, words) => {
      if (words.some((word) => /^(?:--help|--version|-c|--show|--dry-run|--when=cancel|-w|--wtmp-only)$/.test(word))) return false;
      if (name === 'init' || name === 'telinit') return /^[06]$/.test(words[0] ?? '');
      if (name === 'systemctl' || name === 'loginctl') return /^(?:poweroff|reboot|halt|kexec|rescue|emergency|soft-reboot)$/.test(operandsOf(words)[0] ?? '') || /^isolate (?:rescue|emergency|poweroff|halt|reboot)/.test(lineOf(operandsOf(words)));
      if (name === 'kexec') return words.some((word) => /^(?:-e|--exec)$/.test(word));
      return name !== 'pm-hibernate';
    },
  },
  {
    id: 'shell.kernel-crashed',
    type,
    severity: 'critical',
    sees: 'a crash or restart asked of the kernel itself',
    programs: ['*', 'tee'],
    literals: ['sysrq'],
    positive: bash('echo c > /proc/sysrq-trigger'),
    nearMiss: bash('cat /proc/sys/kernel/sysrq'),
    holds: ({ name, args, redirects }) => [...redirects.map(({ operator, target }) => (operator.includes('>') ? target?.text : '')), ...(name === 'tee' ? args.map(({ text }) => text) : [])].some((path) => path === '/proc/sysrq-trigger'),
  },
  {
    id: 'shell.kill-all',
    type,
    severity: 'high',
    sees: 'every process killed, or the first one',
    programs: ['kill', 'killall', 'killall5', 'pkill', 'skill'],
    literals: ['kill'],
    positive: bash('kill -9 -1'),
    nearMiss: bash('kill -9 4711; pkill -f "vite --port 5173"; kill -1 233'),
    holds: ({ name }, words) => {
      if (name === 'killall5') return true;
      if (name === 'kill') return words.some((word, index) => index > 0 && (word === '-1' || word === '1') && /^-(?:9|15|s|KILL|SIGKILL|TERM|SIGTERM|n|-)$|^(?:KILL|9|TERM)$/.test(words[index - 1] ?? ''));
      return words.some((word, index) => /^(?:\.|\.\*|-v|init|systemd|sshd)$/.test(word) || (/^-[a-z]*u$/.test(word) && words[index + 1] === 'root' && words.length <= index + 2));
    },
  },
  {
    id: 'shell.protection-off',
    type,
    severity: 'high',
    sees: 'logging, a firewall or another protection switched off',
    programs: ['setenforce', 'auditctl', 'systemctl', 'service', 'chkconfig', 'update-rc.d', 'rc-service', 'ufw', 'iptables', 'ip6tables', 'nft', 'mdatp', 'spctl', 'csrutil', 'launchctl', 'falconctl', 'aa-teardown', 'aa-disable', 'rcctl', 'pfctl', 'esxcli', 'sysctl', 'initctl', 'osqueryctl', 'tmutil'],
    literals: ['setenforce', 'auditctl', 'systemctl', 'service ', 'chkconfig', 'update-rc.d', 'ufw ', 'iptables', 'ip6tables', 'nft ', 'mdatp', 'spctl', 'csrutil', 'launchctl', 'falconctl', 'aa-teardown', 'aa-disable', 'pfctl', 'esxcli', 'randomize_va_space'],
    positive: bash('systemctl stop auditd && setenforce 0'),
    nearMiss: bash('systemctl restart rsyslog; ufw status; iptables -L; service nginx stop'),
    source: 'MITRE ATT&CK T1562',
    holds: ({ name }, words) => {
      const [first = '', second = ''] = operandsOf(words);
      const text = lineOf(words);
      switch (name) {
        case 'setenforce':
          return /^(?:0|permissive)$/i.test(first);
        case 'auditctl':
          return /^-e 0$|(?:^| )-D$/.test(text);
        case 'systemctl':
          return /^(?:stop|disable|mask|kill)$/.test(first) && operandsOf(words).slice(1).some((service) => SECURITY_SERVICE.test(service));
        case 'service':
        case 'rc-service':
          return second === 'stop' && SECURITY_SERVICE.test(first);
        case 'chkconfig':
          return second === 'off' && SECURITY_SERVICE.test(first);
        case 'update-rc.d':
          return /^(?:disable|remove)$/.test(second) && SECURITY_SERVICE.test(first);
        case 'ufw':
          return /^(?:disable|reset)$/.test(first);
        case 'iptables':
        case 'ip6tables':
          return hasOption(words, 'F', '--flush') || /-P (?:INPUT|OUTPUT|FORWARD) (?:ACCEPT|DROP)/.test(text);
        case 'nft':
          return /^flush ruleset/.test(text);
        case 'mdatp':
          return /disabled?|passive|exclusion .*add/.test(text);
        case 'spctl':
          return /--(?:master|global)-disable/.test(text);
        case 'csrutil':
          return first === 'disable';
        case 'launchctl':
          return /^(?:unload|bootout|disable|remove|stop)\b.*(?:crowdstrike|falcon|sentinel|carbonblack|cbdefense|jamf|sophos|defender|wdav|osquery|XProtect|MRT|auditd|syslogd|santa|littlesnitch|objective-see|eset)/i.test(text);
        case 'esxcli':
          return /firewall set .*(?:false|-e 0)|syslog config .*|lockdown/.test(text);
        case 'sysctl':
          return /kernel\.(?:randomize_va_space|kptr_restrict|yama\.ptrace_scope|dmesg_restrict)=0/.test(text);
        case 'pfctl':
          return /(?:^| )-d\b/.test(text);
        case 'falconctl':
          return /unload|uninstall|-d /.test(text);
        default:
          return /^aa-/.test(name) || /\bstop\b/.test(text);
      }
    },
  },
  {
    id: 'shell.jobs-lost',
    type,
    severity: 'high',
    sees: 'all scheduled jobs of a user deleted',
    programs: ['crontab'],
    literals: ['crontab -'],
    positive: bash('crontab -r'),
    nearMiss: bash('crontab -l > jobs.txt'),
    holds: (_, words) => words.some((word) => /^-[a-z]*r/.test(word)),
  },
  {
    id: 'shell.essential-removed',
    type,
    severity: 'high',
    sees: 'packages without which the system does not run removed, or a user deleted with all files',
    programs: ['apt', 'apt-get', 'dpkg', 'yum', 'dnf', 'rpm', 'pacman', 'userdel', 'deluser', 'apk', 'zypper'],
    literals: ['remove', 'purge', 'dpkg -', 'userdel', 'deluser', 'rpm -e', 'erase', 'pacman -r', 'apk del'],
    positive: bash('apt-get purge -y --allow-remove-essential libc6 systemd'),
    nearMiss: bash('apt-get remove -y docker docker-engine && apt-get purge nodejs'),
    holds: ({ name }, words) => {
      const operands = operandsOf(words);
      if (/^(?:userdel|deluser)$/.test(name)) return hasOption(words, 'r', '--remove', '--remove-all-files') && hasOption(words, 'f', '--force', '--remove-all-files');
      const removes = operands.some((word) => /^(?:remove|purge|autoremove|erase|del)$/.test(word)) || words.some((word) => /^(?:-e|-P|-r|--purge|--erase|--remove|-R[a-z]*)$/.test(word));
      return removes && (words.some((word) => /^--(?:allow-remove-essential|force-(?:all|remove-essential|depends)|nodeps)$/.test(word)) || operands.some((word) => ESSENTIAL.test(word) || GUARDS.test(word)));
    },
  },
  {
    id: 'shell.files-locked',
    type,
    severity: 'high',
    sees: 'files encrypted in bulk, or encrypted and deleted, as ransomware does',
    programs: ['openssl', 'gpg', 'gpg2', '7z', '7za', 'zip', 'ccrypt', 'ccencrypt', 'age', 'mcrypt', 'rar'],
    literals: ['openssl enc', 'openssl aes', 'gpg', '7z a', '7za', 'zip -', 'ccrypt', 'ccencrypt', 'mcrypt', 'rar a'],
    positive: bash("find /home -type f -exec openssl enc -aes-256-cbc -k hunter -in {} -out {}.locked \\; -exec rm {} \\;"),
    nearMiss: bash('openssl enc -aes-256-cbc -pbkdf2 -in backup.tar -out backup.tar.enc; gpg -c notes.txt'),
    source: 'MITRE ATT&CK T1486',
    holds: ({ name, wrappers }, words) => {
      const text = lineOf(words);
      const encrypts =
        name === 'openssl' ? /^(?:enc|aes-?\d+|smime|rsautl|pkeyutl)\b/.test(text) && !/(?:^| )-d\b/.test(text) : name.startsWith('gpg') ? /(?:^| )(?:-[a-z]*[ce]\b|--symmetric|--encrypt)/.test(text) : /^7z/.test(name) ? /^a\b.* -p/.test(text) : name === 'zip' ? /-P\b|--password|-[a-z]*e\b/.test(text) : name === 'rar' ? /^a\b.* -hp?/.test(text) : !/(?:^| )-d\b/.test(text);
      if (!encrypts) return false;
      return wrappers.includes('find') || wrappers.includes('xargs') || / -sdel\b/.test(text) || (name === 'zip' && /(?:^| )-[a-z]*m\b/.test(text)) || (/^(?:ccrypt|ccencrypt)$/.test(name) && hasOption(words, 'r', '--recursive'));
    },
  },
];
