import { destroysAt } from '../calls/deleted-address.ts';
import { type CommandRule, hasOption, lineOf, operandsOf } from './command-rule.ts';
import { isVital, targetOf } from './targets.ts';

const bash = (script: string) => ({ tool: 'bash', arguments: { script } }) as const;
const type = 'destructive_command';

/** What is lost by a line of a program's words. */
type Losses = Readonly<Record<string, RegExp>>;
const programsOf = (losses: Losses): readonly string[] => Object.keys(losses);
const told = (losses: Losses, name: string, words: readonly string[]): boolean => (losses[name]?.test(lineOf(words)) ?? false) && !words.some((word) => /^(?:--dry-?run(?:=\w+)?|--what-?if|--help|-n=true)$/.test(word));

const DELETE = '(?:delete|destroy|rm|remove|terminate)';
const HOSTED: Losses = {
  pscale: new RegExp(`^(?:database|branch) ${DELETE}`),
  planetscale: new RegExp(`^(?:database|branch) ${DELETE}`),
  neonctl: new RegExp(`^(?:projects?|databases?|branches) ${DELETE}`),
  neon: new RegExp(`^(?:projects?|databases?|branches) ${DELETE}`),
  turso: new RegExp(`^(?:db|group) ${DELETE}`),
  atlas: new RegExp(`^(?:clusters?|projects?|organizations?|backups? \\w+|backups snapshots) ${DELETE}`),
  mongocli: new RegExp(`\\b(?:clusters?|projects?|orgs?|snapshots?) ${DELETE}`),
  'vultr-cli': new RegExp(`^(?:instance|database|kubernetes|block-storage|snapshot|object-storage|bare-metal) ${DELETE}`),
  ccloud: new RegExp(`^(?:kafka (?:cluster|topic)|environment) ${DELETE}`),
  confluent: new RegExp(`^(?:kafka (?:cluster|topic)|environment|schema-registry (?:cluster|schema)) ${DELETE}`),
  render: new RegExp(`^(?:services?|databases?) ${DELETE}`),
  upctl: new RegExp(`^(?:server|database|storage|kubernetes) ${DELETE}`),
  avn: new RegExp(`^(?:service|project) (?:${DELETE}|terminate)`),
  civo: new RegExp(`^(?:instance|kubernetes|database|volume) (?:${DELETE})`),
  govc: /^(?:vm\.destroy|datastore\.rm|cluster\.rm|host\.remove|pool\.destroy|snapshot\.remove \*)/,
  xe: /^(?:vm-(?:destroy|uninstall)|sr-destroy|vdi-destroy|pool-\w+-destroy)/,
  ibmcloud: /service-instance-delete|\bcos bucket-delete|\bks cluster rm|\bis (?:instance|volume|vpc)-delete/,
};
const BROKERS: Losses = {
  'kafka-consumer-groups': /--delete\b.*--all-groups|--all-groups.*--delete\b/,
  'kafka-consumer-groups.sh': /--delete\b.*--all-groups|--all-groups.*--delete\b/,
  'kafka-delete-records': /--offset-json-file/,
  'kafka-delete-records.sh': /--offset-json-file/,
  rpk: /^(?:topic delete (?!\S*(?:test|tmp|dev))|cluster storage \S*delete)/,
  rabbitmqadmin: /\b(?:delete (?:queue|exchange|vhost|user)|purge queue)\b(?!.*name=\S*(?:test|tmp|dev))/,
  'pulsar-admin': /^(?:topics|namespaces|tenants) (?:delete|delete-partitioned-topic|clear-backlog|unload --force)/,
  'zkcli.sh': /\b(?:deleteall|rmr) \//,
  zkcli: /\b(?:deleteall|rmr) \//,
  'zookeeper-shell': /\b(?:deleteall|rmr) \//,
  'zookeeper-shell.sh': /\b(?:deleteall|rmr) \//,
  'memcached-tool': /\bflush_all\b/,
  memcflush: /^/,
  influx: /^(?:bucket delete|org delete)\b|^delete .*--start (?:1970|0)/,
  'neo4j-admin': /^database delete|^delete-database|^(?:database )?load .*--overwrite-destination/,
  nodetool: /^(?:clearsnapshot(?: --all| -t|$)|decommission|removenode|assassinate)/,
  hbase: /\b(?:drop_all|disable_all|truncate_preserve)\b/,
  curator_cli: /delete[-_]indices/,
};
const BACKUPS: Losses = {
  restic: /^.*\bforget\b.*--keep-(?:last|within|daily)[ =]0\w?\b/,
  borg: /^prune\b.*--keep-(?:last|within|daily|secondly)[ =]0\w?\b/,
  duplicity: /^(?:remove-all-but-n-full 0|remove-older-than 0\w? |cleanup .*--force --extra-clean)/,
  duplicacy: /^prune .*-keep 0:0/,
  timeshift: /--delete-all/,
  snapper: /\bdelete\b.* \d+-\d+/,
  rbd: /^(?:rm|remove|snap purge|trash purge)\b/,
  rados: /^(?:purge|rmpool)\b/,
  velero: /^(?:backup|restore|schedule) delete.*--(?:all|confirm)/,
  barman: /^delete\b.* all\b/,
  'wal-g': /^delete everything/,
  pgbackrest: /\bstanza-delete\b/,
  'bacula-dir': /\bpurge\b/,
  bconsole: /\bpurge\b/,
  drbdadm: /^(?:wipe-md|create-md --force)/,
  multipass: /^delete .*--all/,
};
const MACHINES: Losses = {
  ipmitool: /\b(?:chassis )?power (?:off|cycle|reset)\b/,
  fastboot: /(?:^| )-w(?: |$)|\b(?:erase|format)\b|flashing (?:lock|unlock)/,
  adb: /\brecovery --wipe_data|MASTER_CLEAR|\brm -[a-z]*r[a-z]* \/(?:sdcard|data|system|storage)/,
  nvram: /(?:^| )-c\b/,
  'grub-install': /\/dev\/null/,
  govc: /^(?:vm\.power -off|host\.shutdown)/,
  racadm: /\b(?:serveraction (?:powerdown|hardreset)|racresetcfg|storage resetconfig|systemerase)\b/,
  fdesetup: /^(?:disable|removeuser)/,
};
const NETWORK: Losses = {
  nmcli: /^(?:networking|n|net) off\b|^radio all off/,
  ip: /^(?:-\d )?(?:r|ro|route) (?:flush (?:table )?(?:main|all|0\/0|default|cache table)|del(?:ete)? default)/,
  route: /^(?:-n )?(?:flush|del(?:ete)? default)/,
  networksetup: /-setnetworkserviceenabled \S+ off|-setairportpower \S+ off/,
};
const DOWN: Losses = { ip: /^link set (?:dev )?(?:eth|ens|enp|eno|wlan|bond|br|wl)\w* down\b/, ifconfig: /^(?:eth|ens|enp|eno|wlan|bond|en)\w* down\b/, ifdown: /^(?:-a|eth|ens|enp)/ };
const RESETS: Losses = {
  prisma: /^(?:migrate reset\b.*(?:--force|-f)\b|db push\b.*--force-reset)/,
  npx: /^(?:-y )?(?:prisma (?:migrate reset\b.*(?:--force|-f)\b|db push\b.*--force-reset)|sequelize(?:-cli)? db:drop|typeorm schema:drop)/,
  flyway: /(?:^| )clean\b/,
  liquibase: /(?:^| )(?:drop-?all)\b/i,
  python: /manage\.py (?:flush|reset_db|sqlflush)\b.*--no-?input/,
  python3: /manage\.py (?:flush|reset_db|sqlflush)\b.*--no-?input/,
  hasura: /^database drop/,
  alembic: /^downgrade base/,
  flask: /^db downgrade base/,
};
const RELIED = /(?:^|[^a-z])(?:prod|production|live)(?:[^a-z]|$)/i;

const rule = (id: string, severity: CommandRule['severity'], sees: string, losses: Losses, literals: readonly string[], positive: string, nearMiss: string, source: string): CommandRule => ({
  id: `shell.${id}`, type, severity, sees, programs: programsOf(losses), literals, positive: bash(positive), nearMiss: bash(nearMiss), source, holds: ({ name }, words) => told(losses, name, words),
});

const T1485 = 'MITRE ATT&CK T1485';
const T1490 = 'MITRE ATT&CK T1490';

export const serviceRules: readonly CommandRule[] = [
  rule('hosted-store-destroyed', 'high', 'a database, cluster or machine of a hosting service deleted by its own client', HOSTED, ['pscale', 'planetscale', 'neonctl', 'turso', 'atlas ', 'mongocli', 'vultr', 'ccloud', 'confluent', 'render ', 'upctl', 'avn ', 'civo ', 'govc', 'xe vm', 'xe sr', 'xe vdi'], 'turso db destroy billing --yes', 'turso db list; atlas clusters describe billing; confluent kafka topic list', T1485),
  rule('broker-emptied', 'high', 'topics, queues, buckets or keys of a broker or time-series store deleted', BROKERS, ['kafka', 'rpk ', 'rabbitmqadmin', 'pulsar', 'zkcli', 'zookeeper', 'memcached', 'memcflush', 'influx', 'neo4j', 'nodetool', 'hbase', 'curator'], 'rabbitmqadmin purge queue name=orders', 'rabbitmqadmin list queues; rpk topic list; nodetool status', T1485),
  rule('backups-destroyed', 'high', 'backups or snapshots deleted, or kept for no time at all', BACKUPS, ['restic', 'borg ', 'duplicity', 'duplicacy', 'timeshift', 'snapper', 'rbd ', 'rados', 'velero', 'barman', 'wal-g', 'pgbackrest', 'bacula', 'bconsole', 'drbdadm', 'multipass'], 'restic -r /srv/restic forget --keep-last 0 --prune', 'restic forget --keep-daily 7 --prune; borg prune --keep-weekly 4 /srv/borg', T1490),
  rule('machine-erased', 'high', 'a device erased or a machine switched off by its controller', MACHINES, ['ipmitool', 'fastboot', 'adb ', 'nvram', 'grub-install', 'govc', 'racadm', 'fdesetup'], 'fastboot erase userdata', 'fastboot devices; ipmitool sensor list; adb shell pm list packages', 'MITRE ATT&CK T1561, T1529'),
  rule('network-off', 'high', 'all networking or every route of a machine taken away', NETWORK, ['nmcli', 'ip route', 'ip r ', 'route del', 'route flush', 'networksetup'], 'ip route flush table main', 'ip route show; nmcli device status', 'MITRE ATT&CK T1489'),
  rule('interface-down', 'medium', 'a network interface of a machine switched off', DOWN, ['ip link', 'ifconfig', 'ifdown'], 'ip link set eth0 down', 'ip link show eth0; ifconfig eth0', 'MITRE ATT&CK T1489'),
  {
    ...rule('database-reset', 'medium', 'a project’s database dropped and made anew without a question, by its migration tool', RESETS, ['prisma', 'sequelize', 'typeorm', 'flyway', 'liquibase', 'manage.py', 'hasura', 'downgrade base'], 'npx prisma migrate reset --force', 'npx prisma migrate dev; python manage.py migrate', T1485),
    holds: ({ name, assignments }, words) => told(RESETS, name, words) && !isProduction(words, assignments.map(({ text }) => text)),
  },
  {
    ...rule('production-reset', 'high', 'the database of a project in production dropped and made anew by its migration tool', RESETS, ['prisma', 'sequelize', 'typeorm', 'flyway', 'liquibase', 'manage.py', 'hasura', 'downgrade base'], 'flyway -configFiles=prod.conf clean', 'flyway -configFiles=prod.conf migrate', T1485),
    holds: ({ name, assignments }, words) => told(RESETS, name, words) && isProduction(words, assignments.map(({ text }) => text)),
  },
  {
    id: 'shell.package-withdrawn',
    type,
    severity: 'high',
    sees: 'a published package withdrawn with all its versions',
    programs: ['npm', 'pnpm', 'yarn', 'twine', 'dotnet', 'nuget'],
    literals: ['unpublish', 'nuget delete'],
    positive: bash('npm unpublish @acme/core --force'),
    nearMiss: bash('npm unpublish @acme/core@0.0.1-beta.2; npm deprecate @acme/core "use 2.x"'),
    source: T1485,
    holds: (_, words) => (words.includes('unpublish') && hasOption(words, 'f', '--force') && !/@\d/.test(operandsOf(words)[1] ?? '')) || /^nuget delete\b.*--non-interactive/.test(lineOf(words)),
  },
  {
    id: 'shell.distributed-files-deleted',
    type,
    severity: 'critical',
    sees: 'the root, warehouse or homes of a distributed file system deleted, or its name node formatted',
    programs: ['hdfs', 'hadoop', 'mapr', 'alluxio'],
    literals: ['hdfs ', 'hadoop', 'alluxio'],
    positive: bash('hdfs dfs -rm -r -skipTrash /user'),
    nearMiss: bash('hdfs dfs -rm -r /tmp/job-17; hadoop fs -ls /'),
    source: T1485,
    holds: (_, words) => /namenode -format/.test(lineOf(words)) || (words.some((word) => /^-rmr$|^-rm$/.test(word)) && (hasOption(words, 'r') || hasOption(words, 'R') || words.includes('-rmr')) && operandsOf(words).some((word) => /^(?:hdfs:\/\/[^/]*)?\/(?:\*|user(?:\/(?:hive(?:\/warehouse)?|\*))?|data|apps|hbase|warehouse|prod\w*)?\/?\*?$/.test(word))),
  },
  {
    id: 'shell.fleet-harmed',
    type,
    severity: 'high',
    sees: 'files deleted, services stopped or machines switched off on all hosts by a tool for fleets',
    programs: ['ansible', 'salt', 'salt-ssh', 'salt-call'],
    literals: ['ansible ', 'salt '],
    positive: bash("ansible all -b -m file -a 'path=/srv state=absent'"),
    nearMiss: bash("ansible all -m ping; ansible web -m service -a 'name=nginx state=restarted'; salt '*' test.ping"),
    source: 'MITRE ATT&CK T1072, T1485',
    holds: ({ name }, words) => {
      const text = lineOf(words);
      if (name === 'ansible') return /(?:^| )(?:-m|--module-name)[ =](?:ansible\.builtin\.)?(?:reboot|community\.general\.shutdown|shutdown)\b/.test(text) ? /^(?:all|\*)/.test(text) : /state=absent/.test(text) && words.some((word) => /\b(?:path|dest|name)=/.test(word) && isLost(/\b(?:path|dest)=(\S+)/.exec(word)?.[1] ?? ''));
      return /\b(?:system\.(?:shutdown|poweroff|halt|reboot|init)|file\.remove \/(?:etc|srv|home|var)?\b)/.test(text);
    },
  },
  {
    id: 'shell.delete-request',
    type,
    severity: 'high',
    sees: 'an HTTP DELETE of a repository, index, bucket, project, zone or namespace, sent by a command',
    programs: ['curl', 'http', 'https', 'wget', 'xh', 'gh', 'glab', 'httpie'],
    literals: ['-xdelete', '-x delete', 'delete http', '--request delete', '--request=delete', '--method delete', '--method=delete', 'http delete', 'https delete'],
    positive: bash('gh api --method DELETE repos/acme/billing'),
    nearMiss: bash('curl -X DELETE https://api.github.com/repos/acme/billing/issues/comments/7; gh api repos/acme/billing'),
    source: T1485,
    holds: ({ name }, words) => {
      if (!words.some((word, at) => /^(?:-X\s?|--request=|--method=)?DELETE$/i.test(word) && (word.length > 6 || /^(?:-\w*X|--request|--method)$/.test(words[at - 1] ?? '') || at < 2))) return false;
      const addresses = words.map((word) => word.replace(/^--url=/, '')).filter((word) => (/^gh$|^glab$/.test(name) ? /^\/?(?:repos|orgs|projects|groups|user|users)\//.test(word) : /^https?:\/\/|^[\w.-]*:\d+\/|^[\w-]+(?:\.[\w-]+)+\//.test(word)));
      return addresses.some((address) => destroysAt(name === 'glab' ? `https://gitlab/api/v4/${address.replace(/^\//, '')}` : name === 'gh' ? `https://api.github.com/${address.replace(/^\//, '')}` : address, name));
    },
  },
  {
    id: 'shell.emptying-request',
    type,
    severity: 'high',
    sees: 'a request sent by a command that deletes all documents, series or nodes of a store, or drops a database',
    programs: ['curl', 'http', 'https', 'wget', 'xh'],
    literals: ['_delete_by_query', 'delete_series', '<delete><query>', 'deleteinstancedir', 'detach delete', 'drop database', 'drop table', 'truncate table', '_shutdown'],
    positive: bash("curl -XPOST http://search.example.com:9200/orders/_delete_by_query -d '{\"query\":{\"match_all\":{}}}'"),
    nearMiss: bash("curl -XPOST http://search.example.com:9200/orders/_delete_by_query -d '{\"query\":{\"term\":{\"state\":\"void\"}}}'"),
    source: T1485,
    holds: (_, words) => {
      const text = lineOf(words);
      return (/_delete_by_query/.test(text) && /match_all|[?&]q=\*/.test(text)) || /admin\/tsdb\/delete_series|<delete>\s*<query>\s*\*:\*|deleteInstanceDir=true|\bmatch\s*\(\s*(\w*)\s*\)\s*detach\s+delete/i.test(text) || words.some((word, at) => /^(?:-d|--data(?:-\w+)?)$/.test(words[at - 1] ?? '') && /^(?:q=)?\s*(?:drop\s+(?:database|table)|truncate\s+table)\s/i.test(word));
    },
  },
  {
    id: 'shell.disk-filled',
    type,
    severity: 'high',
    sees: 'a disk filled with endless noise or zeros',
    programs: ['cat', 'yes', 'fallocate', '*'],
    literals: ['/dev/zero', '/dev/urandom', '/dev/random', 'yes >', 'fallocate'],
    positive: bash('cat /dev/urandom > /var/tmp/.fill'),
    nearMiss: bash('head -c 1M /dev/urandom > seed.bin; fallocate -l 2G /swapfile; yes | apt-get install -y jq'),
    source: 'MITRE ATT&CK T1499',
    holds: ({ name, redirects }, words) => {
      if (name === 'fallocate') return words.some((word, at) => /^(?:-l|--length)$/.test(words[at - 1] ?? '') && /^(?:\d{3,}\s?G|\d+\s?T)/i.test(word));
      const written = redirects.some(({ operator, target }) => /^>/.test(operator) && target !== undefined && !/^(?:\/dev\/|&|\d$)/.test(target.text));
      return written && (name === 'yes' || (name === 'cat' && words.some((word) => /^\/dev\/(?:zero|u?random)$/.test(word))));
    },
  },
  {
    id: 'shell.history-replaced',
    type,
    severity: 'high',
    sees: 'a repository begun anew and pushed over the main branch by force, so that its history is gone',
    programs: [],
    literals: ['--orphan', '.git'],
    positive: bash('git checkout --orphan fresh && git add -A && git commit -m x && git push -f origin fresh:main'),
    nearMiss: bash('git checkout --orphan gh-pages && git add -A && git commit -m docs && git push -f origin gh-pages'),
    source: T1485,
    holds: () => false,
  },
];

const isLost = (path: string): boolean => isVital(path) || ['data', 'logs'].includes(targetOf(path) ?? '') || /^\/srv\/?$/.test(path);
const isProduction = (words: readonly string[], assigned: readonly string[]): boolean => [...words, ...assigned].some((word) => RELIED.test(word));
