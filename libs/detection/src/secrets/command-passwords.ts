import type { Analyser, Rule, View } from '../rule.ts';
import { isUsedPassword } from './password-strength.ts';

const commandPassword: Rule = {
  id: 'secrets.password-in-command',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a password in the arguments of a command (curl, mysql, sqlcmd, sshpass, docker login, psexec, openssl, keytool, net use …)',
  positive: { tool: 'bash', arguments: { command: "sshpass -p 'v8Kq!2LmZ0p' ssh deploy@build-2 uptime" } },
  nearMiss: { tool: 'bash', arguments: { command: 'sshpass -p "$SSH_PASSWORD" ssh -p 2222 deploy@build-2 uptime' } },
};

/** A program, as written before its arguments, and the options of it that a password follows. `wakes`: one of these begins such a command. `beforeHost`: `user/password@host`. */
type Program = Readonly<{ wakes: readonly string[]; named: string; options: string; beforeHost?: true }>;

const USER = '["\']?[\\w.@+\\\\/-]{1,80}';
const LONG = '--password[= ]';

/** Short options mean something else in every program: these are the ones that take a password. */
const PROGRAMS: readonly Program[] = [
  { wakes: ['curl -', 'curl.exe -', 'curl http'], named: 'curl(?:\\.exe)?', options: `(?:-[a-zA-Z]{0,4}[uU]|--user|--proxy-user)[ =]?${USER}:` },
  { wakes: ['wget -', 'wget http'], named: 'wget', options: '--(?:http-|ftp-|proxy-)?password[= ]' },
  { wakes: ['http -', 'https -', 'xh -'], named: '(?:https?|xhs?)', options: `(?:-a|--auth)[ =]${USER}:` },
  { wakes: ['lftp', 'ncftp'], named: '(?:lftp|ncftp\\w{0,4})', options: `-u ${USER},|-p ` },
  { wakes: ['sshpass'], named: 'sshpass', options: '-p ?' },
  { wakes: ['plink', 'pscp', 'psftp', 'winscp'], named: '(?:plink|pscp|psftp|winscp)(?:\\.exe|\\.com)?', options: '-pw |/password=' },
  { wakes: ['mysql', 'mariadb'], named: '(?:mysql|mariadb)(?:-?(?:dump|admin|import|check|sh))?', options: '-p(?=["\']?[^\\s"\'])|--password=' },
  { wakes: ['mongo'], named: 'mongo(?:sh|dump|restore|export|import|stat|top)?', options: '-p |--password[= ]' },
  { wakes: ['redis-cli', 'valkey-cli'], named: '(?:redis|valkey)-cli', options: '-a |--pass |\\bauth (?:\\w{1,20} )?' },
  { wakes: ['sqlcmd', 'osql', 'tsql', 'bcp '], named: '(?:sqlcmd|osql|tsql|bcp)(?:\\.exe)?', options: '-P ?' },
  { wakes: ['sqlplus', 'expdp', 'impdp', 'sqlldr', 'rman target'], named: '(?:sqlplus|expdp|impdp|sqlldr|rman)', options: '\\s["\']?(?:userid=|target )?[\\w$#]{1,30}/', beforeHost: true },
  { wakes: ['cqlsh', 'cypher-shell', 'couchbase-cli', 'beeline', 'influx ', 'clickhouse-client', 'airflow users', 'rabbitmqadmin'], named: '(?:cqlsh|cypher-shell|couchbase-cli|beeline|influx|clickhouse-client|airflow users|rabbitmqadmin)', options: '--?p |--?password[= ]' },
  { wakes: ['mosquitto_'], named: 'mosquitto_(?:pub|sub|rr)', options: '-P ' },
  { wakes: ['smbclient', 'rpcclient', 'winexe', 'pth-'], named: '(?:smbclient|rpcclient|winexe|pth-\\w{2,10})', options: '(?:-U|--user)[ =]["\']?[\\w.@/\\\\-]{1,80}%' },
  { wakes: ['ldapsearch', 'ldapmodify', 'ldapadd', 'ldapdelete', 'ldapwhoami', 'ldappasswd'], named: 'ldap(?:search|modify|add|delete|whoami|passwd)', options: '-[xZvn]{0,3}[ws] ' },
  { wakes: ['ipmitool', 'racadm', 'ilorest'], named: '(?:ipmitool|racadm|ilorest)', options: '-[Pp] ' },
  { wakes: ['psexec', 'paexec', 'psloglist', 'pskill', 'psinfo'], named: '(?:ps(?:exec|loglist|kill|info|service)|paexec)(?:64)?(?:\\.exe)?', options: '-p ' },
  { wakes: ['crackmapexec', 'netexec', 'nxc ', 'smbmap', 'evil-winrm', 'bloodhound-python', 'certipy'], named: '(?:crackmapexec|netexec|nxc|smbmap|evil-winrm|bloodhound-python|certipy)', options: '-p |-?-password[= ]' },
  { wakes: ['secretsdump', 'wmiexec', 'smbexec', 'atexec', 'getuserspns', 'getnpusers', 'impacket-'], named: '(?:impacket-)?(?:secretsdump|psexec|wmiexec|smbexec|atexec|dcomexec|GetUserSPNs|GetNPUsers|lookupsid|mssqlclient|ticketer|getTGT)(?:\\.py)?', options: '\\s["\']?(?:[\\w.-]{1,40}/)?[\\w.$-]{1,40}:(?!\\d+\\b)', beforeHost: true },
  { wakes: ['wmic ', 'schtasks', 'cmdkey', 'bitsadmin', 'xfreerdp', 'wfreerdp', 'mstsc'], named: '(?:wmic|schtasks|cmdkey|bitsadmin|xfreerdp3?|wfreerdp)(?:\\.exe)?', options: '/(?:p|pass|password|rp):? ?' },
  { wakes: ['net use'], named: 'net use', options: '(?:\\*|\\$|(?:^net use\\s{1,3}\\S{1,3}\\s{1,3})?\\\\\\\\[\\w.$\\\\-]{1,80})["\']?\\s{1,3}(?=[^/\\s]\\S{5,60}\\s{1,3}/user)|/user:\\S{1,60} (?=[^/\\s])' },
  { wakes: ['net user'], named: 'net user', options: '^net user\\s{1,3}\\S{1,40}\\s{1,3}(?!/)' },
  { wakes: ['dsadd', 'dsmod', 'samba-tool'], named: '(?:dsadd|dsmod|samba-tool)', options: '-pwd |--newpassword=|(?:create|add|setpassword) [\\w.-]{1,40} (?!-)' },
  { wakes: ['docker login', 'podman login', 'nerdctl login', 'skopeo login', 'oras login', 'buildah login', 'crane auth', 'helm registry', 'helm repo', 'helm push'], named: '(?:docker|podman|nerdctl|skopeo|oras|buildah|crane auth|helm (?:registry|repo|push))', options: `-p |${LONG}` },
  { wakes: ['az login', 'cf login', 'oc login', 'ibmcloud login', 'argocd login', 'bx login'], named: '(?:az|cf|oc|ibmcloud|argocd|bx) login', options: `-p |${LONG}` },
  { wakes: ['openssl '], named: 'openssl', options: '(?:-pass(?:in|out)?\\s{1,2}["\']?pass:|-passw(?:or)?d["\']? ["\']?|-k )' },
  { wakes: ['7z ', '7za ', '7zz ', 'rar ', 'unrar '], named: '(?:7z[az]?|(?:un)?rar)', options: '-h?p(?=["\']?[^\\s"\'-])' },
  { wakes: ['zip -', 'unzip -'], named: '(?:un)?zip', options: '-[a-oq-zA-OQ-Z]{0,4}P ?' },
  { wakes: ['gpg --', 'gpg -', 'gpg2 -'], named: 'gpg2?', options: '--passphrase[= ]' },
  { wakes: ['keytool', 'jarsigner', 'apksigner'], named: '(?:keytool|jarsigner|apksigner)', options: '-(?:store|key|src|dest)(?:store)?pass(?::\\w{1,4})? |--(?:ks|key)-pass pass:' },
  { wakes: ['qpdf', 'pdftk'], named: '(?:qpdf|pdftk)', options: '--password=|--encrypt |(?:user|owner)_pw |input_pw ' },
  { wakes: ['svn ', 'twine upload', 'nuget ', 'conan user', 'choco ', 'conan remote'], named: '(?:svn|twine|(?:dotnet )?nuget|conan|choco)', options: `-p |-password |${LONG}` },
  { wakes: ['http-basic'], named: 'http-basic', options: '^http-basic\\.[\\w.-]{1,80} [\\w.@+-]{1,60} ' },
  { wakes: ['rdesktop', 'wpa_passphrase', 'nmcli'], named: '(?:rdesktop|wpa_passphrase|nmcli)', options: '-p |(?:^wpa_passphrase (?:"[^"]{1,32}"|\\S{1,32}) )|\\bpassword ' },
  { wakes: ['snmpwalk', 'snmpget', 'snmpset', 'snmpbulk'], named: 'snmp(?:walk|get|set|bulkwalk|bulkget)', options: '-[AX] ' },
  { wakes: ['htpasswd'], named: 'htpasswd', options: '-[BcnmdsC]{0,4}b[BcnmdsC]{0,4}(?: -\\S{1,6})? (?:[\\w./-]{1,80} )?[\\w.@-]{1,40} (?=\\S{6,}["\']?\\s{0,3}(?:$|[|;&>)]))' },
  { wakes: ['chpasswd'], named: 'chpasswd', options: '<<<\\s{0,3}["\']?[\\w.-]{1,40}:' },
  { wakes: ['mount -', 'mount.cifs'], named: 'mount(?:\\.cifs)?', options: '[, ]pass(?:word)?=' },
  { wakes: ['rabbitmqctl', 'rabbitmqadmin'], named: 'rabbitmqctl', options: '(?:add_user|change_password|authenticate_user) \\S{1,40} ' },
  { wakes: ['etcdctl'], named: 'etcdctl', options: '--user[= ][\\w.-]{1,40}:' },
  { wakes: ['reset-admin-password', 'rclone obscure', 'requirepass', 'masterauth', 'bindpw', 'rootpw'], named: '(?:reset-admin-password|rclone obscure|requirepass|masterauth|bindpw|rootpw)', options: '^(?:reset-admin-password|rclone obscure|requirepass|masterauth|bindpw|rootpw) (?:--\\S{1,40} )?' },
  { wakes: ['swaks', 'sendemail'], named: '(?:swaks|sendemail)', options: '-ap |--auth-password[= ]|-xp ' },
  { wakes: ['--from-literal'], named: '--from-literal', options: '^--from-literal[= ]["\']?[\\w.-]{0,60}(?:pass|pwd|secret|token|key)[\\w.-]{0,30}=' },
  { wakes: ['snowsql', 'mycli ', 'pgcli ', 'iredis', 'usql ', 'vsql ', 'impala-shell', 'exaplus', 'trino -', 'bteq'], named: '(?:snowsql|mycli|pgcli|iredis|usql|vsql|impala-shell|exaplus|trino|bteq)', options: '-[pw] |-p(?=["\']?[^\\s"\'-])|--password[= ]' },
  { wakes: ['gh secret set', 'gh variable set', 'glab variable set', 'fly secrets set', 'flyctl secrets set', 'heroku config:set', 'supabase secrets set', 'eas secret'], named: '(?:gh (?:secret|variable) set|glab variable set|fly(?:ctl)? secrets set|heroku config:set|supabase secrets set|eas secret:create)', options: '(?:--body|--value|-b|-v)[= ]|(?<= )[A-Z][A-Z0-9_]{2,40}(?:KEY|TOKEN|SECRET|PASSWORD|PASS)=' },
  { wakes: ['mc alias', 'mc config host'], named: 'mc (?:alias set|config host add)', options: '^mc (?:alias set|config host add) \\S{1,60} \\S{1,200} \\S{1,80} ' },
  { wakes: ['shodan init', 'vault login', 'ngrok authtoken', 'ngrok config', 'cargo login', 'snyk auth', 'codecov -t', 'vt init', 'ipinfo init', 'censys config', 'fossa ', 'linode-cli '], named: '(?:shodan init|vault login|ngrok (?:authtoken|config add-authtoken)|cargo login|snyk auth|codecov|vt init|ipinfo init)', options: '^(?:shodan init|vault login|ngrok (?:authtoken|config add-authtoken)|cargo login|snyk auth|ipinfo init) (?!-)|--apikey[= ]|-t ' },
  { wakes: ['convertto-securestring'], named: 'ConvertTo-SecureString', options: '^ConvertTo-SecureString (?:-\\w{1,12} )?(?=["\'][^"\']{6,80}["\'][^\\n|;]{0,60}-AsPlainText|[^"\'\\s]{6,80}[^\\n|;]{0,60}-AsPlainText)|-String (?=["\'])' },
];

type Reader = Readonly<{ named: RegExp; options: RegExp; beforeHost: boolean }>;

/** By the first two characters of what wakes them: these tell most of them apart. */
const byWake: ReadonlyMap<string, readonly Reader[]> = indexed();

function indexed(): ReadonlyMap<string, readonly Reader[]> {
  const index = new Map<string, Reader[]>();
  for (const { wakes, named, options, beforeHost = false } of PROGRAMS) {
    const program = { beforeHost, named: new RegExp(`${named}\\b`, 'iy'), options: new RegExp(`${options.startsWith('^') || options.startsWith('<') ? '' : '(?<=[\\s"\'=\\n]|\\b)'}(?:${options})`, 'g') };
    for (const start of new Set(wakes.map((wake) => wake.slice(0, 2)))) index.set(start, [...(index.get(start) ?? []), program]);
  }
  return index;
}

const MAX_COMMAND = 420;
/** To the end of the line that no backslash continues, or of the command. */
const END = /(?<!\\)\n|\s[|;]\s|\s&&\s/;
const QUOTED = /(["'])((?:(?!\1)[^\n]){4,90})\1/y;
const BARE = /(?![$`*/:%{<@-])[^\s"'|;<>`&]{4,90}/y;
const PIPED_TO_CHPASSWD = /["' ][\w.-]{1,40}:([^\s"'|:$<>{]{6,60})["']?\s{0,3}\|\s{0,3}(?:sudo )?$/;
const PIPED_TO_PROMPT = /\becho (?:-\w{1,2} )?["']?([^\s"'|$<>{]{6,60})["']?\s{0,3}\|\s{0,3}(?:sudo )?$/;

/** Passwords where the shell keeps a history and everybody sees the processes. */
export const passwordsInCommands: Analyser = {
  name: 'passwords in commands',
  roles: ['shell', 'powershell', 'cmd', 'prose', 'output', 'code', 'value', 'markup'],
  literals: [...new Set(PROGRAMS.flatMap(({ wakes }) => wakes)), 'passwd --stdin', 'sudo -s', 'kinit '],
  rules: [commandPassword],
  analyse: (view) => {
    let reached = 0;
    const readTo = new Map<string, number>();
    for (const hit of view.hits) if (hit >= reached) reached = readCommand(view, hit, readTo);
  },
};

/** Answers how far it looked and reported. `readTo`: by how a program begins, to where its commands were read; a line that names it often is read once. */
function readCommand(view: View, hit: number, readTo: Map<string, number>): number {
  const { text, budget } = view;
  if (/[\w]/.test(text.charAt(hit - 1)) && /\w/.test(text.charAt(hit))) return hit;
  budget.spend(24);
  const start = text.slice(hit, hit + 2).toLowerCase();
  if (hit < (readTo.get(start) ?? 0)) return hit;
  const programs = (byWake.get(start) ?? []).filter(({ named }) => standsAt(named, text, hit));
  if (programs.length === 0) return readPiped(view, hit);
  const rest = text.slice(hit, hit + MAX_COMMAND);
  const line = rest.slice(0, END.exec(rest)?.index ?? rest.length);
  budget.spend(2 * line.length + 40);
  readTo.set(start, hit + line.length);
  for (const { options, beforeHost } of programs) {
    options.lastIndex = 0;
    for (let match = options.exec(line); match; match = options.exec(line)) {
      if (match[0] === '') options.lastIndex += 1;
      const found = passwordAt(line, match.index + match[0].length, beforeHost);
      if (found === undefined || !isUsedPassword(found.password)) continue;
      view.report(commandPassword, hit + found.start, hit + found.start + found.password.length);
      return hit + found.start + found.password.length;
    }
  }
  return readPiped(view, hit);
}

function standsAt(expression: RegExp, text: string, at: number): boolean {
  expression.lastIndex = at;
  return expression.test(text);
}

function passwordAt(line: string, at: number, beforeHost: boolean): Readonly<{ password: string; start: number }> | undefined {
  // `-u "user:password"`: the quote was opened before.
  QUOTED.lastIndex = at;
  const quoted = QUOTED.exec(line)?.[2];
  if (quoted !== undefined) return { password: quoted, start: at + 1 };
  BARE.lastIndex = at;
  const bare = BARE.exec(line)?.[0];
  return bare === undefined ? undefined : { password: beforeHost ? bare.replace(/@.*$/, '') : bare, start: at };
}

/** `echo 'user:password' | chpasswd`, `echo password | sudo -S`. */
function readPiped(view: View, hit: number): number {
  const { text } = view;
  const before = text.slice(Math.max(0, hit - 120), hit);
  const prompts = /^(?:passwd --stdin|sudo -S|kinit )/.test(text.slice(hit, hit + 14));
  const password = (prompts ? PIPED_TO_PROMPT : PIPED_TO_CHPASSWD).exec(before)?.[1];
  if (password === undefined || !isUsedPassword(password)) return hit;
  const start = text.lastIndexOf(password, hit);
  view.report(commandPassword, start, start + password.length);
  return hit;
}
