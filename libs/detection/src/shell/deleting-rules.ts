import { type CommandRule, hasOption, operandsOf } from './command-rule.ts';
import type { Command } from './command.ts';
import { isDevice, isSystemFile, isVital, pathOf, targetOf } from './targets.ts';

const bash = (script: string) => ({ tool: 'bash', arguments: { script } }) as const;
const type = 'destructive_command';

const recursive = (words: readonly string[]): boolean => hasOption(words, 'r', '--recursive', '--recurs') || hasOption(words, 'R');
const writtenTo = ({ redirects }: Command): readonly string[] => redirects.filter(({ operator }) => /^&?>/.test(operator) && operator !== '>&').map(({ target }) => target?.text ?? '');
const emptied = ({ redirects, name, args }: Command): boolean =>
  redirects.some(({ operator }) => operator === '>' || operator === '>|') && (/^(?::|true|)$/.test(name) || (name === 'cat' && args[0]?.text === '/dev/null') || (/^(?:echo|printf)$/.test(name) && (args.length === 0 || args.every(({ text }) => /^(?:|-n|-e|0|\\\\0|\\\\n)$/.test(text)))));

/** Whether a command lists all of a vital folder. */
const lists = (command: Command | undefined): boolean =>
  command !== undefined && /^(?:ls|find|echo|printf|fd)$/.test(command.name) && command.args.some(({ text }) => isVital(text)) && !command.args.some(({ text }) => NARROWING.test(text));

/** Tests of `find` that narrow what it deletes. */
const NARROWING = /^-(?:i?name|i?path|i?regex|[mac](?:time|min)|newer\w*|size|empty|user|group|perm|inum|links|wholename|lname|ext|e)$/;

/** Tests of age, as whoever tidies up uses them. */
const AGED = /^-(?:[mac](?:time|min)|newer\w*|size|empty)$/;
/** What people and databases keep, and what they fall back to. */
const VALUABLE = /\.(?:docx?|xlsx?|pptx?|pdf|odt|ods|jpe?g|png|heic|mp4|mov|psd|kdbx?|sql|dump|bak|backup|bkp|vmdk|vhdx?|qcow2|mdf|ldf|ibd|frm|db|sqlite3?|pst|ost|key|pem)\b|(?:sql|dump|backup|db)[\w.*-]*\.(?:gz|xz|zst|zip|tgz|bz2)\b|backup/i;

/** Where a search begins, whether it deletes what it finds, and whether it overwrites it. */
function searchOf(words: readonly string[]): readonly [paths: readonly string[], deletes: boolean, shreds: boolean] {
  const first = words.findIndex((word) => /^[-(!]/.test(word));
  const runs = words.flatMap((word, index) => (/^-(?:exec|execdir|ok)$/.test(word) ? [/[^/]*$/.exec(words[index + 1] ?? '')?.[0] ?? '', words[index + 2] ?? ''] : []));
  return [words.slice(0, first < 0 ? undefined : first), words.includes('-delete') || runs.some((run) => /^(?:rm|shred|unlink|srm|truncate)$/.test(run)), runs.some((run) => /^(?:shred|srm)$/.test(run))];
}

const namesOf = (words: readonly string[]): readonly string[] => words.filter((_, index) => /^-i?(?:name|path|regex|wholename)$/.test(words[index - 1] ?? ''));

/** Files that are emptied, overwritten or linked away by any of the usual ways. */
function clobbered(command: Command, words: readonly string[]): readonly string[] {
  const operands = operandsOf(words);
  switch (command.name) {
    case 'rm':
    case 'unlink':
    case 'shred':
    case 'srm':
      return operands;
    case 'truncate':
      return words.some((word, index) => /^(?:-s0|--size=0)$/.test(word) || (word === '0' && /^(?:-s|--size)$/.test(words[index - 1] ?? ''))) ? operands : [];
    case 'cp':
      return operands[0] === '/dev/null' ? operands.slice(1) : [];
    case 'ln':
      return operands[0] === '/dev/null' ? operands.slice(1) : [];
    case 'dd':
      return words.filter((word) => word.startsWith('of=')).map((word) => word.slice(3));
    case 'tee':
      return command.redirects.some(({ operator, target }) => operator === '<' && target?.text === '/dev/null') ? operands : [];
    default:
      return emptied(command) ? writtenTo(command) : [];
  }
}

/** Lines taken out of a system log. */
const editsLogs = (words: readonly string[]): boolean => hasOption(words, 'i', '--in-place') && words.some((word) => /\/d$|^\d+(?:,[\d$]+)?d$|^s[/|]/.test(word)) && words.some((word) => targetOf(word) === 'logs');

/** A search that shreds or empties logs, or deletes them whatever their age; rotated ones are let go. */
function findsLogs(words: readonly string[]): boolean {
  const [paths, deletes, shreds] = searchOf(words);
  return deletes && paths.some((path) => targetOf(path) === 'logs') && !words.some((word) => AGED.test(word)) && (shreds || !namesOf(words).some((name) => /gz|xz|zst|old|\.\[?\d|\.1/.test(name)));
}

const CLOBBERING = ['rm', 'unlink', 'shred', 'srm', 'truncate', 'cp', 'ln', 'dd', 'tee', '*'];

export const deletingRules: readonly CommandRule[] = [
  {
    id: 'shell.rm-vital',
    type,
    severity: 'critical',
    sees: 'recursive deletion of the root, a system folder or a home folder',
    programs: ['rm', 'srm', 'rimraf', 'trash', 'del', 'rd', 'rmdir'],
    literals: ['rm -', 'rm\t-', ' -rf', ' -fr', '--recursive', 'preserve-root', 'rm /', 'rm ~', 'rimraf', 'srm ', ',-rf', '-r /', '-r ~', '| xargs rm', 'xargs -0 rm'],
    positive: bash('cd /tmp && sudo rm -rf --no-preserve-root /'),
    nearMiss: bash('rm -rf node_modules dist ./build /tmp/build-cache /var/lib/apt/lists/*'),
    source: 'MITRE ATT&CK T1485',
    holds: ({ name, wrappers, pipedFrom }, words) =>
      words.includes('--no-preserve-root') || (wrappers.includes('xargs') && (recursive(words) || pipedFrom?.name === 'find') && lists(pipedFrom)) || ((recursive(words) || name === 'rimraf' || name === 'rmdir') && operandsOf(words).some((word) => isVital(word) && (name !== 'rmdir' || words.some((each) => /^\/s$/i.test(each))))),
  },
  {
    id: 'shell.rm-data',
    type,
    severity: 'high',
    sees: 'recursive deletion of a folder of data, logs or backups, or of the folder above',
    programs: ['rm', 'srm', 'rimraf'],
    positive: bash('rm -rf /backups'),
    nearMiss: bash('rm -rf ./backups/2019-01 /data/tmp/export-7'),
    source: 'MITRE ATT&CK T1485',
    holds: (_, words) => recursive(words) && operandsOf(words).some((word) => ['data', 'logs'].includes(targetOf(word) ?? '') || pathOf(word).startsWith('..') && targetOf(word) === 'around'),
  },
  {
    id: 'shell.rm-around',
    type,
    severity: 'medium',
    sees: 'recursive deletion of everything in the current folder, or of a repository\'s history',
    programs: ['rm'],
    positive: bash('rm -rf .git *'),
    nearMiss: bash('rm -rf *.tmp'),
    holds: (_, words) => recursive(words) && operandsOf(words).some((word) => targetOf(word) === 'around' || /(?:^|\/)\.git$/.test(pathOf(word))),
  },
  {
    id: 'shell.system-file-lost',
    type,
    severity: 'high',
    sees: 'a system file deleted, emptied or overwritten',
    programs: CLOBBERING,
    literals: ['/etc/', '/boot/', '/bin/', '/lib/', '/lib64/', '/var/lib/'],
    positive: bash('truncate -s 0 /etc/passwd'),
    nearMiss: bash('rm -f /etc/nginx/sites-enabled/default'),
    source: 'MITRE ATT&CK T1485',
    holds: (command, words) => clobbered(command, words).some((path) => isSystemFile(path) || /^\/var\/lib\/(?:mysql|mariadb|postgresql|pgsql|mongo(?:db)?|redis|etcd|docker|dpkg|rpm)\//.test(pathOf(path))) && !(command.name === 'rm' && recursive(words)),
  },
  {
    id: 'shell.logs-lost',
    type,
    severity: 'high',
    sees: 'system logs deleted or emptied',
    programs: [...CLOBBERING, 'journalctl', 'sed', 'find', 'utmpdump'],
    literals: ['/var/log', '--vacuum-', '/var/audit', '/var/run/utmp', '/var/adm', '/var/mail', 'spool/mail', '/etc/audit'],
    positive: bash('cat /dev/null > /var/log/auth.log'),
    nearMiss: bash('journalctl --vacuum-time=14d; rm /var/log/app/worker.log.3.gz'),
    source: 'MITRE ATT&CK T1070.002',
    holds: (command, words) =>
      command.name === 'sed' ? editsLogs(words) : command.name === 'find' ? findsLogs(words) : command.name === 'utmpdump' ? writtenTo(command).some((path) => targetOf(path) === 'logs') && hasOption(words, 'r') : command.name === 'journalctl' ? words.some((word) => /^--vacuum-(?:time=\d{1,2}(?:s|sec|m|min|minutes?)|size=\d{1,2}[KM]?|files=[01])$/.test(word)) : clobbered(command, words).some((path) => targetOf(path) === 'logs'),
  },
  {
    id: 'shell.history-lost',
    type,
    severity: 'high',
    sees: 'the shell\'s history deleted, emptied or switched off',
    programs: [...CLOBBERING, 'history', 'unset', 'export', 'set', 'clear-history'],
    literals: ['history', 'histfile', 'histsize', 'histcontrol'],
    positive: bash('ln -sf /dev/null ~/.bash_history && history -c'),
    nearMiss: bash('history | grep deploy; export HISTSIZE=10000'),
    source: 'MITRE ATT&CK T1070.003',
    holds: (command, words) => {
      if (command.name === 'history') return words.some((word) => /^-[a-z]*c/.test(word));
      if (command.name === 'unset') return words.includes('HISTFILE');
      if (command.name === 'set') return words[0] === '+o' && words[1] === 'history';
      const assigned = command.name === 'export' ? words : command.assignments.map(({ text }) => text);
      return assigned.some((word) => /^HISTFILE=(?:\/dev\/null)?$|^HIST(?:FILE)?SIZE=0$/.test(word)) || clobbered(command, words).some((path) => targetOf(path) === 'history');
    },
  },
  {
    id: 'shell.find-delete',
    type,
    severity: 'critical',
    sees: 'a search from the root, a system folder or a home folder that deletes all it finds',
    programs: ['find', 'fd'],
    literals: ['-delete', '-exec', 'find /', 'find ~'],
    positive: bash('find / -type f -delete'),
    nearMiss: bash("find /var/log -name '*.gz' -mtime +30 -delete"),
    source: 'https://gtfobins.github.io/gtfobins/find/',
    holds: (_, words) => {
      const [paths, deletes, shreds] = searchOf(words);
      if (!deletes || (words.some((word) => AGED.test(word)) && !(paths.some((path) => targetOf(path) === 'root') && namesOf(words).length === 0))) return false;
      if (words.some((word) => AGED.test(word))) return true;
      if (paths.some((path) => isVital(path))) return !words.some((word) => NARROWING.test(word)) || namesOf(words).some((name) => VALUABLE.test(name));
      return paths.some((path) => targetOf(path) === 'data') ? !words.some((word) => NARROWING.test(word)) || namesOf(words).some((name) => VALUABLE.test(name)) : shreds && !words.some((word) => NARROWING.test(word)) && paths.some((path) => /^\/(?!tmp(?:\/|$)|var\/tmp)/.test(path));
    },
  },
  {
    id: 'shell.moved-away',
    type,
    severity: 'critical',
    sees: 'a vital folder moved away or into nothing, or a folder made the copy of an empty one',
    programs: ['mv', 'rsync', 'tar', 'bsdtar', 'zip'],
    literals: ['/dev/null', '--delete', 'rsync', 'mv /', '--remove-files', 'zip -'],
    positive: bash('mv ~ /dev/null'),
    nearMiss: bash('rsync -a --delete ./dist/ deploy@web-1.example.com:/var/www/shop/'),
    holds: ({ name }, words) => {
      const operands = operandsOf(words);
      const last = operands.at(-1) ?? '';
      if (name === 'tar' || name === 'bsdtar') return words.includes('--remove-files') && operands.some((word) => isVital(word) || targetOf(word) === 'data');
      if (name === 'zip') return words.some((word) => /^-[a-zA-Z]*m[a-zA-Z]*$|^--move$/.test(word)) && operands.slice(1).some((word) => isVital(word) || targetOf(word) === 'data');
      if (name === 'mv') return (last === '/dev/null' && operands.slice(0, -1).some((word) => isVital(word) || targetOf(word) !== undefined)) || operands.slice(0, -1).some((word) => targetOf(word) === 'root' || /^\/(?:bin|boot|etc|lib(?:64)?|sbin|usr|var|home|root|proc|dev)$/.test(pathOf(word)));
      return words.some((word) => /^--del(?:ete(?:-\w+)?)?$/.test(word)) && ((isVital(last) && !/\/www(?:\/|$)/.test(last)) || (/(?:^|[/_-])empty(?:[/_.-]|$)|\/dev\/shm/i.test(operands[0] ?? '') && /^(?:\/(?!tmp\/)|~)/.test(last)));
    },
  },
  {
    id: 'shell.permissions-of-all',
    type,
    severity: 'high',
    sees: 'permissions or owners changed through the root or a system folder',
    programs: ['chmod', 'chown', 'chgrp', 'chattr', 'setfacl', 'icacls'],
    literals: ['chmod', 'chown', 'chgrp', 'chattr', 'setfacl'],
    positive: bash('chmod -R 777 /'),
    nearMiss: bash('sudo chown -R www-data:www-data /var/www/html && chmod -R 755 ./public'),
    holds: (_, words) => {
      const operands = operandsOf(words).slice(1);
      if (words.includes('--no-preserve-root')) return true;
      const everywhere = (word: string): boolean => targetOf(word) === 'root' || /^\/(?:bin|boot|dev|etc|home|lib\d*|proc|root|sbin|sys|usr|var|usr\/s?bin|usr\/lib|etc\/ssh)$/.test(pathOf(word));
      return recursive(words) ? operands.some(everywhere) : /^0?000$/.test(operandsOf(words)[0] ?? '') && operands.some((word) => isVital(word));
    },
  },
  {
    id: 'shell.device-overwritten',
    type,
    severity: 'critical',
    sees: 'a disk or memory device overwritten',
    programs: ['dd', 'dcfldd', 'shred', 'tee', 'cp', 'cat', 'scrub', 'nwipe', 'badblocks', 'pv', 'ddrescue', '*'],
    literals: ['/dev/sd', '/dev/hd', '/dev/vd', '/dev/xvd', '/dev/nvme', '/dev/mmc', '/dev/disk', '/dev/rdisk', '/dev/md', '/dev/dm', '/dev/mapper', '/dev/mem', '/dev/kmem', '/dev/nbd', '/dev/da', '/dev/ada', '/dev/block', 'nwipe'],
    positive: bash('dd if=/dev/zero of=/dev/sda bs=1M'),
    nearMiss: bash('dd if=/dev/zero of=disk.img bs=1M count=64; dd if=/dev/sda of=mbr.bin bs=512 count=1'),
    source: 'MITRE ATT&CK T1561',
    holds: (command, words) => {
      if (writtenTo(command).some(isDevice)) return true;
      const operands = operandsOf(words);
      if (/^(?:dd|dcfldd)$/.test(command.name)) return words.some((word) => word.startsWith('of=') && isDevice(word.slice(3)));
      if (/^(?:shred|tee|scrub|nwipe)$/.test(command.name)) return operands.some(isDevice);
      if (/^(?:cp|ddrescue)$/.test(command.name)) return operands.length > 1 && isDevice(operands.at(-1) ?? '');
      return command.name === 'badblocks' && hasOption(words, 'w') && operands.some(isDevice);
    },
  },
];
